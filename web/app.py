"""Puts the app together: its state, middleware, errors and routes, and what happens at start and stop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from anyio import create_task_group, to_thread
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.staticfiles import StaticFiles

from index.build.reindex_process import Reindexer
from rag.assistant import Assistant
from rag.feedback import FeedbackStore, feedback_file
from web.api import ask, health, openai, operations
from web.api.examples import with_examples
from web.api.mcp_route import McpEndpoint, mcp_route
from web.api.schemas import problem_responses
from web.metrics import Metrics
from web.middleware.admission import OTHER_THREADS, Admission, TimeLimit
from web.middleware.auth import BEARER, Gate
from web.middleware.body_limit import BodyLimit
from web.middleware.keys import keyring_of
from web.middleware.rate_limits import RateLimiter
from web.middleware.request_log import RequestLog
from web.middleware.root_path import RootPath, RoutedPath
from web.middleware.security_headers import SecurityHeaders
from web.pages import routes, sign_in
from web.problems import install_error_handlers
from web.render import STATIC
from web.settings import Settings
from web.suggestions import AFTER_SECONDS, SuggestionWorker


class _AppWithExamples(FastAPI):
    """An app whose OpenAPI description has examples; FastAPI would drop the nulls of examples given with the routes."""

    def openapi(self) -> dict[str, Any]:
        return self.openapi_schema or with_examples(super().openapi())


def create_app(assistant: Assistant, settings: Settings, on_ready: Callable[[], None] = lambda: None) -> FastAPI:
    """The whole server for one assistant; `on_ready` is called when it can answer.

    Raises:
        SettingError: it would serve other machines without keys, or the keys file is wrong.
    """
    app = _AppWithExamples(
        title=settings.site_name,
        version=version("caspian-indus-reader"),
        description="Questions answered with sentences quoted from a body of documents.",
        lifespan=partial(_lifespan, on_ready=on_ready),
        docs_url=None,  # FastAPI's own page loads scripts from other sites; web.pages renders /docs
        redoc_url=None,
    )
    state = app.state  # everything that the routes work with
    state.assistant, state.settings = assistant, settings
    state.keyring = keyring_of(settings)
    state.rates = RateLimiter(settings.rate_per_key, settings.rate_per_address)
    state.metrics = Metrics(log_questions=settings.log_questions)
    state.admission = Admission(settings, state.metrics)
    state.reindexer = Reindexer(settings.index, settings.keep)
    state.feedback = FeedbackStore(settings.feedback or feedback_file(settings.index))
    state.suggestions = SuggestionWorker(assistant, state.admission.spare_slot, AFTER_SECONDS)
    state.tools = McpEndpoint(assistant, state.metrics, state.admission, settings.max_body_bytes)
    state.ready = state.stopping = False
    _add_middleware(app, settings)
    install_error_handlers(app)
    responses = problem_responses(400, 401, 403, 413, 429, 503)
    app.include_router(ask.router, dependencies=[BEARER], responses=responses)
    app.include_router(openai.router, dependencies=[BEARER])
    app.include_router(operations.router, dependencies=[BEARER], responses=responses)
    app.include_router(health.router, responses=responses)
    app.include_router(sign_in.router)
    app.include_router(routes.router)
    app.router.routes.append(mcp_route(state.tools))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, on_ready: Callable[[], None]) -> AsyncIterator[None]:
    """Load the models before the first request, if they are not loaded, and end the background work after the last."""
    state = app.state
    # A thread for each question that has a slot, and threads for the other requests.
    to_thread.current_default_thread_limiter().total_tokens = state.admission.at_once + OTHER_THREADS
    await to_thread.run_sync(state.assistant.load)
    async with BlockingPortal() as state.admission.portal, create_task_group() as background:
        state.ready = True
        on_ready()
        background.start_soon(state.tools.run)
        state.suggestions.current()
        try:
            yield
        finally:
            state.ready = False
            await to_thread.run_sync(state.suggestions.close)
            await to_thread.run_sync(state.reindexer.close)
            background.cancel_scope.cancel()


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add what every request passes before the routes; the last one added is the first that it passes."""
    metrics = app.state.metrics
    app.add_middleware(RoutedPath)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, chat_limit=settings.max_chat_body_bytes)
    app.add_middleware(TimeLimit, seconds=settings.time_limit, metrics=metrics)
    app.add_middleware(Gate, settings=settings, keyring=app.state.keyring, rates=app.state.rates, metrics=metrics)
    if settings.origins():
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins(),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],  # clients of MCP and OpenAI send their own, and none gives a page more rights
            expose_headers=["X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(RootPath, root_path=settings.root_path)
