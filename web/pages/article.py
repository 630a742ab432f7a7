"""From an article to its page: paragraphs of segments, with a span of its text marked."""

from index.dates import age_in_days
from index.types import Article
from web.links import original_url
from web.pages.formatting import age, direction, published_day
from web.pages.view_models import ArticlePage, Segment


def article_page(article: Article, span: tuple[int, int], *, changed: bool) -> ArticlePage:
    """An article with the characters of `span` marked; `changed` where it is not the version that was cited."""
    paragraphs = marked_paragraphs(article.text, *span)
    start, end = span
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


def marked_paragraphs(text: str, start: int, end: int) -> list[list[Segment]]:
    """The text by its lines, cut at the span's ends; only the first marked segment is `first_mark`."""
    paragraphs = []
    place, first = 0, True
    for line in text.split("\n"):
        low, high = max(start, place), min(end, place + len(line))
        segments = [Segment(line, marked=False, first_mark=False)]
        if low < high:
            low, high = low - place, high - place
            segments = [
                Segment(line[:low], marked=False, first_mark=False),
                Segment(line[low:high], marked=True, first_mark=first),
                Segment(line[high:], marked=False, first_mark=False),
            ]
            first = False
        segments = [segment for segment in segments if segment.text.strip() or segment.marked]
        if segments:
            paragraphs.append(segments)
        place += len(line) + 1
    return paragraphs
