"""Evidence for an answer of many sentences: more passages are read than for one, and only the subject's count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.engine.protocol import PassageIndex
from index.types import Article, Filters
from rag.evidence.confidence import confidence_of
from rag.evidence.scoring import Evidence, SentenceScorer
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.days import Day, day_of, days_in
from rag.question.periods import Period
from rag.question.subject import holds_names, names_of, telling_words
from rag.retrieval.hit import Hit
from rag.retrieval.reading import language_of_passage
from rag.retrieval.retriever import Retrieval, Retriever

DEPTH = 30  # passages found
# Passages read, of those that hold the subject's names, and a date where dates are asked for. With 18, the lists and
# timelines of 32 questions over this corpus were the same.
READ = 12
_EMBEDDED = 40  # sentences, where there is no reader
_JOINTS = re.compile(r"[-_/.]")


@dataclass(frozen=True, slots=True)
class Material:
    """What evidence is gathered from: an index, and what searches it and scores its sentences."""

    index: PassageIndex
    retriever: Retriever
    scorer: SentenceScorer
    filters: Filters


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the sentences must hold: each a date, if `dated`, which lies in the `period` if there is one."""

    query: str
    subject: str
    dated: bool
    period: Period | None


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence and the date that it is about; None where it states none."""

    evidence: Evidence
    day: Day | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """The sentences that hold what is wanted, best first, and the confidence in [0, 1] that the best of them answer.

    `names` are the beginnings of the subject's names.
    """

    items: list[Item]
    confidence: float
    names: list[str]


def gather(wanted: Wanted, material: Material) -> Gathered:
    """The sentences of the nearest passages that are about the subject.

    Raises:
        ModelError: the reader can't be loaded.
    """
    index, scorer = material.index, material.scorer
    retrieval = material.retriever.retrieve(wanted.query, DEPTH, material.filters)
    articles = {hit.passage.article_id: index.article(hit.passage.article_id) for hit in retrieval.hits}
    subject = _Subject.of(wanted, retrieval.hits, index)
    hits = [hit for hit in retrieval.hits if _may_hold(wanted, subject, hit, articles[hit.passage.article_id])][:READ]
    answer_type = AnswerType.TIME if wanted.dated else expected_answer_type(wanted.query)
    evidence = scorer.score_all(wanted.query, answer_type, replace(retrieval, hits=hits), index, _EMBEDDED)
    items = [_item(wanted, item, articles[item.passage.article_id]) for item in evidence]
    kept = [
        item for item in items if item and _names_it(item.evidence, subject, articles[item.evidence.passage.article_id])
    ]
    confidence = _confidence([item.evidence for item in kept], wanted.query, retrieval, scorer)
    return Gathered(kept, confidence, subject.names)


def name_of(article: Article | None) -> str:
    """What an article is called: its title, and the words of its id, which is often the end of an address."""
    return f"{article.title} {_JOINTS.sub(' ', article.article_id)}" if article else ""


def _confidence(evidence: Sequence[Evidence], query: str, retrieval: Retrieval, scorer: SentenceScorer) -> float:
    return round(confidence_of(evidence, retrieval.nearest, scorer.weights_for(query, evidence)), 4)


@dataclass(frozen=True, slots=True)
class _Subject:
    """The beginnings of the names in a subject, or else its words as they are indexed, where days are asked for.

    Any sentence with a date seems to answer when something was; other questions the reader knows better.
    """

    names: list[str]
    terms: frozenset[str]
    index: PassageIndex

    @staticmethod
    def of(wanted: Wanted, hits: Sequence[Hit], index: PassageIndex) -> "_Subject":
        names = names_of(wanted.subject, " ".join(hit.passage.text for hit in hits))
        words = telling_words(wanted.subject) if wanted.dated and not names else []
        return _Subject(names, frozenset(index.terms(" ".join(words))), index)

    def is_in(self, text: str) -> bool:
        """Whether a text holds all of the names or, where there are none, most of the words."""
        held = self.terms.intersection(self.index.terms(text)) if self.terms else self.terms
        return holds_names(self.names, text) and 2 * len(held) >= len(self.terms) + bool(self.terms)


def _may_hold(wanted: Wanted, subject: _Subject, hit: Hit, article: Article | None) -> bool:
    text = hit.passage.text
    published = article.published if article else None
    dated = not wanted.dated or days_in(text, language_of_passage(article, hit.passage), published=published)
    return bool(dated) and subject.is_in(f"{name_of(article)} {text}")


def _item(wanted: Wanted, evidence: Evidence, article: Article | None) -> Item | None:
    """The sentence with its date; None where it lacks a date that is wanted, or has one of another period."""
    before = evidence.passage.text[: evidence.span[0] - evidence.passage.start]
    published = article.published if article else None
    days = days_in(evidence.text, evidence.language, before, published)
    if wanted.dated and not days:
        return None
    if wanted.period is not None:
        within = [day for day in days if wanted.period.holds(day)]
        # A sentence without an exact date goes on with what the one before it says.
        vague = not wanted.dated and not within and all(map(wanted.period.touches, days))
        told = days_in(before, evidence.language, published=published)[-1:] if vague else []
        if not within and not any(map(wanted.period.holds, told)):
            return None
        days = within
    return Item(evidence, day_of(days))


def _names_it(evidence: Evidence, subject: _Subject, article: Article | None) -> bool:
    """Whether the article's name, the sentence and what stands before it in its passage hold the subject's names."""
    before = evidence.passage.text[: evidence.span[1] - evidence.passage.start]
    return holds_names(subject.names, f"{name_of(article)} {before}")
