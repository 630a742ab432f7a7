"""The features of a sentence for a question."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage
from rag.evidence.features import LONG_SENTENCE, is_dangling, sentence_features, sentence_text
from rag.question.answer_type import AnswerType
from rag.question.languages import words_of
from rag.question.terms import QuestionTerms
from rag.retrieval.hit import Hit
from tests.unit.index.unicode_texts import any_text


def terms_of(weights, answer_type=None, names=(), numbers=()):
    """The terms of a question as if its words were the keys of `weights`, in that order."""
    pairs = frozenset(pairwise(weights))
    return QuestionTerms("When?", answer_type, weights, pairs, frozenset(names), frozenset(numbers))


TEXT = "A ship came. It brought tea in 1996. Leyla drank it."
SPANS = ((5, 17), (18, 41), (42, 57))


def features_of(index, span, title="", terms=None):
    passage = Passage("x#5-57", "x", 5, 57, TEXT, SPANS)
    weights = {"tea": 2.0, "ship": 2.0, "harbour": 4.0}
    terms = terms or terms_of(weights, AnswerType.TIME, names={"leyla", "kura"}, numbers={"1996"})
    return sentence_features(terms, Hit(passage, 0.7, 1), title, span, index)


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


def test_later_sentences_do_not_count_for_a_sentence(index):
    """The first sentence has neither the tea, nor the year, nor the name of those that follow."""
    first = features_of(index, SPANS[0])
    assert (first["overlap"], first["overlap_with_before"], first["answer_type"]) == (0.25, 0.25, -1.0)
    assert (first["names_missing"], first["numbers_missing"], first["dangling"]) == (1.0, 1.0, 0.0)


def test_a_phrase_is_one_of_the_sentence_itself(index):
    """A pair of words across two sentences, or of a title, is no phrase of either."""
    terms = terms_of({"tea": 2.0, "in": 1.0})
    assert features_of(index, SPANS[1], terms=terms)["phrase"] == 1.0
    assert features_of(index, SPANS[0], "Tea in Baku", terms)["phrase"] == 0.0


def test_only_the_first_sentence_of_an_article_opens_it(index):
    """A passage further down begins with a sentence that opens nothing."""
    terms = terms_of({"tea": 1.0})
    passage = Passage("x#0-52", "x", 0, 52, TEXT, tuple((start - 5, end - 5) for start, end in SPANS))
    opening = [sentence_features(terms, Hit(passage, 1.0, 1), "", s, index)["opening"] for s in passage.sentences]
    assert opening == [1.0, 0.0, 0.0]
    assert features_of(index, SPANS[0])["opening"] == 0.0


def test_a_long_sentence_is_no_longer_than_long(index):
    """Length grows with the characters up to 1."""
    text = "x" * (2 * LONG_SENTENCE)
    spans = ((0, LONG_SENTENCE // 2), (0, LONG_SENTENCE), (0, len(text)))
    passage = Passage("x#0-600", "x", 0, len(text), text, spans)
    lengths = [sentence_features(terms_of({}), Hit(passage, 1.0, 1), "", s, index)["length"] for s in spans]
    assert lengths == [0.5, 1.0, 1.0]


@given(st.text(max_size=40), st.text(max_size=20), any_text)
def test_every_feature_lies_in_its_range(question, title, text):
    """Whatever is asked of whatever text, each feature is in [-1, 1]."""
    terms = QuestionTerms.of(question, None, Terms())
    passage = Passage("x#0-0", "x", 0, len(text), text, ((0, len(text)),))
    features = sentence_features(terms, Hit(passage, 1.0, 1), title, (0, len(text)), Terms())
    assert all(-1.0 <= value <= 1.0 + 1e-9 for value in features.values()), features


class Terms:
    """An index of which only the words are known."""

    class manifest:  # noqa: N801
        passages = 3

    @staticmethod
    def terms(text, language=None):
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
    """A pronoun at the beginning, or after a word that joins sentences, refers to an earlier sentence."""
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
    """Names, words that only begin like pronouns, and "it is known that" refer to no earlier sentence."""
    assert not is_dangling(sentence)


@pytest.mark.parametrize(
    ("language", "sentence", "dangles"),
    [
        ("az", "O, limana gəldi.", True),
        ("az", "Daha sonra onlar getdilər.", True),
        ("az", "Bu məqalə çay haqqındadır.", False),
        ("az", "Leyla gəldi.", False),
        ("tr", "O limana geldi.", True),
        ("tr", "Ancak bu değişti.", True),
        ("tr", "Okul açıldı.", False),
        ("ru", "Он приехал.", True),
        ("ru", "Затем они уехали.", True),
        ("ru", "«Она ушла», — сказала Лейла.", True),
        ("ru", "Онега замёрзла.", False),
        ("ru", "Эта статья о чае.", False),
        ("ur", "وہ آئے۔", True),
        ("ur", "اس کے بعد یہ بند ہوئی۔", True),
        ("ur", "لیلیٰ آئی۔", False),
        ("ar", "هو جاء.", True),
        ("ar", "وهي مدينة.", True),
        ("ar", "وصلت ليلى.", False),
        ("fa", "او آمد.", True),
        ("fa", "سپس آنها رفتند.", True),
        ("fa", "لیلا آمد.", False),
    ],
)
def test_a_sentence_dangles_in_its_own_language(language, sentence, dangles):
    """By its own pronouns; the script tells the language where the article states none."""
    assert is_dangling(sentence, language) is dangles
    assert not is_dangling(sentence, "en")
    assert words_of(None, sentence).code != language or is_dangling(sentence) is dangles


@given(st.text() | any_text)
def test_any_text_dangles_or_not(text):
    """No text of any script fails, and marks before it change nothing."""
    assert is_dangling(text) is is_dangling(f"“ {text}")


@given(any_text, st.integers(0, 50), st.data())
def test_a_sentence_s_text_is_the_article_s_at_its_span(text, before, data):
    """A span counts in characters of the article, wherever the passage begins in it."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    passage = Passage("x", "x", before, before + len(text), text, ())
    article = "-" * before + text
    assert sentence_text(passage, (before + start, before + end)) == article[before + start : before + end]
