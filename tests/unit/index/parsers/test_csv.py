"""CSV: one article a row."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import BadRecord, Record
from index.parsers.archives import MOST_UNPACKED
from tests.unit.index.parsers.files import bomb, damaged, one, read, survives
from tests.unit.index.unicode_texts import any_text


def table(rows, delimiter=",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


class TestRows:
    """What becomes of each row."""

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_a_row_is_a_record_with_its_line(self, delimiter):
        """Lines count from 1, through values of several lines and blank lines; empty values are none."""
        data = table([["id", "title", "text"], ["a", "Tea", "One;\ntwo,\tthree."], [], ["b", "", "Four."]], delimiter)
        assert read(".csv", data) == [
            Record("One;\ntwo,\tthree.", {"id": "a", "title": "Tea"}, 2),
            Record("Four.", {"id": "b"}, 5),
        ]

    @pytest.mark.parametrize("suffix", [".csv", ".tsv"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_a_byte_order_mark_is_passed_over(self, suffix, mark):
        """As Excel writes it; names in the first row may be padded, or have capitals."""
        assert one(suffix, mark + b' Text ;"Title"\r\n"One.";"Tea"\r\n') == Record("One.", {"title": "Tea"}, 2)

    def test_what_parts_values_is_told_by_the_first_row_alone(self):
        """Commas in the texts do not make it a file of commas."""
        data = b"title;text\nTea;One, two, three, four.\nMilk;Five, six, seven, eight.\n"
        assert [record.text for record in read(".csv", data)] == ["One, two, three, four.", "Five, six, seven, eight."]

    def test_a_text_alone_is_enough(self):
        """A file of one column parts nothing."""
        assert one(".csv", b"text\nOne.\n").text == "One."

    def test_a_text_of_any_length_is_read(self):
        """The library's own bound, 131,072 characters, is no bound of an article."""
        assert len(one(".csv", table([["text"], ["x" * 200_000]])).text) == 200_000

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (b"b,Tea", "it has 2 values, and the first row names 3 columns"),
            (b"b,Tea,One, two", "it has 4 values, and the first row names 3 columns"),
            (b'b,"Tea"x,One', "it is not CSV ("),
        ],
    )
    def test_a_bad_row_does_not_stop_the_others(self, row, reason):
        """It gives its reason and its line."""
        before, wrong, after = read(".csv", b"id,title,text\na,A,One.\n" + row + b"\nc,C,Three.\n")
        assert (before, after) == (
            Record("One.", {"id": "a", "title": "A"}, 2),
            Record("Three.", {"id": "c", "title": "C"}, 4),
        )
        assert isinstance(wrong, BadRecord)
        assert (wrong.reason[: len(reason)], wrong.line) == (reason, 3)

    def test_a_value_that_nothing_closes_is_a_bad_row(self):
        """A file that was cut short inside quotes is not read to its end."""
        first, wrong = read(".csv", b'id,text\na,One.\nb,"Two')
        assert first == Record("One.", {"id": "a"}, 2)
        assert wrong == BadRecord("it is not CSV (unexpected end of data)", 3)


class TestRefusals:
    """Files that are no table of articles."""

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"id,title\na,Tea\n", b"id|text\na|One.\n", b'"unclosed'])
    def test_a_first_row_without_a_text_is_refused(self, data):
        """Whatever parts its values."""
        with pytest.raises(RefusedError, match='names no column "text"'):
            read(".csv", data)

    def test_a_column_named_twice_is_refused(self):
        """Which of them is meant can't be told."""
        with pytest.raises(RefusedError, match='names the column "title" twice'):
            read(".csv", b"title,Title,text\na,b,c\n")

    def test_a_packed_file_is_read(self):
        """By its name."""
        assert one(".csv.gz", gzip.compress(b"text\nOne.\n")).text == "One."
        assert one(".jsonl.gz", gzip.compress(b'{"text": "One."}\n')).text == "One."

    def test_a_packed_bomb_is_refused(self):
        """With the bound in the sentence; no more than that is held."""
        with pytest.raises(RefusedError, match="larger than 200 MB"):
            read(".csv.gz", bomb(MOST_UNPACKED))

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"text\nOne.\n", "it is not packed by gzip"),
            (gzip.compress(b"text\nOne.\n")[:-3], "it is cut short"),
            (b"\x1f\x8b", "it is cut short"),
            (gzip.compress(b"text\nOne.\n")[:-8] + bytes(8), "it is damaged"),
        ],
    )
    def test_a_broken_packing_is_refused(self, data, why):
        """Or one that is none; in words that are no library's."""
        with pytest.raises(RefusedError, match=f"^its gzip can't be unpacked: {why}$"):
            read(".csv.gz", data)


@given(st.lists(any_text.filter(str.strip), max_size=4), st.sampled_from(",;\t"))
def test_any_text_comes_through_unchanged(texts, delimiter):
    """What was written as CSV is what is read; line ends become newlines."""
    data = table([["title", "text"], *(["Tea", text] for text in texts)], delimiter)
    assert [record.text for record in read(".csv", data)] == [
        text.replace("\r\n", "\n").replace("\r", "\n") for text in texts
    ]


@given(damaged(table([["id", "text"], ["a", 'One, "two"'], ["b", "Three"]])) | any_text.map(str.encode) | st.binary())
def test_any_bytes_are_read_or_refused(data):
    """However broken a table is."""
    survives(".csv", data)
    survives(".csv", b"id,text\n" + data)
