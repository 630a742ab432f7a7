"""Cleaning what a person typed, and refusing what asks nothing."""

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
    # Cc is control, Cf format (bidi overrides among them), Cs half a surrogate pair. The joiners inside an Urdu or
    # Persian word are Cf too, and are kept.
    kept = (
        char if char in "\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else " "
        for char in typed
    )
    question = " ".join("".join(kept).split())
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
    """The earlier questions that can be read; one that was refused does not refuse the next question."""
    read = []
    for question in questions:
        with suppress(QuestionError):
            read.append(normalise(question))
    return read
