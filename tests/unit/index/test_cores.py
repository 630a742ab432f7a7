"""The processors of a process."""

import os

import pytest

from index.cores import available_cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind a process to processors")
def test_a_process_counts_the_processors_that_it_may_use():
    """Not those of the whole machine."""
    before = os.sched_getaffinity(0)
    assert available_cores() == len(before)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("count", "expected"), [(6, 6), (None, 1)])
def test_where_a_process_is_not_bound_to_processors_all_count(monkeypatch, count, expected):
    """One counts where even their number is not known."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert available_cores() == expected
