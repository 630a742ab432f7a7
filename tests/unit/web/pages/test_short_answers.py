"""Short answers, on the chat page and printed by `rag ask`."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import rag.assembly
import rag.cli
from rag.answer import Citation, ShortAnswer
from rag.compose.extract import DIFFERENT
from tests.unit.rag.conftest import SURE, ScriptedReader
from tests.unit.web.conftest import BRIDGES, DIFFERING, HARBOUR, HOW_LONG, READER, parse
from web.pages.turns import answer_sentence

QUESTION = "When was the harbour of Lenkoran opened?"
QUOTE = "The harbour of Lenkoran was opened on 12 March 2021, at last."
WORDS = 'b onclick=alert(1)>12</b> & "March'
EVIL = f'<{WORDS}"'


def turn_of(client, question):
    """The turn that the chat page shows for a question."""
    response = client.get("/", params={"q": question}, headers={"accept": "text/html"})
    assert response.status_code == 200
    return parse(response.text).one("section", class_="turn")


def marks(client, address):
    """The marked words of the page that an address opens."""
    return [mark.text for mark in parse(client.get(address, headers={"accept": "text/html"}).text).all("mark")]


def test_the_short_answer_stands_before_its_sentence(client_of):
    """The turn has a large short answer, then the whole sentence with the same words marked in it."""
    turn = turn_of(client_of(HARBOUR, reader=READER), QUESTION)
    short, finding = turn.one("p", class_="short"), turn.one("p", class_="finding")
    assert turn.all("p").index(short) < turn.all("p").index(finding)
    assert short.one("q").text == "12 March 2021"
    assert short.one("q").attributes["lang"] == "en"
    strongest = finding.one("strong")
    assert (strongest.text, strongest.one("b").text) == (QUOTE, "12 March 2021")
    assert len(finding.all("b")) == 1
    assert turn.all(class_="differing") == []


def test_the_short_answer_opens_at_its_words(client_of):
    """The link marks exactly the short answer, and nothing in another version of the article."""
    client = client_of(HARBOUR, reader=READER)
    link = turn_of(client, QUESTION).one("p", class_="short").one("a").attributes["href"]
    address = urlsplit(link)
    assert (address.fragment, set(parse_qs(address.query))) == ("cited", {"start", "end", "version"})
    assert marks(client, link) == ["12 March 2021"]
    assert marks(client, link.replace("version=", "version=0")) == []


def test_without_a_reader_the_sentence_is_the_answer(client_of):
    """Without a reader there is no short answer, and nothing is marked within the quote."""
    turn = turn_of(client_of(HARBOUR), QUESTION)
    assert turn.all(class_="short") == turn.all("b") == turn.all(class_="differing") == []
    assert turn.one("strong").text == QUOTE


def test_a_declined_question_has_no_short_answer(client_of):
    """A declined turn does not show what the reader found in the nearest passages."""
    turn = turn_of(client_of(HARBOUR, reader=READER), "Who invented the xylophone in Vienna?")
    assert "declined" in turn.attributes["class"]
    assert turn.all(class_="short") == turn.all(class_="differing") == turn.all("b") == []


def test_sources_that_differ_are_listed_newest_first(client_of):
    """Each short answer has its title, source and day and opens at its place; none is larger than the others."""
    client = client_of(*BRIDGES, reader=READER, weights=SURE)
    turn = turn_of(client, HOW_LONG)
    assert turn.one("p", class_="differ").text == "The sources differ"
    answers = turn.one("div", class_="differing").one("ol")
    assert [short.text.strip() for short in answers.all("p", class_="short")] == [text for text, _ in DIFFERING]
    assert turn.all("p", class_="short") == answers.all("p", class_="short")
    links = [short.one("a").attributes["href"] for short in answers.all("p", class_="short")]
    assert [marks(client, link) for link in links] == [[text] for text, _ in DIFFERING]
    origins = [[part.text for part in origin.all("li")] for origin in answers.all("ul", class_="origin")]
    assert [origin[-1] for origin in origins] == ["2 June 2025", "15 January 2023", "undated"]
    assert [origin[0] for origin in origins][::2] == ["Survey", "A guide"]
    assert origins[1][1] == "River Post"


def test_sentences_that_differ_stand_in_the_order_of_their_answers(client_of):
    """Each sentence is quoted whole with its citation and its short answer marked; none is stronger than another."""
    client = client_of(*BRIDGES, reader=READER, weights=SURE)
    finding = turn_of(client, HOW_LONG).one("p", class_="finding")
    assert [words.text for words in finding.all("b")] == [text for text, _ in DIFFERING]
    assert [quote.text for quote in finding.all("q")] == [
        f"The bridge over the Kura is {text} long." for text, _ in DIFFERING
    ]
    assert sorted(cite.text for cite in finding.all("a", class_="cite")) == ["[1]", "[2]", "[3]"]
    assert finding.all("strong") == []


def test_words_of_the_corpus_are_never_markup(client_of):
    """Short answer, title and source are shown as they are, in the answer and in the sentence."""
    record = {"id": "evil", "title": EVIL, "source": EVIL, "text": f"The harbour was opened {EVIL}."}
    turn = turn_of(client_of(record, reader=ScriptedReader(**{WORDS: 30.0}), weights=SURE), "harbour opened?")
    assert turn.one("p", class_="short").text == turn.one("p", class_="finding").one("b").text == WORDS
    assert not [part for part in turn.all() if "onclick" in part.attributes]
    assert turn.one("p", class_="short").one("a").attributes["aria-label"] == f"{WORDS}, quoted from {EVIL}"


@pytest.mark.parametrize("words", ["1745 میں", "1745"])
def test_a_short_answer_has_its_own_direction(client_of, words):
    """Its paragraph has dir=auto, and no dir attribute inside hides the words from it."""
    record = {"id": "a", "language": "ur", "text": "آتشگاہ کی عمارت 1745 میں مکمل ہوئی۔"}
    client = client_of(record, reader=ScriptedReader(**{words: 30.0}), weights=SURE)
    short = turn_of(client, "عمارت").one(class_="short")
    assert (short.attributes["dir"], short.one("q").attributes["lang"]) == ("auto", "ur")
    assert [part for part in short.all() if "dir" in part.attributes] == []
    assert short.one("q").text == words


@pytest.fixture
def printed(monkeypatch, client_of):
    """The lines that `rag ask` prints for a question about some articles."""

    def of(question, *records, **options):
        assistant = client_of(*records, **options).app.state.assistant
        monkeypatch.setattr(rag.assembly, "make_assistant", lambda settings: assistant)
        result = CliRunner().invoke(rag.cli.app, ["ask", question])
        assert result.exit_code == 0
        return result.stdout.split("\n")

    return of


def test_ask_prints_the_short_answer_first(printed):
    """The short answer is a line of its own, followed by the quoted sentence and its source."""
    lines = printed(QUESTION, HARBOUR, reader=READER)
    assert lines[:2] == ["12 March 2021", ""]
    assert lines[2].startswith(f"{QUOTE} [1]")
    assert any(line.startswith("[1] The new harbour of Lenkoran, undated, first seen ") for line in lines)


def test_ask_prints_what_differs_line_by_line(printed):
    """Each short answer is followed by its title, source and day, newest first; then come the quoted sentences."""
    lines = printed(HOW_LONG, *BRIDGES, reader=READER, weights=SURE)
    printed_answers = [re.sub(r"\d+ (day|month|year)s? old|(?<=first seen )[\d-]+", "AGE", line) for line in lines[:4]]
    assert printed_answers == [
        "318 metres (Survey, 2025-06-02, AGE)",
        f"310 metres ({BRIDGES[0]['text']}, River Post, 2023-01-15, AGE)",
        "300 metres (A guide, undated, first seen AGE)",
        "",
    ]
    assert lines[4].startswith(DIFFERENT)


def test_ask_without_a_reader_prints_the_sentence_first(printed):
    """Without a short answer, the first line is the quoted sentence."""
    assert printed(QUESTION, HARBOUR)[0].startswith(f"{QUOTE} [1]")


HALF = "Who sang <b>xylophone</b> operas in Vienna?"
TWO = f"When was the harbour of Lenkoran opened? {HALF}"


def test_the_page_names_what_it_does_not_answer_of_two_questions(client_of):
    """The page repeats the unanswered question as text, below the answer to the other, without a short answer."""
    client = client_of(HARBOUR, reader=READER)
    turn = turn_of(client, TWO)
    assert turn.one("p", class_="unanswered").one("q").text == HALF
    assert turn.all(class_="short") == []
    assert turn.one("p", class_="finding").all("q")[0].text == QUOTE
    assert turn_of(client, QUESTION).all(class_="unanswered") == []


def test_ask_names_what_it_does_not_answer_of_two_questions(printed):
    """`rag ask` prints the unanswered question in a line below the quotes."""
    assert f"The documents do not hold an answer to: {HALF}" in printed(TWO, HARBOUR, reader=READER)


@given(st.text(min_size=1, max_size=40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 1000))
def test_a_sentence_is_shown_whole_with_its_short_answer_at_its_offsets(quote, first, second, offset):
    """For any span, the three parts join to the quote, and the middle part is the short answer."""
    start, end = sorted((min(first, len(quote)), min(second, len(quote))))
    citation = Citation(1, "p", "a", "T", None, None, None, None, "v", quote, offset, offset + len(quote))
    short = ShortAnswer(quote[start:end], "a", offset + start, offset + end)
    sentence = answer_sentence(citation, short, strongest=True)
    assert sentence.before + sentence.short_answer + sentence.after == quote
    assert sentence.short_answer == short.text
    bare = answer_sentence(citation, None, strongest=True)
    assert (bare.before + bare.after, bare.short_answer) == (quote, "")
