"""The HTML routes: each makes the view model of its page and renders it."""

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
from web.pages.query import PAGE_SIZE, ChatQuery, ListingQuery
from web.pages.turn_views import Suggestion, Turn
from web.pages.turns import turn_of
from web.pages.view_models import ChatPage
from web.render import render, render_fragment

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def chat(
    slot: Slot,
    request: Request,
    assistant: TheAssistant,
    metrics: TheMetrics,
    query: Annotated[ChatQuery, Query()],
) -> Response:
    """The chat page. `q` is the question to answer, and `h` are the questions before it, oldest first.

    With the header Accept: text/event-stream the response is the turn alone, as events: "stage", "reading", "turn".
    """
    stats = assistant.stats()
    facts = corpus_facts(stats.articles, stats.passages, stats.created)
    page = ChatPage(facts, filter_form(stats, query))
    if query.q is None:
        # Suggested questions are chosen from all articles, so the filtered ones may not answer them.
        questions = [] if query.is_filtered() else request.app.state.suggestions.current()
        suggestions = [Suggestion(question, query.address(question)) for question in questions]
        return render(request, "chat.html", replace(page, suggestions=suggestions))
    try:
        events = assistant.ask_in_stages(query.q, query.h, filters=query.filters())
    except (QuestionError, FilterError) as error:
        question = "".join(char for char in query.q if char.isprintable())  # a text field shows nothing else
        page = replace(page, question=question, problem=str(error), history=query.h)
        return render(request, "chat.html", page, status=422)
    events = metrics.counted(events)
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamedAnswer(slot, encode_events(events, lambda event: _encode(event, query)))
    page = replace(page, turn=turn_of(answer_of(events), query), history=query.next_history())
    return render(request, "chat.html", page)


@router.api_route("/articles", methods=["GET", "HEAD"])
def list_articles(
    slot: Slot,  # noqa: ARG001 (held where a phrase is looked for)
    request: Request,
    assistant: TheAssistant,
    query: Annotated[ListingQuery, Query()],
) -> Response:
    """One page of the articles that pass the filters, and hold a phrase if one is given, newest first."""
    # One article more than the page shows tells whether another page follows.
    articles = assistant.list_articles(query.filters(), query.offset, PAGE_SIZE + 1, query.mentions)
    return render(request, "articles.html", listing_page(query, articles, assistant.manifest().articles))


@router.api_route("/articles/{article_id:path}", methods=["GET", "HEAD"])
def show_article(
    request: Request,
    article_id: str,
    assistant: TheAssistant,
    start: Annotated[int | None, Query(ge=0)] = None,
    end: Annotated[int | None, Query(ge=0)] = None,
    version: Annotated[str | None, Query()] = None,
) -> Response:
    """One article. The characters from start to end are marked if it is still the cited version."""
    article = assistant.article(article_id)
    changed = version is not None and version != article.version()
    span = (0, 0)
    if start is not None and end is not None and not changed:
        span = (start, min(end, len(article.text)))
    return render(request, "article.html", article_page(article, span, changed=changed))


@router.api_route("/corpus", methods=["GET", "HEAD"])
def corpus(request: Request, assistant: TheAssistant, reindexer: TheReindexer) -> Response:
    """The page about the corpus; an admin also gets a form to re-index it."""
    is_admin = caller_of(request).role >= Role.ADMIN
    view = reindex_view(reindexer.status) if is_admin else None
    return render(request, "corpus.html", corpus_page(assistant.stats(), view))


@router.post("/corpus/reindex")
def reindex(reindexer: TheReindexer) -> Response:
    """Start a re-index for the form of /corpus, and go back to that page to show its progress."""
    reindexer.start()
    return RedirectResponse("/corpus", HTTPStatus.SEE_OTHER)


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(request: Request) -> Response:
    """The documentation of the HTTP API, from its OpenAPI description."""
    return render(request, "docs.html", docs_page(request.app.openapi(), str(request.base_url).rstrip("/")))


@dataclass(frozen=True, slots=True)
class _TurnFragment:
    turn: Turn


def _encode(event: AnswerEvent, query: ChatQuery) -> bytes:
    """An event as the scripts read it: the stage, the titles of the passages being read, or the whole turn."""
    if isinstance(event, Answered):
        turn = _TurnFragment(turn_of(event.answer, query))
        return format_sse_event(data_str=render_fragment("_turn.html", turn), event="turn")
    if isinstance(event, PassagesFound):
        titles = list(dict.fromkeys(passage.title for passage in event.passages))
        return format_sse_event(data_str=json.dumps(titles), event="reading")
    return format_sse_event(data_str=json.dumps({"stage": event.stage}), event="stage")
