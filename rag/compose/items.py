"""Quotes for the items of a list or a timeline, one sentence each, and no two that say the same."""

from collections.abc import Callable, Iterable, Sequence

from rag.answer import ArticleOf, Citation
from rag.compose.extract import check_quote, span_with_subject
from rag.evidence.gathering import Item
from rag.evidence.scoring import Evidence
from rag.question.terms import words_in

# Two sentences that share so large a share of all their words say the same.
_SAME_WORDS = 0.6


def distinct(items: Iterable[Item], says_the_same: Callable[[Item, Item], bool]) -> list[Item]:
    """The items without those that say the same as an earlier one, or that have nearly the same words."""
    kept: list[Item] = []
    for item in items:
        if not any(_same_words(item, other) or says_the_same(item, other) for other in kept):
            kept.append(item)
    return kept


def citations_of(items: Sequence[Item], goes_on: Callable[[Item], bool], article_of: ArticleOf) -> list[Citation]:
    """A citation for each item, numbered in their order.

    A sentence that can't stand alone, or that `goes_on` with the one before it, is quoted with that one, unless the
    citation before has it.

    Raises:
        AssertionError: a quote is not the article's text at its offsets, which is a defect.
    """
    citations: list[Citation] = []
    for number, item in enumerate(items, start=1):
        evidence = item.evidence
        article = article_of(evidence.passage.article_id)
        check_quote(evidence, article)
        start, end = span_with_subject(evidence, always=goes_on(item))
        # Not where the citation before this one ends with that sentence.
        last = citations[-1] if citations else None
        follows = last is not None and last.article_id == article.article_id and start < last.end <= evidence.span[0]
        span = evidence.span if follows else (start, end)
        citations.append(Citation.of(number, evidence.passage, span, evidence.also, article_of))
    return citations


def same_day(item: Item, other: Item) -> bool:
    """Whether two items are of the same date, as far as it is known."""
    return bool(item.day and other.day and item.day.date == other.day.date)


def is_shown(item: Evidence, shown: Sequence[Citation]) -> bool:
    """Whether a sentence was quoted, from this article or in the same words from another."""
    return any(item.overlaps(one.article_id, (one.start, one.end)) or item.text in one.quote for one in shown)


def _same_words(item: Item, other: Item) -> bool:
    mine, theirs = set(words_in(item.evidence.text)), set(words_in(other.evidence.text))
    return len(mine & theirs) >= _SAME_WORDS * len(mine | theirs)
