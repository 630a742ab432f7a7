"""Earlier conversations: kept in this browser, opened, renamed, deleted and exported."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.made import FOLLOW_UP, QUESTION, SENTENCE
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow

ABSENT = "Who won the 2014 World Cup?"


@pytest.fixture
def talked(page: Page, made: str) -> Page:
    """A page with a conversation of two turns, and before it one of a single turn."""
    page.goto(made)
    ask(page, ABSENT)
    expect(page.locator(".turn")).to_have_count(1)
    page.goto(made)
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    ask(page, FOLLOW_UP)
    expect(page.locator(".turn")).to_have_count(2)
    return page


def open_list(page: Page) -> None:
    page.click(".masthead [popovertarget]")
    expect(page.locator("#earlier")).to_be_visible()


def titles(page: Page) -> list[str]:
    return page.locator(".kept .open").all_inner_texts()


def test_conversations_are_listed_the_latest_first(talked: Page) -> None:
    """Each by its first question, also after the page is loaded anew."""
    open_list(talked)
    assert titles(talked) == [QUESTION, ABSENT]
    talked.reload()
    assert titles(talked) == [QUESTION, ABSENT]


def test_every_page_leads_to_the_conversations(talked: Page, made: str) -> None:
    """A link of the other pages opens the chat page with the list, in a wide window too."""
    for width in (1280, 1600):
        talked.set_viewport_size({"width": width, "height": 800})
        talked.goto(f"{made}/corpus")
        talked.click(".masthead >> text=Conversations")
        expect(talked.locator("#earlier")).to_be_visible()
        assert titles(talked) == [QUESTION, ABSENT]


def test_a_conversation_opens_as_it_was(talked: Page, made: str) -> None:
    """Every turn is there without asking the server, and the next question goes on from them."""
    talked.goto(made)
    asked = []
    talked.on("request", lambda request: asked.append(request.url))
    open_list(talked)
    talked.click(f".kept .open >> text={QUESTION}")
    expect(talked.locator(".turn h2")).to_have_text([QUESTION, FOLLOW_UP])
    expect(talked.locator("#earlier")).to_be_hidden()
    assert not [address for address in asked if "?q=" in address]
    talked.locator(".cite").first.click()
    expect(talked.locator(".panel #cited")).to_be_visible()
    talked.keyboard.press("Escape")
    ask(talked, "How long is it?")
    expect(talked.locator(".turn")).to_have_count(3)
    assert titles(talked) == [QUESTION, ABSENT]


def test_a_conversation_is_renamed(talked: Page) -> None:
    """Enter keeps the new name, Escape the old one, and the name is only text."""
    open_list(talked)
    talked.locator(".rename").first.click()
    talked.keyboard.type("<b>Harbour</b>")
    talked.keyboard.press("Enter")
    expect(talked.locator(".kept .open").first).to_have_text("<b>Harbour</b>")
    talked.locator(".rename").first.click()
    talked.keyboard.type("no")
    talked.keyboard.press("Escape")
    expect(talked.locator(".kept .open").first).to_have_text("<b>Harbour</b>")
    expect(talked.locator("#earlier")).to_be_visible()
    talked.reload()
    assert titles(talked) == ["<b>Harbour</b>", ABSENT]


def test_another_conversation_opens_while_one_is_renamed(talked: Page) -> None:
    """One click keeps the new name and opens the other, however much the list moves by it."""
    open_list(talked)
    talked.locator(".rename").first.click()
    talked.keyboard.type("A long name, of several lines in so narrow a list, which moves whatever stands below")
    talked.click(f".kept .open >> text={ABSENT}")
    expect(talked.locator(".turn h2")).to_have_text([ABSENT])
    open_list(talked)
    assert titles(talked)[0].startswith("A long name")
    assert titles(talked)[1] == ABSENT


def test_another_conversation_opens_while_one_waits_to_be_deleted(talked: Page) -> None:
    """One click takes the question back and opens the other."""
    open_list(talked)
    talked.locator(".delete").first.click()
    talked.click(f".kept .open >> text={ABSENT}")
    expect(talked.locator(".turn h2")).to_have_text([ABSENT])
    open_list(talked)
    expect(talked.locator(".delete")).to_have_text(["Delete", "Delete"])


def test_a_name_is_kept_where_the_focus_goes_elsewhere(talked: Page) -> None:
    """By Tab, without the focus being called back."""
    open_list(talked)
    talked.locator(".rename").first.click()
    talked.keyboard.type("Harbour")
    talked.keyboard.press("Tab")
    expect(talked.locator(".kept .open").first).to_have_text("Harbour")
    expect(talked.locator(".rename").first).to_have_attribute("aria-label", "Rename: Harbour")
    talked.reload()
    assert titles(talked) == ["Harbour", ABSENT]


def test_a_conversation_is_deleted_at_the_second_press(talked: Page) -> None:
    """The first asks; then nothing of it is kept, and the focus is on the list still."""
    open_list(talked)
    button = talked.locator(".delete").first
    button.click()
    expect(talked.locator(".kept li")).to_have_count(2)
    expect(button).to_have_text("Delete for good")
    button.click()
    expect(talked.locator(".kept .open")).to_have_text([ABSENT])
    expect(talked.locator(".kept .open")).to_be_focused()
    assert FOLLOW_UP not in talked.evaluate("localStorage.getItem('caspian-indus-reader.conversations')")


def test_a_conversation_is_exported_as_markdown(talked: Page, tmp_path: Path) -> None:
    """Each turn with its quotes, marks and sources; what Markdown would read as more than text is escaped."""
    open_list(talked)
    with talked.expect_download() as download:
        talked.locator(".export").first.click()
    assert download.value.suggested_filename == "When-was-the-harbour-of-Lenkoran-opened.md"
    download.value.save_as(tmp_path / "kept.md")
    text = (tmp_path / "kept.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {QUESTION}\n\n## {QUESTION}\n\n12 March 2021\n\n“{SENTENCE}” [1] “")
    assert f"## {FOLLOW_UP}\n\nRead as: " in text
    assert "\n\n- [1] The new harbour of Lenkoran, Coast Daily, 5 March 2024, " in text
    assert "<https://example.org/harbour#quay:~:text=" in text


def test_a_page_that_is_loaded_again_is_not_kept_twice(page: Page, made: str) -> None:
    """Reloading is not asking."""
    page.goto(f"{made}/?q={quote(QUESTION)}")
    page.reload()
    assert page.locator(".kept li").count() == 1


def test_only_so_many_are_kept(page: Page, made: str) -> None:
    """The oldest beyond thirty goes."""
    page.goto(made)
    page.evaluate("""localStorage.setItem("caspian-indus-reader.conversations", JSON.stringify(
        Array.from({length: 40}, (_, place) => ({id: `c${place}`, title: `Old ${place}`, turns: []}))))""")
    ask(page, QUESTION)
    expect(page.locator(".turn")).to_have_count(1)
    kept = page.evaluate(
        "JSON.parse(localStorage.getItem('caspian-indus-reader.conversations')).map((one) => one.title)"
    )
    assert kept == [QUESTION, *(f"Old {place}" for place in range(29))]


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
def test_storage_of_another_kind_harms_nothing(page: Page, made: str, stored: str) -> None:
    """The page answers, and what was stored is only text."""
    page.goto(made)
    page.evaluate("stored => localStorage.setItem('caspian-indus-reader.conversations', stored)", stored)
    page.goto(f"{made}/?q={quote(ABSENT)}")
    ask(page, QUESTION)
    expect(page.locator(".turn .short")).to_have_text("12 March 2021")
    assert QUESTION in page.evaluate("localStorage.getItem('caspian-indus-reader.conversations')")
    assert page.locator(".kept img").count() == 0


def test_in_a_wide_window_the_list_stands_beside(talked: Page) -> None:
    """A column that needs no button, and never covers the conversation."""
    talked.set_viewport_size({"width": 1600, "height": 900})
    expect(talked.locator("#earlier")).to_be_visible()
    expect(talked.locator(".masthead [popovertarget]")).to_be_hidden()
    column, main = talked.locator("#earlier").bounding_box(), talked.locator("main").bounding_box()
    assert column is not None
    assert main is not None
    assert column["x"] + column["width"] <= main["x"]
