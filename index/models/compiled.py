"""Any PyTorch model's forward pass, traced and compiled for the processor it runs on."""

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from index.types import Precision

# OpenVINO is imported where it is used: where it can't be, `compile_model` says so, and PyTorch computes.
if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

    from index.models.inference import Inputs, Outputs, openvino

_log = logging.getLogger(__name__)

VECTORS = "sentence_embedding"  # the output's name in sentence-transformers
_MAX_DEVIATION = 2e-3  # of a compiled model's float32 outputs from the model's own, in root mean squares of these
_PADDING = 15  # the most in a row: batching.py and the reader pad to a multiple of PADDED_TO tokens
# Rows and columns; the last row has as much padding as there may be. The model is traced with the first shape.
_TRIAL_SHAPES = ((2, 19), (1, 7), (3, 40), (2, 250))
_tracing = Lock()


class CompiledModel(nn.Module):
    """A model that OpenVINO computes, in the place of a PyTorch model; it holds no weights of torch.

    Any number of threads may call it. It computes as many calls at once as there are cores for.
    """

    def __init__(
        self,
        graph: "openvino.Model",
        config: "PretrainedConfig",
        outputs: Sequence[str],
        precision: Precision,
        *,
        in_bulk: bool = False,
        **settings: Any,  # noqa: ANN401 (whatever OpenVINO takes)
    ) -> None:
        """`in_bulk`: for many calls at once. `settings`: more settings of OpenVINO than every compiled model has."""
        from index.models.inference import CompiledGraph

        super().__init__()
        self.config = config
        cores = torch.get_num_threads()
        self.graph = CompiledGraph(graph, outputs, precision, in_bulk=in_bulk, cores=cores, **settings)

    def forward(self, **tensors: Tensor) -> dict[str, Tensor]:
        """The outputs by name, float32, for the inputs that the model took; other tensors are ignored."""
        return _as_tensors(self.graph.run(self._arrays(tensors)))

    def run_batches(self, batches: Iterable[Mapping[str, Tensor]]) -> list[dict[str, Tensor]]:
        """The outputs for each batch, in order; as many batches at once as there are cores for."""
        return list(map(_as_tensors, self.graph.run_batches(map(self._arrays, batches))))

    def _arrays(self, tensors: Mapping[str, Tensor]) -> "Inputs":
        return {name: tensors[name].cpu().contiguous().numpy() for name in self.graph.inputs}


def _as_tensors(outputs: "Outputs") -> dict[str, Tensor]:
    return {name: torch.from_numpy(array) for name, array in outputs.items()}


def compile_model(
    model: "PreTrainedModel | SentenceVectors",
    inputs: Sequence[str],
    outputs: Sequence[str],
    precision: Precision,
    *,
    in_bulk: bool = False,
) -> CompiledModel | None:
    """A float32 model compiled to give those outputs for those inputs; None where it can't be, with the reason logged.

    The graph holds only what the model computes for the tokens it is traced with. A model that computes something else
    for other tokens is detected by comparing both on rows of other lengths.
    """
    try:
        with torch.inference_mode():
            graph = trace(model, inputs, outputs)
            compile_in = partial(CompiledModel, graph, model.config, outputs, in_bulk=in_bulk)
            exact = compile_in("float32")
            trials = [_trial_tokens(model.config, inputs, *shape, _prompt_length(model)) for shape in _TRIAL_SHAPES]
            deviation = float(torch.stack([_deviation(model, exact, tokens) for tokens in trials]).max())
            compiled = exact if precision == "float32" else compile_in(precision)
            compiled(**trials[0])  # fails where the processor can't compute in the precision
    except Exception as error:  # noqa: BLE001 (whatever a foreign model makes the tracer or the converter raise)
        _log.info("%s is not compiled for this processor: %s", type(model).__name__, error)
        return None
    if not deviation < _MAX_DEVIATION:  # written this way round since it may be NaN
        _log.info(
            "%s is not compiled for this processor: its outputs would differ by %.2g", type(model).__name__, deviation
        )
        return None
    return compiled


class SentenceVectors(nn.Module):
    """A sentence-transformers model, from its first module to its last, with the one output VECTORS."""

    def __init__(self, model: nn.Module, config: "PretrainedConfig", features: Mapping[str, object]) -> None:
        """`config`: the transformer's. `features`: what the modules get besides tokens, such as the prompt's length."""
        super().__init__()
        self.config, self.features = config, features
        self._model = model

    def forward(self, *, return_dict: bool, **tokens: Tensor) -> dict[str, Tensor]:  # noqa: ARG002 (as transformers)
        """The vectors by the name VECTORS: (rows, dim)."""
        return {VECTORS: self._model({**self.features, **tokens})[VECTORS]}


class _Positional(nn.Module):
    """A model that takes its inputs and gives its outputs by position instead of by name, as the tracer needs it."""

    def __init__(self, model: nn.Module, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        super().__init__()
        self._model, self._inputs, self._outputs = model, inputs, outputs

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        results = self._model(**dict(zip(self._inputs, tensors, strict=True)), return_dict=True)
        return tuple(results[name] for name in self._outputs)


def trace(
    model: "PreTrainedModel | SentenceVectors", inputs: Sequence[str], outputs: Sequence[str]
) -> "openvino.Model":
    """What a model computes for tokens, as a graph that takes its inputs by name."""
    from index.models.inference import openvino

    tokens = _trial_tokens(model.config, inputs, *_TRIAL_SHAPES[0], _prompt_length(model))
    with _quiet_tracing():
        graph = openvino.convert_model(_Positional(model, inputs, outputs), example_input=tuple(tokens.values()))
    for port, name in zip(graph.inputs, inputs, strict=True):
        port.set_names({name})
    return graph


@contextmanager
def _quiet_tracing() -> Iterator[None]:
    """Suppress the warnings of the tracer, that other inputs may be computed otherwise, and those of transformers.

    The converter silences the root logger, and leaves it silent where it fails. All these settings belong to the whole
    process, so one model is traced at a time.
    """
    from transformers.utils import logging as transformers_logging

    with _tracing:
        root, verbosity = logging.getLogger(), transformers_logging.get_verbosity()
        level, filters, handlers = root.level, root.filters[:], root.handlers[:]
        transformers_logging.set_verbosity_error()
        try:
            with warnings.catch_warnings(action="ignore"):
                yield
        finally:
            transformers_logging.set_verbosity(verbosity)
            root.setLevel(level)
            root.filters, root.handlers = filters, handlers


def _prompt_length(model: "PreTrainedModel | SentenceVectors") -> int:
    """The number of tokens of the prompt before every text, which pooling may leave out."""
    return cast(int, model.features.get("prompt_length", 0)) if isinstance(model, SentenceVectors) else 0


def _trial_tokens(
    config: "PretrainedConfig", inputs: Sequence[str], rows: int, columns: int, prompt: int = 0
) -> dict[str, Tensor]:
    """Rows of arbitrary tokens, the last row with padding; no more columns than a model of that configuration reads."""
    most = getattr(config, "max_position_embeddings", columns + prompt + 2) - 2  # some models count from 2
    columns = min(columns + prompt, most)
    tokens = {
        "input_ids": torch.arange(rows * columns).reshape(rows, columns) % config.vocab_size,
        "attention_mask": torch.ones(rows, columns, dtype=torch.int64),
        "token_type_ids": torch.zeros(rows, columns, dtype=torch.int64),
    }
    tokens["attention_mask"][-1, max(prompt + (columns - prompt) // 2, columns - _PADDING - 1) + 1 :] = 0
    return {name: tokens[name] for name in inputs}


def _deviation(model: nn.Module, exact: CompiledModel, tokens: dict[str, Tensor]) -> Tensor:
    """The largest difference between the outputs of the two, padding excluded, in root mean squares of the model's."""
    mask = tokens["attention_mask"].bool()
    before, after = model(**tokens, return_dict=True), exact(**tokens)
    rows = {name: slice(None) if name == VECTORS else mask for name in after}
    pairs = [(before[name][rows[name]], after[name][rows[name]]) for name in after]
    return torch.stack([(old - new).abs().max() / old.square().mean().sqrt() for old, new in pairs]).max()
