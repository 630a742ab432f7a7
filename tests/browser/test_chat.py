"""The chat page as a person uses it, in a real browser against a real server."""

import itertools
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS, collect_complaints

pytestmark = pytest.mark.slow

FIRST = "When did Heydar Aliyev visit Pakistan?"
ABSENT = "Who won the 2014 World Cup?"


def ask(page: Page, question: str) -> None:
    page.fill("#q", question)
    page.keyboard.press("Enter")


def test_a_question_is_answered_with_a_quoted_sentence(page: Page, address: str) -> None:
    """A question shows its answer, and the address of the page becomes that of the question."""
    page.goto(address)
    ask(page, FIRST)
    expect(page.locator(".finding strong")).to_contain_text("10 April 1996")
    assert parse_qs(urlsplit(page.url).query)["q"] == [FIRST]


def test_a_citation_opens_at_the_exact_words(page: Page, address: str) -> None:
    """A click on a citation opens the article beside the answer, with exactly the quoted words marked and in view."""
    page.goto(f"{address}/?q={quote(FIRST)}")
    quote_text = page.locator(".finding strong q").inner_text()
    page.click(".finding strong + .cite")
    mark = page.locator(".panel #cited")
    expect(mark).to_have_text(quote_text)
    expect(mark).to_be_in_viewport()


def test_the_panel_closes_by_escape_and_gives_focus_back(page: Page, address: str) -> None:
    """Escape closes the article, and the focus returns to the citation that opened it."""
    page.goto(f"{address}/?q={quote(FIRST)}")
    mark = page.locator(".cite").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel article")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_be_hidden()
    expect(mark).to_be_focused()


def test_a_question_without_an_answer_is_declined(page: Page, address: str) -> None:
    """A question that the corpus cannot answer is declined, with the nearest passages and no citation."""
    page.goto(address)
    ask(page, ABSENT)
    expect(page.locator(".turn.declined .finding")).to_contain_text("do not hold an answer")
    expect(page.locator(".turn.declined .card")).to_have_count(3)
    expect(page.locator(".cite")).to_have_count(0)


def test_a_second_question_joins_the_first(page: Page, address: str) -> None:
    """Turns stay on the page, newest last."""
    page.goto(address)
    ask(page, FIRST)
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, ABSENT)
    expect(page.locator(".turn h2")).to_have_text([FIRST, ABSENT])


def test_a_refused_question_says_why(page: Page, address: str) -> None:
    """A question of punctuation only is refused with a sentence, and stays in the field."""
    page.goto(address)
    ask(page, "?!…")
    expect(page.locator("#problem")).to_contain_text("holds no word")
    expect(page.locator("#q")).to_have_value("?!…")


def test_a_failed_request_is_reported_and_retried(page: Page, address: str, complaints: list[str]) -> None:
    """If the network fails, the page says so, keeps the question, and asks again on a click."""
    page.goto(address)
    page.context.set_offline(True)
    ask(page, FIRST)
    expect(page.locator(".retry")).to_be_visible()
    assert page.locator("#problem").inner_text() != ""
    page.context.set_offline(False)
    complaints.clear()  # the browser's own report of the failed request
    page.click(".retry")
    expect(page.locator(".finding strong")).to_contain_text("10 April 1996")


def test_everything_works_without_a_script(browser: Browser, address: str) -> None:
    """Without JavaScript, a question is answered and its citation opens at the marked words."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    ask(page, FIRST)
    quote_text = page.locator(".finding strong q").inner_text()
    page.click(".finding strong + .cite")
    expect(page.locator("#cited")).to_have_text(quote_text)
    expect(page.locator("#cited")).to_be_in_viewport()
    context.close()


def test_the_keyboard_alone_is_enough(page: Page, address: str) -> None:
    """The field has the focus at the start, and Tab reaches the first citation of the answer."""
    page.goto(address)
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(FIRST)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".cite").first).to_be_focused()


def test_nothing_is_fetched_from_elsewhere(page: Page, address: str) -> None:
    """All requests of a page with an open article go to the server itself."""
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(f"{address}/?q={quote(FIRST)}")
    page.click(".finding strong + .cite")
    expect(page.locator(".panel article")).to_be_visible()
    page.goto(f"{address}/docs")
    assert hosts == {urlsplit(address).netloc}


SIZES = {"desktop": (1280, 800), "phone": (390, 844), "narrow": (320, 640)}
VIEWS = {
    "opening": "/",
    "answered": f"/?q={quote(FIRST)}",
    "declined": f"/?q={quote(ABSENT)}",
    "corpus": "/corpus",
    "articles": "/articles",
    "docs": "/docs",
    "missing": "/nowhere",
}


@pytest.mark.parametrize(("scheme", "size"), list(itertools.product(("light", "dark"), SIZES)))
def test_pages_fit_the_window(browser: Browser, address: str, scheme: str, size: str, complaints: list[str]) -> None:
    """No page scrolls sideways, in light or dark, at any size; a screenshot of each is saved."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = collect_complaints(context.new_page(), complaints)
    for name, path in VIEWS.items():
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png")
    context.close()
    assert [text for text in complaints if "status of 404" not in text] == []


def test_going_back_shows_the_page_and_not_its_events(page: Page, address: str) -> None:
    """An answer that came as events is a whole page when somebody goes back to it or opens its address."""
    page.goto(address)
    ask(page, FIRST)
    expect(page.locator(".turn")).to_have_count(1)
    answered = page.url
    page.goto(f"{address}/corpus")
    page.go_back()
    assert page.url == answered
    expect(page.locator(".masthead")).to_be_visible()
    expect(page.locator(".finding strong")).to_contain_text("10 April 1996")
    page.goto(f"{address}/corpus")
    page.goto(answered)
    expect(page.locator(".masthead")).to_be_visible()


def test_the_page_is_small(page: Page, address: str) -> None:
    """A page with an answer and everything it loads has less than 64 KB, uncompressed."""
    paths: list[str] = []
    page.on("request", lambda request: paths.append(request.url))
    page.goto(f"{address}/?q={quote(FIRST)}", wait_until="networkidle")
    assert {f"{address}/static/{name}" for name in ("chat.js", "conversations.js", "style.css")} <= set(paths)
    assert sum(len(httpx.get(path, headers={"accept-encoding": "identity"}).content) for path in set(paths)) < 64_000
