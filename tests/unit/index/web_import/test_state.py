"""The state of fetched pages survives a kill at any instant, and files are never half written."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.articles import read_articles
from index.corpus.ids import address_id
from index.files import write_whole
from index.web_import.article_files import PARTIAL, ArticleFiles
from index.web_import.state import STATE, FetchedPage, State
from tests.unit.index.unicode_texts import any_text

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ONE, TWO = (
    FetchedPage("https://news.example/1", '"1"', "Mon, 23 Nov 2026 12:00:00 GMT"),
    FetchedPage("https://news.example/2"),
)


class TestState:
    """The hidden file of a corpus directory."""

    def test_what_was_put_is_there_in_the_next_run(self, tmp_path):
        """The last record of a page counts."""
        state = State(tmp_path)
        state.begin(["a"], NOW)
        state.put(FetchedPage(ONE.url, '"0"'))
        state.put(ONE)
        for _ in range(2):
            assert State(tmp_path).get(ONE.url) == ONE
            state.end()
        assert len((tmp_path / STATE).read_text().splitlines()) == 1

    def test_a_page_is_asked_for_by_what_is_known_of_it(self, tmp_path):
        """The conditions are its ETag and date, if it has them; an unknown page has none."""
        assert ONE.conditions() == {"if-none-match": ONE.etag, "if-modified-since": ONE.last_modified}
        assert State(tmp_path).get(TWO.url).conditions() == {}

    @pytest.mark.parametrize("tag", ['"é"', '"a\r\nhost: b"', '"\x00"', 7])
    def test_a_tag_that_can_not_be_sent_back_is_not_kept(self, tmp_path, tag):
        """A header that can't be sent back as it came is not stored."""
        State(tmp_path).put(FetchedPage(ONE.url, tag))
        assert State(tmp_path).get(ONE.url) == FetchedPage(ONE.url)

    def test_a_run_that_was_stopped_goes_on(self, tmp_path):
        """With the same inputs, imported pages are done."""
        before = State(tmp_path)
        before.begin(["a", "b"], NOW)
        before.put(ONE)
        after = State(tmp_path)
        after.begin(["a", "b"], NOW + timedelta(hours=23))
        assert after.done(ONE.url)
        assert not after.done(TWO.url)

    @pytest.mark.parametrize(("inputs", "hours"), [(["a"], 0), (["b", "a"], 0), (["a", "b"], 24)])
    def test_another_run_begins_anew(self, tmp_path, inputs, hours):
        """With other inputs, or a day later, no page is done; the records of pages stay."""
        before = State(tmp_path)
        before.begin(["a", "b"], NOW)
        before.put(ONE)
        after = State(tmp_path)
        after.begin(inputs, NOW + timedelta(hours=hours))
        assert not after.done(ONE.url)
        assert after.get(ONE.url) == ONE

    def test_a_run_that_ended_is_not_gone_on_with(self, tmp_path):
        """The same inputs begin a new run."""
        before = State(tmp_path)
        before.begin(["a"], NOW)
        before.put(ONE)
        before.end()
        after = State(tmp_path)
        assert not after.done(ONE.url)
        after.begin(["a"], NOW)
        assert not after.done(ONE.url)

    def test_what_is_forgotten_is_not_known(self, tmp_path):
        """A forgotten page has no record."""
        state = State(tmp_path)
        state.put(ONE)
        state.forget(ONE.url)
        assert State(tmp_path).get(ONE.url) == FetchedPage(ONE.url)

    def test_a_kill_between_any_two_bytes_loses_at_most_the_last_line(self, tmp_path):
        """A file cut at any byte is read: a page has its record or none, and lines can be added."""
        state = State(tmp_path)
        state.begin(["a"], NOW)
        state.put(ONE)
        state.put(TWO)
        whole = (tmp_path / STATE).read_bytes()
        for cut in range(len(whole)):
            (tmp_path / STATE).write_bytes(whole[:cut])
            after = State(tmp_path)
            assert after.get(ONE.url) in (ONE, FetchedPage(ONE.url))
            after.begin(["a"], NOW)
            after.put(TWO)
            last = State(tmp_path)
            assert last.done(TWO.url)
            assert last.get(ONE.url) == after.get(ONE.url)

    def test_a_link_in_its_place_is_neither_read_nor_written(self, tmp_path):
        """It may lead to any file of whoever runs the import."""
        other = tmp_path / "other"
        other.write_text(json.dumps({"url": ONE.url}))
        (tmp_path / STATE).symlink_to(other)
        with pytest.raises(OSError, match=f"{STATE} is a symbolic link"):
            State(tmp_path)
        (tmp_path / STATE).unlink()
        state = State(tmp_path)
        (tmp_path / STATE).symlink_to(other)
        with pytest.raises(OSError, match=f"{STATE} is a symbolic link"):
            state.put(TWO)
        assert other.read_text() == json.dumps({"url": ONE.url})

    @given(junk=any_text.map(str.encode) | st.binary(max_size=200))
    def test_no_file_keeps_a_run_from_beginning(self, tmp_path_factory, junk):
        """Lines that can't be read are ignored."""
        folder = tmp_path_factory.mktemp("corpus")
        (folder / STATE).write_bytes(junk + b'\n{"url": 7}\n[]\n{"begun": 1, "at": 2}\n')
        state = State(folder)
        state.begin(["a"], NOW)
        state.put(ONE)
        assert State(folder).get(ONE.url) == ONE


class TestArticleFiles:
    """The articles of a corpus directory."""

    def test_a_page_has_one_file_whatever_it_says(self, tmp_path):
        """The page is new, unchanged, then changed, in the same file each time."""
        article_files = ArticleFiles(tmp_path)
        statuses = [article_files.keep(ONE.url, text) for text in ("one", "one", "two")]
        assert statuses == ["new", "unchanged", "changed"]
        assert [path.read_text() for path in tmp_path.iterdir()] == ["two"]

    def test_when_it_was_fetched_is_no_change(self, tmp_path):
        """A file that differs only in the time of fetching is not written."""
        article_files = ArticleFiles(tmp_path)
        article_files.keep(ONE.url, "---\nfetched: '1'\n---\nwords\n")
        assert article_files.keep(ONE.url, "---\nfetched: '2'\n---\nwords\n") == "unchanged"
        assert "'1'" in article_files.file(ONE.url).read_text()
        assert article_files.keep(ONE.url, "---\nfetched: '2'\n---\nother words\n") == "changed"

    def test_what_is_dropped_is_gone(self, tmp_path):
        """Dropping a page twice is no error."""
        article_files = ArticleFiles(tmp_path)
        article_files.keep(ONE.url, "one")
        for _ in range(2):
            article_files.drop(ONE.url)
            assert not article_files.holds(ONE.url)

    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://news.example/2026/11/Tea-time.html?p=1", "news-example-2026-11-tea-time-html-"),
            ("https://news.example/", "news-example-"),
            ("https://news.example/%D9%85%D8%B1%D8%AD", "news-example-مرح-"),
            ("https://news.example/../../etc/passwd", "news-example-etc-passwd-"),
            ("https://news.example/%2e%2e%2f%00%0a", "news-example-"),
            ("https://[2606:4700::1111]/a", "2606-4700-1111-a-"),
        ],
    )
    def test_a_name_tells_host_and_path(self, url, name):
        """The name has letters and digits of any script, dashes between them, and a hash of the address."""
        article_id = address_id(url)
        assert article_id[:-12] == name
        assert int(article_id[-12:], 16) >= 0

    def test_addresses_that_differ_have_names_that_differ(self):
        """Paths that look the same, or are cut at the same position, have different names."""
        long = "https://news.example/" + "a" * 200
        urls = ["https://news.example/a", "https://news.example/a?b", "https://news.example/A", long, long + "a"]
        assert len({address_id(url) for url in urls}) == len(urls)

    def test_a_name_of_any_length_is_one_a_file_can_have(self, tmp_path):
        """A long path of four-byte letters is cut short enough."""
        article_files = ArticleFiles(tmp_path)
        assert article_files.keep("https://news.example/" + "%F0%90%80%80" * 300, "words") == "new"

    def test_a_file_is_never_half_written(self, tmp_path, monkeypatch):
        """A stop before the rename leaves the old file, and a hidden one that the corpus ignores."""
        article_files = ArticleFiles(tmp_path)
        article_files.keep(ONE.url, "one")
        monkeypatch.setattr(Path, "replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            article_files.keep(ONE.url, "two")
        assert [article.text for article in read_articles(tmp_path)] == ["one"]
        monkeypatch.undo()
        assert article_files.keep(ONE.url, "two") == "changed"

    def test_a_link_in_the_place_of_the_partial_file_is_not_followed(self, tmp_path):
        """Neither an article nor the state is written through it."""
        other, state = tmp_path / "other", State(tmp_path)
        state.put(ONE)
        other.write_text("precious")
        for write in (lambda: ArticleFiles(tmp_path).keep(ONE.url, "one"), state.end):
            (tmp_path / PARTIAL).symlink_to(other)
            write()
            assert other.read_text() == "precious"

    def test_bytes_are_written_as_they_are(self, tmp_path):
        """The bytes that are written are those that are read."""
        write_whole(tmp_path / "a", b"\xff\0")
        assert (tmp_path / "a").read_bytes() == b"\xff\0"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
