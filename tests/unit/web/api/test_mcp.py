"""The tools over MCP, called by the SDK's own client."""

import json
import logging
from dataclasses import asdict, replace

import anyio
import httpx
import pytest
from mcp import Client

from index.errors import GenerationMissingError
from rag.assistant import Assistant
from tests.unit.rag.conftest import SENSIBLE
from tests.unit.web.api.test_ask import (
    ABSENT,
    FILTERS,
    QUESTION,
    Failing,
    Gone,
    as_document,
    assert_problem,
    without_times,
)
from web.api.mcp import Tools, mcp_server
from web.api.schemas import AskRequest, SearchRequest

MODES = ["auto", "legacy"]  # the protocol without a handshake, and with one


def called(server, *calls, mode="auto"):
    """The results of calls, each a tool and its arguments, of a server or of one at an address."""

    async def run():
        async with Client(server, mode=mode) as client:
            return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    return anyio.run(run)


@pytest.fixture
def server(assistant):
    """The tools over the shared small corpus, within this process."""
    return mcp_server(Tools(assistant))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", [QUESTION, ABSENT, "Wer hat das Xylophon in Wien erfunden?"])
def test_ask_gives_what_the_assistant_gives_over_http(assistant, serve_for_real, question, mode):
    """The result is the document of /api/ask, structured and as text."""
    address = f"{serve_for_real(assistant)}/mcp"
    (result,) = called(address, ("ask", {"question": question, "k": 2}), mode=mode)
    assert not result.is_error
    assert without_times(result.structured_content) == as_document(assistant.ask(question, k=2))
    (text,) = result.content
    assert json.loads(text.text) == result.structured_content


def test_search_and_read_article_give_what_the_assistant_gives(server, assistant):
    """search gives the passages, and read_article the whole article that a passage names."""
    searched, read = called(
        server, ("search", {"query": "kites over Lahore", "k": 1}), ("read_article", {"article_id": "harbour"})
    )
    hits = [asdict(hit) for hit in assistant.search("kites over Lahore", 1)]
    assert searched.structured_content == {"query": "kites over Lahore", "hits": hits}
    article = assistant.article("harbour")
    assert read.structured_content == {**asdict(article), "version": article.version()}


@pytest.mark.parametrize(("filters", "articles"), FILTERS)
def test_filters_hold_for_search_and_ask(server, filters, articles):
    """Each filter limits the articles as it does over HTTP."""
    ask_result, search_result = called(
        server, ("ask", {"question": "harbour?", **filters}), ("search", {"query": "harbour", **filters})
    )
    assert {passage["article_id"] for passage in ask_result.structured_content["passages"]} == articles
    assert {hit["article_id"] for hit in search_result.structured_content["hits"]} == articles


def test_history_tells_what_a_follow_up_means(server):
    """The history is the earlier questions, oldest first."""
    (result,) = called(server, ("ask", {"question": "What did it cost?", "history": [QUESTION]}))
    assert result.structured_content["interpreted_question"] == "What did it cost? (harbour, Lenkoran opened)"


def test_every_tool_describes_its_arguments_and_its_result(server):
    """The arguments are those of the HTTP route, the result has a schema, and the tool is marked as reading only."""

    async def list_tools():
        async with Client(server) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    tools = anyio.run(list_tools)
    assert set(tools) == {"search", "ask", "read_article"}
    for name, model in (("search", SearchRequest), ("ask", AskRequest)):
        assert set(tools[name].input_schema["properties"]) == set(model.model_fields)
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema["type"] == "object"
        assert tool.annotations.read_only_hint


WRONG = [
    ("ask", {"question": "?"}, "The question holds no word or number. Ask it in words."),
    ("search", {"query": ""}, "The question is empty. Type a question."),
    ("ask", {}, "question is missing."),
    ("ask", {"question": QUESTION, "k": 0}, "k must be 1 or more."),
    ("search", {"query": "harbour", "published_from": "yesterday"}, "published_from: "),
    ("search", {"query": "harbour", "published_to": 86400}, "published_to: "),
    ("search", {"query": "harbour", "published_to": "86400"}, "published_to: "),
    ("search", {"query": "harbour", "source": "x" * 1001}, "source must have at most 1,000 characters."),
    ("read_article", {"article_id": "none"}, 'There is no article "none". Search for what it said.'),
]


@pytest.mark.parametrize(("tool", "arguments", "sentence"), WRONG)
def test_a_refused_call_is_one_sentence(server, tool, arguments, sentence):
    """It says what is wrong, and what to do if something can be done."""
    (result,) = called(server, (tool, arguments))
    assert result.is_error
    (text,) = result.content
    assert text.text.startswith(sentence)
    assert "\n" not in text.text


def test_a_missing_index_says_what_to_run():
    """The result names the command that makes one."""
    (result,) = called(mcp_server(Tools(Assistant(Gone(), weights=SENSIBLE))), ("ask", {"question": "who?"}))
    assert result.content[0].text == "There is no index in .index yet. Run: rag index"


def test_a_defect_shows_a_client_no_details(assistant, caplog):
    """The words of the exception are in the log alone."""
    failing = replace(assistant, composer=Failing(RuntimeError("secret")))
    (result,) = called(mcp_server(Tools(failing)), ("ask", {"question": QUESTION}))
    assert result.is_error
    assert "secret" not in result.content[0].text
    assert "secret" in caplog.text


def test_a_failure_while_answering_is_one_sentence(assistant):
    """It is the sentence that an error event has."""
    failing = replace(assistant, composer=Failing(GenerationMissingError("It is gone.", "Run: rag index")))
    (result,) = called(mcp_server(Tools(failing)), ("ask", {"question": QUESTION}))
    assert result.content[0].text == "It is gone. Run: rag index"


def test_answers_are_counted(assistant):
    """Only answers of the tool ask are passed on to be counted."""
    answers = []
    called(
        mcp_server(Tools(assistant, answers.append)), ("ask", {"question": QUESTION}), ("search", {"query": QUESTION})
    )
    assert [answer.question for answer in answers] == [QUESTION]


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost:3000"}, 403),
        ({"host": "evil.example"}, 400),
        ({"origin": "https://evil.example"}, 403),
        ({"content-type": "text/plain"}, 400),
    ],
    ids=str,
)
def test_on_loopback_a_page_of_another_site_is_refused(assistant, serve_for_real, headers, status):
    """The host must be this machine, the origin too, and the content JSON."""
    address = f"{serve_for_real(assistant)}/mcp"
    assert httpx.post(address, json=CALL, headers={**ACCEPT, **headers}).status_code == status


def test_the_hosts_and_origins_of_the_settings_may_use_the_tools(assistant, serve_for_real):
    """A host that the settings do not name is refused."""
    named = {"allowed_hosts": "ask.example.org", "allowed_origins": "https://friend.example"}
    address = f"{serve_for_real(assistant, **named)}/mcp"
    headers = {**ACCEPT, "host": "ask.example.org", "origin": "https://friend.example"}
    assert httpx.post(address, json=CALL, headers=headers).status_code == 200
    assert httpx.post(address, json=CALL, headers={**headers, "host": "localhost"}).status_code == 400


def test_a_call_waits_for_a_slot_as_a_question_does(slow, serve_for_real, pool):
    """If no more may wait, the result says so in one sentence; the metrics know the route."""
    address = serve_for_real(slow, at_once=1, waiting=0)
    pending = pool.submit(httpx.post, f"{address}/api/ask", json={"question": QUESTION}, timeout=60)
    assert slow.begun.wait(60)
    calls = [("ask", {"question": QUESTION}), ("search", {"query": QUESTION})]
    for result in called(f"{address}/mcp", *calls):
        assert result.is_error
        assert result.content[0].text.startswith("Too many questions are waiting here.")
    slow.let_go.set()
    assert pending.result().status_code == 200
    metrics = httpx.get(f"{address}/metrics").text
    assert 'rag_refused_total{reason="busy"} 2.0' in metrics
    assert 'route="/mcp"' in metrics


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_session_to_listen_to_or_end(client, method):
    """Methods other than POST are refused."""
    assert client.request(method, "/mcp", headers=ACCEPT).status_code == 405


def test_a_body_larger_than_the_limit_is_refused(assistant, serve):
    """The limit holds for the announced length and for what arrives."""
    client = serve(assistant, max_body_bytes=100)
    headers = {**ACCEPT, "content-type": "application/json", "host": "localhost:1"}
    assert_problem(client.post("/mcp", content=b" " * 101, headers=headers), 413, "100 bytes")
    assert client.post("/mcp", content=iter([b" " * 60] * 2), headers=headers).status_code == 413


def test_serving_leaves_the_root_logger_alone(assistant, monkeypatch):
    """The SDK adds no handler to it, which is for the program to do."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    mcp_server(Tools(assistant))
    assert root.handlers == []


@pytest.mark.parametrize("body", ["{}", "[]", '{"jsonrpc": "2.0", "id": 1}', '[{"jsonrpc": "2.0", "id": 1}]'])
def test_a_body_that_is_no_message_is_one_sentence(client, body):
    """The reply is a JSON-RPC error with a message of ours instead of the SDK's."""
    response = client.post("/mcp", content=body, headers={**ACCEPT, "content-type": "application/json"})
    assert response.status_code == 400
    document = response.json()
    assert (document["jsonrpc"], document["id"], document["error"]["code"]) == ("2.0", None, -32600)
    assert document["error"]["message"] == "The body is no JSON-RPC message: an object with jsonrpc and method."


def test_the_sdk_answers_a_body_that_is_no_json_and_an_unknown_method(client):
    """Both replies are JSON-RPC errors with the code of the protocol."""
    headers = {**ACCEPT, "content-type": "application/json"}
    unread = client.post("/mcp", content="no JSON", headers=headers)
    assert (unread.status_code, unread.json()["error"]["code"]) == (400, -32700)
    unknown = client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "no"}, headers=headers)
    assert unknown.json()["error"]["code"] == -32601


def test_without_the_sdk_the_rest_is_served(assistant, serve, monkeypatch, caplog):
    """The log says why, and nobody waits."""

    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("web.api.mcp_route.import_module", missing)
    client = serve(assistant)
    response = client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert response.status_code == 500
    assert "/mcp can't be served" in caplog.text
    assert client.get("/readyz").status_code == 200
