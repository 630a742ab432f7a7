"""Embedding a few texts in one pass without padding, which a batch of sentences is a third of."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer


def packable(model: "SentenceTransformer") -> bool:
    """Whether it is a Bert, and a text's vector the mean of its tokens', brought to unit length."""
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertModel

    return (
        [type(module) for module in model] == [Transformer, Pooling, Normalize]
        and type(model[0].auto_model) is BertModel
        and model[0].auto_model.config._attn_implementation == "sdpa"  # noqa: SLF001 (others take no boolean mask)
        and model[1].pooling_mode == "mean"
    )


def in_bfloat16(model: "SentenceTransformer") -> "SentenceTransformer":
    """A copy whose linear layers compute in bfloat16 and all else as before.

    As under autocast, which would convert the weights at each use.
    """
    import torch

    made = copy.deepcopy(model)
    for module in made.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16).register_forward_pre_hook(_rounded)
    return made


def _rounded(_: "torch.nn.Module", inputs: "tuple[torch.Tensor, ...]") -> "tuple[torch.Tensor, ...]":
    return tuple(value.bfloat16() for value in inputs)


def embed_packed(model: "SentenceTransformer", texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a text, (n, dim) float32 of unit length, as the packable model's `encode` gives.

    The texts stand in one row behind each other, each with places of its own and blind to the others. What
    attention costs grows with the square of them all, so they should be few and short.
    """
    import torch

    tokens = model.preprocess(list(texts))
    held, words = (tokens[name].to(model.device) for name in ("attention_mask", "input_ids"))
    rows, columns = held.nonzero(as_tuple=True)
    with torch.inference_mode():
        output = model[0].auto_model(
            input_ids=words[rows, columns][None],
            position_ids=(held.cumsum(1) - 1)[rows, columns][None],
            attention_mask=(rows[:, None] == rows[None, :])[None, None],  # which tokens see which
        )
    vectors = output.last_hidden_state[0].float().cpu()
    # A sum has the direction of the mean.
    sums = torch.zeros(len(texts), vectors.shape[1]).index_add_(0, rows.cpu(), vectors)
    return np.asarray(torch.nn.functional.normalize(sums, dim=1))
