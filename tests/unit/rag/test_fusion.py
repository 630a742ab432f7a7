"""Joining two rankings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import fuse

SCORES = st.floats(-1, 50, allow_nan=False, width=32)
RANKINGS = st.dictionaries(st.integers(0, 30), SCORES, max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)
WEIGHTS = st.floats(0, 1)


def oracle(dense, lexical, weight):
    """The fused score of rows 0 to 30 by numpy, NaN where no ranking that counts holds the row."""
    total, held = np.zeros(31), np.zeros(31, dtype=bool)
    for ranking, share in ((dense, weight), (lexical, 1 - weight)):
        if ranking and share:
            rows, scores = np.array([row for row, _ in ranking]), np.array([score for _, score in ranking])
            spread = np.ptp(scores)
            total[rows] += share * ((scores - scores.min()) / spread if spread else np.ones(len(rows)))
            held[rows] = True
    return np.where(held, total, np.nan)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_scores_are_those_of_a_brute_force_oracle(dense, lexical, weight):
    """Every row has the weighted sum of its two rescaled scores, where a ranking that counts holds it."""
    expected = oracle(dense, lexical, weight)
    fused = dict(fuse(dense, lexical, weight))
    assert set(fused) == set(np.flatnonzero(~np.isnan(expected)).tolist())
    for row, score in fused.items():
        assert score == pytest.approx(expected[row], abs=1e-9)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_the_best_come_first_and_equal_scores_by_row(dense, lexical, weight):
    """Scores never rise down the list, and rows rise where scores are equal."""
    keys = [(-score, row) for row, score in fuse(dense, lexical, weight)]
    assert keys == sorted(keys)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_scores_stay_between_0_and_1(dense, lexical, weight):
    """A fused score is a share of what is best in both."""
    assert all(0.0 <= score <= 1.0 + 1e-12 for _, score in fuse(dense, lexical, weight))


@given(RANKINGS)
def test_one_ranking_alone_keeps_its_order(ranking):
    """With nothing on the other side, the rows come as they were, ties apart."""
    scores = dict(ranking)
    for fused in (fuse(ranking, [], 1.0), fuse([], ranking, 0.0), fuse(ranking, [], 0.4)):
        assert {row for row, _ in fused} == set(scores)
        assert [scores[row] for row, _ in fused] == pytest.approx([score for _, score in ranking], abs=1e-5)


@given(RANKINGS, RANKINGS)
def test_a_weight_of_1_or_0_is_one_ranking_alone(dense, lexical):
    """With all the weight on one side, the other changes nothing and adds no row."""
    assert fuse(dense, lexical, 1.0) == fuse(dense, [], 1.0)
    assert fuse(dense, lexical, 0.0) == fuse([], lexical, 0.0)


def test_a_row_that_holds_no_word_never_comes_before_one_that_does():
    """By words alone, the last row found keeps its place before rows that only vectors found."""
    assert [row for row, _ in fuse([(0, 0.9), (1, 0.5)], [(5, 3.0), (4, 1.0)], 0.0)] == [5, 4]


def test_rows_of_equal_scores_all_count_as_first():
    """A ranking that can't tell its rows apart gives each of them its whole weight."""
    assert fuse([(2, 0.5), (1, 0.5)], [], 0.4) == [(1, 0.4), (2, 0.4)]


def test_nothing_joined_with_nothing_is_nothing():
    """Two empty rankings give an empty one."""
    assert fuse([], [], 0.5) == []
