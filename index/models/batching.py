"""Embedding texts with little padding, in batches of texts of similar length."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.models.tokens import TOKENS_A_BATCH, padded_length, token_batches

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

# On an accelerator; not measured, but what `encode` gives it of this model's longest texts, 32 of 256 tokens.
_TOKENS_A_BATCH_ELSEWHERE = 8192
_TEXTS_AT_ONCE = 4096  # the most that are tokenized and sorted together, so that memory is bounded
_TEXTS_A_BATCH = 8  # for models whose tokens can't be cut here


def embed_batched(model: "SentenceTransformer", texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors that the model's `encode` gives, one row for each text: (n, dim) float32, unit length.

    `encode` fills its batches by a number of texts. Here all texts are tokenized at once, sorted by length, and batched
    by their tokens. A text without tokens has a vector of zeros.
    """
    import torch

    if not texts:
        return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)
    if len(texts) > _TEXTS_AT_ONCE:
        starts = range(0, len(texts), _TEXTS_AT_ONCE)
        return np.concatenate([embed_batched(model, texts[start : start + _TEXTS_AT_ONCE]) for start in starts])
    tokens = model.preprocess(list(texts), prompt=prompt_of(model))
    if not _is_table(tokens, len(texts)):
        encoded = model.encode(list(texts), batch_size=_TEXTS_A_BATCH, show_progress_bar=False, convert_to_tensor=True)
        return _unit_length(encoded)
    most = TOKENS_A_BATCH if _on_processor(model) else _TOKENS_A_BATCH_ELSEWHERE
    lengths = np.array(tokens["attention_mask"].sum(1).tolist())
    filled = np.flatnonzero(lengths)  # not every tokenizer gives an empty text a token
    batches = [filled[batch].tolist() for batch in token_batches(lengths[filled].tolist(), most)]
    if not batches:
        return np.zeros((len(texts), model.get_embedding_dimension() or 0), dtype=np.float32)
    sorted_vectors = torch.cat(_forward_all(model, tokens, batches))
    vectors = np.zeros((len(texts), sorted_vectors.shape[1]), dtype=np.float32)
    vectors[np.concatenate(batches)] = _unit_length(sorted_vectors)
    return vectors


def prompt_of(model: "SentenceTransformer") -> str | None:
    """The prompt that the model's configuration puts before each text, as `encode` does; None where it has none."""
    return model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None


def _is_table(tokens: dict[str, Any], texts: int) -> bool:
    """Whether every tensor has a row for each text and a column for each token; some kinds of models have others."""
    import torch

    mask = tokens.get("attention_mask")
    return (
        isinstance(mask, torch.Tensor)
        and mask.ndim == 2
        and len(mask) == texts
        and all(value.shape == mask.shape for value in tokens.values() if isinstance(value, torch.Tensor))
    )


def _cut(tokens: dict[str, Any], rows: list[int], most: int) -> dict[str, Any]:
    """These rows without the columns that are padding in all of them, on whichever side those stand.

    The rows are padded again to a multiple of PADDED_TO tokens, but to no more than `most`, which the model reads.
    """
    import torch

    columns = tokens["attention_mask"][rows].any(0)
    length = int(columns.sum())
    padding = max(0, min(padded_length(length), most) - length)

    def cut(value: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.pad(value[rows][:, columns], (0, padding))

    return {name: cut(value) if isinstance(value, torch.Tensor) else value for name, value in tokens.items()}


def _forward_all(
    model: "SentenceTransformer", tokens: dict[str, Any], batches: list[list[int]]
) -> "list[torch.Tensor]":
    """The vectors of each batch; on a processor each core computes its own batch where there are enough of them."""
    import torch

    if is_compiled(model):
        from index.models.compiled import VECTORS

        cuts = (_cut(tokens, batch, model.max_seq_length or 0) for batch in batches)
        return [outputs[VECTORS][:, : model.truncate_dim] for outputs in model[0].model.run_batches(cuts)]
    forward, cores = partial(_forward, model, tokens), torch.get_num_threads()
    if cores == 1 or len(batches) < 2 * cores or not _on_processor(model):  # one batch after another, each on all cores
        return list(map(forward, batches))
    try:
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(forward, batches))
    finally:
        torch.set_num_threads(cores)  # threads that are started later begin with this number


def _forward(model: "SentenceTransformer", tokens: dict[str, Any], batch: list[int]) -> "torch.Tensor":
    import torch

    cut = _cut(tokens, batch, model.max_seq_length or 0)
    inputs = {name: value.to(model.device) if isinstance(value, torch.Tensor) else value for name, value in cut.items()}
    with torch.inference_mode():
        vectors: torch.Tensor = model(inputs)["sentence_embedding"]
        return vectors[:, : model.truncate_dim].float().cpu()


def _on_processor(model: "SentenceTransformer") -> bool:
    return is_compiled(model) or model.device.type == "cpu"  # the latter looks at all modules, for half a millisecond


def is_compiled(model: "SentenceTransformer") -> bool:
    """Whether OpenVINO computes the model's vectors, from the first module to the last."""
    from index.models.compiled import CompiledModel

    return isinstance(getattr(model[0], "model", None), CompiledModel)


def _unit_length(vectors: "torch.Tensor") -> NDArray[np.float32]:
    import torch

    return np.asarray(torch.nn.functional.normalize(vectors.float().cpu(), dim=1))
