"""Questions on what is held, and those that only look like them."""

from datetime import date

import pytest

from rag.question.corpus_question import Asked, CorpusQuestion, corpus_question_of

TODAY = date(2026, 11, 29)


def asked(question: str) -> CorpusQuestion | None:
    return corpus_question_of(question, TODAY)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many articles are there?", Asked.COUNT),
        ("how many documents do you have", Asked.COUNT),
        ("Please tell me how many articles are there in total?", Asked.COUNT),
        ("number of articles", Asked.COUNT),
        ("So, please, how many articles are there?", Asked.COUNT),
        ("How many news articles are in the corpus?", Asked.COUNT),
        ("What is the latest article?", Asked.NEWEST),
        ("What’s the most recent document here?", Asked.NEWEST),
        ("which article is the newest?", Asked.NEWEST),
        ("show me the 5 latest articles", Asked.NEWEST),
        ("When was the latest article published?", Asked.NEWEST),
        ("What's new?", Asked.NEWEST),
        ("What is the oldest article?", Asked.OLDEST),
        ("List all articles", Asked.WHICH),
        ("what articles do you have?", Asked.WHICH),
        ("Which sources does the corpus use?", Asked.SOURCES),
        ("What are your sources?", Asked.SOURCES),
        ("where do the articles come from?", Asked.SOURCES),
        ("Which languages are the articles in?", Asked.LANGUAGES),
        ("what languages do you understand?", Asked.LANGUAGES),
        ("What period do the articles cover?", Asked.DAYS),
        ("how recent are the articles?", Asked.DAYS),
        ("When was the index last updated?", Asked.DAYS),
        ("neçə məqalə var?", Asked.COUNT),
        ("Kaç makale var?", Asked.COUNT),
        ("Сколько у вас статей?", Asked.COUNT),
        ("какая последняя статья?", Asked.NEWEST),
        ("کتنے مضامین ہیں؟", Asked.COUNT),
        ("كم عدد المقالات؟", Asked.COUNT),
        ("چند مقاله دارید؟", Asked.COUNT),
    ],
)
def test_a_question_on_the_corpus_is_known_by_its_kind(question, kind):
    """Whatever its case, its politeness and, for the usual ones, its language; it asks of all articles."""
    found = asked(question)
    assert found
    assert found.asked is kind
    assert not any((found.phrase, found.origin, found.language, found.first, found.last))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many articles mention Leyla Mammadova?", {"phrase": "Leyla Mammadova"}),
        ("how many articles mention the harbour since May?", {"phrase": "harbour", "first": "2026-05-01"}),
        ('How many articles contain the phrase "who is in" in English?', {"phrase": "who is in", "language": "en"}),
        ("How many articles were published in May 2025?", {"first": "2025-05-01", "last": "2025-05-31"}),
        ("How many articles in Urdu are there?", {"language": "ur"}),
        ("How many articles from Coast Daily do you have?", {"origin": "Coast Daily", "of_index": True}),
        (
            "How many articles from Coast Daily in English mention tea since 2020?",
            {"origin": "Coast Daily", "language": "en", "phrase": "tea", "first": "2020-01-01"},
        ),
        ("Which articles are about tea?", {"asked": Asked.WHICH, "phrase": "tea", "topic": True}),
        ("Is tea mentioned anywhere?", {"asked": Asked.WHICH, "phrase": "tea", "topic": True}),
        (
            "Do you have any articles on COP29?",
            {"asked": Asked.WHICH, "phrase": "COP29", "of_index": True, "topic": True},
        ),
        ("Do you have anything on Lachin?", {"asked": Asked.TOPIC, "phrase": "Lachin", "topic": True}),
        ("What do you have on the new harbour?", {"asked": Asked.TOPIC, "phrase": "new harbour", "topic": True}),
        ("What are the latest articles on tea?", {"asked": Asked.NEWEST, "phrase": "tea", "topic": True}),
        ('Which articles are about "green tea"?', {"asked": Asked.WHICH, "phrase": "green tea"}),
        ("How many articles mention Pakistan’s?", {"phrase": "Pakistan"}),
        ("How many articles mention the US?", {"phrase": "US"}),
        ('How many articles contain the word "him"?', {"phrase": "him"}),
        ("Which article mentions tea?", {"asked": Asked.WHICH, "phrase": "tea", "several": False}),
    ],
)
def test_the_articles_that_a_question_asks_of_are_read(question, expected):
    """What they mention, their source, language and days."""
    assert asked(question) == CorpusQuestion(**{"asked": Asked.COUNT, **expected})


@pytest.mark.parametrize(
    "question",
    [
        "How many people died?",
        "What is the latest summit?",
        "When was the latest summit held?",
        "Which sources say that the bridge was closed?",
        "How many articles does the constitution have?",
        "How many articles were amended in 2009?",
        "How many documents were signed during the visit?",
        "Which documents were signed in 1996?",
        "How many documents on nuclear energy were signed?",
        "What sources of energy does Azerbaijan use?",
        "What are the sources of the Kura?",
        "Which languages are spoken in Pakistan?",
        "Who wrote the articles on Lachin?",
        "What is the latest report on inflation?",
        "Is there a bridge over the Kura?",
        "How many files were leaked?",
        "What do you know about Lachin?",
        "What is the latest news from Karabakh?",
        "Which document established diplomatic relations?",
        "What article was published in 1937?",
        "Is Pakistan mentioned as a mediator?",
        "What does the document say about tariffs?",
        "What documents do I need for a visa?",
        "What is there to see in Baku?",
        "What articles are exported to Pakistan?",
        "How many stories does the tower have?",
        "How many items are there in the collection?",
        "anything on loss?",
        "How many news articles were cited by the report?",
        "Which countries mention Pakistan?",
        "When did the newest member join?",
    ],
)
def test_a_question_of_what_the_articles_say_is_none_on_the_corpus(question):
    """It is answered by quotes, however much its words are those of the others."""
    assert asked(question) is None


@pytest.mark.parametrize(
    "question",
    ["Which article of the constitution guarantees it?", "How many articles are in the treaty?"],
)
def test_words_that_may_name_a_source_are_left_to_the_index(question):
    """The question says what it names, and an index knows whether that is a source."""
    found = asked(question)
    assert found is None or (found.origin and not found.of_index)


@pytest.mark.parametrize(
    "question",
    [
        "How many articles mention him?",
        "HOW MANY ARTICLES MENTION HIM?",
        "Is he mentioned?",
        "Which articles are about his visit to Sheki?",
        "Do you have anything on it?",
        "Which articles mention this agreement?",
        "How many articles mention such as these?",
    ],
)
def test_a_word_that_stands_for_a_name_is_no_phrase_to_count(question):
    """What it stands for is to be found, as for any other question."""
    assert asked(question) is None
