"""Reading what a person typed: cleaned of what no person means to type, and refused where it asks nothing."""

import unicodedata
from collections.abc import Iterable
from contextlib import suppress

from rag.errors import QuestionError

MAX_CHARACTERS = 2000


def read_question(typed: str) -> str:
    """The question with control characters taken out and white space made single.

    Raises:
        QuestionError: it is empty, too long, or holds no letter or digit.
    """
    # Cc control, Cf format (bidi overrides among them), Cs half a surrogate pair; a joiner inside an
    # Urdu or Persian word is Cf too, and is meant.
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


def readable(turns: Iterable[str]) -> list[str]:
    """The earlier questions that can be read; one that was refused then does not refuse the next."""
    read = []
    for turn in turns:
        with suppress(QuestionError):
            read.append(read_question(turn))
    return read
