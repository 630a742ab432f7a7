"""What changed between two runs over the same questions."""

from dataclasses import dataclass

from rag.evaluation.figures import FIGURES, Figure, format_figure
from rag.evaluation.run import EvaluationRun

# The verdicts on a figure, as they are printed and stand in JSON.
BETTER, WITHIN, WORSE, SAME, NOT_COMPARED = "better", "worse within the margin", "worse", "same", "not judged"


@dataclass(frozen=True, slots=True)
class Change:
    """The values of one figure before and now; None where a run lacks the figure, which is then not compared."""

    name: str
    before: float | None
    now: float | None
    verdict: str

    @classmethod
    def of(cls, figure: Figure, before: float | None, now: float | None, margin: float) -> "Change":
        """The change of a figure with its verdict; it may become worse by `margin` at most."""
        if before is None or now is None or figure.direction == 0:
            return cls(figure.name, before, now, NOT_COMPARED)
        gain = round((now - before) * figure.direction, 9)  # in floats 0.84 - 0.83 is slightly more than 0.01
        if gain == 0:
            verdict = SAME
        elif gain > 0:
            verdict = BETTER
        else:
            verdict = WORSE if -gain > margin else WITHIN
        return cls(figure.name, before, now, verdict)


@dataclass(frozen=True, slots=True)
class TurnedQuestions:
    """Questions whose answer turned wrong, and those whose answer turned right: ids, highest confidence first."""

    wrong: list[str]
    right: list[str]

    @classmethod
    def between(cls, before: EvaluationRun, now: EvaluationRun) -> "TurnedQuestions":
        """The questions that turned; those without gold, or that only one run holds, are left out."""
        was_right = {result.id: result.right for result in before.results}
        results = sorted(now.results, key=lambda result: -result.confidence)
        return cls(
            wrong=[result.id for result in results if was_right.get(result.id) is True and result.right is False],
            right=[result.id for result in results if was_right.get(result.id) is False and result.right is True],
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since an earlier run, made at `since`.

    `turned` is None where the earlier run was saved without its questions.
    """

    since: str
    margin: float
    changes: list[Change]
    turned: TurnedQuestions | None

    def differences(self) -> list[Change]:
        """The changes of the figures that are not the same."""
        return [change for change in self.changes if change.verdict != SAME]

    def regression(self) -> str | None:
        """One sentence that names every figure worse by more than the margin, or None."""
        worse = [
            f"{change.name} {format_figure(change.name, change.before)} → {format_figure(change.name, change.now)}"
            for change in self.changes
            if change.verdict == WORSE
        ]
        return f"Worse than the saved run by more than {self.margin:g}: {', '.join(worse)}." if worse else None


def compare(before: EvaluationRun, now: EvaluationRun, margin: float) -> Comparison:
    """Compare every figure of either run, except latency, since machines differ."""
    changes = []
    for figure in FIGURES:
        earlier, later = before.figures.get(figure.name), now.figures.get(figure.name)
        if earlier is not None or later is not None:
            changes.append(Change.of(figure, earlier, later, margin))
    turned = TurnedQuestions.between(before, now) if before.results else None
    return Comparison(before.made, margin, changes, turned)
