"""Articles, and walking a corpus directory for them in a stable order."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from index.corpus.ids import made_id
from index.dates import doubt, read_date
from index.errors import CorpusError, Refused, Withdrawn
from index.parsers import BadRecord, Reader, Record, reader_of
from index.parsers.archives import too_large
from index.parsers.record import BLANK, is_blank

GIVEN = "given with the article"  # where a date was found, if its format says no more
LARGEST_FILE = 250_000_000  # bytes: a file is read whole
TITLE_CHARACTERS = 80  # of the first line, where an article has no title of its own


@dataclass(frozen=True, slots=True)
class Article:
    """One document of the corpus; every offset in the project counts characters of `text`.

    `published` and `modified` are ISO 8601 dates or dates and times, by the article's own account, with where
    each was found; `first_seen` is the time in UTC when an index first held it. `path` is relative to the
    corpus directory.
    """

    article_id: str
    title: str
    text: str
    path: str
    published: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    modified: str | None = None
    published_origin: str | None = None
    modified_origin: str | None = None
    first_seen: str | None = None

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits of a sha256 of the text: offsets into another version mean nothing."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def content_hash(self) -> str:
        """A sha256, in hexadecimal, of everything the article holds: any edit or move changes it."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        own["first_seen"] = None  # which is the index's
        return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One file, or one line of it, that did not become an article, and why.

    `withdrawn`: it could be read, and is no article any more, so what it held before is not kept.
    `article_id` is the article it would have been, where it says so itself.
    """

    path: str
    reason: str
    line: int | None = None
    withdrawn: bool = False
    article_id: str | None = None

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something an article says of itself that can't be, or a part of it that can't be read; it was read without."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


_Found = tuple[Article | Refusal | Doubt, int | None]  # and its line, in a file of many records
_Named = list[tuple[str, int | None]]  # the ids and lines of a file's articles


class Known(Protocol):
    """What is known of files by their content, so that one that did not change need not be read again."""

    def recall(self, name: str, data: bytes) -> Iterator[tuple[Article, int | None]] | None:
        """The articles of a file of that name and content, each with its line; None where they are not known."""

    def note(self, name: str, data: bytes, found: _Named) -> None:
        """What came of reading a file, where all of it became articles."""


class _NothingKnown:
    def recall(self, name: str, data: bytes) -> None:
        """Nothing."""

    def note(self, name: str, data: bytes, found: _Named) -> None:
        """Forgotten at once."""


def read_articles(corpus: Path, known: Known | None = None) -> Iterator[Article | Refusal | Doubt]:
    """Every article of a corpus, a directory or one file, in the order of paths, every refusal and every doubt.

    Hidden files and files named README.md are passed over; a file that can't be read never stops
    the rest. Of two articles with one id the first stands and the second is refused.

    Raises:
        CorpusError: there is nothing at that path.
    """
    check_exists(corpus)
    files = known or _NothingKnown()
    return _distinct(item for path in _paths(corpus) for item in _read_file(corpus, path, files))


def check_exists(corpus: Path) -> None:
    """Look whether there is a corpus at all.

    Raises:
        CorpusError: there is nothing at that path.
    """
    if not os.path.exists(corpus):  # noqa: PTH110 (Path.exists raises on a name that no file can have)
        raise CorpusError(
            f"The corpus {printable(corpus)} does not exist.",
            "Name a directory of articles, or one file, with --corpus.",
        )


def _paths(corpus: Path) -> list[Path]:
    """Every file, and every directory that is a link or can't be listed, which are refused later."""
    if corpus.is_file():
        return [corpus]
    found: list[Path] = []

    def unlisted(error: OSError) -> None:
        found.append(Path(error.filename))

    for folder, folders, names in os.walk(corpus, onerror=unlisted):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = [name for name in names if not name.startswith(".") and name.lower() != "readme.md"]
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        found += [Path(folder, name) for name in files + linked]
    return sorted(found, key=lambda path: path.relative_to(corpus).as_posix())


def _distinct(items: Iterator[_Found]) -> Iterator[Article | Refusal | Doubt]:
    seen: dict[str, str] = {}
    for item, line in items:
        if isinstance(item, Refusal | Doubt):
            yield item
        elif item.article_id in seen:
            first = seen[item.article_id]
            yield Refusal(item.path, f'the id "{item.article_id}" is already used by {first}', line, withdrawn=True)
        else:
            seen[item.article_id] = item.path
            yield item


def _read_file(corpus: Path, path: Path, known: Known) -> Iterator[_Found]:
    name = path.relative_to(corpus).as_posix() if path != corpus else path.name
    try:
        name.encode()
        read = _reader(corpus, path)
        data = path.read_bytes()
        if is_blank(data):
            raise Withdrawn(BLANK)
        before = known.recall(name, data)
        yield from _read_anew(read, name, data, known) if before is None else before
    except Refused as error:
        yield Refusal(name, str(error), withdrawn=isinstance(error, Withdrawn)), None
    except UnicodeEncodeError:
        yield Refusal(printable(name), "its file name is not valid Unicode"), None
    except RecursionError:
        yield Refusal(name, "it is nested too deep"), None
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links, before Python 3.13
        yield Refusal(name, f"it can't be opened ({getattr(error, 'strerror', None) or error})"), None


def _read_anew(read: Reader, name: str, data: bytes, known: Known) -> Iterator[_Found]:
    articles: _Named = []
    whole = True
    for record in read(data):
        item = _article_or_refusal(record, name)
        for found in _believable(item, record) if isinstance(item, Article) else (item,):
            yield found, record.line
            if isinstance(found, Article):
                articles.append((found.article_id, record.line))
            else:
                whole = False  # and told again by every build
    if whole:
        known.note(name, data, articles)


def _reader(corpus: Path, path: Path) -> Reader:
    if not path.resolve().is_relative_to(corpus.resolve()):
        raise Refused("it is a link to something outside the corpus")
    if path.is_dir():
        raise Refused("it is a directory that can't be listed, or a link to one")
    if not path.is_file():
        raise Refused("it is not a file, or a link to none")
    reader = reader_of(path.name)
    if reader is None:
        raise Refused(f'no reader for "{path.suffix}" files' if path.suffix else "no reader for files without a suffix")
    if path.stat().st_size > LARGEST_FILE:
        raise Refused(f"{too_large(LARGEST_FILE)}; split it")
    return reader


def _article_or_refusal(record: Record | BadRecord, name: str) -> Article | Refusal:
    if isinstance(record, BadRecord):
        # Never one made from its line, where another article may have stood.
        return Refusal(name, record.reason, record.line, article_id=record.named and printable(record.named))
    try:
        return _article(record, name)
    except Refused as error:
        named = record.metadata.get("id")
        return Refusal(
            name,
            str(error),
            record.line,
            withdrawn=not record.text.strip(),
            article_id=printable(named) if isinstance(named, str | int) else None,
        )


def _believable(article: Article, record: Record | BadRecord) -> Iterator[Doubt | Article]:
    """What could not be read of an article and what can't be true of it, and the article without it."""
    if isinstance(record, Record):
        yield from (Doubt(article.path, reason, record.line) for reason in record.doubts)
    for name in ("published", "modified"):
        if reason := doubt(name, getattr(article, name)):
            yield Doubt(article.path, reason, record.line)
            nothing: dict[str, Any] = {name: None, f"{name}_origin": None}
            article = replace(article, **nothing)
    yield article


def _article(record: Record, name: str) -> Article:
    text = record.text
    if not text.strip():
        raise Refused("it holds no text")
    if "\0" in text:
        raise Refused("its text holds a NUL character")
    values = {key: _string(record.metadata, key) for key in ("source", "author", "url", "language")}
    article = Article(
        article_id=_written(record.metadata, "id") or made_id(name, record),
        title=_string(record.metadata, "title") or _first_line(text),
        text=text,
        path=name,
        **values,
        **_dates(record.metadata),
    )
    if article.article_id in (".", "..") or "\n" in article.article_id:
        raise Refused(f'its id "{article.article_id}" can\'t stand in an address')
    try:
        json.dumps(asdict(article), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Refused("it holds half of a surrogate pair, which is no character") from error
    return article


def _string(metadata: dict[str, object], key: str) -> str | None:
    return " ".join(_written(metadata, key).split()) or None


def _written(metadata: dict[str, object], key: str) -> str:
    value = metadata.get(key)
    if isinstance(value, dict | list):
        raise Refused(f'its "{key}" is a {type(value).__name__}, not a text')
    return "" if value is None else str(value)


def printable(text: object) -> str:
    """The text with what is no character, such as half a surrogate pair, escaped."""
    return str(text).encode(errors="backslashreplace").decode()


def _first_line(text: str) -> str:
    line = " ".join(text.strip().split("\n", 1)[0].split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"


def _dates(metadata: dict[str, object]) -> dict[str, str | None]:
    """Both dates, and where each was found, which a format that holds it in one place need not say."""
    dates = {name: read_date(name, _string(metadata, name)) for name in ("published", "modified")}
    origins = {f"{name}_origin": _string(metadata, f"{name}_origin") or GIVEN for name, value in dates.items() if value}
    return {**dates, **origins}
