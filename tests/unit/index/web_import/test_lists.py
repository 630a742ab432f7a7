"""`rag import` of many pages at once: those of feeds, sitemaps and WARC files."""

import gzip
from datetime import date

import pytest

from index.corpus.articles import read_articles
from index.errors import RefusedError
from index.parsers.record import BadRecord, Record
from index.web_import import importer
from index.web_import.article_files import ArticleFiles
from tests.newsstand import INSIDE, XML, Answer, articles, feed, kinds, page, sitemap
from tests.unit.index.parsers.files import warc


class TestFeed:
    """The pages of a feed."""

    def test_its_pages_become_articles(self, news, bring, folder, at):
        """With the feed's day where the page has none, and where that day came from."""
        news.pages |= {"/feed": feed(at("/a"), "/b"), "/a": page("A"), "/b": page("B")}
        assert kinds(bring(at("/feed"))) == ["new", "new"]
        assert {article.published for article in read_articles(folder)} == {"2026-11-23T12:00:00+00:00"}
        assert "published_origin: feed\n" in ArticleFiles(folder).file(at("/a")).read_text()

    def test_a_feed_in_a_file_is_read_too(self, news, bring, folder, at, tmp_path):
        """Its pages are fetched."""
        (tmp_path / "feed.xml").write_bytes(feed(at("/a")).body)
        news.pages["/a"] = page("A")
        assert kinds(bring(tmp_path / "feed.xml")) == ["new"]

    def test_no_more_than_the_limit_is_fetched(self, news, bring, at):
        """The rest is not asked for."""
        news.pages |= {f"/{n}": page(str(n)) for n in range(5)} | {"/feed": feed(*(at(f"/{n}") for n in range(5)))}
        assert kinds(bring(at("/feed"), limit=2)) == ["new", "new"]
        assert news.paths == ["/feed", "/0", "/1"]

    def test_pages_before_a_day_are_passed_over(self, news, bring, at):
        """A feed whose pages are all older brings nothing, which is no failure."""
        news.pages |= {"/feed": feed(at("/a"), day="Sun, 22 Nov 2026 12:00:00 GMT"), "/a": page("A")}
        report = bring(at("/feed"), since=date(2026, 11, 23))
        assert (kinds(report), report.failed) == ([], False)
        assert kinds(bring(at("/feed"), since=date(2026, 11, 22))) == ["new"]

    def test_it_leads_nowhere_that_is_not_allowed(self, news, bring, folder, at):
        """A link to a private address, to a file, or to what robots.txt keeps back is refused, and nothing else."""
        news.pages |= {"/feed": feed(INSIDE, "file:///etc/passwd", at("/kept"), at("/a")), "/a": page("A")}
        rules = b"User-agent: *\nDisallow: /kept\n"
        news.pages["/robots.txt"] = Answer(rules, headers={"content-type": "text/plain"})
        report = bring(at("/feed"))
        assert kinds(report).count("refused") == len(report.outcomes) - 1
        assert articles(folder) == {"A": "Words of it."}

    @pytest.mark.parametrize("empty", [feed(), Answer(sitemap(), headers=XML), Answer(b"<sitemapindex/>", headers=XML)])
    def test_one_that_names_no_pages_is_refused(self, news, bring, at, empty):
        """Nothing can be brought in from it, and it is said so."""
        news.pages["/feed"] = empty
        report = bring(at("/feed"))
        assert [outcome.reason for outcome in report.outcomes] == ["it names no pages"]
        assert report.failed

    def test_a_feed_in_a_feed_is_refused(self, news, bring, at):
        """Lists do not lead to lists."""
        news.pages |= {"/feed": feed(at("/feed2")), "/feed2": feed(at("/a")), "/a": page("A")}
        assert kinds(bring(at("/feed"))) == ["refused"]


class TestSitemap:
    """The pages of a sitemap, or of an index of them."""

    def test_its_newest_pages_become_articles(self, news, bring, folder, at):
        """With lastmod as the day they were modified, where the page has none."""
        listed = sitemap((at("/a"), "2026-11-20"), (at("/b"), "2026-11-23"))
        news.pages |= {"/sitemap.xml": Answer(listed, headers=XML), "/a": page("A"), "/b": page("B")}
        assert kinds(bring(at("/sitemap.xml"), limit=1)) == ["new"]
        assert articles(folder) == {"B": "Words of it."}
        found = ArticleFiles(folder).file(at("/b")).read_text()
        assert "modified: '2026-11-23'\nmodified_origin: sitemap\n" in found

    @pytest.mark.parametrize("kind", ["application/gzip", "application/octet-stream", "application/xml"])
    def test_a_packed_one_is_read(self, news, bring, at, kind):
        """A .gz file is unpacked, whatever the server calls it."""
        packed = gzip.compress(sitemap((at("/a"), "2026-11-20")))
        news.pages |= {"/sitemap.xml.gz": Answer(packed, headers={"content-type": kind}), "/a": page("A")}
        assert kinds(bring(at("/sitemap.xml.gz"))) == ["new"]

    def test_a_packed_file_is_read(self, news, bring, at, tmp_path):
        """From the disk too."""
        (tmp_path / "sitemap.xml.gz").write_bytes(gzip.compress(sitemap((at("/a"), "2026-11-20"))))
        news.pages["/a"] = page("A")
        assert kinds(bring(tmp_path / "sitemap.xml.gz")) == ["new"]

    def test_an_index_is_followed_newest_first(self, news, bring, at):
        """Until there are enough pages; older sitemaps are not asked for."""
        index = sitemap((at("/old.xml"), "2026-11-01"), (at("/new.xml"), "2026-11-23"), kind="sitemapindex")
        news.pages |= {"/index.xml": Answer(index, headers=XML), "/a": page("A")}
        news.pages["/new.xml"] = Answer(sitemap((at("/a"), "2026-11-23")), headers=XML)
        assert kinds(bring(at("/index.xml"), limit=1)) == ["new"]
        assert news.paths == ["/index.xml", "/new.xml", "/a"]

    def test_a_sitemap_that_can_not_be_read_is_said(self, news, bring, at):
        """One by one, and the others are read: missing, private, an index again, or no sitemap."""
        news.pages["/a"] = news.pages["/none.xml"] = page("A")
        news.pages["/good.xml"] = Answer(sitemap((at("/a"), "2026-11-23")), headers=XML)
        listed = [(at(path), "2026-11-23") for path in ("/missing.xml", "/index.xml", "/none.xml", "/good.xml")]
        index = sitemap((INSIDE, "2026-11-23"), *listed, kind="sitemapindex")
        news.pages["/index.xml"] = Answer(index, headers=XML)
        assert kinds(bring(at("/index.xml"))) == ["refused"] * 4 + ["new"]

    def test_one_that_grows_is_refused(self, news, bring, at):
        """Entities are not read."""
        body = b'<!DOCTYPE urlset [<!ENTITY a "x">]><urlset><url><loc>&a;</loc></url></urlset>'
        news.pages["/sitemap.xml"] = Answer(body, headers=XML)
        report = bring(at("/sitemap.xml"))
        assert "document type" in report.outcomes[0].reason
        assert report.failed

    def test_a_file_that_unpacks_without_end_is_refused(self, bring, tmp_path):
        """The bound on a page holds for a file."""
        (tmp_path / "sitemap.xml.gz").write_bytes(gzip.compress(b"\0" * 60_000_000, 1))
        assert "larger than" in bring(tmp_path / "sitemap.xml.gz").outcomes[0].reason


class TestWarc:
    """The pages of a WARC file."""

    @pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz", "PAGES.WARC.GZ"])
    def test_its_pages_become_articles(self, bring, folder, tmp_path, news, name):
        """Nothing is fetched; of two captures of one page the last stands, and the next run finds it unchanged."""
        captures = [("https://news.example/a", "A", "Old."), ("https://news.example/b", "B", "Words.")]
        _write_warc(tmp_path / name, [*captures, ("https://news.example/a", "A", "New.")])
        assert kinds(bring(tmp_path / name)) == ["new", "new"]
        assert articles(folder) == {"A": "New.", "B": "Words."}
        assert kinds(bring(tmp_path / name)) == ["unchanged", "unchanged"]
        assert news.asked == []

    def test_a_record_of_no_page_address_is_refused(self, bring, folder, tmp_path):
        """The others are brought in."""
        captures = [("https://user@news.example/a", "A", "Old."), ("https://news.example/b", "B", "Words.")]
        _write_warc(tmp_path / "a.warc", captures)
        assert kinds(bring(tmp_path / "a.warc")) == ["refused", "new"]

    def test_a_record_that_can_not_be_read_is_refused(self, bring, folder, tmp_path, monkeypatch):
        """With the reader's reason, and the name of the file."""
        records = [BadRecord("it is cut short", 1), Record("Words.", {"title": "B"}, key="https://news.example/b")]
        monkeypatch.setattr(importer.warc, "read", lambda _data: iter(records))
        (tmp_path / "a.warc").write_bytes(b"")
        told = []
        report = bring(tmp_path / "a.warc", progress=lambda *counts: told.append(counts))
        assert str(report.outcomes[0]) == f"refused   {tmp_path}/a.warc: it is cut short"
        assert articles(folder) == {"B": "Words."}
        assert told == [(1, 2), (2, 2)]

    def test_what_was_read_before_an_archive_breaks_is_kept(self, bring, folder, tmp_path, monkeypatch):
        """And why the rest is not there is said."""

        def breaks(_data):
            yield Record("Words.", {"title": "B"}, key="https://news.example/b")
            raise RefusedError("it is damaged")

        monkeypatch.setattr(importer.warc, "read", breaks)
        (tmp_path / "a.warc").write_bytes(b"")
        assert kinds(bring(tmp_path / "a.warc")) == ["refused", "new"]
        assert articles(folder) == {"B": "Words."}

    @pytest.mark.parametrize("capture", ["2026-11-23T10:00:00Z", "some day"], ids=["earlier", "of no date"])
    def test_a_later_page_is_not_overwritten(self, bring, folder, tmp_path, news, at, capture):
        """By a capture from before it, or one that does not say when it was made."""
        news.pages["/a"] = page("A", "New.")
        bring(at("/a"))
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Old.").body), **{"WARC-Date": capture}))
        report = bring(tmp_path / "a.warc")
        assert str(report.outcomes[0]) == f"unchanged {at('/a')}: what is there was fetched later"
        assert articles(folder) == {"A": "New."}

    def test_a_page_that_an_archive_changed_is_fetched_again(self, bring, folder, tmp_path, news, at):
        """Though the server would say that it has not changed since it was fetched."""
        news.pages["/a"] = lambda headers: (
            Answer(status=304) if "if-none-match" in headers else page("A", "Served.", etag='"1"')
        )
        bring(at("/a"))
        later = {"WARC-Date": "2030-01-01T00:00:00Z"}
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Served.").body), **later))
        assert kinds(bring(tmp_path / "a.warc")) == ["unchanged"]
        assert kinds(bring(at("/a"))) == ["unchanged"]
        (tmp_path / "a.warc").write_bytes(warc((at("/a"), page("A", "Captured.").body), **later))
        assert kinds(bring(tmp_path / "a.warc")) == ["changed"]
        assert articles(folder) == {"A": "Captured."}
        assert kinds(bring(at("/a"))) == ["changed"]
        assert articles(folder) == {"A": "Served."}

    def test_an_archive_without_pages_is_refused(self, bring, tmp_path):
        """Nothing can be brought in from it."""
        picture = warc(("https://news.example/a", b"PNG"), headers=[("content-type", "image/png")])
        (tmp_path / "a.warc").write_bytes(picture)
        assert bring(tmp_path / "a.warc").failed


def _write_warc(path, captures) -> None:
    pages = [(url, page(title, text).body) for url, title, text in captures]
    path.write_bytes(warc(*pages, packed=path.name.lower().endswith(".gz")))
