"""What a text asks in its conversation."""

import pytest

from rag.question.interpretation import asks_for_more, interpretation_of
from tests.unit.rag.conftest import rare_index

BEFORE = "When was the harbour of Lenkoran opened?"


@pytest.fixture
def index(index_of_texts):
    """Ten passages: the word "harbour" is in three of them, "city" in all, every other word in one."""
    return rare_index(index_of_texts)


@pytest.mark.parametrize(
    "text",
    [
        "tell me more",
        "More?",
        "Please tell me more about it.",
        "what else?",
        "go on",
        "Anything else?",
        "ещё",
        "devam et",
    ],
)
def test_a_text_may_ask_for_nothing_but_more(text):
    """In many words, and in several languages."""
    assert asks_for_more(text)


@pytest.mark.parametrize(
    "text", ["tell me more about Lahore", "How many more ships came?", "tell me", "What else opened?"]
)
def test_a_text_that_asks_for_something_is_a_question(text):
    """It names what it is about, or what it asks."""
    assert not asks_for_more(text)


def test_more_is_more_of_the_last_question(index):
    """However often it is asked for, and though that question was itself a follow-up."""
    asked = interpretation_of("more", [BEFORE, "Who built it?", "tell me more"], index)
    assert (asked.text, asked.more) == ("Who built it? (harbour, Lenkoran opened)", 2)
    assert (
        interpretation_of("Who saw it?", [BEFORE, "tell me more"], index).text
        == "Who saw it? (harbour, Lenkoran opened)"
    )


def test_more_of_nothing_is_searched_as_it_is(index):
    """Without a question before it, "more" is a word."""
    asked = interpretation_of("more", [], index)
    assert (asked.text, asked.more) == ("more", 0)


def test_the_question_before_is_given_where_its_answer_is_not_this_one_s(index):
    """That is so of the same question about something else, and of a follow-up for an answer of the same kind."""
    assert interpretation_of("What about Basant?", [BEFORE], index).before == BEFORE
    assert interpretation_of("When did it freeze?", [BEFORE], index).before == BEFORE
    assert interpretation_of("Who built it?", [BEFORE], index).before is None
    assert interpretation_of("When did Basant begin?", [BEFORE], index).before is None


def test_words_are_corrected_in_the_questions_before_too(index):
    """What is carried from them is what they meant."""
    asked = interpretation_of("Who built it?", ["When was Lenkoarn opened?"], index)
    assert (asked.text, asked.misspelt) == ("Who built it? (Lenkoran opened)", ())
    assert interpretation_of("When was Lenkoarn opened?", [], index).misspelt == ("Lenkoarn",)


def test_a_comparison_is_understood_as_it_is_asked(index):
    """Though it is searched by a question for each of its sides."""
    text = "What was opened first, the harbour of Lenkoran or the bridge of Basant?"
    asked = interpretation_of(text, [], index)
    assert (asked.text, len(asked.questions)) == (text, 2)
