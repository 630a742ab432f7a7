"""A model whose cosines lie close together retrieves as well as one whose cosines do not."""

import random

import pytest

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from rag.retrieval.fusion import tmm_convex
from rag.retrieval.retriever import Retriever
from tests.conftest import NarrowEmbedder, WordEmbedder

COUNT = 60


def texts_and_queries():
    """Articles of six words that others use too, and two of their own; a query has five of the six.

    And it has both own words of another article, so that by words alone that other article is better.
    """
    chance = random.Random(11)
    words = [first + vowel + "n" for first in "bdgklm" for vowel in "aeiou"]
    shared = [chance.sample(words, 6) for _ in range(COUNT)]
    texts = [f"{' '.join(six)} rare{n} seldom{n}." for n, six in enumerate(shared)]
    queries = [f"{' '.join(six[:5])} rare{(n + 1) % COUNT} seldom{(n + 1) % COUNT}" for n, six in enumerate(shared)]
    return texts, queries


def found(index, queries, **setting):
    retriever = Retriever(index, **setting)
    return [retriever.retrieve(query, 10).hits for query in queries]


def first_hits(rankings):
    return sum(int(hits[0].passage.article_id) == n for n, hits in enumerate(rankings)) / len(rankings)


@pytest.fixture
def indexes(tmp_path):
    """The same articles, embedded by the same words with cosines in [0, 1] and in [0.7, 1]; and the queries."""
    texts, queries = texts_and_queries()
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n, text in enumerate(texts):
        (corpus / f"{n:02}.txt").write_text(text)
    opened = []
    for name, embedder in (("wide", WordEmbedder()), ("narrow", NarrowEmbedder())):
        build_index(corpus, tmp_path / name, embedder)
        opened.append(LocalIndex.open(tmp_path / name, lambda record, embedder=embedder: embedder))
    return *opened, queries


def test_cosines_that_lie_close_together_retrieve_no_worse(indexes):
    """The scores and what comes first are as before they were moved together; by another's scale much is missed."""
    wide, narrow, queries = indexes
    spread, close = found(wide, queries), found(narrow, queries)
    assert [hits[0].passage for hits in close] == [hits[0].passage for hits in spread]
    for near, far in zip(close, spread, strict=True):
        assert [hit.score for hit in near] == pytest.approx([hit.score for hit in far], abs=2e-3)
    shared = {"dense_weight": 0.78, "fusion": lambda *rankings: tmm_convex(*rankings, lowest=-1.0)}
    assert first_hits(found(narrow, queries, **shared)) <= first_hits(close) - 0.2


def test_the_weight_is_the_model_s_unless_another_is_given(indexes):
    """A weight that is given goes with the model's lowest cosine."""
    _, narrow, queries = indexes
    scale = narrow.manifest.scale
    assert scale.dense_weight == 0.8
    by_hand = {"dense_weight": 0.8, "fusion": lambda *rankings: tmm_convex(*rankings, lowest=scale.lowest)}
    assert found(narrow, queries[:9]) == found(narrow, queries[:9], **by_hand)
    half = {**by_hand, "dense_weight": 0.5}
    assert found(narrow, queries[:9], dense_weight=0.5) == found(narrow, queries[:9], **half)
    assert found(narrow, queries[:9], dense_weight=0.5) != found(narrow, queries[:9])
