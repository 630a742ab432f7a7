"""What the processor does while it embeds, and what it could do."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from index.models.batching import embed_batched
from index.models.compiled import VECTORS, CompiledModel, SentenceVectors, trace
from index.models.hub import ENGLISH_MODEL, shipped_folder
from index.models.inference import openvino
from index.models.shipped import SHIPPED_MODELS
from index.models.tokens import INPUTS
from index.types import Precision
from tests.benchmarks.results import Rate, Share
from tests.benchmarks.timing import seconds_of

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "int8")
NAMED = 10  # kinds of layers
_MULTIPLICATION = "FullyConnected"  # what OpenVINO calls one by weights
_SQUARE = 2048  # rows and columns
_ROWS = 2048  # tokens of a batch, as the model's layers see them
_SECONDS = 0.3  # a measurement of one shape takes at least so long
_BOUND = 4.0  # of numbers in 8 bits; few are drawn beyond

LayerSeconds = Counter[str]  # seconds, by the kind of a layer and what computes it


def rates() -> list[Rate]:
    """What one multiplication by weights reaches at the shapes of the model's layers and at a large square.

    OpenVINO's own time of it, on all cores: bringing the numbers into the precision does not count.
    """
    shapes = [
        (f"{_ROWS}×384 by 384×384 (attention)", (_ROWS, 384, 384)),
        (f"{_ROWS}×384 by 384×1536 (feed-forward, out)", (_ROWS, 384, 1536)),
        (f"{_ROWS}×1536 by 1536×384 (feed-forward, back)", (_ROWS, 1536, 384)),
        (f"{_SQUARE}×{_SQUARE} square", (_SQUARE, _SQUARE, _SQUARE)),
    ]
    return [_rate(name, shape, precision) for precision in PRECISIONS for name, shape in shapes]


def _rate(name: str, shape: tuple[int, int, int], precision: Precision) -> Rate:
    rows, inner, columns = shape
    drawn = np.random.default_rng(1)
    weights = drawn.standard_normal((columns, inner), dtype=np.float32)
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "NUM_STREAMS": 1,
        "PERF_COUNT": True,
    }
    graph = _multiplication(rows, weights, in_8_bits=precision == "int8")
    request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()
    inputs = drawn.standard_normal((rows, inner), dtype=np.float32)

    def layer() -> Any:
        """The multiplication, with the mean time of all of it that was done so far."""
        request.infer([inputs], share_inputs=True)
        return next(one for one in request.profiling_info if one.node_type == _MULTIPLICATION)

    first, began, done = layer().real_time.total_seconds(), time.perf_counter(), 1
    while time.perf_counter() - began < _SECONDS:
        last, done = layer(), done + 1
    seconds = (last.real_time.total_seconds() * done - first) / (done - 1)  # without the first, which is slower
    gigaops = 2 * rows * inner * columns / seconds / 1e9
    return Rate(shape=name, precision=precision, gigaops=round(gigaops, 1), computed_by=last.exec_type)


def _multiplication(rows: int, weights: np.ndarray, *, in_8_bits: bool) -> Any:
    """A graph of one multiplication; where both of its sides are rounded to 8 bits, it is computed in these."""
    from openvino import opset13 as operations

    inputs = operations.parameter([rows, weights.shape[1]], np.float32)
    sides = [inputs, operations.constant(weights)]
    if in_8_bits:
        least, most = np.float32(-_BOUND), np.float32(_BOUND)
        sides = [
            operations.fake_quantize(side, least, most, least, most, levels)
            for side, levels in zip(sides, (256, 255), strict=True)
        ]
    return openvino.Model([operations.matmul(*sides, transpose_a=False, transpose_b=True)], [inputs])


class Profiled(CompiledModel):
    """The English model as it is compiled for embedding, its layers timed; for one core."""

    def __init__(self, model: SentenceTransformer, precision: Precision) -> None:
        if precision == "int8":
            graph = SHIPPED_MODELS[ENGLISH_MODEL].graph(precision)
        else:
            graph = trace(SentenceVectors(model, model[0].model.config, {}), INPUTS, [VECTORS])
        super().__init__(graph, model[0].model.config, [VECTORS], precision, PERF_COUNT=True)
        self._calls = 0

    def run_batches(self, batches: Iterable[Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """As of any compiled model; counted."""
        counted = list(batches)
        self._calls += len(counted)
        return super().run_batches(counted)

    def seconds(self) -> LayerSeconds:
        """What each type of layer took in all calls together."""
        by_layer: LayerSeconds = Counter()
        for layer_type, execution, mean in self.graph.layer_seconds():
            by_layer[f"{layer_type}, {execution}"] += mean * self._calls
        return by_layer


def profile(precision: Precision, texts: Sequence[str]) -> list[Share]:
    """Where the time of embedding goes on one core: kinds of layers, the longest first, then what is none."""
    with _one_thread():
        model = SentenceTransformer(str(shipped_folder(ENGLISH_MODEL)), device="cpu").eval().float()
        layers = model[0].model = Profiled(model, precision)
        embed_batched(model, texts)  # what computes a shape is made when it is first met
        before = layers.seconds()
        whole = seconds_of(partial(embed_batched, model, texts))
        tokenizing = seconds_of(partial(model.preprocess, list(texts)))
        by_layer = layers.seconds()
        by_layer.subtract(before)
    named = dict(by_layer.most_common(NAMED))
    named["all other layers"] = by_layer.total() - sum(named.values())
    named["tokenizing"] = tokenizing
    named["around the layers: batches, unit length"] = whole - by_layer.total() - tokenizing
    return [Share(operation=name, share=round(seconds / whole, 4)) for name, seconds in named.items()]


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
