"""Readers' votes: kept once an answer, and made into a collection."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import web.cli
from index.build.build import build_index
from index.engine.local import generations as snapshot
from index.errors import GenerationMissingError, StorageError
from index.types import Filters
from rag.errors import FeedbackFullError
from rag.evaluation.collection import read_collection
from rag.evaluation.vote_review import review_votes
from rag.feedback import CitedSpan, FeedbackStore, Vote, feedback_file

FILTERED = {"filters": Filters(published_from="2024-01-01", language="en")}
QUESTION = "When was the harbour of Lenkoran opened?"


@pytest.fixture
def store(built):
    """Where votes on the index `built` are kept by default."""
    return FeedbackStore(feedback_file(built))


@pytest.fixture
def vote(assistant):
    """A vote up on what the assistant answers."""
    answer = assistant.ask(QUESTION)
    spans = [CitedSpan(c.article_id, c.version, c.start, c.end) for c in answer.citations]
    return Vote(QUESTION, (), "up", answer.index.generation, answered=True, citations=tuple(spans))


def test_a_vote_is_kept_as_it_was_given(store, vote):
    """All of it, with the time it was given."""
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
    """Reading makes no file."""
    assert store.votes() == []
    assert not store.path.exists()


def test_votes_that_come_at_once_are_all_kept(store, vote):
    """Threads and processes may vote together."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.add(replace(vote, answer_id=str(number))), range(40)))
    assert len(store.votes()) == 40


@pytest.mark.parametrize("what", ["write", "read"])
def test_a_file_that_holds_no_votes_is_told_in_one_sentence(store, vote, what):
    """It names the file, and the setting."""
    store.path.write_text("This is no database, but a text of some length. " * 9)
    with pytest.raises(StorageError, match=r"feedback.sqlite .*RAG_FEEDBACK"):
        store.add(vote) if what == "write" else store.votes()


def test_a_folder_that_can_t_be_made_is_told_in_one_sentence(tmp_path, vote):
    """A file where the folder should be."""
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
        snapshot.live_number(built)
    build_index(corpus, built, embedder)


def test_quotes_voted_up_become_gold(index, vote):
    """A question with the spans its answer quoted, to the character."""
    found = review_votes([vote], index.article)
    (question,) = found.questions
    assert (question.question, question.answerable, found.unjudged) == (QUESTION, True, [])
    assert [(span.article_id, span.start, span.end) for span in question.spans] == sorted(
        (span.article_id, span.start, span.end) for span in vote.citations
    )
    assert all(index.article(s.article_id).text[s.start : s.end] == s.text for s in question.spans)


def test_votes_on_one_question_are_one_question(index, vote):
    """Whoever gave them: its gold is all that was quoted, once; another history is another question."""
    first = vote.citations[0]
    more = replace(vote, answer_id="b", citations=(first, replace(first, end=first.end - 5)))
    found = review_votes([vote, more, replace(vote, history=("Who?",))], index.article)
    assert [len(question.spans) for question in found.questions] == [len(vote.citations) + 1, len(vote.citations)]
    assert len({question.id for question in found.questions}) == 2


OPEN = [
    ({"verdict": "down"}, "voted down"),
    ({"answered": False, "citations": ()}, "declined"),
    ({"verdict": "down", "answered": False, "citations": ()}, "declined"),
    ({"citations": ()}, "no quote"),
    (FILTERED, "asked of some articles only"),
]


@pytest.mark.parametrize(("changed", "reason"), OPEN)
def test_a_vote_that_gives_no_gold_is_left_to_a_person(index, vote, changed, reason):
    """With the reason, and no question is made of it."""
    found = review_votes([replace(vote, **changed)], index.article)
    assert found.questions == []
    assert found.unjudged[0].reason.startswith(reason)


STALE = [{"version": "0" * 12}, {"article_id": "none"}, {"end": 10**6}, {"start": 5, "end": 5}]


@pytest.mark.parametrize("changed", STALE, ids=str)
def test_a_quote_that_is_no_longer_there_is_no_gold(index, vote, changed):
    """Another version, another article, or a place outside the text; what still holds is kept."""
    stale = replace(vote.citations[0], **changed)
    assert review_votes([replace(vote, citations=(stale,))], index.article).unjudged[0].reason.startswith("no quote")
    found = review_votes([replace(vote, citations=(stale, vote.citations[0]))], index.article)
    assert len(found.questions[0].spans) == 1


def run(*words):
    return CliRunner().invoke(web.cli.app, ["feedback", *map(str, words)])


@pytest.fixture
def openable(monkeypatch, index):
    """The command opens `index`, whose model is no real one."""
    monkeypatch.setattr("index.engine.local.local_index.LocalIndex.open", lambda directory, *_: index)


def test_the_command_writes_a_collection_that_eval_reads(openable, index, store, vote, built, tmp_path):
    """questions.jsonl is read with the corpus, and what is left open lies beside it."""
    store.add(vote)
    store.add(replace(vote, verdict="down", answer_id="b", comment="\x1b[31mNo."))
    out = tmp_path / "out"
    done = run("--index", built, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"rag eval {out} --corpus {index.manifest.corpus}" in done.stderr
    assert "\x1b" not in done.stdout
    (question,) = read_collection(out, Path(index.manifest.corpus)).questions
    assert question.question == QUESTION
    (left,) = (out / "unjudged.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(left)["verdict"] == "down"


def test_the_command_gives_one_json_document(openable, store, vote, built):
    """Votes, questions and what is left open."""
    store.add(vote)
    document = json.loads(run("--index", built, "--json").stdout)
    assert [len(document[name]) for name in ("votes", "questions", "unjudged")] == [1, 1, 0]


def test_a_folder_that_can_t_be_written_is_one_sentence(openable, store, vote, built, tmp_path):
    """It exits with 1 and names --out."""
    store.add(vote)
    (tmp_path / "file").write_text("")
    done = run("--index", built, "--out", tmp_path / "file")
    assert done.exit_code == 1
    assert "--out" in done.stderr
