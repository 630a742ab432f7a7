"""The article of a page: from a server's reply to the Markdown file."""

from urllib.parse import urljoin

from index.corpus.ids import address_id
from index.errors import RefusedError
from index.parsers.archives import GZIP
from index.parsers.encoding import charset_of, page_text
from index.parsers.html import parse_page
from index.parsers.processes import parse_apart
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
    if reply.content_type == "text/plain":
        return Record(page_text(reply.body, charset))
    return next(parse_apart(_records, reply.body, charset))


def _records(data: bytes, charset: str | None) -> list[Record]:
    return [parse_page(data, charset)]


def article_document(record: Record, link: Link, found_at: str, fetched: str) -> str:
    """The Markdown file of a page's article; the link's days fill in those that the record lacks.

    The id is made from the link's address. The url is the address of the page after all redirects, or the one that the
    page states as its own. `fetched` is ISO 8601 in UTC.

    Raises:
        RefusedError: the record holds no text.
    """
    if not record.text.strip():
        raise RefusedError("it holds no text")
    metadata = dict(record.metadata)
    for key, day in (("published", link.published), ("modified", link.modified)):
        if day and not metadata.get(key):
            metadata |= {key: day, f"{key}_origin": link.origin}
    metadata |= {
        "id": address_id(link.url),
        "url": _canonical_url(record.metadata.get("url"), found_at),
        "fetched": fetched,
    }
    return document(record.text, metadata)


def _canonical_url(stated: object, found_at: str) -> str:
    """The address that the page states as its own, if it is of the host where the page was found."""
    try:
        url = checked_url(urljoin(found_at, str(stated or "")))
    except ValueError:
        return found_at
    return str(url) if url.host == checked_url(found_at).host else found_at
