"""The corpus page with its form to re-index, and the list of articles."""

import json
import re
from dataclasses import dataclass, field

import pytest

from index.build.build import build_index
from index.build.reindex_process import ReindexStatus
from index.engine.local.local_index import LiveIndex
from index.errors import StorageError, WriterBusyError
from rag.assistant import Assistant
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE
from tests.unit.web.pages.test_pages import EVIL, page_of
from web.middleware.keys import Role, add_key


@dataclass
class FakeReindexer:
    """Starts nothing, and counts how often it was asked to."""

    status: ReindexStatus = field(default_factory=ReindexStatus)
    starts: int = 0

    def start(self) -> ReindexStatus:
        self.starts += 1
        if self.status.state == "running":
            raise WriterBusyError("A re-index is running already.", "Wait.")
        self.status = ReindexStatus("running", 3, 12)
        return self.status

    def close(self) -> None:
        pass


@pytest.fixture
def faulty(tmp_path, serve):
    """A server for a corpus with a refused line, a doubted date and an article without a source."""
    folder = tmp_path / "faulty"
    folder.mkdir()
    good = {"id": "a", "source": f"Source {EVIL}", "language": "ur", "published": "2024-03-05", "text": "Kites."}
    lines = [json.dumps(good), json.dumps({"id": "b", "published": "3024-01-01", "text": "Tea."}), "no json"]
    (folder / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build_index(folder, tmp_path / "faulty-index", WordEmbedder())
    return serve(Assistant(LiveIndex(tmp_path / "faulty-index", lambda record: WordEmbedder()), weights=SENSIBLE))


def test_the_page_shows_what_the_index_holds_and_its_age(client):
    """The page has the counts, days, model, sources and languages of the index, and its age."""
    page = page_of(client, "/corpus")
    figures = {pair.one("dt").text: pair.one("dd").text for pair in page.one("dl", class_="figures").all("div")}
    assert figures == {"Articles": "3", "Passages": "3", "Refused": "0"}
    particulars = page.one("dl", class_="particulars").text
    assert "15 January 2023 to 5 March 2024" in particulars
    assert "words" in particulars
    rows = page.all("table")[0].one("tbody").all("tr")
    assert sorted(row.one("th").text for row in rows) == ["Coast Daily", "River Post", "not given"]
    assert re.search(r"built (less than a|\d+) (minute|hour)s? ago", page.one("p", class_="standfirst").text)


def test_refused_and_doubted_files_are_listed_with_their_reasons(faulty):
    """Each has its file, line and reason, and none of it becomes markup."""
    page = page_of(faulty, "/corpus")
    refused, doubted = page.one("section", class_="left-out").all("dl")
    assert refused.one("dt").text == "some.jsonl, line 3"
    assert refused.one("dd").text
    assert "3024" in doubted.one("dd").text
    assert f"Source {EVIL}" in page.one("main").text
    assert page.all("img") == []


def lines(page):
    """The titles on a page of the list."""
    listing = page.all("ol", class_="listing")
    rows = listing[0].all("li") if listing else []
    return [row.one("a").text for row in rows if row.all("a")]


def test_articles_are_listed_and_each_opens(client):
    """The corpus page links to the list, newest first, and every title opens its article."""
    corpus = page_of(client, "/corpus")
    page = page_of(client, corpus.one("dl", class_="figures").one("a").attributes["href"])
    assert "3 articles, newest first" in page.one("p", class_="standfirst").text
    days = [row.text for row in page.one("ol", class_="listing").all("ul", class_="origin")]
    assert ["5 March 2024" in days[0], "15 January 2023" in days[1]] == [True, True]
    links = page.one("ol", class_="listing").all("a")
    assert len(links) == 3
    for link in links:
        assert page_of(client, link.attributes["href"]).one("h1").text == link.text
    assert page.all("nav", class_="pagination") == []


def test_a_source_leads_to_its_articles_alone(client):
    """The name of a source on the corpus page links to its articles; articles without a source have no link."""
    rows = page_of(client, "/corpus").all("table")[0].one("tbody").all("tr")
    links = {row.one("th").text: row.all("a") for row in rows}
    assert links["not given"] == []
    page = page_of(client, links["Coast Daily"][0].attributes["href"])
    assert "Only Coast Daily, newest" in page.one("p", class_="standfirst").text
    origins = [origin.text for origin in page.one("ol", class_="listing").all("ul", class_="origin")]
    assert len(origins) == 1
    assert "Coast Daily" in origins[0]
    assert page.one("p", class_="standfirst").one("a").attributes["href"] == "/articles"


def test_names_that_a_filter_takes_for_one_are_one(client_of):
    """Case in sources and regions in languages do not matter, and the link lists as many articles as the row says."""
    names = [("Çay Post", "en-GB"), ("çay post", "EN"), ("Çay Post", "en_us"), ("River", "ur"), (None, "-")]
    client = client_of(
        *({"id": f"a{n}", "text": f"Tea {n}.", "source": name, "language": tag} for n, (name, tag) in enumerate(names))
    )
    tables = [
        {row.one("th").text: (row.one("td").text.strip(), [link.attributes["href"] for link in row.all("a")])}
        for table in page_of(client, "/corpus").all("table")
        for row in table.one("tbody").all("tr")
    ]
    rows = {name: pair for table in tables for name, pair in table.items() if name != "not given"}
    assert {name: count for name, (count, _) in rows.items()} == {
        "Çay Post": "3",
        "River": "1",
        "English": "3",
        "اردو": "1",
    }
    for name, (count, (link,)) in rows.items():
        page = page_of(client, link)
        assert len(lines(page)) == int(count)
        assert f"Only {name}, newest first." in page.one("p", class_="standfirst").text


def test_a_name_too_long_for_the_filter_has_no_link(client_of):
    """The page still shows such a name."""
    client = client_of(
        {"id": "a", "text": "Tea.", "source": "S" * 1001}, {"id": "b", "text": "Ink.", "source": "S" * 1000}
    )
    page = page_of(client, "/corpus")
    rows = {row.one("th").text: row.all("a") for row in page.all("table")[0].one("tbody").all("tr")}
    assert rows["S" * 1001] == []
    (link,) = rows["S" * 1000]
    assert len(lines(page_of(client, link.attributes["href"]))) == 1


def test_a_long_list_has_pages(client_of):
    """Pages of fifty articles link to each other and keep the filters, and list every article once."""
    client = client_of(*({"id": f"a{n}", "title": f"T{n}", "text": f"Tea {n}.", "source": "S & T"} for n in range(101)))
    seen, addresses, following = [], [], "/articles?source=s+%26+t"
    while following:
        addresses.append(following)
        page = page_of(client, following)
        seen.append(lines(page))
        following = next((a.attributes["href"] for a in page.all("a") if a.attributes.get("rel") == "next"), None)
    assert [len(titles) for titles in seen] == [50, 50, 1]
    assert sorted(title for titles in seen for title in titles) == sorted(f"T{n}" for n in range(101))
    back = next(a.attributes["href"] for a in page.all("a") if a.attributes.get("rel") == "prev")
    assert lines(page_of(client, back)) == seen[1]
    assert page.one("ol", class_="listing").attributes["start"] == "101"
    assert "Only s & t, newest first: 101 to 101." in page.one("p", class_="standfirst").text
    assert page.one("title").text.startswith("Articles, 101 to 101 ·")


def test_an_empty_list_says_so(client):
    """A page after the last says that there are no articles and links to the first page."""
    after = page_of(client, "/articles?page=9")
    assert (after.one("p", class_="note").text, lines(after)) == ("No articles found.", [])
    assert len(lines(page_of(client, after.one("nav", class_="pagination").one("a").attributes["href"]))) == 3
    nothing = page_of(client, "/articles?source=Nobody")
    assert lines(nothing) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("page=0", "page must be 1 or more."),
        ("page=x", "page must be a whole number."),
        ("page=1000001", "page must be 1,000,000 or less."),
        (f"page={'9' * 30}", "page must be 1,000,000 or less."),
        (f"page={'9' * 5000}", "page is too large a number."),
        ("published_from=tomorrow", "published_from: a day is written as 2026-11-23."),
        (f"source={'x' * 1001}", "source must have at most 1,000 characters."),
    ],
)
def test_a_wrong_parameter_is_a_sentence(client, wrong, sentence):
    """On the page of the error, in no library's words; a program gets the same as a problem document."""
    assert page_of(client, f"/articles?{wrong}", status=422).one("p", class_="what").text == sentence
    assert client.get(f"/articles?{wrong}").json()["detail"] == sentence


def test_titles_and_sources_of_a_list_are_only_text(client_of):
    """Neither becomes markup, and a title has the direction of its language."""
    client = client_of({"id": "a/../b?", "title": f"Title {EVIL}", "text": "Kites.", "source": EVIL, "language": "ur"})
    page = page_of(client, "/articles")
    link = page.one("ol", class_="listing").one("a")
    assert (link.text, link.attributes["dir"], link.attributes["lang"]) == (f"Title {EVIL}", "rtl", "ur")
    assert page.all("img") == []
    assert page_of(client, link.attributes["href"]).one("h1").text == f"Title {EVIL}"


def test_only_an_admin_is_offered_a_re_index(assistant, serve, tmp_path):
    """Only a key with the admin role gets the button and may use it."""
    keys = {role: add_key(tmp_path / "keys", role.name.lower(), role) for role in (Role.ASK, Role.ADMIN)}
    client = serve(assistant, keys_file=tmp_path / "keys")
    client.app.state.reindexer = FakeReindexer()
    for role, buttons in ((Role.ASK, 0), (Role.ADMIN, 1)):
        client.headers["authorization"] = f"Bearer {keys[role]}"
        assert len(page_of(client, "/corpus").one("main").all("button")) == buttons
        response = client.post("/corpus/reindex", headers={"accept": "text/html"}, follow_redirects=False)
        assert response.status_code == (303 if buttons else 403)
    assert client.app.state.reindexer.starts == 1


def test_the_form_starts_a_re_index_and_shows_its_progress(client):
    """Without scripts, the form posts, and the page then reloads itself while the re-index runs."""
    client.app.state.reindexer = FakeReindexer()
    form = page_of(client, "/corpus").one("form")
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/corpus/reindex")
    response = client.post("/corpus/reindex", headers={"accept": "text/html"}, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/corpus")
    page = page_of(client, "/corpus")
    assert page.one("p", class_="progress").text == "Embedding: 3 of 12 new passages."
    assert page.one("progress").attributes["value"] == "3"
    assert "disabled" in page.one("form").one("button").attributes
    assert page.one("noscript").one("meta").attributes["http-equiv"] == "refresh"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (ReindexStatus(), ""),
        (ReindexStatus("running"), "Reading the articles."),
        (ReindexStatus("done", 3, 3), "The index is up to date."),
        (
            ReindexStatus("failed", failure=StorageError("The disk is full.", "Make room.")),
            "The disk is full. Make room.",
        ),
    ],
)
def test_each_state_of_a_re_index_has_a_message(client, status, message):
    """The page describes each state in a sentence."""
    client.app.state.reindexer = FakeReindexer(status)
    assert page_of(client, "/corpus").one("p", class_="progress").text == message


def test_a_re_index_that_can_t_start_gives_an_error_page(client):
    """A second re-index at the same time is refused."""
    client.app.state.reindexer = FakeReindexer(ReindexStatus("running"))
    response = client.post("/corpus/reindex", headers={"accept": "text/html"}, follow_redirects=False)
    assert response.status_code >= 400
