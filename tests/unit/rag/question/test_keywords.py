"""Search words without a question around them."""

import pytest

from rag.question.answer_type import AnswerType
from rag.question.keywords import is_keywords, keyword_answer_type, with_synonyms


@pytest.mark.parametrize(
    ("text", "answer_type"),
    [
        ("harbour cost", AnswerType.NUMBER),
        ("Kura bridge length", AnswerType.NUMBER),
        ("harbour dates", AnswerType.TIME),
        ("harbour cost (price, worth)", AnswerType.NUMBER),
        ("harbour ships", None),
        ("What is the harbour cost", None),
        ("harbour cost?", None),
        ("köprü tarihi ve uzunluğu", AnswerType.TIME),
    ],
)
def test_search_words_ask_for_what_their_nouns_say(text, answer_type):
    """A price is a number, a date a time; a question is told by its own words."""
    assert keyword_answer_type(text) is answer_type


@pytest.mark.parametrize(
    "text", ["Who came", "did he come", "come here?", "one two three four five six seven eight nine", ""]
)
def test_a_question_and_a_long_text_are_no_search_words(text):
    """They ask, or tell."""
    assert not is_keywords(text)


def test_other_words_for_an_amount_are_searched_too():
    """Articles say what something cost, or what it was worth, and seldom its price."""
    assert with_synonyms("harbour price") == "harbour price (cost, worth)"
    assert with_synonyms("What is the price?") == "What is the price?"
    assert with_synonyms("harbour ships") == "harbour ships"
