"""How the server stops: in order, with what it has begun."""

import signal
import socket
from collections.abc import Iterator
from threading import Event, Thread

import httpx
import pytest

from web.app import create_app
from web.server import Server, server_of
from web.settings import Settings

ASK = {"question": "When was the harbour of Lenkoran opened?"}


@pytest.fixture
def running(slow) -> Iterator[tuple[Server, str, Thread]]:
    """A server of slow answers on a free port, its address and its thread."""
    ready, settings = Event(), Settings()
    server = server_of(create_app(slow, settings, ready.set), settings)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        assert ready.wait(60)
        yield server, f"http://127.0.0.1:{listener.getsockname()[1]}", thread
        slow.let_go.set()
        server.should_exit = True
        thread.join(60)


@pytest.mark.parametrize("headers", [{}, {"accept": "text/event-stream"}], ids=["document", "stream"])
def test_what_was_begun_is_finished_when_it_is_told_to_stop(running, slow, pool, headers):
    """The answer comes whole, a stream to its last event, and then the server ends."""
    server, address, thread = running
    begun = pool.submit(httpx.post, f"{address}/api/ask", json=ASK, headers=headers, timeout=60)
    assert slow.begun.wait(60)
    server.handle_exit(signal.SIGTERM, None)
    slow.let_go.set()
    response = begun.result(60)
    assert response.status_code == 200
    assert "12 March 2021" in response.text
    assert not headers or response.text.endswith("event: done\ndata: {}\n\n")
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")
