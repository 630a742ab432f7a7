"""`rag import` page by page: what becomes an article, what is gone, and what a stop leaves."""

import errno
import fcntl
import gzip
import os

import pytest

from index.corpus.articles import read_articles
from index.corpus.ids import address_id
from index.errors import CorpusError, StorageError, WriterBusyError
from index.parsers.record import Record
from index.web_import.article_files import ArticleFiles
from index.web_import.state import STATE, State
from tests.newsstand import INSIDE, Answer, articles, feed, kinds, page
from tests.unit.index.parsers.files import ARTICLE
from tests.unit.index.parsers.files import page as html_page


class TestPage:
    """One page by its address."""

    def test_a_page_becomes_an_article(self, news, bring, folder, at):
        """Its text, title, address, id and time of fetching are in its file, which the corpus reads."""
        news.pages["/2026/tea.html"] = page("Tea & ships", "One *two* three.</p><p>1. Four.")
        report = bring(at("/2026/tea.html"))
        (article,) = read_articles(folder)
        assert (article.title, article.text) == ("Tea & ships", "One *two* three.\n\n1. Four.")
        assert (article.article_id, article.url) == (address_id(at("/2026/tea.html")), at("/2026/tea.html"))
        assert article.path == f"{article.article_id}.md" == report.outcomes[0].file
        assert "fetched: '2026-11-23T12:00:00+00:00'" in (folder / article.path).read_text()
        assert kinds(report) == ["new"]
        assert not report.failed

    def test_what_the_page_says_of_itself_is_brought_in(self, news, bring, folder, at):
        """Its main text, title, author, language and days, as the reader of pages has them."""
        head = "<title>Tea - Site</title><meta property='article:published_time' content='2026-11-20T08:00:00Z'>"
        body = "<div class='byline'>By Ann Lee</div>"
        news.pages["/tea"] = Answer(html_page(head=head, body=body, language="en-GB"))
        assert kinds(bring(at("/tea"))) == ["new"]
        (article,) = read_articles(folder)
        assert article.text == "\n\n".join(ARTICLE)
        assert (article.author, article.language) == ("Ann Lee", "en")
        assert (article.published, article.published_origin) == (
            "2026-11-20T08:00:00+00:00",
            "meta article:published_time",
        )

    def test_where_it_was_found_at_last_is_its_address(self, news, bring, folder, at):
        """The file is of the address that was asked for, the link goes to where it redirects."""
        news.pages |= {"/old": Answer(status=301, headers={"location": "/new"}), "/new": page("Tea")}
        bring(at("/old"))
        (article,) = read_articles(folder)
        assert (article.article_id, article.url) == (address_id(at("/old")), at("/new"))

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("/tea", "/tea"),
            ("https://bank.example/", "/a"),
            ("javascript:alert(1)", "/a"),
            ("http://[", "/a"),
            (None, "/a"),
        ],
    )
    def test_a_page_speaks_for_its_own_host_only(self, news, bring, folder, at, monkeypatch, said, kept):
        """The address that it says is its own is kept as the link where it is of the same host."""
        monkeypatch.setattr("index.web_import.page.page", lambda _data, _charset: Record("Words.", {"url": said}))
        news.pages["/a"] = page("A")
        bring(at("/a"))
        assert [article.url for article in read_articles(folder)] == [at(kept)]

    def test_what_the_page_says_goes_before_what_its_feed_says(self, news, bring, folder, at, monkeypatch):
        """Its own day, and where it came from, stand."""
        own = {"published": "2026-11-01", "published_origin": "json-ld"}
        monkeypatch.setattr("index.web_import.page.page", lambda _data, _charset: Record("Words.", own))
        news.pages |= {"/feed": feed(at("/a")), "/a": page("A")}
        bring(at("/feed"))
        found = ArticleFiles(folder).file(at("/a")).read_text()
        assert "published: '2026-11-01'\npublished_origin: json-ld\n" in found
        assert "modified" not in found

    def test_a_changed_page_changes_its_one_file(self, news, bring, folder, at):
        """New, unchanged, changed; another page's file is not touched."""
        news.pages |= {"/a": page("A"), "/b": page("B")}
        bring(at("/a"), at("/b"))
        other = ArticleFiles(folder).file(at("/b")).stat().st_mtime_ns
        assert kinds(bring(at("/a"))) == ["unchanged"]
        news.pages["/a"] = page("A", "Other words.")
        assert kinds(bring(at("/a"))) == ["changed"]
        assert articles(folder) == {"A": "Other words.", "B": "Words of it."}
        assert ArticleFiles(folder).file(at("/b")).stat().st_mtime_ns == other

    def test_a_page_is_asked_for_only_if_it_changed(self, news, bring, folder, at):
        """Its tag and day are sent back; a server that says it has not changed sends nothing more."""
        tag = {"etag": '"1"', "last-modified": "Mon, 23 Nov 2026 11:00:00 GMT"}
        news.pages["/a"] = lambda headers: (
            Answer(status=304) if headers.get("if-none-match") == '"1"' else page("A", **tag)
        )
        reports = [bring(at("/a")) for _ in range(3)]
        assert [kinds(report) for report in reports] == [["new"], ["unchanged"], ["unchanged"]]
        sent = [headers.get("if-modified-since") for path, headers in news.asked if path == "/a"]
        assert sent == [None, "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 11:00:00 GMT"]

    def test_a_page_whose_file_is_gone_is_asked_for_whole(self, news, bring, folder, at):
        """Deleted by hand, it is fetched as if for the first time."""
        news.pages["/a"] = lambda headers: Answer(status=304) if "if-none-match" in headers else page("A", etag='"1"')
        bring(at("/a"))
        ArticleFiles(folder).drop(at("/a"))
        assert kinds(bring(at("/a"))) == ["new"]

    def test_the_servers_encoding_goes_before_the_pages(self, news, bring, folder, at):
        """A page in another encoding than it says itself is read as the server says."""
        body = "<meta charset=utf-8><title>Чай</title><p>Слова.</p>".encode("windows-1251")
        news.pages["/a"] = Answer(body, headers={"content-type": 'text/html; charset="Windows-1251"'})
        news.pages["/b"] = Answer(
            b"<title>B</title><p>Words.</p>", headers={"content-type": "text/html; charset=nosuch"}
        )
        bring(at("/a"), at("/b"))
        assert articles(folder) == {"Чай": "Слова.", "B": "Words."}

    @pytest.mark.parametrize("named", ["punycode", "unicode_escape", "rot13", "zip", "undefined", "nosuch", ""])
    def test_an_encoding_that_no_page_is_in_is_passed_over(self, news, bring, folder, at, named):
        """Python knows some that take hours to decode, or are none; the page is read as if none was named."""
        news.pages["/a"] = page("A", **{"content-type": f"text/html; charset={named}"})
        bring(at("/a"))
        assert articles(folder) == {"A": "Words of it."}

    @pytest.mark.parametrize(("named", "text"), [("ISO-8859-1", "“é”"), ("iso-8859-9", "ış"), ("utf-16", "Bakı")])
    def test_an_encoding_is_read_as_browsers_do(self, news, bring, folder, at, named, text):
        """A smaller encoding stands for the larger one that it is part of."""
        written = {"ISO-8859-1": "cp1252", "iso-8859-9": "cp1254"}.get(named, named)
        body = f"<title>A</title><p>{text}</p>".encode(written)
        news.pages["/a"] = Answer(body, headers={"content-type": f"text/html; charset={named}"})
        bring(at("/a"))
        assert articles(folder) == {"A": text}

    def test_a_plain_text_is_an_article(self, news, bring, folder, at):
        """Its paragraphs are its own, whatever they look like."""
        news.pages["/a.txt"] = Answer(b"# One\n\n<p>two", headers={"content-type": "text/plain"})
        bring(at("/a.txt"))
        assert list(articles(folder).values()) == ["# One\n\n<p>two"]

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (Answer(status=404), "it answers 404"),
            (Answer(status=500), "it answers 500"),
            (Answer(status=304), "it answers 304"),
            (Answer(b"<title>A</title>", headers={"content-type": "text/html"}), "no text"),
            (Answer(b"", headers={"content-type": "text/html"}), "it holds no"),
            (Answer(b"a\0b", headers={"content-type": "text/plain"}), "NUL"),
            (Answer(gzip.compress(b"<p>a"), headers={"content-type": "text/html"}), "packed file"),
            (Answer(b"%PDF", headers={"content-type": "application/pdf"}), "application/pdf"),
            (Answer(status=302, headers={"location": INSIDE}), "no address of the public web"),
        ],
    )
    def test_a_page_that_can_not_be_brought_in_is_refused(self, news, bring, folder, at, answer, reason):
        """The reason is said, nothing is written, and the run has failed."""
        news.pages["/a"] = answer
        report = bring(at("/a"))
        assert kinds(report) == ["refused"]
        assert reason in report.outcomes[0].reason
        assert report.failed
        assert not folder.exists()

    @pytest.mark.parametrize(
        "given", ["file:///etc/passwd", "ftp://news.example/", "http://u@news.example/", "nowhere"]
    )
    def test_what_is_neither_address_nor_file_is_refused(self, bring, given):
        """And does not stop the rest."""
        assert kinds(bring(given, given)) == ["refused", "refused"]

    def test_one_refusal_stops_nothing(self, news, bring, at):
        """The others are brought in, and the run has not failed."""
        news.pages["/b"] = page("B")
        report = bring(at("/a"), INSIDE, at("/b"))
        assert kinds(report) == ["refused", "refused", "new"]
        assert not report.failed


class TestGone:
    """A page that is no more."""

    @pytest.mark.parametrize("status", [404, 410])
    def test_it_is_said_and_its_article_left(self, news, bring, folder, at, status):
        """Gone from the web is not gone from the corpus."""
        news.pages["/a"] = page("A")
        bring(at("/a"))
        news.pages["/a"] = Answer(status=status)
        report = bring(at("/a"))
        assert kinds(report) == ["gone"]
        assert "--prune" in report.outcomes[0].reason
        assert articles(folder) == {"A": "Words of it."}

    def test_it_is_deleted_where_asked(self, news, bring, folder, at):
        """With prune its file goes, and only its; the next time there is nothing to be gone."""
        news.pages |= {"/a": page("A"), "/b": page("B")}
        bring(at("/a"), at("/b"))
        del news.pages["/a"]
        assert kinds(bring(at("/a"), at("/b"), prune=True)) == ["gone", "unchanged"]
        assert articles(folder) == {"B": "Words of it."}
        assert kinds(bring(at("/a"), prune=True)) == ["refused"]

    @pytest.mark.parametrize("status", [403, 500])
    def test_a_server_in_trouble_deletes_nothing(self, news, bring, folder, at, status):
        """Only 404 and 410 say that a page is gone."""
        news.pages["/a"] = page("A")
        bring(at("/a"))
        news.pages["/a"] = Answer(status=status)
        assert kinds(bring(at("/a"), prune=True)) == ["refused"]
        assert articles(folder) == {"A": "Words of it."}


class TestStopping:
    """A run that is stopped goes on where it was."""

    @pytest.fixture
    def three(self, news, at):
        news.pages |= {"/feed": feed(at("/a"), at("/b"), at("/c"))} | {f"/{name}": page(name) for name in "abc"}
        return at("/feed")

    def test_the_next_run_fetches_only_the_rest(self, news, bring, folder, three):
        """What was brought in before is there, and is not asked for again."""
        with pytest.raises(KeyboardInterrupt):
            bring(three, progress=_stop_after(2))
        assert sorted(articles(folder)) == ["a", "b"]
        news.asked.clear()
        assert kinds(bring(three)) == ["unchanged", "unchanged", "new"]
        assert news.paths == ["/feed", "/c"]

    def test_a_run_that_has_ended_begins_anew(self, news, bring, three):
        """Then every page is asked for again."""
        bring(three)
        news.asked.clear()
        bring(three)
        assert news.paths == ["/feed", "/a", "/b", "/c"]

    def test_a_page_whose_file_was_deleted_meanwhile_is_fetched(self, bring, folder, at, three):
        """What is done is what is there."""
        with pytest.raises(KeyboardInterrupt):
            bring(three, progress=_stop_after(2))
        ArticleFiles(folder).drop(at("/a"))
        assert kinds(bring(three)) == ["new", "unchanged", "new"]

    @pytest.mark.parametrize("where", [(ArticleFiles, "keep"), (State, "put")])
    def test_a_stop_around_one_page_loses_nothing(self, bring, folder, three, monkeypatch, where):
        """Before or after its file was written, the page is whole or not there, and the next run makes it so."""
        monkeypatch.setattr(*where, _stop)
        with pytest.raises(KeyboardInterrupt):
            bring(three)
        assert set(articles(folder)) <= {"a"}
        monkeypatch.undo()
        assert not bring(three).failed
        assert sorted(articles(folder)) == ["a", "b", "c"]

    def test_a_page_given_twice_is_fetched_once(self, news, bring, at):
        """In one run a page is asked for once."""
        news.pages["/a"] = page("A")
        assert kinds(bring(at("/a"), at("/a#part"))) == ["new", "unchanged"]
        assert news.paths == ["/a"]

    def test_progress_counts_pages(self, news, bring, at, three):
        """Of as many as are known so far; at the end all of them are done."""
        told = []
        bring(three, at("/a"), INSIDE, progress=lambda *counts: told.append(counts))
        assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _stop_after(pages: int):
    def progress(done: int, _total: int) -> None:
        if done == pages:
            raise KeyboardInterrupt

    return progress


class TestCorpus:
    """The directory that is written."""

    def test_it_is_made_where_it_is_missing(self, news, bring, folder, at):
        """An import may be the first thing in a corpus."""
        news.pages["/a"] = page("A")
        bring(at("/a"))
        assert {path.suffix for path in folder.iterdir()} == {".md", ".jsonl", ".lock"}
        assert (folder / STATE).exists()

    @pytest.mark.parametrize("before", [None, ".", "kept.md"])
    def test_an_import_that_brings_nothing_leaves_nothing(self, bring, tmp_path, folder, at, before):
        """Neither the directory, where it made it and those above it, nor a hidden file in one that was there."""
        if before:
            folder.mkdir()
            (folder / "kept.md").write_text("Words.")
        if before == ".":
            (folder / "kept.md").unlink()
        there = sorted(tmp_path.rglob("*"))
        assert bring(at("/none"), tmp_path / "nowhere.xml").failed
        assert sorted(tmp_path.rglob("*")) == there

    def test_what_is_known_of_pages_outlives_an_import_that_brings_nothing(self, news, bring, folder, at):
        """They are asked for only if they changed, as before."""
        news.pages["/a"] = page("A")
        bring(at("/a"))
        known = (folder / STATE).read_text()
        assert bring(at("/none")).failed
        assert (folder / STATE).read_text() == known

    def test_a_lock_that_was_removed_is_no_lock(self, bring, folder, at, monkeypatch):
        """Who opened it before, and gets it after, is turned away: two never write at once."""
        folder.mkdir()
        flock = fcntl.flock

        def removed_first(descriptor, how):
            (folder / ".import.lock").unlink(missing_ok=True)
            flock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", removed_first)
        with pytest.raises(WriterBusyError):
            bring(at("/none"))

    def test_a_file_is_no_place_for_articles(self, bring, folder):
        """The error says what to name."""
        folder.write_text("words")
        with pytest.raises(CorpusError, match="is a file. Name a directory with --corpus."):
            bring(INSIDE)

    def test_two_imports_do_not_write_one_corpus(self, bring, folder):
        """The second is told to wait."""

        def again(_done: int, _total: int) -> None:
            with pytest.raises(WriterBusyError, match="Another rag import is writing"):
                bring(INSIDE)
            told.append(True)

        told = []
        bring(INSIDE, progress=again)
        assert told == [True]

    def test_a_disk_that_refuses_is_said(self, news, bring, at, monkeypatch):
        """With the system's reason, and what to do."""
        news.pages["/a"] = page("A")
        monkeypatch.setattr(ArticleFiles, "keep", _full)
        with pytest.raises(StorageError, match="can't be written .No space left on device.*--corpus"):
            bring(at("/a"))


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
