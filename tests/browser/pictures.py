"""Takes the two screenshots of the README: python -m tests.browser.pictures INDEX"""

import sys
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from rag.reader import reader_of
from tests.browser.chromium import FLAGS, find
from tests.browser.test_chat import FIRST
from tests.conftest import REPOSITORY
from tests.serving import serving


def take(browser: Browser, address: str, scheme: str) -> None:
    """Save the screenshot of a colour scheme: dark shows the opening page, light an answer with its article open."""
    context = browser.new_context(viewport={"width": 1280, "height": 680}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    (show_opening if scheme == "dark" else show_answer)(page, address)
    screenshot = Image.open(BytesIO(page.screenshot()))
    # 128 colours need a third of the bytes.
    screenshot.quantize(128).save(REPOSITORY / ".github" / f"chat-{scheme}.png", optimize=True)
    context.close()


def show_opening(page: Page, address: str) -> None:
    """Open the chat page and wait until it suggests questions."""
    page.goto(address)
    for _ in range(20):
        page.wait_for_timeout(1000)
        page.reload()
        if page.locator(".suggested li").count() >= 3:
            return
    sys.exit("The page suggested fewer than three questions within 20 seconds.")


def show_answer(page: Page, address: str) -> None:
    """Ask a question and open the article of the first citation."""
    page.goto(f"{address}/?q={quote(FIRST)}")
    page.locator(".cite").first.click()
    expect(page.locator(".panel #cited")).to_be_visible()
    page.mouse.move(0, 0)


def main(index: Path) -> None:
    """Serve the index and take both screenshots."""
    assistant = Assistant(LiveIndex(index), reader=reader_of("shipped"))
    with serving(index, assistant) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        for scheme in ("light", "dark"):
            take(browser, address, scheme)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".index"))
