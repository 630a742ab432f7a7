"""Signing in with a browser, by a name that is not this machine's, over plain HTTP, as on a network at home."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import FLAGS, find
from tests.browser.conftest import listened
from tests.serving import serving
from web.middleware.keys import Role, add_key

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locked(real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server with keys, by a name, and a key that may ask."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    key = add_key(path, "reader", Role.ASK)
    with serving(real_index, keys_file=path, allowed_hosts="ask.test") as address:
        yield f"http://ask.test:{urlsplit(address).port}", key


@pytest.fixture(params=[True, False], ids=["with a script", "without"])
def page(request: pytest.FixtureRequest, browser) -> Iterator[Page]:
    """A page that knows the name, with JavaScript and without; browsers say less of their requests to such a name."""
    flags = [*FLAGS, "--host-resolver-rules=MAP ask.test 127.0.0.1"]
    named = browser.browser_type.launch(executable_path=find(), args=flags)
    yield listened(named.new_context(java_script_enabled=request.param).new_page(), [])
    named.close()


def test_a_person_signs_in_and_asks(page: Page, locked: tuple[str, str]) -> None:
    """The page that was wanted comes after the key, and questions are answered; signed out, it is closed again."""
    address, key = locked
    page.goto(f"{address}/docs")
    page.get_by_label("Your key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{address}/docs"
    page.goto(address)
    page.get_by_label("Your question").fill("When did Heydar Aliyev visit Pakistan?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("10 April 1996").first.wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.goto(address)
    assert urlsplit(page.url).path == "/sign-in"
