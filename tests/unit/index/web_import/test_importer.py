"""`rag import` page by page: articles, pages that are gone, and runs that are stopped."""

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
from tests.newsstand import INSIDE, Answer, articles, feed, page, statuses
from tests.unit.index.parsers.files import ARTICLE
from tests.unit.index.parsers.files import page as html_page


class TestPage:
    """One page by its address."""

    def test_a_page_becomes_an_article(self, news, run_import, folder, at):
        """Its file holds the text, title, address, id and time of fetching, and the corpus reads them."""
        news.pages["/2026/tea.html"] = page("Tea & ships", "One *two* three.</p><p>1. Four.")
        report = run_import(at("/2026/tea.html"))
        (article,) = read_articles(folder)
        assert (article.title, article.text) == ("Tea & ships", "One *two* three.\n\n1. Four.")
        assert (article.article_id, article.url) == (address_id(at("/2026/tea.html")), at("/2026/tea.html"))
        assert article.path == f"{article.article_id}.md" == report.outcomes[0].file
        assert "fetched: '2026-11-23T12:00:00+00:00'" in (folder / article.path).read_text()
        assert statuses(report) == ["new"]
        assert not report.failed

    def test_what_the_page_says_of_itself_is_brought_in(self, news, run_import, folder, at):
        """The main text, title, author, language and dates are those that the HTML parser finds."""
        head = "<title>Tea - Site</title><meta property='article:published_time' content='2026-11-20T08:00:00Z'>"
        body = "<div class='byline'>By Ann Lee</div>"
        news.pages["/tea"] = Answer(html_page(head=head, body=body, language="en-GB"))
        assert statuses(run_import(at("/tea"))) == ["new"]
        (article,) = read_articles(folder)
        assert article.text == "\n\n".join(ARTICLE)
        assert (article.author, article.language) == ("Ann Lee", "en")
        assert (article.published, article.published_origin) == (
            "2026-11-20T08:00:00+00:00",
            "meta article:published_time",
        )

    def test_where_it_was_found_at_last_is_its_address(self, news, run_import, folder, at):
        """The file is named after the requested address; the link is the address after redirects."""
        news.pages |= {"/old": Answer(status=301, headers={"location": "/new"}), "/new": page("Tea")}
        run_import(at("/old"))
        (article,) = read_articles(folder)
        assert (article.article_id, article.url) == (address_id(at("/old")), at("/new"))

    @pytest.mark.parametrize(
        ("stated", "expected"),
        [
            ("/tea", "/tea"),
            ("https://bank.example/", "/a"),
            ("javascript:alert(1)", "/a"),
            ("http://[", "/a"),
            (None, "/a"),
        ],
    )
    def test_a_page_speaks_for_its_own_host_only(self, news, run_import, folder, at, monkeypatch, stated, expected):
        """An address that the page states as its own becomes the link only if it is of the same host."""
        record = Record("Words.", {"url": stated})
        monkeypatch.setattr("index.web_import.page.parse_apart", lambda *_: iter([record]))
        news.pages["/a"] = page("A")
        run_import(at("/a"))
        assert [article.url for article in read_articles(folder)] == [at(expected)]

    def test_what_the_page_says_goes_before_what_its_feed_says(self, news, run_import, folder, at, monkeypatch):
        """The page's own date and its origin are kept."""
        own = {"published": "2026-11-01", "published_origin": "json-ld"}
        monkeypatch.setattr("index.web_import.page.parse_apart", lambda *_: iter([Record("Words.", own)]))
        news.pages |= {"/feed": feed(at("/a")), "/a": page("A")}
        run_import(at("/feed"))
        document = ArticleFiles(folder).file(at("/a")).read_text()
        assert "published: '2026-11-01'\npublished_origin: json-ld\n" in document
        assert "modified" not in document

    def test_a_changed_page_changes_its_one_file(self, news, run_import, folder, at):
        """The page is new, unchanged, then changed; the file of another page is not touched."""
        news.pages |= {"/a": page("A"), "/b": page("B")}
        run_import(at("/a"), at("/b"))
        other = ArticleFiles(folder).file(at("/b")).stat().st_mtime_ns
        assert statuses(run_import(at("/a"))) == ["unchanged"]
        news.pages["/a"] = page("A", "Other words.")
        assert statuses(run_import(at("/a"))) == ["changed"]
        assert articles(folder) == {"A": "Other words.", "B": "Words of it."}
        assert ArticleFiles(folder).file(at("/b")).stat().st_mtime_ns == other

    def test_a_page_is_asked_for_only_if_it_changed(self, news, run_import, folder, at):
        """Its ETag and date are sent back, and a server that says 304 sends no body."""
        tag = {"etag": '"1"', "last-modified": "Mon, 23 Nov 2026 11:00:00 GMT"}
        news.pages["/a"] = lambda headers: (
            Answer(status=304) if headers.get("if-none-match") == '"1"' else page("A", **tag)
        )
        reports = [run_import(at("/a")) for _ in range(3)]
        assert [statuses(report) for report in reports] == [["new"], ["unchanged"], ["unchanged"]]
        sent = [headers.get("if-modified-since") for path, headers in news.requests if path == "/a"]
        assert sent == [None, "Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 11:00:00 GMT"]

    def test_a_page_whose_file_is_gone_is_asked_for_whole(self, news, run_import, folder, at):
        """A page whose file was deleted by hand is fetched as if for the first time."""
        news.pages["/a"] = lambda headers: Answer(status=304) if "if-none-match" in headers else page("A", etag='"1"')
        run_import(at("/a"))
        ArticleFiles(folder).drop(at("/a"))
        assert statuses(run_import(at("/a"))) == ["new"]

    def test_the_servers_encoding_goes_before_the_pages(self, news, run_import, folder, at):
        """The encoding that the server states is used, and not the one that the page states."""
        body = "<meta charset=utf-8><title>Чай</title><p>Слова.</p>".encode("windows-1251")
        news.pages["/a"] = Answer(body, headers={"content-type": 'text/html; charset="Windows-1251"'})
        news.pages["/b"] = Answer(
            b"<title>B</title><p>Words.</p>", headers={"content-type": "text/html; charset=nosuch"}
        )
        run_import(at("/a"), at("/b"))
        assert articles(folder) == {"Чай": "Слова.", "B": "Words."}

    @pytest.mark.parametrize("named", ["punycode", "unicode_escape", "rot13", "zip", "undefined", "nosuch", ""])
    def test_an_encoding_that_no_page_is_in_is_passed_over(self, news, run_import, folder, at, named):
        """Python's codecs that no page uses, and unknown ones, are ignored as if none was stated."""
        news.pages["/a"] = page("A", **{"content-type": f"text/html; charset={named}"})
        run_import(at("/a"))
        assert articles(folder) == {"A": "Words of it."}

    @pytest.mark.parametrize(("named", "text"), [("ISO-8859-1", "“é”"), ("iso-8859-9", "ış"), ("utf-16", "Bakı")])
    def test_an_encoding_is_read_as_browsers_do(self, news, run_import, folder, at, named, text):
        """The name of a small encoding means the larger one that contains it."""
        written = {"ISO-8859-1": "cp1252", "iso-8859-9": "cp1254"}.get(named, named)
        body = f"<title>A</title><p>{text}</p>".encode(written)
        news.pages["/a"] = Answer(body, headers={"content-type": f"text/html; charset={named}"})
        run_import(at("/a"))
        assert articles(folder) == {"A": text}

    def test_a_plain_text_is_an_article(self, news, run_import, folder, at):
        """Its paragraphs are kept, even if they look like markup."""
        news.pages["/a.txt"] = Answer(b"# One\n\n<p>two", headers={"content-type": "text/plain"})
        run_import(at("/a.txt"))
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
    def test_a_page_that_can_not_be_brought_in_is_refused(self, news, run_import, folder, at, answer, reason):
        """The reason is reported, nothing is written, and the run has failed."""
        news.pages["/a"] = answer
        report = run_import(at("/a"))
        assert statuses(report) == ["refused"]
        assert reason in report.outcomes[0].reason
        assert report.failed
        assert not folder.exists()

    @pytest.mark.parametrize(
        "source", ["file:///etc/passwd", "ftp://news.example/", "http://u@news.example/", "nowhere"]
    )
    def test_what_is_neither_address_nor_file_is_refused(self, run_import, source):
        """The other inputs are imported all the same."""
        assert statuses(run_import(source, source)) == ["refused", "refused"]

    def test_one_refusal_stops_nothing(self, news, run_import, at):
        """The other pages are imported, and the run has not failed."""
        news.pages["/b"] = page("B")
        report = run_import(at("/a"), INSIDE, at("/b"))
        assert statuses(report) == ["refused", "refused", "new"]
        assert not report.failed


class TestGone:
    """A page that is gone."""

    @pytest.mark.parametrize("status", [404, 410])
    def test_it_is_said_and_its_article_left(self, news, run_import, folder, at, status):
        """Its article stays in the corpus, and the report says so."""
        news.pages["/a"] = page("A")
        run_import(at("/a"))
        news.pages["/a"] = Answer(status=status)
        report = run_import(at("/a"))
        assert statuses(report) == ["gone"]
        assert "--prune" in report.outcomes[0].reason
        assert articles(folder) == {"A": "Words of it."}

    def test_it_is_deleted_where_asked(self, news, run_import, folder, at):
        """With prune only its own file is deleted; the next run refuses the page."""
        news.pages |= {"/a": page("A"), "/b": page("B")}
        run_import(at("/a"), at("/b"))
        del news.pages["/a"]
        assert statuses(run_import(at("/a"), at("/b"), prune=True)) == ["gone", "unchanged"]
        assert articles(folder) == {"B": "Words of it."}
        assert statuses(run_import(at("/a"), prune=True)) == ["refused"]

    @pytest.mark.parametrize("status", [403, 500])
    def test_a_server_in_trouble_deletes_nothing(self, news, run_import, folder, at, status):
        """Only 404 and 410 say that a page is gone."""
        news.pages["/a"] = page("A")
        run_import(at("/a"))
        news.pages["/a"] = Answer(status=status)
        assert statuses(run_import(at("/a"), prune=True)) == ["refused"]
        assert articles(folder) == {"A": "Words of it."}


class TestStopping:
    """A run that is stopped continues where it was."""

    @pytest.fixture
    def three(self, news, at):
        news.pages |= {"/feed": feed(at("/a"), at("/b"), at("/c"))} | {f"/{name}": page(name) for name in "abc"}
        return at("/feed")

    def test_the_next_run_fetches_only_the_rest(self, news, run_import, folder, three):
        """Pages that were imported before are not requested again."""
        with pytest.raises(KeyboardInterrupt):
            run_import(three, progress=_stop_after(2))
        assert sorted(articles(folder)) == ["a", "b"]
        news.requests.clear()
        assert statuses(run_import(three)) == ["unchanged", "unchanged", "new"]
        assert news.paths == ["/feed", "/c"]

    def test_a_run_that_has_ended_begins_anew(self, news, run_import, three):
        """A new run requests every page again."""
        run_import(three)
        news.requests.clear()
        run_import(three)
        assert news.paths == ["/feed", "/a", "/b", "/c"]

    def test_a_page_whose_file_was_deleted_meanwhile_is_fetched(self, run_import, folder, at, three):
        """A page counts as done only while its file exists."""
        with pytest.raises(KeyboardInterrupt):
            run_import(three, progress=_stop_after(2))
        ArticleFiles(folder).drop(at("/a"))
        assert statuses(run_import(three)) == ["new", "unchanged", "new"]

    @pytest.mark.parametrize("where", [(ArticleFiles, "keep"), (State, "put")])
    def test_a_stop_around_one_page_loses_nothing(self, run_import, folder, three, monkeypatch, where):
        """A stop before or after writing leaves the page whole or missing, and the next run completes it."""
        monkeypatch.setattr(*where, _stop)
        with pytest.raises(KeyboardInterrupt):
            run_import(three)
        assert set(articles(folder)) <= {"a"}
        monkeypatch.undo()
        assert not run_import(three).failed
        assert sorted(articles(folder)) == ["a", "b", "c"]

    def test_a_page_given_twice_is_fetched_once(self, news, run_import, at):
        """In one run a page is requested once."""
        news.pages["/a"] = page("A")
        assert statuses(run_import(at("/a"), at("/a#part"))) == ["new", "unchanged"]
        assert news.paths == ["/a"]

    def test_progress_counts_pages(self, news, run_import, at, three):
        """Progress counts the pages done out of those known so far."""
        counts = []
        run_import(three, at("/a"), INSIDE, progress=lambda *count: counts.append(count))
        assert counts == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _stop_after(pages: int):
    def progress(done: int, _total: int) -> None:
        if done == pages:
            raise KeyboardInterrupt

    return progress


class TestCorpus:
    """The corpus directory."""

    def test_it_is_made_where_it_is_missing(self, news, run_import, folder, at):
        """An import creates the corpus directory if it is missing."""
        news.pages["/a"] = page("A")
        run_import(at("/a"))
        assert {path.suffix for path in folder.iterdir()} == {".md", ".jsonl", ".lock"}
        assert (folder / STATE).exists()

    @pytest.mark.parametrize("existing", [None, ".", "kept.md"])
    def test_an_import_that_brings_nothing_leaves_nothing(self, run_import, tmp_path, folder, at, existing):
        """Directories and hidden files that it made are removed again."""
        if existing:
            folder.mkdir()
            (folder / "kept.md").write_text("Words.")
        if existing == ".":
            (folder / "kept.md").unlink()
        there = sorted(tmp_path.rglob("*"))
        assert run_import(at("/none"), tmp_path / "nowhere.xml").failed
        assert sorted(tmp_path.rglob("*")) == there

    def test_what_is_known_of_pages_outlives_an_import_that_brings_nothing(self, news, run_import, folder, at):
        """The state of earlier pages is kept."""
        news.pages["/a"] = page("A")
        run_import(at("/a"))
        known = (folder / STATE).read_text()
        assert run_import(at("/none")).failed
        assert (folder / STATE).read_text() == known

    def test_a_lock_that_was_removed_is_no_lock(self, run_import, folder, at, monkeypatch):
        """An import that locks a file which has been removed is turned away, so that two never write at once."""
        folder.mkdir()
        flock = fcntl.flock

        def removed_first(descriptor, how):
            (folder / ".import.lock").unlink(missing_ok=True)
            flock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", removed_first)
        with pytest.raises(WriterBusyError):
            run_import(at("/none"))

    def test_a_file_is_no_place_for_articles(self, run_import, folder):
        """The error says to name a directory."""
        folder.write_text("words")
        with pytest.raises(CorpusError, match="is a file. Name a directory with --corpus."):
            run_import(INSIDE)

    def test_two_imports_do_not_write_one_corpus(self, run_import, folder):
        """The second is told to wait."""

        def again(_done: int, _total: int) -> None:
            with pytest.raises(WriterBusyError, match="Another rag import is writing"):
                run_import(INSIDE)
            refused.append(True)

        refused = []
        run_import(INSIDE, progress=again)
        assert refused == [True]

    def test_a_disk_that_refuses_is_said(self, news, run_import, at, monkeypatch):
        """The error gives the system's reason, and what to do."""
        news.pages["/a"] = page("A")
        monkeypatch.setattr(ArticleFiles, "keep", _full)
        with pytest.raises(StorageError, match="can't be written .No space left on device.*--corpus"):
            run_import(at("/a"))


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
