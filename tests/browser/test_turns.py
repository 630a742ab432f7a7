"""A turn of the conversation as a person meets it: found in stages, its sources shown, and what can be done with it."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import listened
from tests.browser.made import ARABIC, FOLLOW_UP, QUESTION, SENTENCE, URDU, GatedReader
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow


@pytest.fixture
def held(reader: GatedReader) -> Iterator[GatedReader]:
    """The reader, held up until its gate is opened."""
    reader.gate.clear()
    yield reader
    reader.gate.set()


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_stages_are_shown_until_the_answer_stands(page: Page, made: str, held: GatedReader) -> None:
    """While passages are read the page says so and names them; then the turn is there instead."""
    page.goto(made)
    ask(page, QUESTION)
    expect(page.locator(".pending .stages .now")).to_have_text("Reading the nearest passages")
    expect(page.locator(".pending .read li").first).to_have_text("The new harbour of Lenkoran")
    expect(page.locator(".status")).to_have_text("Reading the nearest passages…")
    held.gate.set()
    expect(page.locator(".turn .short")).to_have_text("12 March 2021")
    expect(page.locator(".pending")).to_have_count(0)


def test_a_question_under_way_can_be_cancelled(page: Page, made: str, held: GatedReader) -> None:
    """Nothing of it stays but the typed words."""
    page.goto(made)
    ask(page, QUESTION)
    expect(page.locator(".pending")).to_be_visible()
    page.click(".cancel")
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator(".status")).to_have_text("Cancelled.")
    expect(page.locator("#q")).to_have_value(QUESTION)


def test_an_answer_that_breaks_off_is_said_and_retried(page: Page, made: str) -> None:
    """Events that end without a turn are a failure that can be tried again."""
    page.goto(made)
    head = {"content-type": "text/event-stream"}
    page.route("**/?q=*", lambda route: route.fulfill(headers=head, body='event: reading\ndata: ["x"]\n\n'))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_have_text("The answer broke off. Ask again.")
    expect(page.locator(".pending")).to_have_count(0)
    page.unroute("**/?q=*")
    page.click(".retry")
    expect(page.locator(".short")).to_have_text("12 March 2021")


def test_another_page_than_the_answer_is_said(page: Page, made: str) -> None:
    """Such as one that asks to sign in again."""
    page.goto(made)
    page.route("**/?q=*", lambda route: route.fulfill(content_type="text/html", body="<h1>Sign in</h1>"))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_contain_text("Reload it")


def test_a_mark_reached_out_of_sight_shows_its_quote_too(browser: Browser, made: str, complaints: list[str]) -> None:
    """The window scrolls to the mark, and the quote stays beside it."""
    context = browser.new_context(viewport={"width": 320, "height": 300})
    page = listened(context.new_page(), complaints)
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.locator(".short a").focus()
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("Tab")
    expect(page.locator(".cite").first).to_be_focused()
    expect(page.locator("#peek")).to_be_visible()
    expect(page.locator("#peek")).to_be_in_viewport()
    context.close()
    assert complaints == []


def test_a_failure_of_the_server_is_told_in_its_words(page: Page, made: str) -> None:
    """An error event's sentence and remedy."""
    page.goto(made)
    problem = json.dumps({"detail": "The disk is full.", "remedy": "Make room."})
    body = (
        f'event: stage\ndata: {{"stage": "searching"}}\n\nevent: error\ndata: {problem}\n\nevent: done\ndata: {{}}\n\n'
    )
    page.route("**/?q=*", lambda route: route.fulfill(headers={"content-type": "text/event-stream"}, body=body))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_have_text("The disk is full. Make room.")


def test_a_mark_shows_its_quote_while_it_is_pointed_at(page: Page, made: str) -> None:
    """The quote, title, source and day; it stays while the pointer is on it, and goes when the pointer leaves."""
    page.goto(f"{made}/?q={quote(QUESTION)}")
    mark, peek = page.locator(".cite").first, page.locator("#peek")
    expect(peek).to_be_hidden()
    mark.hover()
    expect(peek).to_be_visible()
    expect(peek.locator("blockquote")).to_have_text(SENTENCE)
    for told in ("The new harbour of Lenkoran", "Coast Daily", "5 March 2024"):
        expect(peek).to_contain_text(told)
    assert mark.get_attribute("aria-describedby") == "peek"
    peek.hover()
    page.wait_for_timeout(300)  # longer than it waits for the pointer to cross
    expect(peek).to_be_visible()
    page.locator("#q").hover()
    expect(peek).to_be_hidden()


def test_a_mark_shows_its_quote_while_it_has_the_focus(page: Page, made: str) -> None:
    """Reached by Tab; Escape takes the quote away, and leaves the focus and an open article as they are."""
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.locator(".short a").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cite").first).to_be_focused()
    expect(page.locator("#peek blockquote")).to_have_text(SENTENCE)
    page.keyboard.press("Escape")
    expect(page.locator("#peek")).to_be_hidden()
    expect(page.locator(".cite").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#peek")).to_be_visible()


def test_a_quote_shown_stays_inside_the_window(browser: Browser, made: str, complaints: list[str]) -> None:
    """On a small window too."""
    context = browser.new_context(viewport={"width": 320, "height": 480})
    page = listened(context.new_page(), complaints)
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.locator(".cite").first.hover()
    box = page.locator("#peek").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 480
    context.close()
    assert complaints == []


def test_the_open_article_has_its_particulars_and_its_original(page: Page, made: str) -> None:
    """Title, source, day, age; the original's address names the quoted words and keeps its own fragment."""
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_have_text(SENTENCE)
    expect(page.locator(".panel #cited")).to_be_in_viewport()
    told = page.locator(".panel .origin li").all_inner_texts()
    assert told[:2] == ["Coast Daily", "5 March 2024"]
    assert "old" in told[2]
    address = page.locator(".panel .origin a").get_attribute("href")
    assert address is not None
    assert address.startswith("https://example.org/harbour#quay:~:text=The%20harbour%20of%20Lenkoran")


def test_a_text_directive_finds_the_quoted_words(page: Page, made: str) -> None:
    """Chromium scrolls to the words that the address of an original names, here on the article's own page."""
    page.goto(f"{made}/?q={quote(QUESTION)}")
    original = page.locator("a.original").first.get_attribute("href")
    assert original is not None
    page.goto(f"{made}/articles/harbour#{original.partition('#quay')[2]}")
    expect(page.get_by_text(SENTENCE)).to_be_in_viewport()
    assert page.evaluate("scrollY") > 0


def test_on_a_phone_the_article_opens_below_the_answer(browser: Browser, made: str, complaints: list[str]) -> None:
    """The mark stays in sight above it, the quoted words are in sight in it, and closing gives the focus back."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = listened(context.new_page(), complaints)
    page.goto(f"{made}/?q={quote(QUESTION)}")
    mark = page.locator(".cite").first
    mark.tap()
    expect(page.locator(".panel #cited")).to_be_in_viewport()
    expect(mark).to_be_in_viewport()
    panel, at = page.locator(".panel").bounding_box(), mark.bounding_box()
    assert panel is not None
    assert at is not None
    assert at["y"] + at["height"] <= panel["y"]
    page.tap(".panel-close")
    expect(page.locator(".panel")).to_be_hidden()
    expect(mark).to_be_focused()
    context.close()
    assert complaints == []


def test_a_follow_up_read_otherwise_can_be_asked_as_typed(page: Page, made: str) -> None:
    """The page says how it was read; the words as typed are asked in its place, alone."""
    page.goto(made)
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, FOLLOW_UP)
    expect(page.locator(".interpreted span")).to_contain_text("(harbour, Lenkoran opened)")
    page.click(".as-typed")
    expect(page.locator(".interpreted")).to_have_count(0)
    expect(page.locator(".turn h2")).to_have_text([QUESTION, FOLLOW_UP])
    assert query_of(page.url) == {"q": [FOLLOW_UP]}


def test_every_question_of_the_page_goes_with_the_next(page: Page, made: str) -> None:
    """Oldest first."""
    page.goto(made)
    for count, question in enumerate((QUESTION, FOLLOW_UP, "Where is it?"), 1):
        ask(page, question)
        expect(page.locator(".turn")).to_have_count(count)
    assert query_of(page.url)["h"] == [QUESTION, FOLLOW_UP]


def test_filters_hold_for_follow_ups(page: Page, made: str) -> None:
    """Chosen once, they limit the question and the next, and stand in the address and the turn."""
    page.goto(made)
    page.click(".filters summary")
    page.select_option("[name=source]", "River Post")
    page.fill("[name=published_to]", "2023-12-31")
    ask(page, QUESTION)
    expect(page.locator(".turn.declined .limits")).to_have_text("Only River Post, until 31 December 2023")
    expect(page.locator(".card .origin")).to_contain_text(["River Post"])
    ask(page, "When was the Kura Bridge built in Salyan?")
    expect(page.locator(".turn.answered .short")).to_have_text("May 1911")
    assert query_of(page.url)["source"] == ["River Post"]
    assert query_of(page.url)["published_to"] == ["2023-12-31"]


def test_filters_and_follow_ups_work_without_a_script(browser: Browser, made: str) -> None:
    """The form alone carries both; what only a script can do is not shown."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(made)
    page.click(".filters summary")
    page.select_option("[name=source]", "Coast Daily")
    ask(page, QUESTION)
    expect(page.locator(".short")).to_have_text("12 March 2021")
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("[popovertarget]").first).to_be_hidden()
    ask(page, FOLLOW_UP)
    expect(page.locator(".interpreted span")).to_contain_text("(harbour, Lenkoran opened)")
    expect(page.locator(".limits")).to_have_text("Only Coast Daily")
    page.click(".as-typed")
    expect(page.locator(".interpreted")).to_have_count(0)
    context.close()


def test_a_suggested_question_is_answered(page: Page, made: str) -> None:
    """Made of the corpus, it stands on the opening page, and a click asks it there."""
    page.goto(made)
    expect(page.locator(".suggested a")).to_have_text(
        ["When was the harbour of Lenkoran opened?", "When was the Kura Bridge built in Salyan?"]
    )
    page.locator(".suggested a").nth(1).click()
    expect(page.locator(".short")).to_have_text("May 1911")
    expect(page.locator(".suggested")).to_have_count(0)


@pytest.mark.parametrize(("question", "words"), [(URDU, "1745 میں"), (ARABIC, "12 مارس 2021")], ids=["ur", "ar"])
def test_right_to_left_text_is_set_from_the_right(page: Page, made: str, question: str, words: str) -> None:
    """Question, short answer, quote, card, shown quote and article run from the right."""
    page.goto(f"{made}/?q={quote(question)}")
    expect(page.locator(".short")).to_have_text(words)
    page.locator(".cite").first.hover()
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_be_visible()
    page.locator(".short a").focus()
    page.keyboard.press("Tab")
    for part in (".turn h2", ".short", ".finding", ".card blockquote", "#peek", ".panel article"):
        direction = page.locator(part).first.evaluate("part => getComputedStyle(part).direction")
        assert direction == "rtl", part
    told = page.locator(".card .origin bdi").last
    assert told.evaluate("part => getComputedStyle(part).unicodeBidi") == "isolate"  # "4 years old" runs its own way
