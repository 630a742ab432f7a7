"""The weights, and the weighted sum of features."""

import pytest

from rag.evidence.confidence import confidence_features, confidence_of
from rag.evidence.weights import log_odds, shipped_weights
from tests.unit.rag.conftest import ScriptedReader, score_question

QUESTION = "When was the harbour of Lenkoran opened?"
READERS = [None, ScriptedReader(**{"12 March 2021": 8.0})]


def test_log_odds_are_the_sum_with_the_intercept():
    """Half of 3 and twice 1 with an intercept of 10 are 13.5; without one, 3.5; no feature is the intercept alone."""
    features = {"a": 3.0, "b": 1.0}
    assert log_odds(features, {"a": 0.5, "b": 2.0, "intercept": 10.0, "unused": 99.0}) == 13.5
    assert log_odds(features, {"a": 0.5, "b": 2.0}) == 3.5
    assert log_odds({}, {"intercept": -1.0}) == -1.0


@pytest.mark.parametrize("reader", READERS)
def test_the_shipped_weights_know_every_feature(index, reader):
    """There is a weight for each feature that is computed, with a reader and without."""
    weights = shipped_weights(reading=reader is not None)
    retrieval, evidence = score_question(index, QUESTION, weights, reader)
    assert set(weights.sentence) == set(evidence[0].features)
    assert set(weights.confidence) == {"intercept", *confidence_features(evidence, retrieval.nearest)}
    assert 0.0 < confidence_of(evidence, retrieval.nearest, weights) < 1.0


def test_the_shipped_weights_across_languages_know_every_feature(index):
    """For a question in another language than the articles there are weights of their own, with a reader."""
    weights, question = shipped_weights(reading=True), "Lenkoran limanı ne zaman açıldı?"
    retrieval, evidence = score_question(index, question, weights, READERS[1])
    assert weights.across
    assert set(weights.across.sentence) == set(evidence[0].features) > set(weights.sentence)
    assert set(weights.across.confidence) == {"intercept", *confidence_features(evidence, retrieval.nearest)}


@pytest.mark.parametrize("reader", READERS)
def test_the_shipped_weights_are_surer_of_what_the_corpus_holds(index, reader):
    """The same index gives more confidence to a question it answers than to one it does not."""
    weights = shipped_weights(reading=reader is not None)
    confidences = []
    for question in (QUESTION, "Who invented the xylophone?"):
        retrieval, evidence = score_question(index, question, weights, reader)
        confidences.append(confidence_of(evidence, retrieval.nearest, weights))
    assert confidences[0] > confidences[1]
