"""Answers cached for the same question asked again."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import index.dates
import rag.assistant
from index.build.build import build_index
from index.types import Filters
from rag.answer import FoundPassage, NearDuplicate
from rag.assistant import Assistant
from rag.cache import AnswerCache, weight_of
from tests.unit.rag.conftest import SENSIBLE, SURE, UNSURE, ScriptedReader

QUESTION = "When was the harbour of Lenkoran opened?"


@pytest.fixture
def reader():
    """A reader whose calls tell answers that are worked out from cached ones; it finds no short answer to judge."""
    return ScriptedReader()


@pytest.fixture
def caching(live_index, reader):
    """An assistant that caches ten answers."""
    return Assistant(live_index, weights=SENSIBLE, reader=reader, cached=10)


def untimed(answer):
    return replace(answer, timings_ms={})


def test_a_question_asked_again_is_answered_from_the_cache(caching, reader):
    """Nothing is read again, the answer is the same, and its times are its own."""
    first, again = caching.ask(QUESTION), caching.ask(f"  {QUESTION}\n")
    assert len(reader.calls) == 1
    assert untimed(again) == untimed(first)
    assert set(first.timings_ms) == {"retrieve", "read", "compose", "total"}
    assert set(again.timings_ms) == {"cache", "total"}
    assert again.timings_ms["total"] < 100


def test_a_cached_answer_says_the_same_of_its_language(live_index):
    """As it was when it was worked out."""
    caching = Assistant(live_index, weights=SENSIBLE, cached=10)
    first, again = (caching.ask("Wer hat das Xylophon in Wien erfunden?") for _ in range(2))
    assert "cache" in again.timings_ms
    assert again.language_note == first.language_note is not None


def test_events_of_a_cached_answer_are_those_of_one_worked_out(caching):
    """The stages and the passages are the same, and the answer but for its times."""
    first, again = ([*caching.ask_in_stages(QUESTION)] for _ in range(2))
    assert first[:-1] == again[:-1]
    assert untimed(first[-1].answer) == untimed(again[-1].answer)
    assert "cache" in again[-1].answer.timings_ms


def test_an_answer_half_streamed_is_not_cached(caching, reader):
    """A client that left before the answer leaves nothing behind."""
    events = caching.ask_in_stages(QUESTION)
    next(events)
    events.close()
    assert caching.ask(QUESTION).answered
    assert len(reader.calls) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"history": ("How long is the bridge over the Kura?",)},
        {"k": 2},
        {"filters": Filters(source="Coast Daily")},
        {"question": QUESTION.lower()},
    ],
)
def test_whatever_decides_an_answer_makes_it_another(caching, reader, other):
    """Other history, another k, other filters and other words are worked out anew, once."""
    caching.ask(QUESTION)
    request = {"question": QUESTION} | other
    fresh = replace(caching, cached=0).ask(**request)
    assert untimed(caching.ask(**request)) == untimed(caching.ask(**request)) == untimed(fresh)
    assert len(reader.calls) == 3


def test_a_cached_answer_is_no_older_than_its_day(caching, monkeypatch):
    """The age of what is cited is counted from the day it is asked, not from when it was first answered."""

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    before = caching.ask(QUESTION)
    monkeypatch.setattr(rag.assistant, "datetime", Tomorrow)
    monkeypatch.setattr(index.dates, "datetime", Tomorrow)
    after = caching.ask(QUESTION)
    assert before.citations[0].age_days == (datetime.now(UTC) - datetime(2024, 3, 5, tzinfo=UTC)).days
    assert after.citations[0].age_days == before.citations[0].age_days + 1
    assert after.passages[0].age_days == before.passages[0].age_days + 1


def test_answers_go_with_their_index(caching, live_index, corpus, directory, embedder):
    """After a swap the answer is the new generation's, and neither the old index nor its answers stay in memory."""
    caching.ask(QUESTION)
    old = weakref.ref(live_index.current())
    cached = weakref.ref(caching._answers._answers[live_index.current()])
    (corpus / "harbour.md").unlink()
    build_index(corpus, directory, embedder)
    assert caching.manifest().generation == 2
    gc.collect()
    assert (old(), cached()) == (None, None)
    answer = caching.ask(QUESTION)
    assert answer.index.generation == 2
    assert "harbour" not in {found.article_id for found in answer.passages}


def test_an_answer_begun_before_a_swap_is_not_given_after_it(caching, corpus, directory, embedder):
    """It belongs to its own generation, and goes with it."""
    events = caching.ask_in_stages(QUESTION)
    next(events)
    (corpus / "harbour.md").write_text("---\nid: harbour\n---\nThe harbour of Lenkoran was opened in 1999.\n")
    build_index(corpus, directory, embedder)
    assert [*events][-1].answer.index.generation == 1
    assert caching.ask(QUESTION).index.generation == 2


def test_by_default_an_assistant_caches_nothing(live_index, reader):
    """`rag eval`, which measures answers, measures each of them."""
    assistant = Assistant(live_index, weights=SENSIBLE, reader=reader)
    assert set(assistant.ask(QUESTION).timings_ms) == set(assistant.ask(QUESTION).timings_ms)
    assert len(reader.calls) == 2
    assert not assistant._answers._answers


def test_assistants_that_answer_otherwise_share_no_answers(caching):
    """A copy with another threshold or other weights answers for itself."""
    assert caching.ask(QUESTION).answered
    assert not replace(caching, weights=UNSURE).ask(QUESTION).answered
    assert replace(caching, weights=SURE).ask(QUESTION).confidence > 0.99


def test_answers_asked_for_longest_ago_leave_first(live_index, reader):
    """No more than `cached` answers are cached."""
    assistant = Assistant(live_index, weights=SENSIBLE, reader=reader, cached=2)
    bridge, kites = "How long is the bridge over the Kura?", "What is the festival of kites called?"
    for question in (QUESTION, bridge, QUESTION, kites):  # the bridge is what was asked for longest ago
        assistant.ask(question)
    assert len(reader.calls) == 3
    assert "cache" in assistant.ask(QUESTION).timings_ms
    assert "cache" not in assistant.ask(bridge).timings_ms


def found_passage(copies: int) -> FoundPassage:
    return FoundPassage(*[None] * 17, also=[NearDuplicate(*[None] * 10)] * copies)


@pytest.mark.parametrize(("passages", "copies", "weight"), [(0, 0, 1), (10, 0, 1), (100, 0, 10), (10, 3, 4)])
def test_an_answer_counts_by_what_it_lists(caching, passages, copies, weight):
    """More than ten passages and near-duplicates count as several answers; an answer above the size is not cached."""
    index, answer = caching.source.current(), caching.ask(QUESTION)
    long = replace(answer, passages=[found_passage(copies)] * passages)
    assert weight_of(long) == weight
    cache = AnswerCache(4)
    cache.put(index, "long", long)
    assert (cache.get(index, "long") is long) is (weight <= 4)


def test_equal_questions_at_once_get_equal_answers(live_index):
    """Threads may share the cache, even one so small that each answer drives another out."""
    assistant = Assistant(live_index, weights=SENSIBLE, cached=2)
    questions = [QUESTION, "How long is the bridge over the Kura?", "What is the festival of kites called?"]
    expected = [untimed(replace(assistant, cached=0).ask(question)) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(assistant.ask, questions * 30))
    assert [untimed(answer) for answer in answers] == expected * 30
