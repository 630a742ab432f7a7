"""Plain text: the whole file is one article."""

from collections.abc import Iterator

from index.parsers.record import Record, decode


def parse(data: bytes) -> Iterator[Record]:
    """The file's text as one record without metadata.

    Raises:
        RefusedError: the file is binary or not UTF-8.
    """
    yield Record(decode(data))
