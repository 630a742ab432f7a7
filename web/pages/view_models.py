"""The view models: one dataclass per page, with plain values only, so that a template decides nothing.

A `published` or `modified` is a day as people write it: "23 November 2026". A `direction` is "ltr" or "rtl". A `url` is
the original on the web, http or https only; an `href` is an address of this site, before which templates put `root`.
"""

from dataclasses import dataclass, field

from rag.feedback import CitedSpan


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """The size of the index, and when it was built."""

    articles: int
    passages: int
    updated: str  # "23 November 2026, 19:40 UTC"


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One quoted sentence of the answer; `href` opens it in its article.

    `before`, `short_answer` and `after` join to the exact sentence; `short_answer` is empty in a sentence without one.
    """

    before: str
    short_answer: str
    after: str
    number: int
    title: str  # of the cited article
    language: str | None
    href: str
    strongest: bool  # the best evidence: one sentence of an answer, none where the sources differ, or of many sentences
    when: "WhenView | None" = None  # of a sentence in a timeline


@dataclass(frozen=True, slots=True)
class WhenView:
    """The date of a sentence in a timeline, as people write it and in ISO 8601.

    `inferred`: the sentence does not state all of it.
    """

    text: str
    value: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class ShortAnswerView:
    """The quoted words that answer the question, and their article; `href` opens it at these words."""

    text: str
    href: str
    number: int  # of the citation that contains the words
    confidence_percent: int  # that these words are right
    title: str
    source: str | None
    published: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list; `href` opens it."""

    title: str
    href: str
    source: str | None
    published: str | None
    language: str | None
    direction: str  # of the title


@dataclass(frozen=True, slots=True)
class LinkView:
    """What an answer leads on to; `href` opens an article, a list of articles, or asks a question."""

    text: str
    href: str
    opens_article: bool
    asks: bool
    source: str | None  # of the article
    published: str | None


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One citation, or one of the nearest passages if there is no answer (`number` is None)."""

    number: int | None
    title: str
    text: str  # the quote, or the passage
    href: str  # the article page, opened at the text
    source: str | None
    published: str | None
    age: str | None  # "3 days old"; for an undated article, when it was first seen
    url: str | None  # the original, opened at the text
    language: str | None
    direction: str
    near_duplicates: list[ArticleLine]  # articles that say nearly the same
    span: CitedSpan


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a comparison; `text` is the quoted words that count, and `href` opens their sentence."""

    label: str
    text: str | None
    href: str | None  # None if the documents hold nothing on this side
    number: int | None


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """The sides of a comparison."""

    sides: list[SideView]
    order: str | None  # computed and no quote; None if it can't be computed


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer. If it is not answered, `sentences` is empty and `cards` are the nearest passages.

    If the sources differ, there is no `short`, and `differing` has the short answer of each source, newest first. If
    only some of several questions in one are answered, `unanswered` has the others. `language_note` says that an answer
    is quoted from another language than the question's, or that a declined question is in a language that is not read.

    `reply` is the text of an answer that quotes nothing, about what is held. `near` says which articles are near a
    declined question. `links` and `suggestions` lead on from either.

    `layout` is "text", "items" or "timeline": whether each sentence stands in a line of its own, and with its date.
    `summarised` is the title of the article that a summary is of. `more` says how many further sentences a list
    leaves out.
    """

    question: str
    interpreted_question: str | None  # if it differs from the question
    as_typed_href: str  # asks the same question without its history, and corrects no word of it
    limits: list[str]  # the filters that are set: "Coast Daily", "since 5 March 2024"
    answered: bool
    confidence_percent: int
    short: ShortAnswerView | None
    differing: list[ShortAnswerView]
    sentences: list[AnswerSentence]
    unanswered: list[str]
    language_note: str | None
    cards: list[SourceCard]
    milliseconds: int  # that the answer took; not shown of an answer from the cache
    from_cache: bool
    href: str  # a permanent link to this question
    generation: int  # of the index that answered
    reply: str | None = None
    counted: str | None = None  # says that the reply was counted in the index
    near: str | None = None
    links: list[LinkView] = field(default_factory=list)
    suggestions: "list[Suggestion]" = field(default_factory=list)
    verdict: str | None = None  # "Yes" or "No", if the first sentence says so
    comparison: ComparisonView | None = None
    layout: str = "text"
    summarised: str | None = None
    more: str | None = None


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
class Suggestion:
    """A question that the corpus can answer; `href` asks it."""

    question: str
    href: str


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
