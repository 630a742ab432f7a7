"""EPUB books."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import epub
from tests.unit.index.parsers.files import (
    assert_parsed_or_refused,
    book,
    damaged,
    record_of,
    records_of,
    words,
    zip_file,
)

CHAPTERS = {"one.xhtml": "<h1>One</h1><p>It began.</p>", "two.xhtml": "<p>It <b>went</b> on.</p>"}
METADATA = (
    "<dc:title>The Harbour</dc:title><dc:creator>Leyla</dc:creator><dc:creator>Rauf</dc:creator>"
    "<dc:publisher>Caspian Press</dc:publisher><dc:language>en-GB</dc:language><dc:date>2021-03-04</dc:date>"
    '<meta property="dcterms:modified">2022-01-02T03:04:05Z</meta>'
)
WHOLE = zip_file(book(CHAPTERS, METADATA))


class TestText:
    """A book is one article."""

    def test_chapters_come_in_reading_order(self):
        """The reading order is that of the spine, not of the archive."""
        assert record_of(".epub", WHOLE).text == "One\n\nIt began.\n\nIt went on."
        data = zip_file(book(CHAPTERS, order=["two.xhtml", "one.xhtml"]))
        assert record_of(".epub", data).text == "It went on.\n\nOne\n\nIt began."

    def test_the_table_of_contents_is_no_text(self):
        """The table of contents is left out, and so is a picture in the spine."""
        members = book(CHAPTERS | {"nav.xhtml": "<p>Contents</p>", "cover.xhtml": "<p>Cover</p>"})
        opf = str(members["OEBPS/book.opf"]).replace('href="nav.xhtml"', 'href="nav.xhtml" properties="nav"')
        position = opf.index('media-type="application/xhtml+xml"', opf.index("cover.xhtml"))
        opf = opf[:position] + opf[position:].replace("application/xhtml+xml", "image/svg+xml", 1)
        assert record_of(".epub", zip_file(members | {"OEBPS/book.opf": opf})).text == "One\n\nIt began.\n\nIt went on."

    def test_a_name_with_spaces_is_found(self):
        """A name that is percent-encoded is decoded."""
        members = book({"a%20b.xhtml": "<p>Words.</p>"})
        members["OEBPS/a b.xhtml"] = members.pop("OEBPS/a%20b.xhtml")
        assert record_of(".epub", zip_file(members)).text == "Words."

    def test_metadata_is_taken_with_its_origin(self):
        """Title, authors, publisher, language and both days are taken."""
        assert record_of(".epub", WHOLE).metadata == {
            "title": "The Harbour",
            "author": "Leyla, Rauf",
            "source": "Caspian Press",
            "language": "en",
            "published": "2021-03-04",
            "published_origin": "EPUB dc:date",
            "modified": "2022-01-02T03:04:05+00:00",
            "modified_origin": "EPUB dcterms:modified",
        }

    def test_a_day_that_is_none_is_left_out(self):
        """A year alone is not a day."""
        assert "published" not in record_of(".epub", zip_file(book(CHAPTERS, "<dc:date>2021</dc:date>"))).metadata

    @settings(max_examples=30)
    @given(words)
    def test_any_words_come_through(self, words):
        """Every word comes through, whatever its characters."""
        text = " ".join(words).replace("&", "&amp;").replace("<", "&lt;")
        assert (
            record_of(".epub", zip_file(book({"one.xhtml": f"<meta charset='utf-8'/><p>{text}</p>"}))).text.split()
            == words
        )


class TestSafety:
    """Books that are broken, or mean harm."""

    @pytest.mark.parametrize(
        ("members", "reason"),
        [
            ({"a.txt": "words"}, 'it holds no "META-INF/container.xml"'),
            ({"META-INF/container.xml": "<container/>"}, "names no book"),
            ({"META-INF/container.xml": "words"}, "can't be read as EPUB"),
            (book(CHAPTERS) | {"OEBPS/book.opf": "<package>"}, "can't be read as EPUB"),
            ({name: data for name, data in book(CHAPTERS).items() if "two" not in name}, 'holds no "OEBPS/two.xhtml"'),
        ],
    )
    def test_a_broken_book_is_refused(self, members, reason):
        """The message says what is missing."""
        with pytest.raises(RefusedError, match=reason):
            records_of(".epub", zip_file(members))

    def test_encrypted_chapters_are_refused(self):
        """Encrypted chapters refuse a book; scrambled fonts, which many books have, do not."""

        def with_encrypted(name: str) -> bytes:
            xml = f'<encryption><EncryptedData><CipherReference URI="{name}"/></EncryptedData></encryption>'
            return zip_file(book(CHAPTERS) | {"META-INF/encryption.xml": xml})

        assert record_of(".epub", with_encrypted("OEBPS/font.otf")).text
        with pytest.raises(RefusedError, match="encrypted"):
            records_of(".epub", with_encrypted("OEBPS/one.xhtml"))

    @pytest.mark.parametrize("href", ["../../secret", "/etc/passwd", "..%2f..%2fsecret", "C:/secret"])
    def test_a_chapter_outside_of_the_book_is_refused(self, href):
        """A path that leads outside is refused, however it is written."""
        members = book({"one.xhtml": "<p>Words.</p>"})
        opf = str(members["OEBPS/book.opf"]).replace('href="one.xhtml"', f'href="{href}"')
        with pytest.raises(RefusedError, match='lies outside of it|holds no "OEBPS/C:/secret"'):
            records_of(".epub", zip_file(members | {"OEBPS/book.opf": opf}))

    @pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf"])
    def test_entities_are_refused(self, tmp_path, name):
        """Entities that expand and entities that name a file are refused."""
        (tmp_path / "secret").write_text("the secret words")
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        for entities in (f'<!ENTITY l0 "ha">{bomb}', f'<!ENTITY l9 SYSTEM "file://{tmp_path}/secret">'):
            members = book(CHAPTERS, METADATA)
            members[name] = f"<!DOCTYPE x [{entities}]>" + str(members[name]).replace("Harbour", "&l9;")
            with pytest.raises(RefusedError, match="can't be read as EPUB"):
                records_of(".epub", zip_file(members))

    def test_deep_xml_is_refused(self):
        """A chapter may be as deep as a page; the description of the book may be deeper."""
        with pytest.raises(RefusedError, match="nested too deep"):
            records_of(".epub", zip_file(book({"one.xhtml": "<div>" * 5000})))
        assert_parsed_or_refused(".epub", zip_file(book(CHAPTERS, "<a>" * 50_000 + "</a>" * 50_000)))

    def test_a_book_too_long_is_refused(self, monkeypatch):
        """The message names the bound, of chapters or of characters."""
        monkeypatch.setattr(epub, "MOST_TEXT", 10)
        with pytest.raises(RefusedError, match="more than 10 characters"):
            records_of(".epub", WHOLE)
        monkeypatch.setattr(epub, "MOST_CHAPTERS", 1)
        with pytest.raises(RefusedError, match="it has 2 chapters, more than 1"):
            records_of(".epub", WHOLE)

    @pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf"])
    def test_a_description_too_large_is_refused(self, monkeypatch, name):
        """A description that is too large is refused before it is parsed."""
        members = book(CHAPTERS)
        monkeypatch.setattr(epub, "LARGEST_XML", 2_000)
        assert record_of(".epub", zip_file(members)).text
        with pytest.raises(RefusedError, match=f'its member "{name}" is larger than 0.002 MB'):
            records_of(".epub", zip_file(members | {name: str(members[name]) + " " * 2_000}))

    def test_nothing_is_opened(self, sealed):
        """The archive is parsed from memory."""
        record_of(".epub", WHOLE)
        sealed.clear()
        record_of(".epub", WHOLE)
        assert sealed == []

    @settings(max_examples=60)
    @given(data=damaged(WHOLE) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a book is, it is read or refused."""
        assert_parsed_or_refused(".epub", data)

    @settings(max_examples=60)
    @given(opf=damaged(str(book(CHAPTERS, METADATA)["OEBPS/book.opf"]).encode()))
    def test_any_description_is_read_or_refused(self, opf):
        """However broken the description is, the book is read or refused."""
        assert_parsed_or_refused(".epub", zip_file(book(CHAPTERS) | {"OEBPS/book.opf": opf}))
