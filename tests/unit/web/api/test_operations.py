"""What the index holds, and re-indexing over HTTP: in a process of its own, one at a time, and told to its end."""

import json
import os
import pickle
import signal
from contextlib import closing
from datetime import datetime, timedelta

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
from tests.unit.web.api.test_ask import assert_problem
from tests.unit.web.conftest import parse
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


@pytest.fixture
def much_refused(tmp_path, serve):
    """A client of an index of which 1,205 lines were refused and two doubted, with 203 sources and 201 languages."""
    corpus = tmp_path / "some.jsonl"
    articles = [{"id": str(n), "source": f"S{n}", "language": f"x{n}", "text": f"Tea {n}."} for n in range(203)]
    articles[1]["language"] = articles[2]["language"] = "x0"
    articles[0]["published"] = articles[1]["published"] = "2999-01-01"
    corpus.write_text("\n".join([*map(json.dumps, articles), *["no json"] * 1205]))
    build_index(corpus, tmp_path / "refusing", WordEmbedder())
    return serve(Assistant(LiveIndex(tmp_path / "refusing", words), weights=SENSIBLE))


def test_what_was_refused_is_listed_in_parts_and_counted_whole(much_refused):
    """Of each list a part is chosen by its offset and the limit."""
    whole = much_refused.get("/api/index").json()
    assert (len(whole["refused"]), whole["refused_total"]) == (1000, 1205)
    assert (len(whole["doubted"]), whole["doubted_total"]) == (2, 2)
    query = {"refused_offset": 10, "doubted_offset": 1, "limit": 3}
    part = much_refused.get("/api/index", params=query).json()
    assert (part["refused"], part["doubted"]) == (whole["refused"][10:13], whole["doubted"][1:])
    rest = {"refused", "doubted", "age_seconds"}
    assert {name: part[name] for name in part.keys() - rest} == {name: whole[name] for name in whole.keys() - rest}
    assert much_refused.get("/api/index", params={"refused_offset": 5000}).json()["refused"] == []


@pytest.mark.parametrize(
    "query", ["limit=1001", "limit=-1", "refused_offset=-1", "doubted_offset=x", f"limit={'9' * 5000}"]
)
def test_a_part_that_there_can_not_be_is_refused(much_refused, query):
    """422 with the name of the parameter."""
    assert_problem(much_refused.get(f"/api/index?{query}"), 422, query.partition("=")[0])


def test_the_corpus_page_lists_the_first_and_counts_the_rest(much_refused):
    """Two hundred of each list, and how many more there are."""
    page = parse(much_refused.get("/corpus", headers={"accept": "text/html"}).text)
    assert [len(table.one("tbody").all("tr")) for table in page.all("table")] == [200, 200]
    notes = [note.text for note in page.all("p", class_="note") if note.text.startswith("And ")]
    assert [note.split(" more")[0] for note in notes] == ["And 3", "And 1", "And 1,005"]
    figures = {pair.one("dt").text: pair.one("dd").text for pair in page.one("dl", class_="figures").all("div")}
    assert figures["Refused"] == "1,205"


class Later(datetime):
    """A clock that is three days ahead."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=3)


def test_a_clock_behind_the_index_makes_nothing_negative(tmp_path, corpus, serve, monkeypatch):
    """The server's clock stands before the time when the index was made."""
    with monkeypatch.context() as patched:
        patched.setattr("index.build.generation_writer.datetime", Later)
        build_index(corpus, tmp_path / "later", WordEmbedder())
    client = serve(Assistant(LiveIndex(tmp_path / "later", words), weights=SENSIBLE))
    assert client.get("/api/index").json()["age_seconds"] == 0
    assert "rag_index_age_seconds 0.0" in client.get("/metrics").text
    page = parse(client.get("/corpus", headers={"accept": "text/html"}).text)
    assert "built less than a minute ago" in page.one("p", class_="standfirst").text


def test_a_damaged_live_index_answers_nothing_and_is_not_ready(live, directory):
    """503 with the command, for a question asked before as well, until the command has been run."""
    asked = {"question": "How long is the bridge over the Kura?"}
    assert live.post("/api/ask", json=asked).status_code == 200
    os.truncate(directory / "generations" / "000001" / "vectors.npy", 100)
    for response in (live.post("/api/ask", json=asked), live.get("/api/articles/bridge"), live.get("/api/index")):
        assert_problem(response, 503, "vectors.npy has 100 bytes")
        assert response.json()["remedy"] == f"Run: rag index --rebuild --index {directory}"
    assert "--rebuild" in live.get("/", headers={"accept": "text/html"}).text
    ready = live.get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["generation"]) == (503, "no index", None)
    assert "--rebuild" in ready.json()["reason"]
    assert live.get("/healthz").status_code == 200
    build_index(directory.parent / "corpus", directory, WordEmbedder(), rebuild=True)
    assert live.post("/api/ask", json=asked).status_code == 200
    assert live.get("/readyz").json() == {"status": "ready", "generation": 2, "reason": None}


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


def test_one_build_after_the_other_leaves_no_process(corpus, directory):
    """Each has parsed a file, and has ended when the status says that it is done; the next begins at once."""
    build_index(corpus, directory, WordEmbedder())
    with closing(Reindexer(directory, embedder_of=words)) as reindexer:
        for number in range(3):
            (corpus / f"tower-{number}.txt").write_text(f"The tower of Gabala is {number + 80} metres tall.")
            reindexer.start()
            status = final_status(reindexer)
            assert (status.state, status.report.added) == ("done", 1)
            assert not reindexer._process.is_alive()


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
