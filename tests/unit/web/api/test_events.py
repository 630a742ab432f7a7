"""A stream that is cut off, over a real connection."""

import json
import logging
import socket
from dataclasses import dataclass, field, replace
from threading import Event
from urllib.parse import urlsplit

import httpx

from rag.compose.extract import ExtractiveComposer

QUESTION = "When was the harbour of Lenkoran opened?"


@dataclass
class Waiting:
    """A composer that waits for `let_go` after it has begun."""

    begun: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)

    def compose(self, matters, article_of):
        self.begun.set()
        assert self.let_go.wait(30)
        return ExtractiveComposer().compose(matters, article_of)


def cut_off_when(address, begun):
    """Ask for a stream, and close the connection in the middle of it."""
    body = json.dumps({"question": QUESTION}).encode()
    server = urlsplit(address)
    head = (
        f"POST /api/ask HTTP/1.1\r\nHost: {server.netloc}\r\nAccept: text/event-stream\r\n"
        f"Content-Length: {len(body)}\r\n"
    )
    with socket.create_connection((server.hostname, server.port)) as connection:
        connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        received = b""
        while b"answering" not in received:
            more = connection.recv(65536)
            assert more, received
            received += more
        assert begun.wait(30)


def test_a_reader_who_leaves_in_the_middle_costs_nothing_more(assistant, serve_for_real, caplog):
    """The request ends when its stage does, nothing is logged, and the next question is answered."""
    composer, ended = Waiting(), Event()

    def around(app):
        async def watched(scope, receive, send):
            await app(scope, receive, send)
            if scope["type"] == "http":
                ended.set()

        return watched

    address = serve_for_real(replace(assistant, composer=composer), around)
    with caplog.at_level(logging.WARNING):
        cut_off_when(address, composer.begun)
        composer.let_go.set()
        assert ended.wait(30)
        again = httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=30)
    assert again.json()["answered"]
    assert caplog.records == []
