"""Word documents: the paragraphs and tables of the body, with tracked changes accepted."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.dates import find_date
from index.errors import RefusedError
from index.parsers.archives import Archive
from index.parsers.page_metadata import language_tag
from index.parsers.record import Record, refuse_on_error, without_empty

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

MOST_XML = 30_000_000  # bytes of all parts, unpacked: a thousand pages are a tenth of it

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # byte order marks, the zeros of UTF-16 and -32 letters, white space
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# The text before a tracked change, and the second copy of content for older programs.
_SKIPPED = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback"))
# python-docx writes these into a document whose author set nothing; they say nothing of its author and days.
_TEMPLATE_AUTHOR = "python-docx"
_TEMPLATE_DAY = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)


def parse(data: bytes) -> Iterator[Record]:
    """The document as one record.

    Raises:
        RefusedError: the file is no Word document, is damaged or encrypted, or breaks a bound.
    """
    import docx

    file = _checked_copy(Archive(data, "DOCX"))
    with refuse_on_error("DOCX"):
        document = docx.Document(file)
        text = "\n\n".join(filter(None, _blocks(document.element.body)))
        yield Record(text, _metadata(document))


def _checked_copy(archive: Archive) -> io.BytesIO:
    """A copy of the archive that holds nothing unchecked: the library would unpack and parse any part without bounds.

    The library tells XML by a part's type, not by its name, so every part that may be XML is checked. A part that
    can't be XML, such as a picture, is left empty.
    """
    copy = io.BytesIO()
    remaining = MOST_XML
    with zipfile.ZipFile(copy, "w") as file:
        for name in dict.fromkeys(archive.names()):
            part = archive.read(name)
            if name.endswith(".svg") or not part.lstrip(_BEFORE_XML).startswith(b"<"):
                part = b""
            remaining -= len(part)
            if remaining < 0:
                raise RefusedError(f"its parts are larger than {MOST_XML / 1e6:g} MB together")
            if b"<!DOCTYPE" in part:
                raise RefusedError("it has a document type, which no Word document needs")
            file.writestr(name, part)
    copy.seek(0)
    return copy


def _blocks(element: "BaseOxmlElement") -> Iterator[str]:
    """The paragraphs below an element, and the rows of tables with tabs between their cells."""
    for child in element:
        if child.tag == f"{_W}p":
            lines = "".join(_runs(child)).split("\n")
            yield "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
            for box in _text_boxes(child):
                yield from _blocks(box)
        elif child.tag == f"{_W}tr":
            cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in child if cell.tag == f"{_W}tc")
            yield "\t".join(filter(None, cells))
        elif child.tag not in _SKIPPED:
            yield from _blocks(child)


def _runs(element: "BaseOxmlElement") -> Iterator[str]:
    """The pieces of text below an element, without those of text boxes."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _SKIPPED and child.tag != f"{_W}txbxContent":
            yield from _runs(child)


def _text_boxes(element: "BaseOxmlElement") -> Iterator["BaseOxmlElement"]:
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in _SKIPPED:
            yield from _text_boxes(child)


def _metadata(document: "Document") -> dict[str, object]:
    """The document's properties, without the day it was created, which is no publication."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        document.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES)
    except KeyError:  # the library would invent properties
        return {}
    properties = document.core_properties
    modified = None if properties.modified == _TEMPLATE_DAY else find_date(properties.modified)
    return without_empty(
        {
            "title": properties.title,
            "author": None if properties.author == _TEMPLATE_AUTHOR else properties.author,
            "language": language_tag(properties.language),
            "modified": modified,
            "modified_origin": modified and "DOCX property modified",
        }
    )
