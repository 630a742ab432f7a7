"""Word documents."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import archives
from index.parsers import docx as parser
from tests.unit.index.parsers.files import (
    assert_parsed_or_refused,
    damaged,
    record_of,
    records_of,
    word,
    words,
    zip_file,
    zip_members,
)

WHOLE = word("One two.", "Three.")


def inside(body: str, whole: bytes = WHOLE) -> bytes:
    """A document with given XML in its body."""
    members = zip_members(whole)
    document = members["word/document.xml"].decode()
    end = document.index("<w:sectPr")
    members["word/document.xml"] = (document[:end] + body + document[end:]).encode()
    return zip_file(members)


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def with_document_type(entities: str, text: str, encoding: str) -> bytes:
    """A document whose XML has entities of its own."""
    members = zip_members(inside(f"<w:p>{run(text)}</w:p>"))
    _, _, document = members["word/document.xml"].decode().partition("?>")
    hostile = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{entities}]>{document}'
    return zip_file(members | {"word/document.xml": hostile.encode(encoding)})


class TestText:
    """Paragraphs and tables in their order."""

    def test_paragraphs_are_parted_by_blank_lines(self):
        """Headings are paragraphs, and empty paragraphs are left out."""

        def change(document):
            document.add_heading("What it means", 1)
            document.add_paragraph("")
            document.add_paragraph("Ships", style="List Bullet")

        assert record_of(".docx", word("One two.", change=change)).text == "One two.\n\nWhat it means\n\nShips"

    def test_a_row_of_a_table_is_a_paragraph(self):
        """Tabs stand between the cells of a row, and a cell of several paragraphs stays in its row."""

        def change(document):
            table = document.add_table(2, 2)
            for row, texts in zip(table.rows, [("Port", "Ships"), ("Baku", "40\nbig")], strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
            document.add_paragraph("After.")

        assert (
            record_of(".docx", word("Before.", change=change)).text
            == "Before.\n\nPort\tShips\n\nBaku\t40 big\n\nAfter."
        )

    def test_line_breaks_and_tabs_are_white_space(self):
        """A break inside a paragraph ends a line."""
        assert record_of(".docx", word("One\ttwo.\nThree.")).text == "One two.\nThree."

    def test_tracked_changes_are_accepted(self):
        """Insertions are read and deletions are not; links and controls keep their words."""
        body = (
            f"<w:p>{run('One ')}<w:ins>{run('new ')}</w:ins><w:del><w:r><w:delText>old </w:delText></w:r></w:del>"
            f"<w:moveFrom>{run('gone ')}</w:moveFrom><w:hyperlink>{run('link')}</w:hyperlink></w:p>"
            f"<w:sdt><w:sdtContent><w:p>{run('In a control.')}</w:p></w:sdtContent></w:sdt>"
        )
        assert record_of(".docx", inside(body)).text.endswith("One new link\n\nIn a control.")

    def test_a_text_box_is_read_once(self):
        """The second copy of a text box, for older programs, is skipped."""
        box = f"<w:txbxContent><w:p>{run('Boxed.')}</w:p></w:txbxContent>"
        names = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        choice = f"<mc:AlternateContent {names}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        text = record_of(".docx", inside(f"<w:p>{run('Around.')}<w:r>{choice}</mc:AlternateContent></w:r></w:p>")).text
        assert text.endswith("Around.\n\nBoxed.")
        assert text.count("Boxed.") == 1

    @settings(max_examples=15)
    @given(words)
    def test_any_words_come_through(self, words):
        """Every word comes through, whatever its characters."""
        assert record_of(".docx", word(" ".join(words))).text.split() == words


class TestMetadata:
    """The document's properties."""

    def test_properties_are_taken_with_their_origin(self):
        """Title, author, language and last change are taken; the day of creation is no publication."""

        def change(document):
            properties = document.core_properties
            properties.title, properties.author, properties.language = "Tea", "Leyla", "az-Latn-AZ"
            properties.created = datetime(2026, 3, 1, 8, tzinfo=UTC)
            properties.modified = datetime(2026, 3, 2, tzinfo=UTC)

        assert record_of(".docx", word("One.", change=change)).metadata == {
            "title": "Tea",
            "author": "Leyla",
            "language": "az",
            "modified": "2026-03-02T00:00:00+00:00",
            "modified_origin": "DOCX property modified",
        }

    def test_what_is_left_of_the_template_is_nothing(self):
        """The author and days of python-docx's template are left out; a title that was set is kept."""

        def change(document):
            document.core_properties.title = "Tea"

        assert record_of(".docx", word("One.")).metadata == {}
        assert record_of(".docx", word("One.", change=change)).metadata == {"title": "Tea"}

    def test_a_document_without_properties_has_none(self):
        """The library's invented title and time are not taken."""
        members = zip_members(WHOLE)
        del members["docProps/core.xml"]
        for name in ("_rels/.rels", "[Content_Types].xml"):
            members[name] = re.sub(rb"<[^<>]*docProps/core.xml[^<>]*>", b"", members[name])
        assert record_of(".docx", zip_file(members)).metadata == {}


class TestSafety:
    """Documents that are broken, or mean harm."""

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "can't be read as DOCX"),
            (b"words", "can't be read as DOCX"),
            (WHOLE[:-100], "can't be read as DOCX"),
            (zip_file({"a.txt": "words"}), "can't be read as DOCX"),
            (archives._MICROSOFT + b"\0" * 600, "encrypted, or of a format older than DOCX"),
        ],
    )
    def test_a_broken_or_encrypted_file_is_refused(self, data, reason):
        """The message says what the file is."""
        with pytest.raises(RefusedError, match=reason):
            records_of(".docx", data)

    def test_a_damaged_member_is_refused(self):
        """A member whose checksum does not fit refuses the document."""
        data = bytearray(WHOLE)
        start = WHOLE.index(b"word/document.xml") + 100
        data[start : start + 40] = bytes(40)
        with pytest.raises(RefusedError, match="can't be read as DOCX"):
            records_of(".docx", bytes(data))

    def test_deep_xml_is_refused(self):
        """Thousands of nested content controls refuse the document."""
        with pytest.raises(RefusedError, match="can't be read as DOCX|nested too deep"):
            records_of(".docx", inside("<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000))

    @pytest.mark.parametrize(("encoding", "reason"), [("utf-8", "has a document type"), ("utf-16", "amplification")])
    def test_entities_do_not_grow(self, encoding, reason):
        """A billion laughs refuse the document, whatever its encoding."""
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        with pytest.raises(RefusedError, match=reason):
            records_of(".docx", with_document_type(f'<!ENTITY l0 "ha">{bomb}', "&l9;", encoding))

    def test_entities_read_no_file(self, tmp_path):
        """An entity that names a file is left out."""
        (tmp_path / "secret").write_text("the secret words")
        data = with_document_type(f'<!ENTITY s SYSTEM "file://{tmp_path}/secret">', "&s;", "utf-16")
        assert record_of(".docx", data).text == "One two.\n\nThree."

    @pytest.mark.parametrize("name", ["word/more.xml", "word/more.bin"])
    def test_parts_too_large_together_are_refused(self, monkeypatch, name):
        """Parts that may be XML are counted whatever their names, before any is parsed; a picture is not."""
        members = zip_members(WHOLE)
        monkeypatch.setattr(parser, "MOST_XML", sum(len(part) for part in members.values() if part.startswith(b"<")))
        assert record_of(".docx", zip_file(members | {"word/picture.png": b"\x89PNG" * 1000})).text
        with pytest.raises(RefusedError, match=r"its parts are larger than 0\.\d+ MB together"):
            records_of(".docx", zip_file(members | {name: b"<a/>"}))

    def test_a_document_by_another_name_is_checked_as_any(self):
        """The type of a part makes it the document, so it is checked under any name."""
        data = with_document_type('<!ENTITY a "b">', "&a;", "utf-8")
        members = zip_members(data)
        members["word/document.bin"] = members.pop("word/document.xml")
        for name in ("[Content_Types].xml", "_rels/.rels"):
            members[name] = members[name].replace(b"word/document.xml", b"word/document.bin")
        rels = members.pop("word/_rels/document.xml.rels")
        with pytest.raises(RefusedError, match="has a document type"):
            records_of(".docx", zip_file(members | {"word/_rels/document.bin.rels": rels}))

    def test_a_picture_of_markup_may_have_a_document_type(self):
        """A picture is never parsed, so it may have a document type."""
        assert record_of(".docx", zip_file(zip_members(WHOLE) | {"word/media/a.svg": "<!DOCTYPE svg><svg/>"})).text

    def test_nothing_is_opened(self, tmp_path, sealed):
        """The parser opens neither a template nor a picture that the document names."""
        members = zip_members(WHOLE)
        rels = members["word/_rels/document.xml.rels"].decode()
        outside = f'<Relationship Id="rX" Type="t" TargetMode="External" Target="file://{tmp_path}/x"/></Relationships>'
        members["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", outside).encode()
        data = zip_file(members)
        record_of(".docx", data)
        sealed.clear()
        assert record_of(".docx", data).text == "One two.\n\nThree."
        assert sealed == []

    @settings(max_examples=30)
    @given(data=damaged(WHOLE) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a document is, it is read or refused."""
        assert_parsed_or_refused(".docx", data)

    @settings(max_examples=30)
    @given(xml=damaged(zip_members(WHOLE)["word/document.xml"]))
    def test_any_xml_inside_is_read_or_refused(self, xml):
        """However broken the main part is, it is read or refused."""
        assert_parsed_or_refused(".docx", zip_file(zip_members(WHOLE) | {"word/document.xml": xml}))
