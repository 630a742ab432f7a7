"""`rag import` of many pages at once: those of feeds, sitemaps and WARC files."""

import gzip
from datetime import date

import pytest

from index.corpus.articles import read_articles
from index.errors import RefusedError
from index.parsers.record import BadRecord, Record
from index.web_import import importer
from index.web_import.article_files import ArticleFiles
from tests.newsstand import INSIDE, XML, Answer, articles, feed, page, sitemap, statuses
from tests.unit.index.parsers.files import warc


class TestFeed:
    """The pages of a feed."""

    def test_its_pages_become_articles(self, news, run_import, folder, at):
        """A page without a date gets the feed's, and its origin."""
        news.pages |= {"/feed": feed(at("/a"), "/b"), "/a": page("A"), "/b": page("B")}
        assert statuses(run_import(at("/feed"))) == ["new", "new"]
        assert {article.published for article in read_articles(folder)} == {"2026-11-23T12:00:00+00:00"}
        assert "published_origin: feed\n" in ArticleFiles(folder).file(at("/a")).read_text()

    def test_a_feed_in_a_file_is_read_too(self, news, run_import, folder, at, tmp_path):
        """Its pages are fetched."""
        (tmp_path / "feed.xml").write_bytes(feed(at("/a")).body)
        news.pages["/a"] = page("A")
        assert statuses(run_import(tmp_path / "feed.xml")) == ["new"]

    def test_no_more_than_the_limit_is_fetched(self, news, run_import, at):
        """The pages beyond the limit are not requested."""
        news.pages |= {f"/{n}": page(str(n)) for n in range(5)} | {"/feed": feed(*(at(f"/{n}") for n in range(5)))}
        assert statuses(run_import(at("/feed"), limit=2)) == ["new", "new"]
        assert news.paths == ["/feed", "/0", "/1"]

    def test_pages_before_a_day_are_passed_over(self, news, run_import, at):
        """A feed of older pages gives no page, which is no failure."""
        news.pages |= {"/feed": feed(at("/a"), day="Sun, 22 Nov 2026 12:00:00 GMT"), "/a": page("A")}
        report = run_import(at("/feed"), since=date(2026, 11, 23))
        assert (statuses(report), report.failed) == ([], False)
        assert statuses(run_import(at("/feed"), since=date(2026, 11, 22))) == ["new"]

    def test_it_leads_nowhere_that_is_not_allowed(self, news, run_import, folder, at):
        """Only links to private addresses, to files, and to pages that robots.txt excludes are refused."""
        news.pages |= {"/feed": feed(INSIDE, "file:///etc/passwd", at("/kept"), at("/a")), "/a": page("A")}
        rules = b"User-agent: *\nDisallow: /kept\n"
        news.pages["/robots.txt"] = Answer(rules, headers={"content-type": "text/plain"})
        report = run_import(at("/feed"))
        assert statuses(report).count("refused") == len(report.outcomes) - 1
        assert articles(folder) == {"A": "Words of it."}

    @pytest.mark.parametrize("empty", [feed(), Answer(sitemap(), headers=XML), Answer(b"<sitemapindex/>", headers=XML)])
    def test_one_that_names_no_pages_is_refused(self, news, run_import, at, empty):
        """The report says that the list names no pages."""
        news.pages["/feed"] = empty
        report = run_import(at("/feed"))
        assert [outcome.reason for outcome in report.outcomes] == ["it names no pages"]
        assert report.failed

    def test_a_feed_in_a_feed_is_refused(self, news, run_import, at):
        """A list that a list names is not followed."""
        news.pages |= {"/feed": feed(at("/feed2")), "/feed2": feed(at("/a")), "/a": page("A")}
        assert statuses(run_import(at("/feed"))) == ["refused"]


class TestSitemap:
    """The pages of a sitemap, or of an index of them."""

    def test_its_newest_pages_become_articles(self, news, run_import, folder, at):
        """A page without a modification date gets lastmod."""
        listed = sitemap((at("/a"), "2026-11-20"), (at("/b"), "2026-11-23"))
        news.pages |= {"/sitemap.xml": Answer(listed, headers=XML), "/a": page("A"), "/b": page("B")}
        assert statuses(run_import(at("/sitemap.xml"), limit=1)) == ["new"]
        assert articles(folder) == {"B": "Words of it."}
        document = ArticleFiles(folder).file(at("/b")).read_text()
        assert "modified: '2026-11-23'\nmodified_origin: sitemap\n" in document

    @pytest.mark.parametrize("content_type", ["application/gzip", "application/octet-stream", "application/xml"])
    def test_a_packed_one_is_read(self, news, run_import, at, content_type):
        """A .gz file is unpacked, whatever the server calls it."""
        packed = gzip.compress(sitemap((at("/a"), "2026-11-20")))
        news.pages |= {"/sitemap.xml.gz": Answer(packed, headers={"content-type": content_type}), "/a": page("A")}
        assert statuses(run_import(at("/sitemap.xml.gz"))) == ["new"]

    def test_a_packed_file_is_read(self, news, run_import, at, tmp_path):
        """A packed sitemap on the disk is read too."""
        (tmp_path / "sitemap.xml.gz").write_bytes(gzip.compress(sitemap((at("/a"), "2026-11-20"))))
        news.pages["/a"] = page("A")
        assert statuses(run_import(tmp_path / "sitemap.xml.gz")) == ["new"]

    def test_an_index_is_followed_newest_first(self, news, run_import, at):
        """Older sitemaps are not requested once there are enough pages."""
        index = sitemap((at("/old.xml"), "2026-11-01"), (at("/new.xml"), "2026-11-23"), element="sitemapindex")
        news.pages |= {"/index.xml": Answer(index, headers=XML), "/a": page("A")}
        news.pages["/new.xml"] = Answer(sitemap((at("/a"), "2026-11-23")), headers=XML)
        assert statuses(run_import(at("/index.xml"), limit=1)) == ["new"]
        assert news.paths == ["/index.xml", "/new.xml", "/a"]

    def test_a_sitemap_that_can_not_be_read_is_said(self, news, run_import, at):
        """A missing, private or wrong sitemap is refused by itself, and the others are read."""
        news.pages["/a"] = news.pages["/none.xml"] = page("A")
        news.pages["/good.xml"] = Answer(sitemap((at("/a"), "2026-11-23")), headers=XML)
        listed = [(at(path), "2026-11-23") for path in ("/missing.xml", "/index.xml", "/none.xml", "/good.xml")]
        index = sitemap((INSIDE, "2026-11-23"), *listed, element="sitemapindex")
        news.pages["/index.xml"] = Answer(index, headers=XML)
        assert statuses(run_import(at("/index.xml"))) == ["refused"] * 4 + ["new"]

    def test_one_that_grows_is_refused(self, news, run_import, at):
        """A sitemap with entities is refused."""
        body = b'<!DOCTYPE urlset [<!ENTITY a "x">]><urlset><url><loc>&a;</loc></url></urlset>'
        news.pages["/sitemap.xml"] = Answer(body, headers=XML)
        report = run_import(at("/sitemap.xml"))
        assert "document type" in report.outcomes[0].reason
        assert report.failed

    def test_a_file_that_unpacks_without_end_is_refused(self, run_import, tmp_path):
        """The bound on a page also holds for a file."""
        (tmp_path / "sitemap.xml.gz").write_bytes(gzip.compress(b"\0" * 60_000_000, 1))
        assert "larger than" in run_import(tmp_path / "sitemap.xml.gz").outcomes[0].reason


class TestWarc:
    """The pages of a WARC file."""

    @pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz", "PAGES.WARC.GZ"])
    def test_its_pages_become_articles(self, run_import, folder, tmp_path, news, name):
        """Nothing is fetched; of two captures of a page the last counts, and the next run finds it unchanged."""
        captures = [("https://news.example/a", "A", "Old."), ("https://news.example/b", "B", "Words.")]
        _write_warc(tmp_path / name, [*captures, ("https://news.example/a", "A", "New.")])
        assert statuses(run_import(tmp_path / name)) == ["new", "new"]
        assert articles(folder) == {"A": "New.", "B": "Words."}
        assert statuses(run_import(tmp_path / name)) == ["unchanged", "unchanged"]
        assert news.requests == []

    def test_a_record_of_no_page_address_is_refused(self, run_import, folder, tmp_path):
        """The other records are imported."""
        captures = [("https://user@news.example/a", "A", "Old."), ("https://news.example/b", "B", "Words.")]
        _write_warc(tmp_path / "a.warc", captures)
        assert statuses(run_import(tmp_path / "a.warc")) == ["refused", "new"]

    def test_a_record_that_can_not_be_read_is_refused(self, run_import, folder, tmp_path, monkeypatch):
        """The report gives the parser's reason, and the name of the file."""
        records = [BadRecord("it is cut short", 1), Record("Words.", {"title": "B"}, key="https://news.example/b")]
        monkeypatch.setattr(importer, "parse_apart", lambda _parse, _data: iter(records))
        (tmp_path / "a.warc").write_bytes(b"")
        counts = []
        report = run_import(tmp_path / "a.warc", progress=lambda *count: counts.append(count))
        assert str(report.outcomes[0]) == f"refused   {tmp_path}/a.warc: it is cut short"
        assert articles(folder) == {"B": "Words."}
        assert counts == [(1, 2), (2, 2)]

    def test_what_was_read_before_an_archive_breaks_is_kept(self, run_import, folder, tmp_path, monkeypatch):
        """The report says why the rest is missing."""

        def breaks(_parse, _data):
            yield Record("Words.", {"title": "B"}, key="https://news.example/b")
            raise RefusedError("it is damaged")

        monkeypatch.setattr(importer, "parse_apart", breaks)
        (tmp_path / "a.warc").write_bytes(b"")
        assert statuses(run_import(tmp_path / "a.warc")) == ["refused", "new"]
        assert articles(folder) == {"B": "Words."}

    @pytest.mark.parametrize("capture", ["2026-11-23T10:00:00Z", "some day"], ids=["earlier", "of no date"])
    def test_a_later_page_is_not_overwritten(self, run_import, folder, tmp_path, news, at, capture):
        """A capture that is older, or states no date, does not replace it."""
        news.pages["/a"] = page("A", "New.")
        run_import(at("/a"))
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Old.").body), **{"WARC-Date": capture}))
        report = run_import(tmp_path / "a.warc")
        assert str(report.outcomes[0]) == f"unchanged {at('/a')}: what is there was fetched later"
        assert articles(folder) == {"A": "New."}

    def test_a_page_that_an_archive_changed_is_fetched_again(self, run_import, folder, tmp_path, news, at):
        """It is requested without conditions, since the server would say that it has not changed."""
        news.pages["/a"] = lambda headers: (
            Answer(status=304) if "if-none-match" in headers else page("A", "Served.", etag='"1"')
        )
        run_import(at("/a"))
        later = {"WARC-Date": "2030-01-01T00:00:00Z"}
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Served.").body), **later))
        assert statuses(run_import(tmp_path / "a.warc")) == ["unchanged"]
        assert statuses(run_import(at("/a"))) == ["unchanged"]
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Captured.").body), **later))
        assert statuses(run_import(tmp_path / "a.warc")) == ["changed"]
        assert articles(folder) == {"A": "Captured."}
        assert statuses(run_import(at("/a"))) == ["changed"]
        assert articles(folder) == {"A": "Served."}

    def test_an_archive_without_pages_is_refused(self, run_import, tmp_path):
        """The run has failed."""
        picture = warc(("https://news.example/a", b"PNG"), headers=[("content-type", "image/png")])
        (tmp_path / "a.warc").write_bytes(picture)
        assert run_import(tmp_path / "a.warc").failed


def _write_warc(path, captures) -> None:
    pages = [(url, page(title, text).body) for url, title, text in captures]
    path.write_bytes(warc(*pages, packed=path.name.lower().endswith(".gz")))
