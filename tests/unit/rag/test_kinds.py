"""The kind of thing a question asks for."""

import pytest

from rag.kinds import Kind, asked_kind, holds_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was the harbour opened?", Kind.TIME),
        ("In what year did the bridge open?", Kind.TIME),
        ("Which century was it?", Kind.TIME),
        ("How long ago did he leave?", Kind.TIME),
        ("How old is the city?", Kind.TIME),
        ("How many ships came?", Kind.NUMBER),
        ("How long is the bridge?", Kind.NUMBER),
        ("What percentage of tea is green?", Kind.NUMBER),
        ("At what price was it sold?", Kind.NUMBER),
        ("Who brought the ship in?", Kind.NAME),
        ("In which city is Basant held?", Kind.NAME),
        ("Where do kites fly?", Kind.NAME),
        ("What is the name of the captain?", Kind.NAME),
        ("WHEN was it", Kind.TIME),
        ("Why do kites fly?", None),
        ("What does the ship carry?", None),
        ("Tell me of the whenever festival", None),
        ("Когда открыли порт?", None),
        ("حیدر علییف کب آئے؟", None),
    ],
)
def test_a_question_asks_for_its_kind(question, kind):
    """English question words tell the kind; other words, and other languages, tell none."""
    assert asked_kind(question) is kind


@pytest.mark.parametrize(
    ("sentence", "kind", "holds"),
    [
        ("It opened on 12 March 2021.", Kind.TIME, True),
        ("It opened in autumn.", Kind.TIME, True),
        ("It opened at 10:30.", Kind.TIME, True),
        ("It opened in the 19th century.", Kind.TIME, True),
        ("It opened with music.", Kind.TIME, False),
        ("It cost 40 dollars.", Kind.NUMBER, True),
        ("It cost two million.", Kind.NUMBER, True),
        ("It cost a fortune.", Kind.NUMBER, False),
        ("The captain was Leyla.", Kind.NAME, True),
        ("Leyla came in.", Kind.NAME, False),  # a capital that only begins the sentence
        ("The captain came in.", Kind.NAME, False),
    ],
)
def test_a_sentence_holds_the_kind_or_not(sentence, kind, holds):
    """Dates and seasons are times, digits and number words numbers, inner capitals names."""
    assert holds_kind(sentence, kind, "Is it so?") is holds


def test_a_name_of_the_question_does_not_answer_it():
    """Who met Leyla is not answered by a sentence that names Leyla alone."""
    question = "Who met Leyla in Lahore?"
    assert not holds_kind("There was Leyla in Lahore.", Kind.NAME, question)
    assert holds_kind("There Leyla met Kamran.", Kind.NAME, question)


@pytest.mark.parametrize("sentence", ["It may have opened.", "They march to the harbour.", "The ad was long."])
def test_a_common_word_is_no_time(sentence):
    """May, March and AD are times only as names are written."""
    assert not holds_kind(sentence, Kind.TIME, "When did it open?")
