"""What was read of each file, kept with a generation, so that a file that did not change is not read again."""

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from index import dates
from index import parsers as readers
from index.corpus import articles, ids
from index.corpus.articles import Article
from index.engine.local.catalog import Catalog
from index.engine.manifest import FILES


class _File(BaseModel):
    sha256: str
    articles: list[tuple[str, int | None]]  # ids, and lines in the file


class _Files(BaseModel):
    read_with: str
    files: dict[str, _File]


class KnownFiles:
    """The files of the live generation, all of which became articles, and those of the one being made."""

    def __init__(self, folder: Path | None = None, catalog: Catalog | None = None) -> None:
        """`folder` is the live generation's, with its files checked; without it nothing is known."""
        self._catalog = catalog
        self._paths = catalog.paths() if catalog else {}
        self._before = _read(folder / FILES) if folder else {}
        self._now: dict[str, _File] = {}

    def recall(self, name: str, data: bytes) -> Iterator[tuple[Article, int | None]] | None:
        """The articles of a file of that name and content, each with its line; None where they are not known."""
        file = self._before.get(name)
        if file is None or file.sha256 != _sha256(data):
            return None
        # Where another file had its id before, an article was refused, and is not in the catalog.
        if any(self._paths.get(article_id) != name for article_id, _ in file.articles):
            return None
        self._now[name] = file
        return self._recalled(file)

    def _recalled(self, file: _File) -> Iterator[tuple[Article, int | None]]:
        for article_id, line in file.articles:
            article = self._catalog.article(article_id) if self._catalog else None
            assert article is not None
            yield article, line

    def note(self, name: str, data: bytes, found: list[tuple[str, int | None]]) -> None:
        """What came of reading a file, where all of it became articles."""
        self._now[name] = _File(sha256=_sha256(data), articles=found)

    def write(self, folder: Path) -> None:
        """Keep what is known of the files of this run with the generation that is being made."""
        files = _Files(read_with=_reading(), files=self._now)
        (folder / FILES).write_text(files.model_dump_json(), encoding="utf-8")


def is_read_alike(folder: Path) -> bool:
    """Whether the files of a generation are known, and would be read alike today."""
    files = _stored(folder / FILES)
    return files is not None and files.read_with == _reading()


def known_articles(folder: Path) -> list[str]:
    """The ids of all articles that a generation says came from its files."""
    files = _stored(folder / FILES)
    return [article_id for file in files.files.values() for article_id, _ in file.articles] if files else []


def _read(path: Path) -> dict[str, _File]:
    files = _stored(path)
    return files.files if files and files.read_with == _reading() else {}


def _stored(path: Path) -> _Files | None:
    try:
        return _Files.model_validate_json(path.read_bytes())
    except FileNotFoundError:  # as of an index that was made before such files were kept
        return None


@cache
def _reading() -> str:
    """A sha256 of all that decides what a file becomes: this project's code for it, and every package there is."""
    beside = (Path(str(module.__file__)) for module in (articles, dates, ids))
    code = [*Path(readers.__file__).parent.rglob("*.py"), *beside]
    sources = [_sha256(path.read_bytes()) for path in sorted(code)]
    # Each once: one that is installed to be edited is found twice from its own folder.
    packages = sorted({f"{found.name} {found.version}" for found in importlib.metadata.distributions()})
    return _sha256(json.dumps([sys.version, packages, sources]).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
