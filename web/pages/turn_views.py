"""The view models of one turn: a question, its answer, and what the answer cites; see view_models.py."""

from dataclasses import dataclass, field

from rag.feedback import CitedSpan


@dataclass(frozen=True, slots=True)
class WhenView:
    """The date of a sentence in a timeline, as people write it and in ISO 8601.

    `inferred`: the sentence does not state all of it.
    """

    text: str
    value: str
    inferred: bool


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
    when: WhenView | None = None  # of a sentence in a timeline


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
class Suggestion:
    """A question that the corpus can answer; `href` asks it."""

    question: str
    href: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer. If it is not answered, `sentences` is empty and `cards` are the nearest passages.

    If the sources differ, there is no `short`, and `differing` has the short answer of each source, newest first. If
    only some of several questions in one are answered, `unanswered` has the others. `language_note` says that an answer
    is quoted from another language than the question's, or that a declined question is in a language that is not read.

    `reply` is the text of an answer that quotes nothing, about what is held. `near` says which articles are near a
    declined question, and `decline` declines it. `links` and `suggestions` lead on from either.

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
    suggestions: list[Suggestion] = field(default_factory=list)
    verdict: str | None = None  # "Yes" or "No", if the first sentence says so
    comparison: ComparisonView | None = None
    layout: str = "text"
    summarised: str | None = None
    decline: str | None = None
    nothing_more: bool = False  # more was asked for than there is
    more: str | None = None
