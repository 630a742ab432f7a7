"""The corpus directory as an import sees it: one file for each page, named after the page's address."""

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
    """The articles that imports wrote into a corpus directory; every method raises OSError where the disk refuses."""

    def __init__(self, corpus: Path) -> None:
        self._corpus = corpus

    def file(self, url: str) -> Path:
        """The path of a page's article, whether it exists or not."""
        return self._corpus / f"{address_id(url)}.md"

    def holds(self, url: str) -> bool:
        """Whether there is an article of this page."""
        return self.file(url).is_file()

    def keep(self, url: str, document: str) -> Literal["new", "changed", "unchanged"]:
        """Write a page's article and say whether it is "new", "changed" or "unchanged".

        A file that differs in nothing but the time of fetching is unchanged and is left as it is.
        """
        status = self.compare(url, document)
        if status != "unchanged":
            write_whole(self.file(url), document.encode(), self._corpus / PARTIAL)
        return status

    def compare(self, url: str, document: str) -> Literal["new", "changed", "unchanged"]:
        """What `keep` would return for an article, without writing it."""
        earlier = self._document(url)
        if earlier is None:
            return "new"
        return "unchanged" if _without_fetched(earlier) == _without_fetched(document) else "changed"

    def fetched(self, url: str) -> datetime | None:
        """When the text of a page's article was fetched; None where there is no article, or it does not state it."""
        line = _FETCHED.search(self._document(url) or "")
        return utc_time(line[1].strip("'\"")) if line else None

    def drop(self, url: str) -> None:
        """Delete a page's article; nothing happens where there is none."""
        self.file(url).unlink(missing_ok=True)

    def _document(self, url: str) -> str | None:
        path = self.file(url)
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def _without_fetched(document: str) -> str:
    return _FETCHED.sub("", document, count=1)
