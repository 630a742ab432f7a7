"""Feeds and sitemaps: the pages they name, with the days they give."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from index.dates import find_date
from index.errors import RefusedError
from index.parsers import feed

_ELEMENTS = 1_000_000  # the most in one sitemap, which may name 50,000 pages
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a feed or a sitemap names, or a sitemap that an index names.

    `published` and `modified` are ISO 8601, a day or a day and time; `origin` is what gave them.
    """

    url: str
    published: str | None = None
    modified: str | None = None
    origin: str = ""

    @property
    def day(self) -> str:
        """The later of its days; empty where none is known."""
        return max((self.published or "")[:10], (self.modified or "")[:10])


def newest(links: Iterable[Link], limit: int, since: date | None = None) -> list[Link]:
    """The `limit` newest, each address once, none of a day before `since`; those without a day come last."""
    once = {link.url: link for link in links}.values()
    recent = [link for link in once if not (since and link.day) or link.day >= since.isoformat()]
    return sorted(recent, key=lambda link: link.day, reverse=True)[:limit]


def feed_links(data: bytes, url: str = "") -> list[Link]:
    """The pages of an RSS or Atom feed; `url` is where it was found, which its relative addresses start from.

    Raises:
        RefusedError: it can't be read.
    """
    entries = feed.parsed(data)["entries"]
    return [
        Link(_joined(url, entry["link"]), day.get("published"), day.get("modified"), "feed")
        for entry, day in ((entry, feed.days(entry)) for entry in entries if entry.get("link"))
    ]


def sitemap_links(data: bytes) -> list[Link]:
    """The pages of a sitemap, or the sitemaps of an index.

    Raises:
        RefusedError: it is not XML, has a document type (which could grow without bound), or is too large.
    """
    try:
        return list(_sitemap_links(data))
    except RefusedError:
        raise
    except DefusedXmlException as error:
        raise RefusedError("it has a document type, which no sitemap needs") from error
    except (ParseError, LookupError, ValueError) as error:  # the latter two: an encoding that is none
        raise RefusedError(f"it is not XML ({error})") from error


def _sitemap_links(data: bytes) -> Iterator[Link]:
    open_elements: list[Element] = []
    for count, (event, element) in enumerate(iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True)):
        if len(open_elements) > _DEPTH or count > 2 * _ELEMENTS:
            raise RefusedError("it is nested too deep, or holds too much, for a sitemap")
        if event == "start":
            open_elements.append(element)
            continue
        open_elements.pop()
        if len(open_elements) == 1:
            yield from _link(element)
            open_elements[0].clear()  # what was read is not kept: a list of so many takes its time


def _link(element: Element) -> Iterator[Link]:
    own = {_local(child): child.text for child in element}
    address = (own.get("loc") or "").strip()
    if _local(element) in ("url", "sitemap") and address:
        # Of all that may stand deeper, only news:publication_date is read: an image has a loc of its own.
        news = next((child.text for child in element.iter() if _local(child) == "publication_date"), None)
        yield Link(address, find_date(news), find_date(own.get("lastmod")), "sitemap")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:  # no address; whoever fetches it says so
        return link
