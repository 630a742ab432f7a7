"""Signing in with a browser over plain HTTP, at a host name of a local network."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import FLAGS, find
from tests.browser.conftest import collect_complaints
from tests.serving import serving
from web.middleware.keys import Role, add_key

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server_with_keys(real_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server that asks for keys, at a host name, and a key that may ask."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    key = add_key(path, "reader", Role.ASK)
    with serving(real_index, keys_file=path, allowed_hosts="ask.test") as address:
        yield f"http://ask.test:{urlsplit(address).port}", key


@pytest.fixture(params=[True, False], ids=["with a script", "without"])
def page(request: pytest.FixtureRequest, browser) -> Iterator[Page]:
    """A page that resolves the host name, with and without JavaScript.

    To a plain HTTP address that is not local, browsers send fewer headers about where a request comes from.
    """
    flags = [*FLAGS, "--host-resolver-rules=MAP ask.test 127.0.0.1"]
    browser_with_host = browser.browser_type.launch(executable_path=find(), args=flags)
    yield collect_complaints(browser_with_host.new_context(java_script_enabled=request.param).new_page(), [])
    browser_with_host.close()


def test_a_person_signs_in_and_asks(page: Page, server_with_keys: tuple[str, str]) -> None:
    """After the key comes the page that was asked for, and questions are answered until the person signs out."""
    address, key = server_with_keys
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
