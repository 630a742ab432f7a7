"""The sentence by which what another one says is over."""

from dataclasses import replace

import pytest

from rag.evidence.superseded import what_ended
from tests.unit.rag.conftest import article_of, evidence_of

BEST = "For years Peru kept a duty on rice."
HELD = {"duty": 2.0, "rice": 2.0}


def ended(*later, held=(), published=None, between=" "):
    """What ended the best sentence of an article that goes on with these sentences."""
    article = article_of(between.join([BEST, *later]))
    best = replace(evidence_of(article, BEST, 5.0), held=HELD)
    others = [replace(evidence_of(article, sentence, 1.0), held=dict(held)) for sentence in later]
    found = what_ended([best, *others], lambda article_id: published)
    return found and found.text


@pytest.mark.parametrize(
    "sentence",
    [
        "That policy has since ended in 2019.",
        "It was lifted in May 2019.",
        "This is no longer so since 2019.",
        "It was later replaced in 2019 by another.",
    ],
)
def test_a_later_sentence_that_refers_to_it_ends_it(sentence):
    """By a pronoun and a word for an end."""
    assert ended("Tea was sold.", sentence) == sentence


def test_a_later_sentence_with_the_same_words_ends_it():
    """It needs no pronoun where it names what the best sentence is about."""
    sentence = "In 2019 the duty on rice was lifted."
    assert ended(sentence, held=HELD) == sentence
    assert ended(sentence) is None


@pytest.mark.parametrize(
    "sentence", ["It was high in 2019.", "Tea was sold in 2019.", "A law on tea was repealed in 2019."]
)
def test_a_sentence_about_something_else_ends_nothing(sentence):
    """One without a word for an end, or that does not refer to the best sentence."""
    assert ended(sentence) is None


def test_an_end_without_a_time_comes_with_the_sentence_after_it():
    """That says when, if it stands in the same paragraph."""
    assert ended("That policy has since ended.", "In 2019 Peru gave it up.") == (
        "That policy has since ended. In 2019 Peru gave it up."
    )
    apart = ended("That policy has since ended.", "In 2019 Peru gave it up.", between="\n\n")
    assert apart == "That policy has since ended."


def test_what_stands_before_the_best_sentence_did_not_end_it():
    """A text tells what came later afterwards."""
    article = article_of(f"It was lifted in 2019. {BEST}")
    best, earlier = evidence_of(article, BEST, 5.0), evidence_of(article, "It was lifted in 2019.", 4.0)
    assert what_ended([best, earlier], lambda article_id: None) is None


@pytest.mark.parametrize(("day", "ends"), [("2024-05-01", True), ("2020-05-01", False), (None, False)])
def test_a_newer_article_ends_what_an_older_one_says(day, ends):
    """If it holds the same words of the question."""
    best = replace(evidence_of(article_of(BEST, "old"), BEST, 5.0), held=HELD)
    sentence = "Peru’s duty on rice was lifted in 2019."
    other = replace(evidence_of(article_of(sentence, "other"), sentence, 1.0), held=HELD)
    found = what_ended([best, other], {"old": "2022-01-01", "other": day}.get)
    assert found == (other if ends else None)


def test_what_tells_of_the_end_itself_needs_no_other():
    """The best sentence already says that it is over."""
    article = article_of("The duty on rice was lifted. It was replaced in 2019.")
    evidence = [
        evidence_of(article, sentence, 1.0) for sentence in ("The duty on rice was lifted.", "It was replaced in 2019.")
    ]
    assert what_ended(evidence, lambda article_id: None) is None


@pytest.mark.parametrize(("sentences", "found"), [((), True), (("Tea was sold.",), False)])
def test_the_very_next_sentence_ends_it_however_low_its_score(sentences, found):
    """It refers to the best one; a later one must be about the question too."""
    last = "It was lifted in 2019."
    article = article_of(" ".join([BEST, *sentences, last]))
    best, end = evidence_of(article, BEST, 9.0), evidence_of(article, last, 1.0)
    assert what_ended([best, end], lambda article_id: None) == (end if found else None)
