"""What a page says of itself: its title, author, days, address and language, and where each day was found."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.dates import find_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement


# schema.org's kinds of article, beside all whose name ends so.
_STORIES = re.compile(r"\w*Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report")
# Meta elements, by their property, name or itemprop, the surest first.
_PUBLISHED = (
    "article:published_time",
    "article:published",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "pubdate",
    "publish-date",
    "date",
)
_MODIFIED = (
    "article:modified_time",
    "article:modified",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
)
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?=[-_\s,]|$)")
_LONGEST = 1000  # characters of a text or an attribute that may name an author or a day
_PROSE = ("p", "li", "dd", "td", "blockquote", "pre", "figcaption", "script", "style")


def facts(tree: "HtmlElement") -> dict[str, object]:
    """The metadata of a page as a record has it, only what was found: JSON-LD first, then meta, then what is shown."""
    story = _story(tree)
    metas = _metas(tree)
    shown = _shown(tree)
    found = {
        "title": _text(story.get("headline")) or metas.get("og:title") or shown.get("title"),
        "author": _names(story.get("author")) or shown.get("author"),
        "source": _names(story.get("publisher")) or metas.get("og:site_name") or shown.get("sitename"),
        "url": _address(tree, story, metas),
        "language": _language(tree, story, metas),
        **_date("published", "datePublished", story, metas, _PUBLISHED, shown.get("date")),
        **_date("modified", "dateModified", story, metas, _MODIFIED),
    }
    return {key: value for key, value in found.items() if value}


def language_tag(*said: object) -> str | None:
    """The language that the first of these names that names one, without its region: en for en-GB.

    A region is left out so that articles of one language are found as such, whoever wrote them.
    """
    tags = (_LANGUAGE.match(str(tag or "")) for tag in said)
    return next((tag[1].lower() for tag in tags if tag), None)


def web_address(*said: object) -> str | None:
    """The first of these that is a whole address of the web."""
    return next((text for text in map(_text, said) if text and _is_whole(text)), None)


def _is_whole(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _story(tree: "HtmlElement") -> Mapping[str, Any]:
    """The first article that the page describes as linked data; empty where it describes none."""
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            for item in _items(_json(script.text or "")):
                if any(_STORIES.fullmatch(str(kind)) for kind in _list(item.get("@type"))):
                    return item
    return {}


def _json(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):  # many a page's is broken, and says the same elsewhere
        return None


def _items(data: object) -> Iterator[Mapping[str, Any]]:
    """The things described, without those that are only mentioned in them."""
    for item in _list(data):
        if isinstance(item, dict):
            yield item
            yield from (part for part in _list(item.get("@graph")) if isinstance(part, dict))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(value: object) -> str | None:
    """The names of people or bodies, each given as a text or as a thing with a name."""
    named = (_text(item.get("name") if isinstance(item, dict) else item) for item in _list(value))
    return ", ".join(dict.fromkeys(name for name in named if name and not _is_whole(name))) or None


def _text(value: object) -> str | None:
    value = next(iter(_list(value)), None)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _metas(tree: "HtmlElement") -> Mapping[str, str]:
    """The content of every meta element, and of every element that marks a property, by name; the first stands."""
    found: dict[str, str] = {}
    for element in tree.iter("meta", "time", "span"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = element.get("content") or element.get("datetime")
        if name and value and value.strip():
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _date(
    key: str,
    linked: str,
    story: Mapping[str, Any],
    metas: Mapping[str, str],
    names: Sequence[str],
    shown: str | None = None,
) -> dict[str, object]:
    """A date and where it was found: the first that is one."""
    places = [(story.get(linked), f"JSON-LD {linked}"), *((metas.get(name), f"meta {name}") for name in names)]
    for value, origin in [*places, (shown, "shown on the page, found by htmldate")]:
        if date := find_date(value):
            return {key: date, f"{key}_origin": origin}
    return {}


def _address(tree: "HtmlElement", story: Mapping[str, Any], metas: Mapping[str, str]) -> str | None:
    canonical = (link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower())
    return web_address(*canonical, metas.get("og:url"), story.get("url"), story.get("mainEntityOfPage"))


def _language(tree: "HtmlElement", story: Mapping[str, Any], metas: Mapping[str, str]) -> str | None:
    said = [item.get("alternateName") if isinstance(item, dict) else item for item in _list(story.get("inLanguage"))]
    own = (tree.get("lang"), tree.get("xml:lang"))
    return language_tag(*said, *own, metas.get("content-language"), metas.get("language"), metas.get("og:locale"))


def _shown(tree: "HtmlElement") -> Mapping[str, str | None]:
    """Title, author, site and day as they stand on the page.

    Its prose is taken out first: a day that is told in a sentence is not the page's.
    """
    from trafilatura.metadata import extract_metadata

    bare = deepcopy(tree)
    for element in list(bare.iter(*_PROSE)):
        if not (element.get("class") or element.get("id")) or element.tag in ("script", "style"):
            element.drop_tree()
    _shorten(bare)
    # The oldest of its days, and the address last, for many addresses carry the day of another thing.
    wanted = {"extensive_search": False, "original_date": True, "deferred_url_extractor": True}
    found = extract_metadata(bare, date_config=wanted)
    return {"title": found.title, "author": found.author, "sitename": found.sitename, "date": found.date}


def _shorten(tree: "HtmlElement") -> None:
    """Cut what is too long to be a title, a name or a day: looking for one takes time by the square of its length."""
    for element in tree.iter():
        element.text = element.text and element.text[:_LONGEST]
        element.tail = element.tail and element.tail[:_LONGEST]
        for name, value in element.items():
            if len(value) > _LONGEST:
                element.set(name, value[:_LONGEST])
