"""The links of feeds and sitemaps, with their dates."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers.xml import document_type
from index.web_import import links as listing
from index.web_import.links import Link, feed_links, newest, sitemap_links
from tests.unit.index.unicode_texts import any_text

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
<item><title>One</title><link>https://news.example/1</link><pubDate>Mon, 23 Nov 2026 11:00:00 GMT</pubDate></item>
<item><title>Two</title><guid>https://news.example/2</guid></item>
<item><title>None</title></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>
<entry><link href="/1"/><published>2026-11-22T10:00:00Z</published><updated>2026-11-23T11:00:00Z</updated></entry>
</feed>"""
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?><!-- <rss> -->
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://news.example/1 </loc><lastmod>2026-11-23T15:00:00+04:00</lastmod>
<n:news><n:publication_date>2026-11-22</n:publication_date></n:news>
<image:image><image:loc>https://news.example/1.png</image:loc></image:image></url>
<url><loc>https://news.example/2</loc><lastmod>yesterday</lastmod></url><url><lastmod>2026-11-23</lastmod></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example/a.xml</loc><lastmod>2026-11-23</lastmod></sitemap></sitemapindex>"""
ENCODINGS = [f'<?xml version="1.0" encoding="{name}"?><urlset/>'.encode() for name in ("nosuch", "big5", "utf-7")]


class TestDocumentTypes:
    """The first element of a document tells its type."""

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (RSS, "feed"),
            (ATOM, "feed"),
            (b'<rdf:RDF xmlns:rdf="x">', "feed"),
            (SITEMAP, "sitemap"),
            (INDEX, "index"),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<sm:urlset>", "sitemap"),
            (b"<!doctype html><html><body><rss>", "other"),
            (b"<p>words</p>", "other"),
            (b"words", "other"),
            (b"", "other"),
            (b"\x1f\x8b\x08", "other"),
        ],
    )
    def test_the_first_element_decides(self, data, expected):
        """Comments, declarations and prefixes before it do not matter."""
        assert document_type(data) == expected


class TestFeeds:
    """RSS and Atom."""

    def test_rss_items_are_links(self):
        """Each item gives a link with its date; one without an address is skipped."""
        assert feed_links(RSS) == [
            Link("https://news.example/1", "2026-11-23T11:00:00+00:00", None, "feed"),
            Link("https://news.example/2", None, None, "feed"),
        ]

    def test_atom_entries_are_links(self):
        """An entry gives both dates; a relative address is resolved against that of the feed."""
        assert feed_links(ATOM, "https://news.example/atom.xml") == [
            Link("https://news.example/1", "2026-11-22T10:00:00+00:00", "2026-11-23T11:00:00+00:00", "feed")
        ]

    def test_a_feed_opens_nothing(self, tmp_path):
        """A feed whose bytes are the name of a file is not read from that file."""
        (tmp_path / "feed.xml").write_bytes(RSS)
        with suppress(RefusedError):
            assert feed_links(str(tmp_path / "feed.xml").encode()) == []

    def test_entities_do_not_grow(self):
        """Entities within entities are not expanded."""
        bomb = b'<!DOCTYPE rss [<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
        links = feed_links(bomb + b"<rss><channel><item><link>https://news.example/&b;</link></item></channel></rss>")
        assert all(len(link.url) < 1000 for link in links)

    def test_a_feed_that_breaks_the_library_is_refused(self):
        """A reference to a character that does not exist makes the library fail, and the feed is refused."""
        with pytest.raises(RefusedError, match="can't be read"):
            feed_links(RSS.replace(b"One", b"&#x110000;"))

    @given(data=any_text.map(str.encode) | st.binary(max_size=200), cut=st.integers(0, len(RSS)))
    def test_any_bytes_are_read_or_refused(self, data, cut):
        """Any bytes give a list of links or a refusal."""
        for hostile in (data, RSS[:cut] + data + RSS[cut:]):
            with suppress(RefusedError):
                assert all(isinstance(link.url, str) and link.url for link in feed_links(hostile))


class TestSitemaps:
    """Sitemaps, and indexes of them."""

    def test_a_page_has_its_days(self):
        """The news date is `published`, lastmod is `modified`; invalid dates and images are ignored."""
        assert sitemap_links(SITEMAP) == [
            Link("https://news.example/1", "2026-11-22", "2026-11-23T15:00:00+04:00", "sitemap"),
            Link("https://news.example/2", None, None, "sitemap"),
        ]

    def test_an_index_names_sitemaps(self):
        """The sitemaps of an index have the form of links."""
        assert sitemap_links(INDEX) == [Link("https://news.example/a.xml", None, "2026-11-23", "sitemap")]

    @pytest.mark.parametrize(
        "doctype",
        [
            b'<!DOCTYPE urlset [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>',
            b'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE urlset SYSTEM "http://127.0.0.1/x.dtd">',
        ],
    )
    def test_a_document_type_is_refused(self, doctype):
        """Entities are not expanded, and no file or address is read through them."""
        with pytest.raises(RefusedError, match="document type"):
            sitemap_links(doctype + b"<urlset><url><loc>&b;</loc></url></urlset>")

    @pytest.mark.parametrize(
        "broken", [b"", b"<urlset>", b"<urlset><url></urlset>", SITEMAP[:-3], b"\xff<urlset/>", *ENCODINGS]
    )
    def test_what_is_not_xml_is_refused(self, broken):
        """The refusal gives the parser's reason."""
        with pytest.raises(RefusedError, match="it is not XML"):
            sitemap_links(broken)

    @pytest.mark.parametrize("data", [b"<a>" * 30 + b"</a>" * 30, b"<urlset>" + b"<a/>" * 99 + b"</urlset>"])
    def test_what_no_sitemap_is_like_is_refused(self, data, monkeypatch):
        """Elements nested too deep, or too many of them, are refused."""
        monkeypatch.setattr(listing, "_ELEMENTS", 50)
        with pytest.raises(RefusedError, match="too deep, or holds too much"):
            sitemap_links(data)

    @given(data=any_text.map(str.encode) | st.binary(max_size=200), cut=st.integers(0, len(SITEMAP)))
    def test_any_bytes_are_read_or_refused(self, data, cut):
        """Any bytes give a list of links or a refusal."""
        for hostile in (data, SITEMAP[:cut] + data + SITEMAP[cut:]):
            with suppress(RefusedError):
                sitemap_links(hostile)


class TestNewest:
    """The selection of the newest links."""

    LINKS = (Link("b", "2026-11-21"), Link("c", "2026-11-20", "2026-11-23"), Link("a"), Link("d", "2026-11-22"))

    def test_the_newest_come_first(self):
        """Links are sorted by the later of their dates; those without one come last, in their order."""
        assert [link.url for link in newest([Link("z"), *self.LINKS], 9)] == ["c", "d", "b", "z", "a"]

    def test_no_more_than_the_limit(self):
        """The oldest are left out."""
        assert [link.url for link in newest(self.LINKS, 2)] == ["c", "d"]

    def test_none_of_a_day_before(self):
        """Links of that day and links without a date are kept."""
        assert [link.url for link in newest(self.LINKS, 9, date(2026, 11, 22))] == ["c", "d", "a"]

    def test_an_address_counts_once(self):
        """A list may name an address several times."""
        assert len(newest([Link("a"), Link("a"), Link("b")], 2)) == 2
