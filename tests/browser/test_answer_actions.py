"""Copying an answer with its citations, and feedback on it."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rag.feedback import FeedbackStore, feedback_file
from tests.browser.conftest import collect_complaints
from tests.browser.small_corpus import ARTICLES, FOLLOW_UP, QUESTION, SENTENCE, GatedReader, serve_articles

pytestmark = pytest.mark.slow


def test_an_answer_is_copied_with_its_citations(browser: Browser, small_site: str, complaints: list[str]) -> None:
    """The text has question, short answer, quotes, and each citation with its addresses."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = collect_complaints(context.new_page(), complaints)
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.click(".copy")
    expect(page.locator(".told")).to_have_text("Copied.")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert lines[:4] == [QUESTION, "", "12 March 2021", ""]
    assert lines[4].startswith(f"“{SENTENCE}” [1]")
    assert lines[5] == ""
    assert lines[6].startswith("[1] The new harbour of Lenkoran, Coast Daily, 5 March 2024, ")
    assert lines[7].startswith(f"  {small_site}/articles/harbour?start=")
    assert lines[8].startswith("  https://example.org/harbour#quay:~:text=")
    context.close()
    assert complaints == []


@pytest.fixture
def feedback(page: Page) -> list[dict[str, Any]]:
    """The bodies of the feedback requests of the page; they do not reach the server."""
    bodies: list[dict[str, Any]] = []

    def record(route: Route) -> None:
        bodies.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route("**/api/feedback", record)
    return bodies


def vote(page: Page, verdict: str) -> None:
    page.click(f"[data-verdict={verdict}]")
    expect(page.locator(f"[data-verdict={verdict}]")).to_have_attribute("aria-pressed", "true")


def test_a_verdict_is_sent_with_its_question_and_citations(
    page: Page, small_site: str, feedback: list[dict[str, Any]]
) -> None:
    """The page sends question, history, generation and cited spans, and then shows the verdict."""
    page.goto(f"{small_site}/?q={quote(FOLLOW_UP)}&h={quote(QUESTION)}")
    page.click("[data-verdict=down]")
    expect(page.locator(".told")).to_have_text("Thank you.")
    expect(page.locator("[data-verdict=down]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-verdict=up]")).to_have_attribute("aria-pressed", "false")
    (body,) = feedback
    assert {name: body[name] for name in ("question", "history", "verdict", "generation", "answered")} == {
        "question": FOLLOW_UP,
        "history": [QUESTION],
        "verdict": "down",
        "generation": 1,
        "answered": True,
    }
    quotes = page.locator(".card blockquote").all_inner_texts()
    for cited, words in zip(body["citations"], quotes, strict=True):
        article = page.request.get(f"{small_site}/api/articles/{cited['article_id']}").json()
        assert cited["version"] == article["version"]
        assert article["text"][cited["start"] : cited["end"]] == words


def test_a_verdict_names_the_filters_that_were_set(page: Page, small_site: str, feedback: list[dict[str, Any]]) -> None:
    """The page sends only the filters that are set."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}&source=Coast+Daily&language=&published_from=2024-01-01")
    vote(page, "up")
    (body,) = feedback
    filters = {name: body.get(name) for name in ("source", "language", "published_from", "published_to")}
    assert {name: value for name, value in filters.items() if value is not None} == {
        "source": "Coast Daily",
        "published_from": "2024-01-01",
    }
    assert "language" not in body


def test_each_person_s_last_verdict_is_stored(
    browser: Browser, page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    """The server stores one vote per person, also after a reload or when the conversation is opened again."""
    another = browser.new_context()
    with serve_articles(tmp_path, ARTICLES, GatedReader()) as address:
        for window in (page, collect_complaints(another.new_page(), complaints)):
            window.goto(f"{address}/?q={quote(QUESTION)}")
            vote(window, "up")
        page.reload()
        vote(page, "down")
        page.click(".masthead [popovertarget]")
        page.click("#earlier ol .open")
        vote(page, "down")
        votes = FeedbackStore(feedback_file(tmp_path / "index")).votes()
    another.close()
    assert sorted(vote.verdict for vote in votes) == ["down", "up"]
    assert {(vote.question, vote.generation, len(vote.citations) > 0) for vote in votes} == {(QUESTION, 1, True)}
    assert all(len(vote.answer_id) == 32 for vote in votes)
