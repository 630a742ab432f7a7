"""What everybody can read and reach: axe-core's rules, the keyboard alone, large text, and less motion."""

from collections.abc import Callable
from importlib.resources import files
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.made import FOLLOW_UP, QUESTION, URDU
from tests.browser.test_chat import ask

pytestmark = pytest.mark.slow

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """() => axe.run().then(({violations}) => violations.map(({id, help, nodes}) =>
    `${id}: ${help}: ${nodes.map(({html}) => html.slice(0, 160)).join(" ")}`))"""


def violations(page: Page) -> list[str]:
    """What axe-core finds; its script is evaluated, as the page's policy lets no other one in."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN)
    return found


def opened(page: Page) -> None:
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_be_visible()


def pointed(page: Page) -> None:
    page.locator(".cite").first.hover()
    expect(page.locator("#peek")).to_be_visible()


def list_articles(page: Page) -> None:
    page.locator(".masthead [popovertarget]").click()
    expect(page.locator(".kept li")).to_have_count(1)


def filtering(page: Page) -> None:
    page.click(".filters summary")
    assert page.locator(".fields label").last.evaluate("label => label.offsetWidth") > 50  # each is there to be seen


def refused(page: Page) -> None:
    ask(page, "?!")
    expect(page.locator("#problem")).not_to_be_empty()


ANSWERED = f"/?q={quote(QUESTION)}"
VIEWS: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "opening": ("/", None),
    "answered": (ANSWERED, None),
    "source": (ANSWERED, opened),
    "mark": (ANSWERED, pointed),
    "earlier": (ANSWERED, listed),
    "follow-up": (f"/?q={quote(FOLLOW_UP)}&h={quote(QUESTION)}", filtering),
    "declined": (f"/?q={quote('Who won the 2014 World Cup?')}", None),
    "refused": ("/", refused),
    "urdu": (f"/?q={quote(URDU)}", None),
    "corpus": ("/corpus", None),
    "articles": ("/articles", None),
    "article": ("/articles/harbour?start=690&end=700", None),
    "docs": ("/docs", None),
    "missing": ("/nowhere", None),
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_violation(browser: Browser, made: str, scheme: str, width: int) -> None:
    """On every page and in every state of the chat page, in light on a desktop and in dark on a phone."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = {}
    for name, (path, prepare) in VIEWS.items():
        page.goto(made + path)
        if prepare:
            prepare(page)
        found[name] = violations(page)
        page.evaluate("localStorage.clear()")
    context.close()
    assert {name: rules for name, rules in found.items() if rules} == {}


def test_everything_can_be_done_by_the_keyboard(page: Page, made: str) -> None:
    """Ask, read a mark's quote, open and close its source, go on, and open the conversation again."""
    page.goto(made)
    press = page.keyboard.press
    page.keyboard.type(QUESTION)
    press("Enter")
    expect(page.locator(".turn .short")).to_be_visible()
    reach(page, ".cite", "Shift+Tab")
    expect(page.locator("#peek")).to_be_visible()
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
    reach(page, ".kept .rename")
    press("Enter")
    page.keyboard.type("Harbour")
    press("Enter")
    expect(page.locator(".kept .rename")).to_be_focused()
    press("Escape")
    expect(page.locator("#earlier")).to_be_hidden()
    expect(page.locator(".masthead [popovertarget]")).to_be_focused()


def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Press a key until the focus is on such a part; whatever has it on the way is to be seen."""
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.locator(":focus")
        if focused.count():
            assert focused.evaluate(SEEN), focused.evaluate("part => part.outerHTML")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by {key}")


SEEN = """part => {
    const {outlineStyle} = getComputedStyle(part), {width, height, top, bottom} = part.getBoundingClientRect();
    return width > 0 && height > 0 && bottom > 0 && top < innerHeight && outlineStyle !== "none";
}"""


@pytest.mark.parametrize("path", ["/", ANSWERED, "/corpus"])
def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, made: str, path: str) -> None:
    """At 200 % zoom of a small laptop no page scrolls sideways, and the field can be used."""
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(made + path)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if path != "/corpus":
        page.locator("#q").click()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_less_motion_is_respected(browser: Browser, made: str) -> None:
    """Nothing moves where less motion is asked for, and no scrolling is smooth."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(made + ANSWERED)
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
def test_nothing_shifts_as_it_loads(browser: Browser, made: str, width: int) -> None:
    """With conversations kept, at every width of the layout, on every page, on a processor ten times as slow."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 10})
    for path in (ANSWERED, "/", ANSWERED, "/corpus", "/articles"):
        page.goto(made + path)
        assert page.evaluate(SHIFTS) == 0, path
    context.close()
