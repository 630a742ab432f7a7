"""The site below a prefix, as a proxy shows it: every address that goes out works there."""

import re

import pytest

from tests.unit.web.conftest import Element, on_loopback, parse
from tests.unit.web.pages.test_corpus import FakeReindexer
from web.middleware.keys import Role, add_key
from web.server import server_of
from web.settings import Settings

PREFIX = "/documents"
QUESTION = "When was the harbour of Lenkoran opened?"
BROWSER = {"accept": "text/html"}
STREAM = {"accept": "text/event-stream"}


@pytest.fixture
def below(assistant, serve):
    """A client of the site below the prefix, by the setting."""
    return serve(assistant, root_path=PREFIX)


def addresses(page: Element) -> set[str]:
    """The addresses on this server that a page names, without fragments."""
    named = {
        element.attributes[name]
        for element in page.all()
        for name in ("href", "src", "action")
        if element.attributes.get(name)
    }
    return {address.partition("#")[0] for address in named if not address.startswith(("#", "http"))}


def crawl(client, path: str) -> set[str]:
    """Every address that can be reached from a page by links."""
    to_visit, visited = {path}, set()
    while to_visit:
        address = to_visit.pop()
        visited.add(address)
        response = client.get(address, headers=BROWSER)
        posts_only = response.status_code == 405
        assert posts_only or response.status_code == 200, address
        if response.headers["content-type"].startswith("text/html") and not posts_only:
            to_visit |= addresses(parse(response.text)) - visited
    return visited


def test_every_address_of_every_page_works_below_the_prefix(below):
    """From the page of an answer on: pages, files, forms and the description are all below it, and all are there."""
    visited = crawl(below, f"{PREFIX}/?q={QUESTION}")
    assert all(address.startswith(f"{PREFIX}/") for address in visited)
    paths = {address.partition("?")[0].removeprefix(PREFIX) for address in visited}
    files = {"/static/style.css", "/static/pages.css", "/static/icon.svg", "/static/chat.js", "/openapi.json"}
    assert files | {"/", "/articles", "/articles/harbour", "/corpus", "/corpus/reindex", "/docs"} <= paths


def test_a_proxy_may_take_the_prefix_off(below):
    """The same addresses are shown to whoever asks without it, as proxies do that take it off."""
    for path in (f"/?q={QUESTION}", "/articles/harbour", "/corpus", "/docs", "/none"):
        with_prefix, without = below.get(PREFIX + path, headers=BROWSER), below.get(path, headers=BROWSER)
        assert without.status_code == with_prefix.status_code
        assert addresses(parse(without.text)) == addresses(parse(with_prefix.text))
    assert below.get(PREFIX, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("prefix", ["/docs", "/api", "/static", "/v1"])
def test_the_prefix_may_be_named_as_a_route_is(assistant, serve, prefix):
    """Routes below it are still found."""
    client = serve(assistant, root_path=prefix)
    for path in ("/docs", "/static/style.css", "/v1/models", "/api/index"):
        assert client.get(prefix + path).status_code == 200
    assert client.get(f"{prefix}/api/none").headers["content-type"] == "application/problem+json"


def test_the_turn_that_comes_as_an_event_has_the_prefix(below):
    """The links of the fragment that a script puts into the page."""
    events = below.get(f"{PREFIX}/", params={"q": QUESTION}, headers=STREAM).text
    (turn,) = re.findall(r"event: turn\n((?:data: .*\n)+)", events)
    page = parse(turn.replace("data: ", ""))
    assert page.all("a", class_="cite")[0].attributes["href"].startswith(f"{PREFIX}/articles/harbour?")
    assert all(address.startswith(f"{PREFIX}/") for address in addresses(page))


def test_the_scripts_are_given_the_prefix(below, client):
    """As an attribute of the page, empty without one; no script has an address of its own from the root on."""
    assert parse(below.get("/").text).one("html").attributes["data-root"] == PREFIX
    assert parse(client.get("/").text).one("html").attributes["data-root"] == ""
    for name in ("answer_actions", "chat", "citations", "conversations", "corpus", "markdown", "panel", "server"):
        assert not re.search(r"[\"'`]/(?!/)[a-z?]", client.get(f"/static/{name}.js").text)


def test_redirects_stay_below_the_prefix(assistant, serve, tmp_path):
    """To the sign-in page, from there to the page that was asked for, and out again; the cookie holds there alone."""
    key = add_key(tmp_path / "keys", "laptop", Role.ADMIN)
    client = serve(assistant, root_path=PREFIX, keys_file=tmp_path / "keys")
    refused = client.get(f"{PREFIX}/articles?page=1", headers=BROWSER, follow_redirects=False)
    assert refused.headers["location"].startswith(f"{PREFIX}/sign-in?next=")
    page = parse(client.get(refused.headers["location"], headers=BROWSER).text)
    fields = {field.attributes["name"]: field.attributes.get("value", "") for field in page.one("form").all("input")}
    action = page.one("form").attributes["action"]
    signed_in = client.post(action, data={**fields, "key": key}, follow_redirects=False)
    assert signed_in.headers["location"] == f"{PREFIX}/articles?page=1"
    assert f"Path={PREFIX};" in signed_in.headers["set-cookie"]
    assert client.get(f"{PREFIX}/articles?page=1", headers=BROWSER, follow_redirects=False).status_code == 200
    client.app.state.reindexer = FakeReindexer()
    reindex = client.post(f"{PREFIX}/corpus/reindex", follow_redirects=False)
    assert reindex.headers["location"] == f"{PREFIX}/corpus"
    signed_out = client.post(f"{PREFIX}/sign-out", follow_redirects=False)
    assert signed_out.headers["location"] == f"{PREFIX}/sign-in"
    assert client.get(f"{PREFIX}/", headers=BROWSER, follow_redirects=False).status_code == 303


def test_what_programs_are_given_names_addresses_below_the_prefix(below):
    """OpenAPI's server, the citations of /v1 and its Markdown, the examples of /docs and the remedies of errors."""
    assert below.get(f"{PREFIX}/openapi.json").json()["servers"] == [{"url": PREFIX}]
    body = {"model": "caspian-indus-reader", "messages": [{"role": "user", "content": QUESTION}]}
    message = below.post(f"{PREFIX}/v1/chat/completions", json=body).json()["choices"][0]["message"]
    article = f"http://127.0.0.1:8000{PREFIX}/articles/harbour?"
    assert message["annotations"][0]["url_citation"]["url"].startswith(article)
    assert f"({article}" in message["content"]
    assert f"curl -s http://127.0.0.1:8000{PREFIX}/api/ask " in parse(below.get(f"{PREFIX}/docs").text).text
    assert f"see {PREFIX}/docs" in below.get(f"{PREFIX}/none").json()["remedy"]
    assert f"{PREFIX}/docs" in below.post(f"{PREFIX}/api/ask", json={}).json()["remedy"]


def test_a_missing_key_s_remedy_names_the_sign_in_page_below_the_prefix(assistant, serve, tmp_path):
    """The address in the sentence can be opened."""
    add_key(tmp_path / "keys", "laptop", Role.ASK)
    client = serve(assistant, root_path=PREFIX, keys_file=tmp_path / "keys")
    assert f"sign in at {PREFIX}/sign-in" in client.get(f"{PREFIX}/api/index").json()["remedy"]


def test_routes_roles_and_metrics_are_those_without_a_prefix(below):
    """The log and the metrics name the same routes, and monitors reach the server directly."""
    assert below.get("/healthz").status_code == below.get(f"{PREFIX}/healthz").status_code == 200
    below.get(f"{PREFIX}/static/style.css")
    metrics = below.get(f"{PREFIX}/metrics").text
    assert 'route="/healthz"' in metrics
    assert 'route="/static"' in metrics
    assert PREFIX not in metrics
    assert below.get(f"{PREFIX}/static/style.css").headers["cache-control"] == "no-cache"
    assert below.get(f"{PREFIX}/v1/none").json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("proxies", "header", "root"),
    [
        ("127.0.0.1", "/library", "/library"),
        ("10.0.0.0/8, 127.0.0.0/8", "/library/", "/library"),
        ("", "/library", ""),
        ("10.0.0.0/8", "/library", ""),
        ("127.0.0.1", "//evil.example", ""),
        ("127.0.0.1", "/\\evil.example", ""),
        ("127.0.0.1", '/"><script>', ""),
        ("127.0.0.1", "/..", ""),
        ("127.0.0.1", "/" + "x" * 300, ""),
    ],
)
def test_x_forwarded_prefix_is_believed_from_trusted_proxies_alone(client, proxies, header, root):
    """And only if it is a prefix: nobody else puts a part into every address of a page."""
    config = server_of(client.app, Settings(trusted_proxies=proxies)).config
    config.load()
    page = parse(on_loopback(config.loaded_app).get("/", headers={"x-forwarded-prefix": header}).text)
    assert page.one("a", class_="nameplate").attributes["href"] == f"{root}/"
    assert all(address.startswith(f"{root}/") for address in addresses(page))


@pytest.mark.parametrize("value", ["documents", "//evil.example", "/a b", "/../x", "/é"])
def test_a_root_path_is_a_prefix(value):
    """Any other value is refused when the server starts."""
    with pytest.raises(ValueError, match="written as /documents"):
        Settings(root_path=value)


def test_a_slash_at_the_end_of_the_root_path_is_dropped():
    """/documents/ is /documents, and / is none."""
    assert (Settings(root_path="/documents/").root_path, Settings(root_path="/").root_path) == (PREFIX, "")


def test_a_defect_is_shown_below_the_prefix(assistant, serve):
    """The page of an error that nobody expected has its links too."""
    client = serve(assistant, root_path=PREFIX)
    client.app.state.assistant = None
    page = client.get(f"{PREFIX}/", headers=BROWSER)
    assert page.status_code == 500
    assert all(address.startswith(f"{PREFIX}/") for address in addresses(parse(page.text)))
