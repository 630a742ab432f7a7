"""The corpus directory as an import sees it: one file a page, its name made from the page's address."""

import re
from datetime import datetime
from pathlib import Path
from typing import Literal

from index.corpus.ids import address_id
from index.dates import utc_time
from index.files import write_whole

_FETCHED = re.compile(r"^fetched: (.*)\n", re.MULTILINE)
PARTIAL = ".import.partial"


class ArticleFiles:
    """The files of a corpus directory that were brought in; every method raises OSError where the disk refuses."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus

    def file(self, url: str) -> Path:
        """Where a page's article lies, or would lie."""
        return self._corpus / f"{address_id(url)}.md"

    def holds(self, url: str) -> bool:
        """Whether there is an article of this page."""
        return self.file(url).is_file()

    def keep(self, url: str, document: str) -> Literal["new", "changed", "unchanged"]:
        """Write a page's article and say whether it is "new", "changed" or "unchanged".

        When it was fetched is no change: a file that says the same otherwise is left as it is.
        """
        kind = self.compare(url, document)
        if kind != "unchanged":
            write_whole(self.file(url), document.encode(), self._corpus / PARTIAL)
        return kind

    def compare(self, url: str, document: str) -> Literal["new", "changed", "unchanged"]:
        """What `keep` would say of an article, without writing it."""
        before = self._before(url)
        if before is None:
            return "new"
        return "unchanged" if _without_fetched(before) == _without_fetched(document) else "changed"

    def fetched(self, url: str) -> datetime | None:
        """When the text of a page's article was fetched; None where there is none, or it does not say so."""
        line = _FETCHED.search(self._before(url) or "")
        return utc_time(line[1].strip("'\"")) if line else None

    def _before(self, url: str) -> str | None:
        path = self.file(url)
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None

    def drop(self, url: str) -> None:
        """Delete a page's article."""
        self.file(url).unlink(missing_ok=True)


def _without_fetched(document: str) -> str:
    return _FETCHED.sub("", document, count=1)
