"""Which earlier questions count."""

from datetime import date

import pytest

from rag.question.history import relevant_history

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("history", "relevant"),
    [
        (["hello", "When was the harbour opened?", "thank you"], ("When was the harbour opened?",)),
        (["Hi, when was the harbour opened? Thanks!"], ("when was the harbour opened?",)),
        (["How many articles mention Lachin?", "how many articles are there?"], ("Lachin",)),
        (["Who is Leyla Mammadova?", "How many articles mention her?"], ("Who is Leyla Mammadova?",)),
        (["what is this?", "who are you"], ()),
        (["When was the harbour opened?", "What is this?"], ("When was the harbour opened?", "What is this?")),
        (["How many articles are in the treaty?"], ("How many articles are in the treaty?",)),
    ],
)
def test_talk_and_counting_leave_no_trace_but_what_was_named(history, relevant):
    """Questions stay, without their courtesies; a question on the corpus leaves what the articles were to mention."""
    assert relevant_history(history, TODAY) == relevant
