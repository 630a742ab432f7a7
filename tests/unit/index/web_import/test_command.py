"""`rag import`: what it prints, and how it ends."""

import json
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from index.build.build import build_index
from index.cli import app
from index.corpus.articles import read_articles
from tests.conftest import REPOSITORY
from tests.newsstand import Answer

PAGE = Answer(b"<title>Tea</title><p>Words of it.</p>", headers={"content-type": "text/html"})


@pytest.fixture
def run(monkeypatch, folder, tmp_path):
    """Runs `rag import` into `folder`, which RAG_CORPUS names."""
    monkeypatch.setenv("RAG_CORPUS", str(folder))
    monkeypatch.setenv("RAG_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, ["import", "--pause", "0", *map(str, arguments)])


def test_it_prints_a_line_a_page_and_the_counts(run, news, folder, tmp_path):
    """The pages are on stdout, in order; progress and the next command are on stderr."""
    news.pages["/a"] = PAGE
    result = run("--allow-private", news.url("/a"), news.url("/b"))
    assert result.exit_code == 0
    first, second, counts = result.stdout.splitlines()
    assert first == f"new       {news.url('/a')}"
    assert second == f"refused   {news.url('/b')}: it answers 404"
    assert counts == "new 1, changed 0, unchanged 0, refused 1, gone 0"
    assert "Importing pages: 2 of 2" in result.stderr
    assert f"Run: rag index --index {tmp_path / 'index'} --corpus {folder}" in result.stderr
    assert [article.title for article in read_articles(folder)] == ["Tea"]


def test_private_addresses_are_refused_without_the_flag(run, news):
    """No page could be imported, so the command fails, and names the flag that allows them."""
    result = run(news.url("/a"))
    assert result.exit_code == 1
    assert "127.0.0.1 is no address of the public web; --allow-private allows it" in result.stdout
    assert "Nothing was brought into" in result.stderr
    assert news.requests == []


def test_json_is_one_document(run, news, folder):
    """With --json the document holds the counts, and each page with its file."""
    news.pages["/a"] = PAGE
    result = run("--allow-private", "--json", news.url("/a"))
    document = json.loads(result.stdout)
    (outcome,) = document.pop("pages")
    assert document == {"corpus": str(folder), "new": 1, "changed": 0, "unchanged": 0, "refused": 0, "gone": 0}
    assert (folder / outcome.pop("file")).is_file()
    assert outcome == {"kind": "new", "url": news.url("/a"), "reason": None}


def test_prune_limit_and_since_are_taken(run, news, folder):
    """Each flag limits or deletes the pages it should."""
    listed = "".join(f"<url><loc>{news.url(f'/{n}')}</loc><lastmod>2026-11-2{n}</lastmod></url>" for n in range(4))
    news.pages |= {f"/{n}": PAGE for n in range(4)}
    news.pages["/map"] = Answer(f"<urlset>{listed}</urlset>".encode(), headers={"content-type": "text/xml"})
    assert "new 2," in run("--allow-private", "--limit", "2", news.url("/map")).stdout
    assert "new 1, changed 0, unchanged 2" in run("--allow-private", "--since", "2026-11-21", news.url("/map")).stdout
    del news.pages["/1"]
    assert "gone 1" in run("--allow-private", "--prune", news.url("/map")).stdout
    assert len(list(read_articles(folder))) == 3


@pytest.mark.parametrize(
    "arguments", [(), ("--since", "soon", "x"), ("--limit", "0", "x"), ("--pause", "-1", "x"), ("--nonsense", "x")]
)
def test_wrong_usage_ends_with_two(run, arguments):
    """Without inputs, or with an invalid value, nothing starts."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_day_that_is_none_is_said(run):
    """The error says how to write a day."""
    assert '--since "soon" is not a day. Write it as 2026-11-23.' in run("--since", "soon", "x").stderr


def test_a_corpus_that_is_a_file_fails(run, folder):
    """With --json the error is a document too."""
    folder.write_text("words")
    result = run("--json", "https://news.example/")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["type"] == "CorpusError"


def test_without_a_corpus_it_is_the_one_of_the_index(run, monkeypatch, news, corpus, tmp_path, embedder):
    """Articles go into the corpus that the index was made from."""
    build_index(corpus, tmp_path / "index", embedder)
    monkeypatch.delenv("RAG_CORPUS")
    news.pages["/a"] = PAGE
    assert run("--allow-private", news.url("/a")).exit_code == 0
    assert "Tea" in {article.title for article in read_articles(corpus)}


def test_the_index_takes_it_up(run, news, folder, tmp_path, embedder):
    """Imported pages are indexed, and the import's own files are neither articles nor refusals."""
    news.pages["/a"] = PAGE
    run("--allow-private", news.url("/a"))
    report = build_index(folder, tmp_path / "index", embedder).as_dict()
    assert (report["added"], report["refused"]) == (1, 0)


def test_a_hostile_page_does_not_drive_the_terminal(run, news):
    """Control characters of an address or a reason are escaped."""
    news.pages["/a"] = Answer(b"", headers={"content-type": "x\x1b[31m"})
    assert "\x1b" not in run("--allow-private", news.url("/a")).stdout


def test_a_killed_import_goes_on_where_it_was(run, news, folder):
    """After a kill in the middle of a page, the next run fetches only the pages that are missing."""
    items = "".join(f"<item><link>{news.url(f'/{name}')}</link></item>" for name in "abc")
    news.pages |= {f"/{name}": PAGE for name in "abc"}
    news.pages["/feed"] = Answer(
        f"<rss><channel>{items}</channel></rss>".encode(), headers={"content-type": "text/xml"}
    )
    arguments = ["import", "--pause", "0", "--allow-private", "--corpus", str(folder), news.url("/feed")]
    with subprocess.Popen(
        [sys.executable, "-c", "from index.cli import app; app()", *arguments],
        cwd=REPOSITORY,
        stderr=subprocess.DEVNULL,
    ) as killed:
        news.pages["/b"] = lambda _headers: killed.kill() or PAGE
        assert killed.wait(60) == -signal.SIGKILL
    news.pages["/b"] = PAGE
    news.requests.clear()
    assert "new 2, changed 0, unchanged 1" in run(*arguments[3:]).stdout
    assert news.paths == ["/feed", "/b", "/c"]


def test_a_page_in_a_file_belongs_into_the_corpus(run, tmp_path):
    """The user is told to put a page into the corpus as it is; for a picture there is no such advice."""
    for name, is_page in (("tea.html", True), ("tea.jpg", False)):
        path = tmp_path / name
        path.write_text("<html><p>Tea.</p></html>")
        assert ("Put it into the corpus as it is" in run(str(path)).output) is is_page
