"""A passage found for a query."""

from dataclasses import dataclass

from index.types import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query; `rank` counts from 1, `score` is in [0, 1], larger is better.

    `also` are its near-duplicates in other articles, one passage per article; they are no hits themselves.
    """

    passage: Passage
    score: float
    rank: int
    also: tuple[Passage, ...] = ()
