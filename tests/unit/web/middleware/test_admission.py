"""How many questions are answered at once and how many wait, which are refused, and which take too long."""

import json
from threading import Event
from urllib.parse import urlencode

import anyio
import pytest
from prometheus_client.parser import text_string_to_metric_families

from rag.answer import Answer
from tests.unit.web.api.test_ask import assert_problem
from web.api import ask as json_routes
from web.api import openai
from web.api.openai_schemas import MODEL
from web.middleware.admission import get_slot
from web.pages import routes as page_routes

ASK = {"question": "When was the harbour of Lenkoran opened?"}
STREAM = {"accept": "text/event-stream"}


def value(client, name, **labels):
    """The value of a metric now, 0 before it is first counted."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    values = [s.value for family in families for s in family.samples if (s.name, s.labels) == (name, labels)]
    return values[0] if values else 0.0


def until(condition):
    """Wait for something that another thread does."""
    pause = Event()
    for _ in range(3000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")


def ask(client, **more):
    return client.post("/api/ask", json=ASK, **more)


def test_more_than_may_wait_are_refused_at_once_and_the_others_answered(slow, serve, pool):
    """One is answered, one waits, and the third is refused with a time to retry; other routes are not delayed."""
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
    assert slow.questions == 2
    assert (value(client, "rag_waiting"), value(client, "rag_asking")) == (0, 0)
    assert value(client, "rag_refused_total", reason="busy") == 2


def test_a_question_that_waits_too_long_for_a_slot_is_refused(slow, serve, pool):
    """It waits for at most half of the time limit, so that the other half remains to answer."""
    client = serve(slow, at_once=1, time_limit=0.4)
    pool.submit(ask, client)
    assert slow.begun.wait(60)
    assert_problem(ask(client), 503, "Too many questions")
    slow.let_go.set()
    assert slow.questions == 1


def test_a_question_that_takes_too_long_is_a_503_and_keeps_its_slot_to_its_end(slow, serve, pool):
    """Its thread can't be ended, so no other question gets its slot until the thread is done."""
    client = serve(slow, at_once=1, waiting=0, time_limit=0.3)
    late = pool.submit(ask, client)
    until(lambda: value(client, "rag_refused_total", reason="time") == 1)
    assert value(client, "rag_asking") == 1
    assert_problem(ask(client), 503, "Too many questions")
    slow.let_go.set()
    assert_problem(late.result(), 503, "not done within 0.3 s")
    until(lambda: value(client, "rag_asking") == 0)
    until(lambda: ask(client).status_code == 200)  # on a busy machine one more may take longer than the limit


def test_a_slot_is_free_again_after_a_stream_and_after_a_refusal(slow, serve):
    """However an answer ends, the next question gets the only slot."""
    slow.let_go.set()
    client = serve(slow, at_once=1, waiting=0)
    for body in ({"question": "?"}, {"question": 5}, ASK, {"question": "?"}, ASK):
        client.post("/api/ask", json=body, headers=STREAM)
    assert value(client, "rag_asking") == 0
    assert ask(client).status_code == 200


def test_a_slot_is_free_again_after_a_defect(assistant, serve):
    """After a 500 the next question is answered."""
    client = serve(assistant, at_once=1, waiting=0)
    client.app.state.assistant = None
    assert ask(client).status_code == 500
    client.app.state.assistant = assistant
    assert ask(client).status_code == 200


def test_answers_come_from_the_same_question_in_many_threads(assistant, serve, pool):
    """Eight threads that share two slots each get the whole answer."""
    client = serve(assistant, at_once=2)
    whole = assistant.ask(ASK["question"])
    assert isinstance(whole, Answer)
    replies = list(pool.map(lambda _: ask(client), range(24)))
    assert {reply.status_code for reply in replies} == {200}
    assert {reply.json()["answer"] for reply in replies} == {whole.answer}


def unread(app, path, streamed):
    """Ask over a connection that takes nothing after the start of a response, and meanwhile wait for a slot."""
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
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return messages.pop() if messages else await anyio.sleep_forever()

        async def send(message):
            if message["type"] == "http.response.body":
                stuck.set()
                await anyio.sleep_forever()

        async with anyio.create_task_group() as group:
            group.start_soon(app, scope, receive, send)
            with anyio.fail_after(30):
                await stuck.wait()
            async with app.state.admission.slot():
                group.cancel_scope.cancel()

    return run


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("path", ["/", "/api/ask", "/v1/chat/completions"])
def test_a_client_that_does_not_read_keeps_nobody_waiting(assistant, serve, path, streamed):
    """The only slot is free once the answer is made, even if none of it could be sent."""
    client = serve(assistant, at_once=1, time_limit=10)
    client.portal.call(unread(client.app, path, streamed))
    assert ask(client).status_code == 200
    assert value(client, "rag_asking") == 0


def test_a_slot_is_spare_only_while_no_question_has_it(slow, serve, pool):
    """There is no spare slot while the only one answers a question, nor after the server has stopped."""
    client = serve(slow, at_once=1)
    client.app.state.suggestions.close()
    pending = pool.submit(ask, client)
    assert slow.begun.wait(60)
    with client.app.state.admission.spare_slot() as free:
        assert not free
    slow.let_go.set()
    assert pending.result().status_code == 200
    until(lambda: value(client, "rag_asking") == 0)
    with client.app.state.admission.spare_slot() as free:
        assert free
    client.app.state.admission.portal = None
    with client.app.state.admission.spare_slot() as free:
        assert not free


def test_no_question_is_refused_for_a_spare_slot(assistant, serve, pool):
    """A question that comes meanwhile waits for the slot, even if the settings allow none to wait."""
    client = serve(assistant, at_once=1, waiting=0)
    client.app.state.suggestions.close()
    with client.app.state.admission.spare_slot():
        pending = pool.submit(ask, client)
        until(lambda: value(client, "rag_waiting") == 1)
        assert_problem(ask(client), 503, "Too many questions")
    assert pending.result().status_code == 200


def test_a_question_waits_for_its_slot_before_it_uses_a_thread():
    """The slot is the first dependency of every route that answers questions, since others are called in threads."""
    routes = [*json_routes.router.routes, *openai.router.routes, *page_routes.router.routes]
    dependencies = {route.path: [dependency.call for dependency in route.dependant.dependencies] for route in routes}
    asking = {path for path, calls in dependencies.items() if get_slot in calls}
    assert asking == {"/", "/articles", "/api/ask", "/api/search", "/v1/chat/completions"}
    assert {dependencies[path][0] for path in asking} == {get_slot}
