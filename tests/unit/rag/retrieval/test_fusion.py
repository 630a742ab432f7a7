"""Fusing two rankings."""

import json
import sys
from functools import partial
from subprocess import run

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.fusion import mean_fusion, min_max, reciprocal_ranks, tmm_convex

SCORES = st.floats(-1, 50, allow_nan=False, width=32)
RANKINGS = st.dictionaries(st.integers(0, 30), SCORES, max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)
WEIGHTS = st.floats(0, 1)
CONSTANTS = st.sampled_from([0.0, 1.0, 10.0, 60.0])
COSINES = st.dictionaries(st.integers(0, 30), st.floats(-1, 1, width=32), max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)
BM25 = st.dictionaries(st.integers(0, 30), st.floats(0, 50, width=32), max_size=12).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)
EVERY_FUSION = pytest.mark.parametrize(
    "fusion",
    [
        min_max,
        partial(tmm_convex, lowest=-1.0),
        partial(tmm_convex, lowest=0.6),
        reciprocal_ranks,
        partial(reciprocal_ranks, constant=10.0),
    ],
)


def oracle(dense, lexical, weight):
    """The fused score of rows 0 to 30 by numpy, NaN where no ranking with a weight has the row."""
    total, present = np.zeros(31), np.zeros(31, dtype=bool)
    for ranking, share in ((dense, weight), (lexical, 1 - weight)):
        if ranking and share:
            rows, scores = np.array([row for row, _ in ranking]), np.array([score for _, score in ranking])
            spread = np.ptp(scores)
            total[rows] += share * ((scores - scores.min()) / spread if spread else np.ones(len(rows)))
            present[rows] = True
    return np.where(present, total, np.nan)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_scores_are_those_of_a_brute_force_oracle(dense, lexical, weight):
    """Every row of a ranking with a weight has the weighted sum of its two rescaled scores."""
    expected = oracle(dense, lexical, weight)
    fused = dict(min_max(dense, lexical, weight))
    assert set(fused) == set(np.flatnonzero(~np.isnan(expected)).tolist())
    for row, score in fused.items():
        assert score == pytest.approx(expected[row], abs=1e-9)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_the_best_come_first_and_equal_scores_by_row(dense, lexical, weight):
    """Scores never rise down the list, and rows rise where scores are equal."""
    keys = [(-score, row) for row, score in min_max(dense, lexical, weight)]
    assert keys == sorted(keys)


@given(RANKINGS, RANKINGS, WEIGHTS)
def test_scores_stay_between_0_and_1(dense, lexical, weight):
    """A fused score is a share of what is best in both."""
    assert all(0.0 <= score <= 1.0 + 1e-12 for _, score in min_max(dense, lexical, weight))


@given(RANKINGS)
def test_one_ranking_alone_keeps_its_order(ranking):
    """If the other ranking is empty, the rows keep their order, except for ties."""
    scores = dict(ranking)
    for fused in (min_max(ranking, [], 1.0), min_max([], ranking, 0.0), min_max(ranking, [], 0.4)):
        assert {row for row, _ in fused} == set(scores)
        assert [scores[row] for row, _ in fused] == pytest.approx([score for _, score in ranking], abs=1e-5)


@given(RANKINGS, RANKINGS)
def test_a_weight_of_1_or_0_is_one_ranking_alone(dense, lexical):
    """With all the weight on one side, the other changes nothing and adds no row."""
    assert min_max(dense, lexical, 1.0) == min_max(dense, [], 1.0)
    assert min_max(dense, lexical, 0.0) == min_max([], lexical, 0.0)


def test_a_row_that_holds_no_word_never_comes_before_one_that_does():
    """By words alone, the last row found keeps its place before rows that only vectors found."""
    assert [row for row, _ in min_max([(0, 0.9), (1, 0.5)], [(5, 3.0), (4, 1.0)], 0.0)] == [5, 4]


def test_rows_of_equal_scores_all_count_as_first():
    """A ranking that can't tell its rows apart gives each of them its whole weight."""
    assert min_max([(2, 0.5), (1, 0.5)], [], 0.4) == [(1, 0.4), (2, 0.4)]


def test_two_empty_rankings_give_an_empty_one():
    """There is no row to give."""
    assert min_max([], [], 0.5) == []


@given(RANKINGS, RANKINGS, WEIGHTS, CONSTANTS)
def test_reciprocal_ranks_are_those_of_a_brute_force_oracle(dense, lexical, weight, constant):
    """Every row has the weighted sum of 1 / (constant + rank) over the rankings that have it."""
    fused = dict(reciprocal_ranks(dense, lexical, weight, constant))
    ranks = [{row: rank for rank, (row, _) in enumerate(ranking, start=1)} for ranking in (dense, lexical)]
    shares = (weight, 1 - weight)
    for row in range(31):
        parts = [share / (constant + rank[row]) for rank, share in zip(ranks, shares, strict=True) if row in rank]
        if any(share and row in rank for rank, share in zip(ranks, shares, strict=True)):
            assert fused[row] == pytest.approx(sum(parts) * (constant + 1), abs=1e-9)
        else:
            assert row not in fused


def test_reciprocal_ranks_of_the_paper_s_example():
    """With equal weights, second in both is before first in one and absent from the other."""
    fused = reciprocal_ranks([(1, 0.9), (2, 0.8)], [(3, 9.0), (2, 8.0)], 0.5)
    assert [row for row, _ in fused] == [2, 1, 3]
    assert fused[0][1] == pytest.approx(61 / 62)
    assert fused[1][1] == fused[2][1] == pytest.approx(1 / 2)


@given(COSINES, BM25, WEIGHTS, st.floats(-1, 1))
def test_tmm_convex_scores_are_those_of_a_brute_force_oracle(dense, lexical, weight, lowest):
    """A cosine counts from the lowest, or the ranking's last if that is lower, and BM25 from 0.

    A row without a cosine has the last one of the ranking.
    """
    fused = dict(tmm_convex(dense, lexical, weight, lowest))
    high, top = max((s for _, s in dense), default=1.0), max((s for _, s in lexical), default=0.0)
    low = min([lowest, *(score for _, score in dense)])
    near = {row: (score - low) / (high - low) if high > low else 1.0 for row, score in dense}
    words = {row: score / top if top else 1.0 for row, score in lexical}
    expected = {row for scores, share in ((near, weight), (words, 1 - weight)) if share for row in scores}
    assert set(fused) == expected
    for row in expected:
        score = weight * near.get(row, min(near.values(), default=0.0)) + (1 - weight) * words.get(row, 0.0)
        assert fused[row] == pytest.approx(score, abs=1e-9)


@EVERY_FUSION
@given(dense=COSINES, lexical=BM25, weight=WEIGHTS)
def test_every_fusion_gives_an_ordered_share(fusion, dense, lexical, weight):
    """Scores are in [0, 1] and never rise down the list, and rows rise where scores are equal."""
    keys = [(-score, row) for row, score in fusion(dense, lexical, weight)]
    assert keys == sorted(keys)
    assert all(-1e-12 <= -score <= 1.0 + 1e-12 for score, _ in keys)


@EVERY_FUSION
@given(dense=COSINES, lexical=BM25)
def test_every_fusion_of_one_ranking_is_that_ranking(fusion, dense, lexical):
    """With all the weight on one side, its rows come in its order, and no other row."""
    for ranking, fused in ((dense, fusion(dense, lexical, 1.0)), (lexical, fusion(dense, lexical, 0.0))):
        scores = dict(ranking)
        assert {row for row, _ in fused} == set(scores)
        assert [scores[row] for row, _ in fused] == pytest.approx([score for _, score in ranking], abs=1e-5)


@EVERY_FUSION
def test_every_fusion_puts_first_what_both_put_first(fusion):
    """The best of both rankings has the score 1."""
    assert fusion([(4, 0.9), (1, 0.5)], [(4, 7.0), (2, 3.0)], 0.4)[0] == (4, pytest.approx(1.0))


@given(RANKINGS, RANKINGS)
def test_mean_fusion_is_the_mean_of_two_rankings(first, second):
    """A row that one of them lacks has its last score there; an empty ranking counts as 0."""
    expected = {
        row: sum(dict(ranking).get(row, ranking[-1][1] if ranking else 0.0) for ranking in (first, second)) / 2
        for row, _ in (*first, *second)
    }
    fused = mean_fusion(first, second)
    assert dict(fused) == pytest.approx(expected)
    assert [row for row, _ in fused] == sorted(expected, key=lambda row: (-dict(fused)[row], row))


def test_importing_fusion_loads_no_engine_and_no_model():
    """Whoever only fuses rankings loads numpy and the types of the index, and no parser, faiss, torch or pydantic."""
    program = "import json, sys, rag.retrieval.fusion; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run([sys.executable, "-c", program], check=True, capture_output=True).stdout))
    assert not loaded & {"faiss", "tantivy", "torch", "transformers", "sentence_transformers", "pydantic", "sqlite3"}
    ours = {name for name in loaded if name.split(".")[0] in ("index", "rag", "web")}
    assert ours == {"index", "index.types", "rag", "rag.retrieval", "rag.retrieval.fusion"}
