"""What a follow-up means, given the questions before it."""

import re
from collections.abc import Sequence

# Pronouns that stand for something said before; "that" and "this" as often stand for nothing. English
# only: in another language a follow-up is searched as it was typed.
_POINTS_BACK = re.compile(r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs)\b", re.IGNORECASE)
_SHORT = 4  # words


def interpret(question: str, history: Sequence[str]) -> str:
    """The question to search: as it stands, or with the question before it where it points back.

    It points back when it holds a pronoun, or is short and names nothing.
    """
    words = question.split()
    names = any(word[0].isupper() for word in words[1:])
    if history and ((len(words) <= _SHORT and not names) or _POINTS_BACK.search(question)):
        return f"{history[-1]} {question}"
    return question
