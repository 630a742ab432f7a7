"""What is known of fetched pages outlives a kill at any instant, and files are whole or as before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus.articles import read_articles
from index.corpus.ids import address_id
from index.files import write_whole
from index.web_import.article_files import ArticleFiles
from index.web_import.state import STATE, Seen, State
from tests.unit.index.unicode_texts import any_text

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ONE, TWO = Seen("https://news.example/1", '"1"', "Mon, 23 Nov 2026 12:00:00 GMT"), Seen("https://news.example/2")


class TestState:
    """The hidden file of a corpus directory."""

    def test_what_was_put_is_there_in_the_next_run(self, tmp_path):
        """The last that was put of a page stands."""
        state = State(tmp_path)
        state.begin(["a"], NOW)
        state.put(Seen(ONE.url, '"0"'))
        state.put(ONE)
        for _ in range(2):
            assert State(tmp_path).get(ONE.url) == ONE
            state.end()
        assert len((tmp_path / STATE).read_text().splitlines()) == 1

    def test_a_page_is_asked_for_by_what_is_known_of_it(self, tmp_path):
        """Its tag and day, each where there is one; nothing of a page that is not known."""
        assert ONE.conditions() == {"if-none-match": ONE.etag, "if-modified-since": ONE.last_modified}
        assert State(tmp_path).get(TWO.url).conditions() == {}

    @pytest.mark.parametrize("tag", ['"é"', '"a\r\nhost: b"', '"\x00"', 7])
    def test_a_tag_that_can_not_be_sent_back_is_not_kept(self, tmp_path, tag):
        """A header from outside never becomes two."""
        State(tmp_path).put(Seen(ONE.url, tag))
        assert State(tmp_path).get(ONE.url) == Seen(ONE.url)

    def test_a_run_that_was_stopped_goes_on(self, tmp_path):
        """Of the same inputs, what was brought in is done."""
        before = State(tmp_path)
        before.begin(["a", "b"], NOW)
        before.put(ONE)
        after = State(tmp_path)
        after.begin(["a", "b"], NOW + timedelta(hours=23))
        assert after.done(ONE.url)
        assert not after.done(TWO.url)

    @pytest.mark.parametrize(("inputs", "hours"), [(["a"], 0), (["b", "a"], 0), (["a", "b"], 24)])
    def test_another_run_begins_anew(self, tmp_path, inputs, hours):
        """With other inputs, or a day later, nothing is done yet; what is known stays."""
        before = State(tmp_path)
        before.begin(["a", "b"], NOW)
        before.put(ONE)
        after = State(tmp_path)
        after.begin(inputs, NOW + timedelta(hours=hours))
        assert not after.done(ONE.url)
        assert after.get(ONE.url) == ONE

    def test_a_run_that_ended_is_not_gone_on_with(self, tmp_path):
        """The same inputs again are a new run."""
        before = State(tmp_path)
        before.begin(["a"], NOW)
        before.put(ONE)
        before.end()
        after = State(tmp_path)
        assert not after.done(ONE.url)
        after.begin(["a"], NOW)
        assert not after.done(ONE.url)

    def test_what_is_forgotten_is_not_known(self, tmp_path):
        """A page that was deleted is as if it never was."""
        state = State(tmp_path)
        state.put(ONE)
        state.forget(ONE.url)
        assert State(tmp_path).get(ONE.url) == Seen(ONE.url)

    def test_a_kill_between_any_two_bytes_loses_at_most_the_last_line(self, tmp_path):
        """Cut at every byte, the file is read: a page is known as it was or not at all, and lines can be added."""
        state = State(tmp_path)
        state.begin(["a"], NOW)
        state.put(ONE)
        state.put(TWO)
        whole = (tmp_path / STATE).read_bytes()
        for cut in range(len(whole)):
            (tmp_path / STATE).write_bytes(whole[:cut])
            after = State(tmp_path)
            assert after.get(ONE.url) in (ONE, Seen(ONE.url))
            after.begin(["a"], NOW)
            after.put(TWO)
            last = State(tmp_path)
            assert last.done(TWO.url)
            assert last.get(ONE.url) == after.get(ONE.url)

    @given(junk=any_text.map(str.encode) | st.binary(max_size=200))
    def test_no_file_keeps_a_run_from_beginning(self, tmp_path_factory, junk):
        """Whatever stands in the file, what can be read is taken and the rest passed over."""
        folder = tmp_path_factory.mktemp("corpus")
        (folder / STATE).write_bytes(junk + b'\n{"url": 7}\n[]\n{"begun": 1, "at": 2}\n')
        state = State(folder)
        state.begin(["a"], NOW)
        state.put(ONE)
        assert State(folder).get(ONE.url) == ONE


class TestShelf:
    """The articles of a corpus directory."""

    def test_a_page_has_one_file_whatever_it_says(self, tmp_path):
        """New, unchanged, changed: the same file each time, and no other."""
        shelf = ArticleFiles(tmp_path)
        kept = [shelf.keep(ONE.url, text) for text in ("one", "one", "two")]
        assert kept == ["new", "unchanged", "changed"]
        assert [path.read_text() for path in tmp_path.iterdir()] == ["two"]

    def test_when_it_was_fetched_is_no_change(self, tmp_path):
        """A file that says the same otherwise keeps the time it was first fetched so."""
        shelf = ArticleFiles(tmp_path)
        shelf.keep(ONE.url, "---\nfetched: '1'\n---\nwords\n")
        assert shelf.keep(ONE.url, "---\nfetched: '2'\n---\nwords\n") == "unchanged"
        assert "'1'" in shelf.file(ONE.url).read_text()
        assert shelf.keep(ONE.url, "---\nfetched: '2'\n---\nother words\n") == "changed"

    def test_what_is_dropped_is_gone(self, tmp_path):
        """Twice is no error."""
        shelf = ArticleFiles(tmp_path)
        shelf.keep(ONE.url, "one")
        for _ in range(2):
            shelf.drop(ONE.url)
            assert not shelf.holds(ONE.url)

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
        """Letters and figures of any script, dashes between, and a hash of the address."""
        found = address_id(url)
        assert found[:-12] == name
        assert int(found[-12:], 16) >= 0

    def test_addresses_that_differ_have_names_that_differ(self):
        """Though their paths read the same, or are cut at the same place."""
        long = "https://news.example/" + "a" * 200
        urls = ["https://news.example/a", "https://news.example/a?b", "https://news.example/A", long, long + "a"]
        assert len({address_id(url) for url in urls}) == len(urls)

    def test_a_name_of_any_length_is_one_a_file_can_have(self, tmp_path):
        """Letters of four bytes in a long path are cut in time."""
        shelf = ArticleFiles(tmp_path)
        assert shelf.keep("https://news.example/" + "%F0%90%80%80" * 300, "words") == "new"

    def test_a_file_is_never_half_written(self, tmp_path, monkeypatch):
        """A stop before the rename leaves the file as it was, and a hidden one that no corpus shows."""
        shelf = ArticleFiles(tmp_path)
        shelf.keep(ONE.url, "one")
        monkeypatch.setattr(Path, "replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            shelf.keep(ONE.url, "two")
        assert [article.text for article in read_articles(tmp_path)] == ["one"]
        monkeypatch.undo()
        assert shelf.keep(ONE.url, "two") == "changed"

    def test_bytes_are_written_as_they_are(self, tmp_path):
        """What is written whole is what is read."""
        write_whole(tmp_path / "a", b"\xff\0")
        assert (tmp_path / "a").read_bytes() == b"\xff\0"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
