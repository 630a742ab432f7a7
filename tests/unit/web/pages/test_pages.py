"""The pages, parsed as a browser parses them."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import GenerationMissingError
from rag.assistant import Assistant
from tests.unit.rag.conftest import SENSIBLE, SURE, UNSURE
from tests.unit.web.conftest import parse
from web.links import article_href
from web.pages.article import marked_paragraphs

QUESTION = "When was the harbour of Lenkoran opened?"
QUOTE = "The harbour of Lenkoran was opened on 12 March 2021."
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"
OVERRIDE = "\u202egnp.exe\u202c"


def page_of(client, path, status=200, **parameters):
    response = client.get(path, params=parameters or None, headers=BROWSER)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return parse(response.text)


def marks(page):
    return [mark.text for mark in page.all("mark")]


def test_the_chat_page_without_a_question_has_a_form_and_the_size_of_the_corpus(client):
    """The page has a form that asks by GET, the number of articles, and no turn."""
    page = page_of(client, "/")
    form = page.one("form", class_="ask")
    assert (form.attributes["method"], form.attributes["action"]) == ("get", "/")
    assert form.one("input", id="q").attributes["name"] == "q"
    assert form.one("input", id="q").attributes["value"] == ""
    assert "3 articles" in page.one("section", class_="about").text
    assert page.all("section", class_="turn") == page.all("input", name="h") == []
    assert page.one(role="alert").text == ""


def test_an_answered_question_shows_each_quote_with_its_mark(client, assistant):
    """The quotes are in reading order, and only the best one is strong."""
    answer = assistant.ask(QUESTION)
    page = page_of(client, "/", q=QUESTION)
    turn = page.one("section", class_="answered")
    assert turn.one("h2").text == QUESTION
    quotes = [quote.text for quote in turn.one("p", class_="finding").all("q")]
    assert [f"{text} {link.text}" for text, link in zip(quotes, turn.all("a", class_="cite"), strict=True)] == [
        f"{citation.quote} [{citation.number}]"
        for citation in sorted(answer.citations, key=lambda c: answer.answer.index(c.quote))
    ]
    assert turn.one("strong").text == QUOTE
    assert f"Confidence {round(answer.confidence * 100)}" in turn.one("ul", class_="facts").text


def test_a_mark_opens_the_article_at_exactly_the_quoted_words(client):
    """A citation opens a page that marks exactly the quote, and #cited scrolls to it."""
    page = page_of(client, "/", q=QUESTION)
    quotes = [quote.text for quote in page.one("p", class_="finding").all("q")]
    for quote, link in zip(quotes, page.all("a", class_="cite"), strict=True):
        address = urlsplit(link.attributes["href"])
        assert (address.fragment, set(parse_qs(address.query))) == ("cited", {"start", "end", "version"})
        article = page_of(client, link.attributes["href"])
        assert marks(article) == [quote]
        assert article.one(id="cited").tag == "mark"


def test_an_article_edited_after_it_was_cited_has_no_mark(client_of):
    """A link to another version of the article marks nothing, and the page says why."""
    client = client_of({"id": "tea", "text": "Correction added. Tea is hot."})
    current = client.get("/api/articles/tea").json()["version"]
    span = {"start": 0, "end": 10}
    fresh = page_of(client, "/articles/tea", **span, version=current)
    stale = page_of(client, "/articles/tea", **span, version="0" * 12)
    assert (marks(fresh), fresh.all("p", class_="caution")) == (["Correction"], [])
    assert (marks(stale), "edited" in stale.one("p", class_="caution").text) == ([], True)


def test_a_follow_up_is_interpreted_with_the_question_before(client):
    """The form sends the question before, and the page shows how it interpreted the follow-up."""
    first = page_of(client, "/", q=QUESTION)
    history = first.one("input", name="h").attributes["value"]
    second = page_of(client, "/", q="What did it cost?", h=history)
    interpreted = second.one("p", class_="interpreted")
    assert interpreted.one("span").text == "What did it cost? (harbour, Lenkoran opened)"
    assert [field.attributes["value"] for field in second.all("input", name="h")] == [QUESTION, "What did it cost?"]


def test_a_follow_up_can_be_asked_as_it_was_typed(client):
    """One link asks the same question without its history; the permanent link keeps the history."""
    filters = {"published_from": "2020-01-01", "source": "Coast Daily"}
    page = page_of(client, "/", q="What did it cost?", h=QUESTION, **filters)
    typed = page.one("a", class_="as-typed").attributes["href"]
    assert parse_qs(urlsplit(typed).query) == {
        "q": ["What did it cost?"],
        **{name: [value] for name, value in filters.items()},
    }
    assert page_of(client, typed).all("p", class_="interpreted") == []
    permanent = parse_qs(urlsplit(page.one("a", class_="permanent").attributes["href"]).query)
    assert permanent["h"] == [QUESTION]


def test_a_mistyped_question_can_be_asked_as_it_was_typed(client):
    """One link asks it with the mistyped words in quotation marks, which are searched as they are."""
    page = page_of(client, "/", q="When was the harbuor opened?")
    assert page.one("p", class_="interpreted").one("span").text == "When was the harbour opened?"
    typed = page.one("a", class_="as-typed").attributes["href"]
    assert parse_qs(urlsplit(typed).query)["q"] == ['When was the "harbuor" opened?']
    assert page_of(client, typed).all("p", class_="interpreted") == []


def test_the_form_sends_the_last_eight_questions(client):
    """A long conversation has only its newest questions in the form."""
    earlier = [f"Question {number}?" for number in range(20)]
    page = page_of(client, "/", q="What did it cost?", h=earlier)
    history = [field.attributes["value"] for field in page.all("input", name="h")]
    assert history == [*earlier[-7:], "What did it cost?"]


def test_each_citation_has_its_card(client):
    """A card has number, title, source, day, age, quote, and a link to the original without a referrer."""
    card = page_of(client, "/", q=QUESTION).all("li", class_="card")[0]
    assert card.one("h4").text.split() == ["[1]", "The", "new", "harbour", "of", "Lenkoran"]
    source, day, age = (item.text for item in card.one("ul", class_="origin").all("li"))
    assert (source, day) == ("Coast Daily", "5 March 2024")
    assert re.fullmatch(r"\d+ (months|years) old", age)
    assert card.one("blockquote").text == QUOTE
    original = card.one("a", class_="original")
    assert original.attributes["href"].startswith("https://example.org/harbour#:~:text=The%20harbour%20of%20Lenkoran")
    assert {"noopener", "noreferrer"} <= set(original.attributes["rel"].split())


def test_an_undated_article_says_when_it_was_first_seen(client):
    """Its card and its page show that day; the page of a dated article does not."""
    cards = page_of(client, "/", q="Kites fly over Lahore in spring?").all("li", class_="card")
    origin = [item.text for item in cards[0].one("ul", class_="origin").all("li")]
    assert re.fullmatch(r"undated, first seen \d+ \w+ \d{4}", origin[-1])
    page = page_of(client, "/articles/notes-kites").one("article").one("ul", class_="origin")
    assert page.all("li")[-1].text.strip() == origin[-1]
    assert "first seen" not in page_of(client, "/articles/harbour").text


def test_a_question_in_a_language_that_is_not_read_is_told_so(client):
    """Instead of that the documents hold nothing; the nearest passages are shown all the same."""
    turn = page_of(client, "/", q="Wer hat das Xylophon in Wien erfunden?").one("section", class_="declined")
    finding = turn.one("p", class_="finding").text
    assert finding.startswith(
        "The question seems to be in a language that this program does not read. It reads English, "
    )
    assert "do not hold an answer" not in turn.text
    assert turn.all("li", class_="card")
    assert turn.all("li", class_="language-note") == []


def test_an_answer_in_another_language_than_the_question_says_so(client):
    """As a fact about it, also where its permanent link is opened; an answer in the same language has none."""
    page = page_of(client, "/", q="Lenkoran harbour opened 12 March 2021 ne zaman?", source="Coast Daily")
    turn = page.one("section", class_="answered")
    note = turn.one("ul", class_="facts").one("li", class_="language-note")
    assert note.text == "Quoted from English; the question is in Turkish."
    again = page_of(client, turn.one("a", class_="permanent").attributes["href"])
    assert again.one("li", class_="language-note").text == note.text
    assert page_of(client, "/", q=QUESTION).all("li", class_="language-note") == []


def test_a_declined_question_shows_the_nearest_passages(client, assistant):
    """A declined turn has no quotes, and shows the nearest passages with links into their articles."""
    question = "Who invented the xylophone in Vienna?"
    turn = page_of(client, "/", q=question).one("section", class_="declined")
    assert "do not hold an answer" in turn.one("p", class_="finding").text
    assert turn.all("q") == turn.all("a", class_="cite") == []
    passages = assistant.ask(question).passages[:3]
    assert [card.one("blockquote").text for card in turn.all("li", class_="card")] == [p.text for p in passages]
    link = turn.all("li", class_="card")[0].all("a")[0]
    assert "".join(marks(page_of(client, link.attributes["href"]))) == passages[0].text.replace("\n", "")


def test_where_nothing_more_is_found_the_turn_says_just_that(client):
    """Without a confidence, which would be that of the quotes before."""
    turn = page_of(client, "/", q="Tell me more.", h=[QUESTION, *["more"] * 8]).one("section", class_="declined")
    assert turn.one("p", class_="finding").text.strip() == "Nothing more was found on this."
    assert turn.all("p", class_="near") == []
    assert "Confidence" not in turn.one("ul", class_="facts").text


def test_a_question_has_a_permanent_link_to_itself(client):
    """The link asks the same question again, whatever its characters."""
    question = "Was it 100% & more? #1 +2 قلم"
    link = page_of(client, "/", q=question).one("a", class_="permanent").attributes["href"]
    assert page_of(client, link).one("section", class_="turn").one("h2").text == question


@pytest.mark.parametrize("question", ["", "  ", "?!", "x" * 10_000])
def test_a_refused_question_stays_in_the_field(client, question):
    """A refused question gets status 422 and an alert, and stays in the field."""
    page = page_of(client, "/", 422, q=question)
    assert page.one(role="alert").text
    field = page.one("input", id="q")
    assert (field.attributes["value"], field.attributes["aria-invalid"]) == (question, "true")
    assert page.all("section", class_="turn") == []


@pytest.mark.parametrize("question", [EVIL, "</h2></main>", "{{ 7 * 7 }}", "who %s %d {0}?", '" autofocus onfocus="x'])
def test_a_question_never_becomes_markup(client, question):
    """The page shows the question as typed, without an added element or attribute."""
    page = page_of(client, "/", q=question)
    assert page.one("section", class_="turn").one("h2").text == question
    assert page.all("img") == []
    assert [script.attributes for script in page.all("script")] == [{"type": "module", "src": "/static/chat.js"}]
    assert not [element for element in page.all() if any(name.startswith("on") for name in element.attributes)]


def test_a_refused_question_keeps_its_history(client):
    """The form still sends the earlier questions."""
    page = page_of(client, "/", 422, q="???", h=[QUESTION, "What did it cost?"])
    assert [field.attributes["value"] for field in page.all("input", name="h")] == [QUESTION, "What did it cost?"]


def test_a_refused_question_never_becomes_markup(client):
    """The value of the field is the question as typed."""
    page = page_of(client, "/", 422, q=EVIL * 50)
    assert page.one("input", id="q").attributes["value"] == EVIL * 50
    assert page.all("img") == []


@pytest.mark.parametrize("weights", [SURE, UNSURE], ids=["answered", "declined"])
def test_nothing_of_the_corpus_becomes_markup(client_of, weights):
    """Text, title, source and author are shown as they are, answered or declined."""
    text = f"The harbour {EVIL} was opened."
    record = {"id": "evil", "title": f"Title {EVIL}", "source": f"Source {EVIL}", "author": EVIL, "text": text}
    client = client_of({**record, "language": 'en" onclick="x'}, weights=weights)
    for page in (page_of(client, "/", q="harbour opened?"), page_of(client, "/articles/evil")):
        assert page.all("img") == []
        assert len(page.all("script")) <= 1
        assert not [element for element in page.all() if any(name.startswith("on") for name in element.attributes)]
        assert f"Title {EVIL}" in page.one("main").text
        assert text in page.one("main").text
    assert page.one("title").text.startswith("Title <script>")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//x", "http://[", "ftp://x", "\x01java"]
)
def test_only_an_address_of_the_web_becomes_a_link(client_of, url):
    """An article whose address has another scheme has no link to its original."""
    client = client_of({"id": "a", "url": url, "text": "The harbour was opened."}, weights=SURE)
    for path in ("/?q=harbour", "/articles/a"):
        links = [link.attributes["href"] for link in page_of(client, path).all("a")]
        assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)


def test_bidi_characters_of_the_corpus_stay_inside_their_elements(client_of):
    """A name that overrides its direction has an element of its own, so it reverses no other text."""
    record = {"id": "a", "title": OVERRIDE, "source": OVERRIDE, "text": f"The harbour {OVERRIDE} was opened."}
    page = page_of(client_of(record, weights=SURE), "/", q="harbour opened?")
    assert page.one("ul", class_="origin").all("bdi")[0].text == OVERRIDE
    assert OVERRIDE in [span.text for span in page.one("h4").all("span")]


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ur", "rtl"), ("ar", "rtl"), ("fa-IR", "rtl"), ("UR", "rtl"), ("en", "ltr"), ("az", "ltr"), (None, "ltr")],
)
def test_text_runs_in_the_direction_of_its_language(client_of, language, direction):
    """The article and its card have the direction of the language, and its tag if there is one."""
    client = client_of({"id": "a", "language": language, "text": "حیدر علییف harbour"}, weights=SURE)
    article = page_of(client, "/articles/a").one("article")
    card = page_of(client, "/", q="harbour").one("li", class_="card")
    assert (article.attributes["dir"], article.attributes.get("lang")) == (direction, language)
    assert card.attributes["dir"] == direction
    assert card.one("blockquote").attributes.get("lang") == language


@pytest.mark.parametrize("published", ["2024-03-05", "2024-03-05T23:30:00", "2024-03-05T23:30:00+05:00", "20240305"])
def test_a_day_is_shown_as_people_write_it(client_of, published):
    """A date, or a time in any zone, is shown as its own day."""
    page = page_of(client_of({"id": "a", "published": published, "text": "Kites."}), "/articles/a")
    assert page.one("ul", class_="origin").all("li")[0].text == "5 March 2024"


def test_an_article_s_page_shows_its_particulars(client):
    """The page has title, source, day, age and original, and marks nothing."""
    page = page_of(client, "/articles/harbour")
    assert page.one("h1").text == "The new harbour of Lenkoran"
    origin = [item.text.strip() for item in page.one("ul", class_="origin").all("li")]
    assert (origin[:2], origin[3:]) == (["Coast Daily", "5 March 2024"], ["Original"])
    assert re.fullmatch(r"\d+ (months|years) old", origin[2])
    assert marks(page) == page.all(id="cited") == page.all("a", href="#cited") == []


LINES = "One line.\n\nTwo lines: قلم 😀 é.\n  Three & <b>four</b>.\n"


@pytest.fixture
def lines(client_of):
    return client_of({"id": "lines", "text": LINES})


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 3), (0, len(LINES)), (4, 30), (len(LINES) - 6, len(LINES)), (11, 20), (22, 27), (35, 45), (8, 9), (2, 900)],
)
def test_the_marked_words_are_exactly_those_of_the_span(lines, start, end):
    """The marks join to the text of the span without line ends, and only the first has the id."""
    page = page_of(lines, "/articles/lines", start=start, end=end)
    assert "".join(marks(page)) == LINES[start:end].replace("\n", "")
    assert [mark.attributes.get("id") for mark in page.all("mark")] == ["cited"] + [None] * (len(marks(page)) - 1)
    assert page.one("a", href="#cited")


@pytest.mark.parametrize(
    "offsets",
    [
        {"start": 9, "end": 3},
        {"start": 5, "end": 5},
        {"start": 900, "end": 950},
        {"start": 3},
        {"end": 3},
        {"start": 10**30, "end": 10**31},
    ],
)
def test_offsets_that_span_nothing_leave_the_article_unmarked(lines, offsets):
    """Offsets that are reversed, empty, beyond the end or incomplete still show the article."""
    page = page_of(lines, "/articles/lines", **offsets)
    assert marks(page) == []
    assert "One line." in page.one("article").text


@pytest.mark.parametrize(
    "offsets", [{"start": -1, "end": 3}, {"start": "x", "end": 3}, {"start": "9" * 5000, "end": 1}]
)
def test_offsets_that_are_no_offsets_are_refused_as_a_page(lines, offsets):
    """Negative offsets and offsets that are not numbers give an error page that names the field."""
    page = page_of(lines, "/articles/lines", 422, **offsets)
    assert "start" in page.one("p", class_="what").text


@given(st.text("ab \n<é😀", max_size=60), st.integers(0, 70), st.integers(0, 70))
def test_any_span_of_any_text_is_marked_exactly(text, start, end):
    """The segments join to the whole text and the marked ones to the span, both without line ends."""
    paragraphs = marked_paragraphs(text, start, min(end, len(text)))
    marked = [segment for paragraph in paragraphs for segment in paragraph if segment.marked]
    assert "".join(segment.text for segment in marked) == text[start:end].replace("\n", "")
    assert [segment.first_mark for segment in marked] == [True, *[False] * (len(marked) - 1)][: len(marked)]
    shown = "".join(segment.text for paragraph in paragraphs for segment in paragraph)
    assert "".join(shown.split()) == "".join(text.split())


IDS = ["a/b", "two words", "100%", "قلم", "../x", "what?", "a#b", "a&b", "a+b", '"', "<b>"]


def test_a_citation_s_address_survives_any_id(client_of):
    """The address opens the article at the cited words, whatever characters its id has."""
    client = client_of(*({"id": name, "title": name, "text": f"The harbour {name}."} for name in IDS), weights=SURE)
    assistant = client.app.state.assistant
    passage = assistant.search("harbour")[0]
    for name in IDS:
        version = assistant.article(name).version()
        cited = replace(passage, article_id=name, version=version, start=4, end=11)
        address = urljoin("http://testserver/", article_href(cited)).removeprefix("http://testserver")
        page = page_of(client, address)
        assert page.one("h1").text == name
        assert marks(page) == ["harbour"]


def test_an_unknown_path_is_a_page_for_a_browser(client):
    """The page has the status 404 and a link to the start page."""
    page = page_of(client, "/nothing", 404)
    assert "404" in page.one("p", class_="code").text
    assert page.one("main").one("a").attributes["href"] == "/"


def test_an_unknown_article_is_a_page_that_names_it_and_no_markup(client):
    """The page has the status 404 and shows the id as it is."""
    page = page_of(client, "/articles/%3Cscript%3Ex", 404)
    assert "<script>x" in page.one("p", class_="what").text
    assert page.all("script") == []


def test_a_wrong_method_is_a_page_for_a_browser(client):
    """The page has the status 405."""
    response = client.post("/", headers=BROWSER)
    assert response.status_code == 405
    assert parse(response.text).one("h1").text == "Method Not Allowed"


def test_a_missing_index_is_a_page_that_says_what_to_run(assistant, serve):
    """The page has the status 503, the reason and the command to run."""

    class MissingIndex:
        def current(self):
            raise GenerationMissingError("There is no index yet.", "Run: rag index")

    client = serve(assistant)
    client.app.state.assistant = Assistant(MissingIndex(), weights=SENSIBLE)
    page = page_of(client, "/", 503)
    assert page.one("p", class_="what").text == "There is no index yet."
    assert page.one("p", class_="remedy").text == "Run: rag index"


def test_a_defect_is_a_page_that_tells_nothing(assistant, serve):
    """The page has the status 500 and nothing of the exception."""
    client = serve(assistant)
    client.app.state.assistant = None
    page = page_of(client, "/", 500)
    assert "NoneType" not in page.text


def test_docs_lists_every_route_of_the_description(client):
    """Each method and path of /openapi.json has a section with a summary."""
    paths = client.get("/openapi.json").json()["paths"]
    page = page_of(client, "/docs")
    sections = {section.one("h2").text.strip(): section for section in page.all("section", class_="route")}
    assert set(sections) == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert all(section.one("p", class_="summary").text for section in sections.values())


def test_docs_lists_every_field_of_a_request(client):
    """The table of POST /api/ask has every field, and marks the required ones."""
    page = page_of(client, "/docs")
    (section,) = [s for s in page.all("section", class_="route") if "/api/ask" in s.one("h2").text]
    body = next(table for table in section.all("table") if table.one("caption").text == "Body")
    rows = {row.one("th").one("code").text: row for row in body.one("tbody").all("tr")}
    schema = client.get("/openapi.json").json()["components"]["schemas"]["AskRequest"]
    assert set(rows) == set(schema["properties"])
    assert [name for name, row in rows.items() if row.all(class_="required")] == ["question"]
    assert all(row.one("td").text for row in rows.values())


def test_the_docs_example_works(client):
    """The route accepts the body of its example command."""
    page = page_of(client, "/docs")
    (section,) = [s for s in page.all("section", class_="route") if "/api/search" in s.one("h2").text]
    command = section.all("pre")[0].text
    data = command.split("-d '")[1].rstrip("'\n")
    response = client.post("/api/search", content=data, headers={"content-type": "application/json"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/?q=harbour", "/?q=", "/articles/harbour", "/articles", "/corpus", "/docs", "/nothing"]
)
def test_every_page_has_one_heading_one_main_and_a_language(client, path):
    """Each page has one h1, main and title, distinct ids, and no broken local link."""
    page = parse(client.get(path, headers=BROWSER).text)
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert page.one("html").attributes["lang"] == "en"
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    links = {link.attributes["href"] for link in page.all("a") + page.all("link")}
    for link in links:
        if link.startswith("/"):
            assert client.get(link, headers=BROWSER).status_code == 200
        elif link.startswith("#"):
            assert link[1:] in ids


def test_the_site_s_name_is_a_setting(assistant, serve):
    """The name heads every page, as text."""
    client = serve(assistant, site_name="Tea & <Co>")
    assert page_of(client, "/").one("a", class_="nameplate").text == "Tea & <Co>"
    assert page_of(client, "/nothing", 404).one("a", class_="nameplate").text == "Tea & <Co>"


def test_an_answer_from_the_cache_says_so(assistant, serve):
    """Its own time would be 0 ms, which is not how long the answer took to make."""
    anew = facts_of(page_of(serve(assistant), "/", q=QUESTION))
    caching = serve(replace(assistant, cached=5))
    _, cached = (facts_of(page_of(caching, "/", q=QUESTION)) for _ in range(2))
    assert anew[1].endswith("\N{NO-BREAK SPACE}ms")
    assert cached == [anew[0], "From cache", *anew[2:]]


def facts_of(page):
    """The facts below an answer."""
    return [fact.text.strip() for fact in page.one("ul", class_="facts").all("li")]
