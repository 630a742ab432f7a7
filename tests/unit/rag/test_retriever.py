"""From a query to passages."""

import math

import numpy as np
import pytest

from index.catalog import Filters
from rag.fusion import fuse
from rag.retriever import DENSE_WEIGHT, TITLE_WEIGHT, Retriever
from tests.conftest import WordEmbedder

QUERIES = ["when was the harbour opened", "bridge over the Kura", "kites", "xylophone", "ship of tea 2021"]


def every_passage(index):
    return index.passages(range(index.manifest.passages))


def bm25(query, documents):
    """BM25 with k1 1.2 and b 0.75 of each document, counted word by word."""
    mean = sum(map(len, documents)) / len(documents)
    scores = np.zeros(len(documents))
    for term in set(query):
        holding = sum(term in words for words in documents)
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for row, words in enumerate(documents):
            times = words.count(term)
            scores[row] += idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(words) / mean))
    return scores


@pytest.mark.parametrize("query", QUERIES)
def test_hits_are_brute_force_cosines_and_bm25_joined(index, query):
    """Embedding every passage and counting every word afresh gives the same hits with the same scores."""
    embedder = WordEmbedder()
    passages = every_passage(index)
    titles = [index.article(passage.article_id).title for passage in passages]
    vectors = embedder.embed_passages(
        [f"{title}\n{passage.text}" for title, passage in zip(titles, passages, strict=True)]
    )
    cosines = (vectors @ embedder.embed_query(query)).tolist()
    dense = sorted(enumerate(cosines), key=lambda pair: -pair[1])
    words = index.terms(query)
    in_text = bm25(words, [index.terms(passage.text) for passage in passages])
    in_title = bm25(words, [index.terms(title) for title in titles])
    lexical = (in_text + TITLE_WEIGHT * in_title).tolist()
    expected = fuse(dense, [(row, score) for row, score in enumerate(lexical) if score > 0], DENSE_WEIGHT)
    hits = Retriever(index).retrieve(query, 100).hits
    assert [hit.passage for hit in hits] == [passages[row] for row, _ in expected]
    assert [hit.score for hit in hits] == pytest.approx([score for _, score in expected], abs=1e-4)


def test_ranks_count_from_1_and_scores_fall(index):
    """The first hit has rank 1, and none after it a higher score."""
    hits = Retriever(index).retrieve("the harbour of Lenkoran", 10).hits
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_k_bounds_how_many_hits_come(index):
    """The first k of a longer list come, and never more than the index holds."""
    retriever = Retriever(index)
    everything = retriever.retrieve("the bridge", 100).hits
    assert len(everything) == index.manifest.passages
    for k in range(1, len(everything) + 1):
        assert retriever.retrieve("the bridge", k).hits == everything[:k]


def test_the_query_vector_is_the_embedder_s(index):
    """The vector given with the hits is the query's own, for weighing sentences."""
    vector = Retriever(index).retrieve("the bridge", 1).vector
    np.testing.assert_array_equal(vector, WordEmbedder().embed_query("the bridge"))


@pytest.mark.parametrize(
    ("filters", "articles"),
    [
        (Filters(source="Coast Daily"), {"harbour"}),
        (Filters(language="en"), {"harbour", "bridge"}),
        (Filters(published_from="2024-03-05"), {"harbour"}),
        (Filters(published_to="2023-01-15"), {"bridge"}),
        (Filters(published_from="2023-01-01", published_to="2024-12-31"), {"harbour", "bridge"}),
        (Filters(source="River Post", language="en"), {"bridge"}),
        (Filters(source="River Post", published_from="2024-01-01"), set()),
        (Filters(language="ur"), set()),
    ],
)
def test_every_hit_passes_the_filters(index, filters, articles):
    """All articles that pass are found, and none that does not, whatever the query's words are."""
    hits = Retriever(index).retrieve("kites over the harbour bridge", 10, filters).hits
    assert {hit.passage.article_id for hit in hits} == articles


@pytest.mark.parametrize("query", QUERIES)
def test_a_weight_of_0_or_1_is_one_ranking_alone(index, query):
    """Words alone and vectors alone give their own rows in their own order."""
    dense = index.nearest(index.embedder.embed_query(query), 10, Filters())
    lexical = index.matching(query, 10, TITLE_WEIGHT, Filters())
    for weight, ranking in ((1.0, dense), (0.0, lexical)):
        hits = Retriever(index, dense_weight=weight).retrieve(query, 10).hits
        assert [hit.passage for hit in hits] == index.passages([row for row, _ in ranking])


def test_words_of_a_title_find_an_article(index):
    """A word that stands only in an article's title is searched too."""
    hits = Retriever(index, dense_weight=0.0).retrieve("new", 1).hits
    assert hits[0].passage.article_id == "harbour"


def test_title_weight_0_leaves_titles_out(index):
    """With no weight on titles a word only a title holds scores nothing."""
    scores = [score for _, score in index.matching("new", 10, 0.0, Filters())]
    assert all(score == 0.0 for score in scores)


@pytest.mark.slow
def test_meaning_is_found_where_words_are_not(real_index):
    """With the real model, a passage that shares the meaning but few words of a query is among the first."""
    from index.store import LocalIndex

    opened = LocalIndex.open(real_index)
    hits = Retriever(opened).retrieve("Azerbaijan's president travels to Islamabad", 5).hits
    assert any("Pakistan" in hit.passage.text for hit in hits)
