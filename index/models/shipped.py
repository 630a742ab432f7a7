"""The embedding models that come with the package, run by OpenVINO alone: no PyTorch, nothing traced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from index.errors import ModelError
from index.files import sha256_of
from index.models import multilingual
from index.models.bert import BertGraph, read_config, read_weights
from index.models.hub import ENGLISH_MODEL, MULTILINGUAL_MODEL, shipped_folder, shipped_remedy
from index.models.inference import CompiledGraph, Inputs, openvino, with_mean_pooling
from index.models.pieces import shipped_tokenizer
from index.models.precision import not_computable
from index.models.tokens import padded_arrays, token_batches
from index.models.vocabulary import vocabulary_of
from index.types import Matrix, Precision

DIMENSION = 384  # of the vectors of both models
TEXTS_AT_ONCE = 4096  # the most that are tokenized and sorted together, so that memory is bounded
_INT8 = Path(__file__).with_name("int8")
_VECTORS = "sentence_embedding"


@dataclass(frozen=True, slots=True)
class ShippedModel:
    """One of the models: the tokens of a text that it reads at most, and the hashes of its files in 8 bits by suffix.

    An index is bound to the vectors of these files as it is to its model: vectors of other files would not fit them.
    """

    name: str
    max_tokens: int
    quantized_sha256: Mapping[str, str]

    def quantized_files(self) -> list[Path]:
        """The files of the 8-bit graph and of its weights."""
        return [_INT8 / f"{self.name}{suffix}" for suffix in self.quantized_sha256]

    def graph(self, precision: Precision) -> openvino.Model:
        """The graph that gives a text's vector, before it is scaled to unit length.

        Raises:
            ModelError: the files in 8 bits are missing or altered.
            KeyError, ValueError: the other files are missing or damaged.
        """
        if precision == "int8":
            return with_mean_pooling(openvino.Core().read_model(self._checked_quantized_graph()))
        return with_mean_pooling(self.float_graph())

    def float_graph(self) -> openvino.Model:
        """The graph that gives the vector of each token, in float32.

        Raises:
            KeyError, ValueError: the files are missing or damaged.
        """
        folder = shipped_folder(self.name)
        if self.name == MULTILINGUAL_MODEL:
            return BertGraph(multilingual.read_weights(words=False), read_config(folder)).token_vectors()
        return BertGraph(read_weights(folder / "model.safetensors"), read_config(folder)).token_vectors()

    def prepare(self, inputs: Inputs) -> Inputs:
        """The inputs of the graph for ids: the multilingual model's has the vectors of words in their place."""
        if self.name != MULTILINGUAL_MODEL:
            return inputs
        return vocabulary_of(multilingual.WEIGHTS, in_four_bits=True).with_word_vectors(inputs)

    def _checked_quantized_graph(self) -> Path:
        files = self.quantized_files()
        if any(not path.is_file() or sha256_of(path) != self.quantized_sha256[path.suffix] for path in files):
            raise ModelError(
                f"The model {self.name} in 8 bits, {_INT8 / self.name}, is missing or altered.",
                "Install this package again, or index with --precision float32.",
            )
        return next(path for path in files if path.suffix == ".xml")


SHIPPED_MODELS = {
    model.name: model
    for model in (
        ShippedModel(
            ENGLISH_MODEL,
            256,  # sentence_bert_config.json beside the model says so
            {
                ".xml": "7084aa044a55f4da79f47cdc16f17711935db1aedd54510caa87ee5c267bfdc9",
                ".bin": "ec7be18702407ea84fd6c2d99c74f5445d1f474e6cf0a3a966f6610732138543",
            },
        ),
        ShippedModel(
            MULTILINGUAL_MODEL,
            multilingual.MAX_TOKENS,
            {
                ".xml": "bd7ca25e2b3b0839ede4b254b09fe4e54ac08d08635699a78c0cc0977e2e381c",
                ".bin": "8511a87c732969b8c899412ecf1452a4298357994babf9b25edc96ae3657a8a7",
            },
        ),
    )
}


class ShippedEncoder:
    """A shipped model in one precision, loaded and compiled.

    `in_bulk`: faster for many batches at once, with the same vectors.

    Raises:
        ModelError: its files are missing or altered.
        PrecisionError: this processor can't compute it.
    """

    def __init__(self, name: str, precision: Precision, *, in_bulk: bool = False) -> None:
        self._model = model = SHIPPED_MODELS[name]
        try:
            self._tokenizer = shipped_tokenizer(name, shipped_folder(name), model.max_tokens)
            compiled = partial(CompiledGraph, prepare=model.prepare, in_bulk=in_bulk)
            self._graph = compiled(model.graph(precision), [_VECTORS], precision)
            trial = self.encode(["a text", "a longer text, so that the first one is padded"])
        except (KeyError, ValueError) as error:
            raise ModelError(
                f'The embedding model "{name}" in {shipped_folder(name)} can\'t be loaded ({error}).',
                shipped_remedy(name),
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
        most = self._model.max_tokens
        inputs = (padded_arrays([encodings[position] for position in batch], most) for batch in batches)
        outputs = self._graph.run_batches(inputs)
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        vectors[np.concatenate(batches)] = np.concatenate([output[_VECTORS] for output in outputs])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
