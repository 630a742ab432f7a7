"""Weighing sentences against a question."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages import Passage
from rag.evidence import (
    CITED,
    PASSAGES_READ,
    SENTENCES_EMBEDDED,
    Asked,
    Evidence,
    Weights,
    confidence,
    confidence_features,
    log_odds,
    sentence_features,
    shipped_weights,
    weigh,
)
from rag.kinds import Kind
from rag.retriever import Hit, Retriever
from tests.unit.rag.conftest import SENSIBLE, article_of, evidence_of, made_weights

QUESTION = "When was the harbour of Lenkoran opened?"


def weighed(index, question, weights=SENSIBLE, k=10):
    retrieval = Retriever(index).retrieve(question, k)
    return retrieval, weigh(question, retrieval, index, weights)


def test_a_word_weighs_its_inverse_document_frequency(index):
    """Counting the passages that hold a word, one by one, gives the weight of BM25's formula."""
    passages = index.passages(range(index.manifest.passages))
    held = [set(index.terms(passage.text)) for passage in passages]
    weights = Asked.of("the harbour bridge kites xylophone", index).weights
    assert set(weights) == {"the", "harbour", "bridg", "kite", "xylophon"}
    for term, weight in weights.items():
        frequency = sum(term in terms for terms in held)
        assert weight == pytest.approx(math.log(1 + (len(held) - frequency + 0.5) / (frequency + 0.5)))


def test_a_rare_word_weighs_more_than_a_common_one(index_of_texts):
    """A word of one passage tells more than a word of all."""
    index = index_of_texts(a="The tea ship.", b="The kite.", c="The bridge.")
    weights = Asked.of("the kite", index).weights
    assert weights["kite"] > weights["the"] > 0


def test_a_word_asked_twice_counts_once(index):
    """Repeating a word does not change what is asked."""
    assert Asked.of("kites kites Kite", index).weights == Asked.of("kites", index).weights


def test_covered_by_is_the_share_of_the_weight_present():
    """Two words of weights 3 and 1: the first alone covers three quarters."""
    asked = Asked("?", None, {"harbour": 3.0, "open": 1.0})
    assert asked.covered_by(["harbour"]) == 0.75
    assert asked.covered_by(["open", "open", "other"]) == 0.25
    assert asked.covered_by(["open", "harbour"]) == 1.0
    assert asked.covered_by([]) == 0.0


def test_a_question_without_words_is_covered_by_nothing():
    """No words to cover is no cover, and no division by zero."""
    assert Asked("港", None, {}).covered_by(["harbour"]) == 0.0


def test_kind_in_is_1_minus_1_or_0():
    """A date speaks for an answer to "when", its absence against it, and an unknown kind for nothing."""
    assert Asked("When?", Kind.TIME, {}).kind_in("It was in 1996.") == 1.0
    assert Asked("When?", Kind.TIME, {}).kind_in("It was so.") == -1.0
    assert Asked("Why?", None, {}).kind_in("It was in 1996.") == 0.0


def test_features_of_a_hand_made_sentence(index):
    """The second sentence covers "tea", the first with it "ship" too; the kind and the score are passed on."""
    text = "A ship came. Tea was cheap in 1996."
    passage = Passage("x#5-40", "x", 5, 40, text, ((5, 17), (18, 40)))
    asked = Asked("When did tea come by ship?", Kind.TIME, {"tea": 2.0, "ship": 2.0, "come": 4.0})
    features = sentence_features(asked, Hit(passage, 0.7, 1), (18, 40), index)
    assert features == {"overlap": 0.25, "overlap_with_before": 0.5, "passage": 0.7, "kind": 1.0}
    first = sentence_features(asked, Hit(passage, 0.7, 1), (5, 17), index)
    assert (first["overlap"], first["overlap_with_before"], first["kind"]) == (0.25, 0.25, -1.0)


def test_each_evidence_is_the_article_s_text_at_its_span(index):
    """A sentence weighed is never other words than the article's."""
    _, evidence = weighed(index, QUESTION)
    assert evidence
    for item in evidence:
        assert index.article(item.passage.article_id).text[slice(*item.span)] == item.text


def test_the_best_evidence_comes_first_and_answers(index):
    """Scores fall down the list, and the sentence with the date leads."""
    _, evidence = weighed(index, QUESTION)
    scores = [item.score for item in evidence]
    assert scores == sorted(scores, reverse=True)
    assert evidence[0].text == "The harbour of Lenkoran was opened on 12 March 2021."


def test_similarity_is_the_cosine_of_sentence_and_question(index, embedder):
    """Embedding each sentence alone and multiplying gives its feature."""
    retrieval, evidence = weighed(index, QUESTION)
    vectors = embedder.embed_passages([item.text for item in evidence])
    found = [item.features["similarity"] for item in evidence]
    np.testing.assert_allclose(found, vectors @ retrieval.vector, atol=1e-6)


def test_a_score_is_the_weighted_sum_of_features(index):
    """Every score can be computed by hand from the features shown with it."""
    weights = Weights({"overlap": 2.0, "overlap_with_before": 0.5, "passage": 3.0, "kind": 0.25, "similarity": 4.0}, {})
    _, evidence = weighed(index, QUESTION, weights)
    for item in evidence:
        expected = sum(weights.sentence[name] * value for name, value in item.features.items())
        assert item.score == pytest.approx(expected)


@pytest.fixture
def wide_index(index_of_texts):
    """Eight articles of three sentences that all speak of tea."""
    texts = {f"t{n}": f"Tea number {n} is green. It grows on hill {n}. Tea sells for {n} coins." for n in range(8)}
    return index_of_texts(**texts)


def test_only_the_sentences_of_the_first_passages_are_weighed(wide_index):
    """What is ranked below the passages read is never quoted."""
    retrieval, evidence = weighed(wide_index, "Which tea is green?")
    assert len(retrieval.hits) > PASSAGES_READ
    read = {hit.passage.passage_id for hit in retrieval.hits[:PASSAGES_READ]}
    assert {item.passage.passage_id for item in evidence} <= read


def test_no_more_sentences_are_embedded_than_the_bound(wide_index):
    """The first, cheap look chooses which sentences are embedded: those of the highest partial score."""
    retrieval, evidence = weighed(wide_index, "Which tea is green?")
    assert len(evidence) == SENTENCES_EMBEDDED
    asked = Asked.of("Which tea is green?", wide_index)
    looked = {
        (hit.passage.passage_id, span): log_odds(sentence_features(asked, hit, span, wide_index), SENSIBLE.sentence)
        for hit in retrieval.hits[:PASSAGES_READ]
        for span in hit.passage.sentences
    }
    taken = {(item.passage.passage_id, item.span) for item in evidence}
    assert min(looked[key] for key in taken) >= max(looked[key] for key in looked.keys() - taken)


def test_no_hits_give_no_evidence(index):
    """Where nothing was found there is nothing to weigh."""
    retrieval = Retriever(index).retrieve(QUESTION, 1)
    assert weigh(QUESTION, replace(retrieval, hits=[]), index, SENSIBLE) == []


ITEM = evidence_of(article_of("One sentence."), "One sentence.", 0.0)


def made(score: float, similarity: float = 0.5, overlap: float = 0.5) -> Evidence:
    return replace(ITEM, score=score, features={"similarity": similarity, "overlap": overlap})


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=12), st.floats(-9, 9), st.floats(-2, 2))
def test_confidence_is_a_probability(scores, intercept, weight):
    """Whatever the scores are, confidence lies in [0, 1]."""
    evidence = [made(score) for score in sorted(scores, reverse=True)]
    assert 0.0 <= confidence(evidence, made_weights(intercept=intercept, score=weight)) <= 1.0


@given(st.floats(-20, 20), st.floats(0.1, 10))
def test_confidence_rises_with_the_best_score(score, more):
    """Better evidence, all else equal, makes surer."""
    weights = made_weights(intercept=-1.0, score=0.5)
    assert confidence([made(score + more)], weights) > confidence([made(score)], weights)


def test_confidence_is_the_logistic_of_the_weighted_features():
    """An intercept of -1 and a score of 3 weighed once give 1 / (1 + e^-2)."""
    assert confidence([made(3.0)], made_weights(intercept=-1.0, score=1.0)) == pytest.approx(1 / (1 + math.exp(-2)))


def test_no_evidence_is_no_confidence():
    """Where nothing was found the confidence is 0, however generous the weights are."""
    assert confidence([], made_weights(intercept=50.0)) == 0.0


def test_confidence_features_of_the_best_sentences():
    """The best score, and the nearest and likest of the sentences that may be cited, not of those below."""
    evidence = [made(2.0, 0.2, 0.1), made(1.0, 0.6, 0.3), made(0.5, 0.1, 0.4), made(0.0, 0.9, 0.9)]
    features = confidence_features(evidence)
    assert len(evidence) > CITED
    assert (features["score"], features["similarity"], features["overlap"]) == (2.0, 0.6, 0.4)


def test_the_shipped_weights_know_every_feature(index):
    """The weights in the package weigh what is computed, and give a probability."""
    weights = shipped_weights()
    _, evidence = weighed(index, QUESTION, weights)
    assert set(weights.sentence) == set(evidence[0].features)
    assert set(weights.confidence) == {"intercept", *confidence_features(evidence)}
    assert 0.0 < confidence(evidence, weights) < 1.0


def test_the_shipped_weights_are_surer_of_what_the_corpus_holds(index):
    """The same index gives more confidence to a question it answers than to one it does not."""
    weights = shipped_weights()
    _, held = weighed(index, QUESTION, weights)
    _, absent = weighed(index, "Who invented the xylophone?", weights)
    assert confidence(held, weights) > confidence(absent, weights)
