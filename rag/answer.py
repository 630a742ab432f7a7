"""The answer to a question: the passages found, the sentences cited, and the confidence that they answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from index.dates import age_in_days
from index.engine.manifest import Manifest
from index.types import NO_FILTERS, Article, Filters, Passage, Span
from rag.answer_parts import Comparison, TimelineEntry
from rag.question.form import Form
from rag.retrieval.hit import Hit

ArticleOf = Callable[[str], Article]
YES, NO = "Yes", "No"  # a verdict in words


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Another article with a near-duplicate passage: characters `start` to `end` of that article."""

    article_id: str
    passage_id: str
    title: str
    start: int
    end: int
    source: str | None
    url: str | None
    published: str | None
    language: str | None
    version: str

    @staticmethod
    def of(passage: Passage, article: Article) -> "NearDuplicate":
        """A passage joined with its article."""
        return NearDuplicate(
            article_id=article.article_id,
            passage_id=passage.passage_id,
            title=article.title,
            start=passage.start,
            end=passage.end,
            source=article.source,
            url=article.url,
            published=article.published,
            language=article.language,
            version=article.version(),
        )


def near_duplicates_of(passages: Iterable[Passage], article_of: ArticleOf) -> list[NearDuplicate]:
    """Each of these passages joined with its article."""
    return [NearDuplicate.of(passage, article_of(passage.article_id)) for passage in passages]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage found for a query, with the metadata of its article.

    `rank` counts from 1; `score` is in [0, 1]; `start` and `end` are in characters of the article's text. `also` lists
    the other articles with a near-duplicate of this passage.
    """

    rank: int
    score: float
    passage_id: str
    article_id: str
    title: str
    start: int
    end: int
    text: str
    source: str | None
    author: str | None
    url: str | None
    published: str | None
    language: str | None
    version: str
    modified: str | None
    first_seen: str | None
    age_days: int | None
    also: list[NearDuplicate]

    @staticmethod
    def of(hit: Hit, article_of: ArticleOf) -> "FoundPassage":
        """A hit joined with its article and with the articles of its near-duplicates."""
        passage = hit.passage
        article = article_of(passage.article_id)
        return FoundPassage(
            rank=hit.rank,
            score=round(hit.score, 4),
            passage_id=passage.passage_id,
            article_id=article.article_id,
            title=article.title,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            source=article.source,
            author=article.author,
            url=article.url,
            published=article.published,
            language=article.language,
            version=article.version(),
            modified=article.modified,
            first_seen=article.first_seen,
            age_days=age_in_days(article.published or article.first_seen),
            also=near_duplicates_of(hit.also, article_of),
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """A quoted sentence: `article.text[start:end] == quote`. `number` is its mark in the answer, 1 the best evidence.

    `version` is the version of the article's text that the offsets are of; an article with another version was edited
    since. `age_days` counts the days since the article was published or, where its date is unknown, since an index
    first held it. `also` lists the other articles with a near-duplicate of the passage that holds the sentence.
    """

    number: int
    passage_id: str
    article_id: str
    title: str
    source: str | None
    url: str | None
    published: str | None
    language: str | None
    version: str
    quote: str
    start: int
    end: int
    modified: str | None = None
    first_seen: str | None = None
    age_days: int | None = None
    also: list[NearDuplicate] = field(default_factory=list)

    @staticmethod
    def of(number: int, passage: Passage, span: Span, also: Iterable[Passage], article_of: ArticleOf) -> "Citation":
        """A quote of the passage's article at `span`; `also` are the near-duplicates of the passage."""
        article = article_of(passage.article_id)
        start, end = span
        return Citation(
            number=number,
            passage_id=passage.passage_id,
            article_id=article.article_id,
            title=article.title,
            source=article.source,
            url=article.url,
            published=article.published,
            language=article.language,
            version=article.version(),
            quote=article.text[start:end],
            start=start,
            end=end,
            modified=article.modified,
            first_seen=article.first_seen,
            age_days=age_in_days(article.published or article.first_seen),
            also=near_duplicates_of(also, article_of),
        )


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The exact words that answer: characters `start` to `end` of one article's text.

    `confidence`, in [0, 1], is the probability that these very words are right.
    """

    text: str
    article_id: str
    start: int
    end: int
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """What an answer leads on to: an article, a question asked again, or a list of articles, whichever is first given.

    `question` is asked with `filters`. The list is of the articles that pass them and hold the phrase `mentions`, or of
    all that pass. `source` and `published` are those of the article.
    """

    text: str
    article_id: str | None = None
    question: str | None = None
    filters: Filters = NO_FILTERS
    mentions: str | None = None
    source: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The generation that answered and its counts; `created` is ISO 8601 in UTC."""

    generation: int
    created: str
    articles: int
    passages: int
    model: str

    @staticmethod
    def of(manifest: Manifest) -> "IndexInfo":
        """What a generation's manifest says of it."""
        return IndexInfo(
            manifest.generation, manifest.created, manifest.articles, manifest.passages, manifest.model.name
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a question.

    `answer` holds the quoted sentences in reading order, each followed by the [n] of its citation. `citations` come
    with the best evidence first. `confidence`, in [0, 1], is the probability that the citations answer the question;
    where more was asked for, that the citations before did.

    `form` is what the answer is made of, as the question asks for it, or EXTRACT where too little was found for that.
    `verdict` is, of a yes/no question, whether the first citation affirms (true) or denies (false) what is asked, or
    the order that was computed does; None where that can't be told, and for other questions. `comparison` is, of a
    question that compares, its sides and their order.

    The citations of a list, a timeline and a summary come in the order of the answer, and have no short answer.
    `timeline` is the date of each citation of a timeline, in their order. `more_matches` counts the further sentences
    that a list or a timeline leaves out because it is full.

    `interpreted_question` is the question as it was understood: after those before it, and with mistyped words
    corrected. `misspelt` holds those words as they were typed; between quotation marks a word is never corrected.

    `language` is the code (BCP 47) of the question's language, or None where it is not known. `language_note` is a
    sentence for people: of an answer, from which languages it is quoted if none is the question's; of a declined
    question, that it seems to be in a language that is not read, where that is so.

    `short_answer` is the words of the best citation that answer, or those of the newest citation where sources
    contradict each other. In that case `differing` holds the short answer of each source, newest first; otherwise it
    is empty. A text that asks several questions has no short answer, and `unanswered` holds those of its questions
    that were declined while another was answered.

    An answer of the form TALK or CORPUS quotes nothing: its text says what is held, as counted in the index, `links`
    lead to the articles that it tells of, and `suggestions` are questions that the index holds the answers to.

    Where a question is declined, `decline_note` says which articles are near it, or that none is, and `links` lead to
    them, or ask again without a filter. Where more was asked for and nothing is left to quote, `nothing_more` is true,
    there is no note, and `confidence` is 0.

    Where `answered` is false there is no answer and there are no citations; `passages` are then the nearest passages.
    `timings_ms` is in milliseconds.
    """

    question: str
    interpreted_question: str
    language: str | None
    answered: bool
    confidence: float
    answer: str
    short_answer: ShortAnswer | None
    differing: tuple[ShortAnswer, ...]
    unanswered: tuple[str, ...]
    language_note: str | None
    citations: list[Citation]
    passages: list[FoundPassage]
    index: IndexInfo
    timings_ms: dict[str, float]
    form: Form = Form.EXTRACT
    verdict: bool | None = None
    comparison: Comparison | None = None
    links: tuple[AnswerLink, ...] = ()
    suggestions: tuple[str, ...] = ()
    decline_note: str | None = None
    misspelt: tuple[str, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    more_matches: int = 0
    nothing_more: bool = False

    def decline(self) -> str:
        """The sentence that declines, where the question is not answered."""
        if self.nothing_more:
            return "Nothing more was found on this."
        return self.language_note or "The documents do not hold an answer to this."

    def declined_in_words(self) -> str:
        """What a person is told of a declined question, before the nearest passages."""
        return f"{self.decline()} {self.decline_note}" if self.decline_note else self.decline()

    def short_answers(self) -> tuple[str, ...]:
        """The words that answer, each once: the short answer, or those that differ."""
        answers = [*self.differing, *([self.short_answer] if self.short_answer else [])]
        return tuple(dict.fromkeys(answer.text for answer in answers))

    def more_note(self) -> str | None:
        """How many further sentences a list or a timeline leaves out; None where it leaves out none."""
        if not self.more_matches:
            return None
        return f"{self.more_matches} more {'sentence matches' if self.more_matches == 1 else 'sentences match'}."
