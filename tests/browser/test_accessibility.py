"""Accessibility: the rules of axe-core, the keyboard alone, large text, and reduced motion."""

from collections.abc import Callable
from importlib.resources import files
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.small_corpus import FOLLOW_UP, QUESTION, URDU
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run().then(({violations}) => violations.map(({id, help, nodes}) =>
    `${id}: ${help}: ${nodes.map(({html}) => html.slice(0, 160)).join(" ")}`))"""


def violations(page: Page) -> list[str]:
    """The rules that the page breaks. axe-core is evaluated, since the page's policy blocks other scripts."""
    page.evaluate(AXE)
    violated: list[str] = page.evaluate(RUN)
    return violated


def open_source(page: Page) -> None:
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_be_visible()


def hover_citation(page: Page) -> None:
    page.locator(".cite").first.hover()
    expect(page.locator("#preview")).to_be_visible()


def open_conversations(page: Page) -> None:
    page.locator(".masthead [popovertarget]").click()
    expect(page.locator("#earlier ol li")).to_have_count(1)


def open_filters(page: Page) -> None:
    page.click(".filters summary")
    assert page.locator(".fields label").last.evaluate("label => label.offsetWidth") > 50  # not collapsed


def ask_without_words(page: Page) -> None:
    ask(page, "?!")
    expect(page.locator("#problem")).not_to_be_empty()


ANSWERED = f"/?q={quote(QUESTION)}"
VIEWS: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "opening": ("/", None),
    "answered": (ANSWERED, None),
    "source": (ANSWERED, open_source),
    "mark": (ANSWERED, hover_citation),
    "earlier": (ANSWERED, open_conversations),
    "follow-up": (f"/?q={quote(FOLLOW_UP)}&h={quote(QUESTION)}", open_filters),
    "declined": (f"/?q={quote('Who won the 2014 World Cup?')}", None),
    "refused": ("/", ask_without_words),
    "urdu": (f"/?q={quote(URDU)}", None),
    "corpus": ("/corpus", None),
    "articles": ("/articles", None),
    "article": ("/articles/harbour?start=690&end=700", None),
    "docs": ("/docs", None),
    "missing": ("/nowhere", None),
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_violation(browser: Browser, small_site: str, scheme: str, width: int) -> None:
    """axe-core finds no violation on any page or state, in light on a desktop and in dark on a phone."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    violations_by_view = {}
    for name, (path, prepare) in VIEWS.items():
        page.goto(small_site + path)
        if prepare:
            prepare(page)
        violations_by_view[name] = violations(page)
        page.evaluate("localStorage.clear()")
    context.close()
    assert {name: rules for name, rules in violations_by_view.items() if rules} == {}


def test_everything_can_be_done_by_the_keyboard(page: Page, small_site: str) -> None:
    """The keyboard can ask, preview, open and close a citation, ask again, and rename the conversation."""
    page.goto(small_site)
    press = page.keyboard.press
    page.keyboard.type(QUESTION)
    press("Enter")
    expect(page.locator(".turn .short")).to_be_visible()
    reach(page, ".cite", "Shift+Tab")
    expect(page.locator("#preview")).to_be_visible()
    press("Enter")
    expect(page.locator(".panel #cited")).to_be_focused()
    press("Escape")
    expect(page.locator(".cite").last).to_be_focused()
    reach(page, ".permanent")
    reach(page, ".copy")
    reach(page, "#q")
    page.keyboard.type(FOLLOW_UP)
    press("Enter")
    expect(page.locator(".turn")).to_have_count(2)
    reach(page, ".masthead [popovertarget]", "Shift+Tab")
    press("Enter")
    reach(page, "#earlier ol .rename")
    press("Enter")
    page.keyboard.type("Harbour")
    press("Enter")
    expect(page.locator("#earlier ol .rename")).to_be_focused()
    press("Escape")
    expect(page.locator("#earlier")).to_be_hidden()
    expect(page.locator(".masthead [popovertarget]")).to_be_focused()


def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Press a key until the selector has the focus; whatever has it before must be visible, with an outline."""
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        if focused.count():
            assert focused.evaluate(IS_VISIBLE), focused.evaluate("part => part.outerHTML")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by {key}")


IS_VISIBLE = """part => {
    const {outlineStyle} = getComputedStyle(part), {width, height, top, bottom} = part.getBoundingClientRect();
    return width > 0 && height > 0 && bottom > 0 && top < innerHeight && outlineStyle !== "none";
}"""


@pytest.mark.parametrize("path", ["/", ANSWERED, "/corpus"])
def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, small_site: str, path: str) -> None:
    """At 200 % zoom on a small laptop, no page scrolls sideways and the field is usable."""
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(small_site + path)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if path != "/corpus":
        page.locator("#q").click()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_less_motion_is_respected(browser: Browser, small_site: str) -> None:
    """With reduced motion, nothing is animated and no scrolling is smooth."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(small_site + ANSWERED)
    page.locator(".cite").first.click()
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    context.close()


SHIFTS = """() => new Promise(resolve => {
    let sum = 0;
    const add = ({hadRecentInput, value}) => { sum += hadRecentInput ? 0 : value; };
    new PerformanceObserver(list => list.getEntries().forEach(add)).observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""


@pytest.mark.parametrize("width", [1600, 1280, 390, 320])
def test_nothing_shifts_as_it_loads(browser: Browser, small_site: str, width: int) -> None:
    """No page shifts its layout, at any width, with stored conversations, on a processor ten times slower."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 10})
    for path in (ANSWERED, "/", ANSWERED, "/corpus", "/articles"):
        page.goto(small_site + path)
        assert page.evaluate(SHIFTS) == 0, path
    context.close()
