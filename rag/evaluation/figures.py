"""The figures of a run: name, group, whether more is better, and what each means."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `direction` is 1 where more is better, -1 where less is, and 0 where it is never compared."""

    name: str
    group: str
    direction: int
    meaning: str


FIGURES = (
    Figure("hit@1", "Retrieval", 1, "first passage has the answer"),
    Figure("hit@5", "Retrieval", 1, "one of the first 5 has it"),
    Figure("hit@10", "Retrieval", 1, "one of the first 10 has it"),
    Figure("MRR@10", "Retrieval", 1, "1 / rank of the first with it"),
    Figure("nDCG@10", "Retrieval", 1, "how early all with it come"),
    Figure("follow-up hit@1", "Retrieval", 1, "of questions with others before"),
    Figure("follow-up hit@5", "Retrieval", 1, "of questions with others before"),
    Figure("quote@1", "Quotes", 1, "first quote has the answer"),
    Figure("quote@3", "Quotes", 1, "one of the first 3 has it"),
    Figure("citation exactness", "Quotes", 1, "every quote stands in its text"),
    Figure("short answer EM", "Short answer", 1, "exactly the words wanted"),
    Figure("short answer F1", "Short answer", 1, "words shared with those wanted"),
    Figure("answered of answerable", "Abstention", 1, "at or above the threshold"),
    Figure("declined of unanswerable", "Abstention", 1, "below the threshold"),
    Figure("AUROC", "Abstention", 1, "answerable ones are surer"),
    Figure("Brier score", "Abstention", -1, "squared error of confidence"),
    Figure("ECE", "Abstention", -1, "how far confidence is off"),
    Figure("AURC", "Abstention", -1, "share wrong, surest first"),
    Figure("ask p50 ms", "Latency", 0, "half the questions are quicker"),
    Figure("ask p95 ms", "Latency", 0, "19 of 20 questions are quicker"),
    Figure("embedding p50 ms", "Latency", 0, "the question alone embedded"),
)


def figures_by_group(names: Iterable[str]) -> dict[str, list[Figure]]:
    """The figures of these names by their groups, both in the order of FIGURES."""
    wanted = set(names)
    groups: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        if figure.name in wanted:
            groups.setdefault(figure.group, []).append(figure)
    return groups


def format_figure(name: str, value: float | None) -> str:
    """A value as it is printed: milliseconds whole, shares with three decimals, and a dash for no value."""
    if value is None:
        return "–"
    return f"{value:.0f}" if name.endswith(" ms") else f"{value:.3f}"
