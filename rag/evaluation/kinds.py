"""The figures of a collection told by the kind of question, where its questions have kinds."""

from collections.abc import Sequence

from rag.evaluation.figures import KIND_FIGURES
from rag.evaluation.headlines import headline_figures
from rag.evaluation.metrics import Outcome, abstention_figures, quote_figures


def figures_by_kind(
    outcomes: Sequence[Outcome], shown: Sequence[Outcome], threshold: float
) -> dict[str, dict[str, float]]:
    """For each kind, in the order of its first question: how many, quote@3 as answered, headlines, and declining.

    `shown` are the same outcomes with what a person is shown. Empty where no question has a kind.
    """
    kinds = dict.fromkeys(outcome.question.kind for outcome in outcomes if outcome.question.kind)
    figures: dict[str, dict[str, float]] = {}
    for kind in kinds:
        asked = [outcome for outcome in outcomes if outcome.question.kind == kind]
        seen = [outcome for outcome in shown if outcome.question.kind == kind]
        quotes = {f"{name} as answered": value for name, value in quote_figures(seen).items()}
        every = {"questions": len(asked), **quotes, **headline_figures(seen), **abstention_figures(asked, threshold)}
        figures[kind] = {name: value for name, value in every.items() if name in KIND_FIGURES}
    return figures
