"""The view models: one dataclass per page, with plain values only, so that a template decides nothing.

A `published` or `modified` is a day as people write it: "23 November 2026". A `direction` is "ltr" or "rtl". A `url` is
the original on the web, http or https only; an `href` is an address of this site, before which templates put `root`.
"""

from dataclasses import dataclass, field

from web.pages.turn_views import ArticleLine, Suggestion, Turn


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """The size of the index, and when it was built."""

    articles: int
    passages: int
    updated: str  # "23 November 2026, 19:40 UTC"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select: the value that the form sends, and the name that people read."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The filters that are set, as the values of form fields, and the choices that the index offers."""

    published_from: str
    published_to: str
    source: str
    language: str
    sources: list[Choice]
    languages: list[Choice]
    is_filtered: bool  # whether any filter is set


@dataclass(frozen=True, slots=True)
class ChatPage:
    """The chat page, with or without a turn; `problem` says why a question was refused."""

    corpus: CorpusFacts
    filters: FilterForm
    question: str = ""
    history: list[str] = field(default_factory=list)  # questions that the form sends with the next, oldest first
    turn: Turn | None = None
    problem: str | None = None
    suggestions: list[Suggestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Share:
    """The number of articles of one source or in one language; `percent` of all articles, for a bar."""

    name: str
    articles: int
    percent: int
    href: str | None  # lists these articles; None if the name can't be a filter


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file, or a line of it, and what was wrong with it."""

    location: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReindexView:
    """The state of a re-index: `done` of `total` passages are embedded; `message` is for people."""

    running: bool
    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class CorpusPage:
    """What the index holds, how old it is, and what was left out of it."""

    corpus: CorpusFacts
    age: str  # of the index: "3 hours"
    generation: int
    model: str
    published: str | None  # the first and last day: "5 March 2024 to 2 June 2025"
    sources: list[Share]
    more_sources: int  # how many the page does not list
    languages: list[Share]
    more_languages: int
    refused: list[FileProblem]
    more_refused: int
    doubted: list[FileProblem]
    more_doubted: int
    reindex: ReindexView | None  # None if the caller may not start a re-index


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of the list of articles, newest first."""

    limits: list[str]  # the filters that are set: "Coast Daily", "since 5 March 2024"
    articles: list[ArticleLine]
    first: int  # the number of the first article, counted from 1
    shown_range: str  # "51 to 100"; empty if the page shows all articles, or none
    total: int  # articles in the index
    newer: str | None  # the address of the page before; of the first page if this one is empty
    older: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of an article's text; the first marked one has the id that the page scrolls to."""

    text: str
    marked: bool
    first_mark: bool


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article as paragraphs of segments."""

    title: str
    paragraphs: list[list[Segment]]
    source: str | None
    author: str | None
    published: str | None
    age: str | None
    url: str | None  # the original, opened at the marked words
    language: str | None
    direction: str
    modified: str | None
    has_mark: bool
    changed: bool  # it is no longer the version that the link cites, so nothing is marked


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form for a key; `key_name` is the name of the key that the person is signed in with, or empty."""

    title: str
    next_address: str  # the page to go on to
    key_name: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class DocsField:
    """One parameter of a route, or one field of its request or response."""

    name: str
    type_name: str  # "string", "integer, 1 to 100", …
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class DocsRoute:
    """One route of the HTTP API, from its OpenAPI description."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[DocsField]
    body: list[DocsField]
    response: list[DocsField]
    example_command: str | None  # a curl command
    example_response: str | None  # JSON


@dataclass(frozen=True, slots=True)
class DocsPage:
    """The documentation of the HTTP API; `openapi` is the address of the description for programs."""

    title: str
    version: str
    routes: list[DocsRoute]
    openapi: str
