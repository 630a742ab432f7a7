"""Figures of confidence, against counting by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluation.calibration import Bin, calibration_figures, reliability, risk_coverage

JUDGED = st.lists(
    st.tuples(st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0]), st.floats(0, 1)), st.booleans()),
    min_size=1,
    max_size=25,
)


def by_hand(judged):
    """Brier score, ECE over ten bins, and the mean over questions of the risk of all those at least as sure."""
    brier = sum((sure - right) ** 2 for sure, right in judged) / len(judged)
    ece = 0.0
    for place in range(10):
        held = [pair for pair in judged if min(int(pair[0] * 10), 9) == place]
        if held:
            gap = sum(sure for sure, _ in held) / len(held) - sum(right for _, right in held) / len(held)
            ece += len(held) / len(judged) * abs(gap)
    risks = []
    for sure, _ in judged:
        answered = [right for other, right in judged if other >= sure]
        risks.append(sum(not right for right in answered) / len(answered))
    return {"Brier score": brier, "ECE": ece, "AURC": sum(risks) / len(risks)}


@given(JUDGED)
def test_figures_of_confidence_are_those_counted_by_hand(judged):
    """Brier score, expected calibration error and the area are what counting question by question gives."""
    assert calibration_figures(judged) == pytest.approx(by_hand(judged))


def test_figures_of_confidence_on_four_questions():
    """Worked out on paper: two bins, and risks of 0, 1/2, 1/3 and 1/2."""
    judged = [(0.9, True), (0.8, False), (0.65, True), (0.6, False)]
    figures = calibration_figures(judged)
    assert figures["Brier score"] == pytest.approx((0.01 + 0.64 + 0.1225 + 0.36) / 4)
    assert figures["ECE"] == pytest.approx((0.1 + 0.8 + 2 * 0.125) / 4)
    assert figures["AURC"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_perfect_confidence_has_no_error():
    """Sure of what is right, unsure of what is wrong: nothing is lost but the wrong answers at the end."""
    figures = calibration_figures([(1.0, True), (1.0, True), (0.0, False), (0.0, False)])
    assert figures == pytest.approx({"Brier score": 0.0, "ECE": 0.0, "AURC": (0 + 0 + 0.5 + 0.5) / 4})


def test_the_order_of_the_questions_says_nothing():
    """Questions of one confidence count alike, whichever comes first in the file."""
    judged = [(0.5, True), (0.5, False), (0.2, True)]
    assert calibration_figures(judged) == calibration_figures(judged[::-1])


@pytest.mark.parametrize("right", [True, False])
def test_a_single_question_can_be_judged(right):
    """All right or all wrong is no trouble."""
    error = 0.75 if right else 0.25
    expected = {"Brier score": error**2, "ECE": error, "AURC": float(not right)}
    assert calibration_figures([(0.25, right)]) == pytest.approx(expected)


def test_without_judged_questions_there_are_no_figures():
    """A collection whose answerable questions have no gold says nothing of confidence."""
    assert calibration_figures([]) == {}


def test_bins_hold_their_lower_bound_and_the_last_one_holds_1():
    """0.1 is of the second bin, 1.0 of the tenth; bins without a question are left out."""
    bins = reliability([(0.0, False), (0.09, True), (0.1, True), (0.95, True), (1.0, False)])
    assert [one.count for one in bins] == [2, 1, 2]
    assert bins[1] == Bin(1, 0.1, 1.0)
    assert bins[2].confidence == pytest.approx(0.975)
    assert (bins[0].right, bins[2].right) == (0.5, 0.5)


def test_the_curve_goes_from_the_surest_to_all():
    """Each point answers all questions at least as sure, and says how many of them are wrong."""
    points = risk_coverage([(0.2, False), (0.9, True), (0.5, False), (0.5, True)])
    assert points == [pytest.approx((0.25, 0.0)), pytest.approx((0.75, 1 / 3)), pytest.approx((1.0, 0.5))]
