"""Putting the app together: routes, pages, errors, protection, and what happens at start and stop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from rag.assistant import Assistant
from web import api, errors, pages
from web.metrics import Metrics
from web.render import STATIC
from web.security import BoundedBody, SecureHeaders
from web.settings import Settings
from web.suggested import Suggested


def _nothing() -> None:
    """Do nothing when ready."""


def create_app(assistant: Assistant, settings: Settings, on_ready: Callable[[], None] = _nothing) -> FastAPI:
    """The whole server for one assistant; `on_ready` is called when it can answer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(assistant.warm_up)
        app.state.ready = True
        on_ready()
        app.state.suggestions.current()
        yield
        app.state.ready = False
        await to_thread.run_sync(app.state.suggestions.close)

    app = FastAPI(
        title=settings.site_name,
        version=version("caspian-indus-reader"),
        description="Questions answered with sentences quoted from a body of documents.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own page loads scripts from elsewhere; web.pages renders /docs
        redoc_url=None,
    )
    app.state.assistant = assistant
    app.state.settings = settings
    app.state.metrics = Metrics()
    app.state.suggestions = Suggested(assistant)
    app.state.ready = False
    app.add_middleware(BoundedBody, limit=settings.max_body_bytes)
    app.add_middleware(SecureHeaders)
    errors.install(app)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
