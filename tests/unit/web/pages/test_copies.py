"""Articles that say nearly the same as the one shown: on the page, over HTTP and printed."""

from typer.testing import CliRunner

import rag.cli
from tests.unit.rag.conftest import SURE
from tests.unit.web.conftest import HARBOUR, parse
from tests.unit.web.pages.test_short_answers import QUESTION, turn_of

AGENCY = HARBOUR | {"id": "agency", "title": "<i>Harbour</i>", "source": "Agency", "published": "2021-03-13"}
EVENING = HARBOUR | {"id": "evening", "title": "Evening", "text": HARBOUR["text"].replace("at last", "At Last")}
NAMES = {"harbour", "agency", "evening"}


def test_the_card_of_a_source_lists_the_others(client_of):
    """How many there are, and behind it each with its title, source and day, opening at its own words."""
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
    told = " ".join(line.text for line in lines) + card.one("h4").text
    assert "<i>Harbour</i>" in told


def test_one_other_article_is_named_as_one(client_of):
    """The singular; and without any there is no line."""
    client = client_of(HARBOUR, EVENING)
    assert turn_of(client, QUESTION).all("summary")[0].text == "Also in 1 article"


def test_a_source_of_its_own_has_no_such_line(client_of):
    """Nothing is said of what there is not."""
    assert turn_of(client_of(HARBOUR), QUESTION).all("details") == []


def test_over_http_each_copy_comes_with_its_place(client_of):
    """In passages, hits and citations alike; the text at its offsets says the same."""
    client = client_of(HARBOUR, AGENCY, EVENING, weights=SURE)
    reply = client.post("/api/ask", json={"question": QUESTION}).json()
    hits = client.post("/api/search", json={"query": QUESTION}).json()["hits"]
    for found in (reply["passages"][0], reply["citations"][0], hits[0]):
        assert {found["article_id"], *(copy["article_id"] for copy in found["also"])} == NAMES
        for copy in found["also"]:
            article = client.get(f"/api/articles/{copy['article_id']}").json()
            assert copy["version"] == article["version"]
            assert "12 March 2021" in article["text"][copy["start"] : copy["end"]]


def test_a_filter_names_only_what_passes_it(client_of):
    """Asked of one source, the copy of another is not named, though it is the same text."""
    client = client_of(HARBOUR, AGENCY)
    reply = client.post("/api/ask", json={"question": QUESTION, "source": "Agency"}).json()
    assert [(found["article_id"], found["also"]) for found in reply["passages"]] == [("agency", [])]


def test_ask_prints_the_ids_of_the_others(monkeypatch, client_of):
    """Behind the place of the quote."""
    assistant = client_of(HARBOUR, EVENING).app.state.assistant
    monkeypatch.setattr(rag.cli, "_assistant", lambda *_, **__: assistant)
    for words in (["ask", QUESTION], ["search", QUESTION]):
        assert "; also in " in CliRunner().invoke(rag.cli.app, words).stdout
