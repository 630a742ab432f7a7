"""What the routes in OpenAI's form take and give."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rag.answer import Answer
from web.api.schemas import RetrievalFields

MODEL = "caspian-indus-reader"
_LONGEST_HISTORY = 50  # earlier questions that are used, as in /api/ask


class ContentPart(BaseModel):
    """A part of a message."""

    type: str = Field(description='"text"; a question with a part of another type is refused.')
    text: str = ""


class Message(BaseModel):
    """One message. Only those of the role "user" are read: the answer is quoted, whatever other messages demand."""

    role: str
    content: str | list[ContentPart] | None = None

    def text(self) -> str:
        """The text, joined from its parts."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream holds besides the answer."""

    include_usage: bool | None = Field(None, description="End with a chunk that has `usage`.")


class ResponseFormat(BaseModel):
    """The form of the answer."""

    type: Literal["text"]


class CompletionRequest(RetrievalFields):
    """A conversation; its last user message is the question, the user messages before it are its history.

    Parameters that mean nothing here, such as temperature or tools, are ignored.
    """

    model_config = ConfigDict(extra="ignore")

    model: str = Field(description=f'"{MODEL}", the one of GET /v1/models.', max_length=200)
    messages: list[Message] = Field(min_length=1, description="The conversation, oldest message first.")
    stream: bool | None = Field(None, description="Send chunks as server-sent events, ending in [DONE].")
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=1, description="There is one answer.")
    response_format: ResponseFormat | None = Field(None, description="Only text is given.")
    tool_choice: Literal["none", "auto"] | None = Field(None, description="No tool is ever called.")

    @model_validator(mode="after")
    def _check_question(self) -> "CompletionRequest":
        user_messages = [message for message in self.messages if message.role == "user"]
        if not user_messages:
            raise ValueError('there is no message with the role "user"')
        content = user_messages[-1].content
        for part in content if isinstance(content, list) else []:
            if part.type != "text":
                raise ValueError(f'the question has a part of the type "{part.type[:50]}"; only text is read')
        return self

    def questions(self) -> list[str]:
        """The earlier questions, oldest first, and last the question to answer."""
        return [message.text() for message in self.messages if message.role == "user"][-_LONGEST_HISTORY - 1 :]


@dataclass(frozen=True, slots=True)
class UrlCitation:
    """The place of a quote in the message's content, and the page that opens it in its article.

    Both indexes count characters (code points); `end_index` is exclusive.
    """

    start_index: int
    end_index: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """One citation."""

    url_citation: UrlCitation
    type: Literal["url_citation"] = "url_citation"


@dataclass(frozen=True, slots=True)
class CompletionMessage:
    """The answer in Markdown with its numbered sources; `answer` is the whole document that POST /api/ask gives."""

    content: str
    annotations: list[Annotation]
    answer: Answer
    role: Literal["assistant"] = "assistant"
    refusal: None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The one answer."""

    message: CompletionMessage
    index: int = 0
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens used by a language model: none, since no language model runs."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """The reply to a conversation."""

    id: str
    created: int
    choices: list[Choice]
    model: str = MODEL
    object: Literal["chat.completion"] = "chat.completion"
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Model:
    """The one model; `created` is when the index that answers was made, in seconds since 1970."""

    created: int
    id: str = MODEL
    object: Literal["model"] = "model"
    owned_by: str = MODEL


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models there are."""

    data: list[Model]
    object: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class OpenAIError:
    """What went wrong and what to do next, in OpenAI's form."""

    message: str
    type: str
    param: str | None
    code: str


@dataclass(frozen=True, slots=True)
class OpenAIErrorDocument:
    """An error below /v1/."""

    error: OpenAIError
