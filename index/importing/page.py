"""From what a server answered to an article's file."""

import codecs
import re
from collections.abc import Mapping
from urllib.parse import urljoin

from index.errors import Refused
from index.importing.document import document
from index.importing.extract import extract_page
from index.importing.fetcher import GZIP, Reply
from index.importing.guard import checked_url
from index.importing.listing import Link
from index.importing.shelf import article_id
from index.readers.record import Record, decode

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
# Python knows more by name than pages are written in, and some of that takes hours to decode.
_OF_THE_WEB = re.compile(r"(cp|gb|koi8-|iso8859-|utf-16-?|mac-|big5|shift_jis|euc_|iso2022_)\w*")
_LARGER = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"}  # as browsers read them


def record_of(reply: Reply) -> Record:
    """The article in a page of HTML, or of plain text.

    Raises:
        Refused: it holds none.
    """
    if reply.body.startswith(GZIP):
        raise Refused("it is a packed file, and no sitemap")
    body = _as_utf8(reply.body, reply.headers)
    try:
        return Record(decode(body)) if reply.kind == "text/plain" else extract_page(body)
    except RecursionError as error:
        raise Refused("it is nested too deep") from error


def article(record: Record, link: Link, found_at: str, fetched: str) -> str:
    """The file of a page's article: what the record says, and where it says nothing, what the link does.

    The id is made from the address that was asked for; the url is where the page was found at last, or says that
    it is; `fetched` is ISO 8601 in UTC.

    Raises:
        Refused: it holds no text.
    """
    if not record.text.strip():
        raise Refused("it holds no text")
    own = {"id": article_id(link.url), "url": _address(record.metadata.get("url"), found_at), "fetched": fetched}
    return document(record.text, {**record.metadata, **_missing_days(record.metadata, link), **own})


def _address(said: object, found_at: str) -> str:
    """The address that the page says is its own, if it is of the host it was found on: no page speaks for another."""
    try:
        url = checked_url(urljoin(found_at, str(said or "")))
    except ValueError:
        return found_at
    return str(url) if url.host == checked_url(found_at).host else found_at


def _missing_days(metadata: Mapping[str, object], link: Link) -> dict[str, object]:
    days = {"published": link.published, "modified": link.modified}
    missing = {key: day for key, day in days.items() if day and not metadata.get(key)}
    return {**missing, **{f"{key}_origin": link.origin for key in missing}}


def _as_utf8(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes, in marked UTF-8 where the server names another encoding, for its word goes before the page's own."""
    named = _CHARSET.search(headers.get("content-type", ""))
    encoding = _of_the_web(named[1]) if named else None
    return codecs.BOM_UTF8 + body.decode(encoding, "replace").encode() if encoding else body


def _of_the_web(named: str) -> str | None:
    try:
        encoding = codecs.lookup(named).name
    except (LookupError, ValueError):
        return None
    encoding = _LARGER.get(encoding, encoding)
    return encoding if _OF_THE_WEB.fullmatch(encoding) else None
