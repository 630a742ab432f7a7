"""What the tests of the web room share: an app without a model, articles made by hand, a page parser."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from pathlib import Path
from threading import Event, Thread
from typing import Any

import anyio
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader
from web.app import create_app
from web.settings import Settings

ClientOf = Callable[..., TestClient]

# Articles with an answer that READER finds, and some whose answers contradict each other.
HARBOUR = {
    "id": "harbour",
    "title": "The new harbour of Lenkoran",
    "language": "en",
    "text": "The harbour of Lenkoran was opened on 12 March 2021, at last. It cost 40 million dollars.",
}
HOW_LONG = "How long is the bridge over the Kura?"
BRIDGES = (
    {
        "id": "old",
        "source": "River Post",
        "published": "2023-01-15",
        "text": "The bridge over the Kura is 310 metres long.",
    },
    {"id": "guide", "title": "A guide", "text": "The bridge over the Kura is 300 metres long."},
    {"id": "new", "title": "Survey", "published": "2025-06-02", "text": "The bridge over the Kura is 318 metres long."},
)
DIFFERING = [("318 metres", "new"), ("310 metres", "old"), ("300 metres", "guide")]
READER = ScriptedReader(**dict.fromkeys(("12 March 2021", "310 metres", "300 metres", "318 metres"), 30.0))


@pytest.fixture
def assistant(live_index: LiveIndex) -> Assistant:
    """Answers where a sentence holds most of the question's words."""
    return Assistant(live_index, weights=SENSIBLE)


@pytest.fixture
def serve() -> Iterator[ClientOf]:
    """Serves an assistant, with settings, until the test ends; a defect is shown as it would be to a stranger."""
    with ExitStack() as stack:

        def of(assistant: Assistant, **settings: object) -> TestClient:
            app = create_app(assistant, Settings(**settings))
            return stack.enter_context(on_loopback(app))

        yield of


def on_loopback(app: FastAPI, address: str = "127.0.0.1", **more: Any) -> TestClient:
    """A client of this machine, or of another address."""
    more = {"base_url": "http://127.0.0.1:8000", "raise_server_exceptions": False, **more}
    return TestClient(app, client=(address, 50_000), **more)


@pytest.fixture
def client(assistant: Assistant, serve: ClientOf) -> TestClient:
    """A client of the shared small corpus."""
    return serve(assistant)


@pytest.fixture
def client_of(tmp_path: Path, serve: ClientOf) -> ClientOf:
    """Serves articles given as records of JSON Lines."""

    def of(*records: dict[str, Any], weights: Any = SENSIBLE, reader: Any = None) -> TestClient:
        corpus, directory = tmp_path / "made", tmp_path / "made-index"
        corpus.mkdir()
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (corpus / "articles.jsonl").write_text(lines, encoding="utf-8")
        build_index(corpus, directory, WordEmbedder())
        live = LiveIndex(directory, lambda record: WordEmbedder())
        return serve(Assistant(live, weights=weights, reader=reader, least_headline=0.0))

    return of


class Slow:
    """An assistant whose answers wait until `let_go` is set."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.begun, self.let_go = Event(), Event()
        self.questions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.assistant, name)

    def ask_in_stages(self, *arguments: Any) -> Iterator[object]:
        self.questions += 1
        self.begun.set()
        assert self.let_go.wait(60)
        yield from self.assistant.ask_in_stages(*arguments)


@pytest.fixture
def slow(assistant: Assistant) -> Iterator[Slow]:
    """Answers as `assistant` does, but not before `let_go` is set."""
    slow_assistant = Slow(assistant)
    yield slow_assistant
    slow_assistant.let_go.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads to ask from."""
    with ThreadPoolExecutor(8) as threads:
        yield threads


@contextmanager
def listening(app: ASGIApp, ready: Event) -> Iterator[str]:
    """The address of a real server of an app, on a free port of loopback, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(30)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def serve_for_real() -> Iterator[Callable[..., str]]:
    """As `serve`, by a real server: gives its address. `around` may wrap the app."""
    with ExitStack() as stack:

        def of(assistant: Assistant, around: Callable[[ASGIApp], ASGIApp] = lambda app: app, **settings: object) -> str:
            ready = Event()
            app = create_app(assistant, Settings(**settings), ready.set)
            return stack.enter_context(listening(around(app), ready))

        yield of


def status_of(client: TestClient, path: str, **headers: bytes) -> int:
    """The status of a request given to the app as a server would: TestClient decodes a path twice."""

    async def ask() -> int:
        statuses = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            statuses.append(message.get("status"))

        all_headers = {"host": b"127.0.0.1"} | headers
        pairs = [(name.replace("_", "-").encode(), value) for name, value in all_headers.items()]
        scope = {"type": "http", "method": "GET", "path": path, "headers": pairs, "query_string": b""}
        ends = {"client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 80)}
        await client.app({**scope, **ends, "scheme": "http", "root_path": ""}, receive, send)
        return statuses[0]

    # In a thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, ask).result()


class Element:
    """An element of a parsed page."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        """All the text inside, to the character."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str | None = None, **attributes: str) -> "list[Element]":
        """Every element inside with this tag and these attributes; `class_` is one of its classes."""
        elements = []
        for child in self.children:
            if isinstance(child, Element):
                elements += [child] if child.is_a(tag, attributes) else []
                elements += child.all(tag, **attributes)
        return elements

    def one(self, tag: str | None = None, **attributes: str) -> "Element":
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    def is_a(self, tag: str | None, attributes: dict[str, str]) -> bool:
        """Whether it has the tag, and the attributes."""
        classes = (self.attributes.get("class") or "").split()
        return tag in (None, self.tag) and all(
            value in classes if name == "class_" else self.attributes.get(name) == value
            for name, value in attributes.items()
        )


_VOID = {"meta", "link", "input", "br", "hr", "img"}


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """The page as a tree; every element must be closed in its place."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert [element.tag for element in parser.open] == ["page"]
    return parser.open[0]
