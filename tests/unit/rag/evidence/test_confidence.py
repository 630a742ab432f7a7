"""The confidence that the best sentences answer a question."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.confidence import confidence_features, confidence_of
from rag.evidence.scoring import CITED, Evidence
from tests.unit.rag.conftest import ScriptedReader, article_of, confidence_weights, evidence_of, score_question

QUESTION = "When was the harbour of Lenkoran opened?"
ITEM = evidence_of(article_of("One sentence."), "One sentence.", 0.0)


def scored(score: float, **features: float) -> Evidence:
    """A sentence with this score and these features."""
    return replace(ITEM, score=score, features={"names_missing": 0.0, "numbers_missing": 0.0} | features)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=12), st.floats(-9, 9), st.floats(-2, 2), st.floats(-1, 1))
def test_confidence_is_a_probability(scores, intercept, weight, nearest):
    """Whatever the scores are, confidence lies in [0, 1]."""
    evidence = [scored(score) for score in sorted(scores, reverse=True)]
    weights = confidence_weights(intercept=intercept, score=weight, share=weight, nearest=weight)
    assert 0.0 <= confidence_of(evidence, nearest, weights) <= 1.0


@given(st.floats(-20, 20), st.floats(0.1, 10))
def test_confidence_rises_with_the_best_score(score, more):
    """Better evidence, all else equal, gives more confidence."""
    weights = confidence_weights(intercept=-1.0, score=0.5)
    assert confidence_of([scored(score + more)], 0.5, weights) > confidence_of([scored(score)], 0.5, weights)


def test_confidence_is_the_logistic_of_the_weighted_features():
    """An intercept of -1, a score of 3 and a nearness of a half weighed twice give 1 / (1 + e^-3)."""
    weights = confidence_weights(intercept=-1.0, score=1.0, nearest=2.0)
    assert confidence_of([scored(3.0)], 0.5, weights) == pytest.approx(1 / (1 + math.exp(-3)))


def test_no_evidence_is_no_confidence():
    """Without evidence the confidence is 0, whatever the weights are."""
    assert confidence_of([], 0.5, confidence_weights(intercept=50.0)) == 0.0


def test_confidence_features_of_the_best_sentences():
    """The best value of each feature among the sentences that may be cited, not among those below."""
    evidence = [
        scored(2.0, similarity=0.2, overlap=0.1, names_missing=0.7, phrase=0.3),
        scored(1.0, similarity=0.6, overlap=0.3, names_missing=0.4, numbers_missing=1.0),
        scored(0.5, similarity=0.1, overlap=0.4, names_missing=0.5),
        scored(0.0, similarity=0.9, overlap=0.9, phrase=0.9),
    ]
    evidence = [replace(item, features={"phrase": 0.0, "answer_type": 1.0} | item.features) for item in evidence]
    assert len(evidence) > CITED
    shares = [math.exp(item.score) for item in evidence]
    assert confidence_features(evidence, 0.25) == {
        "score": 2.0,
        "share": pytest.approx(sum(shares[:3]) / sum(shares)),
        "nearest": 0.25,
        "overlap": 0.4,
        "phrase": 0.3,
        "answer_type": 1.0,
        "similarity": 0.6,
        "names_missing": 0.4,
        "numbers_missing": 0.0,
    }


def test_confidence_with_a_reader_has_its_feature_and_no_similarity(index):
    """A feature that was not computed is not there."""
    _, evidence = score_question(index, QUESTION, reader=ScriptedReader(**{"12 March 2021": 8.0}))
    features = confidence_features(evidence, 0.5)
    assert features["reader"] == pytest.approx(0.8, abs=1e-6)
    assert "similarity" not in features
