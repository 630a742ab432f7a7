"""An article as a Markdown file with front matter, which the Markdown reader gives back as it was."""

import re
from collections.abc import Mapping

import yaml

KEYS = (
    "id",
    "title",
    "published",
    "published_origin",
    "modified",
    "modified_origin",
    "source",
    "author",
    "url",
    "language",
    "fetched",
)
_BLANK_LINES = re.compile(r"\n\s*\n")
# What begins or ends markup anywhere in a line: escapes, code, emphasis, links, autolinks, entities, cells.
_ANYWHERE = re.compile(r"[\\`*_\[\]<|]|&(?=#?\w+;)")
# Up to where a line's first character, or the one after its number, would make it a heading, a list, a quote, a
# rule, an underline, a fence, or the second line of a table.
_AT_START = re.compile(r"^(?:[0-9]{1,9}(?=[.)])|(?=[#+\-=>~:]))")


def document(text: str, metadata: Mapping[str, object]) -> str:
    """The file: the keys of `KEYS` that have a value, and the paragraphs of the text, which blank lines part.

    Lines of the text stay lines; a value stands in one. Half of a surrogate pair becomes a question mark.
    """
    values = {key: " ".join(_clean(str(metadata.get(key) or "")).split()) for key in KEYS}
    known = {key: value for key, value in values.items() if value}
    front = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=float("inf"))
    paragraphs = (_paragraph(part) for part in _BLANK_LINES.split(_clean(text)))
    return f"---\n{front}---\n\n" + "\n\n".join(filter(None, paragraphs)) + "\n"


def _clean(text: str) -> str:
    whole = text.encode(errors="replace").decode()
    return whole.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _paragraph(text: str) -> str:
    lines = (line.strip() for line in text.split("\n"))
    # A backslash at the end keeps the line's end a line's end.
    return "\\\n".join(_escaped(line) for line in lines if line)


def _escaped(line: str) -> str:
    return _AT_START.sub(r"\g<0>\\", _ANYWHERE.sub(r"\\\g<0>", line))
