"""Answers kept for the same question asked again."""

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
    """It remembers what it was asked to read, so that what is worked out can be told from what is kept."""
    return ScriptedReader(**{"12 March 2021": 30.0})


@pytest.fixture
def keeping(live_index, reader):
    """An assistant that keeps ten answers."""
    return Assistant(live_index, weights=SENSIBLE, reader=reader, cached=10)


def untimed(answer):
    return replace(answer, timings_ms={})


def test_a_question_asked_again_is_answered_from_before(keeping, reader):
    """Nothing is read again, the answer is the same, and its times are its own."""
    first, again = keeping.ask(QUESTION), keeping.ask(f"  {QUESTION}\n")
    assert len(reader.asked) == 1
    assert untimed(again) == untimed(first)
    assert set(first.timings_ms) == {"retrieve", "read", "compose", "total"}
    assert set(again.timings_ms) == {"cache", "total"}
    assert again.timings_ms["total"] < 100


def test_steps_of_a_kept_answer_are_those_of_one_worked_out(keeping):
    """A stream tells the same stages and passages."""
    first, again = ([*keeping.ask_in_stages(QUESTION)] for _ in range(2))
    assert first[:-1] == again[:-1]
    assert "cache" in again[-1].timings_ms


def test_an_answer_half_streamed_is_not_kept(keeping, reader):
    """A reader that left before the answer leaves nothing behind."""
    steps = keeping.ask_in_stages(QUESTION)
    next(steps)
    steps.close()
    assert keeping.ask(QUESTION).answered
    assert len(reader.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"history": ("How long is the bridge over the Kura?",)},
        {"k": 2},
        {"filters": Filters(source="Coast Daily")},
        {"question": QUESTION.lower()},
    ],
)
def test_whatever_decides_an_answer_makes_it_another(keeping, reader, other):
    """Other history, another k, other filters and other words are worked out anew, once."""
    keeping.ask(QUESTION)
    asked = {"question": QUESTION} | other
    fresh = replace(keeping, cached=0).ask(**asked)
    assert untimed(keeping.ask(**asked)) == untimed(keeping.ask(**asked)) == untimed(fresh)
    assert len(reader.asked) == 3


def test_a_kept_answer_is_no_older_than_its_day(keeping, monkeypatch):
    """The age of what is cited is counted from the day it is asked, not from when it was first answered."""

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1)

    before = keeping.ask(QUESTION)
    monkeypatch.setattr(rag.assistant, "datetime", Tomorrow)
    monkeypatch.setattr(index.dates, "datetime", Tomorrow)
    after = keeping.ask(QUESTION)
    assert before.citations[0].age_days == (datetime.now(UTC) - datetime(2024, 3, 5, tzinfo=UTC)).days
    assert after.citations[0].age_days == before.citations[0].age_days + 1
    assert after.passages[0].age_days == before.passages[0].age_days + 1


def test_answers_go_with_their_index(keeping, live_index, corpus, directory, embedder):
    """After a swap the answer is the new generation's, and neither the old index nor its answers are held."""
    keeping.ask(QUESTION)
    old = weakref.ref(live_index.current())
    kept = weakref.ref(keeping._answers._answers[live_index.current()])
    (corpus / "harbour.md").unlink()
    build_index(corpus, directory, embedder)
    assert keeping.manifest().generation == 2
    gc.collect()
    assert (old(), kept()) == (None, None)
    answer = keeping.ask(QUESTION)
    assert answer.index.generation == 2
    assert "harbour" not in {found.article_id for found in answer.passages}


def test_an_answer_begun_before_a_swap_is_not_given_after_it(keeping, corpus, directory, embedder):
    """It is its own generation's, and goes with that."""
    steps = keeping.ask_in_stages(QUESTION)
    next(steps)
    (corpus / "harbour.md").write_text("---\nid: harbour\n---\nThe harbour of Lenkoran was opened in 1999.\n")
    build_index(corpus, directory, embedder)
    assert [*steps][-1].index.generation == 1
    assert keeping.ask(QUESTION).index.generation == 2


def test_without_being_told_to_an_assistant_keeps_nothing(live_index, reader):
    """What measures answers, as rag eval does, measures each of them."""
    assistant = Assistant(live_index, weights=SENSIBLE, reader=reader)
    assert set(assistant.ask(QUESTION).timings_ms) == set(assistant.ask(QUESTION).timings_ms)
    assert len(reader.asked) == 2
    assert not assistant._answers._answers


def test_assistants_that_answer_otherwise_share_no_answers(keeping):
    """A copy with another threshold or other weights answers for itself."""
    assert keeping.ask(QUESTION).answered
    assert not replace(keeping, weights=UNSURE).ask(QUESTION).answered
    assert replace(keeping, weights=SURE).ask(QUESTION).confidence > 0.99


def test_answers_asked_for_longest_ago_leave_first(live_index, reader):
    """No more are kept than was said."""
    assistant = Assistant(live_index, weights=SENSIBLE, reader=reader, cached=2)
    bridge, kites = "How long is the bridge over the Kura?", "What is the festival of kites called?"
    for question in (QUESTION, bridge, QUESTION, kites):  # the bridge is what was asked for longest ago
        assistant.ask(question)
    assert len(reader.asked) == 3
    assert "cache" in assistant.ask(QUESTION).timings_ms
    assert "cache" not in assistant.ask(bridge).timings_ms


def found_passage(copies: int) -> FoundPassage:
    return FoundPassage(*[None] * 17, also=[NearDuplicate(*[None] * 10)] * copies)


@pytest.mark.parametrize(("passages", "copies", "weight"), [(0, 0, 1), (10, 0, 1), (100, 0, 10), (10, 3, 4)])
def test_an_answer_counts_by_what_it_lists(keeping, passages, copies, weight):
    """More than ten passages and copies count as several answers, and what is more than all is not kept."""
    index, answer = keeping.source.current(), keeping.ask(QUESTION)
    long = replace(answer, passages=[found_passage(copies)] * passages)
    assert weight_of(long) == weight
    cache = AnswerCache(4)
    cache.put(index, "long", long)
    assert (cache.get(index, "long") is long) is (weight <= 4)


def test_equal_questions_at_once_get_equal_answers(live_index):
    """Threads may share what is kept, and a cache so small that each answer drives another out."""
    assistant = Assistant(live_index, weights=SENSIBLE, cached=2)
    questions = [QUESTION, "How long is the bridge over the Kura?", "What is the festival of kites called?"]
    expected = [untimed(replace(assistant, cached=0).ask(question)) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(assistant.ask, questions * 30))
    assert [untimed(answer) for answer in answers] == expected * 30
