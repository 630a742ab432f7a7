"""Nearest vectors, against brute force: exactly, and by lists as a large index is searched."""

from contextlib import nullcontext

import numpy as np
import pytest

from index.engine.local import dense
from index.engine.local.dense import DenseIndex

N, DIM = 1000, 24
EXACT, IN_LISTS = "exact", "in lists"


def units(seed: int, count: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors():
    """Rows in bunches, as texts on one subject are."""
    near = units(6, 50)[np.arange(N) % 50] + 0.5 * units(7, N)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    """Writes an index of vectors, and opens it."""

    def written(vectors: np.ndarray, name: str = "") -> DenseIndex:
        np.save(tmp_path / f"{name}vectors.npy", vectors)
        DenseIndex.write(tmp_path / f"{name}dense.faiss", vectors)
        return DenseIndex.open(tmp_path / f"{name}vectors.npy", tmp_path / f"{name}dense.faiss")

    return written


@pytest.fixture
def lower(monkeypatch):
    """A thousand rows are many, and thirty are few."""
    monkeypatch.setattr(dense, "EXACT", 500)
    monkeypatch.setattr(dense, "FEW", 30 / N**0.75)
    monkeypatch.setattr(dense, "SCANNED", 16)  # half of them


@pytest.fixture(params=[EXACT, IN_LISTS])
def index(request, write, vectors):
    """Searched exactly, and by lists with every filter of more than thirty rows."""
    if request.param == IN_LISTS:
        request.getfixturevalue("lower")
    return write(vectors)


def queries() -> list[np.ndarray]:
    return list(3 * units(8, 20))


def oracle(vectors, query, k, rows=None) -> list[tuple[int, float]]:
    rows = np.arange(len(vectors)) if rows is None else rows
    cosines = vectors[rows].astype(np.float64) @ (query / np.linalg.norm(query))
    order = np.argsort(-cosines)[:k]
    return [(int(rows[position]), float(cosines[position])) for position in order]


def agree(hits, expected) -> None:
    assert [row for row, _ in hits] == [row for row, _ in expected]
    assert [score for _, score in hits] == pytest.approx([score for _, score in expected], abs=1e-5)


def some_rows(share: float) -> np.ndarray:
    return np.sort(np.random.default_rng(9).choice(N, int(N * share), replace=False)).astype(np.int64)


@pytest.mark.parametrize("k", [1, 10, 400, N, N + 50])
def test_search_is_brute_force(index, vectors, k):
    """The k rows found, their order and their cosines are those of a matrix product; asking for more gives all."""
    for query in queries():
        agree(index.search(query, k), oracle(vectors, query, k))


@pytest.mark.parametrize("share", [0.01, 0.03, 0.05, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("k", [5, 50, N])
def test_search_within_rows_is_brute_force_over_them(index, vectors, share, k):
    """A filter that keeps 1 % still gives k hits, and they are the best of those kept; so do wider ones."""
    rows = some_rows(share)
    for query in queries():
        agree(index.search(query, k, rows), oracle(vectors, query, k, rows))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_filter_that_keeps_only_what_is_far_still_gives_k_hits(index, vectors, share):
    """With a filter by source or language, the rows that pass may lie in lists far from the query."""
    for query in queries():
        far = np.sort(np.argsort(vectors @ query)[: int(N * share)])
        agree(index.search(query, 20, far), oracle(vectors, query, 20, far))


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


@pytest.mark.parametrize("fails", [False, True])
def test_a_search_has_one_thread_and_leaves_faiss_all_it_had(index, vectors, monkeypatch, fails):
    """Whether the search ends or fails, faiss then has as many threads as before, for building lists."""
    import faiss

    threads, search = [], faiss.knn_inner_product

    def watched(*arguments):
        threads.append(faiss.omp_get_max_threads())
        if fails:
            raise RuntimeError("no memory")
        return search(*arguments)

    monkeypatch.setattr(faiss, "knn_inner_product", watched)
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(3)
    try:
        with pytest.raises(RuntimeError) if fails else nullcontext():
            index.search(vectors[0], 5)
        assert (threads, faiss.omp_get_max_threads()) == ([1], 3)
    finally:
        faiss.omp_set_num_threads(before)


def test_a_row_finds_itself_with_cosine_one(index, vectors):
    """A passage's own vector is its nearest, at cosine 1."""
    agree(index.search(vectors[17], 1), [(17, 1.0)])


def test_the_size_is_the_number_of_rows(index):
    """len() counts vectors."""
    assert len(index) == N


@pytest.mark.parametrize("factor", [0.5, 2.0, 0.0, np.nan])
@pytest.mark.parametrize("row", [0, N - 1])
def test_vectors_not_of_unit_length_are_refused(tmp_path, lower, monkeypatch, vectors, factor, row):
    """One bad row is enough to refuse, and nothing is written."""
    monkeypatch.setattr(dense, "BLOCK", 100)
    bad = vectors.copy()
    bad[row] *= factor
    with pytest.raises(ValueError, match="unit length"):
        DenseIndex.write(tmp_path / "dense.faiss", bad)
    assert not (tmp_path / "dense.faiss").exists()


def test_an_empty_index_finds_nothing(write):
    """A corpus of nothing has vectors of no rows."""
    index = write(np.empty((0, DIM), dtype=np.float32))
    assert (len(index), index.search(queries()[0], 5), index.mismatches()) == (0, [], 0)


def test_a_small_index_is_its_vectors_alone(tmp_path, write, vectors, monkeypatch):
    """Up to EXACT rows nothing is written beside them."""
    monkeypatch.setattr(dense, "EXACT", N)
    write(vectors)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npy"]


def test_the_same_vectors_give_the_same_lists(tmp_path, lower, vectors, monkeypatch):
    """The bytes are equal in either memory order, so that a build that copies vectors ranks as one that makes them."""
    monkeypatch.setattr(dense, "SAMPLED", 4)
    DenseIndex.write(tmp_path / "one-dense.faiss", vectors)
    DenseIndex.write(tmp_path / "other-dense.faiss", np.asfortranarray(vectors))
    assert (tmp_path / "one-dense.faiss").read_bytes() == (tmp_path / "other-dense.faiss").read_bytes()


def test_lists_are_read_only_as_far_as_they_must_be(lower, write, vectors, monkeypatch):
    """Until enough passing rows were seen: the fewer pass, the more lists are read."""
    monkeypatch.setattr(dense, "SCANNED", 3)
    inverted_file = write(vectors)._lists
    query, enough = queries()[0] / 3, 3 * np.sqrt(N)
    list_of_row = np.argmax(vectors @ inverted_file.centroids.T, axis=1)
    nearest = np.argsort(-(inverted_file.centroids @ query))
    for rows in (None, some_rows(0.5), some_rows(0.2)):
        passing = list_of_row if rows is None else list_of_row[rows]
        count = inverted_file.lists_to_read(query, enough, rows)
        seen = [np.isin(passing, nearest[:size]).sum() for size in (count - 1, count)]
        assert seen[0] < enough <= seen[1]


def test_what_a_shallow_search_finds_has_its_true_cosines(lower, write, vectors, monkeypatch):
    """Where the lists miss a row, the rows found are still scored and ordered by their own vectors."""
    monkeypatch.setattr(dense, "SCANNED", 1)
    index, missed = write(vectors), 0
    for query in queries():
        hits, expected = index.search(query, 10), oracle(vectors, query, N)
        assert hits == sorted(hits, key=lambda hit: -hit[1])
        assert [score for _, score in hits] == pytest.approx([dict(expected)[row] for row, _ in hits], abs=1e-5)
        missed += {row for row, _ in hits} != {row for row, _ in expected[:10]}
    assert missed


def test_rows_that_the_lists_hold_otherwise_are_counted(tmp_path, lower, write, vectors):
    """Two rows that are swapped are two mismatches."""
    assert write(vectors).mismatches() == 0
    swapped = vectors.copy()
    swapped[[0, 1]] = swapped[[1, 0]]
    np.save(tmp_path / "vectors.npy", swapped)
    assert DenseIndex.open(tmp_path / "vectors.npy", tmp_path / "dense.faiss").mismatches() == 2


@pytest.mark.parametrize("length", [DIM - 1, DIM + 1])
def test_a_vector_of_another_length_is_refused(index, length):
    """faiss gets only its address, and would read whatever lies behind it."""
    with pytest.raises(ValueError, match="among rows of"):
        index.search(np.ones(length, dtype=np.float32), 3)


@pytest.mark.parametrize("wrong", [np.zeros((3, 4)), np.zeros(4, np.float32), np.zeros((3, 4), np.float32, order="F")])
def test_a_file_of_other_numbers_is_not_opened(tmp_path, wrong):
    """Doubles, a single row, or columns behind each other would be read as something else."""
    np.save(tmp_path / "vectors.npy", wrong)
    with pytest.raises(ValueError, match="rows of float32"):
        DenseIndex.open(tmp_path / "vectors.npy", tmp_path / "none")


def test_lists_of_other_vectors_are_not_opened(write, lower, vectors, tmp_path):
    """They would name rows that do not exist."""
    write(vectors)
    np.save(tmp_path / "vectors.npy", vectors[:-1])
    with pytest.raises(ValueError, match="1000"):
        DenseIndex.open(tmp_path / "vectors.npy", tmp_path / "dense.faiss")
