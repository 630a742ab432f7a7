"""What is known of the pages that were fetched: one line of JSON each, added at the end of a hidden file.

A line is forced to the disk before the next page is fetched, and the last line of a page stands. One
that a kill cut short is passed over, and its page is fetched again. A run that ends writes the file anew.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from index.files import write_whole
from index.web_import.article_files import PARTIAL

STATE = ".import.jsonl"
STALE = timedelta(days=1)  # a run that was stopped longer ago is begun anew, for its pages may have changed


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was last fetched, and by what to ask the server whether it has changed since."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def conditions(self) -> Mapping[str, str]:
        """The headers that ask for the page only if it has changed."""
        asked = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


class State:
    """The pages of one corpus directory, which one import at a time writes.

    Every method that writes raises OSError where the disk refuses.
    """

    def __init__(self, corpus: Path) -> None:
        self._path = corpus / STATE
        self._seen: dict[str, Seen] = {}
        self._begun: dict[str, object] = {}
        self._done: set[str] = set()
        for line in self._lines():
            self._apply(line)

    def begin(self, inputs: Sequence[str], now: datetime) -> None:
        """Start a run, or go on with one of the same inputs that was stopped."""
        if self._begun.get("begun") != list(inputs) or not self._is_fresh(now):
            self._append({"begun": list(inputs), "at": now.isoformat()})

    def end(self) -> None:
        """Nothing of this run is left to do."""
        self._begun, self._done = {}, set()
        lines = [json.dumps(asdict(seen)) + "\n" for seen in self._seen.values()]
        write_whole(self._path, "".join(lines).encode(), self._path.with_name(PARTIAL))

    def done(self, url: str) -> bool:
        """Whether this run had brought the page in before it was stopped."""
        return url in self._done

    def get(self, url: str) -> Seen:
        """What is known of a page; nothing but its address where it was never fetched."""
        return self._seen.get(url, Seen(url))

    def put(self, seen: Seen) -> None:
        """Keep what is known of a page that has just been brought in."""
        self._append(asdict(seen))

    def forget(self, url: str) -> None:
        """Keep nothing of a page."""
        self._append({"forgotten": url})

    def _is_fresh(self, now: datetime) -> bool:
        try:
            return now - datetime.fromisoformat(str(self._begun.get("at"))) < STALE
        except (ValueError, TypeError):
            return False

    def _lines(self) -> Sequence[str]:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return ()

    def _apply(self, line: str) -> None:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            return
        if isinstance(item, dict) and "begun" in item:
            self._begun, self._done = item, set()
        elif isinstance(item, dict) and "forgotten" in item:
            self._seen.pop(str(item["forgotten"]), None)
        elif isinstance(item, dict) and isinstance(item.get("url"), str):
            self._take(Seen(item["url"], _text(item.get("etag")), _text(item.get("last_modified"))))

    def _take(self, seen: Seen) -> None:
        self._seen[seen.url] = seen
        if self._begun:
            self._done.add(seen.url)

    def _append(self, item: dict[str, object]) -> None:
        line = json.dumps(item)
        with self._path.open("ab") as file:
            file.write(f"\n{line}\n".encode())  # the line before may have been cut short
            file.flush()
            os.fsync(file.fileno())
        self._apply(line)


def _text(value: object) -> str | None:
    """A header's value that can be sent back as it came."""
    return value if isinstance(value, str) and value.isascii() and value.isprintable() else None
