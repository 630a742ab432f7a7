"""Walking a corpus: stable order, what becomes an article, what is refused and why."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.corpus.articles import read_articles
from index.corpus.records import TITLE_CHARACTERS, UNSTATED_ORIGIN
from index.errors import CorpusError
from index.types import Article, Doubt, Refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    return path


def put(folder: Path, name: str, content: str | bytes = "Some words.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def articles(corpus: Path) -> list[Article]:
    return [item for item in read_articles(corpus) if isinstance(item, Article)]


def refusals(corpus: Path) -> list[Refusal]:
    return [item for item in read_articles(corpus) if isinstance(item, Refusal)]


def only(corpus: Path) -> Article:
    (item,) = read_articles(corpus)
    assert isinstance(item, Article), item
    return item


def refusal(corpus: Path) -> Refusal:
    (item,) = read_articles(corpus)
    assert isinstance(item, Refusal), item
    return item


def front(folder: Path, front_matter: str) -> Path:
    put(folder, "it.md", f"---\n{front_matter}\n---\nSome words.\n")
    return folder


class TestWalk:
    """Which files are read, and in what order."""

    def test_the_order_is_that_of_paths(self, folder):
        """Files come in the order of their paths, however the disk lists them."""
        for name in ["b.md", "a/z.txt", "c.jsonl", "a/b/c.md", "B.txt", "a.md"]:
            put(folder, name, '{"text": "words"}' if name.endswith("jsonl") else "words")
        paths = [article.path for article in articles(folder)]
        assert paths == sorted(paths)
        assert len(paths) == 5  # B.txt and b.md are one id

    def test_readmes_and_hidden_files_are_skipped(self, folder):
        """The corpus's own README.md and the hidden files of editors and git are not articles."""
        for name in ["README.md", "sub/readme.md", ".hidden.md", ".git/config", "sub/.tmp/x.md", "kept.md"]:
            put(folder, name)
        assert [item.path for item in read_articles(folder)] == ["kept.md"]

    def test_a_readme_in_another_format_is_an_article(self, folder):
        """Only README.md is skipped."""
        put(folder, "readme.txt")
        assert only(folder).path == "readme.txt"

    def test_a_corpus_can_be_one_file(self, folder):
        """A file named as the corpus is read alone, and its path is its name."""
        path = put(folder, "one.jsonl", '{"text": "One."}\n{"text": "Two."}\n')
        put(folder, "other.md")
        assert [(item.article_id, item.path) for item in articles(path)] == [
            ("one-1", "one.jsonl"),
            ("one-2", "one.jsonl"),
        ]

    def test_a_missing_corpus_is_an_error(self, tmp_path):
        """A corpus that does not exist is named, with what to run."""
        with pytest.raises(CorpusError, match=r"nowhere does not exist.*with --corpus"):
            read_articles(tmp_path / "nowhere")

    def test_an_empty_directory_gives_nothing(self, folder):
        """No file, no article, no refusal."""
        assert list(read_articles(folder)) == []

    def test_reading_twice_gives_the_same(self, corpus):
        """Nothing of the run or the clock gets into an article."""
        assert list(read_articles(corpus)) == list(read_articles(corpus))


class TestFields:
    """What an article is made of."""

    def test_every_key_of_the_front_matter_is_kept(self, folder):
        """Each key has its field, and white space inside a value is made single spaces."""
        front(
            folder,
            "id: tea\ntitle: '  Tea   and\n  coffee '\npublished: 2024-03-05\nsource: Coast Daily\n"
            "author: L. Mammadova\nurl: https://example.org/tea\nlanguage: en\n"
            "modified: 2024-03-06\nmodified_origin: json-ld",
        )
        assert only(folder) == Article(
            article_id="tea",
            title="Tea and coffee",
            text="Some words.",
            path="it.md",
            published="2024-03-05",
            source="Coast Daily",
            author="L. Mammadova",
            url="https://example.org/tea",
            language="en",
            modified="2024-03-06",
            published_origin=UNSTATED_ORIGIN,
            modified_origin="json-ld",
        )

    @pytest.mark.parametrize(
        "url",
        ["/news/1", "news.example/1", "https://", "https:///news/1", "https:news", "mailto:a@b", "urn:x:1", "//["],
    )
    def test_an_address_without_a_host_is_doubted_and_left_out(self, folder, url):
        """Nobody elsewhere could open it; the article is read without it."""
        doubt, article = read_articles(front(folder, f"url: '{url}'"))
        assert str(doubt) == f'it.md: its "url" is "{url}", which names no host; it is read without it'
        assert article.url is None

    def test_a_long_address_is_doubted_in_a_short_sentence(self, folder):
        """A record may hold anything there."""
        doubt, _ = read_articles(front(folder, f"url: {'x' * 10_000}"))
        assert len(doubt.reason) < 200

    @pytest.mark.parametrize("url", ["https://news.example", "HTTP://[2001:db8::1]:8000/a?b#c", "ftp://news.example/a"])
    def test_an_address_with_a_host_is_kept(self, folder, url):
        """As it stands."""
        assert only(front(folder, f"url: '{url}'")).url == url

    def test_json_lines_have_the_same_keys(self, folder):
        """A line of JSON gives the same fields as front matter."""
        keys = {"id": "tea", "title": "Tea", "published": "2024-03-05", "source": "S", "language": "en"}
        put(folder, "it.jsonl", json.dumps({"text": "Some words.", "author": "A", "url": "https://s/u"} | keys))
        assert only(folder) == Article(
            *("tea", "Tea", "Some words.", "it.jsonl", "2024-03-05", "S", "A", "https://s/u", "en"),
            published_origin=UNSTATED_ORIGIN,
        )

    def test_absent_and_empty_keys_are_none(self, folder):
        """A key without a value counts as missing."""
        article = only(front(folder, "source:\nauthor: ''\nurl: ~\npublished:\nid:"))
        assert (article.source, article.author, article.url, article.published) == (None,) * 4
        assert article.article_id == "it"

    def test_the_title_falls_back_to_the_first_line(self, folder):
        """Without a title or heading the first line is the title, and stays in the text."""
        put(folder, "it.txt", "\n  The   harbour\nopened.\n")
        assert only(folder).title == "The harbour"
        assert "opened" in only(folder).text

    def test_a_long_first_line_is_cut_for_the_title(self, folder):
        """A title made from a first line is bounded, and shows that it was cut."""
        put(folder, "it.txt", "word " * 100)
        assert len(only(folder).title) <= TITLE_CHARACTERS
        assert only(folder).title.endswith("…")

    @pytest.mark.parametrize(
        ("path", "article_id"),
        [
            ("harbour.md", "harbour"),
            ("News/2024/The New_Harbour.md", "news-2024-the-new-harbour"),
            ("Büyükada.txt", "büyükada"),
            ("v1.2.txt", "v1-2"),
            ("---.md", "article"),
        ],
    )
    def test_the_id_falls_back_to_the_path(self, folder, path, article_id):
        """Without an id the path gives one, in lower case, without its suffix."""
        put(folder, path)
        assert only(folder).article_id == article_id

    def test_an_id_need_not_be_a_text(self, folder):
        """A number given as id is the text of it."""
        assert only(front(folder, "id: 7")).article_id == "7"

    @pytest.mark.parametrize(
        ("written", "published"),
        [
            ("2024-03-05", "2024-03-05"),
            ("'2024-03-05'", "2024-03-05"),
            ("20240305", "2024-03-05"),
            ("2024-03-05T10:30:00", "2024-03-05T10:30:00"),
            ("2024-03-05 10:30:00+05:00", "2024-03-05T10:30:00+05:00"),
            ("2024-03-05T10:30:00Z", "2024-03-05T10:30:00+00:00"),
            ("'2024-03-05T10:30Z'", "2024-03-05T10:30:00+00:00"),
        ],
    )
    def test_dates_become_iso_8601(self, folder, written, published):
        """A day stays a day; a time keeps its zone."""
        assert only(front(folder, f"published: {written}")).published == published

    @pytest.mark.parametrize("name", ["published", "modified"])
    @pytest.mark.parametrize("written", ["0024-03-05", "1066-10-14", "2999-01-01", "9999-12-31T00:00:00Z"])
    def test_a_date_that_cannot_be_true_is_left_out_and_reported(self, folder, name, written):
        """The article is read without it, and a doubt names the file, the key and the date."""
        doubt, article = read_articles(front(folder, f"{name}: {written}"))
        assert (article.published, article.modified, article.text) == (None, None, "Some words.")
        assert (article.published_origin, article.modified_origin) == (None, None)
        assert isinstance(doubt, Doubt)
        assert str(doubt).startswith(f'it.md: its "{name}" is {written[:10]}')

    def test_tomorrow_may_have_begun_elsewhere(self, folder):
        """A date one day ahead of this clock is accepted, one three days ahead is not."""
        days = [datetime.now(UTC).date() + timedelta(days=ahead) for ahead in (1, 3)]
        assert only(front(folder, f"published: {days[0]}")).published == days[0].isoformat()
        assert len(list(read_articles(front(folder, f"published: {days[1]}")))) == 2

    @pytest.mark.parametrize("written", ["yesterday", "2024", "05/03/2024", "true", "'2024-02-30'", "[2024]"])
    def test_another_date_is_refused(self, folder, written):
        """A date that is not ISO 8601 is refused by name, never guessed."""
        assert 'its "published" is' in refusal(front(folder, f"published: {written}")).reason

    def test_a_day_that_does_not_exist_is_refused_as_a_date(self, folder):
        """The reason names the key, although YAML itself would fail to make a date of the value."""
        assert 'its "published" is "2024-02-30"' in refusal(front(folder, "published: 2024-02-30")).reason

    @pytest.mark.parametrize(
        ("written", "field", "value"),
        [
            ("title: 12:30", "title", "12:30"),
            ("title: Yes", "title", "Yes"),
            ("id: 010", "article_id", "010"),
            ("language: no", "language", "no"),
            ("title: new harbour", "title", "new harbour"),
            ("source: nullius", "source", "nullius"),
            ("author: ~tilde", "author", "~tilde"),
        ],
    )
    def test_values_are_the_text_that_was_written(self, folder, written, field, value):
        """Norwegian is "no", not False; a title that looks like a number is what was written."""
        assert getattr(only(front(folder, written)), field) == value

    def test_any_change_changes_the_hash(self, folder):
        """The hash is that of every field: an edit, a new date or a move shows."""
        before = only(front(folder, "title: Tea"))
        again = only(front(folder, "title: Tea"))
        after = only(front(folder, "title: Tea\npublished: 2024-03-05"))
        (folder / "it.md").rename(folder / "that.md")
        moved = only(folder)
        assert before.content_hash() == again.content_hash()
        assert len({article.content_hash() for article in (before, after, moved)}) == 3


class TestRefusals:
    """Every file or record that does not become an article is reported with its place and reason, and stops nothing."""

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("it.txt", b"one\0two", "NUL"),
            ("it.md", "café".encode("latin-1"), "not UTF-8"),
            ("it.md", b"---\ntitle: [\n---\nwords", "front matter is not YAML"),
            ("it.md", b"---\ntitle: Tea\nwords", "no closing"),
            ("it.md", b"---\nsource: [a, b]\n---\nwords", '"source" is a list'),
            ("it.md", b"---\ntitle: {a: b}\n---\nwords", '"title" is a dict'),
            ("it.md", b"---\ntitle: Tea\n---\n", "no text"),
            ("it.txt", b"", "no text"),
            ("it.txt", b" \n\t\n", "no text"),
            ("it.exe", b"words", 'files ending in ".exe" are not supported'),
            ("it", b"words", "files without a suffix are not supported"),
            ("it.jsonl", b'{"text": "a\\ud800"}', "surrogate"),
            ("it.jsonl", b'{"text": "a", "title": "\\udc00"}', "surrogate"),
            ("it.jsonl", b'{"text": "a\\u0000b"}', "NUL"),
            ("it.jsonl", b'{"text": "  "}', "no text"),
            ("it.jsonl", b'{"title": "a"}', '"text"'),
            ("it.jsonl", b"nope", "not JSON"),
        ],
    )
    def test_one_bad_file_never_stops_the_rest(self, folder, name, content, reason):
        """The refusal names the file and the reason, and the files before and after are read."""
        for other in ("aaa.md", "zzz.md"):
            put(folder, other)
        put(folder, name, content)
        assert [article.path for article in articles(folder)] == ["aaa.md", "zzz.md"]
        (refused,) = refusals(folder)
        assert refused.path == name
        assert reason in refused.reason
        assert str(refused).startswith(f"{name}:")

    def test_a_bad_line_is_named_by_its_number(self, folder):
        """A refused record of many says its line, so that an editor can open it there."""
        put(folder, "news.jsonl", '{"text": "One."}\n\nnope\n{"text": "\\u0000"}\n{"text": "Two."}\n')
        assert [item.article_id for item in articles(folder)] == ["news-1", "news-5"]
        assert [str(item).split(": ")[0] for item in refusals(folder)] == ["news.jsonl:3", "news.jsonl:4"]

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("it.pages", 'files ending in ".pages" are not supported'),
            ("it", "files without a suffix are not supported"),
        ],
    )
    def test_an_unsupported_format_is_named_by_its_suffix(self, folder, name, reason):
        """The refusal of a suffix is short, since a corpus may hold many such files."""
        put(folder, name)
        assert refusal(folder).reason == reason

    @pytest.mark.parametrize(("content", "empty"), [(b"", True), (b"---\nid: x\n---\n", True), (b"\xff", False)])
    def test_an_emptied_file_is_distinguished_from_one_that_cannot_be_read(self, folder, content, empty):
        """`withdrawn` is set only for a file that could be read and holds nothing."""
        put(folder, "it.md", content)
        assert refusal(folder).withdrawn is empty

    def test_a_dangling_link_is_refused(self, folder):
        """A link to nothing is refused by its own path."""
        (folder / "it.md").symlink_to(folder / "gone.md")
        assert refusal(folder).path == "it.md"

    def test_a_link_to_itself_is_refused(self, folder):
        """A loop of links is refused, and the other files are read."""
        (folder / "it.md").symlink_to(folder / "it.md")
        put(folder, "other.md")
        assert [item.path for item in articles(folder)] == ["other.md"]

    def test_a_link_out_of_the_corpus_is_refused(self, folder, tmp_path):
        """No link makes a file outside the corpus public."""
        put(tmp_path, "secret.txt", "Secret words.")
        (folder / "it.txt").symlink_to(tmp_path / "secret.txt")
        assert "outside the corpus" in refusal(folder).reason

    def test_a_link_inside_the_corpus_is_read(self, folder):
        """A link to another file of the corpus is an article by its own path."""
        put(folder, "that.txt")
        (folder / "it.txt").symlink_to("that.txt")
        assert [item.article_id for item in articles(folder)] == ["it", "that"]

    def test_a_linked_directory_is_not_silently_left_out(self, folder, tmp_path):
        """A directory behind a link is read or refused, so that nobody wonders where its articles are."""
        put(tmp_path, "elsewhere/it.md")
        (folder / "linked").symlink_to(tmp_path / "elsewhere")
        assert [item.path for item in read_articles(folder)]

    def test_a_pipe_is_not_waited_for(self, folder):
        """A path that is neither a file nor a directory is refused without being opened."""
        os.mkfifo(folder / "it.txt")
        assert refusal(folder).path == "it.txt"

    def test_a_directory_named_like_an_article_is_a_directory(self, folder):
        """A directory called x.md is walked like any other."""
        put(folder, "x.md/y.md")
        assert only(folder).path == "x.md/y.md"

    def test_a_file_that_cannot_be_opened_is_refused(self, open_to_all, unprivileged):
        """A file without read permission is refused with the system's reason."""
        put(open_to_all, "it.md").chmod(0)
        put(open_to_all, "other.md")
        with unprivileged():
            (refused,) = refusals(open_to_all)
            assert [item.path for item in articles(open_to_all)] == ["other.md"]
        assert "Permission denied" in refused.reason
        assert not refused.withdrawn

    def test_a_directory_that_cannot_be_listed_is_refused(self, open_to_all, unprivileged):
        """A directory without permission is refused, not taken for an empty one."""
        put(open_to_all, "closed/it.md").parent.chmod(0)
        with unprivileged():
            refused = refusals(open_to_all)
        assert [item.path for item in refused] == ["closed"]

    def test_a_file_name_that_is_not_unicode_is_refused(self, folder):
        """A name in another encoding is refused, in words that can be printed."""
        put(folder, os.fsdecode(b"caf\xe9.md"))
        refused = refusal(folder)
        assert "file name" in refused.reason
        assert str(refused).encode()

    def test_of_two_articles_with_one_id_the_first_is_kept(self, folder):
        """The second is refused and names the path of the first."""
        for name in ("a.md", "b.md"):
            put(folder, name, f"---\nid: tea\n---\nWords of {name}.")
        assert [item.text for item in articles(folder)] == ["Words of a.md."]
        (refused,) = refusals(folder)
        assert refused.path == "b.md"
        assert '"tea"' in refused.reason
        assert "a.md" in refused.reason

    def test_a_repeated_id_in_json_lines_is_named_by_its_line(self, folder):
        """The line of the second article with an id is in the refusal."""
        put(folder, "news.jsonl", '{"id": "a", "text": "One."}\n{"id": "a", "text": "Two."}\n')
        assert [item.line for item in refusals(folder)] == [2]

    @pytest.mark.parametrize("written", ["[a, b]", "{a: b}"])
    def test_an_id_that_is_no_text_is_refused(self, folder, written):
        """A list or mapping as id is refused like one as title."""
        assert '"id"' in refusal(front(folder, f"id: {written}")).reason

    @pytest.mark.parametrize("digits", ["0x" + "f" * 5000, "1" * 5000])
    def test_a_number_too_long_for_python_stops_nothing(self, folder, digits):
        """An id of 5,000 digits, in either base, does not end the walk."""
        front(folder, f"id: {digits}")
        put(folder, "other.md")
        assert [item.path for item in read_articles(folder)] == ["it.md", "other.md"]

    @pytest.mark.parametrize("written", [".", "..", "a\\nb"])
    def test_an_id_that_no_address_can_hold_is_refused(self, folder, written):
        """An id of dots would lead to another page in /api/articles/{id}, and an id of two lines to none."""
        assert "can't stand in an address" in refusal(front(folder, f'id: "{written}"')).reason

    def test_a_reason_can_always_be_printed(self, folder):
        """Every reason can be encoded as UTF-8, since the report and the manifest hold it."""
        put(folder, "it.jsonl", '{"text": "Words.", "published": "\\ud800"}')
        assert str(refusal(folder)).encode()
