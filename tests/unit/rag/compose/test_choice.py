"""Which sentences answer a question."""

from dataclasses import replace

import pytest

from rag.compose.choice import choose_sentences, ranked_by_claim
from rag.question.answer_type import AnswerType
from tests.unit.rag.conftest import article_of, evidence_of

HARBOUR = article_of(
    "The harbour opened in May. Tea was sold in June. It was closed in 2019. Sources disagree: 40 or 60 ships."
)
OPENED, TEA, CLOSED, DISPUTE = (
    "The harbour opened in May.",
    "Tea was sold in June.",
    "It was closed in 2019.",
    "Sources disagree: 40 or 60 ships.",
)


def item(sentence, score, answer="", held=None, **features):
    return replace(evidence_of(HARBOUR, sentence, score, answer, **features), held=held or {})


def chosen(*evidence, best=None, answer_type=None):
    return choose_sentences(evidence, "?", answer_type, best or evidence, lambda article_id: None)


def test_the_best_sentences_are_chosen_where_nothing_is_said_against_them():
    """With a headline, and no word of a difference."""
    choice = chosen(item(OPENED, 3.0, "May"), item(TEA, 2.0, "June"))
    assert ([each.text for each in choice.sentences], choice.contradictory, choice.headline) == (
        [OPENED, TEA],
        False,
        True,
    )


@pytest.mark.parametrize(
    ("reader", "held", "kept"),
    [(-0.3, {}, False), (-0.3, {"harbour": 1.0}, True), (-0.1, {}, True), (-0.2, {}, False)],
)
def test_a_further_sentence_adds_an_answer_or_words_of_the_question(reader, held, kept):
    """One that adds neither is left out; the best never is."""
    best = item(OPENED, 3.0, held={"harbour": 1.0}, reader=-0.5)
    other = item(TEA, 2.0, held=held, reader=reader)
    assert [each.text for each in chosen(best, other).sentences] == ([OPENED, TEA] if kept else [OPENED])


def test_what_ended_it_is_quoted_too():
    """As the last of three sentences at most."""
    ended = article_of("The duty was high. Rice was dear. Tea was dear. It was lifted in 2019.")
    evidence = [
        evidence_of(ended, sentence, score)
        for sentence, score in (
            ("The duty was high.", 5.0),
            ("Rice was dear.", 4.0),
            ("Tea was dear.", 3.0),
            ("It was lifted in 2019.", 0.0),
        )
    ]
    choice = chosen(*evidence, best=evidence[:3])
    assert [each.text for each in choice.sentences] == [
        "The duty was high.",
        "Rice was dear.",
        "It was lifted in 2019.",
    ]


def test_a_dispute_has_no_headline():
    """One of the values alone would be wrong."""
    choice = chosen(item(OPENED, 3.0, "May"), item(DISPUTE, 2.5, "40"), answer_type=AnswerType.NUMBER)
    assert (choice.sentences[0].text, choice.headline, choice.contradictory) == (DISPUTE, False, False)


@pytest.mark.parametrize(
    ("below", "held", "features", "first"),
    [
        (0.5, {"tea": 2.0}, {"overlap": 0.2}, TEA),
        (0.6, {"tea": 2.0}, {"overlap": 0.2}, OPENED),
        (0.5, {"tea": 1.5}, {"overlap": 0.2}, OPENED),
        (0.5, {"tea": 2.0}, {"overlap": 0.1}, OPENED),
        (0.5, {"tea": 2.0}, {"overlap": 0.2, "reader": -0.1}, OPENED),
        (0.5, {"tea": 2.0}, {"overlap": 0.2, "names_missing": 0.5}, OPENED),
    ],
)
def test_of_equals_the_one_about_what_the_question_names_comes_first(below, held, features, first):
    """It holds much more of the question's words, a fair share of them all, and is a sure answer."""
    best = item(OPENED, 3.0, "May", held={"harbour": 1.0})
    other = item(TEA, 3.0 - below, "June", held=held, **features)
    ranked = ranked_by_claim([best, other], "?")
    assert ranked[0].text == first
    assert [each.score for each in ranked] == [3.0, 3.0 - below]


def test_a_refuted_claim_gives_way_only_where_an_answer_of_some_type_is_asked_for():
    """Asked whether it is so, the refutation answers."""
    text = "It is not true that tea was sold in May. Tea was sold in June."
    article = article_of(text)
    claim, fact = (
        evidence_of(article, sentence, score)
        for sentence, score in (("It is not true that tea was sold in May.", 3.0), ("Tea was sold in June.", 2.0))
    )
    assert ranked_by_claim([claim, fact], "When was tea sold?", AnswerType.TIME)[0].text == fact.text
    assert ranked_by_claim([claim, fact], "Was tea sold in May?")[0].text == claim.text


def test_an_end_that_is_quoted_already_is_quoted_once_with_its_time():
    """The sentence after it comes along."""
    article = article_of("The duty was high. It was lifted. In 2019 it fell.")
    evidence = [evidence_of(article, sentence, 1.0) for sentence in ("The duty was high.", "It was lifted.")]
    choice = chosen(*evidence)
    assert [each.text for each in choice.sentences] == ["The duty was high.", "It was lifted. In 2019 it fell."]
