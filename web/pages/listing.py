"""The view model of the page that lists articles."""

from collections.abc import Sequence
from urllib.parse import quote

from index.types import ArticleSummary
from web.pages.article import article_line
from web.pages.query import PAGE_SIZE, ListingQuery
from web.pages.view_models import ListingPage


def listing_page(query: ListingQuery, articles: Sequence[ArticleSummary], total: int) -> ListingPage:
    """One page of the list of articles; the index holds `total` articles.

    `articles` has one article more than the page shows if another page follows.
    """
    shown = articles[:PAGE_SIZE]
    first, last = query.offset + 1, query.offset + len(shown)
    has_next = len(articles) > PAGE_SIZE
    is_part = bool(shown) and (query.page > 1 or has_next)
    # A page after the last one leads back to the first.
    previous = query.page - 1 if shown else 1
    return ListingPage(
        limits=query.limits(),
        articles=[article_line(article, f"/articles/{quote(article.article_id, safe='')}") for article in shown],
        first=first,
        shown_range=f"{first:,} to {last:,}" if is_part else "",
        total=total,
        newer=query.address(previous) if query.page > 1 else None,
        older=query.address(query.page + 1) if has_next else None,
    )
