"""One module per format: the bytes of a file to records of text and metadata.

A reader knows nothing of the corpus directory, of identifiers or of what a date may be: `index.corpus.articles`
turns its records into articles. It refuses what it can't read with `Refused`, for the whole file, or
yields a `BadRecord` for one record of many. It bounds what it unpacks and what takes time, and neither
opens a file nor reaches the network, whatever the bytes name.
"""

from collections.abc import Callable, Iterator

from index.errors import Withdrawn
from index.parsers import csv, docx, epub, html, jsonl, markdown, pdf, text, warc, xml
from index.parsers.archives import gunzip
from index.parsers.record import BLANK, BadRecord, Record, is_blank

Reader = Callable[[bytes], Iterator[Record | BadRecord]]


def _unpacked(reader: Reader) -> Reader:
    def read(data: bytes) -> Iterator[Record | BadRecord]:
        unpacked = gunzip(data)
        if is_blank(unpacked):
            raise Withdrawn(BLANK)
        return reader(unpacked)

    return read


READERS: dict[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
    ".jsonl": jsonl.read,
    ".jsonl.gz": _unpacked(jsonl.read),
    ".csv": csv.read,
    ".csv.gz": _unpacked(csv.read),
    ".tsv": csv.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".epub": epub.read,
    ".rss": xml.read,
    ".atom": xml.read,
    ".xml": xml.read,
    ".warc": warc.read,
    ".warc.gz": warc.read,
}
FORMATS = "Markdown, text, HTML, PDF, Word, EPUB, JSON Lines, CSV, feeds or WARC"  # as people call them


def reader_of(name: str) -> Reader | None:
    """The reader of a file of that name; None for a format that is not read."""
    suffixes = (suffix for suffix in READERS if name.lower().endswith(suffix))
    longest = max(suffixes, key=len, default=None)
    return READERS[longest] if longest else None


__all__ = ["FORMATS", "READERS", "BadRecord", "Reader", "Record", "reader_of"]
