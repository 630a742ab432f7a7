"""Answers in their forms, over an index without a model."""

from dataclasses import replace

import pytest

from rag.assistant import Assistant
from rag.question.form import Form
from tests.unit.rag.conftest import SURE, UNSURE, FixedSource, ScriptedReader

TEXTS = {
    "port": "Work began in spring. The port of Lenkoran was opened on 12 March 2021. Iran sent no ships.",
    "bridge": "The bridge of Salyan was opened on 5 May 1911. It is 310 metres long.",
    "club": "The Rowing Club of Lenkoran (RCL) did not buy the pier. Deputy Mayor Ali Veli opened it.",
    "fair": "Tea was sold at the fair. The fair counted 40,000 guests in 2022 and more than 50,000 in 2023.",
    "sources": "The lighthouse was built in 1911. The lighthouse was not built in 1911.",
    "policy": "Sweden recognises the pass. The pass is no longer recognised since May.",
}


@pytest.fixture
def index(index_of_texts):
    return index_of_texts(**TEXTS)


@pytest.fixture
def asked(index):
    """Answers with a reader that finds these words, each likely."""
    reader = ScriptedReader(**{"12 March 2021": 8.0, "5 May 1911": 8.0, "40,000": 8.0, "50,000": 7.0})
    return Assistant(FixedSource(index), weights=SURE, reader=reader).ask


def test_a_yes_or_no_is_told_by_the_first_sentence(asked, index):
    """The sentence that decides is quoted first, exactly, and there is no headline."""
    answer = asked("Was the port of Lenkoran opened in 2021?")
    best = answer.citations[0]
    assert (answer.form, answer.verdict, answer.short_answer) == (Form.YES_NO, True, None)
    assert best.quote == "The port of Lenkoran was opened on 12 March 2021."
    assert index.article(best.article_id).text[best.start : best.end] == best.quote
    assert asked("Did the Rowing Club of Lenkoran buy the pier?").verdict is None  # its name goes on with "(RCL)"


def test_a_denial_is_a_no(asked):
    """The sentence has the words asked for and "not"."""
    assert asked("Was the lighthouse built in 1911?").verdict is None  # the sentences contradict each other
    assert {citation.quote for citation in asked("Was the lighthouse built in 1911?").citations} >= {
        "The lighthouse was built in 1911.",
        "The lighthouse was not built in 1911.",
    }


def test_what_has_ended_since_decides_nothing(asked):
    """The next sentence says that it is so no longer."""
    answer = asked("Does Sweden recognise the pass?")
    assert (answer.form, answer.verdict) == (Form.YES_NO, None)


def test_a_yes_or_no_about_what_no_sentence_names_is_declined(asked):
    """However sure the evidence is, no sentence holds all the names."""
    answer = asked("Did the port of Lenkoran receive Marco Polo?")
    assert (answer.answered, answer.verdict, answer.citations) == (False, None, [])


def test_a_definition_comes_first_with_its_words_as_the_headline(asked, index):
    """An expansion of an abbreviation, and a title before a name, from their exact places."""
    for question, headline in {
        "What does RCL stand for?": "Rowing Club of Lenkoran",
        "Tell me about Ali Veli": "Deputy Mayor Ali Veli",
    }.items():
        answer = asked(question)
        short = answer.short_answer
        assert (answer.form, short.text) == (Form.DEFINITION, headline)
        assert index.article(short.article_id).text[short.start : short.end] == headline
        assert answer.citations[0].start <= short.start < short.end <= answer.citations[0].end


def test_descriptions_that_differ_have_no_headline(index_of_texts):
    """Neither of them is surer than the other; both sentences are quoted."""
    index = index_of_texts(
        first="Shahmar was a thorn in the side of the millers.", second="Shahmar is a mouse with a sword."
    )
    answer = Assistant(FixedSource(index), weights=SURE, reader=ScriptedReader()).ask("What is Shahmar?")
    assert (answer.form, answer.short_answer, len(answer.citations)) == (Form.DEFINITION, None, 2)


def test_descriptions_that_agree_have_a_headline(index_of_texts):
    """They share a word that tells something."""
    index = index_of_texts(first="Shahmar is a mouse of the mill.", second="Shahmar was a brave mouse.")
    answer = Assistant(FixedSource(index), weights=SURE, reader=ScriptedReader()).ask("What is Shahmar?")
    assert "mouse" in answer.short_answer.text


def test_a_definition_is_shown_as_a_headline_only_where_headlines_are_sure_enough(index):
    """The bound is that of every other headline."""
    strict = Assistant(FixedSource(index), weights=SURE, reader=ScriptedReader(), least_headline=1.0)
    answer = strict.ask("What does RCL stand for?")
    assert (answer.form, answer.answered, answer.short_answer) == (Form.DEFINITION, True, None)


def test_a_definition_of_what_no_sentence_names_is_declined(asked):
    """The reader is sure of its words, but they are of something else."""
    assert not asked("Who is Marco Polo?").answered


def test_a_comparison_quotes_both_sides_and_computes_their_order(asked):
    """The earlier of two days, with each side's words and value."""
    answer = asked("What was opened first, the port of Lenkoran or the bridge of Salyan?")
    port, bridge = answer.comparison.sides
    assert (answer.form, answer.short_answer) == (Form.COMPARISON, None)
    assert (port.text, port.value, bridge.text, bridge.value) == (
        "12 March 2021",
        "2021-03-12",
        "5 May 1911",
        "1911-05-05",
    )
    assert (answer.comparison.order, answer.comparison.computed) == ("Earlier: the bridge of Salyan", True)
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert port.text in quotes[port.citation]
    assert bridge.text in quotes[bridge.citation]


@pytest.mark.parametrize("sentence", ["The hall has 500 seats.", "The Hall has 500 seats."])
def test_a_sentence_that_both_sides_have_is_quoted_of_each(index_of_texts, sentence):
    """Each side's number links to its own article, also where only the case of letters differs."""
    index = index_of_texts(
        alpha=f"The town of Alpha built a house in spring. {sentence}",
        beta="The town of Beta built a house in autumn. The hall has 500 seats.",
    )
    reader = ScriptedReader(**{"500": 8.0})
    ask = Assistant(FixedSource(index), weights=SURE, reader=reader).ask
    answer = ask("Which has more seats, the hall of Alpha or the hall of Beta?")
    quotes = {citation.number: citation for citation in answer.citations}
    sides = [quotes[side.citation] for side in answer.comparison.sides]
    texts = [index.article(side.article_id).text for side in sides]
    assert ["town of Alpha" in texts[0], "town of Beta" in texts[1]] == [True, True]
    assert [side.value for side in answer.comparison.sides] == [500.0, 500.0]
    assert answer.comparison.order is None


@pytest.mark.parametrize(
    ("second", "read"),
    [
        ("Leaders spoke of flights on 3 July 2024.", "3"),
        ("Leaders spoke of flights on July 3, 2024.", "3"),
        ("The town bought 17,558 tons of rice in 2024.", "17,558"),
        ("There were 90 tons of flights in 2024.", "90"),
        ("There were between 40 and 60 flights in 2024.", "40"),
    ],
)
def test_what_a_side_is_not_an_amount_of_has_no_order(index_of_texts, second, read):
    """The day of a date, a number of something else, another unit or half of a range: quoted, and not compared."""
    index = index_of_texts(one="The town had 20 flights in 2017.", two=second)
    reader = ScriptedReader(**{"20": 8.0, read: 7.0})
    answer = Assistant(FixedSource(index), weights=SURE, reader=reader).ask(
        "Are there more flights in 2024 than in 2017?"
    )
    assert (answer.form, answer.verdict, answer.comparison.order) == (Form.COMPARISON, None, None)
    assert answer.comparison.sides[1].value == 20.0


@pytest.mark.parametrize(
    ("second", "value"),
    [
        ("Guests numbered 17 in 2024.", None),
        ("Guests and flights\n\nGuests numbered 17 in 2024.", None),
        ("Flights numbered 17 in 2024.", 17),
        ("The flights grew. They numbered 17 in 2024.", 17),
    ],
)
def test_a_sentence_without_the_noun_of_its_side_has_no_value(index_of_texts, second, value):
    """Names and numbers alone may be those of something else."""
    index = index_of_texts(one="Flights numbered 20 in 2017.", two=second)
    reader = ScriptedReader(**{"20": 8.0, "17": 7.0})
    answer = Assistant(FixedSource(index), weights=SURE, reader=reader).ask(
        "Which were larger, flights in 2017 or flights in 2024?"
    )
    assert [side.value for side in answer.comparison.sides] == [20.0, value]
    assert answer.comparison.computed is (value is not None)


def test_a_day_of_something_else_that_is_named_has_no_order(index_of_texts):
    """Both sentences name their side and a day, but only one says what is asked."""
    index = index_of_texts(
        one="The poet Ali Veli came to Lenkoran on 3 May 2001.",
        two="Letters to Lenkoran\n\nThen Lala Aziz wrote a letter on 5 May 2002.",
    )
    reader = ScriptedReader(**{"3 May 2001": 8.0, "5 May 2002": 8.0})
    answer = Assistant(FixedSource(index), weights=SURE, reader=reader).ask(
        "Who came to Lenkoran first, Ali Veli or Lala Aziz?"
    )
    assert [side.value for side in answer.comparison.sides] == ["2001-05-03", None]
    assert answer.comparison.order is None


def test_a_proposed_order_is_affirmed_or_denied(asked):
    """Both numbers stand in one sentence, each beside its year, with the words that limit it."""
    answer = asked("Were there more guests at the fair in 2023 than in 2022?")
    assert answer.verdict is True
    assert [side.text for side in answer.comparison.sides] == ["more than 50,000", "40,000"]
    assert len(answer.citations) == 1
    assert asked("Were there more guests at the fair in 2022 than in 2023?").verdict is False


def test_a_side_without_evidence_is_named(asked):
    """The other side is quoted, and no order is computed."""
    answer = asked("What was opened first, the port of Lenkoran or the tower of Marco Polo?")
    assert answer.unanswered == ("the tower of Marco Polo",)
    assert (answer.comparison.order, answer.comparison.sides[1].citation) == (None, None)
    assert answer.answered


def test_where_nothing_is_sure_every_form_declines(index):
    """No verdict, headline or order without an answer."""
    unsure = Assistant(FixedSource(index), weights=UNSURE, reader=ScriptedReader())
    for question in ("Did Iran send Ali Veli?", "Who is Iran Veli?", "Compare the port and the bridge"):
        answer = unsure.ask(question)
        assert (answer.answered, answer.verdict, answer.short_answer, answer.comparison) == (False, None, None, None)


def test_a_threshold_above_a_form_s_own_confidence_declines(index):
    """A sentence that decides is no surer than its measured share."""
    strict = Assistant(FixedSource(index), weights=UNSURE, threshold=0.99)
    assert not strict.ask("Was the port of Lenkoran opened in 2021?").answered
    assert not replace(strict).ask("Tell me about Ali Veli").answered
