"""Putting the app together: routes, pages, errors, protection, and what happens at start and stop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.staticfiles import StaticFiles

from rag.assistant import Assistant
from rag.feedback import FeedbackStore, feedback_file
from web import api, completions, errors, health, operations, pages, sign_in
from web.access import BEARER, Gate, keyring_of
from web.admission import OTHER_THREADS, Admission, TimeLimit
from web.bodies import BoundedBody
from web.examples import with_examples
from web.metrics import Metrics
from web.observing import Observed
from web.reindexing import Reindexer
from web.render import STATIC
from web.schemas import problems
from web.security import SecureHeaders
from web.settings import Settings
from web.suggested import Suggested
from web.tools import Tools, mcp_route, mcp_server


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
    keyring = keyring_of(settings)
    metrics = Metrics(log_questions=settings.log_questions)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Each question that has its turn has a thread, and so has what is asked beside questions.
        to_thread.current_default_thread_limiter().total_tokens = app.state.admission.at_once + OTHER_THREADS
        await to_thread.run_sync(assistant.warm_up)
        async with tools.session_manager.run(), BlockingPortal() as app.state.admission.portal:
            app.state.ready = True
            on_ready()
            app.state.suggestions.current()
            yield
            app.state.ready = False
            await to_thread.run_sync(app.state.suggestions.close)
        await to_thread.run_sync(app.state.reindexer.close)

    app = _Described(
        title=settings.site_name,
        version=version("caspian-indus-reader"),
        description="Questions answered with sentences quoted from a body of documents.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; web.pages renders /docs
        redoc_url=None,
    )
    app.state.assistant = assistant
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.keyring = keyring
    app.state.admission = Admission(settings, metrics)
    app.state.reindexer = Reindexer(settings.index, settings.keep)
    app.state.feedback = FeedbackStore(settings.feedback or feedback_file(settings.index))
    app.state.suggestions = Suggested(assistant, app.state.admission.spare)
    app.state.ready = False
    app.state.stopping = False
    _protect(app, settings)
    errors.install(app)
    told = problems(400, 401, 403, 413, 429, 503)
    app.include_router(api.router, dependencies=[BEARER], responses=told)
    app.include_router(completions.router, dependencies=[BEARER])
    app.include_router(operations.router, dependencies=[BEARER], responses=told)
    app.include_router(health.router, responses=told)
    app.include_router(sign_in.router)
    app.include_router(pages.router)
    tools = mcp_server(Tools(assistant, metrics.count), app.state.admission.turn)
    app.router.routes.append(mcp_route(tools, settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _protect(app: FastAPI, settings: Settings) -> None:
    """Put what every request passes before the routes; the last is the first that it meets."""
    metrics = app.state.metrics
    app.add_middleware(BoundedBody, limit=settings.max_body_bytes)
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
    app.add_middleware(SecureHeaders)
    app.add_middleware(Observed, metrics=metrics)
