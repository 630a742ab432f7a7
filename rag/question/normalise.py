"""Cleaning what a person typed, and refusing a text that asks nothing."""

import unicodedata
from collections.abc import Iterable
from contextlib import suppress

from rag.errors import QuestionError

MAX_CHARACTERS = 2000


def normalise(typed: str) -> str:
    """The question with control characters removed and white space collapsed.

    Raises:
        QuestionError: it is empty, too long, or holds no letter or digit.
    """
    # Cc is a control character, Cf a format character such as a bidi override, Cs half a surrogate pair. The joiners
    # inside an Urdu or Persian word are Cf too, but belong to the word.
    clean = (
        char if char in "\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else " "
        for char in typed
    )
    question = " ".join("".join(clean).split())
    if not question:
        raise QuestionError("The question is empty.", "Type a question.")
    if len(question) > MAX_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {MAX_CHARACTERS:,} are read.",
            "Shorten it.",
        )
    if not any(char.isalnum() for char in question):
        raise QuestionError("The question holds no word or number.", "Ask it in words.")
    return question


def normalise_history(questions: Iterable[str]) -> list[str]:
    """The earlier questions, normalised, without those that `normalise` refuses: they must not refuse the next one."""
    normalised = []
    for question in questions:
        with suppress(QuestionError):
            normalised.append(normalise(question))
    return normalised
