"""The confidence of a short answer."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.headline import HeadlineJudge
from rag.evidence.weights import shipped_headline_weights
from rag.reader.reading import MAX_ANSWER, Reading
from tests.unit.rag.conftest import ScriptedReader, article_of, by_id, evidence_of

ARTICLE = article_of("Rain fell. The bridge was opened by Leyla in 1905. Tea was sold. Ann Oak left.")
OPENED = "The bridge was opened by Leyla in 1905."


def judge(question, *evidence, reader=None, articles=(ARTICLE,)):
    return HeadlineJudge(question, question, evidence, reader, by_id(articles))


def test_a_sure_reader_gives_a_high_confidence_and_an_unsure_one_a_low():
    """The same words of the same sentence, read with other odds."""
    item = evidence_of(ARTICLE, OPENED, 5.0, answer="1905")
    sure, unsure = (
        judge("When was the bridge opened?", item, reader=ScriptedReader(**{"1905": odds})).confidence(item)
        for odds in (12.0, -12.0)
    )
    assert 0.0 <= unsure < 0.2
    assert 0.5 < sure <= 1.0


def test_the_reader_sees_the_sentence_with_its_neighbours_and_the_title():
    """The sentence before and the one after, no more of the passage."""
    reader = ScriptedReader(**{"1905": 5.0})
    item = evidence_of(ARTICLE, OPENED, 5.0, answer="1905")
    judge("When was the bridge opened?", item, reader=reader).confidence(item)
    assert reader.calls == [("When was the bridge opened?", [("A title", f"Rain fell. {OPENED} Tea was sold.")])]


def test_short_answers_that_break_a_constraint_are_dropped_and_their_sentences_stay():
    """The reader isn't asked for that."""
    reader = ScriptedReader(**{"1905": 12.0})
    year = evidence_of(ARTICLE, OPENED, 5.0, answer="1905")
    name = evidence_of(ARTICLE, "Ann Oak left.", 2.0, answer="Ann Oak")
    asked = judge("Who opened the bridge?", year, name, reader=reader)
    assert asked.broken(year, year.answer) == ["is_no_name"]
    assert asked.without_broken() == [replace(year, answer=None), name]
    assert reader.calls == []


def test_without_a_reader_or_a_short_answer_there_is_no_confidence():
    """Nothing is known of it."""
    item = evidence_of(ARTICLE, OPENED, 5.0, answer="1905")
    assert judge("When was the bridge opened?", item).confidence(item) == 0.0
    bare = replace(item, answer=None)
    assert judge("When was the bridge opened?", bare, reader=ScriptedReader()).confidence(bare) == 0.0


def test_the_confidence_is_the_logistic_of_the_weighted_features():
    """Worked out from the features and the weights of the package."""
    item = evidence_of(ARTICLE, OPENED, 5.0, answer="1905")
    other = evidence_of(ARTICLE, "Tea was sold.", 2.0)
    reader = ScriptedReader(**{"1905": 4.0, "Leyla": 2.0})
    asked = judge("When was the bridge opened?", item, other, reader=reader)
    features = asked.features(item, item.answer, reader)
    assert features["lead"] == pytest.approx(3.0 / 5)
    assert features["agreement"] == 1.0
    assert features["length"] == pytest.approx(1 / 5)
    weights = shipped_headline_weights()
    odds = weights["intercept"] + sum(weights[name] * value for name, value in features.items())
    assert asked.confidence(item) == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)


LOGITS = st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=MAX_ANSWER + 8)


@given(LOGITS, st.data())
def test_certainty_is_that_of_all_overlapping_spans_against_all_others(starts, data):
    """Every span is enumerated: those that overlap, and the others with no answer."""
    count = len(starts)
    ends = data.draw(st.lists(st.floats(-20, 20, width=32), min_size=count, max_size=count))
    none = data.draw(st.floats(-20, 20, width=32))
    first = data.draw(st.integers(0, count - 1))
    last = data.draw(st.integers(first, count - 1))
    spans = [(3 * position, 3 * position + 2) for position in range(count)]
    reading = Reading(spans, np.array(starts, np.float32), np.array(ends, np.float32), none)
    inside, outside = [], [none]
    for begin, end in product(range(count), repeat=2):
        if 0 <= end - begin < MAX_ANSWER:
            (inside if begin <= last and end >= first else outside).append(starts[begin] + ends[end])
    expected = np.logaddexp.reduce(inside) - np.logaddexp.reduce(outside)
    assert reading.certainty(spans[first][0], spans[last][1]) == pytest.approx(expected, abs=1e-3)


def test_nothing_read_is_no_certainty():
    """Characters that the reader did not see, as where a long text is cut."""
    reading = Reading([(0, 4)], np.zeros(1, np.float32), np.zeros(1, np.float32), 0.0)
    assert reading.certainty(10, 12) == -np.inf
