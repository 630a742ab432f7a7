"""What the index holds, and re-indexing over HTTP: in a process of its own, one at a time, and told to its end."""

import json
import os
import pickle
import signal
from contextlib import closing

import pytest

from index.build.build import build_index
from index.build.reindex_process import Reindexer, ReindexStatus
from index.engine.local import generations
from index.engine.local.local_index import LiveIndex
from index.errors import ModelError
from index.models.embedder import SentenceTransformerEmbedder
from rag.assistant import Assistant
from tests.conftest import WordEmbedder, words
from tests.unit.rag.conftest import SENSIBLE
from web.api.schemas import ReindexDocument

STREAM = {"accept": "text/event-stream"}


def killed(record):
    """A model that is the end of its process."""
    os.kill(os.getpid(), signal.SIGKILL)


def missing(record):
    """A model that is not there."""
    raise ModelError("The model is gone.", "Bring it back.")


def defective(record):
    """A model with a mistake in it."""
    raise ZeroDivisionError


@pytest.fixture
def live(corpus, directory, serve):
    """A client of an index made from `corpus`, whose re-indexer finds the test's model."""
    build_index(corpus, directory, WordEmbedder())
    client = serve(Assistant(LiveIndex(directory, words), weights=SENSIBLE), index=directory)
    client.app.state.reindexer = Reindexer(directory, embedder_of=words)
    return client


def test_a_re_index_embeds_in_bulk_with_the_very_model(directory):
    """What its process is given makes the model that the index was made with, a batch on each core."""
    record = SentenceTransformerEmbedder(precision="float32").record
    embedder = pickle.loads(pickle.dumps(Reindexer(directory)._embedder_of))(record)
    assert embedder.record == record
    assert embedder._in_bulk


def events_of(text):
    """The events of a stream, each its name and its document."""
    parts = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.strip().split("\n\n")]
    return [(part["event"], json.loads(part["data"])) for part in parts]


def final_status(reindexer):
    """The status of a re-index once it has ended."""
    reindexer._follower.join(60)
    return reindexer.status


def test_what_the_index_holds_is_told(live, corpus):
    """Counts, days and the corpus, as the assistant's index has them."""
    stats = live.get("/api/index").json()
    assert (stats["generation"], stats["articles"], stats["corpus"]) == (1, 3, str(corpus))
    assert stats["sources"][0] == {"name": None, "articles": 1}
    assert (stats["earliest"], stats["latest"]) == ("2023-01-15", "2024-03-05")
    assert stats["age_seconds"] >= 0


def test_nothing_runs_before_it_is_told_to(live):
    """The state is idle, and its events end at once."""
    assert live.get("/api/reindex").json() == {
        "state": "idle",
        **dict.fromkeys(("done", "total"), 0),
        **dict.fromkeys(("started", "ended", "report", "problem")),
    }
    assert [name for name, _ in events_of(live.get("/api/reindex", headers=STREAM).text)] == ["done"]


def test_a_re_index_is_followed_to_its_end_and_serves(live, corpus):
    """202, progress, done with a report; the next question finds what was added and no more what was deleted."""
    (corpus / "tower.txt").write_text("The tower of Gabala is 80 metres tall.")
    (corpus / "bridge.md").unlink()
    begun = live.post("/api/reindex")
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    assert live.post("/api/reindex").status_code == 409
    *progress, (last, ended) = events_of(live.get("/api/reindex", headers=STREAM).text)
    assert {name for name, _ in progress} <= {"progress"}
    assert (last, ended["state"], ended["done"], ended["total"]) == ("done", "done", 1, 1)
    report = ended["report"]
    assert (report["generation"], report["added"], report["deleted"], report["embedded"]) == (2, 1, 1, 1)
    assert live.get("/api/reindex").json() == ended
    hits = live.post("/api/search", json={"query": "metres tower bridge"}).json()["hits"]
    assert {"tower"} <= {hit["article_id"] for hit in hits} <= {"tower", "harbour", "notes-kites"}
    assert live.get("/api/index").json()["generation"] == 2


def test_another_writer_is_a_conflict_at_once(live, directory):
    """409 while another process writes the index, and nothing runs."""
    with generations.writer_lock(directory):
        response = live.post("/api/reindex")
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert live.get("/api/reindex").json()["state"] == "idle"


def test_an_index_that_went_away_can_t_be_brought_up_to_date(live, directory):
    """503 with the command that makes one; nothing is made in its place."""
    (directory / "CURRENT").unlink()
    response = live.post("/api/reindex")
    assert (response.status_code, response.json()["remedy"]) == (503, f"Run: rag index --index {directory}")


@pytest.mark.parametrize(
    ("embedder_of", "status", "word"),
    [(killed, 500, "code -9"), (missing, 503, "The model is gone."), (defective, 500, "logged")],
)
def test_whatever_ends_a_build_is_told_and_ends_nothing_else(built, embedder_of, status, word):
    """A kill, an error and a defect each give a failed state with a problem; the index is what it was."""
    with closing(Reindexer(built, embedder_of=embedder_of)) as reindexer:
        assert reindexer.start().state == "running"
        document = ReindexDocument.of(final_status(reindexer))
    assert (document.state, document.problem["status"]) == ("failed", status)
    assert word in document.problem["detail"]
    assert generations.live_number(built) == 1


def test_a_closed_re_indexer_leaves_no_process(built):
    """What runs is ended with the server, and says so."""
    reindexer = Reindexer(built, embedder_of=words)
    reindexer.start()
    reindexer.close()
    assert not reindexer._process.is_alive()
    assert reindexer.status.state in ("failed", "done")


def test_a_stopping_server_ends_the_events_cleanly(live):
    """Who follows a build is told that it will not be seen to its end."""
    live.app.state.reindexer.status = ReindexStatus("running")
    live.app.state.stopping = True
    ((name, ended),) = events_of(live.get("/api/reindex", headers=STREAM).text)
    assert (name, ended["state"], ended["problem"]["status"]) == ("done", "failed", 503)
