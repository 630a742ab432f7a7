"""Talk and questions on what is held, asked of an assistant."""

import json

import pytest

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from index.types import Filters
from rag.assistant import Assistant
from rag.errors import FilterError
from rag.events import Answered, PassagesFound, Stage, StageStarted
from rag.question.form import Form
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, SURE, FixedSource

QUESTION = "When was the harbour of Lenkoran opened?"


@pytest.fixture(scope="module")
def news(tmp_path_factory) -> Assistant:
    """Twelve articles of two sources in two languages, of which one has no date."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "corpus").mkdir()
    records = [
        {
            "id": f"n{number}",
            "title": f"Title {number}",
            "text": f"The fair of Sheki opened for day {number}. "
            + ("Leyla Mammadova spoke." if number % 3 == 0 else ""),
            "published": f"2025-{1 + number:02d}-10",
            "source": "Coast Daily" if number < 8 else "River Post",
            "language": "en" if number < 10 else "en-GB",
        }
        for number in range(11)
    ]
    records.append(
        {
            "id": "undated",
            "title": "Undated",
            "text": "Leyla said: Mammadova spoke. La fête de Sheki.",
            "language": "fr",
        }
    )
    lines = "\n".join(map(json.dumps, records))
    (folder / "corpus" / "news.jsonl").write_text(lines, encoding="utf-8")
    build_index(folder / "corpus", folder / "index", WordEmbedder())
    index = LocalIndex.open(folder / "index", lambda record: WordEmbedder())
    return Assistant(FixedSource(index), weights=SENSIBLE, cached=8)


def test_talk_is_answered_with_what_is_held(assistant):
    """It is answered surely, quotes nothing, and lists no passages."""
    answer = assistant.ask("Hello!")
    assert (answer.answered, answer.confidence, answer.form) == (True, 1.0, Form.TALK)
    assert answer.citations == answer.passages == []
    assert answer.short_answer is None
    assert answer.answer.startswith("Hello. 3 articles from 2 sources are held here, published from 15 January 2023 to")


@pytest.mark.parametrize("text", ["hi", "what can you do?", "who are you?"])
def test_who_greets_is_given_questions_that_are_answered(live_index, text):
    """At most three, each answered by the same index; the second greeting does not work them out again."""
    assistant = Assistant(live_index, weights=SURE)
    suggestions = assistant.ask(text).suggestions
    assert 1 <= len(suggestions) <= 3
    assert all(assistant.ask(question).answered for question in suggestions)
    embedded = len(live_index.current().embedder.embedded)
    assert assistant.ask(text).suggestions == suggestions
    assert len(live_index.current().embedder.embedded) == embedded


def test_suggestions_that_were_found_before_are_those_of_a_greeting(live_index):
    """A server finds them in the background, so that a greeting need not wait."""
    assistant = Assistant(live_index, weights=SURE)
    found = [question for question in assistant.suggestions() if question]
    assert list(assistant.ask("hello").suggestions) == found[:3]


@pytest.mark.parametrize("text", ["thank you", "bye", "ok"])
def test_thanks_are_answered_briefly(assistant, text):
    """Without examples."""
    answer = assistant.ask(text)
    assert (answer.form, answer.suggestions, answer.links) == (Form.TALK, (), ())
    assert "3 articles from 2 sources are held here" in answer.answer


def test_a_greeting_before_a_question_changes_nothing(assistant):
    """The same quotes, and the question as it was typed."""
    plain, polite = assistant.ask(QUESTION), assistant.ask(f"Hello, {QUESTION} Thanks!")
    assert (polite.citations, polite.confidence, polite.form) == (plain.citations, plain.confidence, plain.form)
    assert polite.question == polite.interpreted_question == f"Hello, {QUESTION} Thanks!"


@pytest.mark.parametrize("turns", [["thank you"], ["hello", "how many articles are there?"], ["What are the sources?"]])
def test_a_turn_of_talk_does_not_change_what_the_next_question_means(assistant, turns):
    """Neither a new question nor a follow-up to the question before."""
    assert assistant.ask(QUESTION, turns).interpreted_question == QUESTION
    follow_up = "And what did it cost?"
    expected = assistant.ask(follow_up, [QUESTION]).interpreted_question
    assert expected != follow_up
    assert assistant.ask(follow_up, [QUESTION, *turns]).interpreted_question == expected


def test_the_events_of_a_reply_are_those_of_every_answer(assistant):
    """In the same order; no passage is found."""
    for text in ("hello", "How many articles are there?"):
        *events, last = assistant.ask_in_stages(text)
        stages = [StageStarted(stage) for stage in (Stage.SEARCHING, Stage.READING, Stage.ANSWERING)]
        assert events == [stages[0], PassagesFound([]), *stages[1:]]
        assert isinstance(last, Answered)
        assert last.answer.timings_ms["total"] >= 0


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many articles are there?", "12 articles are held, published from 10 January 2025 to 10 November 2025."),
        ("How many articles mention leyla mammadova?", "4 articles mention “leyla mammadova”."),
        (
            "How many articles mention Leyla Mammadova in French?",
            "No article in French mentions “Leyla Mammadova”. In all, 4 articles mention it.",
        ),
        ("How many articles of Coast Daily mention Sheki?", "8 articles of Coast Daily mention “Sheki”."),
        ("How many articles of the river post do you have?", "3 articles of River Post are held."),
        (
            "How many articles were published in March 2025?",
            "1 article published from 1 March 2025 to 31 March 2025 is held. 1 article without a date is not counted.",
        ),
        (
            "What is the latest article?",
            "The newest of 11 articles is “Title 10”, of River Post, published on 10 November 2025.",
        ),
        (
            "What is the oldest article?",
            "The oldest of 11 articles is “Title 0”, of Coast Daily, published on 10 January 2025.",
        ),
        (
            "What is the oldest article that mentions Leyla Mammadova?",
            "The oldest of 4 articles that mention “Leyla Mammadova” is “Title 0”, of Coast Daily, published on"
            " 10 January 2025.",
        ),
        ("Which articles mention Leyla Mammadova?", "4 articles mention “Leyla Mammadova”, the newest first:"),
        ("Which articles do you have?", "12 articles are held; the 10 newest:"),
        ("Do you have anything on Farid Huseynov?", "No article mentions “Farid Huseynov”."),
        ("Is Atlantis mentioned?", "No article mentions “Atlantis”."),
        (
            "Which sources are there?",
            "2 sources: Coast Daily (8 articles) and River Post (3 articles). 1 article names no source.",
        ),
        (
            "What languages can I ask in?",
            "2 languages: English (11 articles) and French (1 article). Questions are read in English, Azerbaijani,"
            " Turkish, Russian, Urdu, Arabic and Persian.",
        ),
        (
            "How many articles do you have from Reuters?",
            "No source here is named “Reuters”. 2 sources: Coast Daily (8 articles) and River Post (3 articles)."
            " 1 article names no source.",
        ),
    ],
)
def test_what_is_held_is_counted(news, question, text):
    """In a sentence of its own, without a citation."""
    answer = news.ask(question)
    assert (answer.answer, answer.form, answer.answered, answer.confidence) == (text, Form.CORPUS, True, 1.0)
    assert answer.citations == answer.passages == []


@pytest.mark.parametrize(
    ("question", "history", "text"),
    [
        ("How many articles mention her?", ["Who is Leyla Mammadova?"], "4 articles mention “Leyla Mammadova”."),
        ("Is she mentioned?", ["Leyla Mammadova"], "4 articles mention “Leyla Mammadova”, the newest first:"),
        (
            "And how many articles of Coast Daily mention it?",
            ["How many articles mention Sheki?"],
            "8 articles of Coast Daily mention “Sheki”.",
        ),
        ("How many articles mention him?", ["Who met Leyla Mammadova?"], None),
        ("How many articles mention him?", ["Was Leyla Mammadova in Sheki?"], None),
        ("Which articles are about her speech?", ["Who is Leyla Mammadova?"], None),
        ("How many articles mention her?", [], None),
    ],
)
def test_a_pronoun_is_counted_as_the_name_that_it_surely_stands_for(news, question, history, text):
    """Where more than one name could be meant, or something that was not named, the articles are searched."""
    answer = news.ask(question, history)
    assert (answer.answer if answer.form is Form.CORPUS else None) == text
    assert (answer.interpreted_question != question) >= (text is not None)


def test_the_articles_that_are_told_of_are_linked(news):
    """Each with its id and day, and the list of all where there are more."""
    mentioning = news.ask("Which articles mention Leyla Mammadova?").links
    assert [(link.text, link.article_id, link.published) for link in mentioning] == [
        (f"Title {number}", f"n{number}", f"2025-{1 + number:02d}-10") for number in (9, 6, 3, 0)
    ]
    (*_, whole) = news.ask("Which articles of Coast Daily in English mention Sheki since 2024?").links
    assert whole.article_id == "n0"
    (counted,) = news.ask("How many articles of Coast Daily mention Leyla Mammadova since April 2025?").links
    assert (counted.mentions, counted.filters) == ("Leyla Mammadova", Filters("2025-04-01", None, "Coast Daily", None))
    listed = news.list_articles(counted.filters, 0, 100, counted.mentions)
    assert [article.article_id for article in listed] == ["n6", "n3"]
    *ten, everything = news.ask("List all articles").links
    assert (len(ten), everything.text, everything.filters) == (10, "The list of 12 articles", Filters())


def test_the_filters_of_the_request_hold_for_what_is_counted(news):
    """The sentence says which articles were counted."""
    filters = Filters(published_from="2025-06-01", source="River Post")
    expected = "3 articles of River Post published since 1 June 2025 are held."
    assert news.ask("How many articles are there?", filters=filters).answer == expected
    narrower = news.ask("How many articles were published since 1 January 2025?", filters=filters)
    assert narrower.answer == expected


@pytest.mark.parametrize(
    ("question", "filters", "text"),
    [
        (
            "How many articles are in English?",
            Filters(language="fr"),
            "No article in English passes the filters: they are for articles in French. Without them, 11 articles in"
            " English are held.",
        ),
        (
            "Which articles of Coast Daily mention Sheki?",
            Filters(source="River Post"),
            "No article of Coast Daily that mentions “Sheki” passes the filters: they are for articles of River Post."
            " Without them, 8 articles of Coast Daily mention “Sheki”.",
        ),
        (
            "How many articles were published in March 2025?",
            Filters(published_from="2025-06-01"),
            "No article published from 1 March 2025 to 31 March 2025 passes the filters: they are for articles"
            " published since 1 June 2025. Without them, 1 article published from 1 March 2025 to 31 March 2025 is"
            " held. 1 article without a date is not counted.",
        ),
        (
            "How many articles of Coast Daily are there?",
            Filters(source="coast daily", language="EN-us"),
            "8 articles of Coast Daily in English are held.",
        ),
        (
            "How many sources are there?",
            Filters(language="fr"),
            "In all, 2 sources: Coast Daily (8 articles) and River Post (3 articles). 1 article names no source.",
        ),
        (
            "Which languages are there?",
            Filters(source="River Post"),
            "In all, 2 languages: English (11 articles) and French (1 article). Questions are read in English,"
            " Azerbaijani, Turkish, Russian, Urdu, Arabic and Persian.",
        ),
        (
            "thanks",
            Filters(source="River Post"),
            "You are welcome. In all, 12 articles from 2 sources are held here, published from 10 January 2025 to"
            " 10 November 2025.",
        ),
    ],
)
def test_filters_and_the_words_of_a_question_both_hold(news, question, filters, text):
    """Where they exclude each other it is said; what is told of all articles is said to be of all."""
    assert news.ask(question, filters=filters).answer == text


def test_the_days_that_are_covered_are_also_those_of_the_filters(news):
    """Beside those of all articles."""
    told = news.ask("What days are covered?", filters=Filters(source="River Post")).answer
    assert told.startswith(
        "In all, 12 articles are held, published from 10 January 2025 to 10 November 2025. 3 articles of River Post"
        " pass the filters, published from 10 September 2025 to 10 November 2025. The index was made on"
    )
    undated = news.ask("What days are covered?", filters=Filters(language="fr")).answer
    assert " 1 article in French passes the filters, none with a date. " in undated
    nothing = news.ask("What days are covered?", filters=Filters(language="fr", source="River Post")).answer
    assert " No article of River Post in French passes the filters. " in nothing


def test_what_too_many_passages_hold_is_not_read(news, monkeypatch):
    """No number is given, and no list is made; a phrase with a rarer word is counted."""
    for module in ("rag.compose.corpus_answer", "rag.assistant"):
        monkeypatch.setattr(f"{module}.MOST_READ", 11)
    common = "“Sheki” may stand in as many as 12 passages, too many to read one by one."
    for question in ("How many articles mention Sheki?", "Which articles are about Sheki?", "Is Sheki mentioned?"):
        answer = news.ask(question)
        assert (answer.answer, answer.links) == (f"{common} Name more of it.", ())
    with pytest.raises(FilterError, match=common):
        news.list_articles(Filters(), 0, 10, "Sheki")
    assert news.ask("How many articles mention day 3?").answer == "1 article mentions “day 3”."
    assert len(news.list_articles(Filters(), 0, 100)) == 12


@pytest.mark.parametrize(
    ("question", "mentions"),
    [("How many articles mention 北京?", None), ("How many articles mention Beijing?", "No article")],
)
def test_a_word_of_a_script_without_spaces_is_not_said_to_be_missing(index_of_texts, question, mentions):
    """It may stand inside a longer run of letters, where it is not found."""
    index = index_of_texts(a="两国代表在北京签署了协议。", b="The fair of Sheki opened.")
    answer = Assistant(FixedSource(index), weights=SENSIBLE).ask(question)
    assert (answer.form is Form.CORPUS) == (mentions is not None)
    assert "No article mentions “北京”" not in f"{answer.answer} {answer.decline_note}"


@pytest.mark.parametrize(
    "question",
    [
        "Which articles of the constitution mention fairs?",
        "Which articles are about relations between Sheki and Lachin?",
        "How many articles are about the opening of the fair?",
        "What is the latest article on the fair of Ganja?",
        "Which articles mention him?",
        "Which articles were published since 2026 until 2020?",
        "Do you have anything on the day when the fair opened?",
        "Do you have anything about the opening of the fair?",
        "Which articles were published in 1937?",
    ],
)
def test_what_names_nothing_held_is_asked_of_the_articles(news, question):
    """They are searched as for any other question."""
    answer = news.ask(question)
    assert answer.form is Form.EXTRACT
    assert answer.passages
