"""What a page states about itself: title, author, days, address and language, and where each day was found."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.dates import find_date
from index.parsers.record import without_empty

if TYPE_CHECKING:
    from lxml.html import HtmlElement


# schema.org's types of article, besides all whose name ends in Article.
_STORIES = re.compile(r"\w*Article|BlogPosting|LiveBlogPosting|SocialMediaPosting|Report")
# Meta elements, by their property, name or itemprop, the most reliable first.
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
_TAKEN_OUT = "taken-out"  # the name of elements on their way out of a tree
_PROSE = ("p", "li", "dd", "td", "blockquote", "pre", "figcaption", "script", "style")


def find_metadata(tree: "HtmlElement") -> dict[str, object]:
    """The metadata of a page: from JSON-LD first, then from meta elements, then from what the page shows.

    A key is there only where the page gives its value.
    """
    items = _linked_items(tree)
    stories = (item for item in items if any(_STORIES.fullmatch(str(name)) for name in _list(item.get("@type"))))
    story = next(stories, {})
    metas = _metas(tree)
    shown = _shown(tree)
    links = (link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower())
    languages = _list(story.get("inLanguage"))
    return without_empty(
        {
            "title": _text(story.get("headline")) or metas.get("og:title") or shown.get("title"),
            "author": _names(story.get("author")) or shown.get("author"),
            "source": _names(story.get("publisher")) or metas.get("og:site_name") or shown.get("sitename"),
            "url": web_address(*links, metas.get("og:url"), story.get("url"), story.get("mainEntityOfPage")),
            "language": language_tag(
                *(language.get("alternateName") if isinstance(language, dict) else language for language in languages),
                *(tree.get("lang"), tree.get("xml:lang")),
                *(metas.get("content-language"), metas.get("language"), metas.get("og:locale")),
            ),
            **_date("published", "datePublished", story, metas, _PUBLISHED, shown.get("date")),
            **_date("modified", "dateModified", story, metas, _MODIFIED),
        }
    )


def language_tag(*candidates: object) -> str | None:
    """The first candidate that names a language, without its region: en for en-GB.

    The region is left out so that a filter by language lets through all articles of that language.
    """
    tags = (_LANGUAGE.match(str(candidate or "")) for candidate in candidates)
    return next((tag[1].lower() for tag in tags if tag), None)


def web_address(*candidates: object) -> str | None:
    """The first candidate that is a whole http or https address."""
    return next((text for text in map(_text, candidates) if text and _is_whole_address(text)), None)


def _is_whole_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _linked_items(tree: "HtmlElement") -> Iterator[Mapping[str, Any]]:
    """The things that the page describes as linked data, without those that are only mentioned in them."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):  # broken on many pages, which state the same elsewhere
            continue
        for item in _list(data):
            if isinstance(item, dict):
                yield item
                yield from (part for part in _list(item.get("@graph")) if isinstance(part, dict))


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _names(value: object) -> str | None:
    """The names of people or organisations; each is given as a text or as an object with a name."""
    names = (_text(item.get("name") if isinstance(item, dict) else item) for item in _list(value))
    return ", ".join(dict.fromkeys(name for name in names if name and not _is_whole_address(name))) or None


def _text(value: object) -> str | None:
    """The text, or the first of a list, with single spaces; None for anything else."""
    value = next(iter(_list(value)), None)
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _metas(tree: "HtmlElement") -> Mapping[str, str]:
    """The content of meta elements, and of elements that mark a property, by name; the first of a name counts."""
    contents: dict[str, str] = {}
    for element in tree.iter("meta", "time", "span"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = element.get("content") or element.get("datetime")
        if name and value and value.strip():
            contents.setdefault(name.strip().lower(), value.strip())
    return contents


def _date(
    key: str,
    linked_key: str,
    story: Mapping[str, Any],
    metas: Mapping[str, str],
    meta_names: Sequence[str],
    shown: str | None = None,
) -> dict[str, object]:
    """The first valid date, by its key, and where it was found."""
    metas_in_order = ((metas.get(name), f"meta {name}") for name in meta_names)
    candidates = [(story.get(linked_key), f"JSON-LD {linked_key}"), *metas_in_order]
    for value, origin in [*candidates, (shown, "shown on the page, found by htmldate")]:
        if date := find_date(value):
            return {key: date, f"{key}_origin": origin}
    return {}


def _shown(tree: "HtmlElement") -> Mapping[str, str | None]:
    """Title, author, site and day as the page shows them.

    Prose is taken out first: a day that a sentence tells is not the page's day.
    """
    from lxml import etree
    from trafilatura.metadata import extract_metadata

    bare = deepcopy(tree)
    for element in list(bare.iter(*_PROSE)):
        if not (element.get("class") or element.get("id")) or element.tag in ("script", "style"):
            element.tag = _TAKEN_OUT
    # Not drop_tree(): it copies the text before an element once for each element.
    etree.strip_elements(bare, _TAKEN_OUT, with_tail=False)
    # A longer text is no title, name or day, and the time to search it grows with the square of its length.
    for element in bare.iter():
        element.text = element.text and element.text[:_LONGEST]
        element.tail = element.tail and element.tail[:_LONGEST]
        for name, value in element.items():
            if len(value) > _LONGEST:
                element.set(name, value[:_LONGEST])
    # The oldest day counts, and one in the address comes last, since many addresses carry the day of another thing.
    options = {"extensive_search": False, "original_date": True, "deferred_url_extractor": True}
    document = extract_metadata(bare, date_config=options)
    return {"title": document.title, "author": document.author, "sitename": document.sitename, "date": document.date}
