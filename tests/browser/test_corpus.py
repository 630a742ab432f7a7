"""The corpus page, and the progress of a re-index on it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from index.build.reindex_process import ReindexStatus
from tests.browser.small_corpus import ARTICLES, GatedReader, serve_articles
from tests.unit.web.pages.test_corpus import FakeReindexer

pytestmark = pytest.mark.slow

RUNNING = {"state": "running", "done": 0, "total": 0, "report": None, "problem": None}
EMBEDDING = {**RUNNING, "done": 3, "total": 12}
FAILED = {**RUNNING, "state": "failed", "problem": {"detail": "The disk is full.", "remedy": "Make room."}}


def events(*states: tuple[str, dict[str, object]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(state)}\n\n" for name, state in states)


def fake_api(page: Page, *states: tuple[str, dict[str, object]], start_status: int = 202) -> None:
    """Answer the requests to /api/reindex; without states, the events never come."""

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            problem = {"detail": "A re-index is running already.", "remedy": "Wait."}
            route.fulfill(status=start_status, json=EMBEDDING if start_status == 202 else problem)
        elif states:
            route.fulfill(headers={"content-type": "text/event-stream"}, body=events(*states))

    page.route("**/api/reindex", answer)


@pytest.fixture
def reindexer() -> FakeReindexer:
    return FakeReindexer()


@pytest.fixture
def address(tmp_path: Path, reindexer: FakeReindexer) -> Iterator[str]:
    with serve_articles(tmp_path, ARTICLES[:2], GatedReader(), reindexer=reindexer) as url:
        yield url


def test_a_re_index_is_followed_to_its_end(address: str, page: Page, reindexer: FakeReindexer) -> None:
    """The button starts it, the page shows its progress, and reloads when it is done."""
    page.goto(f"{address}/corpus")
    expect(page.locator("progress")).to_be_hidden()
    fake_api(page)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("Embedding: 3 of 12 new passages.")
    expect(page.locator("progress")).to_have_attribute("value", "3")
    expect(page.locator(".reindex button")).to_be_disabled()
    page.goto("about:blank")
    page.unroute("**/api/reindex")
    reindexer.status = ReindexStatus("running", 3, 12)
    fake_api(page, ("done", {**RUNNING, "state": "done", "done": 12, "total": 12}))
    page.goto(f"{address}/corpus")  # also follows a re-index that is running already
    reindexer.status = ReindexStatus("done", 12, 12)
    expect(page.locator(".progress")).to_have_text("The index is up to date.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_a_re_index_that_fails_says_why(address: str, page: Page) -> None:
    """The page shows the reason and the remedy, and the button works again."""
    page.goto(f"{address}/corpus")
    fake_api(page, ("done", FAILED))
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("The disk is full. Make room.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_events_that_end_too_soon_are_reported(address: str, page: Page) -> None:
    """If the events end before the re-index does, the page says so and the button works again."""
    page.goto(f"{address}/corpus")
    fake_api(page, ("progress", EMBEDDING))
    page.click(".reindex button")
    expect(page.locator(".progress")).to_contain_text("Progress updates stopped.")
    expect(page.locator(".reindex button")).to_be_enabled()
    expect(page.locator("progress")).to_be_hidden()


def test_a_broken_connection_is_reported(address: str, page: Page) -> None:
    """If the connection breaks, the page shows the same message."""
    page.goto(f"{address}/corpus")
    page.evaluate("""() => { const whole = window.fetch; window.fetch = async (address, options) =>
        options.method ? whole(address, options) : new Response(new ReadableStream({
            pull(stream) { stream.error(new TypeError("network error")); } }),
            {headers: {"Content-Type": "text/event-stream"}}); }""")
    fake_api(page)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_contain_text("Progress updates stopped.")
    expect(page.locator(".reindex button")).to_be_enabled()


def test_a_re_index_that_can_t_start_says_why(address: str, page: Page, complaints: list[str]) -> None:
    """The page shows the message of the server."""
    page.goto(f"{address}/corpus")
    fake_api(page, start_status=409)
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("A re-index is running already. Wait.")
    assert all("status of 409" in complaint for complaint in complaints)
    complaints.clear()


def test_without_a_script_the_form_starts_it(address: str, browser: Browser, reindexer: FakeReindexer) -> None:
    """The page reloads and shows the progress."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/corpus")
    page.click(".reindex button")
    expect(page.locator(".progress")).to_have_text("Embedding: 3 of 12 new passages.")
    assert reindexer.starts == 1
    context.close()
