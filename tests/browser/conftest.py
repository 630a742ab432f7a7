"""The browser and the servers of the browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import FLAGS, find
from tests.browser.small_corpus import ARTICLES, GatedReader, serve_articles
from tests.serving import serving

SCREENSHOTS = Path(__file__).parent / "screenshots"


@pytest.fixture(scope="session")
def address(real_index: Path) -> Iterator[str]:
    """The address of a server for the project's own corpus."""
    with serving(real_index) as url:
        yield url


@pytest.fixture(scope="session")
def reader() -> GatedReader:
    """The reader of `small_site`; a test that closes its gate opens it again."""
    return GatedReader()


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory, reader: GatedReader) -> Iterator[str]:
    """The address of a server for ARTICLES, without a model."""
    with serve_articles(tmp_path_factory.mktemp("small"), ARTICLES, reader) as url:
        yield url


# Closed after this package: Playwright's event loop runs in this thread, where other tests need their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail("no Chromium; run: python -m tests.browser.chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """The browser's complaints about the pages of the test: script errors, blocked content, dialogs."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A page in a desktop window; the test fails if the browser complains about it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield collect_complaints(context.new_page(), complaints)
    context.close()
    assert complaints == []


def collect_complaints(page: Page, complaints: list[str]) -> Page:
    """The same page; what the browser complains about is added to `complaints`."""

    def on_console(message: ConsoleMessage) -> None:
        # A refused question gets status 422, which the browser reports as an error.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            complaints.append(message.text)

    page.set_default_timeout(15_000)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    return page
