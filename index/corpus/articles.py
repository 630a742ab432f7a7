"""Reading a corpus: every article of a directory or a file, in a stable order, and what was refused."""

from collections.abc import Iterator
from pathlib import Path

from index.corpus.parse_cache import ParseCache
from index.corpus.printable import printable
from index.corpus.records import items_of_record
from index.corpus.walk import check_exists, check_file, corpus_paths
from index.errors import RefusedError, WithdrawnError
from index.parsers import Parser, parser_of
from index.parsers.archives import too_large
from index.parsers.record import BLANK, is_blank
from index.types import Article, CorpusItem, Refusal

LARGEST_FILE = 250_000_000  # bytes; a file is read into memory whole

_ItemWithLine = tuple[CorpusItem, int | None]  # the line is None in a file of one record


def read_articles(corpus: Path, cache: ParseCache | None = None) -> Iterator[CorpusItem]:
    """Every article of a corpus (a directory or one file) in the order of paths, with every refusal and every doubt.

    Hidden files and files named README.md are skipped. A file that can't be read does not stop the rest. Of two
    articles with the same id the first is kept and the second refused.

    Raises:
        CorpusError: nothing exists at that path.
    """
    check_exists(corpus)  # at the call, not when the first article is taken
    cache = cache or ParseCache()
    return _refuse_repeated_ids(item for path in corpus_paths(corpus) for item in _read_file(corpus, path, cache))


def _refuse_repeated_ids(items: Iterator[_ItemWithLine]) -> Iterator[CorpusItem]:
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


def _read_file(corpus: Path, path: Path, cache: ParseCache) -> Iterator[_ItemWithLine]:
    name = path.relative_to(corpus).as_posix() if path != corpus else path.name
    try:
        name.encode()
        check_file(corpus, path)
        parse = parser_of(path.name)
        if parse is None:
            files = f'files ending in "{path.suffix}"' if path.suffix else "files without a suffix"
            yield Refusal(name, f"{files} are not supported"), None
            return
        if path.stat().st_size > LARGEST_FILE:
            yield Refusal(name, f"{too_large(LARGEST_FILE)}; split it"), None
            return
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


def _parse_file(parse: Parser, name: str, data: bytes, cache: ParseCache) -> Iterator[_ItemWithLine]:
    article_lines: list[tuple[str, int | None]] = []
    complete = True
    for record in parse(data):
        for item in items_of_record(record, name):
            yield item, record.line
            if isinstance(item, Article):
                article_lines.append((item.article_id, record.line))
            else:
                complete = False  # so that every build reports the refusal or doubt again
    if complete:
        cache.remember(name, data, article_lines)
