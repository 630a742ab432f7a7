"""The HTML routes: each makes its page's view model and renders it."""

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import format_sse_event

from rag.errors import FilterError, QuestionError
from rag.events import Answered, AnswerEvent, PassagesFound
from web.dependencies import TheAssistant, TheMetrics, TheReindexer
from web.events import answer_of, encode_events
from web.middleware.admission import Slot, StreamedAnswer
from web.middleware.auth import caller_of
from web.middleware.keys import Role
from web.pages.article import article_page
from web.pages.corpus import corpus_facts, corpus_page, filter_form, reindex_view
from web.pages.docs import docs_page
from web.pages.listing import listing_page
from web.pages.query import ChatQuery, ListingQuery
from web.pages.turns import turn_of
from web.pages.view_models import ChatPage, Suggestion, Turn
from web.render import render, render_fragment

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def chat(
    request: Request,
    assistant: TheAssistant,
    metrics: TheMetrics,
    query: Annotated[ChatQuery, Query()],
    slot: Slot,
) -> Response:
    """The chat page; with `q`, the question answered; `h` are the questions before it, oldest first.

    With the header Accept: text/event-stream the turn alone comes as events: what is being read, then "turn".
    """
    stats = assistant.stats()
    facts = corpus_facts(stats.articles, stats.passages, stats.created)
    page = ChatPage(facts, filter_form(stats, query))
    if query.q is None:
        # Suggested questions are answered by all articles; a part of them may not answer.
        suggested = [] if query.is_filtered() else request.app.state.suggestions.current()
        suggestions = [Suggestion(question, query.address(question)) for question in suggested]
        return render(request, "chat.html", replace(page, suggestions=suggestions))
    try:
        events = assistant.ask_in_stages(query.q, query.h, filters=query.filters())
    except (QuestionError, FilterError) as error:
        typed = "".join(char for char in query.q if char.isprintable())  # no field can show the rest
        page = replace(page, question=typed, problem=str(error), earlier=query.h)
        return render(request, "chat.html", page, status=422)
    events = metrics.counted(events)
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamedAnswer(slot, encode_events(events, lambda event: _encode(event, query)))
    page = replace(page, turn=turn_of(answer_of(events), query), earlier=query.remembered)
    return render(request, "chat.html", page)


@router.api_route("/articles", methods=["GET", "HEAD"])
def articles(request: Request, assistant: TheAssistant, query: Annotated[ListingQuery, Query()]) -> Response:
    """The articles that the index holds, or some of them, the newest first."""
    offset, limit = query.span
    listed = assistant.list_articles(query.filters(), offset, limit + 1)  # one more tells whether a page follows
    return render(request, "articles.html", listing_page(query, listed, assistant.manifest().articles))


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
    has_span = start is not None and end is not None and not changed
    span = (start or 0, min(end or 0, len(found.text))) if has_span else (0, 0)
    return render(request, "article.html", article_page(found, span, changed=changed))


@router.api_route("/corpus", methods=["GET", "HEAD"])
def corpus(request: Request, assistant: TheAssistant, reindexer: TheReindexer) -> Response:
    """What the index holds, how fresh it is, and what was refused; for an admin, a form to re-index."""
    is_admin = caller_of(request).role >= Role.ADMIN
    reindex_state = reindex_view(reindexer.status) if is_admin else None
    return render(request, "corpus.html", corpus_page(assistant.stats(), reindex_state))


@router.post("/corpus/reindex")
def reindex(reindexer: TheReindexer) -> Response:
    """Begin a re-index, as the form of /corpus asks, and go back to see it."""
    reindexer.start()
    return RedirectResponse("/corpus", HTTPStatus.SEE_OTHER)


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(request: Request) -> Response:
    """The HTTP interface, from its OpenAPI description."""
    return render(request, "docs.html", docs_page(request.app.openapi()))


@dataclass(frozen=True, slots=True)
class _TurnFragment:
    turn: Turn


def _encode(event: AnswerEvent, query: ChatQuery) -> bytes:
    """An event of answering as the page takes it: the stage, the titles being read, or the whole turn."""
    if isinstance(event, Answered):
        turn = _TurnFragment(turn_of(event.answer, query))
        return format_sse_event(data_str=render_fragment("_turn.html", turn), event="turn")
    if isinstance(event, PassagesFound):
        titles = list(dict.fromkeys(passage.title for passage in event.passages))
        return format_sse_event(data_str=json.dumps(titles), event="reading")
    return format_sse_event(data_str=json.dumps({"stage": event.stage}), event="stage")
