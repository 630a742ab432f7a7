"""A reading without the words that are told already."""

import numpy as np

from rag.reader.reading import Reading

SPANS = [(0, 3), (4, 9), (10, 12)]


def test_the_next_likeliest_answer_is_taken():
    """Within the words left out no answer begins or ends; the reading itself stays as it was."""
    logits = np.array([5.0, 1.0, 3.0], dtype=np.float32)
    reading = Reading(SPANS, logits, logits, 0.0)
    assert reading.answer_in(0, 12)[1] == (0, 3)
    without = reading.without([(1, 2)])
    assert without.answer_in(0, 12)[1] == (10, 12)
    assert without.answer_in(0, 12)[0] < reading.answer_in(0, 12)[0]
    assert reading.answer_in(0, 12)[1] == (0, 3)
    assert reading.without([]).answer_in(0, 12) == reading.answer_in(0, 12)


def test_where_all_is_left_out_an_answer_is_most_unlikely():
    """The log-odds are a number still."""
    logits = np.zeros(3, dtype=np.float32)
    odds, _ = Reading(SPANS, logits, logits, 0.0).without([(0, 12)]).answer_in(0, 12)
    assert odds < -1000
    assert np.isfinite(odds)
