"""The interface against its own description, and against what no client should send."""

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from tests.conftest import WordEmbedder, words, write_corpus
from tests.serving import serving
from tests.unit.rag.conftest import SENSIBLE
from web.middleware.keys import Role, add_key

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("RAG_SCHEMA_EXAMPLES", "12"))  # of each route; always the same ones
BOUNDED = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a server with keys, and a key that may all."""
    folder = tmp_path_factory.mktemp("schema")
    build_index(write_corpus(folder / "corpus"), folder / "index", WordEmbedder())
    key = add_key(folder / "keys", "tester", Role.ADMIN)
    assistant = Assistant(LiveIndex(folder / "index", words), weights=SENSIBLE)
    # Bodies of any length reach the schema: that 413 is a refusal is not known to every check.
    bounds = {"rate_per_key": "off", "rate_per_address": "off", "max_body_bytes": 4_000_000}
    with serving(folder / "index", assistant, words, keys_file=folder / "keys", **bounds) as address:
        yield address, key


@pytest.fixture(scope="module")
def description(served: tuple[str, str]) -> BaseSchema:
    address, key = served
    config = schemathesis.Config()
    # Each request has a valid key: a missing one that is sent after all would be taken for an accepted fault.
    config.projects.default.generation.with_security_parameters = False
    return schemathesis.openapi.from_url(
        f"{address}/openapi.json", config=config, headers={"Authorization": f"Bearer {key}"}
    )


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_route_keeps_to_its_description(description, served, mode):
    """Whatever is sent, as described or not, the status, type and document are described, and never a defect.

    That what is described is always accepted is not asked: no schema can say that a question needs a word.
    """
    headers = {"Authorization": f"Bearer {served[1]}"}
    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) >= 9
    for operation in operations:

        @BOUNDED
        @given(operation.as_strategy(generation_mode=mode))
        def keeps(case):
            case.call_and_validate(headers=headers, timeout=60, excluded_checks=[positive_data_acceptance])

        try:
            keeps()
        except Unsatisfiable:  # nothing that this route takes can be wrong
            assert mode == GenerationMode.NEGATIVE


TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1, max_size=20)
NAMES = TOKENS | st.sampled_from(
    ["Host", "Content-Length", "Transfer-Encoding", "Authorization", "Cookie", "Origin", "X-Request-ID", "Accept"]
)
VALUES = st.binary(max_size=40) | st.sampled_from([b"-1", b"chunked", b"9" * 30, b"Bearer ", b"text/event-stream"])
TARGETS = st.sampled_from([b"/api/ask", b"/", b"/?q=%00", b"/articles/%ff", b"//", b"*", b"http://x/", b"/api/reindex"])


@settings(BOUNDED, max_examples=5 * EXAMPLES)
@given(
    st.sampled_from([b"GET", b"POST", b"HEAD", b"OPTIONS", b"BREW"]),
    TARGETS | st.binary(min_size=1, max_size=20),
    st.lists(st.tuples(NAMES, VALUES), max_size=6),
    st.binary(max_size=200),
)
def test_no_bytes_are_a_defect(served, method, target, headers, body):
    """Whatever comes over the wire is answered with less than 500, or the connection closed; the server lives on."""
    address, key = served
    lines = [b"%s %s HTTP/1.1" % (method, target), b"Host: 127.0.0.1", b"Authorization: Bearer " + key.encode()]
    lines += [b"%s: %s" % (name.encode(), value) for name, value in headers]
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    assert answer == b"" or 200 <= int(answer.split()[1]) < 500
    assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"question": ' + b"9" * 5000 + b"}",
        b'{"question": "a", "k": 1e400}',
        b'{"question": "\\ud800"}',
        b'{"question": "\x00", "question": "b"}',
        b'{"question": "a", "history": [' + b'"b",' * 14_000 + b'"c"]}',
        b'{"question": "a", "published_from": "9999999999999"}',
        b"\xff\xfe\x00",
        b"NaN",
        b"",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_no_body_is_a_defect(served, body):
    """Deep, long, twice, half and no JSON at all are refused with a problem document, or answered."""
    address, key = served
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    response = httpx.post(f"{address}/api/ask", content=body, headers=headers, timeout=60)
    assert response.status_code in (200, 400, 413, 422)
    assert response.status_code == 200 or response.headers["content-type"] == "application/problem+json"
