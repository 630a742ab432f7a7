"""Files of each format, made as other programs make them, and ways to damage them."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import docx
import matplotlib as mpl
from fpdf import FPDF
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from index.errors import RefusedError
from index.parsers import PARSERS, BadRecord, Record

ARTICLE = (
    "The harbour of Lenkoran was opened on 3 March 2021 by the minister, after four years of work.",
    "It cost 40 million manat, he said, and ships from four countries have called there since.",
    "The next one is to be built in Astara, where the old pier fell into the sea in a storm.",
)
HTML_HEADERS = (("Content-Type", "text/html; charset=utf-8"),)
# What XML can hold, which is less than text can; and no white space, which these formats do not keep.
words = st.lists(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"], exclude_characters="\ufffe\uffff\x85"),
        min_size=1,
        max_size=12,
    ).filter(lambda word: not any(ord(letter) & 0xFFFE == 0xFFFE for letter in word) and word.split() == [word]),
    min_size=1,
    max_size=8,
)


def records_of(suffix: str, data: bytes) -> list[Record | BadRecord]:
    """The records that the parser for a suffix makes of bytes."""
    return list(PARSERS[suffix](data))


def record_of(suffix: str, data: bytes) -> Record:
    """The record of a file that holds exactly one."""
    (record,) = records_of(suffix, data)
    assert isinstance(record, Record)
    return record


def assert_parsed_or_refused(suffix: str, data: bytes) -> None:
    """Assert that the parser gives records or refuses the bytes in one line, and does nothing else."""
    reasons: list[str] = []
    records: list[Record | BadRecord] = []
    try:
        records = records_of(suffix, data)
    except RefusedError as error:
        reasons.append(str(error))
    assert not any("\n" in reason for reason in reasons)
    assert all(isinstance(record, (Record, BadRecord)) for record in records)
    assert all("\0" not in record.text for record in records if isinstance(record, Record))


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """Copies of a file that are cut short, or have some bytes overwritten."""
    positions = st.integers(0, len(whole) - 1)
    cut = positions.map(lambda position: whole[:position])
    overwritten = st.tuples(positions, st.binary(min_size=1, max_size=8)).map(
        lambda change: whole[: change[0]] + change[1] + whole[change[0] + len(change[1]) :]
    )
    return cut | overwritten


def page(*paragraphs: str, head: str = "", body: str = "", language: str = "en") -> bytes:
    """A news page: an article, and the menu and footer around it."""
    prose = "".join(f"<p>{escape(text)}</p>" for text in paragraphs or ARTICLE)
    menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Home", "World", "Sport"))
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>{head}</head><body>"
        f"<nav><ul>{menu}</ul></nav><article>{body}{prose}</article><footer>All rights reserved</footer></body></html>"
    ).encode()


def pdf(*pages: Sequence[str], info: Callable[[FPDF], None] = lambda _: None, font: str = "helvetica") -> bytes:
    """A PDF with the paragraphs of each page, wrapped at the page's edge."""
    document = FPDF()
    if font != "helvetica":
        document.add_font(font, fname=Path(mpl.get_data_path(), "fonts", "ttf", f"{font}.ttf"))
    document.set_font(font, size=12)
    info(document)
    for paragraphs in pages:
        document.add_page()
        for text in paragraphs:
            document.multi_cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())


def with_content(data: bytes, content: bytes, page: int = 0) -> bytes:
    """A PDF with other content on one of its pages."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    stream = DecodedStreamObject()
    stream.set_data(content)
    writer.pages[page][NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word(*paragraphs: str, change: Callable[["docx.document.Document"], None] = lambda _: None) -> bytes:
    """A Word document."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zip_file(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def zip_members(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def book(chapters: Mapping[str, str], metadata: str = "", order: Sequence[str] | None = None) -> dict[str, bytes | str]:
    """The members of an EPUB: chapters by their file names, read in `order`."""
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{list(chapters).index(name)}"/>' for name in order or chapters)
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages = {f"OEBPS/{name}": f"<html><body>{text}</body></html>" for name, text in chapters.items()}
    return {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf, **pages}


def warc(
    *captures: tuple[str, bytes],
    packed: bool = False,
    status: str = "200 OK",
    headers: Sequence[tuple[str, str]] = HTML_HEADERS,
    record_type: str = "response",
    **fields: str,
) -> bytes:
    """A WARC file of pages by their addresses, all with the same status and headers."""
    records = [_capture(url, body, status, headers, {"WARC-Type": record_type, **fields}) for url, body in captures]
    return b"".join(gzip.compress(record) if packed else record for record in records)


def _capture(
    url: str, body: bytes, status: str, headers: Sequence[tuple[str, str]], fields: Mapping[str, str]
) -> bytes:
    reply = _lines(f"HTTP/1.1 {status}", headers) + body
    defaults = {"WARC-Target-URI": url, "WARC-Date": "2026-11-23T10:00:00Z", "Content-Length": str(len(reply))}
    all_fields = {**defaults, "Content-Type": "application/http; msgtype=response", **fields}
    return _lines("WARC/1.0", all_fields.items()) + reply + b"\r\n\r\n"


def _lines(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in headers), "", ""]).encode()


def bomb(size: int) -> bytes:
    """Zeros, packed by gzip in parts of ten million."""
    return gzip.compress(b"0" * 10_000_000) * (size // 10_000_000 + 1)
