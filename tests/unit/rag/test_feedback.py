"""People's votes: one is kept for each answer."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from index.build.build import build_index
from index.engine.local import generations
from index.errors import GenerationMissingError, StorageError
from index.types import Filters
from rag.errors import FeedbackFullError
from rag.feedback import FeedbackStore

FILTERED = {"filters": Filters(published_from="2024-01-01", language="en")}


def test_a_vote_is_kept_as_it_was_given(store, vote):
    """Every field is kept, with the time of the vote."""
    full = replace(
        vote,
        history=("Who came?", "قلم"),
        comment="Good; it's 'right'.",
        answer_id="a-1",
        filters=Filters(source="Coast Daily"),
    )
    store.add(full)
    (kept,) = store.votes()
    assert kept.given
    assert replace(kept, given="") == full


def test_the_last_verdict_on_an_answer_counts(store, vote):
    """The same question, generation and answer_id is one answer; another of any of these is another."""
    store.add(vote)
    store.add(replace(vote, verdict="down"))
    assert [kept.verdict for kept in store.votes()] == ["down"]
    for other in ({"answer_id": "b"}, {"generation": 7}, {"history": ("Who?",)}, {"question": "Where?"}, FILTERED):
        store.add(replace(vote, **other))
    assert len(store.votes()) == 6


def test_no_votes_are_kept_before_the_first(store):
    """Reading creates no file."""
    assert store.votes() == []
    assert not store.path.exists()


def test_votes_that_come_at_once_are_all_kept(store, vote, monkeypatch):
    """Threads and processes may vote together; on a machine that is quick enough, that is."""
    monkeypatch.setattr("rag.feedback.LOCK_SECONDS", 60)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.add(replace(vote, answer_id=str(number))), range(40)))
    assert len(store.votes()) == 40


@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_locked_file_is_waited_for_a_moment(store, vote, mode, lock):
    """Each vote ends in a tenth of a second, alone or beside others, and says what to do; the next one is kept."""
    store.add(vote)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other, ThreadPoolExecutor(8) as threads:
        other.execute(f"PRAGMA journal_mode = {mode}")
        other.execute(lock)
        other.execute("UPDATE votes SET comment = 'mine'")
        began = time.monotonic()
        for vote_again in [threads.submit(store.add, vote) for _ in range(8)]:
            with pytest.raises(StorageError, match=r"feedback.sqlite is being written by others.*again in a moment"):
                vote_again.result()
        assert time.monotonic() - began < 1.0
        other.execute("COMMIT")
        store.add(replace(vote, answer_id="b"))
    assert len(store.votes()) == 2


@pytest.mark.parametrize("what", ["write", "read"])
def test_a_file_without_votes_is_refused_in_one_sentence(store, vote, what):
    """It names the file and the setting."""
    store.path.write_text("This is no database, but a text of some length. " * 9)
    with pytest.raises(StorageError, match=r"feedback.sqlite .*RAG_FEEDBACK"):
        store.add(vote) if what == "write" else store.votes()


def test_a_folder_that_can_t_be_made_is_one_sentence(tmp_path, vote):
    """Here a file is where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="RAG_FEEDBACK"):
        FeedbackStore(tmp_path / "file" / "votes.sqlite").add(vote)


def test_a_file_that_is_as_large_as_it_may_be_takes_no_more(store, vote, monkeypatch):
    """Its votes can still be read."""
    store.add(vote)
    monkeypatch.setattr("rag.feedback.MAX_BYTES", store.path.stat().st_size)
    with pytest.raises(FeedbackFullError, match=r"as large as it may be .*RAG_FEEDBACK"):
        store.add(replace(vote, answer_id="b"))
    assert len(store.votes()) == 1


def test_votes_outlast_a_re_index_a_rebuild_and_a_rollback(store, vote, corpus, built, embedder):
    """They are no part of a generation, and an index directory that holds them alone may be built in."""
    store.add(vote)
    (corpus / "bridge.md").unlink()
    build_index(corpus, built, embedder)
    build_index(corpus, built, embedder, rebuild=True)
    assert len(store.votes()) == 1
    assert sqlite3.connect(store.path).execute("PRAGMA journal_mode").fetchone() == ("wal",)
    (built / "CURRENT").unlink()
    with pytest.raises(GenerationMissingError):
        generations.live_number(built)
    build_index(corpus, built, embedder)
