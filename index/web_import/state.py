"""The state of an import: the pages fetched so far, one line of JSON for each at the end of a hidden file.

A line is forced to the disk before the next page is fetched, and the last line about a page counts. A line that a kill
cut short is skipped, and its page is fetched again. A run that ends writes the file anew.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from index.dates import parse_time
from index.files import open_regular, write_whole
from index.web_import.article_files import PARTIAL

STATE = ".import.jsonl"
STALE = timedelta(days=1)  # after it a stopped run starts again from the beginning, since its pages may have changed


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was last fetched, with what the server needs to tell whether it has changed since."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def conditions(self) -> Mapping[str, str]:
        """The headers that ask for the page only if it has changed."""
        headers = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class State:
    """The fetched pages of one corpus directory, which one import at a time writes.

    Every method that writes raises OSError where the disk refuses, and so does opening a state whose file is a symbolic
    link: it could lead anywhere.
    """

    def __init__(self, corpus: Path) -> None:
        self._path = corpus / STATE
        self._pages: dict[str, FetchedPage] = {}
        self._run: dict[str, object] = {}  # the line that began the run that has not ended; empty where all have
        self._done: set[str] = set()
        try:
            with open_regular(self._path, "rb", follow_links=False) as file:
                lines = file.read().decode("utf-8", "replace").split("\n")
        except FileNotFoundError:
            lines = []
        for line in lines:
            self._apply(line)

    def begin(self, inputs: Sequence[str], now: datetime) -> None:
        """Start a run, or continue one of the same inputs that was stopped."""
        try:
            age = now - parse_time(str(self._run.get("at")))
        except (ValueError, TypeError):
            age = STALE
        if self._run.get("begun") != list(inputs) or age >= STALE:
            self._append({"begun": list(inputs), "at": now.isoformat()})

    def end(self) -> None:
        """End the run, and write the file anew with one line for each page."""
        self._run, self._done = {}, set()
        lines = [json.dumps(asdict(page)) + "\n" for page in self._pages.values()]
        write_whole(self._path, "".join(lines).encode(), self._path.with_name(PARTIAL))

    def done(self, url: str) -> bool:
        """Whether this run brought the page in, now or before it was stopped."""
        return url in self._done

    def get(self, url: str) -> FetchedPage:
        """A page as it was last fetched; with nothing but its address where it never was."""
        return self._pages.get(url, FetchedPage(url))

    def put(self, page: FetchedPage) -> None:
        """Record a page that has just been brought in."""
        self._append(asdict(page))

    def forget(self, url: str) -> None:
        """Remove what is recorded of a page."""
        self._append({"forgotten": url})

    def _apply(self, line: str) -> None:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            return
        if isinstance(item, dict) and "begun" in item:
            self._run, self._done = item, set()
        elif isinstance(item, dict) and "forgotten" in item:
            self._pages.pop(str(item["forgotten"]), None)
        elif isinstance(item, dict) and isinstance(item.get("url"), str):
            page = FetchedPage(item["url"], _header(item.get("etag")), _header(item.get("last_modified")))
            self._pages[page.url] = page
            if self._run:
                self._done.add(page.url)

    def _append(self, item: dict[str, object]) -> None:
        line = json.dumps(item)
        with open_regular(self._path, "ab", follow_links=False) as file:
            file.write(f"\n{line}\n".encode())  # the line before may have been cut short
            file.flush()
            os.fsync(file.fileno())
        self._apply(line)


def _header(value: object) -> str | None:
    """A header's value that can be sent back as it came; None for any other value."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else None
