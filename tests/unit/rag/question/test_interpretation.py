"""What a text asks in its conversation."""

import pytest

from rag.question.form import Form
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


@pytest.mark.parametrize(
    ("before", "text", "form", "whole"),
    [
        (
            "Which ships came to Lenkoran in 2024?",
            "And in 2016?",
            Form.LIST,
            "Which ships came to Lenkoran in 2016?",
        ),
        ("Did Leyla Mammadova sail to Lenkoran?", "And Karachi?", Form.YES_NO, "Did Leyla Mammadova sail to Karachi?"),
        ("Timeline of Lenkoran", "What about 2016?", Form.TIMELINE, "Timeline of Lenkoran in 2016?"),
        ("Timeline of Basant in 2015", "and the year after?", Form.TIMELINE, "Timeline of Basant in 2016"),
        ("Who is Leyla Mammadova?", "What about Ali Veli?", Form.DEFINITION, "Who is Ali Veli?"),
        ("Did the ship reach Lenkoran?", "When?", Form.EXTRACT, "When did the ship reach Lenkoran?"),
        ("Which ships came to Lenkoran?", "Who built Basant?", Form.EXTRACT, None),
    ],
)
def test_a_short_question_has_the_form_of_the_whole_one(index, before, text, form, whole):
    """The whole question is what an answer in that form is composed of; without it the text is as it was typed."""
    asked = interpretation_of(text, [before], index)
    assert (asked.form, asked.whole) == (form, whole)


def test_a_comparison_that_is_completed_is_of_its_sides(index):
    """And it is understood as the whole question."""
    before = "Which was longer, the harbour of Lenkoran or the bridge of Basant in 2015?"
    asked = interpretation_of("And in 2016?", [before], index)
    assert (asked.form, len(asked.questions), asked.text) == (Form.COMPARISON, 2, before.replace("2015", "2016"))
