"""What operators and programs read: health, readiness, metrics, headers, the OpenAPI description."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from index.build.build import build_index
from tests.unit.web.api.test_ask import assert_problem
from tests.unit.web.conftest import on_loopback, status_of
from web.app import create_app
from web.headers import SECURITY_HEADERS as HEADERS
from web.middleware.keys import Role, add_key
from web.settings import Settings

QUESTION = "When was the harbour of Lenkoran opened?"
ABSENT = "Who invented the xylophone in Vienna?"
BROWSER = {"accept": "text/html"}


def test_healthz_answers_while_the_process_lives(client):
    """The status is ok, and the index is not used."""
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_readyz_is_unavailable_until_the_model_is_loaded_and_after_the_end(assistant):
    """The app is ready after it has started and until it has stopped."""
    app = create_app(assistant, Settings())
    assert on_loopback(app).get("/readyz").status_code == 503
    with on_loopback(app) as started:
        response = started.get("/readyz")
        assert (response.status_code, response.json()) == (200, {"status": "ready", "generation": 1, "reason": None})
    assert on_loopback(app).get("/readyz").json()["status"] == "starting"


def test_a_stopping_server_is_not_ready(client):
    """It finishes its requests, and monitors should send no new ones."""
    client.app.state.stopping = True
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "stopping")


def test_only_an_admin_is_shown_details(assistant, corpus, built, embedder, tmp_path):
    """Others are shown the status alone, with the same keys."""
    add_key(tmp_path / "keys", "laptop", Role.ASK)
    key = add_key(tmp_path / "keys", "ops", Role.ADMIN)
    with on_loopback(create_app(assistant, Settings(keys_file=tmp_path / "keys"))) as client:
        (corpus / "tower.txt").write_text("The tower of Gabala is 80 metres tall.")
        build_index(corpus, built, embedder)
        (built / "generations" / "000002" / "vectors.npy").write_bytes(b"")
        assert client.get("/readyz").json() == {"status": "ready", "generation": None, "reason": None}
        details = client.get("/readyz", headers={"authorization": f"Bearer {key}"}).json()
        assert (details["generation"], "vectors.npy" in details["reason"]) == (1, True)
        (built / "CURRENT").unlink()
        response = client.get("/readyz")
        assert (response.status_code, response.json()["reason"]) == (503, None)
        assert response.json() == {"status": "no index", "generation": None, "reason": None}


def test_readyz_says_what_an_index_that_went_away_needs(client, built):
    """The reason has the command that makes an index."""
    (built / "CURRENT").unlink()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert f"Run: rag index --index {built}" in response.json()["reason"]


def test_readyz_tells_of_a_generation_that_can_t_be_served(client, corpus, built, embedder):
    """Questions are still answered from the one before, so it is ready, and the damage is named until it is mended."""
    (corpus / "tower.txt").write_text("The tower of Gabala is 80 metres tall.")
    build_index(corpus, built, embedder)
    (built / "generations" / "000002" / "vectors.npy").write_bytes(b"")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["generation"]) == (200, 1)
    assert "vectors.npy" in response.json()["reason"]
    build_index(corpus, built, embedder, rebuild=True)
    assert client.get("/readyz").json() == {"status": "ready", "generation": 3, "reason": None}


def test_on_ready_is_called_once_when_it_can_answer(assistant):
    """The address is announced no sooner than the first question can be answered."""
    seen = []
    app = create_app(assistant, Settings(), lambda: seen.append(app.state.ready))
    assert seen == []
    with on_loopback(app):
        assert seen == [True]


def counters(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, s.labels.get("outcome")): s.value for family in families for s in family.samples}


def test_metrics_count_answered_and_declined(client):
    """Every way of asking is counted by its outcome; refused questions are not counted."""
    client.post("/api/ask", json={"question": QUESTION})
    client.post("/api/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"})
    client.get("/", params={"q": QUESTION})
    client.post("/api/ask", json={"question": ABSENT})
    client.post("/api/ask", json={"question": "?"})
    counted = counters(client)
    assert counted["rag_questions_total", "answered"] == 3
    assert counted["rag_questions_total", "declined"] == 1
    assert counted["rag_ask_seconds_count", None] == 4


def test_metrics_tell_of_the_index(client):
    """The generation that serves, how much it holds and how old it is."""
    counted = counters(client)
    assert (counted["rag_index_generation", None], counted["rag_index_articles", None]) == (1, 3)
    assert counted["rag_index_age_seconds", None] >= 0
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")


def test_two_apps_count_apart(assistant, serve):
    """Two apps in one process share no counters."""
    first, second = serve(assistant), serve(assistant)
    first.post("/api/ask", json={"question": QUESTION})
    assert ("rag_questions_total", "answered") not in counters(second)


EVERYWHERE = [
    "/",
    "/?q=harbour",
    "/?q=",
    "/articles/harbour",
    "/articles/none",
    "/articles",
    "/articles?source=none",
    "/docs",
    "/openapi.json",
    "/healthz",
]
EVERYWHERE += [
    "/readyz",
    "/metrics",
    "/static/style.css",
    "/static/none",
    "/none",
    "/api/ask",
    "/api/articles/none",
]


def assert_protected(response):
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_every_response_is_protected_and_sets_no_cookie(client, path, accept):
    """Pages, documents, files and errors carry the same headers."""
    assert_protected(client.get(path, headers={"accept": accept}))


def test_a_refused_body_is_protected_too(assistant, serve):
    """413 carries the headers as every response does."""
    response = serve(assistant, max_body_bytes=10).post("/api/ask", json={"question": QUESTION})
    assert response.status_code == 413
    assert_protected(response)


def test_a_defect_is_protected_too(assistant, serve):
    """500 carries the headers as every response does."""
    client = serve(assistant)
    client.app.state.assistant = None
    response = client.get("/")
    assert response.status_code == 500
    assert_protected(response)


def test_the_policy_lets_nothing_inline_or_from_elsewhere(client):
    """Scripts and styles come from this server's files alone, and nobody frames its pages."""
    policy = client.get("/").headers["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert rules["script-src"] == rules["style-src"] == ["'self'"]
    assert "unsafe" not in policy


def test_a_content_length_that_is_no_number_is_no_defect(client):
    """A header that no server should pass on is not counted, and breaks nothing."""
    assert status_of(client, "/healthz", content_length=b"\xb2") == 200


def test_every_route_of_the_contract_is_described(client):
    """Programs find them in the OpenAPI description."""
    described = client.get("/openapi.json").json()["paths"]
    routes = {(method, path) for path, methods in described.items() for method in methods}
    assert {
        ("post", "/api/ask"),
        ("post", "/api/search"),
        ("get", "/api/articles/{article_id}"),
        ("post", "/api/feedback"),
        ("get", "/healthz"),
        ("get", "/readyz"),
        ("get", "/metrics"),
    } <= routes


def test_the_reply_s_fields_are_described(client):
    """The description of /api/ask names every field of a reply."""
    description = client.get("/openapi.json").json()
    schema = description["paths"]["/api/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    described = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"]
    assert set(described) == set(client.post("/api/ask", json={"question": QUESTION}).json())


@pytest.mark.parametrize("path", ["/", "/articles", "/articles/harbour", "/corpus", "/docs", "/healthz", "/readyz"])
def test_monitors_may_ask_for_the_head_alone(client, path):
    """HEAD answers as GET does, without a body."""
    response = client.head(path)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("accept", ["text/event-stream", "text/html"])
def test_back_never_shows_events(client, accept):
    """A page and its events share an address: caches tell them apart, and nobody keeps events."""
    response = client.get("/", params={"q": QUESTION}, headers={"accept": accept})
    assert "Accept" in response.headers["vary"]
    assert (response.headers["cache-control"] == "no-store") == (accept == "text/event-stream")
    assert (response.headers.get("x-accel-buffering") == "no") == (accept == "text/event-stream")
    reindex = client.get("/api/reindex", headers={"accept": accept})
    assert "Accept" in reindex.headers["vary"]


@pytest.mark.parametrize("path", ["/?q=harbour", "/api/ask", "/v1/chat/completions", "/api/reindex"])
def test_no_proxy_keeps_events_back(client, path):
    """Every stream of events says so to nginx, which would otherwise send them when the last has come."""
    bodies = {
        "/api/ask": {"question": QUESTION},
        "/v1/chat/completions": {
            "model": "caspian-indus-reader",
            "messages": [{"role": "user", "content": QUESTION}],
            "stream": True,
        },
    }
    method = "POST" if path in bodies else "GET"
    response = client.request(method, path, json=bodies.get(path), headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"


def test_vary_names_the_origin_too(assistant, serve):
    """What CORS says of it stays."""
    client = serve(assistant, allowed_origins="https://app.example")
    response = client.get("/", headers={"origin": "https://app.example"})
    assert {name.strip() for name in response.headers["vary"].split(",")} == {"Accept", "Origin"}


@pytest.mark.parametrize("path", ["/api/reindex", "/", "/mcp", "/healthz"])
def test_a_body_announced_too_large_is_refused_before_anything_is_done(assistant, serve, path):
    """Whatever the method, and whether or not the body would have been read; a stream is not begun."""
    client = serve(assistant, max_body_bytes=100)
    headers = {"accept": "text/event-stream", "content-length": "101"}
    response = client.request("GET", path, params={"q": QUESTION}, content=b" " * 101, headers=headers)
    assert_problem(response, 413, "100 bytes")
