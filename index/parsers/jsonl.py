"""JSON Lines: each line is one article, with the same keys as the front matter and `text`."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from index.parsers.record import BadRecord, Record, decode

_ID = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)')


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each line as a record; a line that is not an object with a text is a BadRecord.

    Raises:
        RefusedError: the file is binary or not UTF-8.
    """
    # Not splitlines(): a U+2028 inside a JSON string does not end the line.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as error:
            # The id may be legible all the same, for instance where a quotation mark is missing further on.
            article_id = None
            if match := _ID.search(line):
                with suppress(ValueError):  # an invalid escape
                    article_id = str(json.loads(match[1]))
            yield BadRecord(f"it is not JSON ({error})", number, article_id)
            continue
        if isinstance(values, dict) and isinstance(values.get("text"), str):
            yield Record(values.pop("text"), values, number)
        else:
            yield BadRecord('it is not an object with a "text" string', number)
