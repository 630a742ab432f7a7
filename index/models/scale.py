"""How far apart the cosines of a model lie, and so how its ranking is fused with that of the words."""

from dataclasses import dataclass

import numpy as np

from index.types import Matrix

SAMPLED = 200  # passages, at most, that a model's scale is measured on
FEWEST = 20  # passages from which on it is measured


@dataclass(frozen=True, slots=True)
class CosineScale:
    """What fusion must know of a model: the cosine that counts as 0, in [-1, 1], and the weight of its ranking.

    `dense_weight` is in [0, 1]. The defaults are what all models had before an index recorded theirs.
    """

    lowest: float = -1.0
    dense_weight: float = 0.78

    def closeness(self, cosine: float) -> float:
        """A cosine as other models have it: 0 at the cosine that counts as 0, where that is above 0; 1 at 1."""
        zero = max(0.0, self.lowest)
        return (cosine - zero) / (1.0 - zero) if zero < 1.0 else cosine


UNRECORDED = CosineScale()

# Of the models that ship. all-MiniLM-L6-v2 was measured on five collections, in rag/training/ABLATION.md: near its
# weight, hit@1 on tests/data/reader, xquad-en and squad2-dev is 0.848, 0.956, 0.811 at 0.75; 0.848, 0.959, 0.805 at
# 0.78; 0.866, 0.961, 0.798 at 0.8. The cosines of multilingual-e5-small lie between some 0.7 and 0.9. On xquad-en, 500
# questions of squad2-dev and XQuAD's English articles asked in Turkish, Russian and Arabic its hit@1 is 0.958, 0.816
# and 0.688 with this scale. With that of all-MiniLM-L6-v2 the mean over more collections was 0.761, below that model's
# own 0.800.
SCALES = {
    "all-MiniLM-L6-v2": CosineScale(lowest=-1.0, dense_weight=0.78),
    "multilingual-e5-small": CosineScale(lowest=0.6, dense_weight=0.8),
}
# Of other models, which are measured on the corpus. That is a guess, made for models like multilingual-e5-small. On
# this project's corpus all-MiniLM-L6-v2 would get the lowest cosine -0.025, and hit@1 of 0.830 and 0.750 on
# tests/data/reader and tests/data/followups; its own scale gives 0.848 and 0.827.
MEASURED_WEIGHT = 0.8


def measured_scale(queries: Matrix, passages: Matrix) -> CosineScale:
    """The scale of a model by the vectors of n > 1 passages and of a query for each of them, (n, dim), unit length.

    `lowest` lies as far below the median cosine of a query with the other passages as the median cosine with its own
    lies above it. So it goes along where all cosines of a model are shifted or stretched.
    """
    cosines = queries @ passages.T
    own = float(np.median(np.diagonal(cosines)))
    others = float(np.median(cosines[~np.eye(len(cosines), dtype=bool)]))
    return CosineScale(round(min(max(2.0 * others - own, -1.0), others), 4), MEASURED_WEIGHT)
