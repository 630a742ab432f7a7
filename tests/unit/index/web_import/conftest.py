"""Fixtures of the import's tests: a site on loopback, reached as if it were public, and a clock."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.web_import.address_policy import AddressPolicy, system_addresses
from index.web_import.fetcher import Bounds, Fetcher
from index.web_import.importer import ImportOptions, import_pages
from index.web_import.polite_client import PoliteClient
from index.web_import.report import ImportReport
from tests.newsstand import PUBLIC, LoopbackBackend, ManualClock, Site, site


@pytest.fixture
def news() -> Iterator[Site]:
    """A site without pages."""
    with site() as served:
        yield served


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def backend() -> LoopbackBackend:
    return LoopbackBackend()


@pytest.fixture
def names() -> dict[str, list[str]]:
    """The addresses of each name; any other is looked up by the system."""
    return {"news.example": [PUBLIC], "other.example": ["8.8.8.8"]}


@pytest.fixture
def policy(names: dict[str, list[str]]) -> AddressPolicy:
    """A policy that refuses private addresses and knows these names."""
    return AddressPolicy(resolve=lambda host, port: names.get(host) or system_addresses(host, port))


@pytest.fixture
def fetcher(policy: AddressPolicy, clock: ManualClock, backend: LoopbackBackend) -> Iterator[Fetcher]:
    """A fetcher with this clock; its connections to public addresses go to loopback."""
    fetcher = Fetcher(policy, Bounds(size=50_000), clock, backend)
    yield fetcher
    fetcher.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The path of a corpus for imported pages, which does not exist yet."""
    return tmp_path / "news"


@pytest.fixture
def run_import(folder: Path, fetcher: Fetcher, clock: ManualClock) -> Callable[..., ImportReport]:
    """Imports inputs into `folder` with a new client, as each run does, and returns the report."""

    def run(*inputs, progress=lambda *_: None, **options):
        client = PoliteClient(fetcher, 0.0, clock)
        return import_pages(
            folder, [str(source) for source in inputs], client, ImportOptions(**options), clock, progress
        )

    return run


@pytest.fixture
def at(news: Site) -> Callable[[str], str]:
    """The address of a path of the site, with the site's name as the host."""
    return lambda path: news.url(path, "news.example")
