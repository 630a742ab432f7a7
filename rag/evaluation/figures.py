"""The figures of a run: name, group, whether more is better, and what each means.

A figure keeps its name and meaning, since saved runs are compared by it; what is measured anew has a name of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `direction` is 1 where more is better, -1 where less is, and 0 where it is never compared."""

    name: str
    group: str
    direction: int
    meaning: str


AS_ANSWERED, NOTHING_DECLINED = "As answered", "With nothing declined"

FIGURES = (
    Figure("hit@1", "Retrieval", 1, "first passage has an answer"),
    Figure("hit@5", "Retrieval", 1, "one of the first 5 has it"),
    Figure("hit@10", "Retrieval", 1, "one of the first 10 has it"),
    Figure("MRR@10", "Retrieval", 1, "1 / rank of the first one"),
    Figure("nDCG@10", "Retrieval", 1, "how early all with it come"),
    Figure("follow-up hit@1", "Retrieval", 1, "of those with others before"),
    Figure("follow-up hit@5", "Retrieval", 1, "of those with others before"),
    Figure("quote@1 as answered", AS_ANSWERED, 1, "first quote has the answer"),
    Figure("quote@3 as answered", AS_ANSWERED, 1, "one of the first 3 has it"),
    Figure("short answer EM as answered", AS_ANSWERED, 1, "exactly the words wanted"),
    Figure("short answer F1 as answered", AS_ANSWERED, 1, "words shared with the gold"),
    Figure("headline precision", AS_ANSWERED, 1, "of those shown, right ones"),
    Figure("headline coverage", AS_ANSWERED, 1, "answerable that show one"),
    Figure("sure headlines wrong", AS_ANSWERED, -1, "of those surer than 0.6"),
    Figure("headlines on unanswerable", AS_ANSWERED, -1, "unanswerable that show one"),
    Figure("answered of answerable", AS_ANSWERED, 1, "at or above the threshold"),
    Figure("declined of unanswerable", AS_ANSWERED, 1, "below the threshold"),
    Figure("quote@1", NOTHING_DECLINED, 1, "first quote has the answer"),
    Figure("quote@3", NOTHING_DECLINED, 1, "one of the first 3 has it"),
    Figure("citation exactness", NOTHING_DECLINED, 1, "every quote is in its text"),
    Figure("short answer EM", NOTHING_DECLINED, 1, "exactly the words wanted"),
    Figure("short answer F1", NOTHING_DECLINED, 1, "words shared with the gold"),
    Figure("AUROC", "Confidence", 1, "answerable ones are surer"),
    Figure("Brier score", "Confidence", -1, "its squared error"),
    Figure("ECE", "Confidence", -1, "how far it is off"),
    Figure("AURC", "Confidence", -1, "share wrong, surest first"),
    Figure("headline Brier score", "Confidence", -1, "the same of short answers"),
    Figure("headline ECE", "Confidence", -1, "the same of short answers"),
    Figure("headline AURC", "Confidence", -1, "the same of short answers"),
    Figure("ask p50 ms", "Latency", 0, "half of them are quicker"),
    Figure("ask p95 ms", "Latency", 0, "19 of 20 are quicker"),
    Figure("embedding p50 ms", "Latency", 0, "the question alone embedded"),
)
# What the figures of a group have in common, where that has to be said.
GROUP_MEANINGS = {AS_ANSWERED: "what a person is shown", NOTHING_DECLINED: "as with a threshold of 0"}

# What is told of each kind of question, in this order, by the figure's name, and how a table of kinds calls it.
KIND_FIGURES = {
    "questions": "asked",
    "quote@3 as answered": "quote@3",
    "headline precision": "headlines right",
    "headline coverage": "headlines shown",
    "headlines on unanswerable": "shown wrongly",
    "answered of answerable": "answered",
    "declined of unanswerable": "declined",
}


def figures_by_group(names: Iterable[str]) -> dict[str, list[Figure]]:
    """The figures of these names by their groups, both in the order of FIGURES."""
    wanted = set(names)
    groups: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        if figure.name in wanted:
            groups.setdefault(figure.group, []).append(figure)
    return groups


def format_figure(name: str, value: float | None) -> str:
    """A value as it is printed: milliseconds and counts whole, shares with three decimals, and a dash for no value."""
    if value is None:
        return "–"
    return f"{value:.0f}" if name.endswith((" ms", "questions")) else f"{value:.3f}"
