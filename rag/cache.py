"""Answers to recent questions, kept for the same question asked again of the same index."""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from index.engine.protocol import PassageIndex
from index.types import Filters
from rag.answer import Answer

# Passages of an answer that counts as one; what lists more counts as several, since they are most of its memory.
USUAL_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Request:
    """All that decides what an assistant answers from an index.

    `question` and `history` are as they are read, `day` is the one, of UTC, from which ages are counted.
    """

    question: str
    history: tuple[str, ...]
    k: int
    filters: Filters
    day: str


class AnswerCache:
    """Up to `size` answers of each index, those asked for longest ago leaving first; threads may share it.

    An index is the very object, not its number, and is not kept alive: its answers go when it goes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._answers: WeakKeyDictionary[PassageIndex, LRUCache[Request, Answer]] = WeakKeyDictionary()

    def get(self, index: PassageIndex, request: Request) -> Answer | None:
        """What that index answered, or None."""
        if not self._size:
            return None
        with self._lock:
            kept = self._answers.get(index)
            return kept.get(request) if kept else None

    def put(self, index: PassageIndex, request: Request, answer: Answer) -> None:
        """Keep what that index answered; an answer larger than all that may be kept is not."""
        if weight_of(answer) > self._size:
            return
        with self._lock:
            kept = self._answers.get(index)
            if kept is None:
                kept = self._answers[index] = LRUCache(self._size, weight_of)
            kept[request] = answer


def weight_of(answer: Answer) -> float:
    """How many answers it counts as: 1, or more where it lists more passages and copies than most do."""
    return max(1.0, sum(1 + len(found.also) for found in answer.passages) / USUAL_PASSAGES)
