"""The default model in 8 bits, which comes with this package."""

from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError, PrecisionError
from index.files import sha256_of

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from index.models.compiled import CompiledModel

GRAPH = Path(__file__).with_name("int8") / "all-MiniLM-L6-v2.xml"
INPUTS, OUTPUT = ("input_ids", "attention_mask", "token_type_ids"), "last_hidden_state"  # of the stored graph
# An index is bound to the vectors of these files as it is to its model: vectors of other files would not fit them.
SHA256 = {
    ".xml": "7084aa044a55f4da79f47cdc16f17711935db1aedd54510caa87ee5c267bfdc9",
    ".bin": "ec7be18702407ea84fd6c2d99c74f5445d1f474e6cf0a3a966f6610732138543",
}


def quantized_default_model(config: "PretrainedConfig", *, in_bulk: bool = False) -> "CompiledModel":
    """The default model in 8 bits, compiled.

    `config`: the configuration of the default model. `in_bulk`: for many calls at once.

    Raises:
        ModelError: its files are missing or altered.
        PrecisionError: this processor can't compute it.
    """
    from index.models.compiled import VECTORS, load_quantized

    if any(not path.is_file() or sha256_of(path) != SHA256[path.suffix] for path in files()):
        raise ModelError(
            f"The default model in 8 bits, {GRAPH.with_suffix('')}, is missing or altered.",
            "Install this package again, or index with --precision float32.",
        )
    try:
        return load_quantized(GRAPH, config, INPUTS, VECTORS, in_bulk=in_bulk)
    except RuntimeError as error:
        raise PrecisionError(
            f"This processor can't compute the default model in 8 bits ({error}).",
            "Run: rag index --rebuild --precision float32",
        ) from error


def files() -> list[Path]:
    """The files of the graph and of its weights."""
    return [GRAPH.with_suffix(suffix) for suffix in SHA256]
