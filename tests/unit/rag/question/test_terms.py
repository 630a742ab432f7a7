"""The words, names and numbers of a question."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.terms import QuestionTerms


def terms_of(question="?", answer_type=None, weights=None, names=(), numbers=()):
    """The terms of a question as if its words were the keys of `weights`, in that order."""
    weights = weights or {}
    pairs = frozenset(pairwise(weights))
    return QuestionTerms(question, answer_type, weights, pairs, frozenset(names), frozenset(numbers))


def test_a_word_weighs_its_inverse_document_frequency(index):
    """Counting the passages that hold a word, one by one, gives the weight of BM25's formula."""
    passages = index.passages(range(index.manifest.passages))
    words = [set(index.terms(passage.text)) for passage in passages]
    weights = QuestionTerms.of("the harbour bridge kites xylophone", None, index).weights
    assert set(weights) == {"the", "harbour", "bridg", "kite", "xylophon"}
    for term, weight in weights.items():
        frequency = sum(term in terms for terms in words)
        assert weight == pytest.approx(math.log(1 + (len(words) - frequency + 0.5) / (frequency + 0.5)))


def test_a_rare_word_weighs_more_than_a_common_one(index_of_texts):
    """A word of one passage tells more than a word of all."""
    index = index_of_texts(a="The tea ship.", b="The kite.", c="The bridge.")
    weights = QuestionTerms.of("the kite", None, index).weights
    assert weights["kite"] > weights["the"] > 0


def test_a_repeated_word_counts_once(index):
    """Repeating a word does not change what the words weigh."""
    assert QuestionTerms.of("kites kites Kite", None, index).weights == QuestionTerms.of("kites", None, index).weights


def test_a_question_has_its_answer_type_pairs_names_and_numbers(index):
    """Pairs are of neighbouring words as they are indexed, names are folded, numbers lose their commas."""
    question = "When did Leyla MAMMADOVA bring 1,200 of 1.5 tonnes?"
    terms = QuestionTerms.of(question, expected_answer_type(question), index)
    words = index.terms(question)
    assert (terms.question, terms.answer_type) == (question, AnswerType.TIME)
    assert terms.pairs == {(words[position], words[position + 1]) for position in range(len(words) - 1)}
    assert terms.names == {"leyla", "mammadova"}
    assert terms.numbers == {"1200", "1.5"}


def test_a_question_all_in_capitals_has_no_names(index):
    """Where every letter is a capital, none tells a name; the words are those of the question in small letters."""
    loud, quiet = (
        QuestionTerms.of(text, None, index) for text in ("WHO OPENED THE HARBOUR?", "who opened the harbour?")
    )
    assert loud.names == frozenset()
    assert (loud.answer_type, loud.weights, loud.pairs) == (quiet.answer_type, quiet.weights, quiet.pairs)


@pytest.mark.parametrize("question", ["", "?", "港", "\u0301"])
def test_a_question_without_words_is_covered_by_nothing(index, question):
    """No words to cover is no cover, no phrase, nothing missing, and no division by zero."""
    terms = QuestionTerms.of(question, None, index)
    assert terms.answer_type is None
    if not terms.weights:
        assert terms.covered_by(["harbour"]) == terms.phrases_in(["the", "harbour"]) == 0.0
    assert terms.missing_from("The harbour.") == {"names_missing": 0.0, "numbers_missing": 0.0}


def test_covered_by_is_the_share_of_the_weight_present():
    """Two words of weights 3 and 1: the first alone covers three quarters."""
    terms = terms_of(weights={"harbour": 3.0, "open": 1.0})
    assert terms.covered_by(["harbour"]) == 0.75
    assert terms.covered_by(["open", "open", "other"]) == 0.25
    assert terms.covered_by(["open", "harbour"]) == 1.0
    assert terms.covered_by([]) == 0.0


def test_phrases_in_is_the_share_of_the_pairs_weight_present():
    """A pair weighs what its lighter word does, and counts where its words are neighbours in that order."""
    terms = terms_of(weights={"new": 1.0, "harbour": 3.0, "lenkoran": 2.0})  # pairs of weights 1 and 2
    assert terms.phrases_in(["new", "harbour"]) == pytest.approx(1 / 3)
    assert terms.phrases_in(["old", "harbour", "lenkoran"]) == pytest.approx(2 / 3)
    assert terms.phrases_in(["new", "harbour", "lenkoran", "new", "harbour"]) == 1.0
    assert terms.phrases_in(["harbour", "new"]) == terms.phrases_in(["harbour", "of", "lenkoran"]) == 0.0
    assert terms.phrases_in(["harbour"]) == terms.phrases_in([]) == 0.0


def test_a_question_of_one_word_has_no_phrase():
    """One word makes no pair, and no division by zero."""
    assert terms_of(weights={"harbour": 3.0}).phrases_in(["harbour", "harbour"]) == 0.0


WORDS = st.sampled_from(["a", "b", "c", "d", "e"])


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=8))
def test_shares_are_those_counted_one_by_one(question, sentence):
    """Walking over words and pairs with loops gives the shares of words and phrases."""
    weights = {word: float(1 + "abcde".index(word)) for word in question}
    pairs = set(pairwise(question))
    terms = QuestionTerms("?", None, weights, frozenset(pairs), frozenset(), frozenset())
    total = present = pair_total = pair_present = 0.0
    for word, weight in weights.items():
        total += weight
        present += weight if sentence.count(word) else 0.0
    for left, right in pairs:
        weight = min(weights[left], weights[right])
        pair_total += weight
        positions = [position for position in range(len(sentence) - 1) if sentence[position] == left]
        pair_present += weight if any(sentence[position + 1] == right for position in positions) else 0.0
    assert terms.covered_by(sentence) == pytest.approx(present / total if total else 0.0)
    assert terms.phrases_in(sentence) == pytest.approx(pair_present / pair_total if pair_total else 0.0)


def test_answer_type_in_is_1_minus_1_or_0():
    """A date speaks for an answer to "when", its absence against it, and an unknown type for nothing."""
    assert terms_of("When?", AnswerType.TIME).answer_type_in("It was in 1996.") == 1.0
    assert terms_of("When?", AnswerType.TIME).answer_type_in("It was so.") == -1.0
    assert terms_of("Why?").answer_type_in("It was in 1996.") == 0.0


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("Leyla came to Lahore in 1996 with 40.", 0.0, 0.0),
        ("LEYLA came in 1996.", 0.5, 0.5),
        ("She came with 19964.", 1.0, 1.0),
        ("", 1.0, 1.0),
    ],
)
def test_missing_is_the_share_a_text_lacks(text, names, numbers):
    """Names count whatever their case is, and a number counts whole."""
    missing = terms_of(names={"leyla", "lahore"}, numbers={"1996", "40"}).missing_from(text)
    assert missing == {"names_missing": names, "numbers_missing": numbers}
