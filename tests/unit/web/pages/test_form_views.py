"""Verdicts and comparisons, on the chat page, in Markdown and printed by `rag ask`."""

import pytest
from typer.testing import CliRunner

import rag.assembly
import rag.cli
from rag.answer_parts import COMPUTED
from tests.unit.rag.conftest import SURE, ScriptedReader
from tests.unit.web.conftest import parse
from web.markdown import render_markdown

PIER = {"id": "pier", "title": "<i>The pier</i>", "text": "The pier was opened on 5 May 1911."}
PORT = {"id": "port", "title": "The port", "text": "The port was opened on 12 March 2021. Iran did not build the port."}
READER = ScriptedReader(**{"5 May 1911": 8.0, "12 March 2021": 8.0})
YES, NO = "Was the pier opened in 1911?", "Did Iran build the port?"
FIRST = "What was opened first, the port or the pier?"


@pytest.fixture
def client(client_of):
    return client_of(PIER, PORT, reader=READER, weights=SURE)


@pytest.fixture
def printed(monkeypatch, client):
    """The lines that `rag ask` prints."""

    def of(question):
        monkeypatch.setattr(rag.assembly, "make_assistant", lambda settings: client.app.state.assistant)
        return CliRunner().invoke(rag.cli.app, ["ask", question]).stdout.split("\n")

    return of


def turn_of(client, question):
    return parse(client.get("/", params={"q": question}, headers={"accept": "text/html"}).text).one(class_="turn")


@pytest.mark.parametrize(("question", "word"), [(YES, "Yes:"), (NO, "No:")])
def test_a_verdict_stands_before_the_quote_that_decides(client, printed, question, word):
    """On the page, in Markdown and in a terminal; there is no headline."""
    turn = turn_of(client, question)
    assert turn.one("p", class_="finding").one(class_="verdict").text == word
    assert turn.all(class_="short") == []
    answer = client.app.state.assistant.ask(question)
    rendered = render_markdown(answer, "http://here")
    assert rendered.answer.startswith(f"{word} {answer.citations[0].quote}")
    first = rendered.quotes[0]
    assert rendered.answer[first.start : first.end] == f"{answer.citations[0].quote} [1]"
    assert printed(question)[:2] == [word, answer.answer]


def test_without_a_verdict_nothing_stands_before_the_quotes(client):
    """The sentence is about both names, and decides nothing."""
    assert turn_of(client, "Did Iran open the port?").all(class_="verdict") == []


def test_a_comparison_shows_both_sides_and_that_their_order_is_computed(client, printed):
    """Each side's words open their sentence; the order is marked as no quote."""
    turn = turn_of(client, FIRST)
    sides = turn.one("dl", class_="compared")
    assert [side.text for side in sides.all("dt")] == ["the port", "the pier"]
    assert [side.text for side in sides.all("q")] == ["12 March 2021", "5 May 1911"]
    assert turn.one("p", class_="computed").text == f"Earlier: the pier {COMPUTED}"
    assert all(link.attributes["href"].startswith("/articles/") for link in sides.all("a"))
    markdown = render_markdown(client.app.state.assistant.ask(FIRST), "http://here").answer
    assert "\n- the pier: 5 May 1911 \\[2\\]\n" in markdown or "\n- the pier: 5 May 1911 [2]\n" in markdown
    assert f"Earlier: the pier ({COMPUTED})" in printed(FIRST)


def test_a_side_without_evidence_is_said_to_have_none(client):
    """It has no link, and is named as unanswered."""
    turn = turn_of(client, "What was opened first, the port or the tower of Marco Polo?")
    assert [side.text for side in turn.all("dd")] == ["12 March 2021", "nothing found"]
    assert turn.one("p", class_="unanswered").one("q").text == "the tower of Marco Polo"
    assert turn.all(class_="computed") == []


def test_the_interface_gives_verdict_and_comparison(client):
    """As JSON, with the form; null where there is none."""
    reply = client.post("/api/ask", json={"question": FIRST}).json()
    assert (reply["form"], reply["comparison"]["order"], reply["comparison"]["computed"]) == (
        "comparison",
        "Earlier: the pier",
        True,
    )
    assert reply["comparison"]["sides"][1] == {
        "label": "the pier",
        "text": "5 May 1911",
        "value": "1911-05-05",
        "citation": 2,
    }
    assert reply["interpreted_question"] == FIRST
    assert client.post("/api/ask", json={"question": NO}).json()["verdict"] is False
    plain = client.post("/api/ask", json={"question": "When was the pier opened?"}).json()
    assert (plain["verdict"], plain["comparison"]) == (None, None)
