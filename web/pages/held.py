"""The view models of what an answer leads on to."""

from rag.answer import AnswerLink
from web.links import answer_link_href
from web.pages.formatting import published_day
from web.pages.turn_views import LinkView


def link_view(link: AnswerLink) -> LinkView:
    """A link to an article, to a list of articles, or to a question asked again."""
    return LinkView(
        text=link.text,
        href=answer_link_href(link),
        opens_article=link.article_id is not None,
        asks=link.article_id is None and link.question is not None,
        source=link.source,
        published=published_day(link.published),
    )
