"""JSON Lines: each line is one article, with the same keys as the front matter and `text`."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from index.parsers.record import BadRecord, Record, decode

_LINE = re.compile(r"[^\n]+")
_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)')


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each line as a record; a line that is not an object with a text is a BadRecord.

    Raises:
        RefusedError: the file is binary or not UTF-8.
    """
    for number, line in _lines(decode(data)):
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            # The id may be legible all the same, for instance where a quotation mark is missing further on.
            article_id = None
            if match := _ID.search(line):
                with suppress(ValueError):  # an invalid escape
                    article_id = str(json.loads(match[1]))
            reason = "it is nested too deep" if isinstance(error, RecursionError) else f"it is not JSON ({error})"
            yield BadRecord(reason, number, article_id)
            continue
        if isinstance(values, dict) and isinstance(values.get("text"), str):
            yield Record(values.pop("text"), values, number)
        else:
            yield BadRecord('it is not an object with a "text" string', number)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line that is not blank, with its number. A file of blank lines alone takes no memory for them."""
    number, end = 1, 0
    # Not splitlines(): a U+2028 inside a JSON string does not end the line.
    for line in _LINE.finditer(text):
        number += text.count("\n", end, line.start())
        end = line.end()
        if line[0].strip():
            yield number, line[0]
