"""The embedding model by itself, as sentence-transformers runs it."""

import copy
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median

import torch
from sentence_transformers import SentenceTransformer

from index.types import Matrix
from tests.benchmarks.results import Pace
from tests.benchmarks.timing import seconds_of

FULL, AUTOCAST, HALF = PRECISIONS = ("float32", "bfloat16 by autocast", "bfloat16 weights")


class Bare:
    """One sentence-transformers model in three precisions."""

    def __init__(self, folder: Path) -> None:
        self._model = SentenceTransformer(str(folder), device="cpu")
        self._halved = copy.deepcopy(self._model).to(torch.bfloat16)

    def encode(self, texts: Sequence[str], precision: str, batch: int) -> Matrix:
        """One row a text, (n, dim), unit length, in `texts`' order; the longest are embedded first."""
        model = self._halved if precision == HALF else self._model
        rough = torch.autocast("cpu", torch.bfloat16) if precision == AUTOCAST else nullcontext()
        with rough:
            made = model.encode(
                list(texts),
                batch_size=batch,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        vectors: Matrix = made.float().numpy()
        return vectors

    def as_it_comes(self, text: str) -> Matrix:
        """The vector of one text, by `encode` with nothing set."""
        vector: Matrix = self._model.encode(text)
        return vector

    def quickest(self, texts: Sequence[str]) -> str:
        """The precision in which one text at a time takes the least time, at the median."""
        taken = {
            precision: median(seconds_of(partial(self.encode, [text], precision, 1)) for text in texts)
            for precision in PRECISIONS
        }
        return min(taken, key=lambda precision: taken[precision])

    def sweep(self, texts: Sequence[str], batches: Sequence[int]) -> list[Pace]:
        """Passages a second of every setting over the same texts, the best first."""
        paces = []
        for precision in PRECISIONS:
            self.encode(texts[: min(batches)], precision, min(batches))  # nothing is measured on its first use
            for batch in batches:
                began = time.perf_counter()
                self.encode(texts, precision, batch)
                pace = len(texts) / (time.perf_counter() - began)
                paces.append(Pace(precision=precision, batch=batch, passages_per_second=round(pace, 2)))
        return sorted(paces, key=lambda one: -one.passages_per_second)

    def work(self, texts: Sequence[str]) -> tuple[int, float]:
        """The tokens of these texts, and the floating-point operations of the model's layers for them.

        A multiplication with an addition counts as two. Four projections and the two of the feed-forward layer for
        each token, and for each pair of tokens a product of queries and keys and one with values.
        """
        tokenizer, config = self._model.tokenizer, self._model[0].auto_model.config
        limit = self._model.max_seq_length
        lengths = [len(ids) for ids in tokenizer(list(texts), truncation=True, max_length=limit)["input_ids"]]
        width, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
        projected = 2 * (4 * width * width + 2 * width * inner)
        return sum(lengths), float(layers * sum(n * projected + 4 * n * n * width for n in lengths))
