"""What a question is answered with: passages found, sentences cited, and how sure that is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from index.dates import age_in_days
from index.engine.manifest import Manifest
from index.types import Article, Passage
from rag.retrieval.retriever import Hit

ArticleOf = Callable[[str], Article]


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Another article that says nearly the same in one of its passages, which these offsets are of."""

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
            version=article.version,
        )


def near_duplicates_of(passages: Iterable[Passage], article_of: ArticleOf) -> list[NearDuplicate]:
    """Each of these passages joined with its article."""
    return [NearDuplicate.of(passage, article_of(passage.article_id)) for passage in passages]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage found for a query, with its article's particulars.

    `rank` counts from 1; `score` is in [0, 1]; offsets are in characters of the article's text.
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
        """A hit joined with its article, and with those that say nearly the same."""
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
            version=article.version,
            modified=article.modified,
            first_seen=article.first_seen,
            age_days=age_in_days(article.published or article.first_seen),
            also=near_duplicates_of(hit.also, article_of),
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence quoted: `article.text[start:end] == quote`. `number` is its mark, 1 the best evidence.

    `version` tells which text of the article that holds for; another one means it was edited since. `age_days`
    are the days since it was published or, where it does not say, since an index first held it. `also` are other
    articles whose passage says nearly the same as the one that the sentence stands in.
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


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The exact words that answer, a span of one article's text."""

    text: str
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The generation that answered, and what it holds; `created` is ISO 8601 in UTC."""

    generation: int
    created: str
    articles: int
    passages: int
    model: str

    @staticmethod
    def of(manifest: Manifest) -> "IndexInfo":
        """The particulars of a generation."""
        return IndexInfo(
            manifest.generation, manifest.created, manifest.articles, manifest.passages, manifest.model.name
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a question.

    `answer` holds the quoted sentences in reading order, each with the [n] of its citation;
    `citations` come with the best evidence first; `short_answer` is the words of the first that
    answer, or of the newest where sources contradict each other, and `differing` then the answer of
    each, newest first, else empty. Where several questions were asked in one there is no short answer, and
    `unanswered` are those that were declined while another was answered.
    Not answered: no answer and no citations, and
    `passages` are the nearest. `confidence` is the probability that the citations answer; the
    times are in milliseconds.
    """

    question: str
    interpreted_question: str
    answered: bool
    confidence: float
    answer: str
    short_answer: ShortAnswer | None
    differing: tuple[ShortAnswer, ...]
    unanswered: tuple[str, ...]
    citations: list[Citation]
    passages: list[FoundPassage]
    index: IndexInfo
    timings_ms: dict[str, float]
