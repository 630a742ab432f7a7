"""Parsers turn the bytes of a file into text and metadata, or refuse them."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import PARSERS, BadRecord, Record, jsonl, markdown, text
from tests.unit.index.unicode_texts import any_text

TEXTS = (".md", ".markdown", ".txt", ".jsonl", ".csv", ".tsv", ".html", ".htm", ".xhtml")


def body(source: str) -> str:
    (record,) = markdown.parse(source.encode())
    return record.text


def metadata(front_matter: str) -> dict[str, object]:
    (record,) = markdown.parse(f"---\n{front_matter}\n---\nWords.\n".encode())
    return record.metadata


def line(**item: object) -> bytes:
    return json.dumps(item).encode() + b"\n"


class TestBytes:
    """What every parser makes of bytes."""

    @pytest.mark.parametrize("suffix", TEXTS)
    def test_binary_is_refused(self, suffix):
        """A NUL byte marks a binary file."""
        with pytest.raises(RefusedError, match="NUL"):
            list(PARSERS[suffix](b"words\0words"))

    @pytest.mark.parametrize("suffix", TEXTS)
    def test_another_encoding_is_refused(self, suffix):
        """Bytes that are not UTF-8 are refused, with the first bad byte and its offset."""
        with pytest.raises(RefusedError, match=r"not UTF-8 \(byte 0xe9 at offset 3\)"):
            list(PARSERS[suffix]("café".encode("latin-1")))

    @pytest.mark.parametrize("suffix", PARSERS)
    @given(data=st.binary(max_size=200) | any_text.map(str.encode))
    def test_any_bytes_are_read_or_refused(self, suffix, data):
        """No bytes make a parser raise anything but RefusedError."""
        try:
            records = list(PARSERS[suffix](data))
        except RefusedError:
            return
        assert all(isinstance(record, (Record, BadRecord)) for record in records)

    @given(front=any_text, rest=any_text)
    def test_any_front_matter_is_read_or_refused(self, front, rest):
        """No front matter makes the Markdown parser raise anything but RefusedError."""
        try:
            (record,) = markdown.parse(f"---\n{front}\n---\n{rest}".encode())
        except RefusedError:
            return
        assert isinstance(record.metadata, dict)

    @pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
    def test_line_ends_become_newlines(self, ending):
        """Line ends of Windows and old Macs become newlines, in front matter too."""
        source = ending.join(["---", "title: Tea", "---", "", "One.", "", "Two."]).encode()
        assert list(markdown.parse(source)) == [Record("One.\n\nTwo.", {"title": "Tea"})]
        assert [record.text for record in text.parse(f"One.{ending}Two.".encode())] == ["One.\nTwo."]

    @pytest.mark.parametrize("source", [b"\xef\xbb\xbf---\ntitle: Tea\n---\nWords."])
    def test_a_byte_order_mark_is_passed_over(self, source):
        """A file saved with a byte order mark keeps its front matter."""
        assert list(markdown.parse(source)) == [Record("Words.", {"title": "Tea"})]


class TestText:
    """Plain text."""

    def test_a_text_file_is_kept_as_it_is(self):
        """Markup in a plain text is kept as words."""
        assert list(text.parse(b"# One *two*\n\n  three\n")) == [Record("# One *two*\n\n  three\n")]


class TestFrontMatter:
    """Front matter: the keys between two --- lines."""

    def test_keys_are_read(self):
        """The record has each key of the front matter, and its text has none."""
        values = metadata("title: Tea\nid: tea\npublished: 2024-03-05\nlanguage: en")
        assert values == {"title": "Tea", "id": "tea", "published": "2024-03-05", "language": "en"}

    def test_a_file_without_it_has_no_metadata(self):
        """A file that begins with words has no front matter."""
        assert list(markdown.parse(b"Words.")) == [Record("Words.")]

    def test_an_empty_one_is_none(self):
        """Two --- lines with nothing between them are an empty front matter."""
        assert list(markdown.parse(b"---\n---\nWords.")) == [Record("Words.")]

    def test_a_rule_in_the_body_is_not_front_matter(self):
        """A thematic break below the front matter stays in the body."""
        assert list(markdown.parse(b"---\ntitle: Tea\n---\nOne\n\n---\n\nTwo")) == [
            Record("One\n\nTwo", {"title": "Tea"})
        ]

    def test_front_matter_without_an_end_is_refused(self):
        """An opening --- without a closing one is a mistake and refuses the file."""
        with pytest.raises(RefusedError, match="no closing --- line"):
            list(markdown.parse(b"---\ntitle: Tea\nWords."))

    @pytest.mark.parametrize("broken", ["title: [one", "title: a: b", "title: 'open", "a: b\n  c: d", "\t- x"])
    def test_broken_yaml_is_refused(self, broken):
        """Front matter that is not YAML is refused, and the message says so."""
        with pytest.raises(RefusedError, match="front matter is not YAML"):
            metadata(broken)

    def test_broken_yaml_is_refused_with_its_line(self):
        """The message names the line of the file, counted from 1."""
        with pytest.raises(RefusedError, match="line 3:"):
            metadata("title: Tea\nsource: a: b\nid: tea")

    @pytest.mark.parametrize("front", ["- one\n- two", "[one, two]", "just words", "42"])
    def test_front_matter_that_is_no_mapping_is_refused(self, front):
        """A list or a bare text between the --- lines refuses the file."""
        with pytest.raises(RefusedError, match="not a mapping"):
            metadata(front)

    def test_yaml_never_makes_objects(self):
        """A tag that would run code runs nothing."""
        assert metadata("title: !!python/object/apply:os.getcwd []") == {"title": []}

    @pytest.mark.parametrize("deep", ["a: " + "[" * 2000 + "]" * 2000, "".join(" " * n + "a:\n" for n in range(999))])
    def test_front_matter_nested_too_deep_is_refused(self, deep):
        """Thousands of nested lists refuse the file and do not crash the run."""
        with pytest.raises(RefusedError, match="front matter"):
            metadata(deep)

    def test_front_matter_that_is_too_long_is_refused(self):
        """The message names the bound; a long abstract is read."""
        assert len(str(metadata("summary: " + "words " * 5_000)["summary"])) > 25_000
        with pytest.raises(RefusedError, match="longer than 50,000 characters"):
            metadata("a: b\n" * 10_001)

    def test_a_rule_right_below_the_front_matter_is_body(self):
        """Front matter ends at its closing line, whatever the body begins with."""
        assert list(markdown.parse(b"---\ntitle: Tea\n---\n---\n\nWords.")) == [Record("Words.", {"title": "Tea"})]


class TestMarkdown:
    """Markup is taken off; the words stay."""

    @pytest.mark.parametrize(
        ("markup", "plain"),
        [
            ("*One* __two__ ***three***", "One two three"),
            ("A [link](https://example.org 'title') here", "A link here"),
            ("A [link][ref] here\n\n[ref]: https://example.org", "A link here"),
            ("<https://example.org>", "https://example.org"),
            ("![a ship](ship.png) sails", "a ship sails"),
            ("Run `make all` now", "Run make all now"),
            (r"2 \* 3 &amp; 4 &copy;", "2 * 3 & 4 ©"),
            ("# One\n\nTwo\n---\n\n### Three ###", "One\n\nTwo\n\nThree"),
            ("- one\n- two\n  - three\n\n1. four", "one\n\ntwo\n\nthree\n\nfour"),
            ("> quoted\n> words", "quoted words"),
            ("```py\nx = 1\n\ny = 2\n```", "x = 1\n\ny = 2"),
            ("    indented code", "indented code"),
            ("soft\nbreak", "soft break"),
            ("hard  \nbreak", "hard\nbreak"),
            ("one\n\n***\n\ntwo", "one\n\ntwo"),
        ],
    )
    def test_markup_is_taken_off(self, markup, plain):
        """Emphasis, links, lists, headings, quotes and code leave their words."""
        assert body(markup) == plain

    def test_a_table_leaves_its_cells(self):
        """Every cell's words stay in reading order, without the rules between them."""
        table = "| Port | Ships |\n|:-----|------:|\n| Baku | **40** |\n"
        assert body(table).split() == ["Port", "Ships", "Baku", "40"]

    @pytest.mark.parametrize("html", ["<b>bold</b>", "<div>\nblock\n</div>", "<script>alert(1)</script>"])
    def test_html_stays_text(self, html):
        """HTML in Markdown stays as it is, tags included."""
        assert body(html).split() == html.split()

    def test_a_first_level_heading_gives_the_title(self):
        """Without a title key the first # heading is the title, its markup taken off."""
        (record,) = markdown.parse(b"## Small\n\n# The *new* harbour\n\n# Another\n")
        assert record.metadata["title"] == "The new harbour"

    def test_a_title_key_goes_before_a_heading(self):
        """The front matter's title stands."""
        (record,) = markdown.parse(b"---\ntitle: Tea\n---\n# Coffee\n")
        assert record.metadata["title"] == "Tea"

    def test_brackets_that_nothing_closes_stay_text(self):
        """A link among a thousand open brackets may stay as it is written, and no word is lost."""
        assert body("[" * 1000 + "words") == "[" * 1000 + "words"
        assert body("[![a ship](ship.png)](https://example.org)") == "a ship"

    @given(words=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=20))
    def test_prose_comes_through_unchanged(self, words):
        """A paragraph without markup is its own text."""
        assert body(" ".join(words)) == " ".join(words)

    @pytest.mark.parametrize("step", ["  - ", "> "], ids=["list", "quote"])
    def test_deep_nesting_loses_no_words(self, step):
        """Words in the twelfth level of a list, or the thirtieth of a quote, are words of the article."""
        nested = "\n".join("  " * depth + f"- item{depth}" for depth in range(12))
        assert "deepest" in body(f"{nested}\n{'  ' * 12}- deepest" if "-" in step else "> " * 30 + "deepest")


class TestJsonLines:
    """One article a line."""

    def test_a_line_is_a_record_with_its_number(self):
        """Keys other than the text are metadata; lines count from 1, and blank lines are skipped."""
        data = line(text="One.", title="Tea", id=7) + b"\n  \n" + line(text="Two.")
        assert list(jsonl.parse(data)) == [Record("One.", {"title": "Tea", "id": 7}, 1), Record("Two.", {}, 4)]

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            (b"nope", "not JSON"),
            (b'{"text": "open', "not JSON"),
            (b"[" * 100_000, "nested too deep"),
            (b'{"title": "Tea"}', '"text" string'),
            (b'{"text": 3}', '"text" string'),
            (b'["text"]', '"text" string'),
            (b"null", '"text" string'),
        ],
    )
    def test_a_bad_line_does_not_stop_the_others(self, bad, reason):
        """A line that is not an article gives its reason and number; the others are read."""
        before, wrong, after = jsonl.parse(line(text="One.") + bad + b"\n" + line(text="Two."))
        assert (before, after) == (Record("One.", {}, 1), Record("Two.", {}, 3))
        assert isinstance(wrong, BadRecord)
        assert wrong.line == 2
        assert re.search(reason, wrong.reason)

    def test_a_number_too_long_for_python_is_a_bad_line(self):
        """A line with a number of 5,000 digits is a bad record like any other."""
        (bad, good) = jsonl.parse(b'{"text": "One.", "n": ' + b"1" * 5000 + b"}\n" + line(text="Two."))
        assert isinstance(bad, BadRecord)
        assert good == Record("Two.", {}, 2)

    def test_a_line_separator_inside_a_string_does_not_end_the_line(self):
        """U+2028 inside a JSON string does not end the line."""
        data = json.dumps({"text": "One.\u2028Two."}, ensure_ascii=False).encode()
        assert list(jsonl.parse(data)) == [Record("One.\u2028Two.", {}, 1)]

    @given(st.lists(any_text, max_size=5))
    @example(["\u2028", "a\nb"])
    def test_any_text_comes_through_unchanged(self, texts):
        """What is written as JSON is read back."""
        data = b"".join(line(text=item) for item in texts)
        assert [record.text for record in jsonl.parse(data)] == texts
