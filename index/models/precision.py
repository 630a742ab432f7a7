"""In which precision a model embeds: the fastest here whose vectors are near enough to those of float32."""

import copy
import logging
import time
from typing import TYPE_CHECKING

from index.errors import PrecisionError
from index.models.batching import embed_batched, prompt_of
from index.models.quantized import quantized
from index.types import Precision

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    from index.models.compiled import Compiled

_log = logging.getLogger(__name__)

# The least cosine that the vector of any of the texts below may have to the same text's in float32. What each precision
# does to what is found, tests/benchmarks/README.md says.
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
    """Whether the processor that a model is on has instructions for bfloat16; it is computed, slowly, without."""
    import torch

    kind = torch.device(device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    # torch has no public way to ask.
    cpu = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
    return kind == "cpu" and bool(cpu)


def to_precision(model: "SentenceTransformer", precision: Precision, *, in_bulk: bool = False) -> "SentenceTransformer":
    """A copy of a float32 model that computes in a precision, compiled for the processor where it can be.

    `in_bulk`: for many batches at once. It finds the same then.

    Raises:
        ModelError: the default model's weights in 8 bits are missing or altered.
    """
    if precision == "int8":
        return _with(model, quantized(model[0].model.config, in_bulk=in_bulk))
    if model.device.type == "cpu" and (made := _compiled(model, precision, in_bulk=in_bulk)):
        return _with(model, made)
    return copy.deepcopy(model).bfloat16() if precision == "bfloat16" else model


def _compiled(model: "SentenceTransformer", precision: Precision, *, in_bulk: bool) -> "Compiled | None":
    """The whole of the model compiled, if its first module is one that reads a table of tokens, padded at the end."""
    from sentence_transformers.sentence_transformer.modules import Transformer
    from torch import Tensor

    from index.models.compiled import VECTORS, Vectors, compiled

    # Where a row's padding stands before its tokens, what is followed here would be another way.
    if type(model[0]) is not Transformer or getattr(model.tokenizer, "padding_side", "right") != "right":
        return None
    given = model.preprocess(["a text"], prompt=prompt_of(model))
    inputs = [name for name, value in given.items() if isinstance(value, Tensor)]
    told = {name: value for name, value in given.items() if name not in inputs}
    return compiled(Vectors(model, model[0].model.config, told), inputs, [VECTORS], precision, in_bulk=in_bulk)


def _with(model: "SentenceTransformer", made: "Compiled") -> "SentenceTransformer":
    """A model that reads texts as the given one, whose vectors `made` computes, for `embed_batched` alone.

    It has no transformer; the modules behind that stay, small as they are, since they know how long vectors are.
    """
    return copy.deepcopy(model, {id(model[0].model): made}).to("cpu")


def fastest_precision(model: "SentenceTransformer", *, in_8_bits: bool = False) -> Precision:
    """The precision in which a float32 model embeds a few texts soonest, of those that are near enough to float32.

    `in_8_bits`: whether it is the default model, which comes in 8 bits too. Takes some seconds; where the
    processor has only float32 and the model no other, nothing is measured.
    """
    others: list[Precision] = ["bfloat16"] if computes_in_bfloat16(model.device) else []
    others += ["int8"] if in_8_bits and model.device.type == "cpu" else []
    if not others:
        return "float32"
    texts, exact = sample_texts(), to_precision(model, "float32", in_bulk=True)
    vectors = embed_batched(exact, texts)
    made: dict[Precision, SentenceTransformer] = {"float32": exact}
    for precision in others:
        try:
            other = to_precision(model, precision, in_bulk=True)
            least = float((vectors * embed_batched(other, texts)).sum(1).min())
        except (PrecisionError, RuntimeError) as error:  # torch has not every kind of layer in bfloat16
            _log.info("the model can't compute in %s: %s", precision, error)
            continue
        if least >= LEAST_COSINE[precision]:  # not so where it is no number
            made[precision] = other
    rounds = [{precision: _seconds(one, texts) for precision, one in made.items()} for _ in range(_ROUNDS)]
    return min(made, key=lambda precision: min(taken[precision] for taken in rounds))  # in turns: others run too


def sample_texts() -> list[str]:
    """Short questions and texts of one to ten sentences, the same each time."""
    count = len(_SENTENCES)
    texts = [
        " ".join(_SENTENCES[(start + step) % count] for step in range(length)) for start, length in enumerate(_LENGTHS)
    ]
    return [*texts, "Who?", "When was it opened?"]


def _seconds(model: "SentenceTransformer", texts: list[str]) -> float:
    began = time.perf_counter()
    embed_batched(model, texts)
    return time.perf_counter() - began
