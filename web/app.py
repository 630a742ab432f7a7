"""Putting the app together: routes, pages, errors, protection, and what happens at start and stop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.staticfiles import StaticFiles

from index.build.reindex_process import Reindexer
from rag.assistant import Assistant
from rag.feedback import FeedbackStore, feedback_file
from web.api import ask, health, openai, operations
from web.api.examples import with_examples
from web.api.mcp import Tools, mcp_route, mcp_server
from web.api.schemas import problem_responses
from web.metrics import Metrics
from web.middleware.admission import OTHER_THREADS, Admission, TimeLimit
from web.middleware.auth import BEARER, Gate, keyring_of
from web.middleware.body_limit import BodyLimit
from web.middleware.request_log import RequestLog
from web.middleware.security_headers import SecurityHeaders
from web.pages import routes, sign_in
from web.problems import install_error_handlers
from web.render import STATIC
from web.settings import Settings
from web.suggestions import SuggestionWorker


def _nothing() -> None:
    """Do nothing when ready."""


class _Described(FastAPI):
    """An app whose description has examples; given to FastAPI with the routes they would lose their nulls."""

    def openapi(self) -> dict[str, Any]:
        return self.openapi_schema or with_examples(super().openapi())


def create_app(assistant: Assistant, settings: Settings, on_ready: Callable[[], None] = _nothing) -> FastAPI:
    """The whole server for one assistant; `on_ready` is called when it can answer.

    Raises:
        SettingError: it would serve others than this machine without keys, or the keys file is none.
    """
    app = _Described(
        title=settings.site_name,
        version=version("caspian-indus-reader"),
        description="Questions answered with sentences quoted from a body of documents.",
        lifespan=partial(_lifespan, on_ready=on_ready),
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; web.pages renders /docs
        redoc_url=None,
    )
    _equip(app, assistant, settings)
    _protect(app, settings)
    install_error_handlers(app)
    _add_routes(app, settings)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, on_ready: Callable[[], None]) -> AsyncIterator[None]:
    """Warm up before anything is answered, and end what goes on beside the requests."""
    state = app.state
    # Each question that has its slot has a thread, and so has what is asked beside questions.
    to_thread.current_default_thread_limiter().total_tokens = state.admission.at_once + OTHER_THREADS
    await to_thread.run_sync(state.assistant.warm_up)
    async with state.tools.session_manager.run(), BlockingPortal() as state.admission.portal:
        state.ready = True
        on_ready()
        state.suggestions.current()
        yield
        state.ready = False
        await to_thread.run_sync(state.suggestions.close)
    await to_thread.run_sync(state.reindexer.close)


def _equip(app: FastAPI, assistant: Assistant, settings: Settings) -> None:
    """Put what the routes work with into the app's state."""
    state = app.state
    state.assistant, state.settings = assistant, settings
    state.keyring = keyring_of(settings)
    state.metrics = Metrics(log_questions=settings.log_questions)
    state.admission = Admission(settings, state.metrics)
    state.reindexer = Reindexer(settings.index, settings.keep)
    state.feedback = FeedbackStore(settings.feedback or feedback_file(settings.index))
    state.suggestions = SuggestionWorker(assistant, state.admission.spare_slot)
    state.tools = mcp_server(Tools(assistant, state.metrics.count), state.admission.slot)
    state.ready = state.stopping = False


def _add_routes(app: FastAPI, settings: Settings) -> None:
    described = problem_responses(400, 401, 403, 413, 429, 503)
    app.include_router(ask.router, dependencies=[BEARER], responses=described)
    app.include_router(openai.router, dependencies=[BEARER])
    app.include_router(operations.router, dependencies=[BEARER], responses=described)
    app.include_router(health.router, responses=described)
    app.include_router(sign_in.router)
    app.include_router(routes.router)
    app.router.routes.append(mcp_route(app.state.tools, settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _protect(app: FastAPI, settings: Settings) -> None:
    """Put what every request passes before the routes; the last is the first that it meets."""
    metrics = app.state.metrics
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(TimeLimit, seconds=settings.time_limit, metrics=metrics)
    app.add_middleware(Gate, settings=settings, keyring=app.state.keyring, metrics=metrics)
    if settings.origins():
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins(),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],  # clients of MCP and OpenAI bring their own, and none gives a page more power
            expose_headers=["X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=metrics)
