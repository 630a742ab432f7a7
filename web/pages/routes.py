"""The HTML routes: each builds its page's context and renders it."""

import json
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.sse import format_sse_event

from rag.answer import Answer
from rag.assistant import Assistant, Step
from rag.errors import FilterError, QuestionError
from web.api.ask import TheAssistant, TheMetrics, events
from web.api.operations import TheReindexer
from web.middleware.admission import ADMITTED, Streamed
from web.middleware.auth import caller_of
from web.middleware.keys import Role
from web.pages.article import article_page
from web.pages.corpus import corpus_facts, corpus_page, filter_form, reindex_of
from web.pages.docs import docs_page
from web.pages.listing import listing_page
from web.pages.query import Asked, Browsed
from web.pages.turns import turn_of
from web.pages.view_models import ChatPage, Reindex, Suggestion, Turn
from web.reindexing import Reindexer
from web.render import fragment, render

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"], dependencies=[ADMITTED])
def chat(request: Request, assistant: TheAssistant, metrics: TheMetrics, asked: Annotated[Asked, Query()]) -> Response:
    """The chat page; with `q`, the question answered; `h` are the questions before it, oldest first.

    With the header Accept: text/event-stream the turn alone comes as events: what is being read, then "turn".
    """
    page = _chat_page(assistant, asked)
    if asked.q is None:
        return render(request, "chat.html", replace(page, suggestions=_suggestions(request, asked)))
    try:
        steps = assistant.ask_in_stages(asked.q, asked.h, filters=asked.filters())
        first = next(steps)
    except (QuestionError, FilterError) as error:
        page = replace(page, question=_typed(asked.q), problem=str(error), earlier=asked.h)
        return render(request, "chat.html", page, status=422)
    counted = metrics.observed(steps)
    if "text/event-stream" in request.headers.get("accept", ""):
        return Streamed(request, events(first, counted, partial(_event, asked)))
    *_, answer = counted
    assert isinstance(answer, Answer)
    page = replace(page, turn=turn_of(answer, asked), earlier=asked.remembered)
    return render(request, "chat.html", page)


@router.api_route("/articles", methods=["GET", "HEAD"])
def articles(request: Request, assistant: TheAssistant, browsed: Annotated[Browsed, Query()]) -> Response:
    """The articles that the index holds, or some of them, the latest day first."""
    first, most = browsed.span
    found = assistant.listed(browsed.filters(), first, most + 1)  # one more tells whether another page follows
    return render(request, "articles.html", listing_page(browsed, found, assistant.manifest().articles))


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
    return render(request, "article.html", article_page(found, span, changed=changed))


@router.api_route("/corpus", methods=["GET", "HEAD"])
def corpus(request: Request, assistant: TheAssistant, reindexer: TheReindexer) -> Response:
    """What the index holds, how fresh it is, and what was refused; where one may, a form to re-index."""
    return render(request, "corpus.html", corpus_page(assistant.holdings(), _reindexing(request, reindexer)))


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
class _TurnAlone:
    turn: Turn


def _chat_page(assistant: Assistant, asked: Asked) -> ChatPage:
    holdings = assistant.holdings()
    facts = corpus_facts(holdings.articles, holdings.passages, holdings.created)
    return ChatPage(facts, filter_form(holdings, asked))


def _reindexing(request: Request, reindexer: Reindexer) -> Reindex | None:
    """How the last re-index stands, for whom may begin one."""
    return reindex_of(reindexer.state) if caller_of(request).role >= Role.ADMIN else None


def _suggestions(request: Request, asked: Asked) -> list[Suggestion]:
    """Questions that all of the articles answer; some of them alone may not."""
    if asked.filters().clauses():
        return []
    questions = request.app.state.suggestions.current()
    return [Suggestion(question, asked.address(question)) for question in questions]


def _event(asked: Asked, step: Step) -> bytes:
    """A step of answering as the page takes it: the titles being read, or the whole turn."""
    if isinstance(step, Answer):
        return format_sse_event(data_str=fragment("_turn.html", _TurnAlone(turn_of(step, asked))), event="turn")
    if isinstance(step, str):
        return format_sse_event(data_str=json.dumps({"stage": step}), event="stage")
    titles = list(dict.fromkeys(found.title for found in step))
    return format_sse_event(data_str=json.dumps(titles), event="reading")


def _typed(question: str) -> str:
    """What was typed, less what no field can show."""
    return "".join(char for char in question if char.isprintable())
