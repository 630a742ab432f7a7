"""EPUB: the text of a book's chapters in reading order, as one article."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.dates import find_date
from index.errors import RefusedError
from index.parsers.archives import Archive, within
from index.parsers.encoding import page_text
from index.parsers.markup import paragraphs, parse_html
from index.parsers.page_metadata import language_tag
from index.parsers.record import Record, refusing

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
LARGEST_XML = 5_000_000  # bytes, of what describes a book: its container, chapters and keys
MOST_CHAPTERS = 2_000
MOST_TEXT = 20_000_000  # characters of all chapters; the longest novels have five million
_PAGES = ("application/xhtml+xml", "text/html")


def parse(data: bytes) -> Iterator[Record]:
    """The book as one record.

    Raises:
        RefusedError: it is no EPUB, is damaged or encrypted, leads outside of itself, or breaks a bound.
    """
    archive = Archive(data, "EPUB")
    root = _xml(archive, _CONTAINER).find(".//{*}rootfile")
    if root is None:
        raise RefusedError(f'its "{_CONTAINER}" names no book')
    opf = within("", root.get("full-path") or "")
    book = _xml(archive, opf)
    chapters = _chapters(book, opf.rpartition("/")[0])
    _refuse_encrypted(archive, chapters)
    yield Record(_text(archive, chapters), _metadata(book))


def _xml(archive: Archive, name: str) -> "Element":
    from defusedxml.ElementTree import fromstring

    with refusing("EPUB"):
        return fromstring(archive.read(name, LARGEST_XML))


def _chapters(book: "Element", folder: str) -> list[str]:
    """The members that hold the chapters, each once, in reading order, without the table of contents."""
    items = {item.get("id"): item for item in book.findall(".//{*}manifest/{*}item")}
    spine = [items[ref.get("idref")] for ref in book.findall(".//{*}spine/{*}itemref") if ref.get("idref") in items]
    shown = [item for item in spine if "nav" not in (item.get("properties") or "").split()]
    names = [within(folder, unquote(item.get("href") or "")) for item in shown if item.get("media-type") in _PAGES]
    if len(names) > MOST_CHAPTERS:
        raise RefusedError(f"it has {len(names):,} chapters, more than {MOST_CHAPTERS:,}")
    return list(dict.fromkeys(names))


def _refuse_encrypted(archive: Archive, chapters: list[str]) -> None:
    """Fonts may be scrambled, and often are; chapters that are can't be read."""
    if _ENCRYPTION not in archive.names():
        return
    locked = {unquote(item.get("URI") or "") for item in _xml(archive, _ENCRYPTION).iterfind(".//{*}CipherReference")}
    if locked & set(chapters):
        raise RefusedError("its chapters are encrypted (DRM), and can't be read without the key of who sold it")


def _text(archive: Archive, chapters: list[str]) -> str:
    texts: list[str] = []
    left = MOST_TEXT
    for name in chapters:
        texts.append(_chapter(archive.read(name)))
        left -= len(texts[-1])
        if left < 0:
            raise RefusedError(f"it holds more than {MOST_TEXT:,} characters")
    return "\n\n".join(filter(None, texts))


def _chapter(data: bytes) -> str:
    return paragraphs(parse_html(page_text(data)))


def _metadata(book: "Element") -> dict[str, object]:
    modified = [meta.text for meta in book.iterfind(".//{*}meta") if meta.get("property") == "dcterms:modified"]
    found = {
        "title": _said(book, "title"),
        "author": ", ".join(_texts(book, "creator")),
        "source": _said(book, "publisher"),
        "language": language_tag(_said(book, "language")),
        "published": find_date(_said(book, "date")),
        "published_origin": "EPUB dc:date",
        "modified": next(filter(None, map(find_date, modified)), None),
        "modified_origin": "EPUB dcterms:modified",
    }
    return {key: value for key, value in found.items() if value}


def _texts(book: "Element", name: str) -> list[str]:
    found = (" ".join((element.text or "").split()) for element in book.iterfind(f".//{{*}}metadata/{{*}}{name}"))
    return list(filter(None, found))


def _said(book: "Element", name: str) -> str | None:
    return next(iter(_texts(book, name)), None)
