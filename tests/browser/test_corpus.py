"""The page of what the corpus holds, and a re-index followed on it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.made import ARTICLES, GatedReader, made_server
from tests.unit.web.pages.test_corpus_page import Reindexer, State

pytestmark = pytest.mark.slow

RUNNING = {"state": "running", "done": 0, "total": 0, "report": None, "problem": None}
UNDER_WAY = {**RUNNING, "done": 3, "total": 12}
FAILED = {**RUNNING, "state": "failed", "problem": {"detail": "The disk is full.", "remedy": "Make room."}}


def events(*states: tuple[str, dict[str, object]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(state)}\n\n" for name, state in states)


def served(page: Page, *states: tuple[str, dict[str, object]], begun: int = 202) -> None:
    """Answers for the server: a re-index that is begun, and how it goes; without states nothing is told of it yet."""

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            body = UNDER_WAY if begun == 202 else {"detail": "A re-index is running already.", "remedy": "Wait."}
            route.fulfill(status=begun, json=body)
        elif states:
            route.fulfill(headers={"content-type": "text/event-stream"}, body=events(*states))

    page.route("**/api/reindex", answer)


@pytest.fixture
def reindexer() -> Reindexer:
    return Reindexer()


@pytest.fixture
def address(tmp_path: Path, reindexer: Reindexer) -> Iterator[str]:
    with made_server(tmp_path, ARTICLES[:2], GatedReader(), reindexer=reindexer) as url:
        yield url


def test_a_re_index_is_followed_to_its_end(address: str, page: Page, reindexer: Reindexer) -> None:
    """Begun by the button, shown as it goes, and then the page is what is held now."""
    page.goto(f"{address}/corpus")
    expect(page.locator("progress")).to_be_hidden()
    served(page)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("Embedding: 3 of 12 new passages.")
    expect(page.locator("progress")).to_have_attribute("value", "3")
    expect(page.locator(".reindex button")).to_be_disabled()
    page.goto("about:blank")
    page.unroute("**/api/reindex")
    reindexer.state = State("running", 3, 12)
    served(page, ("done", {**RUNNING, "state": "done", "done": 12, "total": 12}))
    page.goto(f"{address}/corpus")  # one that runs already is followed too
    reindexer.state = State("done", 12, 12)
    expect(page.locator(".progress")).to_have_text("The index is up to date.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_a_re_index_that_fails_says_why(address: str, page: Page) -> None:
    """With what to do; and it can be begun again."""
    page.goto(f"{address}/corpus")
    served(page, ("done", FAILED))
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("The disk is full. Make room.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_a_re_index_that_is_told_of_no_more_says_so(address: str, page: Page) -> None:
    """Where the stream ends before its end is told, in words of its own; and it can be begun again."""
    page.goto(f"{address}/corpus")
    served(page, ("progress", UNDER_WAY))
    page.click(".reindex button")
    expect(page.locator(".progress")).to_contain_text("The server stopped telling how far the re-index is.")
    expect(page.locator(".reindex button")).to_be_enabled()
    expect(page.locator("progress")).to_be_hidden()


def test_a_re_index_whose_connection_breaks_says_so(address: str, page: Page) -> None:
    """In the same words, and not in those of a question."""
    page.goto(f"{address}/corpus")
    page.evaluate("""() => { const whole = window.fetch; window.fetch = async (address, options) =>
        options.method ? whole(address, options) : new Response(new ReadableStream({
            pull(stream) { stream.error(new TypeError("network error")); } }),
            {headers: {"Content-Type": "text/event-stream"}}); }""")
    served(page)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_contain_text("The server stopped telling how far the re-index is.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_a_re_index_that_can_t_begin_says_why(address: str, page: Page, complaints: list[str]) -> None:
    """In the server's words."""
    page.goto(f"{address}/corpus")
    served(page, begun=409)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("A re-index is running already. Wait.")
    assert all("status of 409" in complaint for complaint in complaints)
    complaints.clear()


def test_without_a_script_the_form_begins_it(address: str, browser: Browser, reindexer: Reindexer) -> None:
    """The page is shown again, with how far it is."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/corpus")
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("Embedding: 3 of 12 new passages.")
    assert reindexer.begun == 1
    context.close()
