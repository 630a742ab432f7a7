"""What is plain to see of a sentence for a question."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage
from rag.evidence.features import LONG_SENTENCE, is_dangling, sentence_features, sentence_text
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.terms import QuestionTerms
from rag.retrieval.retriever import Hit
from tests.unit.index.unicode_texts import any_text


def asked_of(question="?", kind=None, weights=None, names=(), numbers=()):
    """A question as if its words were the keys of `weights`, in that order."""
    weights = weights or {}
    return QuestionTerms(question, kind, weights, frozenset(pairwise(weights)), frozenset(names), frozenset(numbers))


def test_a_word_weighs_its_inverse_document_frequency(index):
    """Counting the passages that hold a word, one by one, gives the weight of BM25's formula."""
    passages = index.passages(range(index.manifest.passages))
    held = [set(index.terms(passage.text)) for passage in passages]
    weights = QuestionTerms.of("the harbour bridge kites xylophone", None, index).weights
    assert set(weights) == {"the", "harbour", "bridg", "kite", "xylophon"}
    for term, weight in weights.items():
        frequency = sum(term in terms for terms in held)
        assert weight == pytest.approx(math.log(1 + (len(held) - frequency + 0.5) / (frequency + 0.5)))


def test_a_rare_word_weighs_more_than_a_common_one(index_of_texts):
    """A word of one passage tells more than a word of all."""
    index = index_of_texts(a="The tea ship.", b="The kite.", c="The bridge.")
    weights = QuestionTerms.of("the kite", None, index).weights
    assert weights["kite"] > weights["the"] > 0


def test_a_word_asked_twice_counts_once(index):
    """Repeating a word does not change what the words weigh."""
    assert QuestionTerms.of("kites kites Kite", None, index).weights == QuestionTerms.of("kites", None, index).weights


def test_a_question_is_read_for_its_kind_pairs_names_and_numbers(index):
    """Pairs are of neighbouring words as they are indexed, names are folded, numbers lose their commas."""
    asked = QuestionTerms.of(
        "When did Leyla MAMMADOVA bring 1,200 of 1.5 tonnes?",
        expected_answer_type("When did Leyla MAMMADOVA bring 1,200 of 1.5 tonnes?"),
        index,
    )
    terms = index.terms(asked.question)
    assert asked.kind is AnswerType.TIME
    assert asked.pairs == {(terms[place], terms[place + 1]) for place in range(len(terms) - 1)}
    assert asked.names == {"leyla", "mammadova"}
    assert asked.numbers == {"1200", "1.5"}


def test_a_question_all_in_capitals_has_no_names(index):
    """Where every letter is a capital, none tells a name; the words are those of the question in small letters."""
    loud, quiet = (
        QuestionTerms.of(text, None, index) for text in ("WHO OPENED THE HARBOUR?", "who opened the harbour?")
    )
    assert loud.names == frozenset()
    assert (loud.kind, loud.weights, loud.pairs) == (quiet.kind, quiet.weights, quiet.pairs)


@pytest.mark.parametrize("question", ["", "?", "港", "\u0301"])
def test_a_question_without_words_is_covered_by_nothing(index, question):
    """No words to cover is no cover, no phrase, nothing missing, and no division by zero."""
    asked = QuestionTerms.of(question, None, index)
    assert asked.kind is None
    if not asked.weights:
        assert asked.covered_by(["harbour"]) == asked.phrases_in(["the", "harbour"]) == 0.0
    assert asked.missing_from("The harbour.") == {"names_missing": 0.0, "numbers_missing": 0.0}


def test_covered_by_is_the_share_of_the_weight_present():
    """Two words of weights 3 and 1: the first alone covers three quarters."""
    asked = asked_of(weights={"harbour": 3.0, "open": 1.0})
    assert asked.covered_by(["harbour"]) == 0.75
    assert asked.covered_by(["open", "open", "other"]) == 0.25
    assert asked.covered_by(["open", "harbour"]) == 1.0
    assert asked.covered_by([]) == 0.0


def test_phrases_in_is_the_share_of_the_pairs_weight_present():
    """A pair weighs what its lighter word does, and counts where its words are neighbours in that order."""
    asked = asked_of(weights={"new": 1.0, "harbour": 3.0, "lenkoran": 2.0})  # pairs of weights 1 and 2
    assert asked.phrases_in(["new", "harbour"]) == pytest.approx(1 / 3)
    assert asked.phrases_in(["old", "harbour", "lenkoran"]) == pytest.approx(2 / 3)
    assert asked.phrases_in(["new", "harbour", "lenkoran", "new", "harbour"]) == 1.0
    assert asked.phrases_in(["harbour", "new"]) == asked.phrases_in(["harbour", "of", "lenkoran"]) == 0.0
    assert asked.phrases_in(["harbour"]) == asked.phrases_in([]) == 0.0


def test_a_question_of_one_word_has_no_phrase():
    """One word makes no pair, and no division by zero."""
    assert asked_of(weights={"harbour": 3.0}).phrases_in(["harbour", "harbour"]) == 0.0


WORDS = st.sampled_from(["a", "b", "c", "d", "e"])


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=8))
def test_shares_are_those_counted_one_by_one(question, sentence):
    """Walking over words and pairs with loops gives the shares of words and phrases."""
    weights = {word: float(1 + "abcde".index(word)) for word in question}
    pairs = set(pairwise(question))
    asked = QuestionTerms("?", None, weights, frozenset(pairs), frozenset(), frozenset())
    total = present = pair_total = pair_present = 0.0
    for word, weight in weights.items():
        total += weight
        present += weight if sentence.count(word) else 0.0
    for left, right in pairs:
        weight = min(weights[left], weights[right])
        pair_total += weight
        places = [place for place in range(len(sentence) - 1) if sentence[place] == left]
        pair_present += weight if any(sentence[place + 1] == right for place in places) else 0.0
    assert asked.covered_by(sentence) == pytest.approx(present / total if total else 0.0)
    assert asked.phrases_in(sentence) == pytest.approx(pair_present / pair_total if pair_total else 0.0)


def test_kind_in_is_1_minus_1_or_0():
    """A date speaks for an answer to "when", its absence against it, and an unknown kind for nothing."""
    assert asked_of("When?", AnswerType.TIME).kind_in("It was in 1996.") == 1.0
    assert asked_of("When?", AnswerType.TIME).kind_in("It was so.") == -1.0
    assert asked_of("Why?").kind_in("It was in 1996.") == 0.0


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
    missing = asked_of(names={"leyla", "lahore"}, numbers={"1996", "40"}).missing_from(text)
    assert missing == {"names_missing": names, "numbers_missing": numbers}


TEXT = "A ship came. It brought tea in 1996. Leyla drank it."
SPANS = ((5, 17), (18, 41), (42, 57))


def features_of(index, span, title="", asked=None):
    passage = Passage("x#5-57", "x", 5, 57, TEXT, SPANS)
    weights = {"tea": 2.0, "ship": 2.0, "harbour": 4.0}
    asked = asked or asked_of("When?", AnswerType.TIME, weights, names={"leyla", "kura"}, numbers={"1996"})
    return sentence_features(asked, Hit(passage, 0.7, 1), title, span, index)


def test_features_of_a_hand_made_sentence(index):
    """The second sentence covers "tea", with the first "ship" too, and with the title all of the question."""
    assert features_of(index, SPANS[1], "The harbour of the Kura") == {
        "overlap": 0.25,
        "overlap_with_before": 0.5,
        "overlap_with_title": 1.0,
        "phrase": 0.0,
        "passage": 0.7,
        "answer_type": 1.0,
        "opening": 0.0,
        "dangling": 1.0,
        "length": len("It brought tea in 1996.") / LONG_SENTENCE,
        "names_missing": 0.5,
        "numbers_missing": 0.0,
    }


def test_what_stands_after_a_sentence_does_not_count_for_it(index):
    """The first sentence has neither the tea, nor the year, nor the name of those that follow."""
    first = features_of(index, SPANS[0])
    assert (first["overlap"], first["overlap_with_before"], first["answer_type"]) == (0.25, 0.25, -1.0)
    assert (first["names_missing"], first["numbers_missing"], first["dangling"]) == (1.0, 1.0, 0.0)


def test_a_phrase_is_one_of_the_sentence_itself(index):
    """A pair of words across two sentences, or of a title, is no phrase of either."""
    asked = asked_of(weights={"tea": 2.0, "in": 1.0})
    assert features_of(index, SPANS[1], asked=asked)["phrase"] == 1.0
    assert features_of(index, SPANS[0], "Tea in Baku", asked)["phrase"] == 0.0


def test_only_the_first_sentence_of_an_article_opens_it(index):
    """A passage further down begins with a sentence that opens nothing."""
    asked = asked_of(weights={"tea": 1.0})
    passage = Passage("x#0-52", "x", 0, 52, TEXT, tuple((start - 5, end - 5) for start, end in SPANS))
    opening = [sentence_features(asked, Hit(passage, 1.0, 1), "", s, index)["opening"] for s in passage.sentences]
    assert opening == [1.0, 0.0, 0.0]
    assert features_of(index, SPANS[0])["opening"] == 0.0


def test_a_long_sentence_is_no_longer_than_long(index):
    """Length grows with the characters up to 1."""
    text = "x" * (2 * LONG_SENTENCE)
    spans = ((0, LONG_SENTENCE // 2), (0, LONG_SENTENCE), (0, len(text)))
    passage = Passage("x#0-600", "x", 0, len(text), text, spans)
    lengths = [sentence_features(asked_of(), Hit(passage, 1.0, 1), "", s, index)["length"] for s in spans]
    assert lengths == [0.5, 1.0, 1.0]


@given(st.text(max_size=40), st.text(max_size=20), any_text)
def test_every_feature_lies_in_its_range(question, title, text):
    """Whatever is asked of whatever text, each feature is in [-1, 1]."""
    asked = QuestionTerms.of(question, None, Terms())
    passage = Passage("x#0-0", "x", 0, len(text), text, ((0, len(text)),))
    features = sentence_features(asked, Hit(passage, 1.0, 1), title, (0, len(text)), Terms())
    assert all(-1.0 <= value <= 1.0 + 1e-9 for value in features.values()), features


class Terms:
    """An index of which only the words are known."""

    class manifest:  # noqa: N801
        passages = 3

    @staticmethod
    def terms(text):
        return text.casefold().split()

    @staticmethod
    def document_frequency(term):
        return len(term) % 3


@pytest.mark.parametrize(
    "sentence",
    [
        "He came.",
        "it's red.",
        "“They left,” said Leyla.",
        "And it opened.",
        "Then, they left.",
        "However, this changed.",
        "Its harbour is new.",
        "The latter was closed.",
        "The two met.",
        "  Those are new.",
        "It was opened in May.",
        "It is known.",
    ],
)
def test_a_sentence_whose_subject_was_named_before_dangles(sentence):
    """A pronoun at the beginning, or after a word that joins sentences, points back."""
    assert is_dangling(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Leyla came.",
        "Italy won.",
        "Theyre is a village.",
        "Then Leyla left.",
        "The harbour is its pride.",
        "The twofold way.",
        "It is known that tea is green.",
        "It was decided to leave.",
        "It has been said that ships came.",
        "This article is about tea.",
        "Thisbe loved him.",
        "",
        "...",
    ],
)
def test_a_sentence_that_names_its_subject_stands_alone(sentence):
    """Names, words that only begin like pronouns, and "it is known that" point at nothing before."""
    assert not is_dangling(sentence)


@given(st.text() | any_text)
def test_any_text_dangles_or_not(text):
    """No text of any script makes the question of whether it dangles fail, and marks before it change nothing."""
    assert is_dangling(text) is is_dangling(f"“ {text}")


@given(any_text, st.integers(0, 50), st.data())
def test_a_sentence_s_text_is_the_article_s_at_its_span(text, before, data):
    """A span counts in characters of the article, wherever the passage begins in it."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    passage = Passage("x", "x", before, before + len(text), text, ())
    article = "-" * before + text
    assert sentence_text(passage, (before + start, before + end)) == article[before + start : before + end]
