"""BERT (Devlin et al., 2019) as an OpenVINO graph made from its weights: nothing is traced, PyTorch is not needed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from index.models.inference import openvino, operations
from index.models.tokens import INPUTS
from index.models.vocabulary import WORD_TABLE, WORD_VECTORS

Weights = Mapping[str, NDArray[np.float32]]  # by the names of transformers' BertModel
_Node = Any  # openvino.Node, whose operators carry no types

_LAST_AXIS = np.array([-1], dtype=np.int64)


class BertGraph:
    """Builds the graph of one BERT; `config` is its config.json.

    Where the weights lack the vectors of words, the graph takes these, (rows, tokens, dim) float32, and no ids.
    """

    def __init__(self, weights: Weights, config: Mapping[str, Any], layers: int | None = None) -> None:
        """`layers`: how many are computed, the lowest first; all by default."""
        self._weights = weights
        self._layers = layers or int(config["num_hidden_layers"])
        self._heads = int(config["num_attention_heads"])
        self._size = int(config["hidden_size"])
        self._epsilon = float(config["layer_norm_eps"])
        names = INPUTS if WORD_TABLE in weights else (WORD_VECTORS, *INPUTS[1:])
        self._inputs = {name: _input(name, self._size) for name in names}

    def token_vectors(self) -> openvino.Model:
        """A graph that gives the last hidden state, (rows, tokens, dim)."""
        return self._model([self._encoder()])

    def span_scores(self) -> openvino.Model:
        """A graph that gives the start and the end logits of a question-answering head, each (rows, tokens)."""
        logits = self._linear(self._encoder(), "qa_outputs")
        axis = operations.constant(np.int64(2))
        start, end = (operations.gather(logits, operations.constant(np.int64(column)), axis) for column in (0, 1))
        return self._model([start, end])

    def _model(self, outputs: list[_Node]) -> openvino.Model:
        return openvino.Model(outputs, list(self._inputs.values()))

    def _encoder(self) -> _Node:
        mask = operations.convert(self._inputs["attention_mask"], "f32")
        padding = operations.subtract(self._constant(np.float32(1.0)), mask)
        lowest = self._constant(np.float32(np.finfo(np.float32).min))
        attention_bias = operations.unsqueeze(operations.multiply(padding, lowest), np.array([1, 2], dtype=np.int64))
        vectors = self._embeddings()
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}"
            attended = self._attention(vectors, attention_bias, f"{name}.attention.self")
            attended = self._linear(attended, f"{name}.attention.output.dense")
            vectors = self._layer_norm(operations.add(attended, vectors), f"{name}.attention.output.LayerNorm")
            widened = operations.gelu(self._linear(vectors, f"{name}.intermediate.dense"), "erf")
            narrowed = self._linear(widened, f"{name}.output.dense")
            vectors = self._layer_norm(operations.add(narrowed, vectors), f"{name}.output.LayerNorm")
        return vectors

    def _embeddings(self) -> _Node:
        first, one = operations.constant(np.int64(0)), operations.constant(np.int64(1))
        length = operations.gather(operations.shape_of(self._inputs["attention_mask"]), one, first)
        indices = {
            "token_type": self._inputs["token_type_ids"],
            "position": operations.range(first, length, one, "i64"),
        }
        if "input_ids" in self._inputs:
            indices["word"] = self._inputs["input_ids"]
        tables = {name: self._weight(f"embeddings.{name}_embeddings.weight") for name in indices}
        vectors = {name: operations.gather(tables[name], indices[name], first) for name in indices}
        token_type, position = vectors["token_type"], vectors["position"]
        word = vectors["word"] if "word" in vectors else self._inputs[WORD_VECTORS]
        return self._layer_norm(operations.add(operations.add(word, token_type), position), "embeddings.LayerNorm")

    def _attention(self, vectors: _Node, bias: _Node, name: str) -> _Node:
        heads_first = np.array([0, 2, 1, 3], dtype=np.int64)
        per_head = np.array([0, 0, self._heads, self._size // self._heads], dtype=np.int64)

        def split(part: str) -> _Node:
            rows = operations.reshape(self._linear(vectors, f"{name}.{part}"), per_head, special_zero=True)
            return operations.transpose(rows, heads_first)

        mixed = operations.scaled_dot_product_attention(split("query"), split("key"), split("value"), bias)
        joined = np.array([0, 0, self._size], dtype=np.int64)
        return operations.reshape(operations.transpose(mixed, heads_first), joined, special_zero=True)

    def _linear(self, vectors: _Node, name: str) -> _Node:
        product = operations.matmul(vectors, self._weight(f"{name}.weight"), transpose_a=False, transpose_b=True)
        return operations.add(product, self._weight(f"{name}.bias"))

    def _layer_norm(self, vectors: _Node, name: str) -> _Node:
        normal = operations.mvn(vectors, _LAST_AXIS, normalize_variance=True, eps=self._epsilon, eps_mode="inside_sqrt")
        return operations.add(operations.multiply(normal, self._weight(f"{name}.weight")), self._weight(f"{name}.bias"))

    def _weight(self, name: str) -> _Node:
        return self._constant(self._weights[name])

    @staticmethod
    def _constant(array: NDArray[np.float32] | np.float32) -> _Node:
        return operations.constant(np.ascontiguousarray(array, dtype=np.float32), shared_memory=True)


def read_weights(path: Path, part: str = "", *, words: bool = True) -> dict[str, NDArray[np.float32]]:
    """The weights in a safetensors file whose names begin with `part`, which is the encoder's own name for them.

    The prefix that a model with a head puts before its encoder's names is removed. Without `words` the vectors of words
    are left out.

    Raises:
        ValueError: the file is missing, or not a safetensors file.
    """
    weights: dict[str, NDArray[np.float32]] = {}
    try:
        with safe_open(path, framework="numpy") as file:
            for stored_name in file.keys():  # noqa: SIM118 (not a mapping)
                name = stored_name.removeprefix("bert.")
                if name.startswith(part) and (words or name != WORD_TABLE):
                    weights[name] = file.get_tensor(stored_name).astype(np.float32, copy=False)
    except (OSError, SafetensorError) as error:
        raise ValueError(str(error)) from error
    return weights


def read_config(folder: Path) -> dict[str, Any]:
    """The config.json of a model's folder.

    Raises:
        ValueError: it is missing, or not JSON.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(str(error)) from error
    return config


def _input(name: str, size: int) -> _Node:
    is_vectors = name == WORD_VECTORS
    parameter = operations.parameter(
        [-1, -1, size] if is_vectors else [-1, -1], np.float32 if is_vectors else np.int64, name
    )
    parameter.output(0).set_names({name})
    return parameter
