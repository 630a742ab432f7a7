"""EPUB: the text of a book's chapters in reading order, as one article."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.dates import find_date
from index.errors import RefusedError
from index.parsers.archives import Archive, member_name
from index.parsers.encoding import page_text
from index.parsers.markup import paragraphs, parse_html
from index.parsers.page_metadata import language_tag
from index.parsers.record import Record, refuse_on_error, without_empty

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
LARGEST_XML = 5_000_000  # bytes, of each file that describes a book: its container, package and keys
MOST_CHAPTERS = 2_000
MOST_TEXT = 20_000_000  # characters of all chapters; the longest novels have five million
_PAGES = ("application/xhtml+xml", "text/html")


def parse(data: bytes) -> Iterator[Record]:
    """The book as one record.

    Raises:
        RefusedError: the file is no EPUB, is damaged or encrypted, leads outside of itself, or breaks a bound.
    """
    archive = Archive(data, "EPUB")
    root = _xml(archive, _CONTAINER).find(".//{*}rootfile")
    if root is None:
        raise RefusedError(f'its "{_CONTAINER}" names no book')
    package_name = member_name("", root.get("full-path") or "")
    package = _xml(archive, package_name)
    chapters = _chapter_names(package, package_name.rpartition("/")[0])
    if _ENCRYPTION in archive.names():
        references = _xml(archive, _ENCRYPTION).iterfind(".//{*}CipherReference")
        encrypted = {unquote(reference.get("URI") or "") for reference in references}
        # Many books scramble their fonts, which does no harm.
        if encrypted & set(chapters):
            raise RefusedError("its chapters are encrypted (DRM), and can't be read without the seller's key")
    texts: list[str] = []
    remaining = MOST_TEXT
    for name in chapters:
        texts.append(paragraphs(parse_html(page_text(archive.read(name)))))
        remaining -= len(texts[-1])
        if remaining < 0:
            raise RefusedError(f"it holds more than {MOST_TEXT:,} characters")
    yield Record("\n\n".join(filter(None, texts)), _metadata(package))


def _xml(archive: Archive, name: str) -> "Element":
    from defusedxml.ElementTree import fromstring

    with refuse_on_error("EPUB"):
        return fromstring(archive.read(name, LARGEST_XML))


def _chapter_names(package: "Element", folder: str) -> list[str]:
    """The members that hold the chapters, each once, in reading order, without the table of contents."""
    items = {item.get("id"): item for item in package.findall(".//{*}manifest/{*}item")}
    references = [reference.get("idref") for reference in package.findall(".//{*}spine/{*}itemref")]
    names = []
    for item in (items[reference] for reference in references if reference in items):
        is_contents = "nav" in (item.get("properties") or "").split()
        if item.get("media-type") in _PAGES and not is_contents:
            names.append(member_name(folder, unquote(item.get("href") or "")))
    if len(names) > MOST_CHAPTERS:
        raise RefusedError(f"it has {len(names):,} chapters, more than {MOST_CHAPTERS:,}")
    return list(dict.fromkeys(names))


def _metadata(package: "Element") -> dict[str, object]:
    modified = [meta.text for meta in package.iterfind(".//{*}meta") if meta.get("property") == "dcterms:modified"]
    return without_empty(
        {
            "title": _first_value(package, "title"),
            "author": ", ".join(_values(package, "creator")),
            "source": _first_value(package, "publisher"),
            "language": language_tag(_first_value(package, "language")),
            "published": find_date(_first_value(package, "date")),
            "published_origin": "EPUB dc:date",
            "modified": next(filter(None, map(find_date, modified)), None),
            "modified_origin": "EPUB dcterms:modified",
        }
    )


def _values(package: "Element", name: str) -> list[str]:
    elements = package.iterfind(f".//{{*}}metadata/{{*}}{name}")
    return list(filter(None, (" ".join((element.text or "").split()) for element in elements)))


def _first_value(package: "Element", name: str) -> str | None:
    return next(iter(_values(package, name)), None)
