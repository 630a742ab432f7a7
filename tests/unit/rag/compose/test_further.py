"""What is left to quote where more is asked for."""

from rag.answer import Citation
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


def shown(*sentences: str) -> list[Citation]:
    items = [item for item in EVIDENCE if item.text in sentences]
    return [Citation.of(1, item.passage, item.span, (), by_id([ARTICLE])) for item in items]


def test_what_was_quoted_is_left_out_and_so_is_what_is_far_from_the_best():
    """The next sentences come in their order, until none is good enough."""
    first, second = ("One came.", "Two came.", "Three came."), ("Four came.", "Five came.")
    assert [item.text for item in further_evidence(EVIDENCE, shown(*first))] == list(second)
    assert further_evidence(EVIDENCE, shown(*first, *second)) == []


def test_a_sentence_that_another_article_has_too_is_quoted_once():
    """The same words are no more of the answer."""
    copy = article_of("One came. Six came.", article_id="copy")
    evidence = [evidence_of(copy, sentence, 13.0) for sentence in ("One came.", "Six came.")]
    assert [item.text for item in further_evidence(evidence, shown("One came."))] == ["Six came."]


def test_without_evidence_nothing_is_left():
    """There was no answer."""
    assert further_evidence([], shown("One came.")) == []
