"""The links of feeds and sitemaps: the pages they name, with the days they state."""

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

    `published` and `modified` are ISO 8601, a date or a date-time; `origin` says what stated them.
    """

    url: str
    published: str | None = None
    modified: str | None = None
    origin: str = ""

    @property
    def day(self) -> str:
        """The later of its two days; empty where none is known."""
        return max((self.published or "")[:10], (self.modified or "")[:10])


def newest(links: Iterable[Link], limit: int, since: date | None = None) -> list[Link]:
    """The `limit` newest links, each address once, none of a day before `since`; those without a day come last."""
    unique = {link.url: link for link in links}.values()
    recent = [link for link in unique if not (since and link.day) or link.day >= since.isoformat()]
    return sorted(recent, key=lambda link: link.day, reverse=True)[:limit]


def feed_links(data: bytes, url: str = "") -> list[Link]:
    """The pages of an RSS or Atom feed; relative addresses are resolved against `url`, where the feed was found.

    Raises:
        RefusedError: it can't be read.
    """
    links = []
    for entry in feed.parse_feed(data)["entries"]:
        if not entry.get("link"):
            continue
        try:
            address = urljoin(url, entry["link"])
        except ValueError:  # it is no address, which is said when it is fetched
            address = entry["link"]
        days = feed.days(entry)
        links.append(Link(address, days.get("published"), days.get("modified"), "feed"))
    return links


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
    except (ParseError, LookupError, ValueError) as error:  # the latter two: no such encoding
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
        if len(open_elements) != 1:
            continue
        texts = {_local_name(child): child.text for child in element}
        address = (texts.get("loc") or "").strip()
        if address and _local_name(element) in ("url", "sitemap"):
            # Of deeper elements only news:publication_date is read: an image has a loc of its own.
            news = next((child.text for child in element.iter() if _local_name(child) == "publication_date"), None)
            yield Link(address, find_date(news), find_date(texts.get("lastmod")), "sitemap")
        open_elements[0].clear()  # frees what was read: a long list of elements takes time


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
