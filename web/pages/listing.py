"""From some of the articles that an index holds to the page that lists them."""

from collections.abc import Sequence
from urllib.parse import quote

from index.types import ArticleSummary
from web.pages.formatting import direction, published_day
from web.pages.query import ListingQuery
from web.pages.view_models import ArticleLine, ListingPage


def listing_page(query: ListingQuery, found: Sequence[ArticleSummary], held: int) -> ListingPage:
    """A page of a list; `found` has one article more than it shows where another page follows."""
    first, most = query.span
    last = first + min(len(found), most)
    part = found and (first > 0 or len(found) > most)
    return ListingPage(
        limits=query.limits(),
        articles=[_line(one) for one in found[:most]],
        first=first + 1,
        place=f"{first + 1:,} to {last:,}" if part else "",
        held=held,
        newer=query.address(query.page - 1 if found else 1) if query.page > 1 else None,
        older=query.address(query.page + 1) if len(found) > most else None,
    )


def _line(one: ArticleSummary) -> ArticleLine:
    return ArticleLine(
        title=one.title,
        href=f"/articles/{quote(one.article_id, safe='')}",
        source=one.source,
        published=published_day(one.published),
        language=one.language,
        direction=direction(one.language),
    )
