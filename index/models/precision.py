"""The precision in which a model embeds: the fastest on this processor whose vectors stay near to those of float32."""

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from index.errors import PrecisionError
from index.models.batching import embed_batched, prompt_of
from index.types import Matrix, Precision

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from index.models.compiled import CompiledModel

Encode = Callable[[Sequence[str]], Matrix]  # texts to (n, dim) float32, unit length

_log = logging.getLogger(__name__)

# The least cosine that the vector of any of the texts below may have with the same text's vector in float32. What each
# precision costs in retrieval, tests/benchmarks/README.md says.
LEAST_COSINE: dict[Precision, float] = {"bfloat16": 0.995, "int8": 0.95}
_ROUNDS = 2
_SENTENCES = (
    "The ferry left the harbour at dawn with nine hundred tonnes of tea, forty passengers and a crew of twelve.",
    "Parliament passed the budget on Tuesday, after a debate of eleven hours, by 214 votes to 180.",
    "A protein folds into the shape in which its energy is least; how it finds this so soon is not fully known.",
    "Die Brücke über den Fluss wurde im Herbst 1962 für den Verkehr geöffnet und seither zweimal erneuert.",
    "Why did the company move its headquarters, and what became of the people who had worked there?",
    "Rain is expected in the north; in the south it stays dry, with 31 degrees by the afternoon.",
)
_LENGTHS = (1, 8, 2, 6, 1, 10, 3, 5)  # in sentences


def computes_in_bfloat16(device: "torch.device | str" = "cpu") -> bool:
    """Whether a device has instructions for bfloat16; without them it is emulated, slowly."""
    import torch

    device_type = torch.device(device).type
    if device_type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    capabilities = torch.cpu.get_capabilities()
    return device_type == "cpu" and bool(capabilities.get("avx512_bf16") or capabilities.get("amx_tile"))


def to_precision(model: "SentenceTransformer", precision: Precision, *, in_bulk: bool = False) -> "SentenceTransformer":
    """A float32 model in another precision, compiled for the processor where it can be.

    It is a copy, unless the model can't be compiled and stays in float32. `in_bulk`: faster for many batches at once,
    with the same vectors.

    Raises:
        PrecisionError: the precision is 8 bits, in which only the default model exists.
    """
    if precision == "int8":
        raise PrecisionError("This model does not exist in 8 bits.", "Name another precision.")
    if model.device.type == "cpu" and (compiled := _compile(model, precision, in_bulk=in_bulk)):
        return _with_transformer(model, compiled)
    return copy.deepcopy(model).bfloat16() if precision == "bfloat16" else model


def _compile(model: "SentenceTransformer", precision: Precision, *, in_bulk: bool) -> "CompiledModel | None":
    """All modules of the model compiled into one; None where they can't be.

    They can be if the first module reads a table of tokens that is padded at the end: where padding stands before a
    row's tokens, other batches would be computed otherwise than the one that is traced.
    """
    from sentence_transformers.sentence_transformer.modules import Transformer
    from torch import Tensor

    from index.models.compiled import VECTORS, SentenceVectors, compile_model

    if type(model[0]) is not Transformer or getattr(model.tokenizer, "padding_side", "right") != "right":
        return None
    features = model.preprocess(["a text"], prompt=prompt_of(model))
    inputs = [name for name, value in features.items() if isinstance(value, Tensor)]
    others = {name: value for name, value in features.items() if name not in inputs}
    vectors = SentenceVectors(model, model[0].model.config, others)
    return compile_model(vectors, inputs, [VECTORS], precision, in_bulk=in_bulk)


def _with_transformer(model: "SentenceTransformer", compiled: "CompiledModel") -> "SentenceTransformer":
    """A copy of a model in which a compiled model takes the transformer's place; only `embed_batched` can use it.

    The small modules behind the transformer stay, since they know the vectors' dimension.
    """
    return copy.deepcopy(model, {id(model[0].model): compiled}).to("cpu")


def precisions_of(model: "SentenceTransformer") -> dict[Precision, Callable[[], Encode]]:
    """The precisions that a model may compute in here, each with what loads it for bulk; float32 is the first."""

    def load(precision: Precision) -> Encode:
        return partial(embed_batched, to_precision(model, precision, in_bulk=True))

    choices: list[Precision] = ["float32", "bfloat16"] if computes_in_bfloat16(model.device) else ["float32"]
    return {precision: partial(load, precision) for precision in choices}


def fastest_precision(loaders: Mapping[Precision, Callable[[], Encode]]) -> Precision:
    """The precision in which a model embeds some texts fastest, of those near enough to float32.

    `loaders` has float32 first. Measuring takes some seconds; it is left out where float32 is the only choice.
    """
    if len(loaders) == 1:
        return "float32"
    texts = sample_texts()
    exact = loaders["float32"]()
    exact_vectors = exact(texts)
    candidates: dict[Precision, Encode] = {"float32": exact}
    for precision, load in loaders.items():
        if precision == "float32":
            continue
        try:
            candidate = load()
            least_cosine = float((exact_vectors * candidate(texts)).sum(1).min())
        except (PrecisionError, RuntimeError) as error:  # torch does not have every kind of layer in bfloat16
            _log.info("the model can't compute in %s: %s", precision, error)
            continue
        if least_cosine >= LEAST_COSINE[precision]:  # false where it is NaN
            candidates[precision] = candidate
    seconds: dict[Precision, list[float]] = {precision: [] for precision in candidates}
    for _ in range(_ROUNDS):  # in turns, since other processes run too
        for precision, candidate in candidates.items():
            began = perf_counter()
            candidate(texts)
            seconds[precision].append(perf_counter() - began)
    return min(candidates, key=lambda precision: min(seconds[precision]))


def not_computable(precision: Precision, reason: object) -> PrecisionError:
    """The error for the default model in a precision that OpenVINO can't compute here."""
    words = "8 bits" if precision == "int8" else precision
    return PrecisionError(
        f"This processor can't compute the default model in {words} ({reason}).",
        "Run: rag index --rebuild --precision float32",
    )


def sample_texts() -> list[str]:
    """Short questions and texts of one to ten sentences, the same each time."""
    count = len(_SENTENCES)
    texts = [
        " ".join(_SENTENCES[(start + step) % count] for step in range(length)) for start, length in enumerate(_LENGTHS)
    ]
    return [*texts, "Who?", "When was it opened?"]
