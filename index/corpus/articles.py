"""Reading a corpus: every article of a directory or a file, in a stable order, and what was refused."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from index.corpus.ids import made_id
from index.corpus.parse_cache import ParseCache
from index.dates import implausible, iso_8601
from index.errors import CorpusError, RefusedError, WithdrawnError
from index.parsers import BadRecord, Parser, Record, parser_of
from index.parsers.archives import too_large
from index.parsers.record import BLANK, is_blank
from index.types import Article, Doubt, Refusal

LARGEST_FILE = 250_000_000  # bytes; a file is read into memory whole
TITLE_CHARACTERS = 80  # of the first line, which is the title of an article without one
_NO_ORIGIN = "given with the article"  # where a date was found, when its format does not say more

_Parsed = tuple[Article | Refusal | Doubt, int | None]  # with its line, in a file of many records


def read_articles(corpus: Path, cache: ParseCache | None = None) -> Iterator[Article | Refusal | Doubt]:
    """Every article of a corpus (a directory or one file) in the order of paths, with every refusal and every doubt.

    Hidden files and files named README.md are skipped. A file that can't be read does not stop the rest. Of two
    articles with the same id the first is kept and the second refused.

    Raises:
        CorpusError: nothing exists at that path.
    """
    check_exists(corpus)
    cache = cache or ParseCache()
    return _refuse_repeated_ids(item for path in _paths(corpus) for item in _read_file(corpus, path, cache))


def check_exists(corpus: Path) -> None:
    """Check that there is a corpus at all.

    Raises:
        CorpusError: nothing exists at that path.
    """
    if not os.path.exists(corpus):  # noqa: PTH110 (Path.exists raises on a name that no file can have)
        raise CorpusError(
            f"The corpus {printable(corpus)} does not exist.",
            "Name a directory of articles, or one file, with --corpus.",
        )


def printable(text: object) -> str:
    """The text with everything that is not a character, such as half a surrogate pair, escaped."""
    return str(text).encode(errors="backslashreplace").decode()


def _paths(corpus: Path) -> list[Path]:
    """Every file, and every directory that is a link or can't be listed; those are refused later."""
    if corpus.is_file():
        return [corpus]
    paths: list[Path] = []

    def keep_unlisted(error: OSError) -> None:
        paths.append(Path(error.filename))

    for folder, folders, names in os.walk(corpus, onerror=keep_unlisted):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = [name for name in names if not name.startswith(".") and name.lower() != "readme.md"]
        linked = [name for name in folders if Path(folder, name).is_symlink()]
        paths += [Path(folder, name) for name in files + linked]
    return sorted(paths, key=lambda path: path.relative_to(corpus).as_posix())


def _refuse_repeated_ids(items: Iterator[_Parsed]) -> Iterator[Article | Refusal | Doubt]:
    first_paths: dict[str, str] = {}
    for item, line in items:
        if isinstance(item, Refusal | Doubt):
            yield item
        elif item.article_id in first_paths:
            first = first_paths[item.article_id]
            yield Refusal(item.path, f'the id "{item.article_id}" is already used by {first}', line, withdrawn=True)
        else:
            first_paths[item.article_id] = item.path
            yield item


def _read_file(corpus: Path, path: Path, cache: ParseCache) -> Iterator[_Parsed]:
    name = path.relative_to(corpus).as_posix() if path != corpus else path.name
    try:
        name.encode()
        parse = _parser(corpus, path)
        data = path.read_bytes()
        if is_blank(data):
            raise WithdrawnError(BLANK)
        cached = cache.recall(name, data)
        yield from _parse_file(parse, name, data, cache) if cached is None else cached
    except RefusedError as error:
        yield Refusal(name, str(error), withdrawn=isinstance(error, WithdrawnError)), None
    except UnicodeEncodeError:
        yield Refusal(printable(name), "its file name is not valid Unicode"), None
    except RecursionError:
        yield Refusal(name, "it is nested too deep"), None
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links, before Python 3.13
        yield Refusal(name, f"it can't be opened ({getattr(error, 'strerror', None) or error})"), None


def _parse_file(parse: Parser, name: str, data: bytes, cache: ParseCache) -> Iterator[_Parsed]:
    article_lines: list[tuple[str, int | None]] = []
    complete = True
    for record in parse(data):
        for item in _articles_of(record, name):
            yield item, record.line
            if isinstance(item, Article):
                article_lines.append((item.article_id, record.line))
            else:
                complete = False  # so that every build reports the refusal or doubt again
    if complete:
        cache.note(name, data, article_lines)


def _parser(corpus: Path, path: Path) -> Parser:
    if not path.resolve().is_relative_to(corpus.resolve()):
        raise RefusedError("it is a link to something outside the corpus")
    if path.is_dir():
        raise RefusedError("it is a directory that can't be listed, or a link to one")
    if not path.is_file():
        raise RefusedError("it is not a file, or a link to none")
    parser = parser_of(path.name)
    if parser is None:
        raise RefusedError(
            f'no reader for "{path.suffix}" files' if path.suffix else "no reader for files without a suffix"
        )
    if path.stat().st_size > LARGEST_FILE:
        raise RefusedError(f"{too_large(LARGEST_FILE)}; split it")
    return parser


def _articles_of(record: Record | BadRecord, name: str) -> Iterator[Article | Refusal | Doubt]:
    """The article of a record with the doubts about it, or the refusal of the record."""
    if isinstance(record, BadRecord):
        # The id is never made from the line, where another article may have stood before.
        yield Refusal(name, record.reason, record.line, article_id=record.named and printable(record.named))
        return
    try:
        article = _article(record, name)
    except RefusedError as error:
        named = record.metadata.get("id")
        article_id = printable(named) if isinstance(named, str | int) else None
        yield Refusal(name, str(error), record.line, withdrawn=not record.text.strip(), article_id=article_id)
        return
    yield from (Doubt(name, reason, record.line) for reason in record.doubts)
    for field in ("published", "modified"):
        if reason := implausible(field, getattr(article, field)):
            yield Doubt(name, reason, record.line)
            no_date: dict[str, Any] = {field: None, f"{field}_origin": None}
            article = replace(article, **no_date)
    yield article


def _article(record: Record, name: str) -> Article:
    text = record.text
    if not text.strip():
        raise RefusedError("it holds no text")
    if "\0" in text:
        raise RefusedError("its text holds a NUL character")
    values = {key: _value(record.metadata, key) for key in ("source", "author", "url", "language")}
    article = Article(
        article_id=_written(record.metadata, "id") or made_id(name, record),
        title=_value(record.metadata, "title") or _first_line(text),
        text=text,
        path=name,
        **values,
        **_dates(record.metadata),
    )
    if article.article_id in (".", "..") or "\n" in article.article_id:
        raise RefusedError(f'its id "{article.article_id}" can\'t stand in an address')
    try:
        json.dumps(asdict(article), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise RefusedError("it holds half of a surrogate pair, which is no character") from error
    return article


def _value(metadata: dict[str, object], key: str) -> str | None:
    """A metadata value on one line; None where it is missing or blank."""
    return " ".join(_written(metadata, key).split()) or None


def _written(metadata: dict[str, object], key: str) -> str:
    value = metadata.get(key)
    if isinstance(value, dict | list):
        raise RefusedError(f'its "{key}" is a {type(value).__name__}, not a text')
    return "" if value is None else str(value)


def _first_line(text: str) -> str:
    line = " ".join(text.strip().split("\n", 1)[0].split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"


def _dates(metadata: dict[str, object]) -> dict[str, str | None]:
    """Both dates in ISO 8601, each with where it was found."""
    dates: dict[str, str | None] = {}
    for name in ("published", "modified"):
        if value := _value(metadata, name):
            try:
                dates[name] = iso_8601(value)
            except ValueError as error:
                raise RefusedError(f'its "{name}" is "{printable(value)}", which is not an ISO 8601 date') from error
            dates[f"{name}_origin"] = _value(metadata, f"{name}_origin") or _NO_ORIGIN
    return dates
