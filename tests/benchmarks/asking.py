"""Asking one index: with the reading model and without, beside embedding the bare question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.engine.local.local_index import LocalIndex
from index.models.hub import ENGLISH_MODEL, shipped_folder
from rag.answer import Answer
from rag.assistant import Assistant
from rag.reader import reader_of
from rag.settings import SHIPPED
from tests.benchmarks.bare import Bare
from tests.benchmarks.results import Ask
from tests.benchmarks.timing import in_hand, spread, spread_of

_KEPT = 1024  # answers, as a server keeps them
_WARMING = 6  # questions that are measured for nothing but the precision of the bare model


@dataclass(frozen=True, slots=True)
class Fixed:
    """An index that is always the current one."""

    index: LocalIndex

    def current(self) -> LocalIndex:
        """The index."""
        return self.index

    def degraded_reason(self) -> str | None:
        """None."""
        return None


def measure(index: LocalIndex, questions: Sequence[str], some: int) -> Ask:
    """Each question is given to one of the four, once, some in a row in turn; then the assistants get theirs again."""
    bare, warming, questions = Bare(shipped_folder(ENGLISH_MODEL)), questions[:_WARMING], questions[_WARMING:]
    precision = bare.quickest(warming)
    answers: list[Answer] = []
    fast, default = (_asking(index, reader, answers) for reader in ("none", SHIPPED))
    runs: dict[str, Callable[[str], object]] = {
        "bare_default": bare.as_it_comes,
        "bare_best": lambda text: bare.encode([text], precision, 1),
        "fast": fast,
        "default": default,
    }
    for run in runs.values():
        run(warming[0])
    some = min(some, len(questions) // len(runs))
    own = {name: questions[place : some * len(runs) : len(runs)] for place, name in enumerate(runs)}
    taken = in_hand(runs, own)
    again = {f"{name}_again": spread_of(runs[name], own[name]) for name in ("fast", "default")}
    return Ask(
        passages=index.manifest.passages,
        bare_precision=precision,
        exact=all(_is_exact(index, answer) for answer in answers),
        answers=len(answers),
        **{name: spread(seconds) for name, seconds in taken.items()},
        **again,
    )


def _asking(index: LocalIndex, reader: str, answers: list[Answer]) -> Callable[[str], None]:
    """An assistant, warmed up, whose answers are kept."""
    assistant = Assistant(Fixed(index), reader=reader_of(reader), cached=_KEPT)
    assistant.warm_up()
    return lambda text: answers.append(assistant.ask(text))


def _is_exact(index: LocalIndex, answer: Answer) -> bool:
    """Whether every quote is what its article says there."""
    for citation in answer.citations:
        article = index.article(citation.article_id)
        if article is None or article.text[citation.start : citation.end] != citation.quote:
            return False
    return True
