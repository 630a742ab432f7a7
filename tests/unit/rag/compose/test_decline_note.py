"""What a declined question is told."""

import re

import pytest

from index.types import Filters
from rag.assistant import Assistant
from rag.compose.decline_note import subjects_of
from tests.unit.rag.conftest import SURE, UNSURE


@pytest.fixture
def declining(live_index) -> Assistant:
    """An assistant that declines every question."""
    return Assistant(live_index, weights=UNSURE)


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("When did Emmanuel Macron visit Lachin?", ["Emmanuel Macron", "Lachin"]),
        ("Who won the Nobel Peace Prize in 2024?", ["Nobel Peace Prize"]),
        (
            "What did the University of the Punjab sign with Baku's Metro?",
            ["University of the Punjab", "Baku", "Metro"],
        ),
        ("Did Pakistan and Azerbaijan agree on COP29?", ["Pakistan", "Azerbaijan", "COP29"]),
        ("Leyla Mammadova was born where?", ["Leyla Mammadova"]),
        ("who invented the latest telephone", ["telephone"]),
        ("WHO INVENTED THE TELEPHONE", ["TELEPHONE"]),
        ("Who saw Heydar-Aliyevʼs house and LENKORAN’S harbour?", ["Heydar-Aliyev", "LENKORAN"]),
        ("And when was it opened? (Lachin airport)", ["Lachin"]),
        ("Хейдар Алиев когда приехал?", []),
        ("Гейдар Алиев посетил Пакистан?", []),
        ("Who is Гейдар?", []),
        ("Who painted Çelik Gülersoy?", ["Çelik Gülersoy"]),
        ("Summarise", []),
        ("Summarise Lachin", ["Lachin"]),
        ("Compare Vienna and Graz", ["Vienna", "Graz"]),
        ("List the penguins", ["penguins"]),
        ("LIST THE PENGUINS", ["PENGUINS"]),
        ("name the penguins", ["penguins"]),
        ("Explain penguins", ["penguins"]),
        ("timeline of penguins", ["penguins"]),
        ("What did the Human Rights Report say?", ["Human Rights Report"]),
        ("When was it?", []),
    ],
)
def test_the_subjects_of_a_question_are_its_names_or_its_longer_words(question, subjects):
    """Names of several words stay together; verbs, small words and instructions are none; other languages are left."""
    assert subjects_of(question) == subjects


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("Who visited Vienna?", "No article mentions “Vienna”."),
        ("Did Vienna or Graz join?", "No article mentions “Vienna” or “Graz”."),
        (
            "What does Captain Leyla Mammadova eat?",
            "1 article mentions “Captain Leyla Mammadova”, but no sentence found there answers the question.",
        ),
        ("When did Vienna trade with Lenkoran?", "No article mentions “Vienna”; 1 article mentions “Lenkoran”."),
        ("Who ate at the Harbour Captain?", "No article has the phrase “Harbour Captain”."),
        ("why do xylophones resound?", "No article mentions “xylophones” or “resound”."),
    ],
)
def test_a_decline_says_what_is_held_on_its_subject(declining, question, note):
    """That no article mentions it, or how many do; what the articles do not say is not claimed."""
    answer = declining.ask(question)
    assert (answer.answered, answer.decline_note) == (False, note)


def test_a_decline_leads_to_the_articles_on_its_subject(declining):
    """The link holds the filters and the phrase of their list."""
    (link,) = declining.ask("Who painted Lenkoran?").links
    assert (link.text, link.mentions, link.filters) == ("1 article that mentions “Lenkoran”", "Lenkoran", Filters())
    listed = declining.list_articles(link.filters, 0, 10, link.mentions)
    assert [article.article_id for article in listed] == ["harbour"]


@pytest.mark.parametrize(
    ("filters", "note", "remaining"),
    [
        (Filters(source="River Post"), "Without the source filter, 1 article mentions “Lenkoran”.", Filters()),
        (Filters(language="ur"), "Without the language filter, 1 article mentions “Lenkoran”.", Filters()),
        (Filters(published_to="2023-12-31"), "Without the date filter, 1 article mentions “Lenkoran”.", Filters()),
        (
            Filters(source="River Post", published_from="2020-01-01"),
            "Without the source filter, 1 article mentions “Lenkoran”.",
            Filters(published_from="2020-01-01"),
        ),
        (
            Filters(source="River Post", published_from="2030-01-01"),
            "Without the filters, 1 article mentions “Lenkoran”.",
            Filters(),
        ),
    ],
)
def test_a_decline_offers_to_drop_the_filter_that_stands_in_the_way(declining, filters, note, remaining):
    """One that lets more articles on the subject pass, or all where none does alone; the link asks so again."""
    question = "When was Lenkoran founded?"
    answer = declining.ask(question, filters=filters)
    assert answer.decline_note == note
    (link,) = answer.links
    assert (link.question, link.filters) == (question, remaining)


def test_a_filter_that_leaves_nothing_out_is_not_blamed(declining):
    """Dropping it would change nothing."""
    answer = declining.ask("When was Lenkoran founded?", filters=Filters(source="coast daily"))
    assert answer.decline_note == (
        "1 article that passes the filters mentions “Lenkoran”, but no sentence found there answers the question."
    )
    assert [link.question for link in answer.links] == [None]


@pytest.mark.parametrize("question", ["Who signed in Beijing (北京)?", "Who signed in ベイジン?"])
def test_a_name_in_a_script_without_spaces_is_not_said_to_be_missing(declining, question):
    """It may stand inside a longer run of letters."""
    note = declining.ask(question).decline_note or ""
    assert not re.search("[北ベ]", note)


@pytest.mark.parametrize("question", ["Wer hat das Xylophon in Wien erfunden?", "Когда был основан Ленкорань?"])
def test_nothing_is_claimed_of_names_in_another_language(declining, question):
    """They have endings that the articles need not have, and an unread language is not the articles' fault."""
    answer = declining.ask(question)
    assert (answer.decline_note, answer.links) == (None, ())


def test_an_answer_has_no_note(live_index):
    """Only a declined question has one."""
    answer = Assistant(live_index, weights=SURE).ask("When was the harbour of Lenkoran opened?")
    assert answer.answered
    assert (answer.decline_note, answer.links) == (None, ())
