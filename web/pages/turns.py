"""The view model of one turn: an answer in plain values."""

from dataclasses import replace

from rag.answer import NO, YES, Answer, Citation, FoundPassage, ShortAnswer
from rag.assistant import FROM_CACHE
from rag.compose.corpus_answer import COUNTED
from rag.feedback import CitedSpan
from rag.question.form import Form
from rag.question.spelling import as_typed
from web.links import article_href, original_url
from web.pages.article import article_line
from web.pages.formatting import age, date_in_words, direction, published_day
from web.pages.held import link_view
from web.pages.query import ChatQuery
from web.pages.turn_views import (
    AnswerSentence,
    ComparisonView,
    ShortAnswerView,
    SideView,
    SourceCard,
    Suggestion,
    Turn,
    WhenView,
)

_LAYOUTS = {Form.LIST: "items", Form.TIMELINE: "timeline"}
_OF_MANY_SENTENCES = {*_LAYOUTS, Form.SUMMARY}  # no one of which is the answer
_NEAREST_SHOWN = 3  # passages that the page shows if there is no answer


def turn_of(answer: Answer, query: ChatQuery) -> Turn:
    """The turn that shows the answer to a query."""
    is_interpreted = answer.interpreted_question != answer.question
    quotes = _quotes_in_reading_order(answer)
    short_answers = [_short_answer_view(citation, short) for citation, short in quotes if short]
    if answer.answered:
        numbered = sorted(answer.citations, key=lambda citation: citation.number)
        cards = [_card(citation, citation.quote, citation.number) for citation in numbered]
    else:
        cards = [_card(passage, passage.text, None) for passage in answer.passages[:_NEAREST_SHOWN]]
    return Turn(
        question=answer.question,
        interpreted_question=answer.interpreted_question if is_interpreted else None,
        as_typed_href=query.address(as_typed(answer.question, answer.misspelt)),
        limits=query.limits(),
        answered=answer.answered,
        confidence_percent=round(answer.confidence * 100),
        short=short_answers[0] if short_answers and not answer.differing else None,
        differing=short_answers if answer.differing else [],
        sentences=[_sentence(citation, short, answer) for citation, short in quotes],
        unanswered=list(answer.unanswered),
        language_note=answer.language_note,
        cards=cards,
        milliseconds=round(answer.timings_ms["total"]),
        from_cache=FROM_CACHE in answer.timings_ms,
        href=query.address(answer.question, query.h if is_interpreted else ()),
        generation=answer.index.generation,
        reply=answer.answer if answer.form.quotes_nothing else None,
        counted=COUNTED if answer.form is Form.CORPUS else None,
        near=answer.decline_note,
        decline=None if answer.answered else answer.decline(),
        nothing_more=answer.nothing_more,
        links=[link_view(link) for link in answer.links],
        # They are made from all articles, whatever the filters.
        suggestions=[Suggestion(question, ChatQuery().address(question)) for question in answer.suggestions],
        verdict=None if answer.verdict is None else YES if answer.verdict else NO,
        comparison=_comparison_view(answer),
        layout=_LAYOUTS.get(answer.form, "text") if answer.answered else "text",
        summarised=answer.citations[0].title if answer.answered and answer.form is Form.SUMMARY else None,
        more=answer.more_note(),
    )


def _sentence(citation: Citation, short: ShortAnswer | None, answer: Answer) -> AnswerSentence:
    strongest = citation.number == 1 and not answer.differing and answer.form not in _OF_MANY_SENTENCES
    entry = next((entry for entry in answer.timeline if entry.citation == citation.number), None)
    when = WhenView(date_in_words(entry.date), entry.date, entry.inferred) if entry else None
    return replace(answer_sentence(citation, short, strongest=strongest), when=when)


def answer_sentence(citation: Citation, short: ShortAnswer | None, *, strongest: bool) -> AnswerSentence:
    """A quoted sentence, split at the ends of the short answer inside it."""
    start, end = (short.start - citation.start, short.end - citation.start) if short else (0, 0)
    return AnswerSentence(
        before=citation.quote[:start],
        short_answer=citation.quote[start:end],
        after=citation.quote[end:],
        number=citation.number,
        title=citation.title,
        language=citation.language,
        href=article_href(citation),
        strongest=strongest,
    )


def _comparison_view(answer: Answer) -> ComparisonView | None:
    if answer.comparison is None:
        return None
    hrefs = {citation.number: article_href(citation) for citation in answer.citations}
    sides = [
        SideView(side.label, side.text, hrefs[side.citation] if side.citation else None, side.citation)
        for side in answer.comparison.sides
    ]
    return ComparisonView(sides, answer.comparison.order)


def _quotes_in_reading_order(answer: Answer) -> list[tuple[Citation, ShortAnswer | None]]:
    """The citations in the order in which the answer quotes them, each with the short answer inside its quote."""
    short_answers = answer.differing or ((answer.short_answer,) if answer.short_answer else ())
    short_by_number = {
        citation.number: short
        for short in short_answers
        for citation in answer.citations
        if citation.article_id == short.article_id and citation.start <= short.start and short.end <= citation.end
    }
    ordered = sorted(answer.citations, key=lambda citation: answer.answer.find(f"{citation.quote} [{citation.number}]"))
    return [(citation, short_by_number.get(citation.number)) for citation in ordered]


def _short_answer_view(citation: Citation, short: ShortAnswer) -> ShortAnswerView:
    return ShortAnswerView(
        text=short.text,
        href=article_href(replace(citation, start=short.start, end=short.end)),
        number=citation.number,
        confidence_percent=round(short.confidence * 100),
        title=citation.title,
        source=citation.source,
        published=published_day(citation.published),
        language=citation.language,
    )


def _card(cited: Citation | FoundPassage, text: str, number: int | None) -> SourceCard:
    return SourceCard(
        number=number,
        title=cited.title,
        text=text,
        href=article_href(cited),
        source=cited.source,
        published=published_day(cited.published),
        age=age(cited.age_days, cited.published, cited.first_seen),
        url=original_url(cited.url, text),
        language=cited.language,
        direction=direction(cited.language),
        near_duplicates=[article_line(article, article_href(article)) for article in cited.also],
        span=CitedSpan(cited.article_id, cited.version, cited.start, cited.end),
    )
