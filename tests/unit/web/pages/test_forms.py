"""Lists, timelines and summaries, on the chat page and as Markdown."""

import pytest

from tests.unit.rag.conftest import SURE, ScriptedReader
from tests.unit.web.conftest import parse
from web.markdown import render_markdown

STRIKE = {
    "id": "strike",
    "title": "The strike of Lenkoran",
    "language": "en",
    "text": "The strike in Lenkoran began on 9 March 1920 at the docks.\n\n"
    "On 4 July the Lenkoran strike ended in peace.\n\nThe Lenkoran strike was told of in a book of Baku in 1935.",
}
TIMELINE = "Give me a timeline of the Lenkoran strike"
READER = ScriptedReader(**dict.fromkeys(("9 March 1920", "4 July", "1935"), 30.0))


@pytest.fixture
def client(client_of):
    """Serves an article about a strike, of which the reader finds the days."""
    return client_of(STRIKE, reader=READER, weights=SURE)


def turn_of(client, question):
    """The turn that the chat page shows for a question."""
    response = client.get("/", params={"q": question}, headers={"accept": "text/html"})
    assert response.status_code == 200
    return parse(response.text).one("section", class_="turn")


def test_a_timeline_has_its_dates_in_a_column(client):
    """Each quote in an item of an ordered list with its date, which says where it was inferred."""
    items = turn_of(client, TIMELINE).one("ol", class_="timeline").all("li")
    assert [item.one("time").text for item in items] == ["9 March 1920", "4 July 1920", "1935"]
    assert [item.one("time").attributes["datetime"] for item in items] == ["1920-03-09", "1920-07-04", "1935"]
    assert [len(item.all("small")) for item in items] == [0, 1, 0]
    assert [item.one("a", class_="cite").text for item in items] == ["[1]", "[2]", "[3]"]
    assert items[0].one("q").text == "The strike in Lenkoran began on 9 March 1920 at the docks."


def test_a_timeline_has_no_short_answer(client):
    """Nor is one of its sentences stronger than the others."""
    turn = turn_of(client, TIMELINE)
    assert (turn.all("p", class_="short"), turn.all("strong")) == ([], [])


def test_a_summary_says_of_which_article_it_is(client):
    """Its sentences stand in one paragraph below the title."""
    turn = turn_of(client, "Summarise the strike article")
    assert turn.one("p", class_="summarised").one("cite").text == STRIKE["title"]
    assert len(turn.one("p", class_="finding").all("q")) == 3


def test_the_json_has_the_dates(client):
    """With their precision and the number of their citation; other answers have none."""
    reply = client.post("/api/ask", json={"question": TIMELINE}).json()
    assert (reply["form"], reply["short_answer"], reply["more_matches"]) == ("timeline", None, 0)
    assert reply["timeline"][1] == {"date": "1920-07-04", "precision": "day", "inferred": True, "citation": 2}
    assert client.post("/api/ask", json={"question": "When did the strike begin?"}).json()["timeline"] == []


def test_markdown_has_a_line_for_each_date(client):
    """As a list, whose quotes stand where their places say."""
    answer = client.app.state.assistant.ask(TIMELINE)
    rendered = render_markdown(answer, "http://here")
    lines = rendered.answer.splitlines()
    assert lines[0] == "- **1920-03-09**: The strike in Lenkoran began on 9 March 1920 at the docks. [1]"
    assert [line[:14] for line in lines] == ["- **1920-03-09", "- **1920-07-04", "- **1935**: Th"]
    for place in rendered.quotes:
        assert rendered.text[place.start : place.end].endswith(f"[{place.citation.number}]")
        assert rendered.text[place.start : place.end].startswith(place.citation.quote[:12])
