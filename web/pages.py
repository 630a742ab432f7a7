"""The HTML routes: each builds its page's context and renders it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from index.articles import Article
from index.dates import age_in_words
from index.manifest import Manifest
from rag.answer import Answer, Citation, Copy, FoundPassage, ShortAnswer
from rag.errors import QuestionError
from web.admission import ADMITTED
from web.api import TheAssistant, TheMetrics
from web.contexts import (
    AnswerSentence,
    ArticlePage,
    ChatPage,
    CopyLine,
    CorpusFacts,
    Segment,
    ShortWords,
    SourceCard,
    Turn,
)
from web.docs import docs_page
from web.render import render

router = APIRouter(include_in_schema=False)

# Scripts written from right to left, by the language tags of BCP 47.
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}


@router.api_route("/", methods=["GET", "HEAD"], dependencies=[ADMITTED])
def chat(
    request: Request,
    assistant: TheAssistant,
    metrics: TheMetrics,
    q: Annotated[str | None, Query()] = None,
    h: Annotated[list[str] | None, Query(max_length=50)] = None,
) -> Response:
    """The chat page; with `q`, the question answered; `h` are the questions before it, oldest first."""
    facts = _facts(assistant.manifest())
    if q is None:
        return render(request, "chat.html", ChatPage(facts, "", None, None))
    try:
        answer = assistant.ask(q, h or ())
    except QuestionError as error:
        return render(request, "chat.html", ChatPage(facts, _typed(q), None, str(error)), status=422)
    metrics.count(answer)
    return render(request, "chat.html", ChatPage(facts, answer.question, _turn(answer, h or ()), None))


@router.api_route("/articles/{article_id:path}", methods=["GET", "HEAD"])
def article(
    request: Request,
    article_id: str,
    assistant: TheAssistant,
    start: Annotated[int | None, Query(ge=0)] = None,
    end: Annotated[int | None, Query(ge=0)] = None,
    version: Annotated[str | None, Query()] = None,
) -> Response:
    """One article, with the characters from start to end marked, if it is still the version cited."""
    found = assistant.article(article_id)
    changed = version is not None and version != found.version
    given = start is not None and end is not None and not changed
    span = (start or 0, min(end or 0, len(found.text))) if given else (0, 0)
    return render(request, "article.html", _article_page(found, span, changed=changed))


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(request: Request) -> Response:
    """The HTTP interface, from its OpenAPI description."""
    return render(request, "docs.html", docs_page(request.app.openapi()))


def article_href(cited: Citation | FoundPassage | Copy) -> str:
    """The address of an article opened at a span; #cited scrolls there without a script."""
    place = urlencode({"start": cited.start, "end": cited.end, "version": cited.version})
    return f"/articles/{quote(cited.article_id, safe='')}?{place}#cited"


def _typed(question: str) -> str:
    """What was typed, less what no field can show."""
    return "".join(char for char in question if char.isprintable())


def _facts(manifest: Manifest) -> CorpusFacts:
    made = datetime.fromisoformat(manifest.created)
    return CorpusFacts(manifest.articles, manifest.passages, f"{_day(made)}, {made:%H:%M} UTC")


def _turn(answer: Answer, earlier: Sequence[str]) -> Turn:
    before = earlier if answer.interpreted_question != answer.question else ()
    numbered = sorted(answer.citations, key=lambda citation: citation.number)
    cited = [_card(citation, citation.quote, citation.number) for citation in numbered]
    nearest = [_card(found, found.text, None) for found in answer.passages[:3]]
    quoted = _with_short_answers(answer)
    shorts = [_short_words(citation, short) for citation, short in quoted if short]
    return Turn(
        question=answer.question,
        interpreted_question=(answer.interpreted_question if answer.interpreted_question != answer.question else None),
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
        href=f"/?{urlencode([('q', answer.question), *(('h', turn) for turn in before)])}",
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
        published=_published(citation.published),
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
        published=_published(found.published),
        age=_age(found),
        url=web_address(found.url),
        language=found.language,
        direction=_direction(found.language),
        also=[_copy_line(copy) for copy in found.also],
    )


def _copy_line(copy: Copy) -> CopyLine:
    return CopyLine(
        title=copy.title,
        href=article_href(copy),
        source=copy.source,
        published=_published(copy.published),
        language=copy.language,
    )


def _article_page(article: Article, span: tuple[int, int], *, changed: bool) -> ArticlePage:
    paragraphs = _marked_paragraphs(article.text, *span)
    return ArticlePage(
        title=article.title,
        paragraphs=paragraphs,
        source=article.source,
        author=article.author,
        published=_published(article.published),
        url=web_address(article.url),
        language=article.language,
        direction=_direction(article.language),
        modified=_published(article.modified),
        first_seen=_published(article.first_seen),
        has_mark=any(segment.marked for paragraph in paragraphs for segment in paragraph),
        changed=changed,
    )


def _marked_paragraphs(text: str, start: int, end: int) -> list[list[Segment]]:
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


def _direction(language: str | None) -> str:
    return "rtl" if (language or "").split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web; a javascript: link from a corpus never becomes a link."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _published(value: str | None) -> str | None:
    return _day(datetime.fromisoformat(value)) if value else None


def _age(found: Citation | FoundPassage) -> str | None:
    if found.age_days is None:
        return None
    if found.published is None:
        return f"undated, first seen {_published(found.first_seen)}"
    return age_in_words(found.age_days)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
