"""A browser, and a server with the project's own corpus to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import FLAGS, find
from tests.browser.made import ARTICLES, GatedReader, made_server
from tests.serving import serving

SCREENSHOTS = Path(__file__).parent / "screenshots"


@pytest.fixture(scope="session")
def address(real_index: Path) -> Iterator[str]:
    with serving(real_index) as url:
        yield url


@pytest.fixture(scope="session")
def reader() -> GatedReader:
    """The reader of `made`; a test that closes its gate opens it again."""
    return GatedReader()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, reader: GatedReader) -> Iterator[str]:
    """The address of a server of ARTICLES, without a model."""
    with made_server(tmp_path_factory.mktemp("made"), ARTICLES, reader) as url:
        yield url


# Ends with these tests: while Playwright is there, its event loop runs in this thread, where others need theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail("no Chromium; run: python -m tests.browser.chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of on the test's pages: script errors, refused content, dialogs."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A desktop window that must end the test without a complaint."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield listened(context.new_page(), complaints)
    context.close()
    assert complaints == []


def listened(page: Page, complaints: list[str]) -> Page:
    """The page, with everything that should not happen on it collected."""

    def on_console(message: ConsoleMessage) -> None:
        # A refused question is answered with 422, which the browser reports by itself.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            complaints.append(message.text)

    page.set_default_timeout(15_000)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    return page
