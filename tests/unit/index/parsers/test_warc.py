"""WARC files."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import BadRecord, Record
from index.parsers import warc as parser
from index.parsers.markup import LARGEST_PAGE
from tests.unit.index.parsers.files import (
    HTML_HEADERS,
    assert_parsed_or_refused,
    damaged,
    page,
    record_of,
    records_of,
    warc,
)

A, B = ("https://x.example/a", b"<title>A</title><p>One.</p>"), ("https://x.example/b", b"<title>B</title><p>Two.</p>")
PACKING = pytest.mark.parametrize("packed", [False, True])

PACKED = [*HTML_HEADERS, ("Content-Encoding", "gzip")]


def texts(data: bytes) -> list[str]:
    return [record.text if isinstance(record, Record) else record.reason for record in records_of(".warc", data)]


class TestPages:
    """Each capture of a page is an article."""

    @PACKING
    def test_a_page_has_its_address_and_the_time_of_its_capture(self, packed):
        """The time of the capture is given as fetched, not as published."""
        assert records_of(".warc.gz" if packed else ".warc", warc(A, B, packed=packed)) == [
            Record(
                "One.",
                {"title": "A", "url": "https://x.example/a", "fetched": "2026-11-23T10:00:00Z"},
                1,
                "https://x.example/a",
            ),
            Record(
                "Two.",
                {"title": "B", "url": "https://x.example/b", "fetched": "2026-11-23T10:00:00Z"},
                2,
                "https://x.example/b",
            ),
        ]

    def test_a_page_is_read_by_the_reader_of_pages(self):
        """The record has the metadata that the page states."""
        head = '<meta property="article:published_time" content="2021-03-04">'
        record = record_of(".warc", warc(("https://x.example/a", page(head=head))))
        assert record.metadata["published_origin"] == "meta article:published_time"

    @pytest.mark.parametrize(
        ("canonical", "url"),
        [("https://x.example/b", "https://x.example/b"), ("https://evil.example/b", "https://x.example/a")],
    )
    def test_a_page_speaks_for_its_own_host_only(self, canonical, url):
        """A page may state another address only on the host of its capture; its key stays."""
        record = record_of(".warc", warc((A[0], page(head=f"<link rel='canonical' href='{canonical}'>"))))
        assert (record.metadata["url"], record.key) == (url, A[0])

    def test_of_two_captures_the_last_stands(self):
        """Of several captures of one address, the last counts."""
        assert texts(warc(A, B, (A[0], b"<p>New.</p>"))) == ["New.", "Two."]

    @pytest.mark.parametrize(
        "other",
        [
            {"status": "404 Not Found"},
            {"status": "301 Moved"},
            {"headers": [("Content-Type", "image/png")]},
            {"headers": []},
            {"record_type": "resource"},
        ],
    )
    def test_what_is_no_page_is_passed_over(self, other):
        """Errors, redirects, pictures and records that are no answers are skipped."""
        assert texts(warc(A, **other) + warc(B)) == ["Two."]

    def test_a_file_without_pages_is_refused(self):
        """A file without a captured page is refused."""
        with pytest.raises(RefusedError, match="holds no page of HTML"):
            records_of(".warc", warc(A, status="404 Not Found"))

    @pytest.mark.parametrize(
        ("headers", "body"),
        [
            ([("Content-Encoding", "gzip")], gzip.compress(A[1])),
            ([("Content-Encoding", "gzip")], A[1]),
            ([("Transfer-Encoding", "chunked")], b"5\r\n" + A[1][:5] + b"\r\n16\r\n" + A[1][5:] + b"\r\n0\r\n\r\n"),
            ([("Content-Type", "text/html; charset=windows-1251")], A[1]),
        ],
    )
    def test_a_page_is_read_however_it_was_sent(self, headers, body):
        """A page may be packed, in chunks, or unpacked under a header that says packed."""
        sent = headers if headers[0][0] == "Content-Type" else [*HTML_HEADERS, *headers]
        assert texts(warc((A[0], body), headers=sent)) == ["One."]

    def test_the_servers_encoding_is_taken(self):
        """The encoding in the server's header is used; the page need not name it."""
        body = "<p>Слова.</p>".encode("cp1251")
        assert texts(warc((A[0], body), headers=[("Content-Type", "text/html; charset=windows-1251")])) == ["Слова."]


class TestSafety:
    """Files that are broken, or mean harm."""

    @pytest.mark.parametrize(
        ("make_file", "reason"),
        [
            (lambda: warc((A[0], b"<p>" + b"x" * LARGEST_PAGE)), "is larger than 10 MB"),
            (
                lambda: warc((A[0], gzip.compress(b"x" * 20_000_000)), headers=PACKED),
                "is larger than 10 MB",
            ),
            (lambda: warc(A, headers=[*HTML_HEADERS, ("Content-Encoding", "br")]), 'packed as "br"'),
            (lambda: warc((A[0], b"<div>" * 5000)), "nested too deep"),
            (
                lambda: warc((A[0], b"<p>\xfd"), headers=[("Content-Type", "text/html")]),
                "not UTF-8",
            ),
            (lambda: warc(A, **{"WARC-Truncated": "length"}), "was not captured whole"),
        ],
    )
    def test_a_page_that_can_not_be_read_does_not_stop_the_others(self, make_file, reason):
        """The bad record gives the page's address and the reason."""
        records = list(parser.parse(make_file() + warc(B)))
        assert [record.text for record in records if isinstance(record, Record) and record.text] == ["Two."]
        bad = [record for record in records if isinstance(record, BadRecord)]
        assert not bad or bad[0].reason.startswith("the page https://x.example/a: it")

    @PACKING
    @pytest.mark.parametrize("end", [-1, -20, -200])
    def test_a_file_that_is_cut_short_gives_what_is_before(self, packed, end):
        """The pages before the break are given; then the file is refused, and the cut page is left out."""
        records = parser.parse(warc(A, B, packed=packed)[:end])
        before = []
        with pytest.raises(RefusedError, match="cut short|ended before"):
            before.extend(record.text for record in iter(records.__next__, None))
        assert before in (["One."], ["One.", "Two."])

    @pytest.mark.parametrize("data", [b"", b"words", b"words" * 5000, b"\x1f\x8b", gzip.compress(b"words")])
    def test_another_file_is_refused(self, data):
        """A file of another format is refused, packed or not."""
        with pytest.raises(RefusedError, match="can't be read as|cut short"):
            records_of(".warc", data)

    def test_a_packed_bomb_is_refused(self, monkeypatch):
        """The size is counted as the file is unpacked."""
        monkeypatch.setattr(parser, "MOST_UNPACKED", 100_000)
        with pytest.raises(RefusedError, match=r"it unpacks to more than 0\.1 MB"):
            records_of(".warc.gz", warc((A[0], b"0" * 1_000_000), packed=True))

    def test_nothing_is_opened(self, sealed):
        """The file is parsed from memory."""
        records_of(".warc", warc(A))
        sealed.clear()
        records_of(".warc", warc(A))
        assert sealed == []

    @settings(max_examples=60)
    @given(data=damaged(warc(A, B)) | damaged(warc(A, packed=True)) | st.binary(max_size=100))
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a file is, it is read or refused."""
        assert_parsed_or_refused(".warc", data)
        assert_parsed_or_refused(".warc", b"WARC/1.0\r\n" + data)
