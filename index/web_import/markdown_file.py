"""An article as a Markdown file with front matter, which the Markdown reader gives back as it was."""

import re
from collections.abc import Mapping

import yaml

from index.markdown_text import escape_markdown

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
    return "\\\n".join(escape_markdown(line) for line in lines if line)
