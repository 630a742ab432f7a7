"""What changed between two runs of the same questions."""

from dataclasses import dataclass

from rag.evaluation.figures import FIGURES, Figure, shown
from rag.evaluation.run import Report

BETTER, WITHIN, WORSE, SAME, UNJUDGED = "better", "worse within the margin", "worse", "same", "not judged"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure then and now; None where a run does not have it, which is not judged."""

    name: str
    before: float | None
    now: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Turned:
    """Ids of the questions whose answer was right and is wrong now, and the other way round; surest first."""

    wrong: list[str]
    right: list[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the run made then; `turned` is None where that was saved without its questions."""

    since: str
    margin: float
    changes: list[Change]
    turned: Turned | None

    def moved(self) -> list[Change]:
        """The figures that are not the same."""
        return [change for change in self.changes if change.verdict != SAME]

    def regression(self) -> str | None:
        """One sentence that names every figure worse by more than the margin, or None."""
        worse = [change for change in self.changes if change.verdict == WORSE]
        named = (f"{one.name} {shown(one.name, one.before)} → {shown(one.name, one.now)}" for one in worse)
        return f"Worse than the saved run by more than {self.margin:g}: {', '.join(named)}." if worse else None


def compare(before: Report, now: Report, margin: float) -> Comparison:
    """Every figure of either run; how long questions took is never judged, since machines differ."""
    changes = [
        Change(figure.name, then, value, _verdict(figure, then, value, margin))
        for figure in FIGURES
        for then, value in [(before.figures.get(figure.name), now.figures.get(figure.name))]
        if (then, value) != (None, None)
    ]
    return Comparison(before.made, margin, changes, _turned(before, now) if before.results else None)


def _verdict(figure: Figure, before: float | None, now: float | None, margin: float) -> str:
    if before is None or now is None or figure.better == 0:
        return UNJUDGED
    gain = round((now - before) * figure.better, 9)  # 0.84 - 0.83 is 0.01 and not a hair more
    if gain == 0:
        return SAME
    if gain > 0:
        return BETTER
    return WORSE if -gain > margin else WITHIN


def _turned(before: Report, now: Report) -> Turned:
    then = {result.id: result.right for result in before.results}
    sure = sorted(now.results, key=lambda result: -result.confidence)
    return Turned(
        wrong=[result.id for result in sure if then.get(result.id) is True and result.right is False],
        right=[result.id for result in sure if then.get(result.id) is False and result.right is True],
    )
