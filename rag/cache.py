"""A cache of recent answers, for the same question asked again of the same index."""

from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

from cachetools import LRUCache

from index.engine.protocol import PassageIndex
from index.types import Filters
from rag.answer import Answer

# An answer that lists more passages than this counts as several answers, since passages take most of its memory.
USUAL_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that decides what an assistant answers from an index.

    `question` and `history` are normalised. `day` is the day in UTC from which the ages of articles are counted.
    """

    question: str
    history: tuple[str, ...]
    k: int
    filters: Filters
    day: str


class AnswerCache:
    """Up to `size` answers of each index; the least recently used leave first. Threads may share it.

    The key is the index object, not its number, and the cache does not keep it alive: its answers go when it goes.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._answers: WeakKeyDictionary[PassageIndex, LRUCache[Request, Answer]] = WeakKeyDictionary()

    def get(self, index: PassageIndex, request: Request) -> Answer | None:
        """The cached answer of this index to this request, or None."""
        if not self._size:
            return None
        with self._lock:
            answers = self._answers.get(index)
            return answers.get(request) if answers else None

    def put(self, index: PassageIndex, request: Request, answer: Answer) -> None:
        """Cache an answer of this index, unless it is larger than the whole cache."""
        if weight_of(answer) > self._size:
            return
        with self._lock:
            answers = self._answers.get(index)
            if answers is None:
                answers = self._answers[index] = LRUCache(self._size, weight_of)
            answers[request] = answer


def weight_of(answer: Answer) -> float:
    """How many answers it counts as: its passages and near-duplicates over USUAL_PASSAGES, and 1 at least."""
    return max(1.0, sum(1 + len(passage.also) for passage in answer.passages) / USUAL_PASSAGES)
