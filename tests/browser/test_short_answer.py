"""Short answers, and the answers of sources that differ, in a real browser without a model."""

import itertools
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from tests.browser.conftest import SCREENSHOTS, collect_complaints
from tests.browser.test_chat import SIZES, ask
from tests.conftest import WordEmbedder
from tests.serving import serving
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader

pytestmark = pytest.mark.slow

SHORT = "When was the harbour of Lenkoran opened?"
DIFFERING = "How long is the bridge over the Kura?"
URDU = "آتشگاہ کی عمارت کب مکمل ہوئی؟"
LONG = "Why was the ferry to Aktau withdrawn from service?"
REASON = "because the two boilers, which had been repaired three times, could no longer be insured against fire at sea"
ARTICLES = [
    {
        "id": "harbour",
        "title": "The new harbour of Lenkoran",
        "source": "Coast Daily",
        "published": "2024-03-05",
        "url": "https://example.org/harbour",
        "language": "en",
        "text": "The harbour of Lenkoran was opened on 12 March 2021, after six years of work. It cost 40 million.",
    },
    {
        "id": "bridge",
        "title": "A bridge over the Kura",
        "source": "River Post",
        "published": "2023-01-15",
        "language": "en",
        "text": "Engineers finished their work in the autumn. The bridge over the Kura is 310 metres long.",
    },
    {
        "id": "survey",
        "title": "Measured again: what the survey of the river crossings between Mingachevir and the sea found",
        "source": "Journal of Surveying",
        "published": "2025-06-02",
        "language": "en",
        "text": "The bridge over the Kura is 318 metres long, from one abutment to the other.",
    },
    {"id": "guide", "title": "A walker’s guide", "text": "The bridge over the Kura is 300 metres long."},
    {
        "id": "fire-temple",
        "title": "باکو کا آتشگاہ",
        "source": "روزنامہ",
        "published": "2022-10-01",
        "language": "ur",
        "text": "آتشگاہ کی عمارت 1745 میں مکمل ہوئی۔ یہ باکو کے قریب ہے۔",
    },
    {"id": "ferry", "title": "The ferry", "text": f"The ferry to Aktau was withdrawn from service {REASON}."},
]
WORDS = ("12 March 2021", "310 metres", "318 metres", "300 metres", "1745 میں", REASON)
VIEWS = {"short": SHORT, "differing": DIFFERING, "urdu": URDU, "long": LONG}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose reader finds WORDS."""
    folder = tmp_path_factory.mktemp("short")
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES)
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")
    build_index(folder / "articles.jsonl", folder / "index", WordEmbedder())
    live = LiveIndex(folder / "index", lambda record: WordEmbedder())
    reader = ScriptedReader(**dict.fromkeys(WORDS, 30.0))
    with serving(folder / "index", Assistant(live, reader=reader, weights=SENSIBLE)) as url:
        yield url


def test_the_short_answer_is_first_and_opens_at_its_place(page: Page, address: str) -> None:
    """The short answer is the first and largest text, and a click marks exactly its words in the article."""
    page.goto(address)
    ask(page, SHORT)
    short, finding = page.locator(".short"), page.locator(".finding")
    expect(short).to_have_text("12 March 2021")
    expect(finding.locator("b")).to_have_text("12 March 2021")
    assert size_of(page, ".short") > size_of(page, ".finding")
    assert short.bounding_box()["y"] < finding.bounding_box()["y"]  # type: ignore[index]
    short.locator("a").click()
    expect(page.locator(".panel #cited")).to_have_text("12 March 2021")
    expect(page.locator(".panel #cited")).to_be_in_viewport()


def size_of(page: Page, selector: str) -> float:
    """The font size of an element, in pixels."""
    return float(page.locator(selector).evaluate("part => parseFloat(getComputedStyle(part).fontSize)"))


def test_the_answer_is_read_out_with_its_short_form(page: Page, address: str) -> None:
    """The status for screen readers has the short answer, then the sentence."""
    page.goto(address)
    ask(page, SHORT)
    expect(page.locator(".status")).to_contain_text("12 March 2021 The harbour of Lenkoran was opened")


def test_sources_that_differ_are_each_shown(page: Page, address: str) -> None:
    """The answers are newest first, each with its origin, and each opens at its own words."""
    page.goto(address)
    ask(page, DIFFERING)
    expect(page.locator(".differ")).to_have_text("The sources differ")
    expect(page.locator(".differing .short")).to_have_text(["318 metres", "310 metres", "300 metres"])
    expect(page.locator(".differing .origin li:last-child")).to_have_text(["2 June 2025", "15 January 2023", "undated"])
    page.locator(".differing .short a").nth(1).click()
    expect(page.locator(".panel #cited")).to_have_text("310 metres")


@pytest.mark.parametrize(("question", "words"), [(SHORT, "12 March 2021"), (DIFFERING, "318 metres")])
def test_without_a_script_the_words_open_on_their_page(
    browser: Browser, address: str, question: str, words: str
) -> None:
    """Without JavaScript, a short answer opens its article at the marked words."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    ask(page, question)
    page.locator(".short a").first.click()
    expect(page.locator("#cited")).to_have_text(words)
    expect(page.locator("#cited")).to_be_in_viewport()
    context.close()


def test_a_short_answer_runs_in_the_direction_of_its_words(page: Page, address: str) -> None:
    """An Urdu short answer runs from the right, whatever the direction of the page."""
    page.goto(f"{address}/?q={quote(URDU)}")
    short = page.locator(".short")
    expect(short).to_have_text("1745 میں")
    assert short.evaluate("part => getComputedStyle(part).direction") == "rtl"


SHIFTS = """() => new Promise(resolve => new PerformanceObserver(list => resolve(list.getEntries().length))
    .observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 0))"""


@pytest.mark.parametrize(("scheme", "size"), list(itertools.product(("light", "dark"), SIZES)))
def test_short_answers_fit_the_window(
    browser: Browser, address: str, scheme: str, size: str, complaints: list[str]
) -> None:
    """No view scrolls sideways or shifts, in light or dark, at any size; a screenshot of each is saved."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = collect_complaints(context.new_page(), complaints)
    for name, question in VIEWS.items():
        page.goto(f"{address}/?q={quote(question)}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert page.evaluate(SHIFTS) == 0, name
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{scheme}.png")
    context.close()
    assert complaints == []
