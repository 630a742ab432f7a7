"""Word documents: the paragraphs and tables of their body, changes that were tracked taken as made."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.dates import find_date
from index.errors import RefusedError
from index.parsers.archives import Archive
from index.parsers.page_metadata import language_tag
from index.parsers.record import Record, refusing

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element

MOST_XML = 30_000_000  # bytes of all parts, unpacked: a thousand pages are a tenth of it

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # marks of UTF-8, -16 and -32, the zeros of their letters, white space
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# What was there before a change, and what stands in for a thing that is there too.
_PASSED_OVER = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback"))
# What python-docx writes into a document whose maker set nothing: of its author and its days nothing is known.
_TEMPLATE_AUTHOR = "python-docx"
_TEMPLATE_DAY = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)


def parse(data: bytes) -> Iterator[Record]:
    """The document as one record.

    Raises:
        RefusedError: it is no Word document, is damaged or encrypted, or breaks a bound.
    """
    import docx

    checked = _checked(Archive(data, "DOCX"))
    with refusing("DOCX"):
        document = docx.Document(checked)
        text = "\n\n".join(filter(None, _blocks(document.element.body)))
        yield Record(text, _metadata(document))


def _checked(archive: Archive) -> io.BytesIO:
    """The archive anew, of what was checked alone: the library would unpack and parse any part without bounds.

    Which part is XML its type says, not its name; what can be none, such as a picture, is left empty.
    """
    out = io.BytesIO()
    left = MOST_XML
    with zipfile.ZipFile(out, "w") as file:
        for name in dict.fromkeys(archive.names()):
            part = archive.read(name)
            part = part if _may_be_xml(part, name) else b""
            left -= len(part)
            if left < 0:
                raise RefusedError(f"its parts are larger than {MOST_XML / 1e6:g} MB together")
            if b"<!DOCTYPE" in part:
                raise RefusedError("it has a document type, which no Word document needs")
            file.writestr(name, part)
    out.seek(0)
    return out


def _may_be_xml(part: bytes, name: str) -> bool:
    return part.lstrip(_BEFORE_XML).startswith(b"<") and not name.endswith(".svg")


def _blocks(element: "_Element") -> Iterator[str]:
    """The paragraphs below an element, and the rows of tables: a row's cells are parted by tabs."""
    for child in element:
        if child.tag == f"{_W}p":
            yield _paragraph(child)
            yield from (block for box in _boxes(child) for block in _blocks(box))
        elif child.tag == f"{_W}tr":
            cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in child if cell.tag == f"{_W}tc")
            yield "\t".join(filter(None, cells))
        elif child.tag not in _PASSED_OVER:
            yield from _blocks(child)


def _paragraph(paragraph: "_Element") -> str:
    lines = "".join(_runs(paragraph)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _runs(element: "_Element") -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _PASSED_OVER and child.tag != f"{_W}txbxContent":
            yield from _runs(child)


def _boxes(element: "_Element") -> Iterator["_Element"]:
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in _PASSED_OVER:
            yield from _boxes(child)


def _metadata(document: "Document") -> dict[str, object]:
    """What its properties say. When the file was created is no publication, and so is not told."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    try:
        document.part.package.part_related_by(RELATIONSHIP_TYPE.CORE_PROPERTIES)  # else the library invents them
    except KeyError:
        return {}
    properties = document.core_properties
    author, modified = properties.author, properties.modified
    found = {
        "title": properties.title,
        "author": None if author == _TEMPLATE_AUTHOR else author,
        "language": language_tag(properties.language),
        "modified": None if modified == _TEMPLATE_DAY else find_date(modified),
    }
    if found["modified"]:
        found["modified_origin"] = "DOCX property modified"
    return {key: value for key, value in found.items() if value}
