"""How many connections are open at once, and how long a client may take; each trouble is caused on real sockets."""

import io
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Thread

import httpx
import pytest

from tests.conftest import REPOSITORY
from tests.unit.web.api.test_ask import assert_problem
from web import logs
from web.app import create_app
from web.headers import SECURITY_HEADERS
from web.listener import bind
from web.middleware import connections
from web.middleware.connections import most_connections
from web.server import Server, server_of
from web.settings import Settings

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SHORT = 0.4  # seconds, in place of the bounds in which clients must send and read

Serve = Callable[..., tuple[Server, int]]


@contextmanager
def running(assistant, settings: Settings) -> Iterator[tuple[Server, int]]:
    """A server as `rag serve` runs it, and its port."""
    ready = Event()
    server = server_of(create_app(assistant, settings, ready.set), settings)
    with bind("127.0.0.1", 0) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(60)
            while not server.started:
                time.sleep(0.01)
            yield server, listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(60)


@pytest.fixture
def start(assistant) -> Iterator[Serve]:
    """Starts servers, which stop when the test ends."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(running(assistant, Settings(**settings)))


@pytest.fixture
def connect() -> Iterator[Callable[[int], socket.socket]]:
    """Opens connections, which close when the test ends."""
    with ExitStack() as stack:
        yield lambda port: stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))


def seconds_until_closed(client: socket.socket) -> float:
    """How long the server keeps a connection open; what it sends is thrown away."""
    start = time.monotonic()
    try:
        while client.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - start


def test_a_response_does_not_wait_for_the_acknowledgement_of_the_one_before(start, connect):
    """An accepted connection has TCP_NODELAY; without it each response but the first comes 40 ms late."""
    server, port = start()
    client = connect(port)
    client.sendall(HEALTH)
    assert client.recv(65_536).startswith(b"HTTP/1.1 200")
    (protocol,) = server.server_state.connections
    accepted = protocol.transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTTP/1.1\r\nHost: ", HEALTH + b"GET /"],
    ids=["nothing", "half a head", "a second half"],
)
def test_a_connection_without_a_whole_head_is_ended(start, connect, monkeypatch, sent):
    """Whether it sends nothing, half a head, or half the head of a second request."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", SHORT)
    _, port = start()
    client = connect(port)
    client.sendall(sent)
    assert (
        seconds_until_closed(client) < 8
    )  # uvicorn alone ends an idle connection after 5 s, but only one that is idle


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(start, connect, monkeypatch):
    """Each byte does not give it more time, not even after a first request that was whole."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", SHORT)
    _, port = start()
    client = connect(port)
    client.sendall(HEALTH)
    client.recv(65_536)
    start_time = time.monotonic()
    with suppress(OSError):  # until the server ends the connection
        while time.monotonic() - start_time < 20:
            client.sendall(b"G")
            time.sleep(SHORT / 4)
    assert time.monotonic() - start_time < 10


def test_a_body_that_does_not_come_gets_an_error_and_an_end(start, connect, monkeypatch):
    """The time limit's 503 first, and the connection does not stay open for the rest of the body."""
    monkeypatch.setattr("web.server._BODY_SECONDS", SHORT)
    _, port = start(time_limit=SHORT)
    client = connect(port)
    client.sendall(b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
    assert client.recv(65_536).startswith(b"HTTP/1.1 503")
    assert seconds_until_closed(client) < 8


def test_a_client_that_reads_nothing_is_left(start, connect, monkeypatch):
    """Responses that nobody takes are not kept for ever: the connection ends, and with it what was to be sent."""
    monkeypatch.setattr(connections, "STALL_SECONDS", SHORT)
    server, port = start()
    client = connect(port)
    client.settimeout(0.2)
    request = b"GET /static/style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    deadline = time.monotonic() + 30
    with suppress(OSError):  # until nothing more fits, or the server ends the connection
        while time.monotonic() < deadline:
            client.sendall(request)
    while server.server_state.connections:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_answer_that_takes_longer_than_a_head_may_is_given(start, slow, monkeypatch, pool):
    """The bounds hold for the client's part alone."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", SHORT)
    settings = Settings()
    with running(slow, settings) as (_, port):
        asked = pool.submit(
            httpx.post, f"http://127.0.0.1:{port}/api/ask", json={"question": "When was it opened?"}, timeout=60
        )
        assert slow.begun.wait(30)
        time.sleep(2 * SHORT)
        slow.let_go.set()
        assert asked.result(60).status_code == 200


def test_connections_beyond_the_bound_get_an_honest_503(start, connect):
    """A problem document with Retry-After, and the end of the connection; once others end, there is room again."""
    server, port = start(connections=2)
    idle = [connect(port), connect(port)]
    while len(server.server_state.connections) < 2:
        time.sleep(0.01)
    refused = httpx.get(f"http://127.0.0.1:{port}/healthz")
    assert_problem(refused, 503, "Too many connections are open")
    assert refused.headers["retry-after"] == "2"
    assert refused.headers["connection"] == "close"
    assert all(refused.headers[name] == value for name, value in SECURITY_HEADERS.items())
    assert seconds_until_closed(connect(port)) < 5
    for client in idle:
        client.close()
    while server.server_state.connections:
        time.sleep(0.01)
    healthy = httpx.get(f"http://127.0.0.1:{port}/healthz")
    assert healthy.status_code == 200


def test_refused_connections_are_counted(start, connect):
    """The metrics have them by their reason."""
    _, port = start(connections=1)
    address = f"http://127.0.0.1:{port}"
    with httpx.Client() as client:
        client.get(f"{address}/healthz")
        assert httpx.get(f"{address}/healthz").status_code == 503
        assert 'rag_refused_total{reason="connections"} 1.0' in client.get(f"{address}/metrics").text


def test_fewer_files_mean_fewer_connections():
    """The bound leaves open files for the index; where files are unbounded, it is the setting."""
    program = (
        "import resource; from web.middleware.connections import RESERVED_FILES, most_connections as most\n"
        "assert most(10) == 10\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (RESERVED_FILES + 100, RESERVED_FILES + 100))\n"
        "assert (most(1000), most(50)) == (100, 50)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))\n"
        "assert 0 < most(1000) < 20"
    )
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True)
    assert most_connections(1) == 1


# A server of one route that may open few files, and gives them all away and takes them back when it is told to.
SERVER_WITH_FEW_FILES = """
import resource, socket, threading, time
from fastapi import FastAPI
from web import logs
from web.metrics import Metrics
from web.listener import bind
from web.server import server_of
from web.settings import Settings

app = FastAPI()
app.state.metrics = Metrics()
app.get("/healthz")(lambda: "ok")
logs.configure("json")
listener = bind("127.0.0.1", 0)
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
server = server_of(app, Settings())
threading.Thread(target=server.run, kwargs={"sockets": [listener]}).start()
while not server.started:
    time.sleep(0.01)
print(listener.getsockname()[1], flush=True)
input()
files = []
try:
    while True:
        files.append(socket.socket())
except OSError:
    print("no file is left", flush=True)
input()
for file in files:
    file.close()
input()
server.should_exit = True
"""


@pytest.fixture
def few_files() -> Iterator[subprocess.Popen[str]]:
    """The server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER_WITH_FEW_FILES],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def proceed(process: subprocess.Popen[str]) -> None:
    """Let the server take its next step."""
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_crowd_of_idle_connections_and_a_lack_of_files_pass(few_files, connect):
    """Whoever comes meanwhile gets 503 or waits, afterwards all are served, and the log has a line for each trouble."""
    port = int(few_files.stdout.readline())
    health = f"http://127.0.0.1:{port}/healthz"
    crowd = [connect(port) for _ in range(400)]  # more than it may open files
    assert httpx.get(health, timeout=30).status_code == 503
    for client in crowd:
        client.close()
    deadline = time.monotonic() + 30
    while httpx.get(health, timeout=30).status_code != 200:
        assert time.monotonic() < deadline
    proceed(few_files)
    assert few_files.stdout.readline() == "no file is left\n"
    client = connect(port)
    client.sendall(HEALTH)
    time.sleep(2.5)  # in which asyncio tries again twice
    proceed(few_files)
    assert client.recv(65_536).startswith(b"HTTP/1.1 200")
    _, log = few_files.communicate("\n", timeout=30)
    troubles = [json.loads(line)["message"].splitlines()[0] for line in log.splitlines()]
    assert {"too many connections", "socket.accept() out of system resource"} <= set(troubles)
    assert len(troubles) == len(set(troubles)) <= 3  # asyncio may have tried again while the server stopped


@pytest.fixture
def log_lines(monkeypatch) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The lines of a log as a server writes it, one JSON object each."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure("json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before
    logging.getLogger("web").setLevel(logging.NOTSET)


def test_the_same_trouble_is_one_line_a_minute_with_its_number(log_lines):
    """Another trouble, and another defect, is not held back."""
    uvicorn_log = logging.getLogger("uvicorn.error")
    created = time.time()
    for seconds in (0, 1, 2, 59, 61):
        record = uvicorn_log.makeRecord("uvicorn.error", logging.WARNING, "", 0, "Invalid request.", (), None)
        record.created = created + seconds
        logging.getLogger().handle(record)
    uvicorn_log.warning("Another.")
    for defect in (ValueError("one"), ValueError("two")):
        uvicorn_log.error("Exception in the app", exc_info=defect)
    lines = log_lines()
    assert [line["message"] for line in lines] == [*["Invalid request."] * 2, "Another.", *["Exception in the app"] * 2]
    assert [line.get("more_since_last") for line in lines[:3]] == [None, 3, None]
