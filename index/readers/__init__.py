"""One module per format: the bytes of a file to records of text and metadata.

A reader knows nothing of the corpus directory, of identifiers or of dates: `index.articles` turns
its records into articles. It refuses what it can't read with `Refused`, for the whole file, or
yields a `BadRecord` for one record of many.
"""

from collections.abc import Callable, Iterator

from index.readers import jsonl, markdown, text
from index.readers.record import BadRecord, Record

Reader = Callable[[bytes], Iterator[Record | BadRecord]]

READERS: dict[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
    ".jsonl": jsonl.read,
}

__all__ = ["READERS", "BadRecord", "Reader", "Record"]
