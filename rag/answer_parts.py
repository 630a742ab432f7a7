"""What answers of some forms have beside their quotes: the sides of a comparison, and the days of a timeline."""

from dataclasses import dataclass

from rag.question.days import Precision

COMPUTED = "computed from the quotes, not quoted"  # said of the order of two sides


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One side of a comparison: the quoted words `text` that count, in the citation of number `citation`.

    `value` is a number with its scale, or a first day as ISO 8601; `text` and `value` are None where the citation holds
    none that can be compared, and `citation` too where the documents hold nothing on this side.
    """

    label: str
    text: str | None
    value: float | str | None
    citation: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sides of a comparison, as asked. `order` says which is larger or earlier.

    `order` is no quote: it is computed from the values of the sides, and None where they can't be compared.
    """

    sides: tuple[ComparedSide, ...]
    order: str | None
    computed: bool

    def as_text(self) -> str:
        """The sides with the words that count, a line each, and their order with a note that it is computed."""
        lines = [f"{side.label}: {side.text} [{side.citation}]" for side in self.sides if side.text]
        return "\n".join([*lines, f"{self.order} ({COMPUTED})"] if self.order else lines)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """The date that a quote is about, and the number of its citation.

    `date` is in ISO 8601 as far as it is known: "1996-04-10", "1996-04" or "1996"; `precision` says how far.
    `inferred`: the quoted sentence does not state all of it; it was completed from the text before, or from the day of
    the article.
    """

    date: str
    precision: Precision
    inferred: bool
    citation: int
