"""Putting the app together: routes, pages, errors, protection, and what happens at start and stop."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from rag.assistant import Assistant
from rag.feedback import FeedbackStore, feedback_file
from web import api, completions, errors, pages
from web.examples import with_examples
from web.metrics import Metrics
from web.render import STATIC
from web.security import BoundedBody, SecureHeaders
from web.settings import Settings
from web.tools import Tools, mcp_route, mcp_server


def _nothing() -> None:
    """Do nothing when ready."""


class _Described(FastAPI):
    """An app whose description has examples; given to FastAPI with the routes they would lose their nulls."""

    def openapi(self) -> dict[str, Any]:
        return self.openapi_schema or with_examples(super().openapi())


def create_app(assistant: Assistant, settings: Settings, on_ready: Callable[[], None] = _nothing) -> FastAPI:
    """The whole server for one assistant; `on_ready` is called when it can answer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(assistant.warm_up)
        async with tools.session_manager.run():
            app.state.ready = True
            on_ready()
            yield
            app.state.ready = False

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
    app.state.metrics = Metrics()
    app.state.feedback = FeedbackStore(settings.feedback or feedback_file(settings.index))
    app.state.ready = False
    app.add_middleware(BoundedBody, limit=settings.max_body_bytes)
    app.add_middleware(SecureHeaders)
    errors.install(app)
    app.include_router(api.router)
    app.include_router(completions.router)
    app.include_router(pages.router)
    tools = mcp_server(Tools(assistant, app.state.metrics.count))
    app.router.routes.append(mcp_route(tools, settings))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
