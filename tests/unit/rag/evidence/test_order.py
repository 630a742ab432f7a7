"""Which of two short answers is larger or later."""

import pytest

from rag.evidence.bounds import with_bound
from rag.evidence.order import number_of_year, range_of, shown_value
from rag.question.answer_type import AnswerType

NUMBER, TIME = AnswerType.NUMBER, AnswerType.TIME


def ordered(first, second, answer_type, before=("", "")):
    """Whether the first is smaller or earlier for sure."""
    ranges = [range_of(text, words, answer_type) for text, words in zip((first, second), before, strict=True)]
    return all(ranges) and ranges[0].is_comparable(ranges[1]) and ranges[0].is_before(ranges[1])


@pytest.mark.parametrize(
    ("first", "second", "answer_type"),
    [
        ("55,000", "80,000", NUMBER),
        ("55,000 tons", "more than 80,000 tons", NUMBER),
        ("80,000", "more than 80,000", NUMBER),
        ("less than 5 million dollars", "5.1 million dollars", NUMBER),
        ("about 100 metres", "130 metres", NUMBER),
        ("less than 900", "at least 900", NUMBER),
        ("up to 900", "901", NUMBER),
        ("700 or less", "more than 700", NUMBER),
        ("-15 degrees", "4 degrees", NUMBER),
        ("−15 degrees", "minus 4 degrees", NUMBER),
        ("-$3 billion", "$2 billion", NUMBER),
        ("–3 billion crowns", "2 billion crowns", NUMBER),
        ("minus five degrees", "-2 degrees", NUMBER),
        ("12 March 1993", "24 August 1997", TIME),
        ("12 March 1993", "1994", TIME),
        ("30 April 1994", "May 1994", TIME),
        ("December 1993", "1 January 1994", TIME),
    ],
)
def test_ranges_that_do_not_overlap_have_an_order(first, second, answer_type):
    """It holds one way and not the other."""
    assert ordered(first, second, answer_type)
    assert not ordered(second, first, answer_type)


@pytest.mark.parametrize(
    ("first", "second", "answer_type"),
    [
        ("5 metres", "5 metres", NUMBER),
        ("5 metres", "6 tons", NUMBER),
        ("5", "6 tons", NUMBER),
        ("more than 5 metres", "6 metres", NUMBER),
        ("about 100 metres", "105 metres", NUMBER),
        ("about 100 metres", "115 metres", NUMBER),
        ("nearly 100 metres", "100 metres", NUMBER),
        ("900", "at least 900", NUMBER),
        ("900", "900 or more", NUMBER),
        ("up to 900", "900", NUMBER),
        ("no more than 900", "at least 900", NUMBER),
        ("more than 0", "0", NUMBER),
        ("more than -5", "4", NUMBER),
        ("less than 5", "-3", NUMBER),
        ("more than about 5", "4", NUMBER),
        ("May 1993", "1993", TIME),
        ("before 1990", "1993", TIME),
        ("several", "6", NUMBER),
    ],
)
def test_what_may_be_either_way_has_no_order(first, second, answer_type):
    """Overlapping ranges, other units, bounds of a time and what is no number."""
    assert not ordered(first, second, answer_type)
    assert not ordered(second, first, answer_type)


def test_the_word_after_a_number_is_its_unit():
    """Where the short answer leaves it out; in one sentence the second number may go without."""
    ships, guests, bare = (range_of("5", "", NUMBER, after) for after in (" ships came", " guests.", " in 2022"))
    assert (ships.unit, guests.unit, bare.unit) == ({"ships"}, {"guests"}, frozenset())
    assert not ships.is_comparable(guests, in_one_sentence=True)
    assert not ships.is_comparable(bare)
    assert ships.is_comparable(bare, in_one_sentence=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", " degrees below zero"),
        ("", " to 8 ships"),
        ("between ", " and 9"),
        ("between 3 and ", ""),
        ("They bought Block ", " jets"),
    ],
)
def test_what_stands_beside_a_number_may_make_it_another(before, after):
    """One end of a range is no value, nor a number in a name, nor one whose minus is a word after it."""
    assert range_of("5", before, NUMBER, after) is None


@pytest.mark.parametrize("answer", ["31 April 1996", "30 February 2020", "29 February 2023", "30 to 31 June 1996"])
def test_a_day_that_never_was_has_no_place_in_an_order(answer):
    """A document may hold a mistaken date."""
    assert range_of(answer, "", TIME) is None
    assert ordered("28 February 2023", "29 February 2024", TIME)


def test_words_before_a_number_limit_it():
    """ "Exceeded" stands outside the short answer, and is shown with it."""
    assert ordered("28 million", "exceeded 28 million", NUMBER)
    sentence = "It exceeded 28 million."
    assert sentence[with_bound(sentence.index("28"), sentence) :] == "exceeded 28 million."
    assert with_bound(3, "It exceeded 28 million.") == 3


def test_of_several_years_the_one_asked_for_has_its_own_number():
    """The number before "in 2021"; none where the sentence does not say it so."""
    sentence = "It stood at 13.2 million dollars in 2020, slipped to 11.7 million in 2021 and rose later."
    start, end = number_of_year(sentence, "the turnover in 2021", 12, 24)
    assert sentence[start:end] == "11.7 million"
    assert number_of_year(sentence, "the turnover in 2022", 12, 24) is None


@pytest.mark.parametrize(
    ("sentence", "label", "answer"),
    [
        ("It stood at 13.2 million dollars in 2020 and at 11.7 million in 2021.", "the turnover", None),
        ("In 2010 Galma had 3,000 people, and in 2020 Galma had 4,000.", "Galma", None),
        ("In 2010 Galma had 3,000 people, and in 2020 Galma had 4,000.", "Galma in 2020", None),
        ("In 2010 Galma had 3,000 people and in 2020 it had 4,000.", "Galma in 2020", None),
        ("Galma had 3,000 people in 2010.", "Galma in 2020", None),
        ("Galma had 3,000 people in 2010.", "Galma in 2010", "3,000"),
        ("Galma, founded in 1901, had 3,000 people in 2010.", "Galma", "3,000"),
        ("Galma had 3,000 people.", "Galma in 2020", "3,000"),
    ],
)
def test_a_number_that_may_be_of_another_year_has_no_value(sentence, label, answer):
    """A short answer is kept where it is the only number, or its sentence has no year."""
    start = sentence.index("3")
    found = number_of_year(sentence, label, start, sentence.index(" ", start))
    assert (found and sentence[slice(*found)]) == answer


def test_the_number_of_a_year_has_its_minus():
    """Without it, a loss would be a gain."""
    sentence = "The balance was -3 million in 2020 and 2 million in 2021."
    start, end = number_of_year(sentence, "the balance in 2020", 0, 0)
    assert sentence[start:end] == "-3 million"
    assert range_of("3 million", "It was a negative ", NUMBER) is None


def test_values_are_shown_as_programs_read_them():
    """A number with its scale; the first day of a time."""
    assert shown_value(range_of("more than 2 million", "", NUMBER), NUMBER) == 2_000_000.0
    assert shown_value(range_of("-15 degrees", "", NUMBER), NUMBER) == -15.0
    assert shown_value(range_of("May 1994", "", TIME), TIME) == "1994-05-01"
