"""Talk, counts and declines on the chat page, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow

FOLLOW_UP = "And when did he leave Baku?"


def test_a_greeting_offers_questions_that_a_click_asks(page: Page, address: str) -> None:
    """The question's turn follows the greeting's, answered by a quote."""
    page.goto(address)
    ask(page, "hello")
    expect(page.locator(".turn .reply-text")).to_contain_text("Hello. 18 articles")
    question = page.locator(".turn .suggested a").first
    text = question.inner_text()
    question.click()
    expect(page.locator(".turn h2").last).to_have_text(text)
    expect(page.locator(".turn").last.locator(".finding strong")).to_be_visible()


def test_a_counted_article_opens_beside_the_answer(page: Page, address: str) -> None:
    """The list of a count leads into the articles, without leaving the conversation."""
    page.goto(address)
    ask(page, "Which articles mention Lachin?")
    expect(page.locator(".reply-text")).to_have_text("3 articles mention “Lachin”, the newest first:")
    expect(page.locator(".held > li")).to_have_count(3)
    page.locator(".held a").first.click()
    expect(page.locator(".panel article")).to_contain_text("Lachin")


def test_thanks_between_two_questions_change_nothing(page: Page, address: str) -> None:
    """The follow-up is of the question before."""
    page.goto(address)
    ask(page, "When did Heydar Aliyev visit Pakistan?")
    expect(page.locator(".turn .finding strong")).to_be_visible()
    ask(page, "thank you")
    expect(page.locator(".reply-text")).to_contain_text("You are welcome.")
    ask(page, FOLLOW_UP)
    expect(page.locator(".interpreted span")).to_contain_text("Heydar Aliyev")


def test_a_decline_leads_to_the_articles_on_its_subject(page: Page, address: str) -> None:
    """Its link opens the list of those that mention it."""
    page.goto(address)
    ask(page, "When did Emmanuel Macron visit Lachin?")
    expect(page.locator(".near")).to_have_text("No article mentions “Emmanuel Macron”; 3 articles mention “Lachin”.")
    page.locator(".held a").click()
    expect(page.locator(".standfirst")).to_contain_text("mentioning “Lachin”")
    expect(page.locator(".listing > li")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_replies_fit_every_window(browser: Browser, address: str, scheme: str, width: int) -> None:
    """Nothing is wider than the window; a picture of each is left."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(address)
    for number, question in enumerate(
        ("hello", "Which articles mention Lachin?", "When did Emmanuel Macron visit Lachin?")
    ):
        ask(page, question)
        expect(page.locator(".turn")).to_have_count(number + 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"held-{scheme}-{width}.png", full_page=True)
    page.close()
