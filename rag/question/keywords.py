"""Search words without a question around them: "jf-17 price", "COP29 dates"."""

import re
from functools import cache

from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.asking import any_asking_word
from rag.question.form import Form, form_of
from rag.question.language import known_language
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold

_MOST_WORDS = 8


def is_keywords(text: str) -> bool:
    """Whether a text is search words: a few, with no word that asks and no question mark."""
    few = 1 <= len(text.split()) <= _MOST_WORDS and not text.endswith(("?", "؟"))
    asks = any_asking_word(known_language(text))
    return few and not asks.search(fold(text)) and form_of(text) is Form.EXTRACT


def with_synonyms(text: str) -> str:
    """Search words with, in brackets, other words for an amount that they ask for: "jf-17 price (cost, worth)"."""
    if not is_keywords(text):
        return text
    typed = fold(text).casefold().split()
    group = next((group for group in LANGUAGES[known_language(text)].synonyms if set(group) & set(typed)), ())
    others = [word for word in group if word not in typed]
    return f"{text} ({', '.join(others)})" if others else text


def keyword_answer_type(text: str) -> AnswerType | None:
    """The type of answer that search words ask for by a noun, such as a price or a date; None where none is there."""
    if expected_answer_type(text) or not is_keywords(text.partition(" (")[0]):
        return None
    return next((kind for kind, pattern in _nouns(known_language(text)) if pattern.search(fold(text))), None)


@cache
def _nouns(language: str) -> list[tuple[AnswerType, re.Pattern[str]]]:
    words = LANGUAGES[language]
    return [
        (AnswerType.TIME, words.pattern(words.keyword_time)),
        (AnswerType.NUMBER, words.pattern(words.keyword_number)),
    ]
