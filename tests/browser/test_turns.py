"""The turns of a conversation: their progress, their citations, follow-ups and filters."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import collect_complaints
from tests.browser.small_corpus import ARABIC, FOLLOW_UP, QUESTION, SENTENCE, URDU, GatedReader
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow


@pytest.fixture
def paused_reader(reader: GatedReader) -> Iterator[GatedReader]:
    """The reader, paused until its gate is opened."""
    reader.gate.clear()
    yield reader
    reader.gate.set()


def query_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_the_progress_is_shown_until_the_answer_comes(page: Page, small_site: str, paused_reader: GatedReader) -> None:
    """While the reader works, the page says so and lists the titles of the passages; then the turn replaces this."""
    page.goto(small_site)
    ask(page, QUESTION)
    expect(page.locator(".pending .stages .now")).to_have_text("Reading the nearest passages")
    expect(page.locator(".pending .read li").first).to_have_text("The new harbour of Lenkoran")
    expect(page.locator(".status")).to_have_text("Reading the nearest passages…")
    paused_reader.gate.set()
    expect(page.locator(".turn .short")).to_have_text("12 March 2021")
    expect(page.locator(".pending")).to_have_count(0)


def test_a_question_in_progress_can_be_cancelled(page: Page, small_site: str, paused_reader: GatedReader) -> None:
    """Only the typed question stays."""
    page.goto(small_site)
    ask(page, QUESTION)
    expect(page.locator(".pending")).to_be_visible()
    page.click(".cancel")
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator(".status")).to_have_text("Cancelled.")
    expect(page.locator("#q")).to_have_value(QUESTION)


def test_an_incomplete_answer_is_reported_and_retried(page: Page, small_site: str) -> None:
    """Events that end without a turn are a failure, and the page offers to try again."""
    page.goto(small_site)
    head = {"content-type": "text/event-stream"}
    page.route("**/?q=*", lambda route: route.fulfill(headers=head, body='event: reading\ndata: ["x"]\n\n'))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_have_text("The answer stopped before it was complete. Ask again.")
    expect(page.locator(".pending")).to_have_count(0)
    page.unroute("**/?q=*")
    page.click(".retry")
    expect(page.locator(".short")).to_have_text("12 March 2021")


def test_an_unexpected_page_is_reported(page: Page, small_site: str) -> None:
    """If the server sends another page, such as the one to sign in, the page says so."""
    page.goto(small_site)
    page.route("**/?q=*", lambda route: route.fulfill(content_type="text/html", body="<h1>Sign in</h1>"))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_contain_text("Reload this page")


def test_a_citation_out_of_view_shows_its_preview_too(browser: Browser, small_site: str, complaints: list[str]) -> None:
    """If Tab scrolls to a citation, its preview is in view too."""
    context = browser.new_context(viewport={"width": 320, "height": 300})
    page = collect_complaints(context.new_page(), complaints)
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.locator(".short a").focus()
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("Tab")
    expect(page.locator(".cite").first).to_be_focused()
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator("#preview")).to_be_in_viewport()
    context.close()
    assert complaints == []


def test_a_failure_of_the_server_is_shown_in_its_words(page: Page, small_site: str) -> None:
    """The page shows the sentence and the remedy of an error event."""
    page.goto(small_site)
    problem = json.dumps({"detail": "The disk is full.", "remedy": "Make room."})
    body = (
        f'event: stage\ndata: {{"stage": "searching"}}\n\nevent: error\ndata: {problem}\n\nevent: done\ndata: {{}}\n\n'
    )
    page.route("**/?q=*", lambda route: route.fulfill(headers={"content-type": "text/event-stream"}, body=body))
    ask(page, QUESTION)
    expect(page.locator("#problem")).to_have_text("The disk is full. Make room.")


def test_a_citation_has_a_preview_under_the_pointer(page: Page, small_site: str) -> None:
    """The preview has quote, title, source and day, and closes when the pointer leaves both."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    mark, preview = page.locator(".cite").first, page.locator("#preview")
    expect(preview).to_be_hidden()
    mark.hover()
    expect(preview).to_be_visible()
    expect(preview.locator("blockquote")).to_have_text(SENTENCE)
    for text in ("The new harbour of Lenkoran", "Coast Daily", "5 March 2024"):
        expect(preview).to_contain_text(text)
    assert mark.get_attribute("aria-describedby") == "preview"
    preview.hover()
    page.wait_for_timeout(300)  # longer than the page waits for the pointer to cross
    expect(preview).to_be_visible()
    page.locator("#q").hover()
    expect(preview).to_be_hidden()


def test_a_citation_with_the_focus_has_a_preview(page: Page, small_site: str) -> None:
    """Tab opens the preview; Escape closes it and keeps the focus."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.locator(".short a").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cite").first).to_be_focused()
    expect(page.locator("#preview blockquote")).to_have_text(SENTENCE)
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_be_hidden()
    expect(page.locator(".cite").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#preview")).to_be_visible()


def test_a_preview_stays_inside_the_window(browser: Browser, small_site: str, complaints: list[str]) -> None:
    """The preview fits into a small window."""
    context = browser.new_context(viewport={"width": 320, "height": 480})
    page = collect_complaints(context.new_page(), complaints)
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.locator(".cite").first.hover()
    box = page.locator("#preview").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 480
    context.close()
    assert complaints == []


def test_the_open_article_has_its_particulars_and_its_original(page: Page, small_site: str) -> None:
    """The panel shows source, day and age; the address of the original has the quote and keeps its own fragment."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_have_text(SENTENCE)
    expect(page.locator(".panel #cited")).to_be_in_viewport()
    origin = page.locator(".panel .origin li").all_inner_texts()
    assert origin[:2] == ["Coast Daily", "5 March 2024"]
    assert "old" in origin[2]
    address = page.locator(".panel .origin a").get_attribute("href")
    assert address is not None
    assert address.startswith("https://example.org/harbour#quay:~:text=The%20harbour%20of%20Lenkoran")


def test_a_text_directive_finds_the_quoted_words(page: Page, small_site: str) -> None:
    """Chromium scrolls to the quoted words in the address of an original, here on the article's own page."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    original = page.locator("a.original").first.get_attribute("href")
    assert original is not None
    page.goto(f"{small_site}/articles/harbour#{original.partition('#quay')[2]}")
    expect(page.get_by_text(SENTENCE)).to_be_in_viewport()
    assert page.evaluate("scrollY") > 0


def test_on_a_phone_the_article_opens_below_the_answer(
    browser: Browser, small_site: str, complaints: list[str]
) -> None:
    """The citation and the quoted words are both in view, and closing returns the focus."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = collect_complaints(context.new_page(), complaints)
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    mark = page.locator(".cite").first
    mark.tap()
    expect(page.locator(".panel #cited")).to_be_in_viewport()
    expect(mark).to_be_in_viewport()
    panel, mark_box = page.locator(".panel").bounding_box(), mark.bounding_box()
    assert panel is not None
    assert mark_box is not None
    assert mark_box["y"] + mark_box["height"] <= panel["y"]
    page.tap(".panel-close")
    expect(page.locator(".panel")).to_be_hidden()
    expect(mark).to_be_focused()
    context.close()
    assert complaints == []


def test_an_interpreted_follow_up_can_be_asked_as_typed(page: Page, small_site: str) -> None:
    """The page shows the interpreted question, and can replace it by the typed one without its history."""
    page.goto(small_site)
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, FOLLOW_UP)
    expect(page.locator(".interpreted span")).to_contain_text("(harbour, Lenkoran opened)")
    page.click(".as-typed")
    expect(page.locator(".interpreted")).to_have_count(0)
    expect(page.locator(".turn h2")).to_have_text([QUESTION, FOLLOW_UP])
    assert query_of(page.url) == {"q": [FOLLOW_UP]}


def test_the_next_question_has_all_questions_of_the_page_as_history(page: Page, small_site: str) -> None:
    """The history is oldest first."""
    page.goto(small_site)
    for count, question in enumerate((QUESTION, FOLLOW_UP, "Where is it?"), 1):
        ask(page, question)
        expect(page.locator(".turn")).to_have_count(count)
    assert query_of(page.url)["h"] == [QUESTION, FOLLOW_UP]


def test_filters_hold_for_follow_ups(page: Page, small_site: str) -> None:
    """Filters apply to this question and the next, and are in the address and the turn."""
    page.goto(small_site)
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


def test_filters_and_follow_ups_work_without_a_script(browser: Browser, small_site: str) -> None:
    """The form alone sends both, and buttons that need a script are hidden."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(small_site)
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


def test_a_suggested_question_is_answered(page: Page, small_site: str) -> None:
    """The opening page suggests questions from the corpus, and a click asks one."""
    page.goto(small_site)
    expect(page.locator(".suggested a")).to_have_text(
        ["When was the harbour of Lenkoran opened?", "When was the Kura Bridge built in Salyan?"]
    )
    page.locator(".suggested a").nth(1).click()
    expect(page.locator(".short")).to_have_text("May 1911")
    expect(page.locator(".suggested")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "question", "words"), [("ur", URDU, "1745 میں"), ("ar", ARABIC, "12 مارس 2021")], ids=["ur", "ar"]
)
def test_right_to_left_text_is_set_from_the_right(
    page: Page, small_site: str, language: str, question: str, words: str
) -> None:
    """Question, short answer, quote, card, preview and article run from the right."""
    page.goto(f"{small_site}/?q={quote(question)}&language={language}")
    expect(page.locator(".short")).to_have_text(words)
    page.locator(".cite").first.hover()
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_be_visible()
    page.locator(".short a").focus()
    page.keyboard.press("Tab")
    for part in (".turn h2", ".short", ".finding", ".card blockquote", "#preview", ".panel article"):
        direction = page.locator(part).first.evaluate("part => getComputedStyle(part).direction")
        assert direction == "rtl", part
    age = page.locator(".card .origin bdi").last
    assert age.evaluate("part => getComputedStyle(part).unicodeBidi") == "isolate"  # "4 years old" runs from the left


def test_a_timeline_stands_in_lines_with_their_dates(address, page):
    """The date beside its quote where there is room, and before it on a phone; nothing is cut off."""
    page.goto(f"{address}/?q=What+happened+in+2016")
    first = page.locator("ol.timeline > li").first
    expect(first.locator("time")).to_have_text("April 2016")
    when, what = first.locator(".when").bounding_box(), first.locator(".what").bounding_box()
    assert when["x"] + when["width"] <= what["x"]
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first.locator(".cite").click()
    expect(page.locator(".panel #cited")).to_contain_text("In April 2016")
