"""Conversations stored in the browser: opened, renamed, deleted and exported."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.small_corpus import FOLLOW_UP, QUESTION, SENTENCE
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow

ABSENT = "Who won the 2014 World Cup?"


@pytest.fixture
def chat(page: Page, small_site: str) -> Page:
    """A page with a conversation of two turns, after an earlier conversation of one turn."""
    page.goto(small_site)
    ask(page, ABSENT)
    expect(page.locator(".turn")).to_have_count(1)
    page.goto(small_site)
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, FOLLOW_UP)
    expect(page.locator(".turn")).to_have_count(2)
    return page


def open_list(page: Page) -> None:
    page.click(".masthead [popovertarget]")
    expect(page.locator("#earlier")).to_be_visible()


def expect_titles(page: Page, *titles: str | re.Pattern[str]) -> None:
    """The list, which a script fills after the page is shown, has these titles."""
    expect(page.locator("#earlier ol .open")).to_have_text(list(titles))


def test_conversations_are_listed_newest_first(chat: Page) -> None:
    """Each has its first question as its title, also after a reload."""
    open_list(chat)
    expect_titles(chat, QUESTION, ABSENT)
    chat.reload()
    expect_titles(chat, QUESTION, ABSENT)


def test_every_page_leads_to_the_conversations(chat: Page, small_site: str) -> None:
    """A link on the other pages opens the chat page with the list, also in a wide window."""
    for width in (1280, 1600):
        chat.set_viewport_size({"width": width, "height": 800})
        chat.goto(f"{small_site}/corpus")
        chat.click(".masthead >> text=Conversations")
        expect(chat.locator("#earlier")).to_be_visible()
        expect_titles(chat, QUESTION, ABSENT)


def test_a_conversation_opens_as_it_was(chat: Page, small_site: str) -> None:
    """Its turns are shown without a request to the server, and the next question follows on."""
    chat.goto(small_site)
    addresses = []
    chat.on("request", lambda request: addresses.append(request.url))
    open_list(chat)
    chat.click(f"#earlier ol .open >> text={QUESTION}")
    expect(chat.locator(".turn h2")).to_have_text([QUESTION, FOLLOW_UP])
    expect(chat.locator("#earlier")).to_be_hidden()
    assert not [address for address in addresses if "?q=" in address]
    chat.locator(".cite").first.click()
    expect(chat.locator(".panel #cited")).to_be_visible()
    chat.keyboard.press("Escape")
    ask(chat, "How long is it?")
    expect(chat.locator(".turn")).to_have_count(3)
    expect_titles(chat, QUESTION, ABSENT)


def test_a_conversation_is_renamed(chat: Page) -> None:
    """Enter accepts the new name, Escape keeps the old one, and the name is only text."""
    open_list(chat)
    chat.locator(".rename").first.click()
    chat.keyboard.type("<b>Harbour</b>")
    chat.keyboard.press("Enter")
    expect(chat.locator("#earlier ol .open").first).to_have_text("<b>Harbour</b>")
    chat.locator(".rename").first.click()
    chat.keyboard.type("no")
    chat.keyboard.press("Escape")
    expect(chat.locator("#earlier ol .open").first).to_have_text("<b>Harbour</b>")
    expect(chat.locator("#earlier")).to_be_visible()
    chat.reload()
    expect_titles(chat, "<b>Harbour</b>", ABSENT)


def test_another_conversation_opens_while_one_is_renamed(chat: Page) -> None:
    """One click accepts the new name and opens the other conversation, even if the list moves."""
    open_list(chat)
    chat.locator(".rename").first.click()
    chat.keyboard.type("A long name, of several lines in so narrow a list, which moves whatever stands below")
    chat.click(f"#earlier ol .open >> text={ABSENT}")
    expect(chat.locator(".turn h2")).to_have_text([ABSENT])
    open_list(chat)
    expect_titles(chat, re.compile("^A long name"), ABSENT)


def test_another_conversation_opens_while_one_waits_to_be_deleted(chat: Page) -> None:
    """One click withdraws the deletion and opens the other conversation."""
    open_list(chat)
    chat.locator(".delete").first.click()
    chat.click(f"#earlier ol .open >> text={ABSENT}")
    expect(chat.locator(".turn h2")).to_have_text([ABSENT])
    open_list(chat)
    expect(chat.locator(".delete")).to_have_text(["Delete", "Delete"])


def test_a_name_is_accepted_when_the_focus_moves_on(chat: Page) -> None:
    """Tab accepts the new name and moves the focus."""
    open_list(chat)
    chat.locator(".rename").first.click()
    chat.keyboard.type("Harbour")
    chat.keyboard.press("Tab")
    expect(chat.locator("#earlier ol .open").first).to_have_text("Harbour")
    expect(chat.locator(".rename").first).to_have_attribute("aria-label", "Rename: Harbour")
    chat.reload()
    expect_titles(chat, "Harbour", ABSENT)


def test_a_conversation_is_deleted_at_the_second_press(chat: Page) -> None:
    """The first press asks for confirmation; after the second nothing is stored, and the focus stays in the list."""
    open_list(chat)
    button = chat.locator(".delete").first
    button.click()
    expect(chat.locator("#earlier ol li")).to_have_count(2)
    expect(button).to_have_text("Delete for good")
    button.click()
    expect(chat.locator("#earlier ol .open")).to_have_text([ABSENT])
    expect(chat.locator("#earlier ol .open")).to_be_focused()
    assert FOLLOW_UP not in chat.evaluate("localStorage.getItem('caspian-indus-reader.conversations')")


def test_a_conversation_is_exported_as_markdown(chat: Page, tmp_path: Path) -> None:
    """The file has each turn with its quotes and citations."""
    open_list(chat)
    with chat.expect_download() as download:
        chat.locator(".export").first.click()
    assert download.value.suggested_filename == "When-was-the-harbour-of-Lenkoran-opened.md"
    download.value.save_as(tmp_path / "conversation.md")
    text = (tmp_path / "conversation.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {QUESTION}\n\n## {QUESTION}\n\n12 March 2021\n\n“{SENTENCE}” [1] “")
    assert f"## {FOLLOW_UP}\n\nInterpreted as: " in text
    assert "\n\n- [1] The new harbour of Lenkoran, Coast Daily, 5 March 2024, " in text
    assert "<https://example.org/harbour#quay:~:text=" in text


def test_a_reloaded_page_is_stored_once(page: Page, small_site: str) -> None:
    """A reload does not store the conversation again."""
    page.goto(f"{small_site}/?q={quote(QUESTION)}")
    page.reload()
    assert page.locator("#earlier ol li").count() == 1


def test_only_thirty_conversations_are_stored(page: Page, small_site: str) -> None:
    """The oldest conversations beyond thirty are removed."""
    page.goto(small_site)
    page.evaluate("""localStorage.setItem("caspian-indus-reader.conversations", JSON.stringify(
        Array.from({length: 40}, (_, index) => ({id: `c${index}`, title: `Old ${index}`, turns: []}))))""")
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    stored = page.evaluate(
        "JSON.parse(localStorage.getItem('caspian-indus-reader.conversations')).map(({title}) => title)"
    )
    assert stored == [QUESTION, *(f"Old {index}" for index in range(29))]


@pytest.mark.parametrize(
    "stored",
    [
        "no json",
        "null",
        "{}",
        '"text"',
        '[null, 1, [], {"id": 1, "title": "a", "turns": []}, {"id": "a", "title": "b"}]',
        '[{"id": "x", "title": "y", "turns": [null, 1]}]',
        '[{"id": "x", "title": "y", "turns": ["<p class=turn>nothing</p>"]}]',
        '[{"id": "x", "title": "<img src=x onerror=alert(1)>", "turns": ["<p>"]}]',
    ],
)
def test_invalid_storage_harms_nothing(page: Page, small_site: str, stored: str) -> None:
    """The page still answers, and the stored text never becomes markup."""
    page.goto(small_site)
    page.evaluate("stored => localStorage.setItem('caspian-indus-reader.conversations', stored)", stored)
    page.goto(f"{small_site}/?q={quote(ABSENT)}")
    ask(page, QUESTION)
    expect(page.locator(".turn .short")).to_have_text("12 March 2021")
    assert QUESTION in page.evaluate("localStorage.getItem('caspian-indus-reader.conversations')")
    assert page.locator("#earlier ol img").count() == 0


def test_in_a_wide_window_the_list_is_a_column(chat: Page) -> None:
    """The column needs no button and does not cover the conversation."""
    chat.set_viewport_size({"width": 1600, "height": 900})
    expect(chat.locator("#earlier")).to_be_visible()
    expect(chat.locator(".masthead [popovertarget]")).to_be_hidden()
    column, main = chat.locator("#earlier").bounding_box(), chat.locator("main").bounding_box()
    assert column is not None
    assert main is not None
    assert column["x"] + column["width"] <= main["x"]
