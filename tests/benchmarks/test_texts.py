"""NearDuplicates of texts, their vectors, and the recall of searching these, are what they are said to be."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.build.build import build_index
from index.build.near_duplicates import first_near_duplicates, signatures
from index.corpus.articles import read_articles
from index.engine.local.local_index import LocalIndex
from index.passages.split import split_article
from index.types import Article, Filters
from tests.benchmarks import texts
from tests.benchmarks.perturbed import PerturbedEmbedder, write_vectors
from tests.benchmarks.recall import passing, recalls
from tests.conftest import WordEmbedder


@pytest.fixture(scope="module")
def real() -> texts.Real:
    """This project's own articles and questions."""
    return texts.read_real(None)


@pytest.fixture
def written(real: texts.Real, tmp_path: Path) -> list[Article]:
    """A corpus of three times the real articles, as it is read again."""
    texts.write_corpus(real, 3 * len(real.passages), tmp_path / "corpus")
    return [item for item in read_articles(tmp_path / "corpus") if isinstance(item, Article)]


def test_a_corpus_holds_the_real_articles_first_and_as_many_passages_as_were_asked_for(real, written):
    """Every real text is there as it is, and the last copy is the one that reaches the number."""
    count = sum(len(split_article(article)) for article in written)
    assert [article.text for article in written[: len(real.articles)]] == [article.text for article in real.articles]
    assert 0 <= count - 3 * len(real.passages) < max(len(split_article(article)) for article in written)
    assert len({article.article_id for article in written}) == len(written)


def test_copies_keep_the_bounds_of_passages_and_lead_back_to_them(real, written):
    """Almost every passage of a copy is, without its own words, one of a real article."""
    moulds = {texts.masked(passage.text) for article in real.articles for passage in split_article(article)}
    copies = [passage for article in written[len(real.articles) :] for passage in split_article(article)]
    assert len(copies) > 100
    assert sum(texts.masked(passage.text) in moulds for passage in copies) >= 0.97 * len(copies)


def test_copies_are_no_near_copies(written):
    """None is folded away, so that an index has as much to do as with other texts."""
    passages = [passage.text for article in written for passage in split_article(article)]
    firsts = first_near_duplicates(signatures(passages), lambda place: passages[place])
    assert firsts.tolist() == list(range(len(passages)))


def test_filters_let_through_what_they_are_said_to(real, tmp_path):
    """Of sources, given out by the article's place: one article in a hundred, in ten and in two."""
    count = texts.write_corpus(real, 800, tmp_path / "corpus")
    sources = [item.source for item in read_articles(tmp_path / "corpus") if isinstance(item, Article)]
    for name, (every, first) in texts.SOURCES.items():
        assert sources.count(name) == len(range(first, count, every))


def test_an_edit_changes_one_article(real, tmp_path):
    """The others stay as they were."""
    corpus = tmp_path / "corpus"
    texts.write_corpus(real, 200, corpus)
    before = {item.article_id: item.text for item in read_articles(corpus) if isinstance(item, Article)}
    texts.edit_one(corpus)
    after = {item.article_id: item.text for item in read_articles(corpus) if isinstance(item, Article)}
    assert len([name for name in before if after[name] != before[name]]) == 1
    assert after.keys() == before.keys()


def test_a_directory_without_collections_is_refused(tmp_path):
    """The sentence says what was looked for."""
    with pytest.raises(SystemExit, match="articles.jsonl"):
        texts.read_real(tmp_path)


class Drawn:
    """An embedder of random vectors that are close together, as real ones are."""

    record = WordEmbedder.record

    def embed_passages(self, passages: Sequence[str]) -> np.ndarray:
        vectors = np.random.default_rng(3).standard_normal((len(passages), 128)).astype(np.float32) + 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_copy_has_a_vector_near_its_real_passage_and_always_the_same(real, tmp_path):
    """A real passage has its own; of a copy it is the nearest, unit long; an unknown text is counted."""
    path = tmp_path / "vectors.npz"
    write_vectors(real.passages, Drawn(), path)  # type: ignore[arg-type]
    vectors = Drawn().embed_passages(real.passages)
    embedder = PerturbedEmbedder(path)
    np.testing.assert_allclose(embedder.embed_passages(real.passages), vectors, atol=1e-6)
    moulds = [texts.Mould.of(text.partition("\n")[2]) for text in real.passages]
    words = texts.words_of(moulds)
    copies = [f"A copy\n{mould.copy(random.Random(5), words)}" for mould in moulds]
    perturbed = embedder.embed_passages(copies)
    np.testing.assert_array_equal(PerturbedEmbedder(path).embed_passages(copies), perturbed)
    np.testing.assert_allclose(np.linalg.norm(perturbed, axis=1), 1.0, atol=1e-5)
    nearest = (perturbed @ vectors.T).argmax(axis=1)
    assert (nearest == np.arange(len(copies))).mean() > 0.9
    assert embedder.unknown == 0
    embedder.embed_passages(["A title\nNothing that was ever read."])
    assert embedder.unknown == 1


def test_recall_is_the_share_of_the_ten_nearest_that_are_found(real, tmp_path):
    """An exact search finds all, the nearest five and the farthest five are half; what a filter forbids is no hit."""
    embedder = WordEmbedder()
    texts.write_corpus(real, 60, tmp_path / "corpus")
    build_index(tmp_path / "corpus", tmp_path / "index", embedder)
    index = LocalIndex.open(tmp_path / "index", lambda record: embedder)
    queries = [embedder.embed_query(question) for question in real.questions[:5]]
    half = Filters(source="Half")
    searches = [(10, Filters()), (24, Filters()), (10, half)]
    assert recalls(index, queries, searches) == [1.0, 1.0, 1.0]
    assert 20 < passing(index, half).sum() < 40

    class Halving:
        """An index whose search is half wrong."""

        def __getattr__(self, name: str) -> object:
            return getattr(index, name)

        def nearest(self, vector: np.ndarray, k: int, filters: object) -> list[tuple[int, float]]:
            everything = index.nearest(vector, index.manifest.passages, filters)
            return everything[: k // 2] + everything[-(k - k // 2) :]

    assert recalls(Halving(), queries, searches) == [0.5, 0.5, 0.5]  # type: ignore[arg-type]

    class Leaking(Halving):
        """An index whose search knows of no filter."""

        def nearest(self, vector: np.ndarray, k: int, filters: object) -> list[tuple[int, float]]:
            return index.nearest(vector, k, Filters())

    everything, _, leaked = recalls(Leaking(), queries, searches)  # type: ignore[arg-type]
    assert everything == 1.0
    assert leaked < 1.0
