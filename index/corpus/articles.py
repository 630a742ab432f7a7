"""Reading a corpus: every article of a directory or a file, in a stable order, and what was refused."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from index.corpus.parse_cache import ParseCache
from index.corpus.printable import printable
from index.corpus.records import items_of_record
from index.corpus.walk import check_exists, check_file, corpus_paths
from index.errors import RefusedError, WithdrawnError
from index.parsers import BadRecord, Parser, Record, parser_of
from index.parsers.archives import too_large
from index.parsers.processes import Parsing, begin_parsing
from index.parsers.record import BLANK, is_blank
from index.types import Article, CorpusItem, Refusal

LARGEST_FILE = 250_000_000  # bytes; a file is read into memory whole

# Files that are parsed, or wait for it, while the ones before them are compared and written: as many, and as large.
FILES_AHEAD = 64
BYTES_AHEAD = 50_000_000

_ItemWithLine = tuple[CorpusItem, int | None]  # the line is None in a file of one record


def read_articles(corpus: Path, cache: ParseCache | None = None) -> Generator[CorpusItem, None, None]:
    """Every article of a corpus (a directory or one file) in the order of paths, with every refusal and every doubt.

    Hidden files and files named README.md are skipped. A file that can't be read does not stop the rest. Of two
    articles with the same id the first is kept and the second refused. Other processes parse later files meanwhile.

    Raises:
        CorpusError: nothing exists at that path.
        ParserProcessError: no process can be started to parse files.
    """
    check_exists(corpus)  # at the call, not when the first article is taken
    cache = cache or ParseCache()
    files = (_begin_file(corpus, path, cache) for path in corpus_paths(corpus))
    return _refuse_repeated_ids(_items_in_order(files))


def _items_in_order(files: Iterable["_BegunFile"]) -> Iterator[_ItemWithLine]:
    """The items of the files, in order; later files are parsed meanwhile."""
    waiting: deque[_BegunFile] = deque()
    try:
        for file in files:
            waiting.append(file)
            while waiting and (len(waiting) > FILES_AHEAD or sum(file.size for file in waiting) > BYTES_AHEAD):
                yield from waiting.popleft().items
        while waiting:
            yield from waiting.popleft().items
    finally:
        for file in waiting:  # whoever took the items has stopped
            if file.parsing is not None:
                file.parsing.cancel()


class _BegunFile(NamedTuple):
    """A file's items; where it is being parsed, they wait for that, and `size` is that of the file in bytes."""

    items: Iterable[_ItemWithLine]
    parsing: Parsing[Record | BadRecord] | None = None
    size: int = 0


def _refuse_repeated_ids(items: Iterator[_ItemWithLine]) -> Generator[CorpusItem, None, None]:
    first_paths: dict[str, str] = {}
    for item, line in items:
        if not isinstance(item, Article):
            yield item
        elif item.article_id in first_paths:
            first = first_paths[item.article_id]
            yield Refusal(item.path, f'the id "{item.article_id}" is already used by {first}', line, withdrawn=True)
        else:
            first_paths[item.article_id] = item.path
            yield item


def _begin_file(corpus: Path, path: Path, cache: ParseCache) -> _BegunFile:
    """Read a file, and begin to parse it unless it is cached."""
    name = path.relative_to(corpus).as_posix() if path != corpus else path.name
    try:
        name.encode()
        parse, data = _parser_and_content(corpus, path)
    except RefusedError as error:
        return _BegunFile([(_refusal(name, error), None)])
    except UnicodeEncodeError:
        return _BegunFile([(Refusal(printable(name), "its file name is not valid Unicode"), None)])
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links, before Python 3.13
        reason = f"it can't be opened ({getattr(error, 'strerror', None) or error})"
        return _BegunFile([(Refusal(name, reason), None)])
    cached = cache.recall(name, data)
    if cached is not None:
        return _BegunFile(cached)
    parsing = begin_parsing(parse, data)
    return _BegunFile(_items_of_file(parsing, name, data, cache), parsing, len(data))


def _parser_and_content(corpus: Path, path: Path) -> tuple[Parser, bytes]:
    check_file(corpus, path)
    parse = parser_of(path.name)
    if parse is None:
        files = f'files ending in "{path.suffix}"' if path.suffix else "files without a suffix"
        raise RefusedError(f"{files} are not supported")
    if path.stat().st_size > LARGEST_FILE:
        raise RefusedError(f"{too_large(LARGEST_FILE)}; split it")
    data = path.read_bytes()
    if is_blank(data):
        raise WithdrawnError(BLANK)
    return parse, data


def _items_of_file(
    parsing: Parsing[Record | BadRecord], name: str, data: bytes, cache: ParseCache
) -> Iterator[_ItemWithLine]:
    article_lines: list[tuple[str, int | None]] = []
    complete = True
    try:
        for record in parsing.items():
            for item in items_of_record(record, name):
                yield item, record.line
                if isinstance(item, Article):
                    article_lines.append((item.article_id, record.line))
                else:
                    complete = False  # so that every build reports the refusal or doubt again
    except RefusedError as error:
        yield _refusal(name, error), None
    else:
        if complete:
            cache.remember(name, data, article_lines)


def _refusal(name: str, error: RefusedError) -> Refusal:
    return Refusal(name, str(error), withdrawn=isinstance(error, WithdrawnError))
