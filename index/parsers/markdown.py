"""Markdown with optional YAML front matter; the markup is taken off, so quotes read as prose."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from types import NoneType
from typing import TYPE_CHECKING

import yaml

from index.errors import RefusedError
from index.parsers.record import Record, decode

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


_OPENING = re.compile(r"---[ \t]*\n")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# Lists within lists and quotes within quotes below this are left out; the parser's own bound is 20.
_NESTING = 200


class _AsWritten(yaml.BaseLoader):
    """YAML whose values stay the text that was written: no is Norwegian, not False. ~ and null are none."""


_AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:~|null|)\Z"), ["~", "n", ""])
_AsWritten.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)  # noqa: ARG005


def parse(data: bytes) -> Iterator[Record]:
    """The file as one record: its front matter, and its body as plain paragraphs.

    A first-level heading gives the title where the front matter has none.

    Raises:
        RefusedError: the file is binary or not UTF-8, or its front matter is not a YAML mapping.
    """
    metadata, body = _split(decode(data))
    tokens = _parser().parse(body)
    heading = _first_heading(tokens)
    if heading and not metadata.get("title"):
        metadata["title"] = heading
    yield Record("\n\n".join(_blocks(tokens)), metadata)


def _split(text: str) -> tuple[dict[str, object], str]:
    if not _OPENING.match(text):
        return {}, text
    found = _FRONT_MATTER.match(text)
    if found is None:
        raise RefusedError("its front matter has no closing --- line")
    try:
        metadata = yaml.load(found[1], Loader=_AsWritten)  # noqa: S506 (it makes texts, lists and mappings only)
    except yaml.YAMLError as error:
        raise RefusedError(f"its front matter is not YAML ({_where(error)})") from error
    except RecursionError as error:
        raise RefusedError("its front matter is nested too deep") from error
    if not isinstance(metadata, dict | NoneType):
        raise RefusedError("its front matter is not a mapping of keys to values")
    return metadata or {}, text[found.end() :]


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "unreadable"
    # The mark counts from 0, and from the line below the opening ---.
    return f"line {mark.line + 2}: {problem}" if mark else str(problem)


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # HTML inside Markdown is text like any other: it is quoted, never rendered.
    return MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable("table")


def _first_heading(tokens: Sequence["Token"]) -> str:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h1":
            return _inline(inline)
    return ""


def _blocks(tokens: Sequence["Token"]) -> Iterator[str]:
    for token in tokens:
        block = _inline(token) if token.type == "inline" else token.content.strip("\n")
        if block.strip():
            yield block


def _inline(token: "Token") -> str:
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(breaks.get(child.type, child.content) for child in token.children or [])
