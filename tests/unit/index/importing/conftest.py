"""What the tests of importing share: a site on loopback, reached as if it were public, and a clock."""

from collections.abc import Iterator

import pytest

from index.importing.fetcher import Bounds, Fetcher
from index.importing.guard import Guard, system_addresses
from tests.newsstand import PUBLIC, Clock, Dial, Site, site


@pytest.fixture
def news() -> Iterator[Site]:
    """A site without pages."""
    with site() as served:
        yield served


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dial() -> Dial:
    return Dial()


@pytest.fixture
def names() -> dict[str, list[str]]:
    """The addresses of each name; any other is looked up by the system."""
    return {"news.example": [PUBLIC], "other.example": ["8.8.8.8"]}


@pytest.fixture
def guard(names: dict[str, list[str]]) -> Guard:
    """A guard that lets nothing private pass, by these names."""
    return Guard(resolve=lambda host, port: names.get(host) or system_addresses(host, port))


@pytest.fixture
def fetcher(guard: Guard, clock: Clock, dial: Dial) -> Iterator[Fetcher]:
    """A fetcher with the clock, whose public addresses all lead to loopback."""
    made = Fetcher(guard, Bounds(size=50_000), clock.times, dial)
    yield made
    made.close()
