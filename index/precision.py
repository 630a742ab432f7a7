"""In which precision a model embeds: the fastest here whose vectors are those of float32."""

import logging
import time
from typing import TYPE_CHECKING

from index.manifest import Precision
from index.packing import embed_batched, in_bfloat16

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_log = logging.getLogger(__name__)

# The least cosine that any vector may have to the same text's in float32. bfloat16 gives the default model 0.9999;
# 8-bit integers, made by torch's dynamic quantization, gave it 0.905, and are not among the choices for that.
LEAST_COSINE = 0.995
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
    """Whether the processor that a model is on has instructions for bfloat16; torch computes it, slowly, without."""
    import torch

    kind = torch.device(device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    # torch has no public way to ask.
    cpu = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()  # noqa: SLF001
    return kind == "cpu" and bool(cpu)


def measured_precision(model: "SentenceTransformer") -> Precision:
    """The precision in which a float32 model embeds a few texts sooner, of those that are near enough to float32.

    Where the processor has only float32, nothing is measured; otherwise that takes a second or two.
    """
    if not computes_in_bfloat16(model.device):
        return "float32"
    texts, rough = sample_texts(), in_bfloat16(model)
    try:
        least = (embed_batched(model, texts) * embed_batched(rough, texts)).sum(1).min()
    except RuntimeError as error:  # a kind of layer that torch has not in bfloat16
        _log.info("the model can't compute in bfloat16: %s", error)
        return "float32"
    if not least >= LEAST_COSINE:  # said so, since it may be no number
        return "float32"
    rounds = [(_seconds(model, texts), _seconds(rough, texts)) for _ in range(_ROUNDS)]  # in turns: others run too
    exact_took, rough_took = (min(seconds) for seconds in zip(*rounds, strict=True))
    return "bfloat16" if rough_took < exact_took else "float32"


def sample_texts() -> list[str]:
    """Texts of one to ten sentences, the same each time."""
    count = len(_SENTENCES)
    return [
        " ".join(_SENTENCES[(start + step) % count] for step in range(length)) for start, length in enumerate(_LENGTHS)
    ]


def _seconds(model: "SentenceTransformer", texts: list[str]) -> float:
    began = time.perf_counter()
    embed_batched(model, texts)
    return time.perf_counter() - began
