"""PDF files."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from index.errors import RefusedError
from index.parsers import fonts
from index.parsers import pdf as parser
from tests.unit.index.parsers.files import ARTICLE, damaged, drawn, one, pdf, read, survives

WHOLE = pdf(ARTICLE, ["The second page."])


def encrypted(user: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(WHOLE))
    writer.encrypt(user, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_fonts(count: int, form: bool) -> bytes:
    """A PDF with a font on its first page, or in a form there, by that many names; it maps every character there is."""
    writer = PdfWriter(clone_from=io.BytesIO(WHOLE))
    stream = DecodedStreamObject()
    stream.set_data(
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange"
    )
    names = {"/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/F", "/Encoding": "/Identity-H"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
    font[NameObject("/ToUnicode")] = writer._add_object(stream)
    shared = writer._add_object(font)
    resources = writer.pages[0]["/Resources"].get_object()
    if form:
        drawn_form, inner = DecodedStreamObject(), DictionaryObject()
        drawn_form[NameObject("/Subtype")] = NameObject("/Form")
        drawn_form[NameObject("/Resources")] = inner
        resources[NameObject("/XObject")] = DictionaryObject({NameObject("/X"): writer._add_object(drawn_form)})
        resources = inner
    held = DictionaryObject({NameObject(f"/N{number}"): shared for number in range(count)})
    resources[NameObject("/Font")] = held
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestText:
    """The text layer."""

    def test_lines_are_joined_to_paragraphs(self):
        """A sentence that is wrapped at the edge of the page is whole; pages follow each other."""
        text = one(".pdf", WHOLE).text
        assert text.split() == " ".join([*ARTICLE, "The second page."]).split()
        assert "\n" not in text[: len(ARTICLE[0])]
        assert text.endswith("\n\nThe second page.")

    def test_a_short_line_ends_its_paragraph(self):
        """A heading stands alone."""
        text = one(".pdf", pdf(["What it means", *ARTICLE[:1]])).text
        assert text == f"What it means\n\n{ARTICLE[0]}"

    def test_a_word_that_was_parted_at_a_line_s_end_is_whole(self):
        """By a hyphen or a soft one; one inside a line stays."""
        text = "The inter-\nnational well-known\nsea\xad\nports of the years 1990-\n2000 to 2020."
        assert parser._joined(text) == "The international well-known seaports of the years 1990- 2000 to 2020."

    def test_letters_beyond_latin_are_read(self):
        """In a font that carries them."""
        text = "Qarabağ şəhərində çay içdilər. Президент прибыл в Баку."
        assert one(".pdf", pdf([text], font="DejaVuSans")).text == text

    @settings(max_examples=25)
    @given(st.lists(st.from_regex(r"[a-zA-Zà-öø-ÿ0-9,.;:!?]{1,9}", fullmatch=True), min_size=1, max_size=30))
    def test_any_words_come_through(self, words):
        """Whatever they are, in their order."""
        assert one(".pdf", pdf([" ".join(words)])).text.split() == words


class TestPages:
    """Pages without text."""

    def test_they_are_told_and_the_others_read(self):
        """By their numbers."""
        record = one(".pdf", pdf(ARTICLE, [], ARTICLE, [], [], [], ARTICLE, []))
        assert record.doubts == ("pages 2, 4–6 and 8 hold no text; the others are read",)
        assert one(".pdf", pdf(ARTICLE, [])).doubts == ("page 2 holds no text; the others are read",)
        assert one(".pdf", WHOLE).doubts == ()

    def test_a_file_without_text_is_refused(self):
        """With what to do."""
        with pytest.raises(RefusedError, match="no page of it holds text; if it was scanned"):
            read(".pdf", pdf([], []))

    def test_a_page_that_can_not_be_read_is_told(self):
        """With the library's reason, and the others are read."""
        record = one(".pdf", drawn(WHOLE, b"BT /F1 12 Tf (" + b"x" * 21_000_000))
        assert record.text == "The second page."
        assert record.doubts[0].startswith("page 1 holds what can't be read (")


class TestMetadata:
    """What the file says of itself."""

    def test_it_is_taken_with_its_origin(self):
        """Title and author; when the file was made is no publication."""

        def info(made):
            made.set_title("Tea")
            made.set_author("Leyla")
            made.set_creation_date(datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC))

        assert one(".pdf", pdf(ARTICLE, info=info)).metadata == {"title": "Tea", "author": "Leyla"}

    @pytest.mark.parametrize("info", [b"<< /Title 12 /Author [1] >>", b"[1 2]", b"(words)"])
    def test_what_describes_nothing_is_left_out(self, info):
        """A title that is a number, or a list where there should be names: the text is read."""
        data = pdf(ARTICLE, info=lambda file: file.set_title("T" * 60))
        start = data.rindex(b"<<", 0, data.index(b"T" * 60))
        end = data.index(b">>", start) + 2
        record = one(".pdf", data[:start] + info.ljust(end - start) + data[end:])
        assert record.text.startswith(ARTICLE[0])
        assert record.metadata == {}

    @pytest.mark.parametrize(
        ("day", "told"),
        [
            (
                "D:20210304050607+04'00'",
                {"modified": "2021-03-04T05:06:07+04:00", "modified_origin": "PDF metadata ModDate"},
            ),
            ("last spring", {}),
        ],
    )
    def test_the_day_of_its_last_change_is_taken(self, day, told):
        """Many programs write a day that is none, which is left out."""
        writer = PdfWriter(clone_from=io.BytesIO(WHOLE))
        writer.add_metadata({"/CreationDate": "D:20210304050607Z", "/ModDate": day})
        out = io.BytesIO()
        writer.write(out)
        assert one(".pdf", out.getvalue()).metadata == told


class TestSafety:
    """Files that are broken, or mean harm."""

    @pytest.mark.parametrize("data", [b"", b"words", b"%PDF-1.7\n", WHOLE[:300], WHOLE[: len(WHOLE) // 2]])
    def test_a_broken_file_is_refused(self, data):
        """Cut short, or none at all."""
        with pytest.raises(RefusedError, match="can't be read as PDF|no page of it holds text"):
            read(".pdf", data)

    def test_an_encrypted_file_is_refused(self):
        """With what to do; one that opens without a password is read."""
        with pytest.raises(RefusedError, match="it is encrypted; save it without a password"):
            read(".pdf", encrypted("secret"))
        assert one(".pdf", encrypted("")).text.endswith("The second page.")

    def test_a_page_that_unpacks_to_too_much_is_not_read(self):
        """A bomb of a million zeros a kilobyte is told as a page that can't be read."""
        data = drawn(WHOLE, b"0" * 25_000_000)
        assert len(data) < 100_000
        assert one(".pdf", data).doubts[0].startswith("page 1 holds what can't be read (")

    def test_a_file_of_too_many_operators_is_refused(self, monkeypatch):
        """In all of its pages."""
        monkeypatch.setattr(parser, "MOST_OPERATORS", 1000)
        with pytest.raises(RefusedError, match="more than 1,000 operators"):
            read(".pdf", drawn(WHOLE, b"q Q " * 600))

    def test_a_file_that_takes_too_long_is_refused(self, monkeypatch):
        """Though its pages have no operators, or draw one thing again and again."""
        monkeypatch.setattr(parser, "MOST_SECONDS", 0.0)
        with pytest.raises(RefusedError, match="more than 0 seconds of computing"):
            read(".pdf", drawn(WHOLE, b"%\n" * 1000))

    def test_a_file_of_too_many_pages_is_refused(self, monkeypatch):
        """With the bound in the sentence."""
        monkeypatch.setattr(parser, "MOST_PAGES", 1)
        with pytest.raises(RefusedError, match="it has 2 pages, more than 1"):
            read(".pdf", WHOLE)

    @pytest.mark.parametrize("form", [False, True], ids=["page", "form"])
    def test_fonts_that_take_much_memory_are_refused(self, monkeypatch, form):
        """One that maps every character, by many names: of the page, or of what it draws."""
        with pytest.raises(RefusedError, match="the fonts of a page of it map more than 1,000,000 characters"):
            read(".pdf", with_fonts(20, form))
        assert one(".pdf", with_fonts(2, form)).text.endswith("The second page.")
        monkeypatch.setattr(fonts, "MOST_FONTS", 10)
        with pytest.raises(RefusedError, match="more than 10 fonts"):
            read(".pdf", with_fonts(11, form))

    def test_a_circle_of_pages_is_survived(self):
        """A tree of pages that holds itself."""
        pages = PdfReader(io.BytesIO(WHOLE)).trailer["/Root"].raw_get("/Pages").idnum
        kids = WHOLE[WHOLE.index(b"/Kids [") :].split(b"]")[0] + b"]"
        circle = f"/Kids [{pages} 0 R]".encode().ljust(len(kids))
        survives(".pdf", WHOLE.replace(kids, circle))

    def test_deep_nesting_is_survived(self):
        """Arrays in arrays, in the content of a page and in an object."""
        survives(".pdf", drawn(WHOLE, b"[" * 100_000))
        survives(".pdf", WHOLE.replace(b"/Type /Catalog", b"/X " + b"[" * 50_000 + b"]" * 50_000 + b" /Type /Catalog"))

    def test_nothing_is_opened(self, sealed):
        """Nor is any program run."""
        one(".pdf", WHOLE)
        sealed.clear()
        one(".pdf", WHOLE)
        assert sealed == []

    @settings(max_examples=80)
    @given(data=damaged(WHOLE) | st.binary(max_size=100) | st.binary(max_size=100).map(b"%PDF-1.7\n".__add__))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a file is."""
        survives(".pdf", data)

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
        """Whatever a page draws."""
        survives(".pdf", drawn(WHOLE, content))
