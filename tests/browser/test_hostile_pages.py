"""Articles and questions with markup, scripts or disguises are only ever text on the pages."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.small_corpus import serve_articles
from tests.browser.test_chat import ask
from tests.unit.rag.conftest import SURE, ScriptedReader

pytestmark = pytest.mark.slow

STRINGS = os.environ.get("RAG_HOSTILE", "")
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
        "id": f"evil-{number}",
        "title": f"Harbour {payload}",
        "source": f"Source {payload}",
        "author": payload,
        "url": "javascript:alert(1)",
        "language": 'en" onmouseover="alert(1)',
        "published": "2024-03-05",
        "text": f"The harbour {payload} was opened on {number + 1} March 2021.\n\n{payload}",
    }
    for number, payload in enumerate(PAYLOADS)
]
# Everything that this site does not use: foreign markup, event handlers, and links that run scripts.
FOREIGN = """() => [
    ...document.querySelectorAll("script:not([src^='/static/']), img, iframe, object, embed, base, style"),
    ...[...document.querySelectorAll("*")].filter(({attributes}) => [...attributes].some(({name}) => /^on/.test(name))),
    ...[...document.links].filter(({protocol}) => !["http:", "https:"].includes(protocol)),
].map((part) => part.outerHTML)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    reader = ScriptedReader(**{f"{number + 1} March 2021": 30.0 for number in range(len(PAYLOADS))})
    with serve_articles(tmp_path_factory.mktemp("hostile"), ARTICLES, reader, weights=SURE) as url:
        yield url


def test_hostile_articles_are_only_text(page: Page, address: str) -> None:
    """Nothing of an article runs or renders: quoted, previewed, opened, stored, listed, or on the corpus page."""
    page.goto(address)
    assert page.evaluate(FOREIGN) == []
    ask(page, QUESTION)
    expect(page.locator(".turn .cite").first).to_be_visible()
    for mark in page.locator(".turn .cite").all():
        mark.hover()
        expect(page.locator("#preview")).to_be_visible()
        mark.click()
        expect(page.locator(".panel article")).to_be_visible()
        assert page.evaluate(FOREIGN) == []
    page.goto(address)
    page.click(".masthead [popovertarget]")
    page.locator("#earlier ol .open").first.click()
    expect(page.locator(".turn .cite").first).to_be_visible()
    assert page.evaluate(FOREIGN) == []
    page.goto(f"{address}/corpus")
    assert page.evaluate(FOREIGN) == []
    expect(page.get_by_text("Source <script>alert(1)</script>")).to_be_visible()
    page.goto(f"{address}/articles")
    assert page.evaluate(FOREIGN) == []
    assert page.locator(".listing > li").count() == len(ARTICLES)


def test_hostile_articles_pages_are_only_text(page: Page, address: str) -> None:
    """Each article page shows its title as it is."""
    for number, payload in enumerate(PAYLOADS):
        page.goto(f"{address}/articles/evil-{number}?start=4&end=30")
        assert page.evaluate(FOREIGN) == [], payload
        assert page.locator("article h1").text_content() == " ".join(f"Harbour {payload}".split())


def test_hostile_questions_are_only_text(page: Page, address: str) -> None:
    """Nothing of a question runs or renders: typed, as a follow-up, or in any part of an address."""
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
    """Rendered as Markdown that allows HTML, the file has no foreign element and no link that runs a script."""
    from markdown_it import MarkdownIt

    page.goto(f"{address}/?q={quote(f'harbour {EVIL}')}")
    page.click(".masthead [popovertarget]")
    with page.expect_download() as download:
        page.locator(".export").first.click()
    download.value.save_as(tmp_path / "conversation.md")
    html = MarkdownIt("commonmark", {"html": True}).render((tmp_path / "conversation.md").read_text(encoding="utf-8"))
    page.goto("about:blank")
    page.set_content(html)
    assert page.evaluate(FOREIGN) == []


@pytest.mark.collections
@pytest.mark.timeout(3000)
@pytest.mark.skipif(not STRINGS, reason="RAG_HOSTILE names no directory of naughty strings and attacks")
def test_no_naughty_string_and_no_attack_is_more_than_text(page: Page, address: str) -> None:
    """Every line of blns.txt and every attack is asked as a question."""
    attacks = json.loads((Path(STRINGS) / "bipia-text-attacks-train.json").read_text(encoding="utf-8"))
    lines = (Path(STRINGS) / "blns.txt").read_text(encoding="utf-8").split("\n")
    for line in [*lines, *(attack for category in attacks.values() for attack in category)]:
        page.goto(f"{address}/?q={quote(line[:2000])}")
        assert page.evaluate(FOREIGN) == [], line
