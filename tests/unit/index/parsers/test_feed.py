"""RSS and Atom files, and the other documents that an .xml file may hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import BadRecord, Record, feed
from tests.newsstand import sitemap
from tests.unit.index.parsers.files import assert_parsed_or_refused, damaged, record_of, records_of, words
from tests.unit.index.unicode_texts import any_text

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Caspian Post</title><language>en-gb</language>
<item><title>Tea &amp;amp; milk</title><link>https://x.example/tea</link><guid isPermaLink="false">tea-1</guid>
<pubDate>Mon, 23 Nov 2026 12:00:00 +0400</pubDate><dc:creator>Leyla Quliyeva</dc:creator>
<description>Short.</description>
<content:encoded><![CDATA[<p>One <b>two</b>.</p><p>Three.</p><script>x()</script>]]></content:encoded></item>
<item><title>Milk</title><link>https://x.example/milk</link><description>&lt;p&gt;Four.&lt;/p&gt;</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="az">
<title type="html">The &lt;i&gt;Paper&lt;/i&gt;</title><entry><id>tag:x.example,2026:1</id><title>Çay</title>
<link rel="alternate" href="https://x.example/1"/>
<published>2026-11-01T00:00:00Z</published>
<updated>2026-11-02T10:00:00+04:00</updated><author><name>Rauf</name>
</author><author><name>Leyla</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Bir &amp; <b>iki</b>.</p></div></content></entry>
<entry><id>tag:x.example,2026:2</id><title>Plain</title><updated>2026-11-02T10:00:00Z</updated>
<content type="text">a &lt; b
and c</content></entry></feed>"""


class TestEntries:
    """Each entry is an article."""

    def test_an_rss_item_is_read(self):
        """The content counts more than the description, the feed's title is the source, and markup is taken off."""
        first, second = records_of(".rss", RSS.encode())
        assert first == Record(
            "One two.\n\nThree.",
            {
                "title": "Tea & milk",
                "url": "https://x.example/tea",
                "author": "Leyla Quliyeva",
                "source": "Caspian Post",
                "language": "en",
                "published": "2026-11-23T08:00:00+00:00",
                "published_origin": "feed",
            },
            1,
            "tea-1",
        )
        assert (second.text, second.key) == ("Four.", "https://x.example/milk")
        assert "published" not in second.metadata

    def test_an_atom_entry_is_read(self):
        """An entry gives both of its days and all of its authors; its content may be of any type."""
        first, second = records_of(".atom", ATOM.encode())
        assert first == Record(
            "Bir & iki.",
            {
                "title": "Çay",
                "url": "https://x.example/1",
                "author": "Rauf, Leyla",
                "source": "The Paper",
                "language": "az",
                "published": "2026-11-01T00:00:00+00:00",
                "published_origin": "feed",
                "modified": "2026-11-02T06:00:00+00:00",
                "modified_origin": "feed",
            },
            1,
            "tag:x.example,2026:1",
        )
        assert second.text == "a < b\nand c"

    def test_a_feed_without_entries_is_an_empty_record(self):
        """An empty record withdraws the article that the file held before."""
        assert record_of(".rss", b"<rss version='2.0'><channel><title>T</title></channel></rss>") == Record("")

    def test_an_entry_that_can_not_be_read_does_not_stop_the_others(self):
        """The bad entry gives its reason and its number."""
        deep = RSS.replace("<p>One", "<div>" * 1000 + "<p>One")
        wrong, good = records_of(".rss", deep.encode())
        assert wrong == BadRecord("it is nested too deep", 1)
        assert good.text == "Four."

    @given(words)
    def test_the_words_of_an_entry_come_through(self, words):
        """Every word comes through, whatever its characters."""
        escaped = " ".join(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        twice = escaped.replace("&", "&amp;")
        data = f"<rss version='2.0'><channel><item><description>{twice}</description></item></channel></rss>"
        assert record_of(".rss", data.encode()).text.split() == words


class TestXml:
    """The first element of a file says what it is, whatever its name."""

    @pytest.mark.parametrize("suffix", [".rss", ".atom", ".xml"])
    def test_feeds_are_recognised_by_their_first_element(self, suffix):
        """The first element counts, after a declaration, comments and a document type."""
        data = RSS.replace("<rss", "<!-- <html> --><!DOCTYPE rss><rss").encode()
        assert len(records_of(suffix, data)) == 2

    @pytest.mark.parametrize("element", ["urlset", "sitemapindex"])
    def test_a_sitemap_is_refused_with_the_command_that_reads_it(self, element):
        """The message names the command that brings the pages of a sitemap."""
        with pytest.raises(RefusedError, match="holds addresses and no text; rag import FILE brings its pages"):
            records_of(".xml", sitemap(("https://x.example/a", "2026-11-23"), element=element))

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"<svg><text>x</text></svg>", 'its first element is "svg"'),
            (b"words", "no first element"),
            (b"", "no first"),
        ],
    )
    def test_other_xml_is_refused(self, data, reason):
        """The message says what the file is."""
        with pytest.raises(RefusedError, match=reason):
            records_of(".xml", data)


class TestSafety:
    """Feeds that are broken, or mean harm."""

    @pytest.mark.parametrize("cut", [-20, RSS.index("<item><title>Milk")])
    def test_a_feed_that_breaks_off_gives_what_is_before(self, cut):
        """The entries before the break are given; then the file is refused."""
        records = feed.parse(RSS[:cut].encode())
        assert next(records).text == "One two.\n\nThree."
        with pytest.raises(RefusedError, match="it is not XML"):
            list(records)

    def test_entities_do_not_grow(self):
        """A billion laughs stay a few characters, or the feed is refused."""
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        data = RSS.replace("<rss", f'<!DOCTYPE rss [<!ENTITY l0 "ha">{bomb}]><rss', 1).replace("Short.", "&l9;")
        records = feed.parse(data.replace("<p>Three", "&l9;<p>Three").encode())
        with pytest.raises(RefusedError, match="it is not XML"):
            assert all(len(record.text) < 1000 for record in records)

    def test_nothing_that_a_feed_names_is_opened(self, tmp_path, sealed):
        """The parser opens neither a file nor an address."""
        (tmp_path / "secret").write_text("the secret words")
        here = f"file://{tmp_path}/secret"
        records_of(".rss", RSS.encode())  # what is imported is there
        sealed.clear()
        doctype = f'<?xml-stylesheet href="{here}"?><!DOCTYPE rss SYSTEM "{here}" [<!ENTITY x SYSTEM "{here}">]><rss'
        for data in (RSS.replace("<rss", doctype, 1).replace("Short.", "&x;"), here, "http://127.0.0.1:9/feed"):
            for record in feed.parse_feed(data.encode())["entries"]:
                assert "secret words" not in str(record)
        assert sealed == []

    def test_comments_that_nothing_closes_take_no_time(self):
        """Many comments take no time, closed or not."""
        for comment in (b"<!--", b"<!-- -->"):
            with pytest.raises(RefusedError, match="no first element"):
                records_of(".xml", comment * 25_000)

    def test_a_large_feed_is_refused(self):
        """The message names the bound."""
        with pytest.raises(RefusedError, match="larger than 10 MB"):
            records_of(".rss", b"<rss>" + b" " * feed.LARGEST_FEED)

    def test_deep_xml_is_survived(self):
        """Elements nested thousands deep are survived; too many are refused."""
        assert_parsed_or_refused(".rss", b"<rss><channel>" + b"<item>" * 3000)
        assert_parsed_or_refused(".atom", b"<feed>" + b"<a>" * 3000)
        with pytest.raises(RefusedError, match="more than 500,000 tags"):
            records_of(".rss", b"<rss><channel>" + b"<item>" * feed.MOST_TAGS)

    @settings(max_examples=50)
    @given(data=damaged(RSS.encode()) | damaged(ATOM.encode()) | any_text.map(str.encode) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a feed is, it is read or refused."""
        assert_parsed_or_refused(".rss", data)
        assert_parsed_or_refused(".xml", b"<rss><channel><item>" + data)
