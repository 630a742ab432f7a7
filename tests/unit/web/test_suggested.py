"""Suggested questions are made beside the serving, once for each generation."""

import logging
from threading import Event

from web.suggested import Suggested


class Scripted:
    """An assistant that suggests when it is let to."""

    def __init__(self, *questions, fails=False):
        self.generation = 1
        self.questions = questions
        self.fails = fails
        self.made = 0
        self.go = Event()

    def manifest(self):
        return self

    def suggestions(self):
        self.made += 1
        assert self.go.wait(30)
        if self.fails:
            raise OSError("no disk")
        yield from self.questions


def finished(suggested):
    suggested._thread.join(30)
    return suggested.current()


def test_nobody_waits_for_suggestions():
    """There are none until they are made, and then they are there, made once."""
    assistant = Scripted("Who?", "When?")
    suggested = Suggested(assistant)
    assert suggested.current() == []
    assistant.go.set()
    assert finished(suggested) == ["Who?", "When?"]
    assert finished(suggested) == ["Who?", "When?"]
    assert assistant.made == 1


def test_a_new_generation_has_its_own():
    """Those of the one before are gone at once."""
    assistant = Scripted("Who?")
    assistant.go.set()
    suggested = Suggested(assistant)
    suggested.current()
    assert finished(suggested) == ["Who?"]
    assistant.generation, assistant.questions = 2, ("Where?",)
    assistant.go.clear()
    assert suggested.current() == []
    assistant.go.set()
    assert finished(suggested) == ["Where?"]


def test_a_failure_is_logged_and_leaves_the_page_whole(caplog):
    """There are no suggestions, and the log says why."""
    assistant = Scripted(fails=True)
    assistant.go.set()
    suggested = Suggested(assistant)
    suggested.current()
    with caplog.at_level(logging.ERROR):
        assert finished(suggested) == []
    assert "no questions could be suggested" in caplog.text


def test_closed_it_makes_no_more():
    """What was being made ends, and a later look begins nothing."""
    assistant = Scripted("Who?")
    suggested = Suggested(assistant)
    suggested.current()
    assistant.go.set()
    suggested.close()
    assert not suggested._thread.is_alive()
    assistant.generation = 2
    suggested.current()
    assert assistant.made == 1


def test_the_page_shows_what_is_suggested(client):
    """Each as a link that asks it; none where only some articles may answer."""
    client.app.state.suggestions.close()
    client.app.state.suggestions._questions[:] = ["When was the harbour opened?"]
    link = 'href="/?q=When+was+the+harbour+opened%3F"'
    assert link in client.get("/").text
    assert link not in client.get("/", params={"source": "Coast Daily"}).text
