"""From an answer to one turn of the conversation, in plain values that a template only sets out."""

from dataclasses import replace

from rag.answer import Answer, Citation, FoundPassage, NearDuplicate, ShortAnswer
from web.links import article_href, original_url
from web.pages.formatting import age, direction, published_day
from web.pages.query import ChatQuery
from web.pages.view_models import AnswerSentence, ArticleLine, Place, ShortWords, SourceCard, Turn


def turn_of(answer: Answer, query: ChatQuery) -> Turn:
    """The turn that shows an answer to what was query."""
    interpreted = answer.interpreted_question if answer.interpreted_question != answer.question else None
    numbered = sorted(answer.citations, key=lambda citation: citation.number)
    cited = [_card(citation, citation.quote, citation.number) for citation in numbered]
    nearest = [_card(found, found.text, None) for found in answer.passages[:3]]
    quoted = _with_short_answers(answer)
    shorts = [_short_words(citation, short) for citation, short in quoted if short]
    return Turn(
        question=answer.question,
        interpreted_question=interpreted,
        as_typed=query.address(answer.question),
        limits=query.limits(),
        answered=answer.answered,
        confidence_percent=round(answer.confidence * 100),
        short=shorts[0] if shorts and not answer.differing else None,
        differing=shorts if answer.differing else [],
        sentences=[
            _sentence(citation, short, strongest=citation.number == 1 and not answer.differing)
            for citation, short in quoted
        ],
        unanswered=list(answer.unanswered),
        sources=cited if answer.answered else nearest,
        milliseconds=round(answer.timings_ms["total"]),
        href=query.address(answer.question, query.h if interpreted else ()),
        generation=answer.index.generation,
    )


def _with_short_answers(answer: Answer) -> list[tuple[Citation, ShortAnswer | None]]:
    """The citations in the order of the answer's text, each with the short answer inside its quote."""
    shorts = answer.differing or ((answer.short_answer,) if answer.short_answer else ())
    held = {citation.number: short for short in shorts for citation in answer.citations if _holds(citation, short)}
    ordered = sorted(answer.citations, key=lambda citation: answer.answer.find(f"{citation.quote} [{citation.number}]"))
    return [(citation, held.get(citation.number)) for citation in ordered]


def _holds(citation: Citation, short: ShortAnswer) -> bool:
    return citation.article_id == short.article_id and citation.start <= short.start and short.end <= citation.end


def _short_words(citation: Citation, short: ShortAnswer) -> ShortWords:
    return ShortWords(
        text=short.text,
        href=article_href(replace(citation, start=short.start, end=short.end)),
        number=citation.number,
        title=citation.title,
        source=citation.source,
        published=published_day(citation.published),
        language=citation.language,
    )


def _sentence(citation: Citation, short: ShortAnswer | None, *, strongest: bool) -> AnswerSentence:
    start, end = (short.start - citation.start, short.end - citation.start) if short else (0, 0)
    return AnswerSentence(
        before=citation.quote[:start],
        words=citation.quote[start:end],
        after=citation.quote[end:],
        number=citation.number,
        title=citation.title,
        language=citation.language,
        href=article_href(citation),
        strongest=strongest,
    )


def _card(found: Citation | FoundPassage, text: str, number: int | None) -> SourceCard:
    return SourceCard(
        number=number,
        title=found.title,
        text=text,
        href=article_href(found),
        source=found.source,
        published=published_day(found.published),
        age=age(found.age_days, found.published, found.first_seen),
        url=original_url(found.url, text),
        language=found.language,
        direction=direction(found.language),
        also=[_copy_line(copy) for copy in found.also],
        place=Place(found.article_id, found.version, found.start, found.end),
    )


def _copy_line(copy: NearDuplicate) -> ArticleLine:
    return ArticleLine(
        title=copy.title,
        href=article_href(copy),
        source=copy.source,
        published=published_day(copy.published),
        language=copy.language,
        direction=direction(copy.language),
    )
