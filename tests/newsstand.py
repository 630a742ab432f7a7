"""A small site on loopback in a thread of the test process, its pages, and a clock that makes nobody wait."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpcore2

from index.corpus.articles import read_articles
from index.web_import.report import ImportReport

INSIDE = "http://127.0.0.1/secret"  # no public page may lead there
XML = {"content-type": "application/xml"}
PUBLIC = "93.184.216.34"  # no packet goes there: see LoopbackBackend


@dataclass
class Answer:
    """A reply of the site; a body in parts is sent without a length, until the client closes the connection."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/html"})


Page = Answer | Callable[[Mapping[str, str]], Answer]  # called with the request's headers, in lower case


class Site:
    """The pages of a server on loopback by their path, and the requests that it got."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: dict[str, Page] = {"/robots.txt": Answer(status=404)}
        self.requests: list[tuple[str, Mapping[str, str]]] = []  # path and headers, in order

    @property
    def paths(self) -> list[str]:
        """The paths of the requests, in order, without robots.txt."""
        return [path for path, _ in self.requests if path != "/robots.txt"]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        self.requests.append((path, headers))
        page = self.pages.get(path, Answer(status=404))
        return page(headers) if callable(page) else page


@contextmanager
def site(host: str = "127.0.0.1", port: int = 0) -> Iterator[Site]:
    """Serve a site until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = served.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            whole = isinstance(answer.body, bytes)
            self.send_header(*(("content-length", str(len(answer.body))) if whole else ("connection", "close")))
            self.end_headers()
            try:
                for part in [answer.body] if whole else answer.body:
                    self.wfile.write(part)
            except OSError:
                self.close_connection = True  # the client has closed the connection

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((host, port), Handler) as server:
        served = Site(server.server_port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join(30)


class LoopbackBackend(httpcore2.NetworkBackend):
    """Connects to loopback whatever the address, and records the addresses."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def connect_tcp(self, host: str, port: int, *arguments: object) -> httpcore2.NetworkStream:
        self.addresses.append(host)
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", port, *arguments)


class ManualClock:
    """Stands in for an import's clock; it moves when somebody sleeps by it, or when a test sets `seconds`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)


def page(title: str, text: str = "Words of it.", **headers: str) -> Answer:
    """A page of HTML."""
    body = f"<!doctype html><title>{title}</title><p>{text}</p>"
    return Answer(body.encode(), headers={"content-type": "text/html; charset=utf-8", **headers})


def feed(*links: str, day: str = "Mon, 23 Nov 2026 12:00:00 GMT") -> Answer:
    """An RSS feed, all of its items of the same day."""
    items = "".join(f"<item><link>{link}</link><pubDate>{day}</pubDate></item>" for link in links)
    return Answer(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), headers=XML)


def sitemap(*entries: tuple[str, str], element: str = "urlset") -> bytes:
    """A sitemap, or an index of them, of addresses with their days."""
    inner = "url" if element == "urlset" else "sitemap"
    urls = "".join(f"<{inner}><loc>{link}</loc><lastmod>{day}</lastmod></{inner}>" for link, day in entries)
    return f"<{element}>{urls}</{element}>".encode()


def statuses(report: ImportReport) -> list[str]:
    """What became of each page, in order."""
    return [outcome.status for outcome in report.outcomes]


def articles(folder: Path) -> dict[str, str]:
    """The text of each article of a corpus by its title; a refusal fails."""
    return {article.title: article.text for article in read_articles(folder)}
