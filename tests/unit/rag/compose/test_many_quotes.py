"""Lists, timelines and summaries, from a question to their quotes."""

from collections.abc import Callable

import pytest

from index.engine.local.local_index import LocalIndex
from rag.answer import Answer
from rag.assistant import Assistant
from rag.compose.timeline import HAPPENED
from rag.question.form import Form
from tests.unit.rag.conftest import SURE, UNSURE, FixedSource, ScriptedReader

VISITS = (
    "Rustam Aghayev often went to Ganja. He came first on 3 May 1920 to see the bridge. "
    "Rustam Aghayev was in Ganja again on 7 June 1921 for the fair. Nobody wrote of it. "
    "On 9 March 1919 Rustam Aghayev walked to Ganja on foot. "
    "Rustam Aghayev was in Ganja, so they say, on 7 June 1921, and bought a horse."
)
OTHERS = "Selim Bey visited Ganja on 4 April 1922. The tea there is dark."
QUESTION = "Which visits did Rustam Aghayev make to Ganja?"


@pytest.fixture
def ask(index_of_texts: Callable[..., LocalIndex]) -> Callable[..., Answer]:
    """Asks questions of the same texts by their ids, with weights and a reader."""
    held: dict[str, LocalIndex] = {}

    def asked(question: str, texts: dict[str, str], weights=SURE, reader=None, history=()) -> Answer:
        index = held["texts"] if held else held.setdefault("texts", index_of_texts(**texts))
        answer = Assistant(FixedSource(index), weights=weights, reader=reader).ask(question, history)
        for cited in answer.citations:
            article = index.article(cited.article_id)
            assert article is not None
            assert article.text[cited.start : cited.end] == cited.quote
        return answer

    return asked


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_visits_are_listed_in_the_order_of_their_days(ask):
    """Each day once, without a short answer; a sentence that needs the one before it is quoted with it."""
    answer = ask(QUESTION, {"visits": VISITS, "others": OTHERS})
    assert (answer.form, answer.answered, answer.short_answer) == (Form.LIST, True, None)
    assert [quote.rpartition(" on ")[2][:4] for quote in quotes(answer)] == ["foot", "3 Ma", "7 Ju"]
    assert quotes(answer)[1].startswith("Rustam Aghayev often went to Ganja. He came first")
    assert answer.answer == " ".join(f"{cited.quote} [{cited.number}]" for cited in answer.citations)
    assert [cited.number for cited in answer.citations] == [1, 2, 3]


def test_a_list_is_of_its_subject_alone(ask):
    """The visit of another person is none of his, however near its words are."""
    answer = ask(QUESTION, {"visits": VISITS, "others": OTHERS})
    assert not any("Selim" in quote for quote in quotes(answer))


def test_a_period_limits_a_list(ask):
    """A sentence of another year is left out; one item alone is no list, so the answer is an extract."""
    texts = {"visits": VISITS.replace("1919", "1921").replace("3 May 1920", "3 May 1921")}
    listed = ask("Which visits did Rustam Aghayev make to Ganja in 1921?", texts)
    assert listed.form is Form.LIST
    assert all("1921" in quote for quote in quotes(listed))


def test_one_item_is_no_list(ask):
    """The sentences that answer are quoted instead, with a short answer as ever."""
    answer = ask(QUESTION, {"visits": "Rustam Aghayev was in Ganja on 7 June 1921. The tea there is dark."})
    assert (answer.form, answer.answered) == (Form.EXTRACT, True)


def test_a_list_of_nothing_is_declined(ask):
    """Where the texts hold nothing near, there is neither a list nor an extract."""
    answer = ask("Which bridges did Napoleon burn?", {"visits": VISITS, "others": OTHERS}, weights=UNSURE)
    assert (answer.form, answer.answered, answer.citations) == (Form.EXTRACT, False, [])


def test_a_list_holds_an_answer_once(ask):
    """Of two sentences with the same short answer the better one is quoted; the reader must find one in each."""
    text = (
        "The lake is shared by Georgia and its neighbours. Georgia has the longest shore of the lake. "
        "Turkey lies on the lake too. The lake is deep and cold."
    )
    reader = ScriptedReader(Georgia=5.0, Turkey=5.0)
    answer = ask("Which countries border the lake?", {"lake": text}, reader=reader)
    assert answer.form is Form.LIST
    assert len(answer.citations) == 2
    assert sum("Georgia" in quote for quote in quotes(answer)) == 1
    assert not any("deep" in quote for quote in quotes(answer))


def test_a_sentence_that_goes_on_is_quoted_with_the_one_before(ask):
    """ "The other two" needs what they are counted with."""
    text = "Georgia joined the club in 1950. The other two members are Turkey and Iran. The tea there is dark."
    reader = ScriptedReader(Georgia=5.0, Turkey=5.0, tea=3.0)
    answer = ask("Which countries are members of the club?", {"club": text}, reader=reader)
    assert quotes(answer)[0] == "Georgia joined the club in 1950. The other two members are Turkey and Iran."


def test_a_long_list_says_how_much_it_leaves_out(ask):
    """Twelve items are quoted, and the others are counted."""
    colours = ["red", "blue", "green", "white", "black", "brown", "grey", "pink", "gold", "amber", "ivory", "coral"]
    colours += ["azure", "silver"]
    names = [f"Town{letter}" for letter in "abcdefghijklmn"]
    text = " ".join(
        f"{name} makes {colour} silk on the {number} looms of its {colour} mill."
        for number, (name, colour) in enumerate(zip(names, colours, strict=True), 11)
    )
    reader = ScriptedReader(**dict.fromkeys(names, 5.0))
    answer = ask("Which towns make silk?", {"silk": text}, reader=reader)
    assert (len(answer.citations), answer.more_matches) == (12, 2)
    assert answer.more_note() == "2 more sentences match."
    more = ask("tell me more", {"silk": text}, reader=reader, history=("Which towns make silk?",))
    assert (more.form, len(more.citations), more.more_matches) == (Form.LIST, 2, 0)
    assert not {*quotes(more)} & {*quotes(answer)}


STRIKE = (
    "The dockers began a strike in Lenkoran on 9 March 1920.\n\n"
    "By June 1920 the Lenkoran strike had spread to the railway. On 4 July the Lenkoran strike ended.\n\n"
    "A Lenkoran strike of 1907 was forgotten by then. The sea was calm."
)


def test_a_timeline_is_in_the_order_of_its_days(ask):
    """With each date as far as it is known, and whether the sentence states all of it."""
    answer = ask("Give me a timeline of the Lenkoran strike", {"strike": STRIKE})
    assert (answer.form, answer.short_answer) == (Form.TIMELINE, None)
    assert [(entry.date, entry.precision.value, entry.inferred) for entry in answer.timeline] == [
        ("1907", "year", False),
        ("1920-03-09", "day", False),
        ("1920-06", "month", False),
        ("1920-07-04", "day", True),
    ]
    assert [entry.citation for entry in answer.timeline] == [cited.number for cited in answer.citations]


def test_a_year_has_a_timeline(ask):
    """What happened in it, whatever it is about, and nothing of other years."""
    answer = ask("What happened in 1920?", {"strike": STRIKE, "others": OTHERS}, weights=UNSURE)
    assert [entry.date for entry in answer.timeline] == ["1920-03-09", "1920-06", "1920-07-04"]
    assert answer.confidence == HAPPENED


PLANS = "The mayor of Ganja will visit Salyan on 2 May 1920. The fair is due in July 1920."


def test_what_was_only_planned_for_a_year_has_not_happened_in_it(ask):
    """Its days are left out."""
    answer = ask("What happened in 1920?", {"strike": STRIKE, "plans": PLANS}, weights=UNSURE)
    assert [entry.date for entry in answer.timeline] == ["1920-03-09", "1920-06", "1920-07-04"]


def test_plans_have_a_timeline_where_they_are_asked_for(ask):
    """The question says so by a word for them."""
    answer = ask("Timeline of what was planned in 1920", {"plans": PLANS}, weights=UNSURE)
    assert [entry.date for entry in answer.timeline] == ["1920-05-02", "1920-07"]


def test_a_timeline_of_something_else_is_declined(ask):
    """A subject that the texts don't name has no days."""
    answer = ask("timeline of the French Revolution", {"strike": STRIKE}, weights=UNSURE)
    assert (answer.form, answer.answered, answer.timeline) == (Form.EXTRACT, False, ())


TEA = (
    "Tea of Lenkoran\n\nTea came to Lenkoran in 1912 with the first gardeners. Nobody had asked for it then.\n\n"
    "By Rashid Amirov\n\nThis was long ago, as everybody knows. The gardens cover 900 hectares around the town.\n\n"
    "It is a fine drink that many people like. The tea is sold in Ganja and Baku every autumn.\n\nTHE END OF THE STORY."
)


def test_a_summary_has_a_sentence_of_each_paragraph(ask):
    """Whole sentences that can stand alone, in their order: no heading, no byline, nothing that dangles."""
    answer = ask("Summarise the article on tea", {"tea-garden": TEA, "others": OTHERS})
    assert (answer.form, answer.short_answer) == (Form.SUMMARY, None)
    assert quotes(answer) == [
        "Tea came to Lenkoran in 1912 with the first gardeners.",
        "The gardens cover 900 hectares around the town.",
        "The tea is sold in Ganja and Baku every autumn.",
    ]
    assert {cited.article_id for cited in answer.citations} == {"tea-garden"}


def test_more_of_a_summary_is_what_the_article_says_beside_it(ask):
    """The next sentences that can stand alone, and then what else there is, but nothing twice."""
    text = TEA.replace("Nobody had asked for it then.", "Nobody in the town had asked for any tea by then.")
    texts, asked = {"tea-garden": text, "others": OTHERS}, "Summarise the article on tea"
    more = ask("tell me more", texts, history=(asked,))
    assert (more.form, more.answered, more.interpreted_question) == (Form.SUMMARY, True, asked)
    assert quotes(more) == ["Nobody in the town had asked for any tea by then."]
    last = ask("what else?", texts, history=(asked, "tell me more"))
    assert not {*quotes(last)} & {*quotes(more), *quotes(ask(asked, texts))}


@pytest.mark.parametrize(
    "question", ["Give me a timeline of the Lenkoran strike", QUESTION, "Was there a strike in 1920?"]
)
def test_more_never_repeats_what_was_shown(ask, question):
    """Whatever the form of the answer was."""
    texts = {"strike": STRIKE, "visits": VISITS, "others": OTHERS}
    seen: list[str] = []
    for times in range(4):
        answer = ask("more" if times else question, texts, history=(question, *["more"] * (times - 1)) if times else ())
        assert not {*quotes(answer)} & {*seen}
        seen += quotes(answer)
    assert seen


def test_a_summary_is_of_the_article_that_is_named(ask):
    """Though another one holds the word more often; "this article" is that of the question before."""
    silk = "The tea towns sell tea. " + "Tea is drunk with tea cakes in the tea house of the tea town Lahij. " * 3
    texts = {"tea-garden": TEA, "silk": silk}
    assert ask("Summarise the garden article", texts).citations[0].article_id == "tea-garden"


def test_this_article_is_that_of_the_question_before(ask):
    """The words of the question before find it."""
    answer = ask(
        "Summarise this article", {"tea-garden": TEA, "others": OTHERS}, history=("When did tea come to Lenkoran?",)
    )
    assert (answer.form, answer.citations[0].article_id) == (Form.SUMMARY, "tea-garden")


def test_an_article_that_is_not_there_has_no_summary(ask):
    """Nor has a text that is too short for one."""
    answer = ask("Summarise the article on zeppelins", {"tea-garden": TEA, "others": OTHERS}, weights=UNSURE)
    assert (answer.form, answer.answered) == (Form.EXTRACT, False)
