"""Texts through a model with little padding, in batches of like length."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

# Tokens a forward pass holds at most on a processor, padding among them; a longer text is alone.
TOKENS_A_BATCH = 1024
# On an accelerator; not measured, but what `encode` gives it of this model's longest texts, 32 of 256 tokens.
_TOKENS_A_BATCH_ELSEWHERE = 8192
# Texts are padded to a multiple of so many tokens, and a batch has a power of two of them, so that batches have few
# shapes: what computes them is made for each shape when it is first met, and kept.
PADDED_TO = 16
_TEXTS_AT_ONCE = 4096  # as many are tokenized and sorted together, so that memory is bounded
_TEXTS_A_BATCH = 8  # of models whose tokens can't be cut here


def embed_batched(model: "SentenceTransformer", texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a text, (n, dim) float32 of unit length, as the model's `encode` gives.

    `encode` fills its batches by a number of texts. Here all are tokenized at once, sorted by length, and batched
    by their tokens.
    """
    if not texts:
        return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)
    starts = range(0, len(texts), _TEXTS_AT_ONCE)
    return np.concatenate([_embedded(model, list(texts[start : start + _TEXTS_AT_ONCE])) for start in starts])


def _embedded(model: "SentenceTransformer", texts: list[str]) -> NDArray[np.float32]:
    import torch

    tokens = model.preprocess(texts, prompt=prompt_of(model))
    if not _is_table(tokens, len(texts)):
        given = model.encode(texts, batch_size=_TEXTS_A_BATCH, show_progress_bar=False, convert_to_tensor=True)
        return _unit(given)
    most = TOKENS_A_BATCH if _on_processor(model) else _TOKENS_A_BATCH_ELSEWHERE
    lengths = tokens["attention_mask"].sum(1).tolist()
    held = [place for place, length in enumerate(lengths) if length]  # not every tokenizer makes a token of nothing
    batches = [[held[place] for place in batch] for batch in token_batches([lengths[place] for place in held], most)]
    if not batches:
        return np.zeros((len(texts), model.get_embedding_dimension() or 0), dtype=np.float32)
    sorted_vectors = torch.cat(_forwards(model, tokens, batches))
    vectors = np.zeros((len(texts), sorted_vectors.shape[1]), dtype=np.float32)
    vectors[np.concatenate(batches)] = _unit(sorted_vectors)
    return vectors


def prompt_of(model: "SentenceTransformer") -> str | None:
    """What the model's own configuration puts before each text, as `encode` does."""
    return model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None


def token_batches(lengths: Sequence[int], most: int = TOKENS_A_BATCH) -> Iterator[list[int]]:
    """The places of texts of these lengths, longest first, in batches of texts that are padded to the same length.

    A batch has a power of two of them, and at most so many tokens with its padding.
    """
    longest_first = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    for padded, places in groupby(longest_first, key=lambda place: _padded(lengths[place])):
        left = list(places)
        while left:
            size = 1 << (max(1, min(len(left), most // padded)).bit_length() - 1)
            yield left[:size]
            left = left[size:]


def _padded(tokens: int) -> int:
    return max(1, -(-tokens // PADDED_TO)) * PADDED_TO


def _is_table(tokens: dict[str, Any], texts: int) -> bool:
    """Whether all of it has a row a text and a column a token, as not every kind of model's has."""
    import torch

    held = tokens.get("attention_mask")
    return (
        isinstance(held, torch.Tensor)
        and held.ndim == 2
        and len(held) == texts
        and all(value.shape == held.shape for value in tokens.values() if isinstance(value, torch.Tensor))
    )


def _cut(tokens: dict[str, Any], rows: list[int], most: int) -> dict[str, Any]:
    """These rows, padded to as few steps of tokens as all have room in, or to the most that the model reads.

    Columns that are padding in all of them are left out, on whichever side they stand.
    """
    import torch

    columns = tokens["attention_mask"][rows].any(0)
    held = int(columns.sum())
    added = max(0, min(_padded(held), most) - held)
    return {
        name: torch.nn.functional.pad(value[rows][:, columns], (0, added)) if isinstance(value, torch.Tensor) else value
        for name, value in tokens.items()
    }


def _forwards(model: "SentenceTransformer", tokens: dict[str, Any], batches: list[list[int]]) -> "list[torch.Tensor]":
    """The vectors of each batch; on a processor PyTorch gives each core its own, where there are enough of them."""
    import torch

    if is_compiled(model):
        return _computed(model, tokens, batches)
    forward, cores = partial(_forward, model, tokens), torch.get_num_threads()
    if cores == 1 or len(batches) < 2 * cores or not _on_processor(model):  # a batch can have all cores
        return list(map(forward, batches))
    try:
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(forward, batches))
    finally:
        torch.set_num_threads(cores)  # which threads that are started later begin with


def _on_processor(model: "SentenceTransformer") -> bool:
    return is_compiled(model) or model.device.type == "cpu"  # the latter looks at all modules, for half a millisecond


def is_compiled(model: "SentenceTransformer") -> bool:
    """Whether OpenVINO computes its vectors, from the first module to the last."""
    from index.models.compiled import Compiled

    return isinstance(getattr(model[0], "model", None), Compiled)


def _computed(model: "SentenceTransformer", tokens: dict[str, Any], batches: list[list[int]]) -> "list[torch.Tensor]":
    from index.models.compiled import VECTORS

    cuts = (_cut(tokens, batch, model.max_seq_length or 0) for batch in batches)
    return [found[VECTORS][:, : model.truncate_dim] for found in model[0].model.side_by_side(cuts)]


def _forward(model: "SentenceTransformer", tokens: dict[str, Any], batch: list[int]) -> "torch.Tensor":
    import torch

    cut = _cut(tokens, batch, model.max_seq_length or 0)
    placed = {name: value.to(model.device) if isinstance(value, torch.Tensor) else value for name, value in cut.items()}
    with torch.inference_mode():
        vectors: torch.Tensor = model(placed)["sentence_embedding"]
        return vectors[:, : model.truncate_dim].float().cpu()


def _unit(vectors: "torch.Tensor") -> NDArray[np.float32]:
    import torch

    return np.asarray(torch.nn.functional.normalize(vectors.float().cpu(), dim=1))
