"""The tools a language model is given over the Model Context Protocol: search, ask and read_article."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import INVALID_REQUEST, ToolAnnotations
from pydantic import Field, RootModel, ValidationError
from starlette.responses import JSONResponse
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import RagError
from index.types import Filters
from rag.answer import Answer
from rag.assistant import Assistant
from rag.settings import DEFAULT_K, MAX_K
from web.api.schemas import ArticleDocument, Day, Filtered, SearchResponse
from web.settings import Settings

K = Annotated[int, Field(ge=1, le=MAX_K, description="How many passages to find.")]
From = Annotated[Day | None, Field(description="Only articles published on this day or later.")]
To = Annotated[Day | None, Field(description="Only articles published on this day or earlier.")]
Source = Annotated[str | None, Field(description="Only articles of this source.")]
ArticleId = Annotated[str, Field(description="`article_id` of a citation or a passage.")]
History = Annotated[tuple[str, ...], Field(description="Earlier questions, oldest first.", max_length=50)]
Language = Annotated[str | None, Field(description='Only articles in this language, such as "en".')]

_INSTRUCTIONS = (
    "Answers come from one body of documents, as exact quotes with their places. Where `answered` is false the"
    " documents hold no answer: say so, and do not make one up."
)
_NOT_VALID = b'"Validation error: '
_NO_MESSAGE = {
    "jsonrpc": "2.0",
    "id": None,
    "error": {
        "code": INVALID_REQUEST,
        "message": "The body is no JSON-RPC message: an object with jsonrpc and method.",
    },
}
_READS_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


Slot = Callable[[], AbstractAsyncContextManager[None]]  # held while one call is answered


class _SlottedTool(Tool):
    """A tool that waits for a slot, and whose failures are one sentence each, with what to do next."""

    slot: Slot = Field(default=nullcontext, exclude=True)

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:  # noqa: ANN401 (as the SDK's own)
        try:
            async with self.slot():
                return await super().run(arguments, context, convert_result)
        except RagError as refusal:
            raise ToolError(str(refusal)) from refusal
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(_sentence(cause)) from cause
            if isinstance(cause, RagError):
                raise ToolError(str(cause)) from cause
            raise  # a defect: the SDK logs it, and tells a stranger nothing


def _nobody(_: Answer) -> None:
    """Tell nobody of an answer."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a model may call: each method is a tool, its parameters the tool's arguments.

    Results are RootModels, since the SDK takes any other class for a model of its own making, which slots are not.
    """

    assistant: Assistant
    answered: Callable[[Answer], None] = _nobody

    def search(
        self,
        query: str,
        k: K = DEFAULT_K,
        published_from: From = None,
        published_to: To = None,
        source: Source = None,
        language: Language = None,
    ) -> RootModel[SearchResponse]:
        """The passages of the documents nearest to a query, best first, each with its article and place."""
        filters = _filters(published_from, published_to, source, language)
        return RootModel(SearchResponse(query, self.assistant.search(query, k, filters)))

    def ask(
        self,
        question: str,
        history: History = (),
        k: K = DEFAULT_K,
        published_from: From = None,
        published_to: To = None,
        source: Source = None,
        language: Language = None,
    ) -> RootModel[Answer]:
        """Answer a question with sentences quoted from the documents, or say that they hold no answer."""
        filters = _filters(published_from, published_to, source, language)
        answer = self.assistant.ask(question, history, k, filters)
        self.answered(answer)
        return RootModel(answer)

    def read_article(self, article_id: ArticleId) -> RootModel[ArticleDocument]:
        """One article whole; offsets of citations and passages count characters of its text."""
        found = self.assistant.article(article_id)
        return RootModel(ArticleDocument(version=found.version, **asdict(found)))


class _Named(Route):
    """A route that log and metrics know by its path, as they know FastAPI's own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return match, {**child, "route": self} if match != Match.NONE else child


def mcp_server(tools: Tools, slot: Slot = nullcontext) -> MCPServer[Any]:
    """A server of the tools, each call of which waits for a slot."""
    calls = (tools.search, tools.ask, tools.read_article)
    made: list[Tool] = [
        _SlottedTool.from_function(call, annotations=_READS_ONLY, structured_output=True).model_copy(
            update={"slot": slot}
        )
        for call in calls
    ]
    name = "caspian-indus-reader"
    with _logging_left_alone():
        return MCPServer(name, version=version(name), instructions=_INSTRUCTIONS, tools=made, subscriptions=False)


def mcp_route(server: MCPServer[Any], settings: Settings) -> Route:
    """The tools at POST /mcp, one JSON reply a request and no session; `server.session_manager` must be running."""
    served = server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.max_body_bytes,
        # The gate knows which hosts and origins may ask; the SDK knows only loopback's.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    endpoints = [route.endpoint for route in served.routes if isinstance(route, Route)]
    # Only POST: without sessions a stream opened by GET would never carry anything.
    return _Named("/mcp", _Plain(endpoints[0]), methods=["POST"])


class _Plain:
    """The SDK's endpoint, which tells of a body that is no message in the words of its validation, put plainly."""

    def __init__(self, endpoint: ASGIApp) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a refusal is held back until its reason is known."""
        held: list[Message] = []

        async def send_plain(message: Message) -> None:
            if message.get("status") == HTTPStatus.BAD_REQUEST:
                held.append(message)
            elif held and _NOT_VALID in message.get("body", b""):
                held.clear()
                await JSONResponse(_NO_MESSAGE, HTTPStatus.BAD_REQUEST)(scope, receive, send)
            else:
                while held:
                    await send(held.pop())
                await send(message)

        await self._endpoint(scope, receive, send_plain)


@contextmanager
def _logging_left_alone() -> Iterator[None]:
    """Making a server sets up the root logger, which is for the program to do, not for a part of it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _filters(start: date | None, end: date | None, source: str | None, language: str | None) -> Filters:
    return Filtered(published_from=start, published_to=end, source=source, language=language).filters()


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
