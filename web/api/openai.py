"""The routes in OpenAI's form, so that its clients and chat pages made for it can ask here."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from rag.answer import Answer
from rag.assistant import Assistant, Step
from web.api.ask import TheAssistant, TheMetrics
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
from web.errors import ModelNotFound, as_openai, logged, problem_of
from web.markdown import Rendered, rendered
from web.middleware.admission import ADMITTED, Streamed

router = APIRouter(prefix="/v1")

_COMPLETION = TypeAdapter(Completion)
_ANSWER = TypeAdapter(Answer)
ModelName = Annotated[str, Path(description="The id of a model.", examples=[MODEL])]
_Responses = dict[int | str, dict[str, Any]]
_ERRORS: _Responses = {status: {"model": OpenAIErrorDocument} for status in (400, 401, 403, 404, 413, 422, 429, 503)}
_STREAM: _Responses = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}


@router.post("/chat/completions", response_model=Completion, responses={**_ERRORS, **_STREAM}, dependencies=[ADMITTED])
def complete(body: CompletionRequest, request: Request, assistant: TheAssistant, metrics: TheMetrics) -> Response:
    """Answer the last user message of a conversation, in OpenAI's form.

    The content is Markdown: the quoted sentences with [n] marks, then the numbered sources. `annotations` say where
    each quote stands in it, and `answer` is what POST /api/ask gives. With "stream": true the same comes as
    chunks, annotations and answer with the last delta, ending in [DONE].
    """
    _known(body.model)
    *earlier, question = body.questions()
    steps = assistant.ask_in_stages(question, earlier, body.k, body.filters())
    first = next(steps)  # a question that can't be read is refused here, with its own status
    counted = metrics.observed(steps)
    site = str(request.base_url).rstrip("/")
    if body.stream:
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        return Streamed(request, _Stream(site, with_usage=with_usage).events(first, counted))
    *_, answer = counted
    assert isinstance(answer, Answer)
    shown = rendered(answer, site)
    message = CompletionMessage(shown.text, _annotations(shown), answer)
    completion = Completion(_new_id(), int(time.time()), [Choice(message)])
    return Response(_COMPLETION.dump_json(completion), media_type="application/json")


@router.get("/models", responses=_ERRORS)
def models(assistant: TheAssistant) -> ModelList:
    """The one model there is: this server's index."""
    return ModelList([_model(assistant)])


@router.get("/models/{model}", responses=_ERRORS)
def model_of(model: ModelName, assistant: TheAssistant) -> Model:
    """That model."""
    _known(model)
    return _model(assistant)


def _known(model: str) -> None:
    if model != MODEL:
        raise ModelNotFound(f'There is no model "{model}".', f'Name "{MODEL}".')


def _model(assistant: Assistant) -> Model:
    return Model(created=int(datetime.fromisoformat(assistant.manifest().created).timestamp()))


def _new_id() -> str:
    return f"chatcmpl-{uuid4().hex}"


def _annotations(shown: Rendered) -> list[Annotation]:
    return [Annotation(UrlCitation(one.start, one.end, one.citation.title, one.url)) for one in shown.cited]


@dataclass(frozen=True, slots=True)
class _Stream:
    """One answer as chunks, which share an id and a time."""

    site: str
    with_usage: bool
    id: str = field(default_factory=_new_id)
    created: int = field(default_factory=lambda: int(time.time()))

    def events(self, first: Step, rest: Iterator[Step]) -> Iterator[bytes]:
        """The chunks as server-sent events; what fails on the way is an event too, and [DONE] is last."""
        try:
            yield self._delta({"role": "assistant", "content": ""})
            for step in chain([first], rest):
                if isinstance(step, Answer):
                    yield from self._answer(step)
        except Exception as error:  # noqa: BLE001 (the status has been sent: a failure is told as an event, and logged)
            logged("an answer failed after its first chunk", error)
            yield _event(as_openai(problem_of(error)))
        yield format_sse_event(data_str="[DONE]")

    def _answer(self, answer: Answer) -> Iterator[bytes]:
        shown = rendered(answer, self.site)
        yield self._delta({"content": shown.found})
        last = {"annotations": [asdict(one) for one in _annotations(shown)]}
        yield self._delta({"content": shown.sources, **last, "answer": _ANSWER.dump_python(answer, mode="json")})
        yield self._delta({}, "stop")
        if self.with_usage:
            yield self._chunk([], asdict(Usage()))

    def _delta(self, delta: dict[str, object], finish_reason: str | None = None) -> bytes:
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}], None)

    def _chunk(self, choices: list[dict[str, object]], usage: dict[str, int] | None) -> bytes:
        chunk = {"id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": MODEL}
        return _event({**chunk, "choices": choices, **({"usage": usage} if self.with_usage else {})})


def _event(document: dict[str, object]) -> bytes:
    return format_sse_event(data_str=json.dumps(document))
