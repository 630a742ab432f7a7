"""What stands in a text and says nothing of its subject: captions, bylines, advertisements, quiz options, questions."""

import re
from functools import cache

from rag.question.languages import words_of
from rag.question.languages.folding import fold

_LONGEST = 160  # characters: what is longer is a sentence, whatever it begins with
_QUESTION = re.compile(r"[?؟]['\"”’»)]?\s*\Z")
_HEADING = re.compile(r"#{1,6}\s")
_OPTION = re.compile(r"\(?[A-Da-d][.)]\s\S[^.!?]*\Z")
_BYLINE = re.compile(r"(?:By|BY) [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}(?:(?:,| and| \|) [^.!?]*)?\Z")
_CREDIT = re.compile(r"[(|/]\s*(?:AP|AFP|Reuters|Getty(?: Images)?|EPA|Anadolu|Shutterstock)\b[^.]{0,40}[)]?\s*\Z")


def is_furniture(sentence: str, language: str | None = None) -> bool:
    """Whether a sentence, or a line that stands for one, is no evidence of anything.

    `language` is that of the sentence; where it is None, its script tells it.
    """
    text = sentence.strip()
    if _QUESTION.search(text[-4:]):
        return True
    if len(text) > _LONGEST:
        return False
    if any(pattern.match(text) for pattern in (_HEADING, _OPTION, _BYLINE)) or _CREDIT.search(text):
        return True
    return bool(_lead(words_of(language, text).furniture).match(fold(text)))


@cache
def _lead(furniture: str) -> re.Pattern[str]:
    """What begins such a line."""
    return re.compile(rf"\W{{0,2}}(?:{fold(furniture)})", re.IGNORECASE)
