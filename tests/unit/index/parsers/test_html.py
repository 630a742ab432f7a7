"""News pages: their main text and their metadata."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.errors import RefusedError
from index.parsers import html, markup
from tests.unit.index.parsers.files import (
    ARTICLE,
    assert_parsed_or_refused,
    damaged,
    page,
    record_of,
    records_of,
    words,
)
from tests.unit.index.unicode_texts import any_text

LINKED = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Lenkoran has its harbour",
    "datePublished": "2021-03-04T09:30:00+04:00",
    "dateModified": "2021-03-05",
    "author": [{"@type": "Person", "name": "Leyla Quliyeva"}, {"@type": "Person", "name": "Rauf Aliyev"}],
    "publisher": {"@type": "Organization", "name": "Caspian Post"},
    "inLanguage": "en-GB",
}
METAS = (
    '<meta property="article:published_time" content="2021-03-01T08:00:00Z">'
    '<meta property="article:modified_time" content="2021-03-02T08:00:00Z">'
)


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def metadata(head: str = "", body: str = "", **more: str) -> dict[str, object]:
    return record_of(".html", page(head=head, body=body, **more)).metadata


class TestText:
    """The main text."""

    def test_paragraphs_are_parted_by_blank_lines(self):
        """The article's paragraphs are whole and in order, without the menu and footer around them."""
        assert record_of(".html", page()).text == "\n\n".join(ARTICLE)

    def test_headings_lists_quotes_and_tables_are_read_as_prose(self):
        """No markup is left: items have no bullets, and tabs stand between the cells of a row."""
        table = "<table><tr><th>Port</th><th>Ships</th></tr><tr><td>Baku</td><td>40</td></tr></table>"
        body = (
            f"<h2>What it means</h2><ul><li>Ships</li><li>Trade</li></ul><blockquote>We are glad.</blockquote>{table}"
        )
        text = record_of(".html", page(body=body)).text
        assert text.split("\n\n")[:6] == ["What it means", "Ships", "Trade", "We are glad.", "Port\tShips", "Baku\t40"]

    def test_a_line_of_the_source_is_none_of_the_page(self):
        """A sentence that is wrapped in the source is joined; a line break stays."""
        text = record_of(".html", page(body="<p>One\nsentence that is\n wrapped.<br>Another line.</p>")).text
        assert text.startswith("One sentence that is wrapped.\nAnother line.\n\n")

    def test_scripts_styles_and_comments_are_no_text(self):
        """Neither scripts, styles and comments nor hidden elements are text."""
        hidden = "<script>var secret = 1</script><style>p {color: red}</style><!-- secret -->"
        hidden += "<template>secret</template><p hidden>secret <b hidden>words</b></p>"
        assert record_of(".html", page(body=hidden)).text == "\n\n".join(ARTICLE)

    def test_a_short_page_is_read(self):
        """A page of a few words is an article too."""
        assert record_of(".html", b"<title>Tea</title><p>Words of it.</p>").text == "Words of it."

    @pytest.mark.parametrize(
        "nothing", [b"", b"  \n", b"<!-- words -->", b"<html><body></body></html>", b"<script>x()"]
    )
    def test_a_page_without_text_is_an_empty_record(self, nothing):
        """An empty record withdraws the article that the file held before."""
        assert record_of(".html", nothing).text == ""

    @pytest.mark.parametrize("suffix", [".html", ".htm", ".xhtml", ".xml"])
    def test_xhtml_is_read_by_any_of_its_names(self, suffix):
        """XHTML with an XML declaration, a document type and a namespace is read."""
        source = (
            '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
            '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" '
            'xml:lang="az"><head><title>Çay</title></head><body><p>Qarabağ, şəhər.</p></body></html>'
        )
        record = record_of(suffix, source.encode())
        assert (record.text, record.metadata) == ("Qarabağ, şəhər.", {"title": "Çay", "language": "az"})

    @given(words)
    def test_the_words_of_a_fragment_come_through(self, words):
        """Every word comes through, whatever its characters."""
        escaped = " ".join(words).replace("&", "&amp;").replace("<", "&lt;")
        assert markup.fragment(f"<p>{escaped}</p>").split() == words


class TestEncoding:
    """The encoding of a page."""

    @pytest.mark.parametrize(
        ("head", "encoding"),
        [
            ("<meta charset=windows-1251>", "cp1251"),
            ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
            ("<?xml version='1.0' encoding='koi8-r'?>", "koi8-r"),
            ("<meta charset='utf-8'>", "utf-8"),
            ("", "utf-8-sig"),
            ("<meta charset='windows-1251'>", "utf-16"),
        ],
    )
    def test_a_page_is_read_in_what_it_names(self, head, encoding):
        """A byte order mark counts more than the encoding that the page names."""
        assert record_of(".html", f"{head}<p>Слова о чае.</p>".encode(encoding)).text == "Слова о чае."

    def test_a_page_that_names_none_is_utf_8_or_refused(self):
        """The encoding is not guessed, since a wrong guess gives words of no language."""
        with pytest.raises(RefusedError, match="not UTF-8"):
            record_of(".html", "<p>Слова</p>".encode("cp1251"))

    @pytest.mark.parametrize("named", ["idna", "zlib", "no-such", "utf-7", "utf-16"])
    def test_an_encoding_that_no_page_is_in_is_passed_over(self, named):
        """Python's encodings that no page is in are ignored; some of them run for hours."""
        assert record_of(".html", f"<meta charset={named}><p>Çay.</p>".encode()).text == "Çay."


class TestMetadata:
    """Title, author, source, address and language."""

    def test_linked_data_goes_first(self):
        """JSON-LD counts more than meta elements, for every value, and gives the origin of the days."""
        other = '<title>Another</title><meta property="og:title" content="Another"><meta name=author content="No One">'
        assert metadata(linked(LINKED) + METAS + other) == {
            "title": "Lenkoran has its harbour",
            "author": "Leyla Quliyeva, Rauf Aliyev",
            "source": "Caspian Post",
            "language": "en",
            "published": "2021-03-04T09:30:00+04:00",
            "published_origin": "JSON-LD datePublished",
            "modified": "2021-03-05",
            "modified_origin": "JSON-LD dateModified",
        }

    @pytest.mark.parametrize(
        "data",
        [
            [{"@type": "WebSite", "name": "No"}, LINKED],
            {"@graph": [{"@type": "BreadcrumbList"}, LINKED]},
            LINKED | {"@type": ["Thing", "ReportageNewsArticle"]},
            LINKED | {"author": "Leyla Quliyeva", "publisher": "Caspian Post"},
        ],
    )
    def test_linked_data_is_found_in_its_many_forms(self, data):
        """JSON-LD may be a list or a graph, have several types, and give names as bare texts."""
        values = metadata(linked(data))
        assert (values["title"], values["published"]) == ("Lenkoran has its harbour", "2021-03-04T09:30:00+04:00")
        assert str(values["author"]).startswith("Leyla Quliyeva")

    @pytest.mark.parametrize(
        "broken",
        [
            "<script type='application/ld+json'>{broken</script>",
            f"<script type='application/ld+json'>{'[' * 100_000}</script>",
            linked({"@type": "Organization", "datePublished": "2001-01-01"}),
            linked(LINKED | {"datePublished": "soon", "dateModified": 7, "headline": {}, "author": [None, 3, {}]}),
            linked(["NewsArticle", None, 3]),
        ],
    )
    def test_linked_data_that_says_nothing_is_passed_over(self, broken):
        """The meta elements count where JSON-LD gives nothing."""
        values = metadata(broken + METAS)
        assert (values["published"], values["published_origin"]) == (
            "2021-03-01T08:00:00+00:00",
            "meta article:published_time",
        )
        assert (values["modified"], values["modified_origin"]) == (
            "2021-03-02T08:00:00+00:00",
            "meta article:modified_time",
        )

    def test_meta_elements_name_title_and_site(self):
        """Open Graph names the title and the site."""
        values = metadata('<meta property="og:title" content="Tea"><meta property="og:site_name" content="The Paper">')
        assert (values["title"], values["source"]) == ("Tea", "The Paper")

    def test_what_the_page_shows_comes_last(self):
        """A byline gives author and day, with the page as the day's origin."""
        values = metadata("<title>Tea</title>", "<div class='byline'>By Ann Lee on 12 March 2020</div>")
        assert (values["title"], values["author"], values["published"]) == ("Tea", "Ann Lee", "2020-03-12")
        assert values["published_origin"] == "shown on the page, found by htmldate"

    @pytest.mark.parametrize("prose", ["On 2014-01-02 he left.", "It was done at 2014-01-02T10:00:00Z, they say."])
    def test_a_day_told_in_a_sentence_is_not_the_pages(self, prose):
        """A day in a sentence is not taken: no day is better than a wrong one."""
        assert "published" not in metadata(body=f"<p>{prose}</p>")

    @pytest.mark.parametrize(
        ("head", "url"),
        [
            (
                '<link rel="canonical" href="https://x.example/a"><meta property="og:url" content="https://x.example/b">',
                "a",
            ),
            ('<meta property="og:url" content="https://x.example/b">', "b"),
            (linked(LINKED | {"url": "https://x.example/c"}), "c"),
            ('<link rel="canonical" href="/relative"><meta property="og:url" content="https://x.example/b">', "b"),
            (
                '<link rel="canonical" href="javascript:alert(1)"><meta property="og:url" content="https://x.example/b">',
                "b",
            ),
            ('<link rel="canonical" href="http://[broken"><meta property="og:url" content="https://x.example/b">', "b"),
        ],
    )
    def test_the_canonical_address_is_taken(self, head, url):
        """Only a whole http or https address is taken."""
        assert metadata(head)["url"] == f"https://x.example/{url}"

    @pytest.mark.parametrize(
        ("language", "head", "tag"),
        [
            ("tr-TR", "", "tr"),
            ("AZ", "", "az"),
            ("", '<meta property="og:locale" content="ru_RU">', "ru"),
            ("", '<meta http-equiv="content-language" content="ur, en">', "ur"),
            ("", "", None),
            ("english", "", None),
        ],
    )
    def test_the_language_is_found_without_its_region(self, language, head, tag):
        """The language comes without its region, so that a filter by language finds all its articles."""
        assert metadata(head, language=language).get("language") == tag


class TestSafety:
    """Pages that mean harm."""

    @pytest.mark.parametrize("element", ["div", "b", "ul><li", "table><tr><td", "blockquote"])
    def test_deep_nesting_is_refused(self, element):
        """A page that is nested too deep is refused and not read in part."""
        with pytest.raises(RefusedError, match="nested too deep"):
            record_of(".html", f"<p>Words.</p>{f'<{element}>' * 100_000}deep".encode())

    def test_a_large_page_is_refused(self):
        """The message names the bound."""
        with pytest.raises(RefusedError, match="larger than 10 MB"):
            record_of(".html", b"<p>" + b"x" * (markup.LARGEST_PAGE + 1))

    def test_a_page_of_too_many_elements_is_refused(self):
        """A page with too many elements is refused, since the time to read it grows with them."""
        with pytest.raises(RefusedError, match="more than 100,000 elements"):
            record_of(".html", b"<br>" * (markup.MOST_ELEMENTS + 1))

    @pytest.mark.parametrize("attribute", ["a{0}=b", "a{0}", "a{0} = '<b>'", 'a{0}="x>y"', "a'{0}", "<a{0}"])
    def test_an_element_of_too_many_attributes_is_refused(self, attribute):
        """Too many attributes are refused, since parsing takes time by their square; a few hundred are read."""
        attributes = " ".join(attribute.format(number) for number in range(1001))
        with pytest.raises(RefusedError, match="more than 1,000 attributes"):
            record_of(".html", f"<p>Words.<br {attributes}>".encode())
        assert record_of(".html", f"<p>Words.<br {attributes[: len(attributes) // 4]}>".encode()).text.startswith(
            "Words."
        )

    def test_entities_do_not_grow(self):
        """A billion laughs stay a few characters."""
        bomb = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
        data = f'<!DOCTYPE html [<!ENTITY l0 "ha">{bomb}]><html><body><p>Words &l9; of it.</p></body></html>'
        for suffix in (".html", ".xhtml", ".xml"):
            assert len(record_of(suffix, data.encode()).text) < 2000

    def test_nothing_that_a_page_names_is_opened(self, tmp_path, sealed):
        """The parser opens no entity, style sheet, frame, picture or canonical page."""
        (tmp_path / "secret").write_text("the secret words")
        here = f"file://{tmp_path}/secret"
        hostile = (
            f'<?xml version="1.0"?><?xml-stylesheet href="{here}"?>'
            f'<!DOCTYPE html SYSTEM "{here}" [<!ENTITY x SYSTEM "{here}">]>'
            f'<html><head><base href="http://127.0.0.1:9/"><link rel="stylesheet" href="{here}">'
            f"{linked(LINKED | {'@context': here})}"
            f'<link rel="canonical" href="http://127.0.0.1:9/x"><script src="{here}"></script></head><body>'
            f'<iframe src="{here}"></iframe><img src="{here}"><p>Words &x; of it, and some more.</p></body></html>'
        )
        html.parse_page(page())  # what is imported is there
        sealed.clear()
        for text in (hostile, "http://127.0.0.1:9/page", here, str(tmp_path / "secret")):
            assert "secret words" not in html.parse_page(text.encode()).text
        assert sealed == []

    @settings(max_examples=60)
    @given(data=damaged(page(head=linked(LINKED) + METAS)) | any_text.map(str.encode) | st.binary(max_size=100))
    @example(b"<html><body><p>\xed\xa0\x80</p>")
    def test_any_bytes_are_read_or_refused(self, data):
        """However broken a page is, it is read or refused."""
        assert_parsed_or_refused(".html", data)

    @settings(max_examples=60)
    @given(
        parts=st.lists(
            st.sampled_from(
                ["<p>", "</p>", "<div class=date>", "<time datetime=", "2020-13-45", ">", "<table><tr><td>", "<ul><li>"]
                + [
                    "<script type=application/ld+json>",
                    '{"@type":"Article","author":',
                    "[",
                    "</script>",
                    "<br>",
                    "<pre>",
                ]
                + [
                    "<meta name=author content=",
                    "<link rel=canonical href=",
                    "'",
                    "&amp;",
                    "&#0;",
                    "&#xD800;",
                    "<a href=x>",
                ]
            )
            | any_text,
            max_size=30,
        )
    )
    def test_any_tags_are_read_or_refused(self, parts):
        """Tags in any order are read or refused."""
        assert_parsed_or_refused(".html", "".join(parts).encode())


def test_many_readings_of_one_page_are_the_same():
    """Nothing of one page changes the next."""
    first = records_of(".html", page())
    assert [records_of(".html", page()) for _ in range(4)] == [first] * 4
