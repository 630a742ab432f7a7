"""What a question for a list, a timeline or a summary is about."""

import pytest

from rag.question.subject import Listed, dated_query, holds_names, listed_by, names_of, subject_of

SUBJECTS = {
    "Give me a timeline of relations of Baku and Ganja": "relations of Baku and Ganja",
    "Summarise the Karabakh war article": "Karabakh war",
    "What is the article on tea about?": "tea",
    "summarise this article": "",
    "Karabağ savaşı makalesini özetle": "Karabağ savaşı",
}


@pytest.mark.parametrize("question", SUBJECTS)
def test_the_words_that_ask_for_a_form_are_no_subject(question):
    """Nor are those at either end that stand in every text."""
    assert subject_of(question) == SUBJECTS[question]


LISTED = {
    "Which visits did Rustam make to Ganja?": Listed("When did Rustam make to Ganja visits?", dated=True, noun=""),
    "Which treaties were signed with Ganja?": Listed(
        "When were treaties signed with Ganja?", dated=True, noun="treaties"
    ),
    "List the floods in Ganja": Listed("When were the floods in Ganja?", dated=True, noun="floods"),
    "List the exports of Ganja": Listed("What were the exports of Ganja?", dated=False, noun=""),
    "Which countries border Ganja?": Listed("Which countries border Ganja?", dated=False, noun=""),
}


@pytest.mark.parametrize("question", LISTED)
def test_the_days_of_events_are_asked_for(question):
    """Of what happens on a day the query asks when; of anything else it asks what the question asks."""
    assert listed_by(question, in_period=False) == LISTED[question]


def test_the_days_of_a_period_are_not_asked_for():
    """The question says when, so that the query asks what."""
    listed = listed_by("List the floods of 1920", in_period=True)
    assert listed == Listed("What were the floods of 1920?", dated=False, noun="floods")


def test_a_timeline_is_asked_for_by_its_days():
    """But a question that asks when stays as it is."""
    assert dated_query("timeline of the Ganja strike") == "When did Ganja strike happen?"
    assert dated_query("When did he come each time?") == "When did he come each time?"


def test_names_are_known_by_their_capitals_in_the_question_or_the_texts():
    """A word that the texts also write in small letters is no name where the question does not make it one."""
    text = "Near Ganja the Strike began, and the strike went on in Lenkoran."
    assert names_of("the ganja strike in Lenkoran", text) == ["ganja", "lenkor"]


def test_names_are_found_with_other_endings():
    """ "Azerbaijani" is found in "Azerbaijan", but every name must be there."""
    names = names_of("of Azerbaijani tea and Baku", "")
    assert holds_names(names, "Tea of Azerbaijan’s gardens, drunk in Baku.")
    assert not holds_names(names, "Tea of Azerbaijan.")
