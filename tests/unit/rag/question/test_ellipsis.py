"""Short questions that stand for whole ones."""

import pytest
from hypothesis import given

from rag.question.ellipsis import completed, without_joiner
from tests.unit.index.unicode_texts import any_text


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("How many ships came in 2021?", "What about 2023?", "How many ships came in 2023?"),
        ("How many ships came?", "And in 2023?", "How many ships came in 2023?"),
        ("How many ships came in 2021?", "what about the year after?", "How many ships came in 2022?"),
        ("How many ships came in 2021?", "and the previous year", "How many ships came in 2020?"),
        ("When did France build its ships?", "what about Italy?", "When did Italy build its ships?"),
        ("when did france build its ships?", "and italy?", "when did italy build its ships?"),
        ("When did France sell ships to Italy?", "And Italy?", "When did Italy sell ships to France?"),
        ("When did France sell ships to Italy?", "And France?", "When did Italy sell ships to France?"),
        ("When did the ship go to Türkiye?", "And Côte d’Ivoire?", "When did the ship go to Côte d’Ivoire?"),
        ("When did Ali Veli visit Turkey?", "And Turkiye?", "When did Ali Veli visit Turkiye?"),
        ("When did Türkiye build its ships?", "And Burma?", "When did Burma build its ships?"),
        ("When did Leyla Mammadova visit France?", "And Spain?", "When did Leyla Mammadova visit Spain?"),
        ("When did Leyla Mammadova visit France?", "And Ali Veli?", "When did Ali Veli visit France?"),
        ("When did Leyla Mammadova sail to Lahore?", "And Ali Veli?", "When did Ali Veli sail to Lahore?"),
        ("When did the Black Ship reach Europe?", "And Italy?", "When did the Black Ship reach Italy?"),
        ("Who signed for the Kura Company?", "And for Lahore?", "Who signed for the Lahore?"),
        ("When did it open an office in Lahore?", "And the one in Karachi?", "When did it open an office in Karachi?"),
        ("When did the ship reach Lahore?", "And Karachi?", "When did the ship reach Karachi?"),
        ("When was the first meeting?", "and the second?", "When was the second meeting?"),
        ("When was the bridge built?", "Why?", "Why was the bridge built?"),
        ("Did the ship sink?", "when?", "When did the ship sink?"),
    ],
)
def test_a_short_question_is_the_one_before_about_something_else(before, question, whole):
    """A year, a country, a name or a question word stands in the place of its like."""
    assert completed(question, before).text == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("Who is Leyla Mammadova?", "What about Ali Veli?", "Who is Ali Veli?"),
        ("Who is Leyla Mammadova?", "What about LNG?", "What is LNG?"),
        ("What is the Kura?", "and the Aras?", "What is the Aras?"),
        ("Who is Leyla Mammadova?", "what about the rice duty?", "the rice duty"),
    ],
)
def test_another_name_after_a_question_that_only_asks_who_is_a_topic_of_its_own(before, question, whole):
    """Nothing of the question before is kept."""
    assert completed(question, before).text == whole
    assert completed(question, before).alone


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("When did Leyla sail from Lahore to Karachi?", "And Tokyo?"),  # instead of which?
        ("When was the bridge built?", "And who built it?"),
        ("When was the bridge built?", "And its length?"),
        ("When was the bridge built?", "When was the harbour built?"),
        ("How many ships came?", "why?"),
        ("How many ships came?", "the year after?"),
        ("When did the ship reach Lahore?", "And AZAL to Karachi?"),
        ("When was the bridge built?", "and the second?"),
        ("Who came?", "and France?"),
        ("and Lahore?", "what about the ships?"),
        ("When did France sell ships to Italy?", "And Spain?"),
        ("When did Leyla visit France and Italy?", "And Spain?"),
        ("How many ships came in 1996?", "How many ships came last year?"),
        ("How many ships came in 1996?", "what about last year?"),
        ("How many ships came in 1996?", "Who came in the last one?"),
        ("How many ships came in 1996?", "and the next one?"),
        ("How many ships came in 1996?", "What's the year before?"),
        ("How many ships came in 1996?", "What was built in the year after the war?"),
        ("How many ships came in 1996?", "Did fewer come in 2015 than the year before?"),
    ],
)
def test_a_question_with_no_clear_place_is_not_completed(before, question):
    """What it stands for can't be told from words alone, or it is whole already."""
    assert completed(question, before) is None


def test_a_year_within_a_question_is_told_and_the_question_needs_the_one_before():
    """The year is that of the question before and one more; what came then is not named."""
    found = completed("How many came the year after?", "How many ships came in 2021?")
    assert (found.text, found.needs) == ("How many came in 2022?", "How many ships came?")


@pytest.mark.parametrize(
    ("question", "rest"), [("And who came?", "who came?"), ("And?", "And?"), ("Andy came", "Andy came")]
)
def test_a_joining_word_is_taken_off(question, rest):
    """It is not where nothing else is there."""
    assert without_joiner(question) == rest


@given(any_text, any_text)
def test_any_two_texts_can_follow_each_other(before, question):
    """Nothing a person types is an error."""
    found = completed(question, before)
    assert found is None or found.text
