"""Near-duplicates of a cited article: on the page, over HTTP and printed."""

from typer.testing import CliRunner

import rag.assembly
import rag.cli
from tests.unit.rag.conftest import SURE
from tests.unit.web.conftest import HARBOUR, parse
from tests.unit.web.pages.test_short_answers import QUESTION, turn_of

AGENCY = HARBOUR | {"id": "agency", "title": "<i>Harbour</i>", "source": "Agency", "published": "2021-03-13"}
EVENING = HARBOUR | {"id": "evening", "title": "Evening", "text": HARBOUR["text"].replace("at last", "At Last")}
NAMES = {"harbour", "agency", "evening"}


def test_a_card_lists_the_near_duplicates(client_of):
    """A card says how many near-duplicates there are and lists each, with a link that opens it at its own words."""
    client = client_of(HARBOUR, AGENCY, EVENING)
    (card,) = turn_of(client, QUESTION).all("li", class_="card")[:1]
    assert card.one("summary").text == "Also in 2 articles"
    lines = card.one("details").all("li")
    links = [line.one("a").attributes["href"] for line in lines]
    shown = card.one("p", class_="ways").one("a").attributes["href"]
    assert {link.split("?")[0].rsplit("/")[-1] for link in (*links, shown)} == NAMES
    for link in links:
        page = parse(client.get(link, headers={"accept": "text/html"}).text)
        assert "12 March 2021" in "".join(mark.text for mark in page.all("mark"))
    assert [line.one("a").attributes["dir"] for line in lines] == ["ltr", "ltr"]
    titles = " ".join(line.text for line in lines) + card.one("h4").text
    assert "<i>Harbour</i>" in titles


def test_one_near_duplicate_is_in_the_singular(client_of):
    """A single near-duplicate is "1 article"."""
    client = client_of(HARBOUR, EVENING)
    assert turn_of(client, QUESTION).all("summary")[0].text == "Also in 1 article"


def test_a_card_without_near_duplicates_has_no_line_for_them(client_of):
    """An article without near-duplicates has a card without details."""
    assert turn_of(client_of(HARBOUR), QUESTION).all("details") == []


def test_over_http_each_near_duplicate_has_its_offsets(client_of):
    """Passages, hits and citations give the offsets of each near-duplicate, and its text there says the same."""
    client = client_of(HARBOUR, AGENCY, EVENING, weights=SURE)
    reply = client.post("/api/ask", json={"question": QUESTION}).json()
    hits = client.post("/api/search", json={"query": QUESTION}).json()["hits"]
    for result in (reply["passages"][0], reply["citations"][0], hits[0]):
        assert {result["article_id"], *(copy["article_id"] for copy in result["also"])} == NAMES
        for copy in result["also"]:
            article = client.get(f"/api/articles/{copy['article_id']}").json()
            assert copy["version"] == article["version"]
            assert "12 March 2021" in article["text"][copy["start"] : copy["end"]]


def test_a_filter_leaves_out_near_duplicates_that_do_not_pass_it(client_of):
    """With a filter by source, a near-duplicate of another source is not listed, even if its text is the same."""
    client = client_of(HARBOUR, AGENCY)
    reply = client.post("/api/ask", json={"question": QUESTION, "source": "Agency"}).json()
    assert [(passage["article_id"], passage["also"]) for passage in reply["passages"]] == [("agency", [])]


def test_ask_and_search_print_the_ids_of_near_duplicates(monkeypatch, client_of):
    """Both commands list the near-duplicates after the offsets."""
    assistant = client_of(HARBOUR, EVENING).app.state.assistant
    monkeypatch.setattr(rag.assembly, "make_assistant", lambda settings: assistant)
    for command in (["ask", QUESTION], ["search", QUESTION]):
        assert "; also in " in CliRunner().invoke(rag.cli.app, command).stdout
