"""Which rows are copied and which are made, against an oracle of dictionaries."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import row_reuse
from index.build.row_reuse import RowReuse, RowWriter, save_array, write_rows

LETTERS = st.lists(st.sampled_from("abcdefgh"), max_size=30)


def hashes(letters: list[str]) -> np.ndarray:
    return np.array([letter * 64 for letter in letters], dtype="S64")


def row_of(letter: str) -> list[float]:
    return [ord(letter), 1.0]


@given(now=LETTERS, before=LETTERS, chunk=st.integers(1, 5), block=st.integers(1, 9))
def test_each_row_is_that_of_its_text_and_each_new_text_is_made_once(tmp_path_factory, now, before, chunk, block):
    """Old, new and repeated texts get their row, in any block, and at most a chunk of rows is made at once."""
    path = tmp_path_factory.mktemp("rows") / "rows.npy"
    calls: list[list[int]] = []

    def make(rows: list[int]) -> np.ndarray:
        calls.append(rows)
        return np.array([row_of(now[row]) for row in rows])

    live = np.array([row_of(letter) for letter in before]).reshape(-1, 2)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(row_reuse, "CHUNK", chunk)
        patched.setattr(row_reuse, "BLOCK", block)
        count = write_rows(path, RowReuse.of(hashes(now), hashes(before)), live, make)
    assert np.load(path).tolist() == [row_of(letter) for letter in now]
    new_texts = [now[row] for rows in calls for row in rows]
    assert sorted(new_texts) == sorted(set(now) - set(before))
    assert count == len(new_texts)
    assert all(1 <= len(rows) <= chunk for rows in calls)


def test_without_the_live_rows_every_text_is_made_once():
    """Vectors of another model can't be copied, even for the same texts."""
    reuse = RowReuse.of(hashes(["a", "b", "a"]), hashes(["a", "b"]))
    assert reuse.new().tolist() == []
    assert reuse.without_live().new().tolist() == [0, 1]


def test_rows_can_be_read_before_all_are_written(tmp_path):
    """The header already counts the rows that are still to come."""
    writer = RowWriter(tmp_path / "a.npy", (3, 2), np.dtype(np.float32))
    writer.write(np.array([[1, 2], [3, 4]]))
    assert writer.written().tolist() == [[1, 2], [3, 4]]
    writer.write(np.array([[5, 6]]))
    writer.close()
    assert np.load(tmp_path / "a.npy", mmap_mode="r").tolist() == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.parametrize("array", [np.arange(3), np.empty((0, 4), dtype=np.uint32), np.eye(3)[:, ::-1].T])
def test_a_saved_array_is_read_as_it_was(tmp_path, array):
    """Whatever its type, shape and memory order, with or without rows."""
    save_array(tmp_path / "a.npy", array)
    read = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert (read.tolist(), read.dtype, read.shape) == (array.tolist(), array.dtype, array.shape)


def test_a_full_disk_is_an_error_that_says_so():
    """It is raised, while writing to a mapped file would kill the process."""
    with pytest.raises(OSError, match="No space left"):
        save_array(Path("/dev/full"), np.zeros((100_000, 2)))
