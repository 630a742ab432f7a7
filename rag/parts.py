"""Several questions asked in one, told apart so that each is answered. English only."""

import re

MAX_PARTS = 3
_ASKING = r"(?:who|whom|whose|when|where|which|what|why|how)"
# Where one question may end and the next begin.
_BOUND = re.compile(rf"(?<=\?)\s+|,?\s+and\s+(?={_ASKING}\b)|;\s+(?={_ASKING}\b)", re.IGNORECASE)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
# "Who came", "when it began" and "did he stay" ask; "what years" and "thank you" do not, for want of a verb.
_ASKS = re.compile(
    rf"^(?:{_AUXILIARY}\s+\w+\W+\w|who\s+\w+\W+\w|.*\b{_ASKING}\b.*\b{_AUXILIARY}\b\W+\w)", re.IGNORECASE | re.DOTALL
)
_NAME_OR_NUMBER = re.compile(r"(?<=\w )(?:[A-Z][\w’'-]*\w|\d[\w.,-]*\w)")
_POINTS_BACK = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs)\b", re.IGNORECASE)


def parts_of(question: str) -> list[str]:
    """The questions that a text asks; the text alone where it asks one, or more than MAX_PARTS."""
    parts = _BOUND.split(question)
    return parts if 2 <= len(parts) <= MAX_PARTS and all(map(_ASKS.match, parts)) else [question]


def beside(part: str, first: str) -> str:
    """What to search for a later part of a question whose first part is `first`.

    Where it names nothing, or points back by a pronoun, it is given the names and numbers of the first, or
    all of it where it has none.
    """
    if _NAME_OR_NUMBER.search(part) and not part.isupper() and not _POINTS_BACK.search(part):
        return part
    named = [] if first.isupper() else _NAME_OR_NUMBER.findall(first)
    return f"{part} {' '.join(dict.fromkeys(named)) or first}"
