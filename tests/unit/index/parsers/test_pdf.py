"""PDF files."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject

from index.errors import RefusedError
from index.parsers import pdf as parser
from tests.unit.index.parsers.files import (
    ARTICLE,
    assert_parsed_or_refused,
    damaged,
    pdf,
    record_of,
    records_of,
    with_content,
)

WHOLE = pdf(ARTICLE, ["The second page."])


def stream(data: bytes) -> DecodedStreamObject:
    result = DecodedStreamObject()
    result.set_data(data)
    return result


def encrypted(user: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(WHOLE))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestText:
    """The text layer."""

    def test_lines_are_joined_to_paragraphs(self):
        """A sentence that is wrapped at the edge of the page is joined, and pages follow each other."""
        text = record_of(".pdf", WHOLE).text
        assert text.split() == " ".join([*ARTICLE, "The second page."]).split()
        assert "\n" not in text[: len(ARTICLE[0])]
        assert text.endswith("\n\nThe second page.")

    def test_a_short_line_ends_its_paragraph(self):
        """A heading is a paragraph of its own."""
        text = record_of(".pdf", pdf(["What it means", *ARTICLE[:1]])).text
        assert text == f"What it means\n\n{ARTICLE[0]}"

    def test_a_word_that_was_parted_at_a_line_s_end_is_whole(self):
        """Hyphens and soft hyphens at a line's end are removed; a hyphen inside a line stays."""
        text = "The inter-\nnational well-known\nsea\xad\nports of the years 1990-\n2000 to 2020."
        assert parser.join_lines(text) == "The international well-known seaports of the years 1990- 2000 to 2020."

    def test_letters_beyond_latin_are_read(self):
        """Letters of an embedded font are read."""
        text = "Qarabağ şəhərində çay içdilər. Президент прибыл в Баку."
        assert record_of(".pdf", pdf([text], font="DejaVuSans")).text == text

    @settings(max_examples=25)
    @given(st.lists(st.from_regex(r"[a-zA-Zà-öø-ÿ0-9,.;:!?]{1,9}", fullmatch=True), min_size=1, max_size=30))
    def test_any_words_come_through(self, words):
        """Any words come through in their order."""
        assert record_of(".pdf", pdf([" ".join(words)])).text.split() == words


class TestPages:
    """Pages without text."""

    def test_a_doubt_names_them_and_the_others_are_read(self):
        """A doubt names the pages without text; the others are read."""
        record = record_of(".pdf", pdf(ARTICLE, [], ARTICLE, [], [], [], ARTICLE, []))
        assert record.doubts == ("pages 2, 4–6 and 8 hold no text; the others are read",)
        assert record_of(".pdf", pdf(ARTICLE, [])).doubts == ("page 2 holds no text; the others are read",)
        assert record_of(".pdf", WHOLE).doubts == ()

    def test_a_file_without_text_is_refused(self):
        """The message says what to do."""
        with pytest.raises(RefusedError, match="no page of it holds text; if it was scanned"):
            records_of(".pdf", pdf([], []))

    def test_a_doubt_names_a_page_that_can_not_be_read(self):
        """The doubt gives the library's reason, and the other pages are read."""
        record = record_of(".pdf", with_content(WHOLE, b"BT /F1 12 Tf (" + b"x" * 21_000_000))
        assert record.text == "The second page."
        assert record.doubts[0].startswith("page 1 holds what can't be read (")


class TestMetadata:
    """What the file states about itself."""

    def test_it_is_taken_with_its_origin(self):
        """Title and author are taken; the day the file was made is no publication."""

        def info(document):
            document.set_title("Tea")
            document.set_author("Leyla")
            document.set_creation_date(datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC))

        assert record_of(".pdf", pdf(ARTICLE, info=info)).metadata == {"title": "Tea", "author": "Leyla"}

    @pytest.mark.parametrize("info", [b"<< /Title 12 /Author [1] >>", b"[1 2]", b"(words)"])
    def test_what_describes_nothing_is_left_out(self, info):
        """Malformed metadata is left out, and the text is read."""
        data = pdf(ARTICLE, info=lambda file: file.set_title("T" * 60))
        start = data.rindex(b"<<", 0, data.index(b"T" * 60))
        end = data.index(b">>", start) + 2
        record = record_of(".pdf", data[:start] + info.ljust(end - start) + data[end:])
        assert record.text.startswith(ARTICLE[0])
        assert record.metadata == {}

    @pytest.mark.parametrize(
        ("day", "metadata"),
        [
            (
                "D:20210304050607+04'00'",
                {"modified": "2021-03-04T05:06:07+04:00", "modified_origin": "PDF metadata ModDate"},
            ),
            ("last spring", {}),
        ],
    )
    def test_the_day_of_its_last_change_is_taken(self, day, metadata):
        """The day of the last change is taken; an invalid day is left out."""
        writer = PdfWriter(clone_from=io.BytesIO(WHOLE))
        writer.add_metadata({"/CreationDate": "D:20210304050607Z", "/ModDate": day})
        out = io.BytesIO()
        writer.write(out)
        assert record_of(".pdf", out.getvalue()).metadata == metadata


class TestSafety:
    """Files that are broken, or mean harm."""

    @pytest.mark.parametrize("data", [b"", b"words", b"%PDF-1.7\n", WHOLE[:300], WHOLE[: len(WHOLE) // 2]])
    def test_a_broken_file_is_refused(self, data):
        """A file that is cut short or no PDF is refused."""
        with pytest.raises(RefusedError, match="can't be read as PDF|no page of it holds text"):
            records_of(".pdf", data)

    def test_an_encrypted_file_is_refused(self):
        """The message says what to do; a file that opens without a password is read."""
        with pytest.raises(RefusedError, match="it is encrypted; save it without a password"):
            records_of(".pdf", encrypted("secret"))
        assert record_of(".pdf", encrypted("")).text.endswith("The second page.")

    def test_a_page_that_unpacks_to_too_much_is_not_read(self):
        """A page that unpacks to a thousand times its size is a page that can't be read."""
        data = with_content(WHOLE, b"0" * 25_000_000)
        assert len(data) < 100_000
        assert record_of(".pdf", data).doubts[0].startswith("page 1 holds what can't be read (")

    def test_a_file_of_too_many_pages_is_refused(self, monkeypatch):
        """The message names the bound."""
        monkeypatch.setattr(parser, "MOST_PAGES", 1)
        with pytest.raises(RefusedError, match="it has 2 pages, more than 1"):
            records_of(".pdf", WHOLE)

    def test_a_circle_of_pages_is_survived(self):
        """A page tree that contains itself is survived."""
        pages = PdfReader(io.BytesIO(WHOLE)).trailer["/Root"].raw_get("/Pages").idnum
        kids = WHOLE[WHOLE.index(b"/Kids [") :].split(b"]")[0] + b"]"
        circle = f"/Kids [{pages} 0 R]".encode().ljust(len(kids))
        assert_parsed_or_refused(".pdf", WHOLE.replace(kids, circle))

    def test_deep_nesting_is_survived(self):
        """Deeply nested arrays, in a page's content or in an object, are survived."""
        assert_parsed_or_refused(".pdf", with_content(WHOLE, b"[" * 100_000))
        assert_parsed_or_refused(
            ".pdf", WHOLE.replace(b"/Type /Catalog", b"/X " + b"[" * 50_000 + b"]" * 50_000 + b" /Type /Catalog")
        )

    def test_nothing_is_opened(self, sealed):
        """The parser opens no file and runs no program."""
        record_of(".pdf", WHOLE)
        sealed.clear()
        record_of(".pdf", WHOLE)
        assert sealed == []

    @settings(max_examples=80)
    @given(data=damaged(WHOLE) | st.binary(max_size=100) | st.binary(max_size=100).map(b"%PDF-1.7\n".__add__))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a file is, it is read or refused."""
        assert_parsed_or_refused(".pdf", data)

    @settings(max_examples=40)
    @given(
        content=st.binary(max_size=100)
        | st.lists(
            st.sampled_from(
                [
                    b"BT ",
                    b"ET ",
                    b"/F1 12 Tf ",
                    b"(x) Tj ",
                    b"[(a) -900 (b)] TJ ",
                    b"<00> Tj ",
                    b"q ",
                    b"Q ",
                    b"1 0 0 1 x 0 cm ",
                ]
                + [b"BI ", b"ID ", b"EI ", b"/X Do ", b"T* ", b"' ", b"[ ", b"<< ", b"9" * 400 + b" Td "]
            )
        ).map(b"".join)
    )
    def test_any_content_is_read_or_refused(self, content):
        """Whatever a page draws, the file is read or refused."""
        assert_parsed_or_refused(".pdf", with_content(WHOLE, content))
