"""Escaped text is shown by Markdown exactly as it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.markdown_text import escape_markdown
from tests.unit.index.unicode_texts import any_text

PIECES = [
    "*",
    "_",
    "`",
    "#",
    "+",
    "-",
    "=",
    "|",
    "~",
    ":",
    "!",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "'",
    '"',
    "\\",
    "<",
    "&",
    ">",
]
PIECES += [
    "1. one",
    "12) two",
    "٣. three",
    "word ",
    "&amp;",
    "&#35;",
    "&nosuch;",
    "<b>",
    "[a](b)",
    "![a](b)",
    "---",
    "~~a~~",
]
texts = any_text | st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=80)
# One line as its users make it: single spaces, none at the ends. NUL is no character of Markdown.
lines = texts.map(lambda text: " ".join(text.replace("\0", "").split())).filter(bool)


def shown(markdown: str, *extensions: str) -> str:
    """The text of the one paragraph that Markdown makes of a source; it must hold nothing but text."""
    blocks = MarkdownIt("commonmark").enable(["table", *extensions]).parse(markdown)
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in blocks[1].children} <= {"text"}
    return "".join(child.content for child in blocks[1].children)


@given(line=lines)
@example(line="1. one")
@example(line="a\\")
def test_a_line_is_shown_as_it_is(line):
    """Whatever the line holds, it is one paragraph of that text without markup."""
    assert shown(escape_markdown(line)) == line


@given(line=lines)
@example(line="a ~~b~~ c")
def test_chat_pages_show_a_line_as_it_is_too(line):
    """With `autolinks` that holds for renderers with strikethrough as well."""
    assert shown(escape_markdown(line, autolinks=True), "strikethrough") == line


@given(line=lines, title=lines)
def test_a_line_below_another_is_shown_as_it_is(line, title):
    """A line makes neither a heading nor a table of the line above it."""
    blocks = MarkdownIt("commonmark").enable("table").parse(f"{escape_markdown(title)}\n{escape_markdown(line)}")
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("The harbour opened in 2021 (at last).", "The harbour opened in 2021 (at last)."),
        ("# not a heading", r"\# not a heading"),
        ("2021. A year", r"2021\. A year"),
        ("AT&T & R&D;", r"AT&T & R\&D;"),
    ],
)
def test_only_what_markdown_would_act_on_is_escaped(line, escaped):
    """Plain prose stays readable in its source."""
    assert escape_markdown(line) == escaped


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("See https://a.example now.", r"See https\://a\.example now."),
        ("Write to a@b.example.", r"Write to a\@b\.example."),
        ("At 12:30, 3.5 km on.", "At 12:30, 3.5 km on."),
    ],
)
def test_addresses_are_escaped_where_renderers_would_link_them(line, escaped):
    """With `autolinks` no address and no name with dots is left for a renderer to turn into a link."""
    assert escape_markdown(line, autolinks=True) == escaped
