"""What the tests of readers share: a watch over what a reader opens."""

import sys
from collections.abc import Iterator

import pytest

_REACHING = ("open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system")
_seen: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event in _REACHING:
        _seen.append(f"{event} {arguments[:1]}")


sys.addaudithook(_watch)  # which can't be taken off again


@pytest.fixture
def sealed() -> Iterator[list[str]]:
    """What is opened, looked up or connected to in this test, in order: for a reader, nothing."""
    global _watching  # noqa: PLW0603
    _seen.clear()
    _watching = True
    yield _seen
    _watching = False
