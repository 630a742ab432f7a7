"""Several questions asked in one, told apart so that each is answered. English only."""

import re

from rag.question.answer_type import names_in

MAX_PARTS = 3
_ASKING = r"(?:who|whom|whose|when|where|which|what|why|how)"
# Where one question may end and the next begin.
_BOUND = re.compile(rf"(?<=\?)\s+|,?\s+and\s+(?={_ASKING}\b)|;\s+(?={_ASKING}\b)", re.IGNORECASE)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
# "Who came", "when it began" and "did he stay" ask; "what years" and "thank you" do not, for want of a verb.
_ASKS = re.compile(
    rf"^(?:{_AUXILIARY}\s+\w+\W+\w|who\s+\w+\W+\w|.*\b{_ASKING}\b.*\b{_AUXILIARY}\b\W+\w)", re.IGNORECASE | re.DOTALL
)
_NUMBER = re.compile(r"\d[\w.,-]*\w|\d")
_POINTS_BACK = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs)\b", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """The questions that a text asks; the text alone where it asks one, or more than MAX_PARTS."""
    parts = _BOUND.split(question)
    whole = not 2 <= len(parts) <= MAX_PARTS or not all(map(_ASKS.match, parts))
    return [question] if whole or any(map(_leans, parts, parts[1:])) else parts


def _leans(part: str, later: str) -> bool:
    """Whether a part can't be asked without the later one: for its subject, or since both are clauses of one thing."""
    if part.endswith("?"):
        return False
    asking = later.split(maxsplit=1)[0].casefold()
    return bool(_POINTS_BACK.search(part) and not named(part)) or asking in part.casefold().split()[1:]


def beside(part: str, first: str) -> str:
    """What to search for a later part of a question whose first part is `first`.

    Where it names nothing, or points back by a pronoun, it is given the names and numbers of the first, or
    all of it where it has none.
    """
    if named(part) and not _POINTS_BACK.search(part):
        return part
    return f"{part} {' '.join(dict.fromkeys(named(first))) or first}"


def named(text: str) -> list[str]:
    """The names and numbers of a text."""
    return [*names_in(text), *_NUMBER.findall(text)]
