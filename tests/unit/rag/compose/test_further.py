"""What is left to quote where more is asked for."""

from rag.compose.extract import ExtractiveComposer, SubQuestion
from rag.compose.further import further_evidence
from tests.unit.rag.conftest import article_of, by_id, evidence_of

ARTICLE = article_of("One came. Two came. Three came. Four came. Five came. Nobody went.")
SCORES = {
    "One came.": 14.0,
    "Two came.": 13.0,
    "Three came.": 12.0,
    "Four came.": 11.0,
    "Five came.": 9.5,
    "Nobody went.": 2.0,
}
EVIDENCE = [evidence_of(ARTICLE, sentence, score) for sentence, score in SCORES.items()]


def left(times: int) -> list[str]:
    evidence = further_evidence(SubQuestion(None, EVIDENCE), times, ExtractiveComposer(), by_id([ARTICLE]))
    return [item.text for item in evidence]


def test_where_no_more_is_asked_for_all_is_there():
    """The answer itself is made of all the evidence."""
    assert left(0) == list(SCORES)


def test_what_was_quoted_is_left_out_and_so_is_what_is_far_from_the_best():
    """The next sentences come in their order, until none is good enough."""
    assert left(1) == ["Four came.", "Five came."]
    assert left(2) == []
    assert left(9) == []


def test_without_evidence_nothing_is_left():
    """There was no answer."""
    assert further_evidence(SubQuestion(None, []), 1, ExtractiveComposer(), by_id([ARTICLE])) == []
