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
from tests.unit.index.parsers.files import assert_parsed_or_refused, bomb, damaged, record_of, records_of
from tests.unit.index.unicode_texts import any_text


def table(rows, delimiter=",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


class TestRows:
    """Rows become records."""

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_a_row_is_a_record_with_its_line(self, delimiter):
        """Lines count from 1, through values of several lines and blank lines; empty values are left out."""
        data = table([["id", "title", "text"], ["a", "Tea", "One;\ntwo,\tthree."], [], ["b", "", "Four."]], delimiter)
        assert records_of(".csv", data) == [
            Record("One;\ntwo,\tthree.", {"id": "a", "title": "Tea"}, 2),
            Record("Four.", {"id": "b"}, 5),
        ]

    @pytest.mark.parametrize("suffix", [".csv", ".tsv"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_a_byte_order_mark_is_passed_over(self, suffix, mark):
        """A file as Excel writes it is parsed; names in the first row may be padded or capitalised."""
        assert record_of(suffix, mark + b' Text ;"Title"\r\n"One.";"Tea"\r\n') == Record("One.", {"title": "Tea"}, 2)

    def test_what_parts_values_is_told_by_the_first_row_alone(self):
        """Commas inside the texts do not make the comma the delimiter."""
        data = b"title;text\nTea;One, two, three, four.\nMilk;Five, six, seven, eight.\n"
        assert [record.text for record in records_of(".csv", data)] == [
            "One, two, three, four.",
            "Five, six, seven, eight.",
        ]

    def test_a_text_alone_is_enough(self):
        """A file of one column needs no delimiter."""
        assert record_of(".csv", b"text\nOne.\n").text == "One."

    def test_a_text_of_any_length_is_read(self):
        """The library's own bound of 131,072 characters does not bound an article."""
        assert len(record_of(".csv", table([["text"], ["x" * 200_000]])).text) == 200_000

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (b"b,Tea", "it has 2 values, and the first row names 3 columns"),
            (b"b,Tea,One, two", "it has 4 values, and the first row names 3 columns"),
            (b'b,"Tea"x,One', "it is not CSV ("),
        ],
    )
    def test_a_bad_row_does_not_stop_the_others(self, row, reason):
        """The bad row gives its reason and its line."""
        before, wrong, after = records_of(".csv", b"id,title,text\na,A,One.\n" + row + b"\nc,C,Three.\n")
        assert (before, after) == (
            Record("One.", {"id": "a", "title": "A"}, 2),
            Record("Three.", {"id": "c", "title": "C"}, 4),
        )
        assert isinstance(wrong, BadRecord)
        assert (wrong.reason[: len(reason)], wrong.line) == (reason, 3)

    def test_a_value_that_nothing_closes_is_a_bad_row(self):
        """The open quote at the end of a file that was cut short is a bad row."""
        first, wrong = records_of(".csv", b'id,text\na,One.\nb,"Two')
        assert first == Record("One.", {"id": "a"}, 2)
        assert wrong == BadRecord("it is not CSV (unexpected end of data)", 3)


class TestRefusals:
    """Files that hold no table of articles."""

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"id,title\na,Tea\n", b"id|text\na|One.\n", b'"unclosed'])
    def test_a_first_row_without_a_text_is_refused(self, data):
        """The file is refused with any delimiter."""
        with pytest.raises(RefusedError, match='names no column "text"'):
            records_of(".csv", data)

    def test_a_column_named_twice_is_refused(self):
        """Nobody can know which of two columns of one name is meant."""
        with pytest.raises(RefusedError, match='names the column "title" twice'):
            records_of(".csv", b"title,Title,text\na,b,c\n")

    def test_a_packed_file_is_read(self):
        """A CSV or JSON Lines file that gzip packed is read."""
        assert record_of(".csv.gz", gzip.compress(b"text\nOne.\n")).text == "One."
        assert record_of(".jsonl.gz", gzip.compress(b'{"text": "One."}\n')).text == "One."

    def test_a_packed_bomb_is_refused(self):
        """The message names the bound, and memory never holds more."""
        with pytest.raises(RefusedError, match="larger than 200 MB"):
            records_of(".csv.gz", bomb(MOST_UNPACKED))

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
        """So is one that is not gzip; the message is in our own words."""
        with pytest.raises(RefusedError, match=f"^its gzip can't be unpacked: {why}$"):
            records_of(".csv.gz", data)


@given(st.lists(any_text.filter(str.strip), max_size=4), st.sampled_from(",;\t"))
def test_any_text_comes_through_unchanged(texts, delimiter):
    """What Python's csv module writes is read back; line ends become newlines."""
    data = table([["title", "text"], *(["Tea", text] for text in texts)], delimiter)
    assert [record.text for record in records_of(".csv", data)] == [
        text.replace("\r\n", "\n").replace("\r", "\n") for text in texts
    ]


@given(damaged(table([["id", "text"], ["a", 'One, "two"'], ["b", "Three"]])) | any_text.map(str.encode) | st.binary())
def test_any_bytes_are_read_or_refused(data):
    """However broken a table is, it is read or refused."""
    assert_parsed_or_refused(".csv", data)
    assert_parsed_or_refused(".csv", b"id,text\n" + data)
