"""The tools a language model is given over the Model Context Protocol: search, ask and read_article."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import INVALID_REQUEST, ToolAnnotations, jsonrpc_message_adapter
from pydantic import Field, RootModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import RagError
from index.types import Filters
from rag.answer import Answer
from rag.assistant import Assistant
from rag.settings import DEFAULT_K, MAX_K
from web.api.schemas import ArticleDocument, Day, FilterFields, SearchResponse
from web.problems import invalid_value

K = Annotated[int, Field(ge=1, le=MAX_K, description="How many passages to find.")]
From = Annotated[Day | None, Field(description="Only articles published on this day or later.")]
To = Annotated[Day | None, Field(description="Only articles published on this day or earlier.")]
Source = Annotated[str | None, Field(description="Only articles of this source.")]
ArticleId = Annotated[str, Field(description="`article_id` of a citation or a passage.")]
History = Annotated[tuple[str, ...], Field(description="Earlier questions, oldest first.", max_length=50)]
Language = Annotated[str | None, Field(description='Only articles in this language, such as "en".')]

_INSTRUCTIONS = (
    "Answers come from one body of documents, as exact quotes with their places. Where `answered` is false the"
    " documents hold no answer, or `language_note` says that the question's language is not read: say so, and do not"
    " make one up."
)
_NO_MESSAGE = {
    "jsonrpc": "2.0",
    "id": None,
    "error": {
        "code": INVALID_REQUEST,
        "message": "The body is no JSON-RPC message: an object with jsonrpc and method.",
    },
}
_READS_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

TakeSlot = Callable[[], AbstractAsyncContextManager[None]]  # the slot is held while one call is answered


class _SlottedTool(Tool):
    """A tool that waits for a slot, and reports each failure in one sentence with what to do next."""

    take_slot: TakeSlot = Field(default=nullcontext, exclude=True)

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:  # noqa: ANN401 (as the SDK's own)
        try:
            async with self.take_slot():
                return await super().run(arguments, context, convert_result)
        except RagError as refusal:
            raise ToolError(str(refusal)) from refusal
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                first = cause.errors()[0]
                argument = ".".join(map(str, first["loc"]))
                raise ToolError(invalid_value(argument, first)) from cause
            if isinstance(cause, RagError):
                raise ToolError(str(cause)) from cause
            raise  # a defect: the SDK logs it, and its reply to the client holds no details


@dataclass(frozen=True, slots=True)
class Tools:
    """What a model may call: each method is a tool, its parameters the tool's arguments.

    `on_answer` is called with each answer.

    Results are wrapped in RootModel: the SDK would convert any other class with a model that it makes itself, and that
    does not work for dataclasses with slots.
    """

    assistant: Assistant
    on_answer: Callable[[Answer], None] = lambda _answer: None

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
        self.on_answer(answer)
        return RootModel(answer)

    def read_article(self, article_id: ArticleId) -> RootModel[ArticleDocument]:
        """One article whole; offsets of citations and passages count characters of its text."""
        return RootModel(ArticleDocument.of(self.assistant.article(article_id)))


def mcp_server(tools: Tools, take_slot: TakeSlot = nullcontext) -> MCPServer[Any]:
    """A server of the tools, each call of which waits for a slot."""
    slotted: list[Tool] = []
    for method in (tools.search, tools.ask, tools.read_article):
        tool = _SlottedTool.from_function(method, annotations=_READS_ONLY, structured_output=True)
        slotted.append(tool.model_copy(update={"take_slot": take_slot}))
    name = "caspian-indus-reader"
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    server: MCPServer[Any] = MCPServer(
        name, version=version(name), instructions=_INSTRUCTIONS, tools=slotted, subscriptions=False
    )
    # The SDK has set up the root logger, which is for the program to do.
    root.handlers[:] = handlers
    root.setLevel(level)
    return server


def mcp_endpoint(server: MCPServer[Any], most_bytes: int) -> ASGIApp:
    """What answers POST /mcp, one JSON reply a request and no session; `server.session_manager` must be running."""
    app = server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=most_bytes,
        # The gate checks hosts and origins by the settings; the SDK would allow loopback only.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    (endpoint,) = (route.endpoint for route in app.routes if isinstance(route, Route))
    return _MessageCheck(endpoint)


class _MessageCheck:
    """Refuses a body that is JSON but no JSON-RPC message, and passes all others on to the SDK's endpoint.

    The SDK would refuse it with the whole text of its validation error.
    """

    def __init__(self, endpoint: ASGIApp) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, check it, and give it to the endpoint as if it had not been read."""
        body = await Request(scope, receive).body()
        try:
            jsonrpc_message_adapter.validate_json(body, by_name=False)
        except ValidationError as error:
            if error.errors()[0]["type"] != "json_invalid":  # of a body that is no JSON the SDK says so itself
                await JSONResponse(_NO_MESSAGE, HTTPStatus.BAD_REQUEST)(scope, receive, send)
                return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return unread.pop() if unread else await receive()

        await self._endpoint(scope, receive_again, send)


def _filters(start: date | None, end: date | None, source: str | None, language: str | None) -> Filters:
    return FilterFields(published_from=start, published_to=end, source=source, language=language).filters()
