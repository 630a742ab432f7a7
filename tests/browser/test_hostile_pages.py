"""Articles and questions that would run or disguise themselves: on the pages they are only ever text."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.made import made_server
from tests.browser.test_chat import ask
from tests.unit.rag.conftest import SURE, ScriptedReader

pytestmark = pytest.mark.slow

HOME = os.environ.get("RAG_HOSTILE", "")
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</section></main><svg onload=alert(1)>",
    "</textarea></title></style><iframe srcdoc='<script>alert(1)</script>'>",
    "[a link](javascript:alert(1)) <javascript:alert(1)>",
    "{{ 7 * 7 }} ${alert(1)} <%= 1 %>",
    "\u202egnp.exe\u202c and \u2066isolated",
    "data: x\nevent: turn\ndata: <b>forged</b>",
)
EVIL = " ".join(PAYLOADS)
QUESTION = "When was the harbour opened?"
ARTICLES = [
    {
        "id": f"evil-{place}",
        "title": f"Harbour {payload}",
        "source": f"Source {payload}",
        "author": payload,
        "url": "javascript:alert(1)",
        "language": 'en" onmouseover="alert(1)',
        "published": "2024-03-05",
        "text": f"The harbour {payload} was opened on {place + 1} March 2021.\n\n{payload}",
    }
    for place, payload in enumerate(PAYLOADS)
]
# Whatever is not of this site: markup of its own, handlers, and links that would run.
FOREIGN = """() => [
    ...document.querySelectorAll("script:not([src^='/static/']), img, iframe, object, embed, base, style"),
    ...[...document.querySelectorAll("*")].filter(({attributes}) => [...attributes].some(({name}) => /^on/.test(name))),
    ...[...document.links].filter(({protocol}) => !["http:", "https:"].includes(protocol)),
].map((part) => part.outerHTML)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    reader = ScriptedReader(**{f"{place + 1} March 2021": 30.0 for place in range(len(PAYLOADS))})
    with made_server(tmp_path_factory.mktemp("hostile"), ARTICLES, reader, weights=SURE) as url:
        yield url


def test_hostile_articles_are_only_text(page: Page, address: str) -> None:
    """Asked, pointed at, opened, kept, listed and seen on the corpus page, nothing of them runs or renders."""
    page.goto(address)
    assert page.evaluate(FOREIGN) == []
    ask(page, QUESTION)
    expect(page.locator(".turn .cite").first).to_be_visible()
    for mark in page.locator(".turn .cite").all():
        mark.hover()
        expect(page.locator("#peek")).to_be_visible()
        mark.click()
        expect(page.locator(".panel article")).to_be_visible()
        assert page.evaluate(FOREIGN) == []
    page.goto(address)
    page.click(".masthead [popovertarget]")
    page.locator(".kept .open").first.click()
    expect(page.locator(".turn .cite").first).to_be_visible()
    assert page.evaluate(FOREIGN) == []
    page.goto(f"{address}/corpus")
    assert page.evaluate(FOREIGN) == []
    expect(page.get_by_text("Source <script>alert(1)</script>")).to_be_visible()
    page.goto(f"{address}/articles")
    assert page.evaluate(FOREIGN) == []
    assert page.locator(".listing > li").count() == len(ARTICLES)


def test_hostile_articles_pages_are_only_text(page: Page, address: str) -> None:
    """Each title stands there to the character."""
    for place, payload in enumerate(PAYLOADS):
        page.goto(f"{address}/articles/evil-{place}?start=4&end=30")
        assert page.evaluate(FOREIGN) == [], payload
        assert page.locator("article h1").text_content() == " ".join(f"Harbour {payload}".split())


def test_hostile_questions_are_only_text(page: Page, address: str) -> None:
    """Typed, followed up, and as an address whose every part is one."""
    page.goto(address)
    for count, payload in enumerate(PAYLOADS, 1):
        ask(page, f"harbour {payload}")
        expect(page.locator(".turn")).to_have_count(count)
    ask(page, "And when was it opened?")
    expect(page.locator(".turn")).to_have_count(len(PAYLOADS) + 1)
    expect(page.locator(".interpreted").last).to_contain_text("forged")
    assert page.evaluate(FOREIGN) == []
    for payload in PAYLOADS:
        page.goto(f"{address}/?q={quote(payload)}&h={quote(EVIL)}&source={quote(payload)}")
        assert page.evaluate(FOREIGN) == [], payload
        assert page.locator("b").count() == page.locator(".finding b").count()


def test_an_exported_conversation_renders_nothing_hostile(page: Page, address: str, tmp_path: Path) -> None:
    """Read as Markdown with HTML let through, the file still gives no element and no link that would run."""
    from markdown_it import MarkdownIt

    page.goto(f"{address}/?q={quote(f'harbour {EVIL}')}")
    page.click(".masthead [popovertarget]")
    with page.expect_download() as download:
        page.locator(".export").first.click()
    download.value.save_as(tmp_path / "kept.md")
    html = MarkdownIt("commonmark", {"html": True}).render((tmp_path / "kept.md").read_text(encoding="utf-8"))
    page.goto("about:blank")
    page.set_content(html)
    assert page.evaluate(FOREIGN) == []


@pytest.mark.collections
@pytest.mark.timeout(3000)
@pytest.mark.skipif(not HOME, reason="RAG_HOSTILE names no directory of naughty strings and attacks")
def test_no_naughty_string_and_no_attack_is_more_than_text(page: Page, address: str) -> None:
    """Every line of blns.txt, and the attacks, asked of the page."""
    attacks = json.loads((Path(HOME) / "bipia-text-attacks-train.json").read_text(encoding="utf-8"))
    lines = (Path(HOME) / "blns.txt").read_text(encoding="utf-8").split("\n")
    for line in [*lines, *(attack for some in attacks.values() for attack in some)]:
        page.goto(f"{address}/?q={quote(line[:2000])}")
        assert page.evaluate(FOREIGN) == [], line
