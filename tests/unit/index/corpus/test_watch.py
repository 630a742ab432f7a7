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
from index.corpus.watch import _Attempts, follow
from index.engine.local.generations import writer_lock
from index.engine.local.local_index import LiveIndex
from index.errors import CorpusError, WriterBusyError

LONG = 60  # seconds after which a change was certainly missed


@contextmanager
def following(corpus, build) -> Iterator[queue.Queue]:
    """Follows a corpus in a thread; gives what is told of each build."""
    told, stop = queue.Queue(), Event()
    thread = Thread(target=follow, args=(corpus, build, told.put, stop))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(LONG)
        assert not thread.is_alive()


def test_each_change_leads_to_a_build(corpus, directory, embedder):
    """First all is built; then what is added, edited and deleted is followed, one after the other."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as told:
        assert len(told.get(timeout=LONG).diff.added) == 3
        (corpus / "new").mkdir()
        (corpus / "new" / "tea.txt").write_text("Tea grows near Lenkoran.")
        assert told_of(told, "added") == ["new-tea"]
        (corpus / "new" / "tea.txt").write_text("Tea is sold in Lenkoran.")
        assert told_of(told, "changed") == ["new-tea"]
        (corpus / "new" / "tea.txt").unlink()
        assert told_of(told, "deleted") == ["new-tea"]


def test_a_server_swaps_to_what_was_followed(corpus, directory, embedder):
    """What answers meanwhile takes up each new generation, and loses what was deleted."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as told:
        told.get(timeout=LONG)
        live = LiveIndex(directory, lambda record: embedder)
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        told_of(told, "added")
        assert live.current().article("tea") is not None
        (corpus / "tea.txt").unlink()
        told_of(told, "deleted")
        assert live.current().article("tea") is None


def told_of(told, name):
    """What the next report that says something of it says; a file's making and its writing may be two changes."""
    while True:
        if found := getattr(told.get(timeout=LONG).diff, name):
            return found


def test_one_file_is_followed_too(tmp_path, directory, embedder):
    """Though it is replaced by another, as editors do; its neighbours are nothing to it."""
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "One."}\n')
    with following(path, lambda: build_index(path, directory, embedder)) as told:
        assert told.get(timeout=LONG).diff.added == ["a"]
        (tmp_path / "other.jsonl").write_text("no matter")
        (tmp_path / "part").write_text('{"id": "a", "text": "Two."}\n')
        (tmp_path / "part").replace(path)
        assert told.get(timeout=LONG).diff.changed == ["a"]


def test_a_corpus_by_a_relative_path_below_a_hidden_folder(corpus, directory, embedder, monkeypatch):
    """Only what is hidden within the corpus is passed over."""
    home = corpus.parent / ".hidden" / "work"
    home.mkdir(parents=True)
    corpus.rename(home.parent / "corpus")
    monkeypatch.chdir(home)
    relative = Path("../corpus")
    with following(relative, lambda: build_index(relative, directory, embedder)) as told:
        told.get(timeout=LONG)
        (relative / "tea.txt").write_text("Tea.")
        assert told_of(told, "added") == ["tea"]


def test_an_error_is_told_and_the_next_change_mends_it(tmp_path, directory, embedder):
    """An empty corpus builds nothing; the first article in it does."""
    corpus = tmp_path / "empty"
    corpus.mkdir()
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as told:
        assert isinstance(told.get(timeout=LONG), CorpusError)
        (corpus / "tea.txt").write_text("Tea.")
        while isinstance(report := told.get(timeout=LONG), CorpusError):
            pass  # it was seen between its making and its writing
        assert report.diff.added == ["tea"]


def test_a_change_that_meets_another_writer_is_built_once_that_ends(corpus, built, embedder):
    """The error is told, and the one change is taken up without another."""
    with following(corpus, lambda: build_index(corpus, built, embedder)) as told:
        told.get(timeout=LONG)
        with writer_lock(built):
            (corpus / "tea.txt").write_text("Tea.")
            assert isinstance(told.get(timeout=LONG), WriterBusyError)
        assert told_of(told, "added") == ["tea"]


def test_an_error_that_stays_is_told_once(corpus, monkeypatch):
    """It is built again until that succeeds, which is told; the same error after that is told anew."""
    monkeypatch.setattr("index.corpus.watch._QUIET", 10)
    monkeypatch.setattr("index.corpus.watch._LOOK", 20)
    left = [KeyError("the end"), WriterBusyError("Busy.", "Wait."), "built", *[WriterBusyError("Busy.", "Wait.")] * 3]

    def build():
        (corpus / f"{len(left)}.txt").write_text("A change, so that what was built is built again.")
        if isinstance(found := left.pop(), Exception):
            raise found
        return found

    told = []
    with pytest.raises(KeyError):
        follow(corpus, build, told.append)
    assert list(map(str, told)) == [
        str(WriterBusyError("Busy.", "Wait.")),
        "built",
        str(WriterBusyError("Busy.", "Wait.")),
    ]


def test_no_change_is_needed_and_the_wait_doubles():
    """After errors it is built at looks 1, 2, 4, 8 …, at most 60 apart; a change begins anew, success ends it."""
    built, errors = [], [WriterBusyError("Busy.", "Wait.")] * 11
    attempts = _Attempts(lambda: built.append(number) or fail(errors), lambda report: None)
    for number in range(1, 190):  # noqa: B007 (which the build above reads)
        attempts.look(changed=False)
    assert built == [1, 2, 4, 8, 16, 32, 64, 124, 184]
    for number in range(190, 300):
        attempts.look(changed=number == 190)
    assert built[9:] == [190, 191, 193]


def fail(errors):
    """Raises one of the errors, while there are any."""
    if errors:
        raise errors.pop()


@pytest.mark.parametrize("missing", ["corpus", "no/such/corpus"])
def test_a_missing_corpus_is_one_sentence(tmp_path, missing):
    """Before anything is built or watched, whether or not there is a folder to watch."""
    with pytest.raises(CorpusError, match="does not exist"):
        follow(tmp_path / missing, pytest.fail, pytest.fail)


def test_hidden_files_are_nothing(corpus, directory, embedder):
    """What is never read leads to no build: only the visible change is told."""
    with following(corpus, lambda: build_index(corpus, directory, embedder)) as told:
        told.get(timeout=LONG)
        (corpus / ".state").write_text("no matter")
        (corpus / "tea.txt").write_text("Tea.")
        assert told_of(told, "added") == ["tea"]
        assert told.empty()


def test_a_defect_is_not_swallowed(corpus):
    """Only errors that a person is shown are passed over."""

    def broken():
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        follow(corpus, broken, lambda report: None)


@pytest.mark.parametrize("other", ["--dry-run", "--rebuild", "--json"])
def test_what_it_goes_not_with_is_refused(corpus, directory, other):
    """As wrong usage, before anything is done."""
    words = ["index", "--corpus", str(corpus), "--index", str(directory), "--watch", other]
    result = CliRunner().invoke(index.cli.app, words)
    assert (result.exit_code, "--watch" in result.stderr, directory.exists()) == (2, True, False)


def test_the_command_prints_each_build(corpus, directory, embedder, monkeypatch):
    """A report as ever, and an error as a line."""

    def once(folder, build, tell):
        tell(build())
        tell(CorpusError("It is gone.", "Look again."))

    monkeypatch.setattr("index.corpus.watch.follow", once)
    monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder", lambda *names, in_bulk: embedder)
    result = CliRunner().invoke(index.cli.app, ["index", "--corpus", str(corpus), "--index", str(directory), "--watch"])
    assert result.exit_code == 0
    assert result.stdout.startswith("added 3,")
    assert "rag: It is gone. Look again." in result.stderr
