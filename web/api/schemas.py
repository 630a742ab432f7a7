"""What the JSON interface takes and gives. Answers and passages are the rag room's own types."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from index.build.reindex_process import ReindexReport, ReindexStatus
from index.types import Article, Filters
from rag.answer import FoundPassage
from rag.errors import QuestionError
from rag.feedback import CitedSpan, Verdict, Vote
from rag.question.normalise import normalise, normalise_history
from rag.settings import DEFAULT_K, MAX_K
from web.problems import problem_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _check_day(value: object) -> object:
    is_day = isinstance(value, str) and _DAY.fullmatch(value)
    if not (value is None or isinstance(value, date) or is_day):
        raise ValueError("a day is written as 2026-11-23")
    return value


# Without the check a number, or a string of digits, would be read as seconds since 1970.
Day = Annotated[date, BeforeValidator(_check_day)]
LONGEST_NAME = 1000  # characters of a source, a language or an id


class FilterFields(BaseModel):
    """The fields that limit the articles to search."""

    published_from: Day | None = Field(None, description="Only articles published on this day or later.")
    published_to: Day | None = Field(None, description="Only articles published on this day or earlier.")
    source: str | None = Field(None, max_length=LONGEST_NAME, description="Only articles of this source.")
    language: str | None = Field(None, max_length=LONGEST_NAME, description="Only articles in this language.")

    def filters(self) -> Filters:
        """The filters as the index takes them."""
        return Filters(
            self.published_from.isoformat() if self.published_from else None,
            self.published_to.isoformat() if self.published_to else None,
            self.source,
            self.language,
        )


class RetrievalFields(FilterFields):
    """The fields that limit the passages to find: how many, and of which articles."""

    model_config = ConfigDict(extra="forbid")

    k: int = Field(DEFAULT_K, ge=1, le=MAX_K, strict=True, description="How many passages to find.")


class AskRequest(RetrievalFields):
    """A question, and the questions before it."""

    question: str = Field(
        description="The question.", examples=["When did Heydar Aliyev visit Pakistan?"], max_length=20_000
    )
    history: list[str] = Field(
        default_factory=list,
        description="Earlier questions of the conversation, oldest first.",
        max_length=50,
    )


class SearchRequest(RetrievalFields):
    """A query to find passages for."""

    query: str = Field(description="The query.", examples=["Aliyev Islamabad 1996"], max_length=20_000)


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The passages found, best first."""

    query: str
    hits: list[FoundPassage]


_Question = Annotated[str, Field(max_length=20_000)]
_Name = Annotated[str, Field(max_length=LONGEST_NAME)]
_Offset = Annotated[int, Field(ge=0, le=2**31)]


class VotedCitation(BaseModel):
    """The span of one quote of the answer, as its citation gave it."""

    model_config = ConfigDict(extra="forbid")

    article_id: _Name
    version: _Name
    start: _Offset
    end: _Offset

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if self.start >= self.end:
            raise ValueError("start must be less than end")
        return self


class FeedbackRequest(FilterFields):
    """A verdict on one answer, with what identifies the answer; the filters are those of the question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="The question, as it was asked.", max_length=20_000)
    history: list[_Question] = Field(default_factory=list, description="The questions before it.", max_length=50)
    verdict: Verdict = Field(description="Whether the answer was good.")
    generation: int = Field(description="`index.generation` of the answer.", ge=0, le=2**31)
    answered: bool = Field(description="`answered` of the answer.")
    citations: list[VotedCitation] = Field(
        default_factory=list, description="The citations of the answer.", max_length=50
    )
    comment: str = Field("", description="A comment on the answer.", max_length=2000)
    answer_id: str = Field(
        "",
        description="Any name that the client gives this answer: of verdicts on the same question, generation and"
        " answer_id the last one counts.",
        max_length=100,
    )

    def vote(self, live_generation: int) -> Vote:
        """The vote as it is kept; `live_generation` is the one that answers now.

        Raises:
            QuestionError: the question can't be read, or its generation is newer than the live one.
        """
        if self.generation > live_generation:
            raise QuestionError(
                f"No answer is of generation {self.generation}: {live_generation} is live.",
                "Vote on an answer of this server.",
            )
        return Vote(
            question=normalise(self.question),
            history=tuple(normalise_history(self.history)),
            verdict=self.verdict,
            generation=self.generation,
            answered=self.answered,
            citations=tuple(CitedSpan(**citation.model_dump()) for citation in self.citations),
            comment=self.comment,
            answer_id=self.answer_id,
            filters=self.filters(),
        )


@dataclass(frozen=True, slots=True)
class ArticleDocument:
    """One article; every offset of the interface counts characters (code points) of `text`.

    `version` changes with the text: a citation of another version holds for an earlier text. `published` and
    `modified` are by the article's own account, with where each was found; `first_seen` is when an index first
    held it.
    """

    article_id: str
    version: str
    title: str
    text: str
    path: str
    published: str | None
    source: str | None
    author: str | None
    url: str | None
    language: str | None
    modified: str | None
    published_origin: str | None
    modified_origin: str | None
    first_seen: str | None

    @staticmethod
    def of(article: Article) -> "ArticleDocument":
        """The article, with the version of its text."""
        return ArticleDocument(version=article.version(), **asdict(article))


@dataclass(frozen=True, slots=True)
class ProblemDocument:
    """An RFC 9457 problem: what went wrong in `detail`, what to do next in `remedy`; `request_id` is in the log."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ReindexDocument:
    """The state of the last re-index of this server; `done` of `total` new passages have been embedded.

    `report` is there when it is done and `problem`, a problem document, when it failed. `started` and `ended` are
    ISO 8601 in UTC.
    """

    state: Literal["idle", "running", "done", "failed"]
    done: int
    total: int
    started: str | None
    ended: str | None
    report: ReindexReport | None
    problem: Mapping[str, Any] | None

    @staticmethod
    def of(status: ReindexStatus) -> "ReindexDocument":
        """A status, with its failure as a problem document."""
        problem = problem_of(status.failure).as_document() if status.failure else None
        return ReindexDocument(
            status.state, status.done, status.total, status.started, status.ended, status.report, problem
        )


@dataclass(frozen=True, slots=True)
class Health:
    """That the process answers at all."""

    status: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether questions can be answered, from which generation, and why not, or why not from a newer one."""

    status: str
    generation: int | None
    reason: str | None


# How OpenAPI describes responses other than the usual one.
EVENTS: dict[str, Any] = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of problem documents with these statuses."""
    schema = TypeAdapter(ProblemDocument).json_schema()
    described = {"content": {"application/problem+json": {"schema": schema}}}
    return {status: {"description": HTTPStatus(status).phrase, **described} for status in statuses}
