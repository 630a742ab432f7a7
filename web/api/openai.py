"""The routes in OpenAI's form, so that its clients, and chat pages made for it, can ask here."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from index.dates import parse_time
from rag.answer import Answer
from rag.assistant import Assistant
from rag.events import AnswerEvent
from web.api.openai_schemas import (
    MODEL,
    Annotation,
    Choice,
    Completion,
    CompletionMessage,
    CompletionRequest,
    Model,
    ModelList,
    OpenAIErrorDocument,
    UrlCitation,
    Usage,
)
from web.dependencies import TheAssistant, TheMetrics
from web.errors import ModelNotFoundError
from web.events import answer_of
from web.markdown import RenderedAnswer, render_markdown
from web.middleware.admission import Slot, StreamedAnswer
from web.problems import as_openai, log_failure, problem_of

router = APIRouter(prefix="/v1")

_COMPLETION = TypeAdapter(Completion)
_ANSWER = TypeAdapter(Answer)
ModelName = Annotated[str, Path(description="The id of a model.", examples=[MODEL])]
_Responses = dict[int | str, dict[str, Any]]
_ERRORS: _Responses = {status: {"model": OpenAIErrorDocument} for status in (400, 401, 403, 404, 413, 422, 429, 503)}
_STREAM: _Responses = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


@router.post("/chat/completions", response_model=Completion, responses={**_ERRORS, **_STREAM})
def complete(
    slot: Slot, body: CompletionRequest, request: Request, assistant: TheAssistant, metrics: TheMetrics
) -> Response:
    """Answer the last user message of a conversation, in OpenAI's form.

    The content is Markdown: the quoted sentences with [n] marks, then the numbered sources. `annotations` say where
    each quote stands in it, and `answer` is what POST /api/ask gives. With "stream": true the same comes as
    chunks, annotations and answer with the last delta, ending in [DONE].
    """
    _check_model(body.model)
    *earlier, question = body.questions()
    events = metrics.counted(assistant.ask_in_stages(question, earlier, body.k, body.filters()))
    site = str(request.base_url).rstrip("/")
    if body.stream:
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        return StreamedAnswer(slot, _Stream(site, with_usage=with_usage).encode(events))
    answer = answer_of(events)
    rendered = render_markdown(answer, site)
    message = CompletionMessage(rendered.text, _annotations(rendered), answer)
    completion = Completion(_new_id(), int(time.time()), [Choice(message)])
    return Response(_COMPLETION.dump_json(completion), media_type="application/json")


@router.get("/models", responses=_ERRORS)
def models(assistant: TheAssistant) -> ModelList:
    """The only model: this server's index."""
    return ModelList([_model(assistant)])


@router.get("/models/{model}", responses=_ERRORS)
def model_of(model: ModelName, assistant: TheAssistant) -> Model:
    """The model of this name."""
    _check_model(model)
    return _model(assistant)


def _check_model(model: str) -> None:
    if model != MODEL:
        raise ModelNotFoundError(f'There is no model "{model}".', f'Name "{MODEL}".')


def _model(assistant: Assistant) -> Model:
    return Model(created=int(parse_time(assistant.manifest().created).timestamp()))


def _new_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _annotations(rendered: RenderedAnswer) -> list[Annotation]:
    return [
        Annotation(UrlCitation(quote.start, quote.end, quote.citation.title, quote.url)) for quote in rendered.quotes
    ]


@dataclass(frozen=True, slots=True)
class _Stream:
    """One answer as chunks, which share an id and a time."""

    site: str
    with_usage: bool
    id: str = field(default_factory=_new_id)
    created: int = field(default_factory=lambda: int(time.time()))

    def encode(self, events: Iterable[AnswerEvent]) -> Iterator[bytes]:
        """The chunks as server-sent events; a failure on the way is an event too, and [DONE] is the last."""
        try:
            yield self._delta({"role": "assistant", "content": ""})
            answer = answer_of(events)
            rendered = render_markdown(answer, self.site)
            yield self._delta({"content": rendered.answer})
            annotations = [asdict(annotation) for annotation in _annotations(rendered)]
            document = _ANSWER.dump_python(answer, mode="json")
            yield self._delta({"content": rendered.sources, "annotations": annotations, "answer": document})
            yield self._delta({}, "stop")
            if self.with_usage:
                yield self._chunk([], asdict(Usage()))
        except Exception as error:  # noqa: BLE001 (the status has been sent: a failure becomes an event, and is logged)
            log_failure("an answer failed after its first chunk", error)
            yield _event(as_openai(problem_of(error)))
        yield format_sse_event(data_str="[DONE]")

    def _delta(self, delta: dict[str, object], finish_reason: str | None = None) -> bytes:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}], None)

    def _chunk(self, choices: list[dict[str, object]], usage: dict[str, int] | None) -> bytes:
        chunk = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": MODEL}
        return _event({**chunk, "choices": choices, **({"usage": usage} if self.with_usage else {})})


def _event(document: dict[str, object]) -> bytes:
    return format_sse_event(data_str=json.dumps(document))
