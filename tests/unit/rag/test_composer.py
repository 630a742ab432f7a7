"""From evidence to quoted sentences."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.composer import MARGIN, ExtractiveComposer, reading_order
from rag.evidence import CITED
from tests.unit.rag.conftest import article_of, by_id, evidence_of

FIRST, SECOND, THIRD, FOURTH = "It opened in May.", "Tea came.", "Kites flew.", "All was well."
A = article_of(
    f"{FIRST} {SECOND} {THIRD} {FOURTH}",
    source="Coast Daily",
    url="https://example.org/a",
    published="2024-03-05",
    language="en",
)
B = article_of(f"Before. {SECOND.upper()} {FOURTH}", "b")


def compose(*evidence, articles=(A, B)):
    return ExtractiveComposer().compose(evidence, by_id(articles))


def test_sentences_are_read_in_their_order_and_cited_best_first():
    """The answer follows the article, while number 1 stays with the best evidence."""
    composed = compose(evidence_of(A, THIRD, 3.0), evidence_of(A, FIRST, 2.0), evidence_of(A, SECOND, 1.0))
    assert composed.text == f"{FIRST} [2] {SECOND} [3] {THIRD} [1]"
    assert [(c.number, c.quote) for c in composed.citations] == [(1, THIRD), (2, FIRST), (3, SECOND)]


def test_the_best_one_s_article_is_read_first():
    """A sentence of another article follows, however early it stands there."""
    composed = compose(evidence_of(A, FOURTH, 3.0), evidence_of(B, "Before.", 2.0), evidence_of(A, FIRST, 1.0))
    assert composed.text == f"{FIRST} [3] {FOURTH} [1] Before. [2]"


def test_at_most_three_sentences_are_quoted():
    """The fourth best is left out, however near it is."""
    sentences = (FIRST, SECOND, THIRD, FOURTH)
    composed = compose(*(evidence_of(A, sentence, 1.0) for sentence in sentences))
    assert [citation.quote for citation in composed.citations] == list(sentences[:CITED])


def test_one_sentence_is_enough():
    """A single piece of evidence makes an answer of one mark."""
    assert compose(evidence_of(A, FIRST, -7.0)).text == f"{FIRST} [1]"


def test_a_sentence_far_below_the_best_is_left_out():
    """What is as far below as the margin is still quoted; what is further is not."""
    at, below = evidence_of(A, SECOND, 5.0 - MARGIN), evidence_of(A, THIRD, 4.99 - MARGIN)
    composed = compose(evidence_of(A, FIRST, 5.0), at, below)
    assert [citation.quote for citation in composed.citations] == [FIRST, SECOND]


def test_the_same_sentence_is_quoted_once():
    """Two articles that say the same are cited once, from the better evidence, and leave room for another."""
    copy = evidence_of(B, SECOND.upper(), 2.0)
    composed = compose(evidence_of(A, SECOND, 3.0), copy, evidence_of(A, FIRST, 1.0), evidence_of(A, THIRD, 0.5))
    assert [citation.quote for citation in composed.citations] == [SECOND, FIRST, THIRD]


def test_sentences_that_differ_in_white_space_alone_are_the_same():
    """A line broken elsewhere does not make another sentence."""
    broken = article_of("Tea  came.", "broken")
    composed = compose(evidence_of(A, SECOND, 2.0), evidence_of(broken, "Tea  came.", 1.0), articles=(A, broken))
    assert len(composed.citations) == 1


def test_a_citation_carries_its_article_s_particulars():
    """Title, source, address, date and the exact offsets come with the quote."""
    (citation,) = compose(evidence_of(A, SECOND, 1.0)).citations
    assert (citation.article_id, citation.title) == ("a", "A title")
    assert (citation.source, citation.url) == ("Coast Daily", "https://example.org/a")
    assert (citation.published, citation.language) == ("2024-03-05", "en")
    assert A.text[citation.start : citation.end] == citation.quote == SECOND
    assert citation.passage_id == f"a#0-{len(A.text)}"


@pytest.mark.parametrize("shift", [-1, 1, 1000])
def test_a_wrong_offset_is_a_defect_and_never_shown(shift):
    """A quote that is not the article's text at its offsets stops the reply."""
    good = evidence_of(A, SECOND, 1.0)
    bad = replace(good, span=(good.span[0] + shift, good.span[1] + shift))
    with pytest.raises(AssertionError, match="is not the quote"):
        compose(bad)


def test_a_quote_with_altered_words_is_a_defect():
    """Right offsets with other words stop the reply too."""
    with pytest.raises(AssertionError, match="is not the quote"):
        compose(replace(evidence_of(A, SECOND, 1.0), text="Tea went."))


SENTENCES = [(A, sentence) for sentence in (FIRST, SECOND, THIRD, FOURTH)] + [
    (B, "Before."),
    (B, SECOND.upper()),
]


@given(st.lists(st.tuples(st.sampled_from(SENTENCES), st.floats(-8, 8)), min_size=1, max_size=8))
def test_marks_and_citations_always_agree(drawn):
    """Each mark has one citation and each citation one mark, 1 to 3 of them, all exact and distinct."""
    evidence = sorted((evidence_of(*place, score) for place, score in drawn), key=lambda item: -item.score)
    composed = compose(*evidence)
    marks = [int(mark) for mark in re.findall(r"\[(\d+)\]", composed.text)]
    assert sorted(marks) == [citation.number for citation in composed.citations] == list(range(1, len(marks) + 1))
    assert 1 <= len(marks) <= CITED
    assert composed.citations[0].quote == evidence[0].text
    assert len({citation.quote.casefold() for citation in composed.citations}) == len(marks)
    assert composed.text == " ".join(f"{c.quote} [{c.number}]" for c in reading_order(composed.citations))
