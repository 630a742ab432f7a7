"""What the tests of parsers share: a watch over what a parser opens."""

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
    """Everything that this test opens, looks up or connects to, in order; a parser leaves it empty."""
    global _watching  # noqa: PLW0603
    _seen.clear()
    _watching = True
    yield _seen
    _watching = False
