"""Whether headlines are right, and the figures of them."""

from dataclasses import replace

import pytest

from rag.answer import ShortAnswer
from rag.evaluation.headlines import headline_figures, headline_is_right
from rag.evaluation.kinds import figures_by_kind
from tests.unit.rag.evaluation.test_metrics import asked, cited, outcome, wanting


def shown(question, text, confidence=0.9):
    short = None if text is None else ShortAnswer(text, "a", 0, len(text), confidence)
    return outcome(question, replace(cited(), short_answer=short))


def accepting(*headlines, answerable=True, kind=""):
    return wanting("Baku", answerable=answerable).model_copy(update={"headlines": list(headlines), "kind": kind})


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("more than 80,000", True),
        ("More than 80,000.", True),
        ("more than 80,000 visitors", True),
        ("80,000", False),  # half of what is wanted
        ("the year when more than 80,000 visitors came here", False),  # most of it is something else
        ("8,000", False),
        ("", False),
    ],
)
def test_a_headline_says_an_acceptable_one_whole_and_little_more(text, right):
    """Case, articles and marks say nothing; a number is one word."""
    assert headline_is_right(shown(accepting("more than 80,000"), text)) is right


def test_without_acceptable_headlines_the_spans_tell():
    """F1 of 0.5 is right and less is not; without any gold nothing is told."""
    assert headline_is_right(shown(wanting("one two three"), "one")) is True
    assert headline_is_right(shown(wanting("one two three four"), "one")) is False
    assert headline_is_right(shown(asked("q", articles=["a"]), "Baku")) is None
    assert headline_is_right(shown(wanting("Baku"), None)) is None


def test_a_headline_is_wrong_where_none_is_acceptable():
    """On an unanswerable question, and where a list or a yes is asked for."""
    assert headline_is_right(shown(wanting("Baku", answerable=False), "Baku")) is False
    assert headline_is_right(shown(accepting(), "Baku")) is False


def test_headline_figures_are_shares():
    """Precision is of those shown, coverage of questions with an acceptable one; sure ones are above 0.6."""
    outcomes = [
        shown(accepting("Baku"), "Baku", 0.9),
        shown(accepting("Baku"), "Lahore", 0.5),
        shown(accepting("Baku"), None),
        shown(accepting(), "Baku", 0.7),
        shown(wanting("Baku", answerable=False), "Baku", 0.8),
        shown(wanting("Baku", answerable=False), None),
        shown(asked("q", articles=["a"]), "Baku"),  # there is no gold to tell
    ]
    assert headline_figures(outcomes) == pytest.approx(
        {
            "headline precision": 1 / 4,
            "headline coverage": 2 / 3,
            "sure headlines wrong": 2 / 3,
            "headlines on unanswerable": 1 / 2,
        }
    )


def test_a_share_of_nothing_is_left_out():
    """Without headlines there is no precision, and no figure tells of headlines that can't be judged."""
    assert headline_figures([shown(wanting("Baku"), None)]) == {"headline coverage": 0.0}
    assert headline_figures([shown(asked("q", articles=["a"]), "Baku")]) == {}


def test_figures_are_told_by_kind():
    """Each kind has its own questions; those without a kind are in none."""
    outcomes = [
        shown(accepting("Baku", kind="who"), "Baku"),
        shown(accepting("Baku", kind="near miss", answerable=False), "Baku"),
        shown(accepting("Baku"), "Lahore"),
    ]
    figures = figures_by_kind(outcomes, outcomes, 0.4)
    assert list(figures) == ["who", "near miss"]
    assert figures["who"]["headline precision"] == figures["who"]["answered of answerable"] == 1.0
    assert figures["near miss"] == {
        "questions": 1,
        "headline precision": 0.0,
        "headlines on unanswerable": 1.0,
        "declined of unanswerable": 0.0,
    }
    assert figures_by_kind(outcomes[2:], outcomes[2:], 0.4) == {}
