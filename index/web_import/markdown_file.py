"""An article as a Markdown file with front matter, from which the Markdown parser reads the same article."""

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
    """A file with the values of `KEYS` that the metadata has, and the text's paragraphs, separated by blank lines.

    Lines of the text stay lines. A value is written as one line. Half of a surrogate pair becomes a question mark.
    """
    values = {key: " ".join(_clean(str(metadata.get(key) or "")).split()) for key in KEYS}
    present = {key: value for key, value in values.items() if value}
    front_matter = yaml.safe_dump(present, allow_unicode=True, sort_keys=False, width=float("inf"))
    paragraphs = []
    for paragraph in _BLANK_LINES.split(_clean(text)):
        lines = [escape_markdown(line.strip()) for line in paragraph.split("\n") if line.strip()]
        if lines:
            paragraphs.append("\\\n".join(lines))  # a backslash at the end of a line keeps the line break
    return f"---\n{front_matter}---\n\n" + "\n\n".join(paragraphs) + "\n"


def _clean(text: str) -> str:
    encodable = text.encode(errors="replace").decode()
    return encodable.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
