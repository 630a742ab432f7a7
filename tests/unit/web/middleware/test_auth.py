"""The gate: who may do what, from where, and how often."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount, Route

from rag.errors import SettingError
from tests.unit.web.api.test_ask import assert_problem
from tests.unit.web.conftest import on_loopback, parse
from web.addresses import is_loopback
from web.app import create_app
from web.middleware.auth import ACCESS, COOKIE, required_role
from web.middleware.keys import Role, add_key
from web.middleware.rate_limits import network_of
from web.pages.sign_in import local_address
from web.server import server_of
from web.settings import Settings

BROWSER = {"accept": "text/html"}
ASK = {"question": "When was the harbour of Lenkoran opened?"}
ELSEWHERE = "203.0.113.7"


@pytest.fixture
def keys(tmp_path):
    """A keys file, and a key of each role."""
    path = tmp_path / "keys"
    return path, {role: add_key(path, role.name.lower(), role) for role in (Role.ASK, Role.ADMIN)}


@pytest.fixture
def locked(assistant, serve, keys):
    """A client of a server with keys."""
    return serve(assistant, keys_file=keys[0])


def bearing(key):
    return {"authorization": f"Bearer {key}"}


def routes_of(routes):
    """Every route of the app, those of included routers too."""
    for route in routes:
        if isinstance(route, Route | Mount | APIRoute):
            yield route
        else:
            yield from routes_of(route.original_router.routes)


def test_every_route_is_in_the_table(assistant):
    """Every address stands in the table of roles, and the table names no other address."""
    paths = {route.path.partition("/{")[0] or "/" for route in routes_of(create_app(assistant, Settings()).routes)}
    assert len(paths) > 12
    assert paths == set(ACCESS)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/", Role.ASK),
        ("/metrics", Role.ADMIN),
        ("/metrics/", Role.ADMIN),
        ("/metricsfoo", Role.ASK),
        ("/api/reindex/x/y", Role.ADMIN),
        ("/static/../metrics", Role.ANYONE),  # which is a file's name to the router too, and there is none
        ("/unknown", Role.ASK),
        ("", Role.ASK),
        ("*", Role.ASK),
        ("//healthz", Role.ASK),
    ],
)
def test_the_nearest_above_decides_and_the_unknown_needs_a_key(path, role):
    """An address that the table does not name is not open to everyone."""
    assert required_role(path) == role


@pytest.mark.parametrize("path", ["/api/ask", "/api/reindex", "/api/index", "/metrics", "/openapi.json", "/nothing"])
@pytest.mark.parametrize("headers", [{}, bearing("wrong"), bearing(""), {"authorization": "Basic eDp5"}])
def test_without_a_known_key_nothing_is_told(locked, path, headers):
    """Every address gives a 401 that says how to authenticate."""
    response = locked.get(path, headers=headers)
    assert_problem(response, 401, "key")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/style.css", "/sign-in"])
def test_what_is_open_needs_no_key(locked, path):
    """Monitors and the files of the sign-in page need no key."""
    assert locked.get(path).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(Role.ASK, 403), (Role.ADMIN, 200)])
@pytest.mark.parametrize("path", ["/metrics", "/api/reindex"])
def test_a_role_opens_what_it_may(locked, keys, role, status, path):
    """Both may ask; only an admin may read the metrics and re-index."""
    headers = bearing(keys[1][role])
    assert locked.post("/api/ask", json=ASK, headers=headers).status_code == 200
    response = locked.get(path, headers=headers)
    assert response.status_code == status
    if status == 403:
        assert_problem(response, 403, '"ask" may not')


def test_a_key_that_is_taken_back_opens_nothing_more(assistant, serve, keys, monkeypatch):
    """Its line is deleted, and the server goes on."""
    monkeypatch.setattr("web.middleware.keys.CHECK_SECONDS", 0)
    client = serve(assistant, keys_file=keys[0])
    assert client.get("/api/index", headers=bearing(keys[1][Role.ASK])).status_code == 200
    keys[0].write_text(keys[0].read_text().splitlines()[1])
    statuses = [client.get("/api/index", headers=bearing(key)).status_code for key in keys[1].values()]
    assert statuses == [401, 200]


def test_a_wrong_key_is_not_saved_by_a_cookie(locked, keys):
    """The header wins over the cookie."""
    locked.cookies.set(COOKIE, keys[1][Role.ASK])
    assert locked.get("/api/index").status_code == 200
    assert locked.get("/api/index", headers=bearing("wrong")).status_code == 401


def test_without_keys_this_machine_may_all_and_others_ask(assistant):
    """On an open server only callers on this machine may read the metrics and re-index."""
    app = create_app(assistant, Settings(host="0.0.0.0", insecure=True))
    here, there = on_loopback(app), on_loopback(app, ELSEWHERE)
    assert [client.get("/metrics").status_code for client in (here, there)] == [200, 403]
    assert_problem(there.post("/api/reindex"), 403, "without a key may not")
    assert there.post("/api/ask", json=ASK).status_code == 200


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8000", 200),
        ("::1", "[::1]:8000", 200),
        ("::ffff:127.0.0.1", "LOCALHOST", 200),
        ("127.0.0.1", "rebound.example:8000", 403),
        ("127.0.0.1", "127.0.0.1.example", 403),
        ("127.0.0.1", "0.0.0.0:8000", 403),
        ("127.0.0.1", "", 403),
        (ELSEWHERE, "127.0.0.1:8000", 403),
    ],
)
def test_without_keys_an_admin_is_here_by_address_and_by_host(assistant, address, host, status):
    """A page whose name was pointed at this machine makes a browser here send its requests, with its own host."""
    app = create_app(assistant, Settings(host="0.0.0.0", insecure=True))
    assert on_loopback(app, address).get("/metrics", headers={"host": host}).status_code == status


@pytest.mark.parametrize("header", ["x-forwarded-for", "Forwarded", "X-Real-IP", "via"])
def test_without_keys_a_proxy_that_nobody_named_is_no_admin(client, header):
    """It passes on the requests of anybody, from this machine and often with its host."""
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


class TestTrustedProxy:
    @pytest.fixture
    def proxied(self, assistant):
        """A client of this machine behind a server that trusts it, without keys, and counts."""

        def of(**settings):
            trusting = Settings(trusted_proxies="127.0.0.1", insecure=True, **settings)
            config = server_of(create_app(assistant, trusting), trusting).config
            config.load()
            return on_loopback(config.loaded_app)

        return of

    @pytest.mark.parametrize(
        "written", ["127.0.0.1", "::1", "localhost", "127.0.0.1, 127.0.0.1", "203.0.113.7, 127.0.0.1"]
    )
    def test_loopback_that_a_client_writes_is_not_believed(self, proxied, written):
        """A proxy may pass on what its client has written: that makes nobody an admin, and nobody goes uncounted."""
        client = proxied(rate_per_address="2/hour")
        headers = {"x-forwarded-for": written}
        assert client.get("/metrics", headers=headers).status_code == 403
        assert [client.get("/docs", headers=headers).status_code for _ in range(3)] == [200, 429, 429]

    def test_this_machine_itself_is_still_an_admin(self, proxied):
        """Whoever asks without the proxy is here."""
        assert proxied().get("/metrics").status_code == 200

    def test_it_is_not_served_without_keys_unless_told(self, assistant, keys):
        """One sentence with the command; with keys, or with --insecure, it serves."""
        with pytest.raises(SettingError, match=r"the proxy 10\.0\.0\.1 could ask without a key.*rag key NAME"):
            create_app(assistant, Settings(trusted_proxies="10.0.0.1"))
        create_app(assistant, Settings(trusted_proxies="10.0.0.1", insecure=True))
        create_app(assistant, Settings(trusted_proxies="10.0.0.1", keys_file=keys[0]))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"])
def test_others_are_not_served_without_keys_unless_told(assistant, keys, host):
    """One sentence with the command; with keys, or with --insecure, it serves."""
    with pytest.raises(SettingError, match="rag key NAME"):
        create_app(assistant, Settings(host=host))
    create_app(assistant, Settings(host=host, insecure=True))
    create_app(assistant, Settings(host=host, keys_file=keys[0]))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LOCALHOST"])
def test_loopback_needs_no_keys(assistant, host):
    """This machine's own addresses are served as they are."""
    assert is_loopback(host)
    create_app(assistant, Settings(host=host))


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "[::1]:8000", "LOCALHOST"])
    def test_this_machine_s_own_names_pass(self, client, host):
        """With any port."""
        assert client.get("/api/index", headers={"host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost.evil.example"])
    def test_a_name_that_was_pointed_here_is_refused(self, client, host):
        """A page of elsewhere whose name now means this machine reads nothing."""
        assert_problem(client.get("/api/index", headers={"host": host}), 400, "This server is not")

    def test_monitors_may_name_any(self, client):
        """They reach it by an address."""
        assert client.get("/healthz", headers={"host": "10.0.0.9"}).status_code == 200

    def test_allowed_hosts_are_a_setting(self, assistant, serve):
        """Names and parts of names, for any address."""
        client = serve(assistant, allowed_hosts="ask.example.org, *.example.net")
        statuses = [
            client.get("/api/index", headers={"host": host}).status_code
            for host in ("ask.example.org:443", "a.example.net", "example.net", "127.0.0.1")
        ]
        assert statuses == [200, 200, 400, 400]


class TestOrigin:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"origin": "http://127.0.0.1:8000"}, 200),
            ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}, 200),
            ({"sec-fetch-site": "none"}, 200),
            ({"origin": "https://evil.example"}, 403),
            ({"origin": "null"}, 403),
            ({"origin": "http://["}, 403),
            ({"origin": "http://127.0.0.1:9"}, 403),
            ({"origin": "http://127.0.0.1:8000", "sec-fetch-site": "cross-site"}, 403),
            ({"sec-fetch-site": "same-site"}, 403),
            ({"origin": "https://friend.example", "sec-fetch-site": "cross-site"}, 200),
        ],
    )
    def test_a_page_elsewhere_changes_nothing(self, assistant, serve, headers, status):
        """Programs, this server's pages and allowed origins may post; what another page sends is refused."""
        client = serve(assistant, allowed_origins="https://friend.example")
        assert client.post("/api/search", json={"query": "harbour"}, headers=headers).status_code == status

    def test_a_link_from_elsewhere_is_followed(self, client):
        """Reading is no change."""
        assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200

    def test_no_origin_is_allowed_by_default(self, client):
        """Without the setting no answer is shared, and no preflight passes."""
        headers = {"origin": "https://friend.example", "access-control-request-method": "POST"}
        response = client.options("/api/ask", headers=headers)
        assert response.status_code == 405
        assert not [name for name in response.headers if name.startswith("access-control")]

    def test_an_allowed_origin_may_ask_with_a_key(self, assistant, serve, keys):
        """The preflight passes without a key, and even a refusal can be read."""
        client = serve(assistant, keys_file=keys[0], allowed_origins="https://friend.example")
        origin = {"origin": "https://friend.example"}
        wanted = "authorization, mcp-protocol-version, x-stainless-retry-count"
        requested = {"access-control-request-method": "POST", "access-control-request-headers": wanted}
        preflight = client.options("/api/ask", headers=origin | requested)
        assert preflight.status_code == 200
        refused = client.post("/api/ask", json=ASK, headers=origin)
        answered = client.post("/api/ask", json=ASK, headers=origin | bearing(keys[1][Role.ASK]))
        assert [refused.status_code, answered.status_code] == [401, 200]
        for response in (preflight, refused, answered):
            assert response.headers["access-control-allow-origin"] == "https://friend.example"
            assert "access-control-allow-credentials" not in response.headers


class TestRates:
    def test_an_address_that_asks_too_often_waits(self, assistant):
        """429 with when to come back; another address is not held up, nor this machine, nor a monitor."""
        app = create_app(assistant, Settings(rate_per_address="3/hour", allowed_hosts="*"))
        client = on_loopback(app, ELSEWHERE)
        responses = [client.get("/docs") for _ in range(4)]
        assert [response.status_code for response in responses] == [200, 200, 200, 429]
        assert [response.headers["ratelimit"].split(";")[1] for response in responses] == ["r=2", "r=1", "r=0", "r=0"]
        assert responses[0].headers["ratelimit-policy"] == '"address";q=3;w=3600'
        assert_problem(responses[-1], 429, "address has asked more than 3 per 1 hour")
        assert 1 <= int(responses[-1].headers["retry-after"]) <= 3600
        assert client.get("/healthz").status_code == 200
        assert on_loopback(app, "203.0.113.8").get("/docs").status_code == 200
        assert [on_loopback(app).get("/docs").status_code for _ in range(5)] == [200] * 5

    def test_a_key_is_counted_by_itself(self, assistant, serve, keys):
        """From any address, and each by its own count."""
        client = serve(assistant, keys_file=keys[0], rate_per_key="2/hour")
        ask, admin = (bearing(key) for key in keys[1].values())
        assert [client.get("/docs", headers=ask).status_code for _ in range(3)] == [200, 200, 429]
        assert client.get("/docs", headers=admin).status_code == 200

    def test_guessing_keys_is_counted_too(self, assistant, keys):
        """Refused requests count for their address, at the sign-in as well."""
        app = create_app(assistant, Settings(keys_file=keys[0], rate_per_address="2/hour", allowed_hosts="*"))
        guesser = on_loopback(app, ELSEWHERE)
        form = {"content": "key=guess", "headers": {"content-type": "application/x-www-form-urlencoded"}}
        statuses = [guesser.post("/sign-in", **form).status_code, guesser.get("/api/index").status_code]
        statuses += [guesser.post("/sign-in", **form).status_code, guesser.get("/api/index").status_code]
        assert statuses == [403, 401, 429, 429]

    def test_wrong_keys_are_counted_on_this_machine_too_and_right_ones_pass(self, assistant, serve, keys):
        """A program that guesses is stopped, in the header, the cookie or the form, and hinders nobody."""
        client = serve(assistant, keys_file=keys[0], rate_per_address="3/hour")
        assert [client.get("/api/index").status_code for _ in range(5)] == [401] * 5  # without any key
        statuses = [client.get("/api/index", headers=bearing("guess")).status_code]
        statuses += [client.get("/api/index", headers={"cookie": f"{COOKIE}=guess"}).status_code]
        statuses += [client.post("/sign-in", data={"key": "guess"}).status_code for _ in range(2)]
        assert statuses == [401, 401, 403, 429]
        response = client.get("/api/index", headers=bearing("guess"))
        assert_problem(response, 429, "address has asked more than 3 per 1 hour")
        assert 1 <= int(response.headers["retry-after"]) <= 3600
        right = bearing(keys[1][Role.ASK])
        assert [client.get("/api/index", headers=right).status_code for _ in range(5)] == [200] * 5
        assert client.post("/sign-in", data={"key": keys[1][Role.ASK]}, follow_redirects=False).status_code == 303

    def test_rates_can_be_off(self, assistant):
        """No header then, and no end."""
        app = create_app(assistant, Settings(rate_per_address="off", allowed_hosts="*"))
        response = on_loopback(app, ELSEWHERE).get("/docs")
        assert "ratelimit" not in response.headers

    def test_an_ipv6_customer_is_one(self):
        """The 64 bits that one line has are counted together."""
        assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::") != network_of("2001:db8:1:3::")
        assert network_of("203.0.113.7") != network_of("203.0.113.8")
        assert network_of("a name") == "a name"

    def test_an_ipv4_address_is_itself_on_an_ipv6_socket_too(self):
        """Such addresses share their first 64 bits, and are not one customer; loopback is one of them."""
        assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7") != network_of("::ffff:203.0.113.8")
        assert is_loopback("::ffff:127.0.0.1")
        assert not is_loopback("::ffff:203.0.113.7")


class TestSignIn:
    def test_a_person_without_a_key_is_asked_for_one_and_goes_on(self, locked, keys):
        """The page that was wanted redirects to the sign-in, and that back to it, with a cookie no script reads."""
        wanted = "/?q=When+was+the+harbour+of+Lenkoran+opened%3F"
        response = locked.get(wanted, headers=BROWSER, follow_redirects=False)
        assert response.status_code == 303
        page = parse(locked.get(response.headers["location"], headers=BROWSER).text)
        following = page.one("input", name="next").attributes["value"]
        assert following == wanted
        form = {"key": f" {keys[1][Role.ASK]}\n", "next": following}
        signed = locked.post("/sign-in", data=form, headers=BROWSER, follow_redirects=False)
        assert (signed.status_code, signed.headers["location"]) == (303, wanted)
        cookie = signed.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie
        assert "12 March 2021" in locked.get(wanted, headers=BROWSER).text

    def test_every_page_leads_to_signing_out(self, locked, client, keys):
        """One button where a key was given; none before, and none where there are no keys."""
        assert "/sign-out" not in locked.get("/sign-in", headers=BROWSER).text
        locked.post("/sign-in", data={"key": keys[1][Role.ASK]})
        for path in ("/", "/corpus", "/docs", "/articles", "/articles/bridge", "/nowhere", "/sign-in"):
            (form,) = parse(locked.get(path, headers=BROWSER).text).all("form", action="/sign-out")
            assert form.attributes["method"] == "post"
            assert form.one("button").text == "Sign out"
        assert "/sign-out" not in client.get("/", headers=BROWSER).text

    def test_over_https_the_cookie_stays_there(self, assistant, keys):
        """Secure, and the browser is told to stay with https."""
        app = create_app(assistant, Settings(keys_file=keys[0]))
        client = on_loopback(app, base_url="https://127.0.0.1")
        signed = client.post("/sign-in", data={"key": keys[1][Role.ASK]}, follow_redirects=False)
        assert "secure" in signed.headers["set-cookie"].lower()
        assert signed.headers["strict-transport-security"].startswith("max-age=")

    def test_plain_http_promises_no_https(self, client):
        """The header means nothing there."""
        assert "strict-transport-security" not in client.get("/").headers

    def test_a_wrong_key_is_said_on_the_page(self, locked):
        """403, the sentence, and no cookie."""
        response = locked.post("/sign-in", data={"key": "wrong", "next": "/docs"}, headers=BROWSER)
        assert response.status_code == 403
        page = parse(response.text)
        assert "does not know" in page.one(role="alert").text
        assert page.one("input", name="next").attributes["value"] == "/docs"
        assert "set-cookie" not in response.headers

    def test_signing_out_forgets_the_key(self, locked, keys):
        """The page says whose key it is; after that, the documents are closed again."""
        locked.post("/sign-in", data={"key": keys[1][Role.ADMIN]})
        assert "“admin”" in locked.get("/sign-in").text
        locked.post("/sign-out")
        assert locked.get("/api/index").status_code == 401

    def test_a_key_that_has_asked_too_often_can_be_given_back(self, assistant, serve, keys):
        """The cookie goes."""
        client = serve(assistant, keys_file=keys[0], rate_per_key="1/hour")
        client.post("/sign-in", data={"key": keys[1][Role.ASK]}, follow_redirects=False)
        assert [client.get("/api/index").status_code for _ in range(2)] == [200, 429]
        assert client.post("/sign-out", follow_redirects=False).status_code == 303
        assert client.get("/api/index").status_code == 401

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe=%zz", b"key", b"key=&key=2", b"next=//evil.example&key=x"])
    def test_a_form_that_is_none_is_a_wrong_key(self, locked, body):
        """Whatever is posted, the page comes back."""
        assert locked.post("/sign-in", content=body).status_code == 403

    @pytest.mark.parametrize(
        "address", ["", "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "docs"]
    )
    def test_the_sign_in_leads_nowhere_else(self, address):
        """An address of another server is the first page."""
        assert local_address(address) == "/"

    @given(st.text())
    def test_what_is_local_has_no_host(self, address):
        """By the rules that browsers read addresses by."""
        local = local_address(address)
        assert local.startswith("/")
        assert urlsplit(local.replace("\\", "/")).netloc == ""

    def test_the_wanted_address_survives_its_characters(self, locked):
        """Queries come back as they were."""
        response = locked.get("/?q=a%26b%3Dc&h=%C3%BC", headers=BROWSER, follow_redirects=False)
        (following,) = parse_qs(urlsplit(response.headers["location"]).query)["next"]
        assert following == "/?q=a%26b%3Dc&h=%C3%BC"
