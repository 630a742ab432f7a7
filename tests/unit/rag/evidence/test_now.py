"""Questions of how it is now, and whose role a sentence states."""

from dataclasses import replace

import pytest

from rag.evidence.now import Role, as_of_now, role_in
from tests.unit.rag.conftest import article_of, evidence_of

WHO = "Who is the president of Peru?"


@pytest.mark.parametrize(
    ("question", "name", "of", "now"),
    [
        (WHO, "president", {"peru"}, True),
        ("who is the current prime minister of peru", "prime minister", {"peru"}, True),
        ("Who is Peru’s president?", "president", {"peru"}, True),
        ("Who is Peru's foreign minister now?", "foreign minister", {"peru"}, True),
        ("Who's the mayor of Puerto Vega?", "mayor", {"puerto", "vega"}, True),
        ("Who is the director of the Northbay harbour office?", "director", {"northbay", "harbour", "office"}, True),
        ("Who was the president of Peru?", "president", {"peru"}, False),
    ],
)
def test_a_question_for_the_holder_of_a_role(question, name, of, now):
    """Its role, whose it is, and whether it asks how it is now."""
    assert role_in(question) == Role(name, frozenset(of), now)


@pytest.mark.parametrize(
    "question",
    [
        "Who is Rosa Vega?",
        "What is the capital of Peru?",
        "Who visited the president of Peru?",
        "Who is the president of UNO?",
    ],
)
def test_other_questions_ask_for_no_role(question):
    """A person, a thing, another person, or what an abbreviation stands for can't be compared."""
    assert role_in(question) is None


PRESIDENT = Role("president", frozenset({"peru"}))


@pytest.mark.parametrize(
    ("sentence", "whose"),
    [
        ("Rosa Vega is president of Peru.", True),
        ("President Rosa Vega of Peru came.", True),
        ("Peru’s president, Rosa Vega, came.", True),
        ("The Peruvian president came.", True),
        ("President Tom Brook of Chile was in Peru.", False),
        ("The Chilean president came to Peru.", False),
        ("Chile’s president came to Peru.", False),
        ("President Rosa Vega came.", None),
        ("Peru’s vice president came.", None),
        ("Tea was sold in Peru.", None),
        ("President Rosa Vega of Peru met the president of Chile.", True),
    ],
)
def test_whose_role_a_sentence_states(sentence, whose):
    """By the words beside the role; nothing is said of a role that stands alone, or of a deputy's."""
    assert PRESIDENT.whose(sentence) is whose


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        ("niger", "The president of Nigeria came."),
        ("guinea", "Ghana’s president came."),
        ("iran", "The president of Iraq came."),
    ],
)
def test_a_name_that_looks_like_another_is_another(of, sentence):
    """Only the ending of a word for its people may follow a name."""
    assert Role("president", frozenset({of})).whose(sentence) is False


def items(*sentences):
    """Sentences of articles of their own, best first, each with the day of its article and the words that answer."""
    made, days = [], {}
    for number, (sentence, day, answer) in enumerate(sentences):
        name = f"a{number}"
        made.append(evidence_of(article_of(sentence, name), sentence, 5.0 - number / 10, answer))
        days[name] = day
    return made, days.get


def told(question, *sentences, title=""):
    evidence, published_of = items(*sentences)
    kept = as_of_now(evidence, question, published_of, lambda article_id: title)
    return [(item.text, item.answer is not None) for item in kept]


def test_the_newest_holder_of_a_role_answers():
    """Of two that are stated alike, that of the newest article."""
    old, new = "Rosa Vega is president of Peru.", "Tom Brook is president of Peru."
    assert told(WHO, (old, "2022-01-01", "Rosa Vega"), (new, "2024-01-01", "Tom Brook")) == [(new, True), (old, True)]


def test_another_country_s_president_is_no_answer():
    """Nor is the same person in a sentence that does not say whose president that is."""
    chile = ("President Tom Brook of Chile was in Peru.", "2024-01-01", "Tom Brook")
    alone = ("President Tom Brook keeps it alive in Peru.", "2024-01-01", "Tom Brook")
    peru = ("President Rosa Vega came home to Peru.", "2024-01-01", "Rosa Vega")
    assert told(WHO, chile, alone, peru) == [(peru[0], True)]
    assert told(WHO, chile, alone) == []


@pytest.mark.parametrize("question", [WHO, "Who was the president of Peru?"])
def test_a_president_is_of_a_country_that_is_named_before(question):
    """In the sentence, in its passage before it, or in the title; an article that never names it is of another."""
    sentence = "President Rosa Vega came home."
    alone = (sentence, "2024-01-01", "Rosa Vega")
    assert told(question, alone) == told(question, alone, title="News of Chile") == []
    assert told(question, alone, title="News of Peru") == [(sentence, True)]
    for text, kept in ((f"Peru waited. {sentence}", [sentence]), (f"{sentence} Peru waited.", [])):
        evidence = [evidence_of(article_of(text), sentence, 5.0, "Rosa Vega")]
        assert [item.text for item in as_of_now(evidence, question, {}.get, lambda article_id: "")] == kept


@pytest.mark.parametrize(
    ("text", "title", "kept"),
    [
        ("It rained in Peru. It was late. President Rosa Vega came.", "News", True),
        ("It rained in Peru. Tea grew in Chile. President Rosa Vega came.", "News", None),
        ("It rained in Peru. President Rosa Vega came to Chile.", "News", None),
        ("It rained in Peru. President Rosa Vega came to Chile.", "Peru abroad", False),
        ("It rained in Peru, not in Chile. President Rosa Vega came.", "News", False),
        ("It rained in Chile. President Rosa Vega came.", "Peru abroad", True),
        ("President Rosa Vega came.", "Peru and Chile", False),
        ("It rained in Peru. Vice President Rosa Vega came.", "News of Peru", None),
    ],
)
def test_the_country_that_is_named_nearest_before_a_president_counts(text, title, kept):
    """Or that of the title; where another one is named beside it, the sentence is quoted without a headline."""
    sentence = text[text.rindex(". ") + 2 if ". " in text else 0 :]
    evidence = [evidence_of(article_of(text), sentence, 5.0, "Rosa Vega")]
    left = as_of_now(evidence, WHO, {}.get, lambda article_id: title)
    assert [item.answer is not None for item in left] == ([] if kept is None else [kept])


@pytest.mark.parametrize(
    "sentence",
    [
        "Rosa Vega was president of Peru at the time.",
        "It was Rosa Vega, then president of Peru.",
        "Rosa Vega was the first president of Peru to come.",
        "The former president of Peru, Rosa Vega, came.",
    ],
)
def test_who_held_a_role_once_does_not_hold_it_now(sentence):
    """It is left out, and answers who it was."""
    assert told(WHO, (sentence, "2024-01-01", "Rosa Vega")) == []
    assert told("Who was the president of Peru?", (sentence, "2024-01-01", "Rosa Vega")) == [(sentence, True)]


def test_what_was_said_of_a_year_long_past_is_quoted_without_a_headline():
    """It may have changed since."""
    sentence = "President Rosa Vega of Peru came in 2015."
    assert told(WHO, (sentence, "2024-01-01", "Rosa Vega")) == [(sentence, False)]


def test_a_holder_is_named_beside_the_role():
    """Another name in the sentence is no headline."""
    sentence = "Tom Brook of the harbour office in Lenkoran met with the new and popular president of Peru."
    assert told(WHO, (sentence, "2024-01-01", "Tom Brook")) == [(sentence, False)]


def test_a_sentence_that_names_no_role_answers_where_none_does():
    """People head things in other words too; "head" is not in "overhead"."""
    overhead = ("The pilot of Peru flew overhead.", "2024-01-01", "")
    assert told("Who is the head of Peru?", overhead) == [(overhead[0], False)]
    sentence = "Rosa Vega leads Peru."
    assert told(WHO, (sentence, "2024-01-01", "Rosa Vega")) == [(sentence, True)]


OLD, NEW = ("The fee is 4 crowns.", "2022-01-01", "4"), ("The fee is 6 crowns.", "2024-01-01", "6")


@pytest.mark.parametrize("question", ["What is the current fee?", "What is the fee now?", "Is there a fee?"])
def test_the_newest_article_answers_what_is_asked_of_now(question):
    """Where its sentence is about as good; the scores stay in order."""
    assert told(question, OLD, NEW) == [(NEW[0], True), (OLD[0], True)]
    evidence, published_of = items(OLD, NEW)
    assert [item.score for item in as_of_now(evidence, question, published_of, str)] == [5.0, 4.9]
    weaker = [evidence[0], replace(evidence[1], score=3.9)]
    assert as_of_now(weaker, question, published_of, str) == weaker


def test_other_questions_keep_their_order():
    """The best evidence first."""
    assert told("What is the fee?", OLD, NEW) == [(OLD[0], True), (NEW[0], True)]
    assert as_of_now([], "What is the current fee?", {}.get, str) == []
