"""The best hits in a new order, by how sure the reader is that they hold an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.engine.protocol import PassageIndex
from rag.reader import Reader, Reading
from rag.retrieval.hit import Hit
from rag.retrieval.reading import read_hits

RESCORED = 6  # hits, at most; those after them keep their order
# A hit whose score is further below the best one's is not read.
FURTHEST = 0.25
# How much of the new score is the reader's, which is 0 for log-odds of -20 and less, 1 for 20 and more.
READER_WEIGHT = 0.25
_FURTHEST_ODDS = 20.0


def rescored(
    question: str, hits: Sequence[Hit], reader: Reader, index: PassageIndex
) -> tuple[list[Hit], Mapping[str, Reading]]:
    """The hits, the first of them in the order of their scores and the reader's together; and its readings.

    The readings are by the ids of their passages. Scores stay in [0, 1].

    Raises:
        ModelError: the reader can't be loaded.
    """
    count = sum(hit.score >= hits[0].score - FURTHEST for hit in hits[:RESCORED])
    readings = read_hits(question, hits[:count], reader, index)
    scores = [
        (1 - READER_WEIGHT) * hit.score + READER_WEIGHT * _share(readings[hit.passage.passage_id].odds())
        for hit in hits[:count]
    ]
    lowest = min(scores, default=0.0)
    scores += [min(lowest, (1 - READER_WEIGHT) * hit.score) for hit in hits[count:]]
    # The sort is stable: of two hits with the same score, the better one before stays first.
    ordered = sorted(zip(hits, scores, strict=True), key=lambda pair: -pair[1])
    ranked = [replace(hit, score=score, rank=rank) for rank, (hit, score) in enumerate(ordered, start=1)]
    return ranked, readings


def _share(odds: float) -> float:
    return (max(-_FURTHEST_ODDS, min(_FURTHEST_ODDS, odds)) + _FURTHEST_ODDS) / (2 * _FURTHEST_ODDS)
