"""A timeline: dated sentences about a subject, quoted in the order of their days."""

from rag.answer_parts import TimelineEntry
from rag.compose.extract import Composition, span_with_subject, text_of
from rag.compose.found import Found
from rag.compose.items import citations_of, distinct, is_shown, same_day
from rag.evidence.gathering import Item, Wanted, gather
from rag.evidence.plans import asks_plans, is_planned_for
from rag.question.periods import period_asked
from rag.question.subject import dated_query, subject_of

MOST = 20  # days
FEWEST = 2  # a single day is no timeline
# As in a list. A timeline tells all that happened, so it takes sentences that are further from the question.
MARGIN = 7.0
LEAST_ODDS = -0.8
# The confidence in sentences of a period, which need be likely for nothing else: of 77 that 18 questions "What happened
# in …?" showed over this corpus and tests/data/newsroom, the first eight of each, 73 tell what happened in it, as one
# reader judged.
HAPPENED = 0.95


def order_by_day(found: Found) -> Composition | None:
    """What happened on each day; None where fewer than two days are found, all were shown, or they are unlikely.

    What was only planned for a day is left out, unless plans are asked for.

    Raises:
        As `gather`.
    """
    question = found.questions[0].question.query
    period, subject = period_asked(question), subject_of(question)
    query = question if period else dated_query(question)
    gathered = gather(Wanted(query, subject, dated=True, period=period), found.material)
    told = gathered.items if asks_plans(question) else [item for item in gathered.items if not _is_planned(item)]
    likely = [item for item in told if period or _is_likely(item, told[0])]
    items = distinct(_without_going_on(likely), same_day)
    confidence = HAPPENED if period else gathered.confidence
    left = [item for item in items if not is_shown(item.evidence, found.shown)]
    if len(items) < FEWEST or not left or confidence < found.threshold:
        return None
    shown = sorted(left[:MOST], key=_date)
    citations = citations_of(shown, lambda _: False, found.article_of)
    entries = tuple(
        TimelineEntry(item.day.date, item.day.precision, item.day.inferred, citation.number)
        for item, citation in zip(shown, citations, strict=True)
        if item.day
    )
    return Composition(
        text_of(citations),
        citations,
        confidence=confidence,
        timeline=entries,
        more_matches=len(left) - len(shown),
    )


def _is_planned(item: Item) -> bool:
    return item.day is not None and is_planned_for(item.evidence.text, item.day.start, item.evidence.language)


def _is_likely(item: Item, best: Item) -> bool:
    near = item.evidence.score >= best.evidence.score - MARGIN
    return near and item.evidence.features.get("reader", LEAST_ODDS) >= LEAST_ODDS


def _without_going_on(items: list[Item]) -> list[Item]:
    """The items without those that only go on with another one, which would have to be quoted with them."""
    begins = {(item.evidence.passage.article_id, item.evidence.span[0]) for item in items}

    def goes_on(item: Item) -> bool:
        start, _ = span_with_subject(item.evidence)
        return start < item.evidence.span[0] and (item.evidence.passage.article_id, start) in begins

    return [item for item in items if not goes_on(item)]


def _date(item: Item) -> str:
    return item.day.date if item.day else ""
