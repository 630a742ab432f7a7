"""Which articles each file became, kept with a generation, so that an unchanged file is not parsed again."""

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from index.types import Article

FILES = "files.json"
# The modules of the index room that decide what a file becomes.
_CODE = ("corpus/**/*.py", "parsers/**/*.py", "dates.py", "languages.py", "types.py")
_ArticleLines = list[tuple[str, int | None]]  # ids of articles, with their lines in the file


class _File(BaseModel):
    sha256: str
    articles: _ArticleLines


class _Files(BaseModel):
    read_with: str
    files: dict[str, _File]


class ParseCache:
    """Which articles each file became: in an earlier generation, to be recalled, and in this run, to be written.

    It holds only files all of whose records became articles without a doubt. `folder` is that of the earlier
    generation, its files checked; `paths` maps the ids of its articles to their paths, and `article_of` gives an
    article by its id. Without a folder the cache is empty.
    """

    def __init__(
        self,
        folder: Path | None = None,
        paths: Mapping[str, str] | None = None,
        article_of: Callable[[str], Article | None] = lambda _: None,
    ) -> None:
        files = _load(folder) if folder else None
        self._earlier = files.files if files and files.read_with == _parsing_fingerprint() else {}
        self._paths = paths or {}
        self._article_of = article_of
        self._current: dict[str, _File] = {}

    def recall(self, name: str, data: bytes) -> Iterator[tuple[Article, int | None]] | None:
        """The articles of a file with that name and content, each with its line; None where the file is not cached."""
        file = self._earlier.get(name)
        if file is None or file.sha256 != _sha256(data):
            return None
        # If another file held one of these ids before, the article was refused and is not in the generation.
        if any(self._paths.get(article_id) != name for article_id, _ in file.articles):
            return None
        self._current[name] = file
        return ((self._recalled(article_id), line) for article_id, line in file.articles)

    def _recalled(self, article_id: str) -> Article:
        article = self._article_of(article_id)
        if article is None:
            raise LookupError(f"article {article_id} is listed in the generation, but its text is not there")
        return article

    def remember(self, name: str, data: bytes, article_lines: _ArticleLines) -> None:
        """Remember a file all of whose records became articles, by the id and line of each."""
        self._current[name] = _File(sha256=_sha256(data), articles=article_lines)

    def write(self, folder: Path) -> None:
        """Write what was recalled and remembered in this run into the folder of the generation being made.

        Raises:
            OSError: the disk refused.
        """
        files = _Files(read_with=_parsing_fingerprint(), files=self._current)
        (folder / FILES).write_text(files.model_dump_json(), encoding="utf-8")


def would_parse_the_same(folder: Path) -> bool:
    """Whether the generation in that folder was made with the same parsing code and packages as are installed now."""
    files = _load(folder)
    return files is not None and files.read_with == _parsing_fingerprint()


def cached_article_ids(folder: Path) -> list[str]:
    """The ids of all articles that the cache of a generation lists for its files."""
    files = _load(folder)
    return [article_id for file in files.files.values() for article_id, _ in file.articles] if files else []


def _load(folder: Path) -> _Files | None:
    try:
        return _Files.model_validate_json((folder / FILES).read_bytes())
    except FileNotFoundError:  # the index was made before there was such a file
        return None


@cache
def _parsing_fingerprint() -> str:
    """A sha256 of everything that decides what a file becomes: Python, every package, and this project's own code."""
    room = Path(__file__).parents[1]
    code = [path for pattern in _CODE for path in room.glob(pattern)]
    sources = [_sha256(path.read_bytes()) for path in sorted(code)]
    # A set, since a package installed in editable mode is listed twice when Python runs in its folder.
    packages = sorted({f"{package.name} {package.version}" for package in importlib.metadata.distributions()})
    return _sha256(json.dumps([sys.version, packages, sources]).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
