"""Words searched beside the vectors."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from index.types import Filters
from rag.retrieval.retriever import Retriever, _threads
from tests.conftest import WordEmbedder

QUERIES = ["when was the harbour opened", "bridge over the Kura", "kites", "xylophone"]
MOST = _threads._max_workers


@pytest.fixture
def made(index):
    """A stand-in of an index of which one thing may be exchanged."""
    names = ("manifest", "embedder", "nearest", "matching", "passages", "first_copy", "copies", "article")
    whole = {name: getattr(index, name) for name in names}
    return lambda **other: SimpleNamespace(**whole | other)


@pytest.mark.parametrize("own", ["", "and the tea?"])
@pytest.mark.parametrize("query", QUERIES)
def test_hits_are_the_same_either_way(index, query, own):
    """One after the other or side by side, and of both readings of a follow-up."""
    hits, vectors = zip(
        *(
            (found.hits, found.vector.tolist())
            for beside in (False, True)
            for found in [Retriever(index, concurrent=beside).retrieve(query, 5, Filters(language="en"), own)]
        ),
        strict=True,
    )
    assert hits[0] == hits[1]
    assert vectors[0] == vectors[1]


def test_words_are_searched_while_the_query_is_embedded(index, made):
    """Each waits until the other has begun, which neither could one after the other."""
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

    found = Retriever(made(embedder=Waiting(), matching=match), concurrent=True).retrieve("the harbour", 1)
    assert found.hits[0].passage.article_id == "harbour"


def failing(*_args, **_how):
    raise OSError("the disk is gone")


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("broken", ["matching", "nearest", "embedder"])
def test_what_fails_is_told_and_keeps_no_thread_from_the_next(made, broken, beside):
    """The error of either search, or of the model, is the caller's, however often; then all is as before."""
    index = made(**{broken: SimpleNamespace(embed_queries=failing) if broken == "embedder" else failing})
    for _ in range(2 * MOST):
        with pytest.raises(OSError, match="the disk is gone"):
            Retriever(index, concurrent=beside).retrieve("the harbour", 1)
    assert Retriever(made(), concurrent=beside).retrieve("the harbour", 1).hits[0].passage.article_id == "harbour"
    assert sum(thread.name.startswith("words") for thread in threading.enumerate()) <= MOST


def test_more_searches_at_once_than_threads_wait_for_one(index):
    """Each finds what it finds alone."""
    alone = [Retriever(index).retrieve(query, 5).hits for query in QUERIES]
    with ThreadPoolExecutor(3 * MOST) as callers:
        together = list(callers.map(lambda query: Retriever(index).retrieve(query, 5).hits, QUERIES * MOST))
    assert together == alone * MOST
