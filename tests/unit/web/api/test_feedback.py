"""Votes over HTTP."""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import asdict

import pytest

from rag.feedback import CitedSpan
from tests.unit.web.api.test_ask import ABSENT, QUESTION, assert_problem


@pytest.fixture
def voting(assistant, serve, tmp_path):
    """A client whose votes go into a file of the test's own."""
    return serve(assistant, feedback=tmp_path / "votes.sqlite")


def body_of(answer, **changed):
    """The vote on an answer as /api/ask gave it."""
    citations = [{name: c[name] for name in ("article_id", "version", "start", "end")} for c in answer["citations"]]
    vote = {"question": answer["question"], "verdict": "up", "generation": answer["index"]["generation"]}
    return {**vote, "answered": answer["answered"], "citations": citations, **changed}


@pytest.mark.parametrize("question", [QUESTION, ABSENT])
def test_a_vote_on_an_answer_is_kept(voting, question):
    """204 without a body, and the file holds what was voted on."""
    answer = voting.post("/api/ask", json={"question": question}).json()
    response = voting.post("/api/feedback", json=body_of(answer, history=["Who?", "??"], comment="Right."))
    assert (response.status_code, response.content) == (204, b"")
    (vote,) = voting.app.state.feedback.votes()
    assert (vote.question, vote.verdict, vote.generation, vote.answered) == (question, "up", 1, answer["answered"])
    assert (vote.history, vote.comment) == (("Who?",), "Right.")
    assert vote.citations == tuple(
        CitedSpan(c["article_id"], c["version"], c["start"], c["end"]) for c in answer["citations"]
    )


def test_a_verdict_can_be_changed(voting):
    """The second is kept in the place of the first."""
    answer = voting.post("/api/ask", json={"question": QUESTION}).json()
    for verdict in ("up", "down"):
        voting.post("/api/feedback", json=body_of(answer, verdict=verdict, answer_id="mine"))
    assert [vote.verdict for vote in voting.app.state.feedback.votes()] == ["down"]


def test_the_filters_of_the_question_are_kept(voting):
    """So that nobody takes what some articles answer for what all of them do."""
    filters = {"source": "Coast Daily", "language": "en", "published_from": "2021-01-01", "published_to": "2026-12-31"}
    answer = voting.post("/api/ask", json={"question": QUESTION, **filters}).json()
    assert voting.post("/api/feedback", json=body_of(answer, **filters)).status_code == 204
    (vote,) = voting.app.state.feedback.votes()
    assert asdict(vote.filters) == filters


def test_a_full_file_is_told_without_its_place(voting, monkeypatch):
    """507, and the file's name alone."""
    monkeypatch.setattr("rag.feedback.MAX_BYTES", 0)
    body = {"question": QUESTION, "verdict": "up", "generation": 1, "answered": True}
    assert voting.post("/api/feedback", json=body).status_code == 204
    response = voting.post("/api/feedback", json=body)
    assert_problem(response, 507, "as large as it may be")
    assert str(voting.app.state.feedback.path) not in response.text


def test_asking_keeps_nothing(voting):
    """A question is kept only where its reader presses a thumb."""
    voting.post("/api/ask", json={"question": QUESTION})
    assert not voting.app.state.feedback.path.exists()


WRONG = [
    {"verdict": "sideways"},
    {"question": "?"},
    {"comment": "x" * 2001},
    {"answer_id": "x" * 101},
    {"generation": -1},
    {"generation": 2**63},
    {"generation": 2},
    {"history": ["x" * 20_001]},
    {"source": "x" * 1001},
    {"published_from": "yesterday"},
    {"citations": [{"article_id": "a", "version": "v", "start": 5, "end": 5}]},
    {"history": ["who?"] * 51},
    {"citations": [{"article_id": "a", "version": "v", "start": 0, "end": 2**70}]},
    {"citations": [{"article_id": "a", "version": "v", "start": 0, "end": 1}] * 51},
    {"colour": "red"},
]


@pytest.mark.parametrize("changed", WRONG, ids=lambda changed: next(iter(changed)))
def test_a_vote_that_is_not_right_is_refused(voting, changed):
    """422, and nothing is kept."""
    body = {"question": QUESTION, "verdict": "up", "generation": 1, "answered": True, **changed}
    assert_problem(voting.post("/api/feedback", json=body), 422)
    assert not voting.app.state.feedback.path.exists()


@pytest.mark.parametrize("field", ["comment", "answer_id", "article_id"])
def test_half_a_surrogate_pair_is_no_defect(voting, field):
    """JSON can spell what UTF-8 can't carry."""
    citation = {"article_id": "a", "version": "v", "start": 0, "end": 1}
    body = {"question": QUESTION, "verdict": "up", "generation": 1, "answered": True, "citations": [citation]}
    (citation if field == "article_id" else body)[field] = "\ud800"
    response = voting.post("/api/feedback", content=json.dumps(body), headers={"content-type": "application/json"})
    assert_problem(response, 422)


def test_a_locked_file_is_unavailable_and_delays_nobody(voting, pool):
    """503 in a moment, and other requests are answered meanwhile."""
    body = {"question": QUESTION, "verdict": "up", "generation": 1, "answered": True}
    assert voting.post("/api/feedback", json=body).status_code == 204
    path = voting.app.state.feedback.path
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        votes = [pool.submit(voting.post, "/api/feedback", json=body) for _ in range(6)]
        assert voting.get("/healthz").status_code == voting.get("/api/articles/harbour").status_code == 200
        for vote in votes:
            assert_problem(vote.result(60), 503, "is being written by others")
            assert str(path) not in vote.result().text
        assert time.monotonic() - began < 5  # on a slow machine; SQLite's own patience is 5 s for each vote
    assert voting.post("/api/feedback", json=body).status_code == 204


def test_a_file_that_can_t_be_written_is_unavailable(assistant, serve, tmp_path):
    """503, with the setting that names another."""
    (tmp_path / "file").write_text("")
    client = serve(assistant, feedback=tmp_path / "file" / "votes.sqlite")
    body = {"question": QUESTION, "verdict": "up", "generation": 1, "answered": True}
    response = client.post("/api/feedback", json=body)
    assert_problem(response, 503)
    assert "RAG_FEEDBACK" in response.json()["remedy"]
