"""A parsed record becomes an article, with doubts where what it states can't be true, or a refusal."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit

from index.corpus.ids import fallback_id
from index.corpus.printable import printable
from index.dates import implausibility, iso_8601
from index.errors import RefusedError
from index.parsers import BadRecord, Record
from index.types import Article, CorpusItem, Doubt, Refusal

TITLE_CHARACTERS = 80  # of the first line, which is the title of an article without one
URL_CHARACTERS = 100  # of an address that is doubted
UNSTATED_ORIGIN = "given with the article"  # where a date was found, when its format does not say more


def items_of_record(record: Record | BadRecord, path: str) -> Iterator[CorpusItem]:
    """The doubts about a record and then its article, or the refusal of the record.

    `path` is that of the record's file, relative to the corpus.
    """
    if isinstance(record, BadRecord):
        # The id is never made from the line, where another article may have stood before.
        yield Refusal(path, record.reason, record.line, article_id=record.article_id and printable(record.article_id))
        return
    try:
        article = _article(record, path)
    except RefusedError as error:
        stated_id = record.metadata.get("id")
        article_id = printable(stated_id) if isinstance(stated_id, str | int) else None
        yield Refusal(path, str(error), record.line, withdrawn=not record.text.strip(), article_id=article_id)
        return
    yield from (Doubt(path, reason, record.line) for reason in record.doubts)
    for field in ("published", "modified"):
        if reason := implausibility(field, getattr(article, field)):
            yield Doubt(path, reason, record.line)
            no_date: dict[str, Any] = {field: None, f"{field}_origin": None}
            article = replace(article, **no_date)
    if article.url and not _names_host(article.url):
        shown = printable(article.url[:URL_CHARACTERS])
        yield Doubt(path, f'its "url" is "{shown}", which names no host; it is read without it', record.line)
        article = replace(article, url=None)
    yield article


def _names_host(url: str) -> bool:
    """Whether an address could be opened from anywhere; a path, a mail address or a name alone could not."""
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _article(record: Record, path: str) -> Article:
    text, metadata = record.text, record.metadata
    if not text.strip():
        raise RefusedError("it holds no text")
    if "\0" in text:
        raise RefusedError("its text holds a NUL character")
    first_line = " ".join(text.strip().split("\n", 1)[0].split())
    if len(first_line) > TITLE_CHARACTERS:
        first_line = first_line[: TITLE_CHARACTERS - 1].rstrip() + "…"
    values = {key: _one_line(metadata, key) for key in ("source", "author", "url", "language")}
    article = Article(
        article_id=_as_text(metadata, "id") or fallback_id(path, record),
        title=_one_line(metadata, "title") or first_line,
        text=text,
        path=path,
        **values,
        **_date_and_origin(metadata, "published"),
        **_date_and_origin(metadata, "modified"),
    )
    if article.article_id in (".", "..") or "\n" in article.article_id:
        raise RefusedError(f'its id "{article.article_id}" can\'t stand in an address')
    try:
        json.dumps(asdict(article), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise RefusedError("it holds half of a surrogate pair, which is no character") from error
    return article


def _date_and_origin(metadata: dict[str, object], field: str) -> dict[str, str]:
    """The fields of an article for one of its dates: the date in ISO 8601 and where it was found; empty without one."""
    value = _one_line(metadata, field)
    if value is None:
        return {}
    try:
        date = iso_8601(value)
    except ValueError as error:
        raise RefusedError(f'its "{field}" is "{printable(value)}", which is not an ISO 8601 date') from error
    return {field: date, f"{field}_origin": _one_line(metadata, f"{field}_origin") or UNSTATED_ORIGIN}


def _one_line(metadata: dict[str, object], key: str) -> str | None:
    """A metadata value with all white space made single spaces; None where it is missing or blank."""
    return " ".join(_as_text(metadata, key).split()) or None


def _as_text(metadata: dict[str, object], key: str) -> str:
    """A metadata value as text; empty where it is missing."""
    value = metadata.get(key)
    if isinstance(value, dict | list):
        raise RefusedError(f'its "{key}" is a {type(value).__name__}, not a text')
    return "" if value is None else str(value)
