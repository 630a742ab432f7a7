"""The events of the chat page: the passages being read, then the turn as the page shows it."""

import json

from rag.errors import QuestionError
from tests.unit.web.conftest import parse
from tests.unit.web.pages.test_pages import QUESTION, page_of

STREAM = {"accept": "text/event-stream, text/html;q=0.9"}


def events_of(text):
    """The name and the data of each event."""
    blocks = [block.split("\n") for block in text.split("\n\n") if block]
    return [
        (lines[0].removeprefix("event: "), "\n".join(line.removeprefix("data: ") for line in lines[1:]))
        for lines in blocks
    ]


def test_a_question_gives_its_titles_and_then_its_turn(client):
    """The turn of the events has the same text as the turn of the whole page."""
    response = client.get("/", params={"q": QUESTION}, headers=STREAM)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [(name, data) for name, data in events_of(response.text) if name != "stage"]
    assert [name for name, _ in events] == ["reading", "turn", "done"]
    assert "The new harbour of Lenkoran" in json.loads(events[0][1])
    turn = parse(events[1][1]).one("section", class_="turn")
    whole = page_of(client, "/", q=QUESTION).one("section", class_="turn")
    assert turn.one("p", class_="finding").text == whole.one("p", class_="finding").text
    assert turn.one("ol").text == whole.one("ol").text


def test_a_refused_question_is_refused_before_any_event(client):
    """A question without words gets status 422 and a page that says why."""
    response = client.get("/", params={"q": "?!"}, headers=STREAM)
    assert response.status_code == 422
    assert parse(response.text).one(role="alert").text


def test_a_failure_while_reading_is_an_event(client, monkeypatch):
    """A failure sends a problem document as an event, then "done"."""

    def fail(*args, **kwargs):
        raise QuestionError("It broke.", "Ask again.")

    monkeypatch.setattr("rag.assistant.SentenceScorer.score", fail)
    events = events_of(client.get("/", params={"q": QUESTION}, headers=STREAM).text)
    assert [name for name, _ in events][-2:] == ["error", "done"]
    assert json.loads(events[-2][1])["detail"] == "It broke."


def test_a_streamed_question_is_counted(client):
    """A streamed answer counts once, as answered."""
    client.get("/", params={"q": QUESTION}, headers=STREAM)
    assert 'rag_questions_total{outcome="answered"} 1.0' in client.get("/metrics").text
