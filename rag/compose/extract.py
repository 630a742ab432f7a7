"""An answer made of quoted sentences."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.dates import age_in_days, sort_key
from index.types import Passage, Span
from rag.answer import ArticleOf, Citation, ShortAnswer, near_duplicates_of
from rag.evidence.contradictions import contradictory_evidence, short_answer_text
from rag.evidence.features import is_dangling
from rag.evidence.scoring import CITED, Evidence
from rag.question.answer_type import AnswerType

# A sentence is left out if its score, the log of a likelihood ratio, is further below the best one's.
MARGIN = 3.0
# The reader's log-odds, divided by 10 as in the feature, below which no short answer is shown. They are low because
# spans that say nearly the same each compete with no answer. F1 of the short answer on questions that the reader was not
# trained on, SQuAD 2.0 and SQuADShifts' Wikipedia, is 0.738 and 0.723 with and without this bound, 0.731 and 0.721 at
# -0.8, 0.693 and 0.709 at -0.5.
LEAST_LOG_ODDS = -1.0
# Stands before an answer whose sources contradict each other; the only words of an answer that are not quoted.
DIFFERENT = "The sources give different answers, the newest first:"

_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class SubQuestion:
    """One question to answer: the type of its answer, and its evidence, best first and not empty."""

    answer_type: AnswerType | None
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer's text with its [n] marks, and its citations, best evidence first.

    `short_answer` is the words of the best citation that answer, or of the newest where sources differ; None where
    several questions were asked or no reader read. `differing` are the short answers that contradict each other, newest
    publication first.
    """

    text: str
    citations: list[Citation]
    short_answer: ShortAnswer | None = None
    differing: tuple[ShortAnswer, ...] = ()


class Composer(Protocol):
    """Makes an answer of scored sentences; everything it says of the subject stands in a source."""

    def compose(self, questions: Sequence[SubQuestion], article_of: ArticleOf) -> Composition:
        """The answer to one question, or to several asked at once, in their order."""


class ExtractiveComposer:
    """Quotes the one to three best sentences as they stand, and those that contradict the best."""

    def compose(self, questions: Sequence[SubQuestion], article_of: ArticleOf) -> Composition:
        """The best sentences in reading order, marked; their citations, best first; question after question.

        A sentence that can't stand alone is quoted with the one before it. Where articles contradict each other, one
        sentence of each is quoted instead, newest publication first. A sentence is quoted for one question only.

        Raises:
            AssertionError: a quote is not the article's text at its offsets, which is a defect.
        """
        quoted: list[_Quote] = []
        sentences_each = -(-CITED // len(questions))
        composed = []
        for question in questions:
            different = contradictory_evidence(
                question.evidence, question.answer_type, lambda article_id: article_of(article_id).published
            )
            chosen = sorted(different[:CITED], key=lambda item: -item.score)
            quotes = _quotes(chosen or best_sentences(question.evidence)[:sentences_each], quoted, article_of)
            quoted += quotes
            composed.append(_differing(quotes) if different and len(quotes) > 1 else _agreeing(quotes))
        return Composition(
            " ".join(part.text for part in composed if part.text),
            [quote.citation for quote in quoted],
            composed[0].short_answer if len(questions) == 1 else None,
            tuple(short for part in composed for short in part.differing),
        )


def best_sentences(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that an answer quotes, of evidence that is best first: near the best, each text once."""
    distinct: dict[str, Evidence] = {}
    for item in evidence:
        distinct.setdefault(_folded(item.text), item)
    best = evidence[0].score
    return [item for item in distinct.values() if item.score >= best - MARGIN][:CITED]


def reading_order(citations: Sequence[Citation]) -> list[Citation]:
    """Citations as they are read: the best one's article first, and each article from its beginning."""
    best: dict[str, int] = {}
    for citation in citations:
        best.setdefault(citation.article_id, citation.number)
    return sorted(citations, key=lambda citation: (best[citation.article_id], citation.start))


@dataclass(frozen=True, slots=True)
class _Quote:
    """A citation, and the words of it that answer."""

    citation: Citation
    short_answer: ShortAnswer | None


def _agreeing(quotes: Sequence[_Quote]) -> Composition:
    citations = [quote.citation for quote in quotes]
    short_answer = quotes[0].short_answer if quotes else None
    return Composition(_marked(reading_order(citations)), citations, short_answer)


def _differing(quotes: Sequence[_Quote]) -> Composition:
    newest = sorted(quotes, key=lambda quote: sort_key(quote.citation.published), reverse=True)
    return Composition(
        f"{DIFFERENT} {_marked(quote.citation for quote in newest)}",
        [quote.citation for quote in quotes],
        newest[0].short_answer,
        tuple(quote.short_answer for quote in newest if quote.short_answer),
    )


def _marked(citations: Iterable[Citation]) -> str:
    return " ".join(f"{citation.quote} [{citation.number}]" for citation in citations)


def _quotes(chosen: Sequence[Evidence], quoted: Sequence[_Quote], article_of: ArticleOf) -> list[_Quote]:
    """A quote for each sentence, without those that another quote, or one of `quoted`, holds already."""
    quotes: list[_Quote] = []
    for item in chosen:
        start, end = _standing_alone(item)
        citations = [quote.citation for quote in (*quoted, *quotes)]
        if any(_folded(citation.quote) == _folded(item.text) for citation in citations):
            continue  # the same sentence of another article
        spans = [(other.start, other.end) for other in citations if other.article_id == item.passage.article_id]
        if any(left <= item.span[0] and item.span[1] <= right for left, right in spans):
            continue
        if any(left < end and start < right for left, right in spans):
            start = item.span[0]  # the sentence before it is quoted already
        citation = _cite(1 + len(quoted) + len(quotes), item, (start, end), article_of)
        quotes.append(_Quote(citation, _short_answer(item)))
    return quotes


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _standing_alone(item: Evidence) -> Span:
    """The sentence's span, beginning with the sentence before it in its paragraph where that names its subject."""
    before = [span for span in item.passage.sentences if span[1] <= item.span[0]]
    if not before or not is_dangling(item.text) or _crosses_paragraph(item.passage, before[-1][1], item.span[0]):
        return item.span
    return before[-1][0], item.span[1]


def _crosses_paragraph(passage: Passage, end: int, start: int) -> bool:
    return bool(_PARAGRAPH.search(passage.text[end - passage.start : start - passage.start]))


def _short_answer(item: Evidence) -> ShortAnswer | None:
    if item.answer is None or item.features["reader"] < LEAST_LOG_ODDS:
        return None
    return ShortAnswer(short_answer_text(item), item.passage.article_id, *item.answer)


def _cite(number: int, item: Evidence, span: Span, article_of: ArticleOf) -> Citation:
    start, end = item.span
    article = article_of(item.passage.article_id)
    if article.text[start:end] != item.text:
        raise AssertionError(f"{article.article_id}[{start}:{end}] is not the quote {item.text!r}")
    return Citation(
        number=number,
        passage_id=item.passage.passage_id,
        article_id=article.article_id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        language=article.language,
        version=article.version,
        quote=article.text[span[0] : span[1]],
        start=span[0],
        end=span[1],
        modified=article.modified,
        first_seen=article.first_seen,
        age_days=age_in_days(article.published or article.first_seen),
        also=near_duplicates_of(item.also, article_of),
    )
