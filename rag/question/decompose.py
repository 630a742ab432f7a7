"""Several questions asked in one text, told apart so that each is answered. English only."""

import re

from rag.question.answer_type import names_in

MAX_PARTS = 3
_QUESTION_WORD = r"(?:who|whom|whose|when|where|which|what|why|how)"
# Where one question may end and the next begin.
_BOUND = re.compile(rf"(?<=\?)\s+|,?\s+and\s+(?={_QUESTION_WORD}\b)|;\s+(?={_QUESTION_WORD}\b)", re.IGNORECASE)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
# "Who came", "when it began" and "did he stay" ask; "what years" and "thank you" do not, for want of a verb.
_ASKS = re.compile(
    rf"^(?:{_AUXILIARY}\s+\w+\W+\w|who\s+\w+\W+\w|.*\b{_QUESTION_WORD}\b.*\b{_AUXILIARY}\b\W+\w)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\d[\w.,-]*\w|\d")
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs)\b", re.IGNORECASE)


def decompose(question: str) -> list[str]:
    """The questions that a text asks; the text alone where it asks one, or more than MAX_PARTS."""
    parts = _BOUND.split(question)
    if not 2 <= len(parts) <= MAX_PARTS or not all(map(_ASKS.match, parts)):
        return [question]
    return [question] if any(map(_depends_on_later, parts, parts[1:])) else parts


def complete_part(part: str, first: str) -> str:
    """What to search for a later part of a question whose first part is `first`.

    A part that names nothing, or refers back by a pronoun, gains the names and numbers of the first part, or all of
    the first part where it has none.
    """
    if names_and_numbers(part) and not _PRONOUN.search(part):
        return part
    return f"{part} {' '.join(dict.fromkeys(names_and_numbers(first))) or first}"


def names_and_numbers(text: str) -> list[str]:
    """The names and numbers of a text."""
    return [*names_in(text), *_NUMBER.findall(text)]


def _depends_on_later(part: str, later: str) -> bool:
    """Whether a part can't be asked alone: the later part names its subject, or both are clauses of one question."""
    if part.endswith("?"):
        return False
    question_word = later.split(maxsplit=1)[0].casefold()
    names_nothing = bool(_PRONOUN.search(part)) and not names_and_numbers(part)
    return names_nothing or question_word in part.casefold().split()[1:]
