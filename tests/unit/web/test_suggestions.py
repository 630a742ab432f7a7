"""Suggested questions are made beside the serving, once for each generation."""

import logging
from contextlib import nullcontext
from threading import Event, Thread

from web.suggestions import SuggestionWorker


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
    for thread in suggested._threads:
        thread.join(30)
    return suggested.current()


def test_nobody_waits_for_suggestions():
    """There are none until they are made, and then they are there, made once."""
    assistant = Scripted("Who?", "When?")
    suggested = SuggestionWorker(assistant)
    assert suggested.current() == []
    assistant.go.set()
    assert finished(suggested) == ["Who?", "When?"]
    assert finished(suggested) == ["Who?", "When?"]
    assert assistant.made == 1


def test_the_first_question_is_tried_after_a_while():
    """Who has waited for the server asks first; whoever stops the server does not wait for that while."""
    assistant = Scripted("Who?")
    assistant.go.set()
    suggested = SuggestionWorker(assistant, after=300)
    assert suggested.current() == []
    suggested.close()
    assert (assistant.made, finished(suggested)) == (0, [])


def test_a_new_generation_has_its_own():
    """Those of the one before are gone at once."""
    assistant = Scripted("Who?")
    assistant.go.set()
    suggested = SuggestionWorker(assistant)
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
    suggested = SuggestionWorker(assistant)
    suggested.current()
    with caplog.at_level(logging.ERROR):
        assert finished(suggested) == []
    assert "no questions could be suggested" in caplog.text


class Damaged:
    """An assistant whose index is damaged after its first question."""

    def manifest(self):
        return self

    generation = 1

    def suggestions(self):
        raise OSError("vectors.npy has 100 bytes")


def test_an_index_that_is_damaged_before_the_first_attempt_is_logged(caplog):
    """The thread ends without an error of its own."""
    suggested = SuggestionWorker(Damaged())
    with caplog.at_level(logging.ERROR):
        suggested.current()
        assert finished(suggested) == []
    assert "no questions could be suggested" in caplog.text


def test_closed_it_makes_no_more():
    """What was being made ends, and a later look begins nothing."""
    assistant = Scripted("Who?")
    suggested = SuggestionWorker(assistant)
    suggested.current()
    assistant.go.set()
    suggested.close()
    assert not any(thread.is_alive() for thread in suggested._threads)
    assistant.generation = 2
    suggested.current()
    assert assistant.made == 1


class Declining:
    """An assistant whose every question is declined, each when it is let to be."""

    def __init__(self):
        self.generation, self.tried = 1, 0
        self.trying, self.go = Event(), Event()

    def manifest(self):
        return self

    def suggestions(self):
        for _ in range(60):
            self.tried += 1
            self.trying.set()
            assert self.go.wait(30)
            yield None


def closed_beside(assistant, suggested):
    closing = Thread(target=suggested.close)
    closing.start()
    assert suggested._stopped.wait(30)
    assistant.go.set()
    closing.join(30)
    assert not closing.is_alive()


def test_closing_waits_for_the_question_that_is_tried_and_no_more():
    """Though none of them was suggested."""
    assistant = Declining()
    suggested = SuggestionWorker(assistant)
    suggested.current()
    assert assistant.trying.wait(30)
    closed_beside(assistant, suggested)
    assert assistant.tried == 1


def test_closing_waits_for_what_an_earlier_generation_is_tried_for():
    """Every thread has ended."""
    assistant = Declining()
    suggested = SuggestionWorker(assistant)
    suggested.current()
    assistant.generation = 2
    suggested.current()
    threads = list(suggested._threads)
    closed_beside(assistant, suggested)
    assert [thread.is_alive() for thread in threads] == [False, False]


def test_a_question_is_tried_only_while_a_slot_is_spare(monkeypatch):
    """If no slot is spare, the question is tried later."""
    monkeypatch.setattr("web.suggestions._RETRY_SECONDS", 0)
    spares = iter([False, True, False, False, True, True])
    assistant = Scripted("Who?", "When?")
    assistant.go.set()
    suggested = SuggestionWorker(assistant, lambda: nullcontext(next(spares)))
    suggested.current()
    assert finished(suggested) == ["Who?", "When?"]
    assert list(spares) == []


def test_the_page_shows_what_is_suggested(client):
    """Each as a link that asks it; none where only some articles may answer."""
    client.app.state.suggestions.close()
    client.app.state.suggestions._questions[:] = ["When was the harbour opened?"]
    link = 'href="/?q=When+was+the+harbour+opened%3F"'
    assert link in client.get("/").text
    assert link not in client.get("/", params={"source": "Coast Daily"}).text
