"""The words by which a text shows that it asks for something."""

import re
from functools import cache

from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold


@cache
def asks_pattern(language: str) -> re.Pattern[str]:
    """What asks for something in a language, or does where it begins a text; it matches folded text."""
    words = LANGUAGES[language]
    return re.compile(rf"{_anywhere(language).pattern}|^(?:{fold(words.asks_first)})\b", re.IGNORECASE)


@cache
def any_asking_word(language: str) -> re.Pattern[str]:
    """The same words wherever they stand: search words hold none of them."""
    words = LANGUAGES[language]
    return re.compile(rf"{_anywhere(language).pattern}|\b(?:{fold(words.asks_first)})\b", re.IGNORECASE)


def _anywhere(language: str) -> re.Pattern[str]:
    words = LANGUAGES[language]
    return words.pattern(words.asks_time, words.asks_number, words.asks_name, words.asks)
