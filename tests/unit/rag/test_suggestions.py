"""Suggested questions, made of the corpus' own sentences."""

from dataclasses import replace

import pytest

from rag.answer import ShortAnswer
from rag.assistant import Assistant
from rag.suggestions import SHOWN, KnownSuggestions, candidates, suggestions
from tests.unit.rag.conftest import SURE, FixedSource


def questions_of(index_of_texts, text):
    index = index_of_texts(a=text)
    return [
        (candidate.question, candidate.answer)
        for passage in index.passages(range(index.manifest.passages))
        for candidate in candidates(passage)
    ]


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "The harbour of Lenkoran was opened on 12 March 2021.",
            "When was the harbour of Lenkoran opened?",
            "12 March 2021",
        ),
        (
            "President Heydar Aliyev visited Pakistan on 10 April 1996, it is said.",
            "When did President Heydar Aliyev visit Pakistan?",
            "10 April 1996",
        ),
        ("The Shusha Declaration was signed in Shusha.", "Where was the Shusha Declaration signed?", "Shusha"),
        (
            "The Kura Bridge was built in Salyan in May 1911.",
            "When was the Kura Bridge built in Salyan?",
            "May 1911",
        ),
    ],
)
def test_a_sentence_becomes_the_question_of_its_time_or_place(index_of_texts, sentence, question, answer):
    """The verb takes the form that the question needs."""
    assert (question, answer) in questions_of(index_of_texts, sentence)


def test_a_sentence_becomes_the_question_of_who(index_of_texts):
    """It has the sentence's own verb."""
    made = questions_of(index_of_texts, "Leyla Mammadova founded the Lenkoran Tea Company, which grew.")
    assert made == [("Who founded the Lenkoran Tea Company?", "Leyla Mammadova")]


@pytest.mark.parametrize(
    "sentence",
    [
        "He visited the old town on 10 April 1996.",
        "Aliyev opened its new embassy on 10 April 1996.",
        "The school was built in 2007.",
        "Azerbaijan was admitted in 1992.",
        "It rained.",
        "قلم کی عمارت 1745 میں مکمل ہوئی۔",
        "A " * 4000,
        "A" * 4000 + " was opened in 2007.",
    ],
)
def test_a_sentence_that_refers_to_others_gives_no_question(index_of_texts, sentence):
    """A question names what it is about, and refers to no other sentence."""
    assert questions_of(index_of_texts, sentence) == []


TEXTS = {
    f"a{number}": f"The {name} Harbour of Lenkoran was opened on {number + 1} March 2021."
    for number, name in enumerate(("Old", "New", "East", "West", "North", "South"))
}


@pytest.fixture
def assistant_of(index_of_texts):
    return lambda **texts: Assistant(FixedSource(index_of_texts(**texts)), weights=SURE)


def test_suggestions_are_answered_by_the_sentences_they_were_made_of(assistant_of):
    """Each is about another article, and there are at most SHOWN."""
    assistant = assistant_of(**TEXTS)
    made = [question for question in assistant.suggestions() if question]
    assert len(made) == SHOWN
    answers = [assistant.ask(question) for question in made]
    assert all(answer.answered for answer in answers)
    assert len({answer.citations[0].article_id for answer in answers}) == SHOWN


@pytest.mark.parametrize(
    "changed",
    [
        {"answered": False},
        {"confidence": 0.5},
        {"citations": "elsewhere"},
        {"short_answer": ShortAnswer("six years", "a", 0, 9)},
    ],
    ids=["declined", "unsure", "elsewhere", "other-words"],
)
def test_a_question_whose_answer_does_not_lead_back_is_not_suggested(assistant_of, changed):
    """It was declined, or answered with little confidence, another sentence or other words."""
    assistant = assistant_of(a=TEXTS["a0"])
    index = assistant.source.current()
    assert any(suggestions(index, assistant.ask))

    def ask(question):
        answer = assistant.ask(question)
        if changed.get("citations"):
            return replace(answer, citations=[replace(answer.citations[0], article_id="b")])
        return replace(answer, **changed)

    assert not any(suggestions(index, ask))


def test_a_corpus_in_another_language_suggests_nothing(assistant_of):
    """The sentence patterns are English."""
    assert list(assistant_of(a="آتشگاہ کی عمارت 1745 میں مکمل ہوئی۔").suggestions()) == []


def test_a_corpus_that_suggests_nothing_is_searched_for_suggestions_once(index_of_texts):
    """Each later greeting would cost as much as the first."""
    index, known = index_of_texts(a="It rained."), KnownSuggestions()
    searches = []

    def attempts():
        searches.append(1)
        return iter(())

    assert [known.of(index, attempts) for _ in range(3)] == [()] * 3
    assert len(searches) == 1


def test_two_greetings_at_once_make_the_suggestions_once(index_of_texts):
    """The second gets what was found until then, and waits for nothing."""
    index, known = index_of_texts(a="It rained."), KnownSuggestions()
    begun, meanwhile = [], []

    def attempts():
        begun.append(1)
        if len(begun) < 3:
            meanwhile.append(known.of(index, attempts))
        yield "Who?"
        yield "When?"

    assert known.of(index, attempts) == ("Who?", "When?")
    assert (len(begun), meanwhile) == (1, [()])
