"""How much is answered at once, what waits, what is refused, and what takes too long."""

import json
from threading import Event
from urllib.parse import urlencode

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rag.answer import Answer
from tests.unit.web.api.test_ask import assert_problem
from web.api.openai_schemas import MODEL

ASK = {"question": "When was the harbour of Lenkoran opened?"}
STREAM = {"accept": "text/event-stream"}


def value(client, name, **labels):
    """A counter's value now."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [s.value for family in families for s in family.samples if (s.name, s.labels) == (name, labels)]
    return found[0] if found else 0.0


def until(true):
    """Look again until something another thread does has been done."""
    waited = Event()
    for _ in range(3000):
        if true():
            return
        waited.wait(0.01)
    raise AssertionError("it never came")


def ask(client, **more):
    return client.post("/api/ask", json=ASK, **more)


def test_more_than_may_wait_are_refused_at_once_and_the_others_answered(slow, serve, pool):
    """One is answered, one waits, the third is told when to come back; other routes are not held up."""
    client = serve(slow, at_once=1, waiting=1)
    first = pool.submit(ask, client)
    assert slow.begun.wait(60)
    second = pool.submit(ask, client)
    until(lambda: value(client, "rag_waiting") == 1)
    refused = ask(client)
    assert_problem(refused, 503, "Too many questions")
    assert int(refused.headers["retry-after"]) > 0
    assert value(client, "rag_asking") == 1
    assert client.get("/api/articles/harbour").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/", params={"q": "harbour"}).status_code == 503
    slow.let_go.set()
    assert [first.result().status_code, second.result().status_code] == [200, 200]
    assert slow.asked == 2
    assert (value(client, "rag_waiting"), value(client, "rag_asking")) == (0, 0)
    assert value(client, "rag_refused_total", reason="busy") == 2


def test_who_waits_too_long_for_a_turn_is_refused(slow, serve, pool):
    """After half of the time a request has, so that the other half was left to answer."""
    client = serve(slow, at_once=1, time_limit=0.4)
    pool.submit(ask, client)
    assert slow.begun.wait(60)
    assert_problem(ask(client), 503, "Too many questions")
    slow.let_go.set()
    assert slow.asked == 1


def test_what_takes_too_long_is_told_and_keeps_its_turn_to_its_end(slow, serve, pool):
    """503 in time; the thread can't be ended, so until it is done its turn is nobody else's."""
    client = serve(slow, at_once=1, waiting=0, time_limit=0.3)
    late = pool.submit(ask, client)
    until(lambda: value(client, "rag_refused_total", reason="time") == 1)
    assert value(client, "rag_asking") == 1
    assert_problem(ask(client), 503, "Too many questions")
    slow.let_go.set()
    assert_problem(late.result(), 503, "not done within 0.3 s")
    until(lambda: value(client, "rag_asking") == 0)
    assert ask(client).status_code == 200


def test_a_stream_keeps_its_turn_until_it_has_ended_and_a_refusal_gives_it_back(slow, serve):
    """However an answer ends, the next has its turn."""
    slow.let_go.set()
    client = serve(slow, at_once=1, waiting=0)
    for body in ({"question": "?"}, {"question": 5}, ASK, {"question": "?"}, ASK):
        client.post("/api/ask", json=body, headers=STREAM)
    assert value(client, "rag_asking") == 0
    assert ask(client).status_code == 200


def test_a_defect_gives_its_turn_back(assistant, serve):
    """500, and the next is answered."""
    client = serve(assistant, at_once=1, waiting=0)
    client.app.state.assistant = None
    assert ask(client).status_code == 500
    client.app.state.assistant = assistant
    assert ask(client).status_code == 200


def test_answers_come_from_the_same_question_in_many_threads(assistant, serve, pool):
    """Eight at once through two turns each get the whole answer."""
    client = serve(assistant, at_once=2)
    whole = assistant.ask(ASK["question"])
    assert isinstance(whole, Answer)
    replies = list(pool.map(lambda _: ask(client), range(24)))
    assert {reply.status_code for reply in replies} == {200}
    assert {reply.json()["answer"] for reply in replies} == {whole.answer}


def unread(app, path, streamed):
    """Ask over a connection that takes nothing after the start of a response, and meanwhile wait for a turn."""
    message = {"model": MODEL, "messages": [{"role": "user", "content": ASK["question"]}], "stream": streamed}
    body = json.dumps(message if path.startswith("/v1") else ASK).encode()
    headers = {"host": "127.0.0.1", "content-type": "application/json", **(STREAM if streamed else {})}
    scope = {
        "type": "http",
        "scheme": "http",
        "root_path": "",
        "path": path,
        "method": "GET" if path == "/" else "POST",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "query_string": urlencode({"q": ASK["question"]}).encode() if path == "/" else b"",
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }

    async def run():
        stuck = anyio.Event()
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return given.pop() if given else await anyio.sleep_forever()

        async def send(message):
            if message["type"] == "http.response.body":
                stuck.set()
                await anyio.sleep_forever()

        async with anyio.create_task_group() as group:
            group.start_soon(app, scope, receive, send)
            with anyio.fail_after(30):
                await stuck.wait()
            async with app.state.admission.turn():
                group.cancel_scope.cancel()

    return run


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("path", ["/", "/api/ask", "/v1/chat/completions"])
def test_who_does_not_read_keeps_nobody_waiting(assistant, serve, path, streamed):
    """The only turn is free when the answer is made, though none of it could be sent."""
    client = serve(assistant, at_once=1, time_limit=10)
    client.portal.call(unread(client.app, path, streamed))
    assert ask(client).status_code == 200
    assert value(client, "rag_asking") == 0


def test_a_spare_turn_is_one_that_nobody_has(slow, serve, pool):
    """There is none while somebody is answered, nor once the server has stopped."""
    client = serve(slow, at_once=1)
    client.app.state.suggestions.close()
    asked = pool.submit(ask, client)
    assert slow.begun.wait(60)
    with client.app.state.admission.spare() as free:
        assert not free
    slow.let_go.set()
    assert asked.result().status_code == 200
    until(lambda: value(client, "rag_asking") == 0)
    with client.app.state.admission.spare() as free:
        assert free
    client.app.state.admission.portal = None
    with client.app.state.admission.spare() as free:
        assert not free


def test_nobody_is_refused_for_a_spare_turn(assistant, serve, pool):
    """Who comes meanwhile waits for it to end, however few may wait."""
    client = serve(assistant, at_once=1, waiting=0)
    client.app.state.suggestions.close()
    with client.app.state.admission.spare():
        asked = pool.submit(ask, client)
        until(lambda: value(client, "rag_waiting") == 1)
        assert_problem(ask(client), 503, "Too many questions")
    assert asked.result().status_code == 200
