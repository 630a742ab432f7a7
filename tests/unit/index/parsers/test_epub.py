"""EPUB books."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import epub
from tests.unit.index.parsers.files import book, damaged, one, read, survives, words, zipped

CHAPTERS = {"one.xhtml": "<h1>One</h1><p>It began.</p>", "two.xhtml": "<p>It <b>went</b> on.</p>"}
METADATA = (
    "<dc:title>The Harbour</dc:title><dc:creator>Leyla</dc:creator><dc:creator>Rauf</dc:creator>"
    "<dc:publisher>Caspian Press</dc:publisher><dc:language>en-GB</dc:language><dc:date>2021-03-04</dc:date>"
    '<meta property="dcterms:modified">2022-01-02T03:04:05Z</meta>'
)
WHOLE = zipped(book(CHAPTERS, METADATA))


class TestText:
    """A book is one article."""

    def test_chapters_come_in_reading_order(self):
        """Which is that of the spine, not of the archive."""
        assert one(".epub", WHOLE).text == "One\n\nIt began.\n\nIt went on."
        data = zipped(book(CHAPTERS, order=["two.xhtml", "one.xhtml"]))
        assert one(".epub", data).text == "It went on.\n\nOne\n\nIt began."

    def test_the_table_of_contents_is_no_text(self):
        """Nor is what is no page, such as a picture in the spine."""
        members = book(CHAPTERS | {"nav.xhtml": "<p>Contents</p>", "cover.xhtml": "<p>Cover</p>"})
        opf = str(members["OEBPS/book.opf"]).replace('href="nav.xhtml"', 'href="nav.xhtml" properties="nav"')
        place = opf.index('media-type="application/xhtml+xml"', opf.index("cover.xhtml"))
        opf = opf[:place] + opf[place:].replace("application/xhtml+xml", "image/svg+xml", 1)
        assert one(".epub", zipped(members | {"OEBPS/book.opf": opf})).text == "One\n\nIt began.\n\nIt went on."

    def test_a_name_with_spaces_is_found(self):
        """Written as addresses are."""
        members = book({"a%20b.xhtml": "<p>Words.</p>"})
        members["OEBPS/a b.xhtml"] = members.pop("OEBPS/a%20b.xhtml")
        assert one(".epub", zipped(members)).text == "Words."

    def test_metadata_is_taken_with_its_origin(self):
        """Title, authors, publisher, language, and both days."""
        assert one(".epub", WHOLE).metadata == {
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
        """A year alone is no day."""
        assert "published" not in one(".epub", zipped(book(CHAPTERS, "<dc:date>2021</dc:date>"))).metadata

    @settings(max_examples=30)
    @given(words)
    def test_any_words_come_through(self, words):
        """Whatever characters they are of."""
        text = " ".join(words).replace("&", "&amp;").replace("<", "&lt;")
        assert one(".epub", zipped(book({"one.xhtml": f"<meta charset='utf-8'/><p>{text}</p>"}))).text.split() == words


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
        """With what is missing."""
        with pytest.raises(RefusedError, match=reason):
            read(".epub", zipped(members))

    def test_encrypted_chapters_are_refused(self):
        """Scrambled fonts are not: many books have them."""

        def locked(name: str) -> bytes:
            xml = f'<encryption><EncryptedData><CipherReference URI="{name}"/></EncryptedData></encryption>'
            return zipped(book(CHAPTERS) | {"META-INF/encryption.xml": xml})

        assert one(".epub", locked("OEBPS/font.otf")).text
        with pytest.raises(RefusedError, match="encrypted"):
            read(".epub", locked("OEBPS/one.xhtml"))

    @pytest.mark.parametrize("href", ["../../secret", "/etc/passwd", "..%2f..%2fsecret", "C:/secret"])
    def test_a_chapter_outside_of_the_book_is_refused(self, href):
        """However its path is written."""
        members = book({"one.xhtml": "<p>Words.</p>"})
        opf = str(members["OEBPS/book.opf"]).replace('href="one.xhtml"', f'href="{href}"')
        with pytest.raises(RefusedError, match='lies outside of it|holds no "OEBPS/C:/secret"'):
            read(".epub", zipped(members | {"OEBPS/book.opf": opf}))

    @pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf"])
    def test_entities_are_refused(self, tmp_path, name):
        """Those that grow, and those of a file."""
        (tmp_path / "secret").write_text("the secret words")
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        for entities in (f'<!ENTITY l0 "ha">{bomb}', f'<!ENTITY l9 SYSTEM "file://{tmp_path}/secret">'):
            members = book(CHAPTERS, METADATA)
            members[name] = f"<!DOCTYPE x [{entities}]>" + str(members[name]).replace("Harbour", "&l9;")
            with pytest.raises(RefusedError, match="can't be read as EPUB"):
                read(".epub", zipped(members))

    def test_deep_xml_is_refused(self):
        """In a chapter as in a page; what describes the book may be as deep as it likes."""
        with pytest.raises(RefusedError, match="nested too deep"):
            read(".epub", zipped(book({"one.xhtml": "<div>" * 5000})))
        survives(".epub", zipped(book(CHAPTERS, "<a>" * 50_000 + "</a>" * 50_000)))

    def test_a_book_too_long_is_refused(self, monkeypatch):
        """With the bound in the sentence: of chapters and of characters."""
        monkeypatch.setattr(epub, "MOST_TEXT", 10)
        with pytest.raises(RefusedError, match="more than 10 characters"):
            read(".epub", WHOLE)
        monkeypatch.setattr(epub, "MOST_CHAPTERS", 1)
        with pytest.raises(RefusedError, match="it has 2 chapters, more than 1"):
            read(".epub", WHOLE)

    @pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf"])
    def test_a_description_too_large_is_refused(self, monkeypatch, name):
        """Before it is read as XML."""
        members = book(CHAPTERS)
        monkeypatch.setattr(epub, "LARGEST_XML", 2_000)
        assert one(".epub", zipped(members)).text
        with pytest.raises(RefusedError, match=f'its member "{name}" is larger than 0.002 MB'):
            read(".epub", zipped(members | {name: str(members[name]) + " " * 2_000}))

    def test_nothing_is_opened(self, sealed):
        """The archive is read where it lies in memory."""
        one(".epub", WHOLE)
        sealed.clear()
        one(".epub", WHOLE)
        assert sealed == []

    @settings(max_examples=60)
    @given(data=damaged(WHOLE) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a book is."""
        survives(".epub", data)

    @settings(max_examples=60)
    @given(opf=damaged(str(book(CHAPTERS, METADATA)["OEBPS/book.opf"]).encode()))
    def test_any_description_is_read_or_refused(self, opf):
        """However broken it is."""
        survives(".epub", zipped(book(CHAPTERS) | {"OEBPS/book.opf": opf}))
