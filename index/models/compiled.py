"""A model's forward pass, compiled for the processor it runs on; the only import of openvino."""

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from index.types import Precision

# OpenVINO tells its makers of every import and conversion, over the network, unless it does not find its means to.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
import openvino as openvino  # noqa: E402, PLC0414 (which quantize.py takes from here)
from openvino import opset13 as operations  # noqa: E402

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

_log = logging.getLogger(__name__)

VECTORS = "sentence_embedding"  # as sentence-transformers names them

# In 8 bits what is not quantized is computed in float32, so that every processor finds nearly the same.
_HINTS = {"float32": "f32", "bfloat16": "bf16", "int8": "f32"}
# A call alone is sooner done on two cores than on one: a question of 13 tokens in 1.0 ms for 1.5, three passages read
# in 46 for 58. Many batches are sooner done on a core each: 148 to 153 passages a second for 141 to 143. Both find the
# same, bit for bit; of more cores no machine was there to measure.
_CORES_A_CALL, _IN_BULK = 2, 1
_MOST_APART = 2e-3  # what a compiled model finds in float32 and what it found before, in root mean squares of it
_PADDING = 15  # at most: packing.py and the reader pad to a multiple of PADDED_TO tokens
# Rows and columns, the last row with as much padding as there may be; the first are followed.
_TRIED = ((2, 19), (1, 7), (3, 40), (2, 250))
_following = Lock()


class Compiled(nn.Module):
    """A model without its weights: OpenVINO computes what its forward gave.

    Any number of threads may call it. As many calls are computed at once as the cores suffice for.
    """

    def __init__(
        self,
        graph: openvino.Model,
        config: "PretrainedConfig",
        outputs: Sequence[str],
        precision: Precision,
        *,
        in_bulk: bool = False,
        **more: object,
    ) -> None:
        """`in_bulk`: for many calls at once. `more`: settings of OpenVINO's beside those that every model here has."""
        super().__init__()
        self.config = config
        self._outputs = tuple(outputs)
        cores = torch.get_num_threads()
        calls = max(1, cores // (_IN_BULK if in_bulk else _CORES_A_CALL))
        settings = {
            "INFERENCE_PRECISION_HINT": _HINTS[precision],
            "NUM_STREAMS": calls,
            "INFERENCE_NUM_THREADS": cores,
            "ENABLE_CPU_PINNING": False,  # other processes may have their threads there
            **more,
        }
        compiled = openvino.Core().compile_model(graph, "CPU", settings)
        self._inputs = [given.get_any_name() for given in compiled.inputs]
        self._map = map if calls == 1 else ThreadPoolExecutor(calls, thread_name_prefix="compiled").map
        self._requests: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(calls):
            self._requests.put(compiled.create_infer_request())

    def forward(self, **given: Tensor) -> dict[str, Tensor]:
        """The outputs by name, float32, for the inputs that the model took; others are left out."""
        arrays = {name: given[name].cpu().contiguous().numpy() for name in self._inputs}
        request = self._requests.get()
        try:
            found = request.infer(arrays, share_inputs=True, share_outputs=False)
            return {name: torch.from_numpy(found[place]) for place, name in enumerate(self._outputs)}
        finally:
            self._requests.put(request)

    def side_by_side(self, batches: Iterable[Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """What each batch gives, in order, as many at once as there are cores for."""
        return list(self._map(lambda batch: self(**batch), batches))


def compiled(
    model: "PreTrainedModel | Vectors",
    inputs: Sequence[str],
    outputs: Sequence[str],
    precision: Precision,
    *,
    in_bulk: bool = False,
) -> Compiled | None:
    """A float32 model compiled to give those outputs for those inputs; None, with why in the log, where it can't be.

    The model is followed while it reads some tokens. One that goes another way for others is found out by comparing
    the two on rows of other lengths.
    """
    try:
        with torch.inference_mode():
            graph = followed(model, inputs, outputs)
            make = partial(Compiled, graph, model.config, outputs, in_bulk=in_bulk)
            exact = make("float32")
            tried = [_tokens(model.config, inputs, *shape, prompt=_prompt_of(model)) for shape in _TRIED]
            apart = float(torch.stack([_apart(model, exact, tokens) for tokens in tried]).max())
            made = exact if precision == "float32" else make(precision)
            made(**tried[0])  # not every processor computes in every precision
    except Exception as error:  # noqa: BLE001 (whatever a foreign model makes the tracer or the converter raise)
        _log.info("%s is not compiled for this processor: %s", type(model).__name__, error)
        return None
    if not apart < _MOST_APART:  # said so, since it may be no number
        _log.info("%s is not compiled for this processor: it found other numbers, by %.2g", type(model).__name__, apart)
        return None
    return made


def stored(
    path: Path, config: "PretrainedConfig", inputs: Sequence[str], output: str, *, in_bulk: bool = False
) -> Compiled:
    """A transformer's graph that was quantized and stored, with the mean of its tokens' vectors behind it.

    Raises:
        RuntimeError: this processor can't compute it.
    """
    made = Compiled(with_mean(openvino.Core().read_model(path)), config, [output], "int8", in_bulk=in_bulk)
    tokens = _tokens(config, inputs, *_TRIED[0])
    found = made(**tokens)[output]
    if len(found) != len(tokens["input_ids"]) or not found.isfinite().all():
        raise RuntimeError("OpenVINO computes nothing of it here")
    return made


def with_mean(graph: openvino.Model) -> openvino.Model:
    """A transformer's graph that gives each row the mean of its tokens' vectors, without those of padding."""
    held = operations.unsqueeze(operations.convert(graph.input("attention_mask"), "f32"), 2)
    vectors = graph.output(0).get_node().input_value(0)
    summed, tokens = (operations.reduce_sum(one, 1) for one in (operations.multiply(vectors, held), held))
    return openvino.Model([operations.divide(summed, tokens)], graph.get_parameters())


class Vectors(nn.Module):
    """The vectors of a sentence-transformers model, by the name VECTORS, from all of its modules."""

    def __init__(self, model: nn.Module, config: "PretrainedConfig", told: Mapping[str, object]) -> None:
        """`config`: of its transformer. `told`: what modules are told beside tokens, as how long the prompt is."""
        super().__init__()
        self.config, self.told = config, told
        self._model = model

    def forward(self, *, return_dict: bool, **tokens: Tensor) -> dict[str, Tensor]:  # noqa: ARG002 (as transformers)
        """By name, (rows, dim)."""
        return {VECTORS: self._model({**self.told, **tokens})[VECTORS]}


class _Named(nn.Module):
    """A model whose inputs and outputs have an order, as a graph's have."""

    def __init__(self, model: nn.Module, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        super().__init__()
        self._model, self._inputs, self._outputs = model, inputs, outputs

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        found = self._model(**dict(zip(self._inputs, given, strict=True)), return_dict=True)
        return tuple(found[name] for name in self._outputs)


def followed(model: "PreTrainedModel | Vectors", inputs: Sequence[str], outputs: Sequence[str]) -> openvino.Model:
    """What a model does with tokens, as a graph that takes and gives these by their names."""
    tokens = _tokens(model.config, inputs, *_TRIED[0], prompt=_prompt_of(model))
    with _quietly():
        graph = openvino.convert_model(_Named(model, inputs, outputs), example_input=tuple(tokens.values()))
    for port, name in zip(graph.inputs, inputs, strict=True):
        port.set_names({name})
    return graph


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the tracer's warnings that another input may go another way, and transformers' of what it looks at.

    The converter silences the root logger, and where it fails leaves it so. All of this is the whole process's: one
    model is followed at a time.
    """
    from transformers.utils import logging as of_transformers

    with _following:
        root, verbosity = logging.getLogger(), of_transformers.get_verbosity()
        level, filters, handlers = root.level, root.filters[:], root.handlers[:]
        of_transformers.set_verbosity_error()
        try:
            with warnings.catch_warnings(action="ignore"):
                yield
        finally:
            of_transformers.set_verbosity(verbosity)
            root.setLevel(level)
            root.filters, root.handlers = filters, handlers


def _prompt_of(model: "PreTrainedModel | Vectors") -> int:
    """Tokens that stand before those of every text, and may not count."""
    return cast(int, model.told.get("prompt_length", 0)) if isinstance(model, Vectors) else 0


def _tokens(
    config: "PretrainedConfig", inputs: Sequence[str], rows: int, columns: int, prompt: int = 0
) -> dict[str, Tensor]:
    """Rows of any tokens, the last of them with padding; no more columns than a model of that configuration reads."""
    most = getattr(config, "max_position_embeddings", columns + prompt + 2) - 2  # some count from 2
    columns = min(columns + prompt, most)
    made = {
        "input_ids": torch.arange(rows * columns).reshape(rows, columns) % config.vocab_size,
        "attention_mask": torch.ones(rows, columns, dtype=torch.int64),
        "token_type_ids": torch.zeros(rows, columns, dtype=torch.int64),
    }
    made["attention_mask"][-1, max(prompt + (columns - prompt) // 2, columns - _PADDING - 1) + 1 :] = 0
    return {name: made[name] for name in inputs}


def _apart(model: nn.Module, exact: Compiled, tokens: dict[str, Tensor]) -> Tensor:
    """How far apart any two numbers are that the two find, of what is not padding, in root mean squares."""
    held = tokens["attention_mask"].bool()
    before, after = model(**tokens, return_dict=True), exact(**tokens)
    rows = {name: slice(None) if name == VECTORS else held for name in after}
    pairs = [(before[name][rows[name]], after[name][rows[name]]) for name in after]
    return torch.stack([(one - other).abs().max() / one.square().mean().sqrt() for one, other in pairs]).max()
