"""An article's file reads back as it was written."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.corpus.articles import read_articles
from index.parsers import markdown
from index.parsers.record import Record
from index.web_import.markdown_file import KEYS, document
from tests.unit.index.unicode_texts import any_text

MARKUP = [
    *"*_`#+-=>|~:!{}[]()'\"$%\\<&\n\t",
    "\n\n",
    "  \n",
    "    code",
    "1. one",
    "12) two",
    "123456789. three",
    "٣. four",
    "# heading",
    "- item",
    "> quote",
    "---",
    "===",
    "```",
    "~~~",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a\n:-",
    "a\n-:",
    "<b>bold</b>",
    "<https://a.example>",
    "<!-- hidden -->",
    "&amp;",
    "&#35;",
    "&nosuch;",
    "[a](b)",
    "[a]: /b",
    "![a](b)",
    "word ",
    "\r\n",
    "\r",
    "\0",
    "\ud800",
    "\x0b",
    "\x1c",
    "\x85",
    "\u2028",
    "\xa0",
    "\ufeff",
]
texts = any_text | st.lists(st.sampled_from(MARKUP), max_size=25).map("".join) | st.text(max_size=200)
values = texts | st.sampled_from(
    [
        "---",
        "a\n---\nb",
        "@x",
        "null",
        "~",
        "no",
        "2026-11-23",
        "a: b",
        "# c",
        "- d",
        "{",
        "!!x",
        "*a",
        "%",
        "...",
        "? x",
    ]
)


def known(text: str) -> str:
    """The text as it can be written to a file."""
    whole = text.encode(errors="replace").decode().replace("\0", "")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def read(source: str) -> Record:
    (record,) = markdown.parse(source.encode())
    return record


class TestText:
    """The paragraphs that are written are those that are read."""

    @given(text=texts)
    @example("a\\\nb\\")
    @example("1.\n2)\n#")
    @example("a\n\n\n    b")
    def test_any_text_comes_back(self, text):
        """No text is taken for markup."""
        assert paragraphs(read(document(text, {})).text) == paragraphs(known(text))

    @pytest.mark.parametrize("text", ["one\ntwo", "one\n\ntwo\nthree", "U.S. *dollars* of 2024.\n1. January\n\n- said"])
    def test_lines_stay_lines(self, text):
        """A line's end closes a sentence, so it is kept."""
        assert read(document(text, {})).text == text

    def test_prose_reads_as_prose(self):
        """Only what Markdown would take for markup is escaped."""
        prose = "“It’s 5.5% – (AT&T, U.S.) said: done!”"
        assert document(prose, {}).endswith(f"---\n\n{prose}\n")


class TestFrontMatter:
    """The values that are written are those that are read."""

    @given(metadata=st.dictionaries(st.sampled_from(KEYS), values))
    def test_any_value_comes_back(self, metadata):
        """Values keep all but their white space; empty ones are left out."""
        wanted = {key: " ".join(known(value).split()) for key, value in metadata.items()}
        assert read(document("Words.", metadata)).metadata == {key: value for key, value in wanted.items() if value}

    def test_other_keys_are_left_out(self):
        """Unknown keys and missing values are not written."""
        assert read(document("Words.", {"facts": ["x"], "title": None, "id": "a"})).metadata == {"id": "a"}

    def test_the_corpus_reads_it_as_an_article(self, tmp_path):
        """Every field of the article is what was written."""
        metadata = {"id": "a-1", "title": 'The "new": harbour', "published": "2026-11-23", "language": "en"}
        metadata |= {"source": "Coast Daily", "author": "L. #Mammadova", "url": "https://news.example/a?b=1#c"}
        (tmp_path / "a.md").write_text(document("Words.", metadata), encoding="utf-8")
        (article,) = read_articles(tmp_path)
        assert (article.article_id, article.title, article.published) == ("a-1", 'The "new": harbour', "2026-11-23")
        assert (article.source, article.author, article.url) == (
            metadata["source"],
            metadata["author"],
            metadata["url"],
        )
