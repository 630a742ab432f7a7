"""What can be done with an answer: copied with its citations, and judged."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import listened
from tests.browser.made import FOLLOW_UP, QUESTION, SENTENCE

pytestmark = pytest.mark.slow


def test_an_answer_is_copied_with_its_citations(browser: Browser, made: str, complaints: list[str]) -> None:
    """Question, short answer, quotes with their marks, and each source with its addresses, as plain text."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = listened(context.new_page(), complaints)
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.click(".copy")
    expect(page.locator(".told")).to_have_text("Copied.")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[:4] == [QUESTION, "", "12 March 2021", ""]
    assert lines[4].startswith(f"“{SENTENCE}” [1]")
    assert lines[5] == ""
    assert lines[6].startswith("[1] The new harbour of Lenkoran, Coast Daily, 5 March 2024, ")
    assert lines[7].startswith(f"  {made}/articles/harbour?start=")
    assert lines[8].startswith("  https://example.org/harbour#quay:~:text=")
    context.close()
    assert complaints == []


def test_a_verdict_is_sent_with_what_it_is_of(page: Page, made: str) -> None:
    """The question with those before it, the generation, and the spans that were cited; then it shows as given."""
    sent = []

    def keep(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route("**/api/feedback", keep)
    page.goto(f"{made}/?q={quote(FOLLOW_UP)}&h={quote(QUESTION)}")
    page.click("[data-verdict=down]")
    expect(page.locator(".told")).to_have_text("Thank you.")
    expect(page.locator("[data-verdict=down]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-verdict=up]")).to_have_attribute("aria-pressed", "false")
    (body,) = sent
    assert {name: body[name] for name in ("question", "history", "verdict", "generation", "answered")} == {
        "question": FOLLOW_UP,
        "history": [QUESTION],
        "verdict": "down",
        "generation": 1,
        "answered": True,
    }
    quotes = page.locator(".card blockquote").all_inner_texts()
    for cited, words in zip(body["citations"], quotes, strict=True):
        article = page.request.get(f"{made}/api/articles/{cited['article_id']}").json()
        assert cited["version"] == article["version"]
        assert article["text"][cited["start"] : cited["end"]] == words
