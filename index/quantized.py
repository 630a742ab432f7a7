"""The default model in 8 bits, which comes with this package."""

from pathlib import Path
from typing import TYPE_CHECKING

from index.checksums import sha256_of
from index.errors import ModelError

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from index.compiled import Compiled

GRAPH = Path(__file__).with_name("int8") / "all-MiniLM-L6-v2.xml"
INPUTS, OUTPUT = ("input_ids", "attention_mask", "token_type_ids"), "last_hidden_state"
# An index is bound to what these compute as it is to its model: other files would be a precision by another name.
SHA256 = {
    ".xml": "7f941e2233c322bbebdcb3e6fb285d5f6d276956949c90c01f2574be12bdf487",
    ".bin": "c5fd744f17782cef888df51abfd8e526251c4de6d52d60610ec9611c86789636",
}


def quantized(config: "PretrainedConfig") -> "Compiled":
    """The layers of the default model, whose configuration that is, compiled.

    Raises:
        ModelError: its files are missing or altered.
    """
    from index.compiled import stored

    if any(not path.is_file() or sha256_of(path) != SHA256[path.suffix] for path in files()):
        raise ModelError(
            f"The default model in 8 bits, {GRAPH.with_suffix('')}, is missing or altered.",
            "Install this package again, or index with --precision float32.",
        )
    return stored(GRAPH, config, [OUTPUT])


def files() -> list[Path]:
    """The graph, and its weights."""
    return [GRAPH.with_suffix(suffix) for suffix in SHA256]
