"""Nearest vectors, against brute force."""

import numpy as np
import pytest

from index.dense import DenseIndex

N, DIM = 1000, 24


@pytest.fixture(scope="module")
def vectors():
    found = np.random.default_rng(7).standard_normal((N, DIM)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def index(vectors, tmp_path_factory):
    path = tmp_path_factory.mktemp("dense") / "dense.faiss"
    DenseIndex.write(path, vectors)
    return DenseIndex.open(path)


def queries() -> list[np.ndarray]:
    return list(np.random.default_rng(8).standard_normal((20, DIM)).astype(np.float32))


def oracle(vectors, query, k, rows=None) -> list[tuple[int, float]]:
    rows = np.arange(len(vectors)) if rows is None else rows
    cosines = vectors[rows].astype(np.float64) @ (query / np.linalg.norm(query))
    order = np.argsort(-cosines)[:k]
    return [(int(rows[place]), float(cosines[place])) for place in order]


def agree(found, expected) -> None:
    assert [row for row, _ in found] == [row for row, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@pytest.mark.parametrize("k", [1, 10, N])
def test_search_is_brute_force(index, vectors, k):
    """The k rows found, their order and their cosines are those of a matrix product."""
    for query in queries():
        agree(index.search(query, k), oracle(vectors, query, k))


def test_search_within_rows_is_brute_force_over_them(index, vectors):
    """A filter that keeps 1 % still gives k hits, and they are the best of those kept."""
    rows = np.sort(np.random.default_rng(9).choice(N, N // 100, replace=False)).astype(np.int64)
    for query in queries():
        agree(index.search(query, 5, rows), oracle(vectors, query, 5, rows))


def test_more_hits_than_rows_gives_each_row_once(index, vectors):
    """Asking for more than there is gives all there is, and no row that does not exist."""
    query = queries()[0]
    agree(index.search(query, N + 50), oracle(vectors, query, N))
    rows = np.array([3, 5], dtype=np.int64)
    agree(index.search(query, 9, rows), oracle(vectors, query, 2, rows))


def test_no_rows_give_no_hits(index):
    """A filter nothing passes finds nothing."""
    assert index.search(queries()[0], 5, np.array([], dtype=np.int64)) == []


@pytest.mark.parametrize("scale", [1e-3, 0.5, 1e4])
def test_the_length_of_a_query_does_not_change_its_cosines(index, scale):
    """A query that is not of unit length gives the cosines of one that is."""
    query = queries()[0]
    agree(index.search(query * np.float32(scale), 10), index.search(query, 10))


def test_a_search_leaves_the_query_as_it_was(index):
    """Normalising is done on a copy."""
    query = queries()[0]
    before = query.copy()
    index.search(query, 3)
    assert np.array_equal(query, before)


def test_a_row_finds_itself_with_cosine_one(index, vectors):
    """A passage's own vector is its nearest, at cosine 1."""
    agree(index.search(vectors[17], 1), [(17, 1.0)])


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.0, np.nan])
def test_vectors_not_of_unit_length_are_refused(tmp_path, vectors, factor):
    """One bad row is enough to refuse, and nothing is written."""
    bad = vectors.copy()
    bad[500] *= factor
    with pytest.raises(ValueError, match="unit length"):
        DenseIndex.write(tmp_path / "dense.faiss", bad)
    assert not (tmp_path / "dense.faiss").exists()


def test_the_size_is_the_number_of_rows(index):
    """len() counts vectors."""
    assert len(index) == N
