"""The best hits in a new order, by what the reader finds in them."""

import pytest

from index.types import Filters
from rag.evidence.scoring import SentenceScorer
from rag.question.answer_type import AnswerType
from rag.retrieval.rescoring import FURTHEST, READER_WEIGHT, RESCORED
from rag.retrieval.retriever import Retriever
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader

QUESTION = "Who opened the harbour?"


class Comparable(ScriptedReader):
    """Its odds can be compared between passages."""

    comparable = True


@pytest.fixture
def index(index_of_texts):
    """Twelve texts about a harbour; each names another person, and the later ones say less of the question."""
    return index_of_texts(
        **{f"text{n:02}": f"The harbour was opened by person{n:02}. {'Tea is sold there. ' * n}" for n in range(12)}
    )


def ids(retrieval):
    """The articles found, best first."""
    return [hit.passage.article_id for hit in retrieval.hits]


def test_the_passage_in_which_the_reader_finds_most_comes_first(index):
    """Of the hits that are read, the one with much higher odds is first; the others keep their order."""
    before = ids(Retriever(index).retrieve(QUESTION, 10))
    reader = Comparable(**{f"person{before[2][4:]}": 19.0})
    found = Retriever(index, reader=reader).retrieve(QUESTION, 10)
    assert ids(found) == [before[2], *before[:2], *before[3:]]
    assert [hit.rank for hit in found.hits] == list(range(1, 11))
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert 0.0 <= scores[-1] <= scores[0] <= 1.0


def test_scores_are_those_of_both_by_hand(index):
    """A hit's own score and the reader's share, in their weights."""
    before = Retriever(index).retrieve(QUESTION, 10).hits
    reader = Comparable(**{f"person{before[0].passage.article_id[4:]}": 10.0})
    after = Retriever(index, reader=reader).retrieve(QUESTION, 10).hits
    share = (10 + 20) / 40
    expected = (1 - READER_WEIGHT) * before[0].score + READER_WEIGHT * share
    assert after[0].score == pytest.approx(expected, abs=1e-3)


def test_only_the_best_hits_are_read_and_those_once(index):
    """No more than RESCORED, none far below the best; the sentences are scored by the same readings."""
    reader = Comparable()
    retrieval = Retriever(index, reader=reader).retrieve(QUESTION, 10)
    hits = Retriever(index).retrieve(QUESTION, 10).hits
    near = [hit for hit in hits[:RESCORED] if hit.score >= hits[0].score - FURTHEST]
    ((_, texts),) = reader.calls
    assert [text for _, text in texts] == [hit.passage.text for hit in near]
    assert set(retrieval.readings) == {hit.passage.passage_id for hit in near}
    SentenceScorer(reader, SENSIBLE).score(QUESTION, AnswerType.NAME, retrieval, index)
    read = [text for _, texts in reader.calls for _, text in texts]
    assert len(read) == len(set(read))


def test_a_reader_whose_odds_can_not_be_compared_changes_no_order(index):
    """A model by name reads what retrieval found best."""
    reader = ScriptedReader(person05=19.0)
    retrieval = Retriever(index, reader=reader).retrieve(QUESTION, 10)
    assert ids(retrieval) == ids(Retriever(index).retrieve(QUESTION, 10))
    assert (retrieval.readings, reader.calls) == ({}, [])


def test_the_best_hit_is_the_same_for_every_k(index):
    """How many passages are listed does not change which is first."""
    before = ids(Retriever(index).retrieve(QUESTION, 10))
    reader = Comparable(**{f"person{before[3][4:]}": 19.0})
    assert {ids(Retriever(index, reader=reader).retrieve(QUESTION, k))[0] for k in (1, 3, 10)} == {before[3]}


def test_where_nothing_is_found_nothing_is_read(index):
    """A filter that no article passes leaves no hits."""
    reader = Comparable()
    nothing = Filters(source="nobody")
    assert Retriever(index, reader=reader).retrieve(QUESTION, 3, nothing).hits == []
    assert all(texts == [] for _, texts in reader.calls)
