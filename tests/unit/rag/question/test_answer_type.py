"""The type of answer that a question asks for."""

import pytest
from hypothesis import given

from rag.question.answer_type import AnswerType, expected_answer_type, holds_answer_type, names_in
from tests.unit.index.unicode_texts import any_text


@pytest.mark.parametrize(
    ("question", "answer_type"),
    [
        ("When was the harbour opened?", AnswerType.TIME),
        ("In what year did the bridge open?", AnswerType.TIME),
        ("Which century was it?", AnswerType.TIME),
        ("How long ago did he leave?", AnswerType.TIME),
        ("How old is the city?", AnswerType.TIME),
        ("How many ships came?", AnswerType.NUMBER),
        ("How long is the bridge?", AnswerType.NUMBER),
        ("What percentage of tea is green?", AnswerType.NUMBER),
        ("At what price was it sold?", AnswerType.NUMBER),
        ("Who brought the ship in?", AnswerType.NAME),
        ("In which city is Basant held?", AnswerType.NAME),
        ("Where do kites fly?", AnswerType.NAME),
        ("What is the name of the captain?", AnswerType.NAME),
        ("WHEN was it", AnswerType.TIME),
        ("Who was captain when the harbour opened?", AnswerType.NAME),
        ("When did the captain leave, and who came?", AnswerType.TIME),
        ("How many came, and where from?", AnswerType.NUMBER),
        ("In which country, and in what year, was it?", AnswerType.NAME),
        ("WHO BUILT THE TOWER", AnswerType.NAME),
        ("", None),
        ("?", None),
        ("Why do kites fly?", None),
        ("What does the ship carry?", None),
        ("Tell me of the whenever festival", None),
        ("Wann wurde der Hafen eröffnet?", None),
        ("Qachon va kim?", None),
    ],
)
def test_a_question_has_its_answer_type(question, answer_type):
    """English question words tell the type; other words, and languages that are not known, tell none."""
    assert expected_answer_type(question) is answer_type


@pytest.mark.parametrize(
    ("sentence", "answer_type", "holds"),
    [
        ("It opened on 12 March 2021.", AnswerType.TIME, True),
        ("It opened in autumn.", AnswerType.TIME, True),
        ("It opened at 10:30.", AnswerType.TIME, True),
        ("It opened in the 19th century.", AnswerType.TIME, True),
        ("It opened with music.", AnswerType.TIME, False),
        ("It cost 40 dollars.", AnswerType.NUMBER, True),
        ("It cost two million.", AnswerType.NUMBER, True),
        ("It cost a fortune.", AnswerType.NUMBER, False),
        ("The captain was Leyla.", AnswerType.NAME, True),
        ("Leyla came in.", AnswerType.NAME, False),  # a capital that only begins the sentence
        ("The captain came in.", AnswerType.NAME, False),
    ],
)
def test_a_sentence_holds_the_answer_type_or_not(sentence, answer_type, holds):
    """Dates and seasons are times, digits and number words numbers, inner capitals names."""
    assert holds_answer_type(sentence, answer_type, "Is it so?") is holds


def test_a_name_of_the_question_does_not_answer_it():
    """Who met Leyla is not answered by a sentence that names Leyla alone."""
    question = "Who met Leyla in Lahore?"
    assert not holds_answer_type("There was Leyla in Lahore.", AnswerType.NAME, question)
    assert holds_answer_type("There Leyla met Kamran.", AnswerType.NAME, question)


@pytest.mark.parametrize("sentence", ["It may have opened.", "They march to the harbour.", "The ad was long."])
def test_a_common_word_is_no_time(sentence):
    """May, March and AD are times only as names are written."""
    assert not holds_answer_type(sentence, AnswerType.TIME, "When did it open?")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Captain Leyla Mammadova came to Lahore.", ["Leyla", "Mammadova", "Lahore"]),
        ("Leyla came.", []),
        ("Then “Leyla”, (Kamran) and Çınar came.", ["Leyla", "Kamran", "Çınar"]),
        ("It was said: Leyla came. She and I met. Tea came.", ["Leyla"]),
        ("The UN and NATO met.", ["UN", "NATO"]),
        ("Приехала Лейла из Баку.", ["Лейла", "Баку"]),
        ("حیدر علییف", []),
        ("WHO OPENED THE HARBOUR OF LENKORAN?", []),
        ("", []),
    ],
)
def test_names_are_words_with_a_capital_within_a_sentence(text, names):
    """A capital that may only begin a sentence names nothing, nor does one in a text all in capitals."""
    assert names_in(text) == names


def test_a_question_all_in_capitals_is_answered_by_any_name():
    """Its words are known whatever their case, so only another name answers it."""
    question = "WHO MET LEYLA?"
    assert not holds_answer_type("There was Leyla.", AnswerType.NAME, question)
    assert holds_answer_type("There was Kamran.", AnswerType.NAME, question)


@given(any_text)
def test_any_text_has_its_names_or_none(text):
    """Names are words of the text with a capital, whatever the text is, and no text makes the types fail."""
    assert all(name in text and name[0].isupper() for name in names_in(text))
    assert expected_answer_type(text) in {None, *AnswerType}
    assert {holds_answer_type(text, answer_type, text) for answer_type in AnswerType} <= {True, False}
