"""What a follow-up means, given the questions before it."""

import re
from collections.abc import Sequence

# Words that point back to something said before. English only: in another language a follow-up is
# searched as it was typed.
_POINTS_BACK = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|one|ones|same|such)\b",
    re.IGNORECASE,
)
_SHORT = 4  # words


def interpret(question: str, history: Sequence[str]) -> str:
    """The question to search: as it stands, or with the question before it where it points back.

    It points back when it holds such a word, or is too short to stand alone.
    """
    if history and (_POINTS_BACK.search(question) or len(question.split()) <= _SHORT):
        return f"{history[-1]} {question}"
    return question
