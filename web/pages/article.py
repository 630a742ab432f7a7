"""The view models of an article: its page, with a span of the text marked, and its line in a list."""

from index.dates import age_in_days
from index.types import Article, ArticleSummary
from rag.answer import NearDuplicate
from web.links import original_url
from web.pages.formatting import age, direction, published_day
from web.pages.turn_views import ArticleLine
from web.pages.view_models import ArticlePage, Segment


def article_page(article: Article, span: tuple[int, int], *, changed: bool) -> ArticlePage:
    """The page of an article, with the characters from `span[0]` to `span[1]` marked.

    `changed` says that the article is no longer the version that was cited.
    """
    start, end = span
    paragraphs = marked_paragraphs(article.text, start, end)
    return ArticlePage(
        title=article.title,
        paragraphs=paragraphs,
        source=article.source,
        author=article.author,
        published=published_day(article.published),
        age=age(age_in_days(article.published or article.first_seen), article.published, article.first_seen),
        url=original_url(article.url, article.text[start:end], article.text[:start], article.text[end:]),
        language=article.language,
        direction=direction(article.language),
        modified=published_day(article.modified),
        has_mark=any(segment.marked for paragraph in paragraphs for segment in paragraph),
        changed=changed,
    )


def article_line(article: ArticleSummary | NearDuplicate, href: str) -> ArticleLine:
    """An article as a line of a list; `href` opens it."""
    return ArticleLine(
        title=article.title,
        href=href,
        source=article.source,
        published=published_day(article.published),
        language=article.language,
        direction=direction(article.language),
    )


def marked_paragraphs(text: str, start: int, end: int) -> list[list[Segment]]:
    """Each line of a text that is not blank, as segments: the characters from `start` to `end` are marked.

    Only the first marked segment has `first_mark`.
    """
    paragraphs = []
    line_start = 0
    is_first = True
    for line in text.split("\n"):
        mark_start, mark_end = max(start - line_start, 0), min(end - line_start, len(line))
        segments = [Segment(line, marked=False, first_mark=False)]
        if mark_start < mark_end:
            segments = [
                Segment(line[:mark_start], marked=False, first_mark=False),
                Segment(line[mark_start:mark_end], marked=True, first_mark=is_first),
                Segment(line[mark_end:], marked=False, first_mark=False),
            ]
            is_first = False
        segments = [segment for segment in segments if segment.text.strip() or segment.marked]
        if segments:
            paragraphs.append(segments)
        line_start += len(line) + 1
    return paragraphs
