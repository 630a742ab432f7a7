"""The lexical search that runs while the query is embedded."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from index.types import Filters
from rag.retrieval.retriever import LEXICAL_THREADS, Retriever
from tests.conftest import WordEmbedder

QUERIES = ["when was the harbour opened", "bridge over the Kura", "kites", "xylophone"]


@pytest.fixture
def index_with(index):
    """Makes a copy of an index with other attributes."""
    names = ("manifest", "embedder", "nearest", "matching", "passages", "article")
    names += ("first_near_duplicate", "near_duplicates")
    attributes = {name: getattr(index, name) for name in names}
    return lambda **other: SimpleNamespace(**attributes | other)


@pytest.mark.parametrize("typed_query", ["", "and the tea?"])
@pytest.mark.parametrize("query", QUERIES)
def test_hits_are_the_same_either_way(index, query, typed_query):
    """The searches run one after the other or at the same time, for one query and for two."""
    first, second = (
        Retriever(index, concurrent=concurrent).retrieve(query, 5, Filters(language="en"), typed_query)
        for concurrent in (False, True)
    )
    assert first.hits == second.hits
    assert first.vector.tolist() == second.vector.tolist()


def test_words_are_searched_while_the_query_is_embedded(index, index_with):
    """Each waits until the other has begun, which would never end one after the other."""
    embedding, matching = threading.Event(), threading.Event()

    class Waiting(WordEmbedder):
        def embed_queries(self, texts):
            embedding.set()
            assert matching.wait(30)
            return super().embed_queries(texts)

    def match(query, **how):
        matching.set()
        assert embedding.wait(30)
        return index.matching(query, **how)

    retriever = Retriever(index_with(embedder=Waiting(), matching=match), concurrent=True)
    assert retriever.retrieve("the harbour", 1).hits[0].passage.article_id == "harbour"


def failing(*_args, **_how):
    raise OSError("the disk is gone")


@pytest.mark.parametrize("concurrent", [False, True])
@pytest.mark.parametrize("broken", ["matching", "nearest", "embedder"])
def test_a_failure_is_raised_and_blocks_no_thread(index_with, broken, concurrent):
    """The caller gets the error of either search, or of the model, however often; the next search succeeds."""
    index = index_with(**{broken: SimpleNamespace(embed_queries=failing) if broken == "embedder" else failing})
    for _ in range(2 * LEXICAL_THREADS):
        with pytest.raises(OSError, match="the disk is gone"):
            Retriever(index, concurrent=concurrent).retrieve("the harbour", 1)
    (hit,) = Retriever(index_with(), concurrent=concurrent).retrieve("the harbour", 1).hits
    assert hit.passage.article_id == "harbour"
    assert sum(thread.name.startswith("words") for thread in threading.enumerate()) <= LEXICAL_THREADS


def test_more_searches_at_once_than_threads_wait_for_one(index):
    """Each gives the hits that it gives alone."""
    alone = [Retriever(index).retrieve(query, 5).hits for query in QUERIES]
    with ThreadPoolExecutor(3 * LEXICAL_THREADS) as callers:
        together = list(callers.map(lambda query: Retriever(index).retrieve(query, 5).hits, QUERIES * LEXICAL_THREADS))
    assert together == alone * LEXICAL_THREADS
