"""What each page is given: one dataclass a page, plain values only, so a template decides nothing."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """What the index holds: counts, and when it was made, as a person reads it."""

    articles: int
    passages: int
    updated: str  # "23 November 2026, 19:40 UTC"


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One quoted sentence of the answer; `href` opens it in its article.

    `before`, `words` and `after` are the sentence to the character; `words` is the short answer in it, or empty.
    """

    before: str
    words: str
    after: str
    number: int
    title: str  # of the article it is quoted from
    language: str | None
    href: str
    strongest: bool  # the best evidence: one sentence of an answer, none where the sources differ


@dataclass(frozen=True, slots=True)
class ShortWords:
    """The quoted words that answer, and the article they stand in; `href` opens it at them."""

    text: str
    href: str
    number: int  # of the citation whose sentence holds them
    title: str
    source: str | None
    published: str | None  # "23 November 2026"
    language: str | None


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in a list; `href` opens it."""

    title: str
    href: str
    source: str | None
    published: str | None  # "23 November 2026"
    language: str | None
    direction: str  # "ltr" or "rtl", of its title


@dataclass(frozen=True, slots=True)
class Place:
    """The span of an article that was cited or found, as a program takes it."""

    article_id: str
    version: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One citation, or one of the nearest passages where there is no answer (`number` is None)."""

    number: int | None
    title: str
    text: str  # the quote, or the passage
    href: str  # the article page, opened at the words
    source: str | None
    published: str | None  # "23 November 2026"
    age: str | None  # "3 days old"; of an undated one, since when it is known
    url: str | None  # the original on the web, opened at the words; http or https only
    language: str | None
    direction: str  # "ltr" or "rtl"
    also: list[ArticleLine]  # which say nearly the same
    place: Place


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what was found. Not answered: no sentences, and `sources` are the nearest passages.

    `short` is the short answer, if there is one; where the sources differ there is none, and `differing`
    has the answer of each, newest first. `unanswered` are those of several questions in one that the documents
    do not answer while they answer another.
    """

    question: str
    interpreted_question: str | None  # where it differs from the question
    as_typed: str  # where the same words are asked with nothing before them
    limits: list[str]  # which articles alone could answer: "Coast Daily", "since 5 March 2024"
    answered: bool
    confidence_percent: int
    short: ShortWords | None
    differing: list[ShortWords]
    sentences: list[AnswerSentence]
    unanswered: list[str]
    sources: list[SourceCard]
    milliseconds: int
    href: str  # a permanent link to this question
    generation: int  # of the index that answered


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that can be chosen, as a form sends it and as a person reads it."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class FilterForm:
    """Which articles may answer: what is chosen, as a form holds it, and what there is to choose from."""

    published_from: str
    published_to: str
    source: str
    language: str
    sources: list[Choice]
    languages: list[Choice]
    chosen: bool  # whether anything is


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the index can answer; `href` asks it."""

    question: str
    href: str


@dataclass(frozen=True, slots=True)
class ChatPage:
    """The chat page, before a question or with one answered; `problem` is a refused question's sentence."""

    corpus: CorpusFacts
    filters: FilterForm
    question: str = ""
    earlier: list[str] = field(default_factory=list)  # questions that the next one is sent with, oldest first
    turn: Turn | None = None
    problem: str | None = None
    suggestions: list[Suggestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Share:
    """How many articles have one source or one language; `percent` of all, for a bar."""

    name: str
    articles: int
    percent: int
    href: str | None  # where they are listed, if it has a name


@dataclass(frozen=True, slots=True)
class Fault:
    """A file, or a line of one, and what was wrong with it."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Reindex:
    """How a re-index stands: `done` of `total` passages embedded, and what a person is told of it."""

    running: bool
    done: int
    total: int
    told: str


@dataclass(frozen=True, slots=True)
class CorpusPage:
    """What the index holds, how fresh it is, and what was left out of it."""

    corpus: CorpusFacts
    age: str  # of the index: "3 hours"
    generation: int
    model: str
    days: str | None  # when the articles were published: "5 March 2024 to 2 June 2025"
    sources: list[Share]
    languages: list[Share]
    refused: list[Fault]
    refused_more: int  # beyond those listed
    doubted: list[Fault]
    doubted_more: int
    reindexing: Reindex | None  # None for whom may not begin one


@dataclass(frozen=True, slots=True)
class ListingPage:
    """Some of the articles that an index holds, the latest day first."""

    limits: list[str]  # which of them alone are listed: "Coast Daily", "since 5 March 2024"
    articles: list[ArticleLine]
    first: int  # the place of the first, counted from 1
    place: str  # "51 to 100", empty where all are here, or none
    held: int  # all that the index holds
    newer: str | None  # where those before these are listed; the first, where there are none here
    older: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of an article's text; the first marked one carries the id the page scrolls to."""

    text: str
    marked: bool
    first_mark: bool


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One article as paragraphs of segments; `direction` is "ltr" or "rtl"."""

    title: str
    paragraphs: list[list[Segment]]
    source: str | None
    author: str | None
    published: str | None
    age: str | None
    url: str | None  # the original on the web, opened at the marked words; http or https only
    language: str | None
    direction: str
    modified: str | None
    has_mark: bool
    changed: bool  # it is not the version that the link cites, so nothing is marked


@dataclass(frozen=True, slots=True)
class SignInPage:
    """Where a person gives a key, or gives it back; `key` is the name of the one they came with, if any."""

    title: str
    following: str  # the address that was wanted
    key: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class DocsField:
    """One parameter of a route, or one field of what it takes or gives."""

    name: str
    kind: str  # "string", "integer, 1 to 100", …
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class DocsRoute:
    """One route of the HTTP interface, as its OpenAPI description has it."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[DocsField]
    body: list[DocsField]
    response: list[DocsField]
    example: str | None  # a curl command, or None
    reply: str | None  # what it answers, as JSON


@dataclass(frozen=True, slots=True)
class DocsPage:
    """The HTTP interface for a person to read; `openapi` is the address of the description for programs."""

    title: str
    version: str
    routes: list[DocsRoute]
    openapi: str
