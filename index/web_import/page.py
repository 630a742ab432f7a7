"""From what a server answered to an article's file."""

from collections.abc import Mapping
from urllib.parse import urljoin

from index.corpus.ids import address_id
from index.errors import RefusedError
from index.parsers.archives import GZIP
from index.parsers.encoding import charset_of, page_text
from index.parsers.html import parse_page
from index.parsers.record import Record
from index.web_import.address_policy import checked_url
from index.web_import.fetcher import Reply
from index.web_import.links import Link
from index.web_import.markdown_file import document


def record_of(reply: Reply) -> Record:
    """The article in a page of HTML, or of plain text.

    Raises:
        RefusedError: it holds none.
    """
    if reply.body.startswith(GZIP):
        raise RefusedError("it is a packed file, and no sitemap")
    charset = charset_of(reply.headers.get("content-type", ""))
    return Record(page_text(reply.body, charset)) if reply.kind == "text/plain" else parse_page(reply.body, charset)


def article(record: Record, link: Link, found_at: str, fetched: str) -> str:
    """The file of a page's article: what the record says, and where it says nothing, what the link does.

    The id is made from the address that was asked for; the url is where the page was found at last, or says that
    it is; `fetched` is ISO 8601 in UTC.

    Raises:
        RefusedError: it holds no text.
    """
    if not record.text.strip():
        raise RefusedError("it holds no text")
    own = {"id": address_id(link.url), "url": _address(record.metadata.get("url"), found_at), "fetched": fetched}
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
