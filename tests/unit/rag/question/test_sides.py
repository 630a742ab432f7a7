"""The two sides of a question that compares."""

import pytest

from rag.question.answer_type import AnswerType
from rag.question.sides import noun_of, sides_of


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("Compare the turnover in 2020 and 2022", "the turnover in 2020", "the turnover in 2022"),
        ("Compare the turnover in 2020 with 2022.", "the turnover in 2020", "the turnover in 2022"),
        ("Compare 2020 and 2022 in turnover", "turnover in 2020", "turnover in 2022"),
        ("Please compare the fleets of Iran and Turkey", "the fleets of Iran", "the fleets of Turkey"),
        ("What is the difference between a quay and a pier?", "a quay", "a pier"),
        ("How does the old port differ from the new port?", "the old port", "the new port"),
        ("Kura vs Araz", "Kura", "Araz"),
    ],
)
def test_two_sides_are_compared_as_such(question, first, second):
    """What one side leaves out, the other has."""
    sides = sides_of(question)
    assert (sides.first.label, sides.second.label) == (first, second)
    assert (sides.answer_type, sides.comparative) == (None, None)


@pytest.mark.parametrize(
    ("question", "first", "second", "answer_type", "larger"),
    [
        (
            "What was signed first, the lease or the loan?",
            "When was the lease signed?",
            "When was the loan signed?",
            AnswerType.TIME,
            False,
        ),
        (
            "Which is longer, the Kura or the Araz?",
            "How long is the Kura?",
            "How long is the Araz?",
            AnswerType.NUMBER,
            True,
        ),
        (
            "Which is shorter: the Kura or the Araz?",
            "How long is the Kura?",
            "How long is the Araz?",
            AnswerType.NUMBER,
            False,
        ),
        (
            "Was the harbour opened before the bridge?",
            "When was the harbour opened?",
            "When was the bridge opened?",
            AnswerType.TIME,
            False,
        ),
        (
            "Were there more ships in 2023 than in 2022?",
            "How many ships in 2023?",
            "How many ships in 2022?",
            AnswerType.NUMBER,
            True,
        ),
        (
            "Is the Kura longer than the Araz?",
            "How long is the Kura?",
            "How long is the Araz?",
            AnswerType.NUMBER,
            True,
        ),
        (
            "Does Iran have more ships than Turkey?",
            "How many ships does Iran have?",
            "How many ships does Turkey have?",
            AnswerType.NUMBER,
            True,
        ),
        (
            "Did Iran sell fewer ships than Turkey did?",
            "How many ships did Iran sell?",
            "How many ships did Turkey sell?",
            AnswerType.NUMBER,
            False,
        ),
        (
            "Which was larger, the turnover of Iran in 2020 or in 2021?",
            "How large was the turnover of Iran in 2020?",
            "How large was the turnover of Iran in 2021?",
            AnswerType.NUMBER,
            True,
        ),
    ],
)
def test_each_side_has_a_question_of_its_own(question, first, second, answer_type, larger):
    """It asks for a time or a number, by what the question compares."""
    sides = sides_of(question)
    assert (sides.first.query, sides.second.query) == (first, second)
    assert (sides.answer_type, sides.comparative.larger) == (answer_type, larger)


def test_a_side_is_called_without_its_verb():
    """The verb goes to the question of each side."""
    sides = sides_of("Does Iran have more ships than Turkey?")
    assert (sides.first.label, sides.second.label) == ("Iran", "Turkey")


@pytest.mark.parametrize(
    "question",
    [
        "When was the harbour opened?",
        "Was it opened before 1990?",
        "Compare them",
        "Who came first?",
        "Which is longer?",
    ],
)
def test_a_question_with_one_side_compares_nothing(question):
    """A year is no side, and neither is what isn't named."""
    assert sides_of(question) is None


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("trade with Iran in 2023", "trade"),
        ("Iran's tea exports", "exports"),
        ("the average temperature in Lenkoran", "temperature"),
        ("flights in 2017", "flights"),
        ("the 1996 visit", "visit"),
        ("the Iran deal", "deal"),
        ("Kura", None),
        ("the Kura river", None),
        ("Ali Veli", None),
        ("in 2021", ""),
        ("2021", ""),
    ],
)
def test_a_side_has_a_noun_or_a_name(label, noun):
    """What its sentence must say; a name needs no noun."""
    assert noun_of(label) == noun
