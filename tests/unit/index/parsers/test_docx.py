"""Word documents."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import archives as packed
from index.parsers import docx as parser
from tests.unit.index.parsers.files import damaged, one, read, survives, unzipped, word, words, zipped

WHOLE = word("One two.", "Three.")


def inside(body: str, whole: bytes = WHOLE) -> bytes:
    """A document with XML of one's own in its body."""
    members = unzipped(whole)
    document = members["word/document.xml"].decode()
    place = document.index("<w:sectPr")
    members["word/document.xml"] = (document[:place] + body + document[place:]).encode()
    return zipped(members)


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def with_document_type(entities: str, text: str, encoding: str) -> bytes:
    """A document whose XML has entities of its own."""
    members = unzipped(inside(f"<w:p>{run(text)}</w:p>"))
    _, _, document = members["word/document.xml"].decode().partition("?>")
    hostile = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{entities}]>{document}'
    return zipped(members | {"word/document.xml": hostile.encode(encoding)})


class TestText:
    """Paragraphs and tables, in their order."""

    def test_paragraphs_are_parted_by_blank_lines(self):
        """Headings are paragraphs, empty ones are none."""

        def change(document):
            document.add_heading("What it means", 1)
            document.add_paragraph("")
            document.add_paragraph("Ships", style="List Bullet")

        assert one(".docx", word("One two.", change=change)).text == "One two.\n\nWhat it means\n\nShips"

    def test_a_row_of_a_table_is_a_paragraph(self):
        """Its cells are parted by tabs, and what a cell holds stays in its row."""

        def change(document):
            table = document.add_table(2, 2)
            for row, texts in zip(table.rows, [("Port", "Ships"), ("Baku", "40\nbig")], strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
            document.add_paragraph("After.")

        assert one(".docx", word("Before.", change=change)).text == "Before.\n\nPort\tShips\n\nBaku\t40 big\n\nAfter."

    def test_line_breaks_and_tabs_are_white_space(self):
        """A break inside a paragraph ends a line."""
        assert one(".docx", word("One\ttwo.\nThree.")).text == "One two.\nThree."

    def test_tracked_changes_are_taken_as_made(self):
        """What was put in is there, what was taken out is not, and links and controls hold their words."""
        body = (
            f"<w:p>{run('One ')}<w:ins>{run('new ')}</w:ins><w:del><w:r><w:delText>old </w:delText></w:r></w:del>"
            f"<w:moveFrom>{run('gone ')}</w:moveFrom><w:hyperlink>{run('link')}</w:hyperlink></w:p>"
            f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        )
        assert one(".docx", inside(body)).text.endswith("One new link\n\nIn a control.")

    def test_a_text_box_is_read_once(self):
        """Though it is written twice, for older programs."""
        box = f"<w:txbxContent><w:p>{run('Boxed.')}</w:p></w:txbxContent>"
        names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        choice = f"<mc:AlternateContent {names}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        text = one(".docx", inside(f"<w:p>{run('Around.')}<w:r>{choice}</mc:AlternateContent></w:r></w:p>")).text
        assert text.endswith("Around.\n\nBoxed.")
        assert text.count("Boxed.") == 1

    @settings(max_examples=15)
    @given(words)
    def test_any_words_come_through(self, words):
        """Whatever characters they are of."""
        assert one(".docx", word(" ".join(words))).text.split() == words


class TestMetadata:
    """What the document's properties say."""

    def test_properties_are_taken_with_their_origin(self):
        """Title, author, language, and the day of the last change; when the file was created is no publication."""

        def change(document):
            told = document.core_properties
            told.title, told.author, told.language = "Tea", "Leyla", "az-Latn-AZ"
            told.created, told.modified = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)

        assert one(".docx", word("One.", change=change)).metadata == {
            "title": "Tea",
            "author": "Leyla",
            "language": "az",
            "modified": "2026-03-02T00:00:00+00:00",
            "modified_origin": "DOCX property modified",
        }

    def test_what_is_left_of_the_template_is_nothing(self):
        """Neither the author nor the days that python-docx writes are the document's; a title that was set is."""

        def change(document):
            document.core_properties.title = "Tea"

        assert one(".docx", word("One.")).metadata == {}
        assert one(".docx", word("One.", change=change)).metadata == {"title": "Tea"}

    def test_a_document_without_properties_has_none(self):
        """The library would give it a title and the time of reading."""
        members = unzipped(WHOLE)
        del members["docProps/core.xml"]
        for name in ("_rels/.rels", "[Content_Types].xml"):
            members[name] = re.sub(rb"<[^<>]*docProps/core.xml[^<>]*>", b"", members[name])
        assert one(".docx", zipped(members)).metadata == {}


class TestSafety:
    """Documents that are broken, or mean harm."""

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "can't be read as DOCX"),
            (b"words", "can't be read as DOCX"),
            (WHOLE[:-100], "can't be read as DOCX"),
            (zipped({"a.txt": "words"}), "can't be read as DOCX"),
            (packed._MICROSOFT + b"\0" * 600, "encrypted, or of a format older than DOCX"),
        ],
    )
    def test_a_broken_or_encrypted_file_is_refused(self, data, reason):
        """With what it is."""
        with pytest.raises(RefusedError, match=reason):
            read(".docx", data)

    def test_a_damaged_member_is_refused(self):
        """Its checksum says so."""
        data = bytearray(WHOLE)
        start = WHOLE.index(b"word/document.xml") + 100
        data[start : start + 40] = bytes(40)
        with pytest.raises(RefusedError, match="can't be read as DOCX"):
            read(".docx", bytes(data))

    def test_deep_xml_is_refused(self):
        """Content controls in content controls."""
        with pytest.raises(RefusedError, match="can't be read as DOCX|nested too deep"):
            read(".docx", inside("<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000))

    @pytest.mark.parametrize(("encoding", "reason"), [("utf-8", "has a document type"), ("utf-16", "amplification")])
    def test_entities_do_not_grow(self, encoding, reason):
        """A billion laughs refuse the document, in whatever encoding they hide."""
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        with pytest.raises(RefusedError, match=reason):
            read(".docx", with_document_type(f'<!ENTITY l0 "ha">{bomb}', "&l9;", encoding))

    def test_entities_read_no_file(self, tmp_path):
        """What they stand for is left out."""
        (tmp_path / "secret").write_text("the secret words")
        data = with_document_type(f'<!ENTITY s SYSTEM "file://{tmp_path}/secret">', "&s;", "utf-16")
        assert one(".docx", data).text == "One two.\n\nThree."

    @pytest.mark.parametrize("name", ["word/more.xml", "word/more.bin"])
    def test_parts_too_large_together_are_refused(self, monkeypatch, name):
        """Before any is read as XML, whatever they are called; a picture is none."""
        members = unzipped(WHOLE)
        monkeypatch.setattr(parser, "MOST_XML", sum(len(part) for part in members.values() if part.startswith(b"<")))
        assert one(".docx", zipped(members | {"word/picture.png": b"\x89PNG" * 1000})).text
        with pytest.raises(RefusedError, match=r"its parts are larger than 0\.\d+ MB together"):
            read(".docx", zipped(members | {name: b"<a/>"}))

    def test_a_document_by_another_name_is_checked_as_any(self):
        """Its type makes it one."""
        data = with_document_type('<!ENTITY a "b">', "&a;", "utf-8")
        members = unzipped(data)
        members["word/document.bin"] = members.pop("word/document.xml")
        for name in ("[Content_Types].xml", "_rels/.rels"):
            members[name] = members[name].replace(b"word/document.xml", b"word/document.bin")
        rels = members.pop("word/_rels/document.xml.rels")
        with pytest.raises(RefusedError, match="has a document type"):
            read(".docx", zipped(members | {"word/_rels/document.bin.rels": rels}))

    def test_a_picture_of_markup_may_have_a_document_type(self):
        """It is never read."""
        assert one(".docx", zipped(unzipped(WHOLE) | {"word/media/a.svg": "<!DOCTYPE svg><svg/>"})).text

    def test_nothing_is_opened(self, tmp_path, sealed):
        """Neither a template nor a picture that is named from outside."""
        members = unzipped(WHOLE)
        rels = members["word/_rels/document.xml.rels"].decode()
        outside = f'<Relationship Id="rX" Type="t" TargetMode="External" Target="file://{tmp_path}/x"/></Relationships>'
        members["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", outside).encode()
        data = zipped(members)
        one(".docx", data)
        sealed.clear()
        assert one(".docx", data).text == "One two.\n\nThree."
        assert sealed == []

    @settings(max_examples=30)
    @given(data=damaged(WHOLE) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a document is."""
        survives(".docx", data)

    @settings(max_examples=30)
    @given(xml=damaged(unzipped(WHOLE)["word/document.xml"]))
    def test_any_xml_inside_is_read_or_refused(self, xml):
        """However broken its main part is."""
        survives(".docx", zipped(unzipped(WHOLE) | {"word/document.xml": xml}))
