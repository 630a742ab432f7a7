"""Replies about what is held, and declines, on the page, in the list of articles and in Markdown."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from index.types import Filters
from rag.answer import AnswerLink
from rag.assistant import Assistant
from rag.question.form import Form
from tests.unit.rag.conftest import SURE, UNSURE
from tests.unit.web.conftest import parse
from web.links import answer_link_href
from web.markdown import render_markdown

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SITE = "http://here"


def page_of(client, path, **parameters):
    response = client.get(path, params=parameters or None, headers=BROWSER)
    assert response.status_code == 200
    return parse(response.text)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (AnswerLink("A", article_id="a/b c"), "/articles/a%2Fb%20c"),
        (AnswerLink("All"), "/articles"),
        (AnswerLink("All", filters=Filters(source="A & B")), "/articles?source=A+%26+B"),
        (
            AnswerLink("Some", filters=Filters("2024-01-01"), mentions="a b"),
            "/articles?published_from=2024-01-01&mentions=a+b",
        ),
        (AnswerLink("Ask", question="Who?", filters=Filters(language="en")), "/?q=Who%3F&language=en"),
    ],
)
def test_a_link_of_an_answer_has_an_address_of_this_site(link, address):
    """An article, a list with its filters and phrase, or a question with its filters."""
    assert answer_link_href(link) == address


def test_a_greeting_is_shown_as_a_reply_with_questions_to_ask(live_index, serve):
    """Without confidence, quotes and cards; each question is a link that asks it."""
    client = serve(Assistant(live_index, weights=SURE))
    turn = page_of(client, "/", q="hello").one("section", class_="turn")
    assert turn.one("p", class_="reply-text").text.startswith("Hello. 3 articles from 2 sources are held here")
    assert "Confidence" not in turn.one("ul", class_="facts").text
    assert turn.all("q") == turn.all("li", class_="card") == []
    questions = turn.one("div", class_="suggested").all("a")
    assert questions
    for question in questions:
        assert parse_qs(urlsplit(question.attributes["href"]).query) == {"q": [question.text]}


def test_a_count_is_shown_with_links_and_said_to_be_counted(client):
    """The articles open from it, and it is not passed off as a quote."""
    turn = page_of(client, "/", q="Which articles mention the Kura?").one("section", class_="turn")
    assert turn.one("p", class_="reply-text").text == "1 article mentions “Kura”:"
    (link,) = turn.one("ul", class_="held").all("a")
    assert (link.text, link.attributes["href"]) == ("A bridge over the Kura", "/articles/bridge")
    assert "data-open" in link.attributes
    assert page_of(client, link.attributes["href"]).one("h1").text == "A bridge over the Kura"
    assert "Counted in the index, not quoted." in turn.one("ul", class_="facts").text


def test_a_decline_shows_what_is_near_it_and_how_to_ask_again(live_index, serve):
    """The note, a list of the articles on the subject, and the question without the filter in the way."""
    client = serve(Assistant(live_index, weights=UNSURE))
    question = "When did Vienna trade with Lenkoran?"
    turn = page_of(client, "/", q=question).one("section", class_="declined")
    assert turn.one("p", class_="near").text == "No article mentions “Vienna”; 1 article mentions “Lenkoran”."
    listed = turn.one("ul", class_="held").one("a").attributes["href"]
    assert [line.text for line in page_of(client, listed).one("ol", class_="listing").all("a")] == [
        "The new harbour of Lenkoran"
    ]
    filtered = page_of(client, "/", q=question, source="River Post").one("section", class_="declined")
    again = filtered.one("ul", class_="held").one("a")
    assert again.text == "Ask without the source filter"
    assert parse_qs(urlsplit(again.attributes["href"]).query) == {"q": [question]}
    assert "data-ask" in again.attributes


def test_the_list_of_articles_can_be_of_those_that_hold_a_phrase(client):
    """The page says so; words that do not stand together are not found."""
    page = page_of(client, "/articles", mentions="HARBOUR of lenkoran")
    assert "mentioning “HARBOUR of lenkoran”" in page.one("p", class_="standfirst").text
    assert [line.text for line in page.one("ol", class_="listing").all("a")] == ["The new harbour of Lenkoran"]
    assert page_of(client, "/articles", mentions="lenkoran harbour").all("ol", class_="listing") == []
    assert page_of(client, "/articles", mentions="Lenkoran", source="River Post").all("ol", class_="listing") == []


def test_a_phrase_in_an_address_is_escaped(client):
    """It is text on the page, and stays in the address of the next one."""
    page = page_of(client, "/articles", mentions="<script>a</script>")
    assert "mentioning “<script>a</script>”" in page.one("p", class_="standfirst").text


def test_a_reply_in_markdown_has_its_links_and_questions(assistant):
    """Each article with its source and day; it says that it was counted, and cites nothing."""
    rendered = render_markdown(assistant.ask("Which articles mention the Kura?"), SITE)
    assert rendered.text == (
        "1 article mentions “Kura”:\n\n- [A bridge over the Kura](http://here/articles/bridge), River Post, 2023-01-15"
        "\n\nCounted in the index, not quoted."
    )
    assert rendered.quotes == []
    greeting = replace(assistant.ask("hello"), suggestions=("Who *was* it?",))
    assert render_markdown(greeting, SITE).text.endswith("\n\nQuestions to ask:\n\n- Who \\*was\\* it?")


def test_a_decline_in_markdown_has_its_note_and_links(live_index):
    """Before the nearest passages."""
    answer = Assistant(live_index, weights=UNSURE).ask("Who painted Lenkoran?")
    assert render_markdown(answer, SITE).answer == (
        "The documents do not hold an answer to this. 1 article mentions “Lenkoran”, but no sentence found there"
        " answers the question.\n\n- [1 article that mentions “Lenkoran”](http://here/articles?mentions=Lenkoran)\n\nThe"
        " nearest passages:\n"
    )


def test_replies_come_over_every_interface(client):
    """JSON and event streams have the same fields; the form says that nothing is quoted."""
    answer = client.post("/api/ask", json={"question": "How many articles mention Lenkoran?"}).json()
    assert (answer["form"], answer["answered"], answer["citations"]) == (Form.CORPUS, True, [])
    assert answer["links"][0]["mentions"] == "Lenkoran"
    headers = {"accept": "text/event-stream"}
    stream = client.post("/api/ask", json={"question": "thank you"}, headers=headers).text
    names = [line.removeprefix("event: ") for line in stream.splitlines() if line.startswith("event: ")]
    assert names == ["stage", "passages", "stage", "stage", "answer", "done"]
    model = client.get("/v1/models").json()["data"][0]["id"]
    messages = [{"role": "user", "content": "how many articles are there?"}]
    completion = client.post("/v1/chat/completions", json={"model": model, "messages": messages})
    assert completion.json()["choices"][0]["message"]["content"].startswith("3 articles are held, published from")
