"""What an answer says of languages."""

from dataclasses import replace

import pytest

from rag.answer import Citation
from rag.compose.language_note import language_note
from tests.unit.rag.conftest import article_of, by_id, evidence_of

TURKISH = "Liman ne zaman açıldı?"
GERMAN = "Wann wurde der Hafen eröffnet?"
NOT_READ = (
    "The question seems to be in a language that this program does not read. It reads English, Azerbaijani, Turkish,"
    " Russian, Urdu, Arabic and Persian."
)


def citations_in(*languages):
    """One citation in each language."""
    article = article_of("The harbour was opened.")
    evidence = evidence_of(article, article.text, 1.0)
    citation = Citation.of(1, evidence.passage, evidence.span, (), by_id([article]))
    return [replace(citation, number=number, language=tag) for number, tag in enumerate(languages, start=1)]


@pytest.mark.parametrize(
    ("languages", "note"),
    [
        (["en"], "Quoted from English; the question is in Turkish."),
        (["en-GB", "ru", "en"], "Quoted from English and Russian; the question is in Turkish."),
        (["fa", "de", "ar"], "Quoted from Persian, German and Arabic; the question is in Turkish."),
        (["en", "tr"], None),
        (["TR_tr"], None),
        (["en", None], None),
        (["eng"], None),  # no name of it is known: it may well be a language that has one
        (['en" onclick="x'], None),
    ],
)
def test_an_answer_quoted_from_other_languages_says_from_which(languages, note):
    """Each is named once, the best evidence first; nothing is said if one is unknown, or that of the question."""
    assert language_note(TURKISH, citations_in(*languages), answered=True) == note


@pytest.mark.parametrize("question", ["Lenkoran", GERMAN])
def test_an_answer_to_a_question_of_no_known_language_says_nothing(question):
    """Whatever the language of its quotes."""
    assert language_note(question, citations_in("en"), answered=True) is None


def test_a_declined_question_in_an_unknown_language_is_told_which_are_read():
    """One in a known language, and names, are not."""
    assert language_note(GERMAN, [], answered=False) == NOT_READ
    assert language_note(TURKISH, [], answered=False) is None
    assert language_note("Wolfgang Amadeus Mozart", [], answered=False) is None
