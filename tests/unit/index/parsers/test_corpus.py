"""A corpus of every format: the parser of each file, the ids of its articles, and the doubts and refusals."""

import gzip
import json
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus import articles as corpus_articles
from index.corpus.articles import read_articles
from index.corpus.ids import address_id
from index.parsers import PARSERS, parser_of
from index.types import Article, Doubt, Refusal
from tests.conftest import REPOSITORY
from tests.unit.index.parsers.files import ARTICLE, bomb, book, page, pdf, warc, with_content, word, zip_file

ITEM = "<item><guid>{0}</guid><title>{1}</title><description>Words of {1}.</description></item>"


def rss(*items: tuple[str, str]) -> bytes:
    return f"<rss version='2.0'><channel>{''.join(ITEM.format(*item) for item in items)}</channel></rss>".encode()


FILES = {
    "a.md": b"# Tea\n\nWords.",
    "b.html": page(),
    "c.pdf": pdf(ARTICLE),
    "d.docx": word("Words."),
    "e.epub": zip_file(book({"one.xhtml": "<p>Words.</p>"})),
    "f.csv": b"text\nWords.\n",
    "g.jsonl.gz": gzip.compress(b'{"text": "Words."}\n'),
    "h.rss": rss(("https://x.example/h", "H")),
    "i.xml": rss(("https://x.example/i", "I")),
    "j.WARC.GZ": warc(("https://x.example/j", b"<p>Words.</p>"), packed=True),
    "k.xhtml": b"<html><body><p>Words.</p></body></html>",
    "l.txt": b"Words.",
}
BROKEN = {
    "a.html": b"\xff",
    "b.pdf": b"%PDF",
    "c.docx": zip_file({"../x": "y"}),
    "d.epub": b"PK",
    "e.csv": b"title\nTea\n",
    "f.csv.gz": bomb(200_000_000),
    "g.rss": b"words",
    "h.xml": b"<urlset/>",
    "i.warc": b"words",
    "j.warc.gz": b"\x1f\x8b",
    "k.zip": zip_file({"a.txt": "words"}),
}


def ids(corpus) -> dict[str, str]:
    """The title of each article by its id; fails if anything was refused."""
    items = list(read_articles(corpus))
    assert all(isinstance(item, Article) for item in items), items
    return {item.article_id: item.title for item in items if isinstance(item, Article)}


def write(folder, files) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_every_format_becomes_an_article(tmp_path):
    """The case of a file's name does not matter."""
    write(tmp_path, FILES)
    items = list(read_articles(tmp_path))
    assert [item.path for item in items if isinstance(item, Article)] == list(FILES)
    assert len(items) == len(FILES)


def test_broken_files_never_stop_the_rest(tmp_path):
    """Each broken file is refused once, with its reason in one line."""
    write(tmp_path, BROKEN | {"z.txt": b"Words."})
    *refused, last = read_articles(tmp_path)
    assert [item.path for item in refused] == list(BROKEN)
    assert all(isinstance(item, Refusal) and "\n" not in item.reason for item in refused)
    assert isinstance(last, Article)


@pytest.mark.parametrize("suffix", PARSERS)
@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf\n"], ids=["empty", "blank", "mark"])
def test_an_emptied_file_is_withdrawn(tmp_path, suffix, data):
    """An emptied file of any format, packed or not, is withdrawn."""
    write(tmp_path, {f"a{suffix}": data})
    assert list(read_articles(tmp_path)) == [Refusal(f"a{suffix}", "it holds no text", withdrawn=True)]
    if suffix in (".csv.gz", ".jsonl.gz"):
        write(tmp_path, {f"a{suffix}": gzip.compress(data)})
        assert list(read_articles(tmp_path)) == [Refusal(f"a{suffix}", "it holds no text", withdrawn=True)]


def test_a_pdf_is_withdrawn_only_where_all_of_it_was_read(tmp_path):
    """A PDF with an unreadable page may still hold the text, so it is not withdrawn."""
    unreadable = b"BT /F1 12 Tf (" + b"x" * 21_000_000
    empty = pdf([], [])
    lost = empty.replace(b"/Contents 4 0 R", b"/Contents 99 0 R")
    assert lost != empty
    write(tmp_path, {"a.pdf": empty, "b.pdf": with_content(empty, unreadable), "c.pdf": lost})
    items = [item for item in read_articles(tmp_path) if isinstance(item, Refusal)]
    assert [item.withdrawn for item in items] == [True, False, False]
    assert all("no page of it holds text" in item.reason for item in items)


def test_the_longest_suffix_names_the_parser():
    """A packed file is recognised by both endings together, and only after a dot."""
    assert parser_of("a.warc.gz") == PARSERS[".warc.gz"]
    assert parser_of("a.CSV.GZ") == PARSERS[".csv.gz"]
    assert parser_of("a.tar.gz") is None
    assert parser_of("warc.gz") is None
    assert parser_of("pdf") is None


def test_no_library_is_loaded_before_a_file_needs_it():
    """Importing the parsers loads none of the heavy libraries."""
    heavy = ("lxml", "trafilatura", "pypdf", "docx", "warcio", "feedparser")
    code = f"import sys, index.parsers; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


class TestIds:
    """The ids of articles in files that hold many."""

    def test_another_order_of_a_feed_changes_no_id(self, tmp_path):
        """The id of an entry comes from the entry's own id, address or title, not from its position."""
        items = [("https://x.example/a", "A"), ("17", "B"), ("", "C"), ("tag:x.example,2026:d", "D")]
        write(tmp_path, {"feed.rss": rss(*items)})
        before = ids(tmp_path)
        write(tmp_path, {"feed.rss": rss(("18", "E"), *reversed(items))})
        assert before.items() < ids(tmp_path).items()
        assert list(before) == [
            address_id("https://x.example/a"),
            address_id("feed/17"),
            address_id("feed/C"),
            address_id("tag:x.example,2026:d"),
        ]

    def test_entries_of_two_feeds_with_one_number_are_two_articles(self, tmp_path):
        """A number identifies an entry within its feed only; an address identifies it everywhere."""
        write(tmp_path, {"a.rss": rss(("1", "A")), "b.rss": rss(("1", "B"))})
        assert sorted(ids(tmp_path).values()) == ["A", "B"]
        write(tmp_path, {"a.rss": rss(("https://x.example/", "A")), "b.rss": rss(("https://x.example/", "B"))})
        _, second = read_articles(tmp_path)
        assert isinstance(second, Refusal)
        assert "is already used by a.rss" in second.reason

    def test_a_page_of_an_archive_is_called_by_its_address(self, tmp_path):
        """Its id is the one that an import of the page would give, whatever the archive's name."""
        write(tmp_path, {"a.warc": warc(("https://x.example/tea.html", b"<title>Tea</title><p>Words.</p>"))})
        assert ids(tmp_path) == {address_id("https://x.example/tea.html"): "Tea"}

    def test_a_row_is_called_by_its_line(self, tmp_path):
        """A row without an id takes its line as its id."""
        write(tmp_path, {"a.csv": b"id,text\nx,One.\n,Two.\n", "b.csv.gz": gzip.compress(b"text\nThree.\n")})
        assert list(ids(tmp_path)) == ["x", "a-3", "b-csv-2"]

    @given(st.text(max_size=60))
    def test_any_key_makes_an_id_that_an_address_can_hold(self, key):
        """The id is short and made of words and a hash."""
        article_id = address_id(f"https://{key}")
        assert article_id == article_id.strip("-./ ")
        assert len(article_id) <= 75
        article_id.encode(errors="strict")


class TestDoubtsAndRefusals:
    """Doubts and refusals of a file, besides its articles."""

    def test_pages_without_text_are_doubted(self, tmp_path):
        """The pages without text are a doubt, and the article is kept."""
        write(tmp_path, {"a.pdf": pdf(ARTICLE, [])})
        doubt, article = read_articles(tmp_path)
        assert isinstance(article, Article)
        assert doubt == Doubt("a.pdf", "page 2 holds no text; the others are read")

    def test_a_day_has_its_origin(self, tmp_path):
        """The origin is the one that the format gives."""
        write(tmp_path, {"a.html": page(head='<meta name="datePublished" content="2021-03-04">')})
        (article,) = read_articles(tmp_path)
        assert (article.published, article.published_origin) == ("2021-03-04", "meta datepublished")

    def test_a_day_of_a_page_that_can_not_be_is_doubted(self, tmp_path):
        """An impossible day of a page is a doubt, as one of front matter is."""
        data = {"@type": "NewsArticle", "datePublished": "2999-01-01"}
        head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
        write(tmp_path, {"a.html": page(head=head)})
        doubt, article = read_articles(tmp_path)
        assert "in the future" in doubt.reason
        assert (article.published, article.published_origin) == (None, None)

    def test_an_emptied_page_or_feed_is_withdrawn(self, tmp_path):
        """The articles of an emptied page or feed are withdrawn."""
        write(tmp_path, {"a.html": b"<html></html>", "b.rss": rss(), "c.docx": word()})
        assert [item.withdrawn for item in read_articles(tmp_path)] == [True, True, True]

    def test_a_file_too_large_is_refused_unread(self, tmp_path, monkeypatch):
        """The message names the bound."""
        with (tmp_path / "a.jsonl").open("wb") as file:
            os.truncate(file.fileno(), corpus_articles.LARGEST_FILE + 1)
        (refusal,) = read_articles(tmp_path)
        assert str(refusal) == "a.jsonl: it is larger than 250 MB; split it"

    def test_a_feed_that_breaks_off_keeps_what_is_before(self, tmp_path):
        """The rest is refused, so that the articles that it held before are kept."""
        whole = rss(("https://x.example/a", "A"), ("https://x.example/b", "B"))
        write(tmp_path, {"a.rss": whole[:-80]})
        article, *_, refusal = read_articles(tmp_path)
        assert article.title == "A"
        assert isinstance(refusal, Refusal)
        assert (refusal.line, refusal.withdrawn) == (None, False)


def test_a_link_out_of_the_corpus_is_refused_in_every_format(tmp_path):
    """The file that the link points to is never opened."""
    outside, corpus = tmp_path / "outside", tmp_path / "corpus"
    outside.mkdir()
    corpus.mkdir()
    write(outside, FILES)
    for name in FILES:
        (corpus / name).symlink_to(outside / name)
    items = list(read_articles(corpus))
    assert [item.path for item in items] == list(FILES)
    assert {item.reason for item in items} == {"it is a link to something outside the corpus"}
    shutil.rmtree(outside)
