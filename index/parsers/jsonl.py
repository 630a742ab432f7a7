"""JSON Lines: one article a line, with the same keys as the front matter plus `text`."""

import json
import re
from collections.abc import Iterator

from index.parsers.record import BadRecord, Record, decode


def parse(data: bytes) -> Iterator[Record | BadRecord]:
    """Each line as a record; a line that is not an object with a text is a BadRecord.

    Raises:
        RefusedError: the file is binary or not UTF-8.
    """
    # Not splitlines(): a U+2028 inside a JSON string does not end the line.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if line.strip():
            yield _record(line, number)


def _record(line: str, number: int) -> Record | BadRecord:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        return BadRecord(f"it is not JSON ({error})", number, named=_legible_id(line))
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        return BadRecord('it is not an object with a "text" string', number)
    return Record(item.pop("text"), item, number)


def _legible_id(line: str) -> str | None:
    """The id in a line that is no JSON as a whole, as where a quotation mark was left out further on."""
    found = re.search(r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)', line)
    try:
        return str(json.loads(found[1])) if found else None
    except ValueError:  # an escape that is none
        return None
