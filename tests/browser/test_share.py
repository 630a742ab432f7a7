"""What can be done with an answer: copied with its citations, and judged."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rag.feedback import FeedbackStore, feedback_file
from tests.browser.conftest import listened
from tests.browser.made import ARTICLES, FOLLOW_UP, QUESTION, SENTENCE, GatedReader, made_server

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


@pytest.fixture
def sent(page: Page) -> list[dict[str, Any]]:
    """The bodies of the verdicts that the page sends, of which the server is not told."""
    bodies: list[dict[str, Any]] = []

    def keep(route: Route) -> None:
        bodies.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route("**/api/feedback", keep)
    return bodies


def training_rows(page: Page, verdict: str) -> None:
    page.click(f"[data-verdict={verdict}]")
    expect(page.locator(f"[data-verdict={verdict}]")).to_have_attribute("aria-pressed", "true")


def test_a_verdict_is_sent_with_what_it_is_of(page: Page, made: str, sent: list[dict[str, Any]]) -> None:
    """The question with those before it, the generation, and the spans that were cited; then it shows as given."""
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


def test_a_verdict_names_the_filters_that_were_set(page: Page, made: str, sent: list[dict[str, Any]]) -> None:
    """And no others."""
    page.goto(f"{made}/?q={quote(QUESTION)}&source=Coast+Daily&language=&published_from=2024-01-01")
    training_rows(page, "up")
    (body,) = sent
    filters = {name: body.get(name) for name in ("source", "language", "published_from", "published_to")}
    assert {name: value for name, value in filters.items() if value is not None} == {
        "source": "Coast Daily",
        "published_from": "2024-01-01",
    }
    assert "language" not in body


def test_each_reader_s_last_verdict_is_kept(
    browser: Browser, page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    """The server takes what the page sends; readers have a row each, and one who asks or opens it anew the same row."""
    another = browser.new_context()
    with made_server(tmp_path, ARTICLES, GatedReader()) as address:
        for reader in (page, listened(another.new_page(), complaints)):
            reader.goto(f"{address}/?q={quote(QUESTION)}")
            training_rows(reader, "up")
        page.reload()
        training_rows(page, "down")
        page.click(".masthead [popovertarget]")
        page.click(".kept .open")
        training_rows(page, "down")
        votes = FeedbackStore(feedback_file(tmp_path / "index")).votes()
    another.close()
    assert sorted(vote.verdict for vote in votes) == ["down", "up"]
    assert {(vote.question, vote.generation, len(vote.citations) > 0) for vote in votes} == {(QUESTION, 1, True)}
    assert all(len(vote.answer_id) == 32 for vote in votes)
