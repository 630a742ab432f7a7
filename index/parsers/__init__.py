"""One module per format: the bytes of a file become records of text and metadata.

A parser knows nothing of the corpus directory, of ids, or of which dates are possible: `index.corpus` makes
articles of its records. It raises RefusedError for a file that it can't parse, and yields a BadRecord for one record
among many. It bounds how much it unpacks. It neither opens a file nor reaches the network, whatever the bytes name.
`processes` runs parsers in processes of their own, with bounds on time, memory and output.
"""

from collections.abc import Callable, Iterator
from functools import partial

from index.errors import WithdrawnError
from index.parsers import csv, docx, epub, html, jsonl, markdown, pdf, text, warc, xml
from index.parsers.archives import gunzip
from index.parsers.record import BLANK, BadRecord, Record, is_blank

Parser = Callable[[bytes], Iterator[Record | BadRecord]]


def _gunzip_first(parse: Parser, data: bytes) -> Iterator[Record | BadRecord]:
    unpacked = gunzip(data)
    if is_blank(unpacked):
        raise WithdrawnError(BLANK)
    return parse(unpacked)


PARSERS: dict[str, Parser] = {
    ".md": markdown.parse,
    ".markdown": markdown.parse,
    ".txt": text.parse,
    ".jsonl": jsonl.parse,
    ".jsonl.gz": partial(_gunzip_first, jsonl.parse),
    ".csv": csv.parse,
    ".csv.gz": partial(_gunzip_first, csv.parse),
    ".tsv": csv.parse,
    ".html": html.parse,
    ".htm": html.parse,
    ".xhtml": html.parse,
    ".pdf": pdf.parse,
    ".docx": docx.parse,
    ".epub": epub.parse,
    ".rss": xml.parse,
    ".atom": xml.parse,
    ".xml": xml.parse,
    ".warc": warc.parse,
    ".warc.gz": warc.parse,
}
FORMATS = "Markdown, text, HTML, PDF, Word, EPUB, JSON Lines, CSV, feeds or WARC"  # as people call them


def parser_of(name: str) -> Parser | None:
    """The parser for a file of that name, by its longest known suffix; None for an unknown format."""
    suffixes = (suffix for suffix in PARSERS if name.lower().endswith(suffix))
    longest = max(suffixes, key=len, default=None)
    return PARSERS[longest] if longest else None


__all__ = ["FORMATS", "PARSERS", "BadRecord", "Parser", "Record", "parser_of"]
