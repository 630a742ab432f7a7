"""From a query to passages."""

import math
from functools import partial

import numpy as np
import pytest

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from index.types import Filters
from rag.retrieval.fusion import min_max, reciprocal_ranks, tmm_convex
from rag.retrieval.retriever import DEPTH, RERANKED, TITLE_WEIGHT, Retriever
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
    expected = tmm_convex(dense, [(row, score) for row, score in enumerate(lexical) if score > 0], 0.78, -1.0)
    hits = Retriever(index).retrieve(query, 100).hits
    assert [hit.passage for hit in hits] == [passages[row] for row, _ in expected]
    assert [hit.score for hit in hits] == pytest.approx([score for _, score in expected], abs=1e-4)


def test_a_follow_up_has_the_mean_of_both_queries(index):
    """Its interpretation and its typed words are each searched whole; the vector and the cosine are the first's."""
    query, typed_query = "when was the bridge opened (harbour)", "when was the bridge opened"
    separate = [Retriever(index).retrieve(text, 100) for text in (query, typed_query)]
    scores = [{hit.passage.passage_id: hit.score for hit in retrieval.hits} for retrieval in separate]
    both = Retriever(index).retrieve(query, 100, typed_query=typed_query)
    assert {hit.passage.passage_id: hit.score for hit in both.hits} == pytest.approx(
        {name: (scores[0][name] + scores[1][name]) / 2 for name in scores[0]}
    )
    assert [hit.score for hit in both.hits] == sorted((hit.score for hit in both.hits), reverse=True)
    assert both.vector == pytest.approx(separate[0].vector)
    assert both.nearest == pytest.approx(separate[0].nearest)
    assert Retriever(index).retrieve(query, 1, typed_query=typed_query).hits == both.hits[:1]


def test_a_typed_query_that_is_the_query_changes_nothing(index):
    """A question without carried words is searched once."""
    query = "when was the bridge opened"
    assert Retriever(index).retrieve(query, 10, typed_query=query).hits == Retriever(index).retrieve(query, 10).hits


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
    """The vector that comes with the hits is the query's, so that sentences can be compared with it."""
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


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("fusion", [min_max, partial(reciprocal_ranks, constant=10.0)])
def test_another_fusion_can_be_given(index, query, fusion):
    """The function fuses the rankings, with the retriever's weight."""
    dense = index.nearest(index.embedder.embed_query(query), 50, Filters())
    lexical = index.matching(query, 50, TITLE_WEIGHT, Filters())
    expected = fusion(dense, lexical, 0.7)
    hits = Retriever(index, dense_weight=0.7, fusion=fusion).retrieve(query, 100).hits
    assert [hit.passage for hit in hits] == index.passages([row for row, _ in expected])
    assert [hit.score for hit in hits] == [score for _, score in expected]


STORY = "The harbour of Lenkoran was opened with 40 guests, and the first ship brought tea from Karachi."


@pytest.fixture
def copied(index_of_texts):
    """A story in five copies, one of them with another figure, and two texts of their own."""
    return index_of_texts(
        first=STORY,
        second=STORY.upper(),
        third=STORY.replace(",", " –"),
        figure=STORY.replace("40", "50"),
        fourth=STORY + "..",
        kites="Kites fly over Lahore in spring.",
        tea="Tea is sold at the harbour.",
    )


def test_a_near_duplicate_of_a_better_passage_is_left_out(copied):
    """A story in four articles is one hit, with the others' ids; the one with another figure is a hit itself."""
    hits = Retriever(copied).retrieve("when was the harbour opened", 10).hits
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    also = {hit.passage.article_id: {passage.article_id for passage in hit.also} for hit in hits}
    story = next(name for name in also if name in {"first", "second", "third", "fourth"})
    assert also == {
        story: {"first", "second", "third", "fourth"} - {story},
        "figure": set(),
        "kites": set(),
        "tea": set(),
    }


def test_other_texts_take_the_ranks_of_near_duplicates(copied):
    """There are `k` hits as long as there are `k` different texts."""
    retriever = Retriever(copied)
    everything = retriever.retrieve("when was the harbour opened", 10).hits
    for k in range(1, 5):
        assert retriever.retrieve("when was the harbour opened", k).hits == everything[:k]


@pytest.mark.parametrize("copies", [40, DEPTH + 10])
def test_k_hits_come_from_below_many_copies(index_of_texts, copies):
    """Near-duplicates of the best passage do not keep other texts out, even where they fill both rankings."""
    stories = {f"copy{n}": STORY + "!" * n for n in range(copies)}
    index = index_of_texts(**stories, kites="Kites fly over Lahore.", tea="Tea is sold.", bridge="A long bridge.")
    hits = Retriever(index).retrieve("the harbour of Lenkoran", 4).hits
    assert [len(hit.also) for hit in hits] == [copies - 1, 0, 0, 0]


@pytest.mark.parametrize("query", QUERIES)
def test_without_near_duplicates_nothing_is_left_out(index, query):
    """The hits of such a corpus are the same with `distinct` and without."""
    assert Retriever(index).retrieve(query, 10).hits == Retriever(index, distinct=False).retrieve(query, 10).hits


def test_near_duplicates_are_hits_where_hits_need_not_be_distinct(copied):
    """Each of the seven articles is a hit."""
    hits = Retriever(copied, distinct=False).retrieve("when was the harbour opened", 10).hits
    assert len(hits) == 7
    assert all(hit.also == () for hit in hits)


@pytest.fixture
def papers(tmp_path):
    """One story in three papers, and in a fourth with another figure."""
    corpus = tmp_path / "papers"
    corpus.mkdir()
    for name, text in {
        "coast": STORY,
        "river": f"{STORY}!",
        "hill": STORY.upper(),
        "late": STORY.replace("40", "50"),
    }.items():
        (corpus / f"{name}.md").write_text(f"---\nsource: {name.title()} Post\n---\n{text}")
    build_index(corpus, tmp_path / "papers-index", WordEmbedder())
    return LocalIndex.open(tmp_path / "papers-index", lambda record: WordEmbedder())


def test_a_filter_still_finds_the_copy(papers):
    """Each paper's story is found when only that paper is searched, and no other paper is named."""
    for name in ("coast", "river", "hill", "late"):
        (hit,) = Retriever(papers).retrieve("the harbour", 10, Filters(source=f"{name.title()} Post")).hits
        assert (hit.passage.article_id, hit.also) == (name, ())


def test_one_is_listed_with_all_the_others(papers):
    """A hit names every other paper with the story; the story that differs is a hit itself."""
    hits = Retriever(papers).retrieve("the harbour", 10).hits
    assert len(hits) == 2
    also = {hit.passage.article_id: {passage.article_id for passage in hit.also} for hit in hits}
    assert also.pop("late") == set()
    ((first, others),) = also.items()
    assert {first, *others} == {"coast", "river", "hill"}


def test_copies_within_one_article_are_no_other_article(index_of_texts):
    """A text that says the same twice is one hit, without other articles."""
    index = index_of_texts(twice="\n\n".join([STORY * 8, STORY * 8]))
    hits = Retriever(index).retrieve("the harbour", 10).hits
    assert all(hit.also == () for hit in hits)


class Lengths:
    """A reranker that puts short texts first; `calls` holds the query and the texts of each call."""

    name = "lengths"

    def __init__(self) -> None:
        self.calls = []

    def scores(self, query, texts):
        self.calls.append((query, list(texts)))
        return [1.0 / (1.0 + len(text)) for text in texts]


def test_a_reranker_puts_the_hits_in_its_order(index):
    """Order, scores and ranks are the reranker's, for the passages that fusion found."""
    fused = Retriever(index).retrieve("the harbour bridge", 10).hits
    hits = Retriever(index, reranker=Lengths()).retrieve("the harbour bridge", 10).hits
    titled = {hit.passage: f"{index.article(hit.passage.article_id).title}\n{hit.passage.text}" for hit in fused}
    assert [hit.passage for hit in hits] == sorted(titled, key=lambda passage: len(titled[passage]))
    assert [hit.passage for hit in hits] != [hit.passage for hit in fused]
    assert [hit.score for hit in hits] == [1.0 / (1.0 + len(titled[hit.passage])) for hit in hits]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


def test_a_reranker_reads_titles_with_the_query(index):
    """It gets the query, and each passage as it was embedded, best first."""
    reranker = Lengths()
    Retriever(index, reranker=reranker).retrieve("the harbour", 1)
    ((query, texts),) = reranker.calls
    assert query == "the harbour"
    assert texts[0].startswith("The new harbour of Lenkoran\nThe harbour of Lenkoran was opened")


def test_a_reranker_that_can_t_tell_leaves_the_order(index):
    """Equal scores keep the order that was found."""
    found = Retriever(index).retrieve("the harbour bridge", 10).hits
    even = type("Even", (), {"scores": lambda self, query, texts: [0.5] * len(texts)})()
    hits = Retriever(index, reranker=even).retrieve("the harbour bridge", 10).hits
    assert [hit.passage for hit in hits] == [hit.passage for hit in found]


def lamps(index_of_texts, count):
    return index_of_texts(**{f"a{n}": f"The bridge has {n} lamps{' and more' * n}." for n in range(count)})


@pytest.mark.parametrize(("k", "read"), [(1, [20]), (20, [20]), (21, [20, 20]), (60, [20, 20, 10])])
def test_a_reranker_reads_by_twenties_as_many_as_come(index_of_texts, k, read):
    """Every hit that comes has the reranker's score, and its order among its twenty."""
    reranker = Lengths()
    hits = Retriever(lamps(index_of_texts, 50), reranker=reranker).retrieve("the bridge", k).hits
    assert [len(texts) for _, texts in reranker.calls] == read
    assert len(hits) == min(k, 50)
    scores = [hit.score for hit in hits]
    twenties = [scores[first : first + RERANKED] for first in range(0, len(scores), RERANKED)]
    assert twenties == [sorted(twenty, reverse=True) for twenty in twenties]


@pytest.mark.parametrize("reranker", [None, Lengths()], ids=["as found", "reranked"])
def test_fewer_hits_are_the_first_of_more(index_of_texts, reranker):
    """However many are asked for, those that come first are the same, with the same scores and ranks."""
    index = index_of_texts(**{f"a{n}": f"The bridge has {n} lamps{' more' * (n % 7)}." for n in range(120)})
    retriever = Retriever(index, reranker=reranker)
    everything = retriever.retrieve("a bridge of 7 lamps", 100).hits
    assert [hit.rank for hit in everything] == list(range(1, 101))
    for k in (1, 10, 20, 21, 40, 50, 51, 99):
        assert retriever.retrieve("a bridge of 7 lamps", k).hits == everything[:k]


def test_copies_keep_with_their_text_when_it_moves(copied):
    """The near-duplicates stay with their hit, wherever a reranker puts it, and are not read."""
    reranker = Lengths()
    hits = Retriever(copied, reranker=reranker).retrieve("when was the harbour opened", 10).hits
    assert [len(texts) for _, texts in reranker.calls] == [4]
    assert hits[0].passage.article_id == "tea"
    assert sorted(len(hit.also) for hit in hits) == [0, 0, 0, 3]


def test_no_hits_are_not_reranked(index):
    """Where no passage passes the filters, the reranker is not called."""
    reranker = Lengths()
    assert Retriever(index, reranker=reranker).retrieve("kites", 5, Filters(language="ur")).hits == []
    assert reranker.calls == []


@pytest.mark.slow
def test_meaning_is_found_where_words_are_not(real_index):
    """With the real model, a passage that shares the meaning but few words of a query is among the first."""
    opened = LocalIndex.open(real_index)
    hits = Retriever(opened).retrieve("Azerbaijan's president travels to Islamabad", 5).hits
    assert any("Pakistan" in hit.passage.text for hit in hits)
