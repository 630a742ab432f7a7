"""Following a corpus: every change leads to a build, and no error ends it."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

import index.cli
from index.build.build import build_index
from index.corpus.watch import _Builds, follow
from index.engine.local.generations import writer_lock
from index.engine.local.local_index import LiveIndex
from index.errors import CorpusError, WriterBusyError

LONG = 60  # seconds after which a change was certainly missed


@contextmanager
def following(corpus, build) -> Iterator[queue.Queue]:
    """Follows a corpus in a thread; gives the results of the builds as they come."""
    results, stop = queue.Queue(), Event()
    thread = Thread(target=follow, args=(corpus, build, results.put, stop))
    thread.start()
    try:
        yield results
    finally:
        stop.set()
        thread.join(LONG)
        assert not thread.is_alive()


def test_each_change_leads_to_a_build(corpus, directory, embedder):
    """First everything is built; then an added, an edited and a deleted file each lead to a build."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as results:
        assert len(results.get(timeout=LONG).diff.added) == 3
        (corpus / "new").mkdir()
        (corpus / "new" / "tea.txt").write_text("Tea grows near Lenkoran.")
        assert next_with(results, "added") == ["new-tea"]
        (corpus / "new" / "tea.txt").write_text("Tea is sold in Lenkoran.")
        assert next_with(results, "changed") == ["new-tea"]
        (corpus / "new" / "tea.txt").unlink()
        assert next_with(results, "deleted") == ["new-tea"]


def test_a_server_serves_each_new_generation(corpus, directory, embedder):
    """A live index takes up each generation as it is built, and loses an article once it is deleted."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as results:
        results.get(timeout=LONG)
        live = LiveIndex(directory, lambda record: embedder)
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        next_with(results, "added")
        assert live.current().article("tea") is not None
        (corpus / "tea.txt").unlink()
        next_with(results, "deleted")
        assert live.current().article("tea") is None


def next_with(results, field):
    """The ids in that field of the next report with any; creating and writing a file may be two changes."""
    while True:
        if ids := getattr(results.get(timeout=LONG).diff, field):
            return ids


def test_one_file_is_followed_too(tmp_path, directory, embedder):
    """It is followed when another file replaces it, as editors do, and its neighbours are ignored."""
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "One."}\n')
    with following(path, lambda: build_index(path, directory, embedder)) as results:
        assert results.get(timeout=LONG).diff.added == ["a"]
        (tmp_path / "other.jsonl").write_text("no matter")
        (tmp_path / "part").write_text('{"id": "a", "text": "Two."}\n')
        (tmp_path / "part").replace(path)
        assert results.get(timeout=LONG).diff.changed == ["a"]


def test_a_corpus_by_a_relative_path_below_a_hidden_folder(corpus, directory, embedder, monkeypatch):
    """Only hidden folders within the corpus are ignored, not those above it."""
    home = corpus.parent / ".hidden" / "work"
    home.mkdir(parents=True)
    corpus.rename(home.parent / "corpus")
    monkeypatch.chdir(home)
    relative = Path("../corpus")
    with following(relative, lambda: build_index(relative, directory, embedder)) as results:
        results.get(timeout=LONG)
        (relative / "tea.txt").write_text("Tea.")
        assert next_with(results, "added") == ["tea"]


def test_an_error_is_reported_and_the_next_change_mends_it(tmp_path, directory, embedder):
    """An empty corpus ends in an error; the first article in it is built."""
    corpus = tmp_path / "empty"
    corpus.mkdir()
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as results:
        assert isinstance(results.get(timeout=LONG), CorpusError)
        (corpus / "tea.txt").write_text("Tea.")
        while isinstance(report := results.get(timeout=LONG), CorpusError):
            pass  # the file was seen after it was created and before it was written
        assert report.diff.added == ["tea"]


def test_a_change_that_meets_another_writer_is_built_once_that_ends(corpus, built, embedder):
    """The error is reported, and the change is built later without another change."""
    with following(corpus, lambda: build_index(corpus, built, embedder)) as results:
        results.get(timeout=LONG)
        with writer_lock(built):
            (corpus / "tea.txt").write_text("Tea.")
            assert isinstance(results.get(timeout=LONG), WriterBusyError)
        assert next_with(results, "added") == ["tea"]


def test_an_error_that_stays_is_reported_once(corpus, monkeypatch):
    """Builds are tried again until one succeeds; the same error after that is reported again."""
    monkeypatch.setattr("index.corpus.watch._QUIET", 10)
    monkeypatch.setattr("index.corpus.watch._CHECK_INTERVAL", 20)
    busy = WriterBusyError("Busy.", "Wait.")
    outcomes = [KeyError("the end"), busy, "built", *[busy] * 3]  # the last is the first build's

    def build():
        (corpus / f"{len(outcomes)}.txt").write_text("A change, so that a build follows a successful one.")
        outcome = outcomes.pop()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    results = []
    with pytest.raises(KeyError):
        follow(corpus, build, results.append)
    assert list(map(str, results)) == [str(busy), "built", str(busy)]


def test_no_change_is_needed_and_the_wait_doubles():
    """After errors it builds at checks 1, 2, 4, 8 …, at most 60 apart; a change starts over, and success ends it."""
    built, errors = [], [WriterBusyError("Busy.", "Wait.")] * 11
    builds = _Builds(lambda: built.append(number) or fail(errors), lambda report: None)
    for number in range(1, 190):  # noqa: B007 (the build above reads it)
        builds.check(changed=False)
    assert built == [1, 2, 4, 8, 16, 32, 64, 124, 184]
    for number in range(190, 300):
        builds.check(changed=number == 190)
    assert built[9:] == [190, 191, 193]


def fail(errors):
    """Raise one of the errors, while there are any."""
    if errors:
        raise errors.pop()


@pytest.mark.parametrize("missing", ["corpus", "no/such/corpus"])
def test_a_missing_corpus_is_one_sentence(tmp_path, missing):
    """The error comes before anything is built or watched, whether or not its folder exists."""
    with pytest.raises(CorpusError, match="does not exist"):
        follow(tmp_path / missing, pytest.fail, pytest.fail)


def test_hidden_files_are_ignored(corpus, directory, embedder):
    """A change to a hidden file, which is never read, leads to no build."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as results:
        results.get(timeout=LONG)
        (corpus / ".state").write_text("no matter")
        (corpus / "tea.txt").write_text("Tea.")
        assert next_with(results, "added") == ["tea"]
        assert results.empty()


def test_a_defect_is_not_swallowed(corpus):
    """Only errors that people are shown are caught."""

    def broken():
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        follow(corpus, broken, lambda report: None)


@pytest.mark.parametrize("other", ["--dry-run", "--rebuild", "--json"])
def test_flags_that_contradict_watch_are_refused(corpus, directory, other):
    """The combination is wrong usage, before anything is done."""
    words = ["index", "--corpus", str(corpus), "--index", str(directory), "--watch", other]
    result = CliRunner().invoke(index.cli.app, words)
    assert (result.exit_code, "--watch" in result.stderr, directory.exists()) == (2, True, False)


def test_the_command_prints_each_build(corpus, directory, embedder, monkeypatch):
    """A report is printed as without --watch, and an error as one line."""

    def once(folder, build, on_result):
        on_result(build())
        on_result(CorpusError("It is gone.", "Look again."))

    monkeypatch.setattr("index.corpus.watch.follow", once)
    monkeypatch.setattr("index.models.embedder.choose_precision", lambda *_: "float32")
    monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder", lambda *_, in_bulk: embedder)
    result = CliRunner().invoke(index.cli.app, ["index", "--corpus", str(corpus), "--index", str(directory), "--watch"])
    assert result.exit_code == 0
    assert result.stdout.startswith("added 3,")
    assert "rag: It is gone. Look again." in result.stderr
