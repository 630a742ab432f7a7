"""What the assistant reports while it answers: each stage as it begins, the passages found, then the answer."""

from dataclasses import dataclass
from enum import StrEnum

from rag.answer import Answer, FoundPassage


class Stage(StrEnum):
    """What the assistant is about to do for a question."""

    SEARCHING = "searching"
    READING = "reading"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage begins."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages were found, best first."""

    passages: list[FoundPassage]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer is ready; no event follows it."""

    answer: Answer


AnswerEvent = StageStarted | PassagesFound | Answered
