"""Each request has an id, one line in the log, and its place in the metrics; its question is not logged."""

import io
import json
import logging
import re
import sys
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.web.conftest import status_of
from web import logs
from web.middleware.keys import Role, add_key

ASK = {"question": "When was the harbour of Lenkoran opened?"}


@pytest.fixture
def lines(monkeypatch):
    """The log as a server writes it, read as one JSON object a line."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    for logger in (logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("web")):
        monkeypatch.setattr(logger, "disabled", False)  # as other libraries' set-up leaves those of before
    logs.configure("json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before
    logging.getLogger("web").setLevel(logging.NOTSET)


def requests_in(lines):
    return [line for line in lines() if line["message"] == "request"]


def test_a_request_is_one_line(client, lines):
    """It has the time, the route without the query, the caller and the duration."""
    client.get("/articles/harbour", params={"start": 1, "end": 2})
    (line,) = requests_in(lines)
    assert line.pop("ms") >= 0
    assert re.fullmatch(r"[0-9-]{10}T[0-9:.]{12}\+00:00", line.pop("time"))
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("request_id"))
    assert line == {
        "level": "info",
        "logger": "web.middleware.request_log",
        "message": "request",
        "method": "GET",
        "route": "/articles/{article_id:path}",
        "status": 200,
        "key": "",
        "client": "127.0.0.1",
    }


def test_a_key_is_logged_by_its_name_alone(assistant, serve, tmp_path, lines):
    """Neither the key nor its hash is in the log."""
    key = add_key(tmp_path / "keys", "laptop", Role.ASK)
    client = serve(assistant, keys_file=tmp_path / "keys")
    client.get("/api/index", headers={"authorization": f"Bearer {key}"})
    assert requests_in(lines)[0]["key"] == "laptop"
    assert key not in json.dumps(lines())


@pytest.mark.parametrize("log_questions", [False, True])
def test_a_question_is_logged_only_where_told(assistant, serve, lines, log_questions):
    """By whichever way it was asked, answered or refused."""
    client = serve(assistant, log_questions=log_questions)
    client.post("/api/ask", json=ASK)
    client.post("/api/ask", json=ASK, headers={"accept": "text/event-stream"})
    client.get("/", params={"q": ASK["question"]})
    client.post("/api/search", json={"query": "Lenkoran?"})
    client.post("/api/ask", json={"question": "Lenkoran " * 3000})
    logged = [line for line in lines() if "Lenkoran" in json.dumps(line)]
    assert [line["question"] for line in logged] == [ASK["question"]] * (3 if log_questions else 0)
    if log_questions:
        ids = [line["request_id"] for line in requests_in(lines)]
        assert [line["request_id"] for line in logged] == ids[:3]


def test_a_safe_id_is_used_everywhere(client, lines):
    """It is in the response, in the problem document, and in every log line of its request."""
    client.app.state.assistant = None
    response = client.post("/api/ask", json=ASK, headers={"x-request-id": "trace-0123.AB_c"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == response.json()["request_id"] == "trace-0123.AB_c"
    logged = lines()
    assert {line["request_id"] for line in logged} == {"trace-0123.AB_c"}
    assert [line["level"] for line in logged] == ["info", "error"]
    assert logged[0]["status"] == 500
    assert "AttributeError" in logged[1]["exception"]


@pytest.mark.parametrize("requested", ["", "short", "x" * 65, "two words", "a\x0bb-12345678", "<script>12345678"])
def test_an_unsafe_id_is_replaced(client, requested):
    """An id that could end a line, be markup, or fill a disk is not used."""
    request_id = client.get("/healthz", headers={"x-request-id": requested}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", request_id)


def test_each_request_has_its_own_id(client):
    """Five requests of one client have five ids."""
    ids = {client.get("/healthz").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


def test_what_is_refused_is_told_too(assistant, serve, tmp_path, lines):
    """A request without a key has a line and an id."""
    add_key(tmp_path / "keys", "laptop", Role.ASK)
    response = serve(assistant, keys_file=tmp_path / "keys").get("/nowhere")
    (line,) = requests_in(lines)
    assert (line["status"], line["route"]) == (401, "none")
    assert line["request_id"] == response.headers["x-request-id"]


def samples(client):
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_requests_are_counted_by_route_and_stages_by_name(client):
    """All unknown addresses share one label, and all unknown methods another."""
    client.post("/api/ask", json=ASK)
    client.get("/articles/harbour")
    client.get("/articles/bridge")
    for number in range(3):
        client.get(f"/nothing/{number}")
    client.request("BREW", "/nothing")
    client.get("/static/style.css")
    counted = samples(client)
    assert counted["rag_request_seconds_count", "POST", "/api/ask", "200"] == 1
    assert counted["rag_request_seconds_count", "GET", "/articles/{article_id:path}", "200"] == 2
    assert counted["rag_request_seconds_count", "GET", "none", "404"] == 3
    assert counted["rag_request_seconds_count", "other", "none", "404"] == 1
    assert counted["rag_request_seconds_count", "GET", "/static", "200"] == 1
    assert [counted["rag_stage_seconds_count", stage] for stage in ("retrieve", "read", "compose")] == [1, 1, 1]
    assert counted["rag_requests_open",] == 1  # that for the metrics
    assert counted["process_resident_memory_bytes",] > 0


def test_questions_answered_from_before_are_counted(serve, assistant):
    """A cached answer counts as a question and as a hit, and adds no time to the stages."""
    client = serve(replace(assistant, cached=5))
    for _ in range(3):
        client.post("/api/ask", json=ASK | {"source": "Coast Daily"})  # which no suggestion was tried with
    counted = samples(client)
    assert (counted["rag_questions_total", "answered"], counted["rag_cache_hits_total",]) == (3, 2)
    assert [counted["rag_stage_seconds_count", stage] for stage in ("retrieve", "cache")] == [1, 2]


def test_refusals_are_counted_by_why(client):
    """A refused host and a refused origin are counted under their reasons."""
    client.get("/", headers={"host": "evil.example"})
    client.post("/api/ask", json=ASK, headers={"origin": "https://evil.example"})
    counted = samples(client)
    assert counted["rag_refused_total", "host"] == counted["rag_refused_total", "origin"] == 1


def test_a_header_that_is_no_text_is_no_defect(client):
    """Headers with bytes that are no text are refused or ignored."""
    for name in ("x_request_id", "authorization", "cookie", "origin", "host"):
        assert status_of(client, "/api/index", **{name: b"\xff\xfe\x00"}) in (200, 400)


class TestForms:
    def record(self, message="asked\n\x1b[31m", **fields):
        record = logging.LogRecord("web.x", logging.WARNING, "", 1, message, (), None)
        record.fields = fields
        return record

    def test_plain_is_one_line_that_drives_no_terminal(self):
        """Control characters are escaped, and what is empty is left out."""
        line = logs._PlainFormatter().format(self.record(route="/", key="", ms=1.5))
        assert line.endswith(r"warning asked\n\x1b[31m route=/ ms=1.5")
        assert "\n" not in line

    @pytest.mark.parametrize("form", [logs._PlainFormatter, logs._JsonFormatter])
    def test_a_defect_comes_with_its_trace(self, form):
        """Where it happened is in the log, whatever the form."""
        record = self.record("failed")
        try:
            _ = 1 / 0
        except ZeroDivisionError:
            record.exc_info = sys.exc_info()
        assert "ZeroDivisionError" in form().format(record)

    @pytest.mark.parametrize(
        ("form", "terminal", "json_"),
        [
            ("auto", True, False),
            ("auto", False, True),
            ("plain", False, False),
            ("json", True, True),
        ],
    )
    def test_auto_is_plain_on_a_terminal(self, monkeypatch, lines, form, terminal, json_):
        """And json for whatever collects it."""
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        logs.configure(form)
        assert isinstance(logging.getLogger().handlers[0].formatter, logs._JsonFormatter) == json_
