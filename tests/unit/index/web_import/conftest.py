"""What the tests of importing share: a site on loopback, reached as if it were public, and a clock."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.web_import.address_policy import AddressPolicy, system_addresses
from index.web_import.fetcher import Bounds, Fetcher
from index.web_import.importer import ImportOptions, import_pages
from index.web_import.polite_client import PoliteClient
from index.web_import.report import ImportReport
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
def guard(names: dict[str, list[str]]) -> AddressPolicy:
    """A guard that lets nothing private pass, by these names."""
    return AddressPolicy(resolve=lambda host, port: names.get(host) or system_addresses(host, port))


@pytest.fixture
def fetcher(guard: AddressPolicy, clock: Clock, dial: Dial) -> Iterator[Fetcher]:
    """A fetcher with the clock, whose public addresses all lead to loopback."""
    made = Fetcher(guard, Bounds(size=50_000), clock.times, dial)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a corpus of imported pages would lie."""
    return tmp_path / "news"


@pytest.fixture
def bring(folder: Path, fetcher: Fetcher, clock: Clock) -> Callable[..., ImportReport]:
    """Imports inputs into `folder` with a guest of its own, as each run has, and gives the report."""

    def run(*inputs, progress=lambda *_: None, **wishes):
        guest = PoliteClient(fetcher, 0.0, clock.times)
        return import_pages(
            folder, [str(given) for given in inputs], guest, ImportOptions(**wishes), clock.times, progress
        )

    return run


@pytest.fixture
def at(news: Site) -> Callable[[str], str]:
    """The address of a path of the site, by its name."""
    return lambda path: news.url(path, "news.example")
