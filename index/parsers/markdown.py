"""Markdown with optional YAML front matter; the markup is taken off, so quotes read as prose."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from types import NoneType
from typing import TYPE_CHECKING

import yaml

from index.errors import RefusedError
from index.parsers.record import Record, decode

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token


_TOO_DEEP = "its front matter is nested too deep"
_OPENING = re.compile(r"---[ \t]*\n")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
MOST_FRONT_MATTER = 50_000  # characters: the time to read it grows with them, some 20 µs each
_MOST_FLOW = 20  # lists and mappings in brackets inside each other: each character is compared with all of them
# Lists and quotes that are nested deeper than this are left out; the library's own bound is 20.
_NESTING = 200
# Links that are nested deeper than this stay as they are written. Each bracket that nothing closes is read as often.
_LINK_NESTING = 10


class _TextLoader(yaml.BaseLoader):
    """YAML whose values stay the text that was written: `no` is Norwegian, not False. ~ and null are None."""

    def fetch_flow_collection_start(self, token_class: type[yaml.Token]) -> None:
        """Begin a list or a mapping in brackets.

        Raises:
            RefusedError: too many are open.
        """
        if self.flow_level >= _MOST_FLOW:
            raise RefusedError(_TOO_DEEP)
        super().fetch_flow_collection_start(token_class)


_TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""])
_TextLoader.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)  # noqa: ARG005 (yaml's signature)


def parse(data: bytes) -> Iterator[Record]:
    """The file as one record: its front matter, and its body as plain paragraphs.

    The first first-level heading gives the title where the front matter has none.

    Raises:
        RefusedError: the file is binary or not UTF-8, or its front matter is not a YAML mapping.
    """
    metadata, body = _front_matter_and_body(decode(data))
    tokens = _markdown().parse(body)
    headings = (text for token, text in pairwise(tokens) if token.type == "heading_open" and token.tag == "h1")
    title = next(map(_inline_text, headings), "")
    if title and not metadata.get("title"):
        metadata["title"] = title
    blocks = (_inline_text(token) if token.type == "inline" else token.content.strip("\n") for token in tokens)
    yield Record("\n\n".join(block for block in blocks if block.strip()), metadata)


def _front_matter_and_body(text: str) -> tuple[dict[str, object], str]:
    if not _OPENING.match(text):
        return {}, text
    front_matter = _FRONT_MATTER.match(text)
    if front_matter is None:
        raise RefusedError("its front matter has no closing --- line")
    if len(front_matter[1]) > MOST_FRONT_MATTER:
        raise RefusedError(f"its front matter is longer than {MOST_FRONT_MATTER:,} characters")
    try:
        metadata = yaml.load(front_matter[1], Loader=_TextLoader)  # noqa: S506 (it makes texts, lists and mappings only)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable"
        # The mark counts from 0, and from the line below the opening ---.
        reason = f"line {mark.line + 2}: {problem}" if mark else problem
        raise RefusedError(f"its front matter is not YAML ({reason})") from error
    except RecursionError as error:
        raise RefusedError(_TOO_DEEP) from error
    if not isinstance(metadata, dict | NoneType):
        raise RefusedError("its front matter is not a mapping of keys to values")
    return metadata or {}, text[front_matter.end() :]


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # HTML inside Markdown is text like any other: it is quoted, never rendered.
    blocks = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable("table")
    lines = MarkdownIt("commonmark", {"html": False, "maxNesting": _LINK_NESTING})

    def parse_lines(state: "StateCore") -> None:
        for token in state.tokens:
            if token.type == "inline":
                token.children = []
                lines.inline.parse(token.content, lines, state.env, token.children)

    blocks.core.ruler.at("inline", parse_lines)
    return blocks


def _inline_text(token: "Token") -> str:
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(breaks.get(child.type, child.content) for child in token.children or [])
