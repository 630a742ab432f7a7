"""From evidence to an answer made of quoted sentences."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.dates import age_in_days, moment
from index.passages.sentences import Span
from index.passages.split import Passage
from rag.answer import ArticleOf, Citation, ShortAnswer, copies_of
from rag.evidence.contradictions import answer_text, differing
from rag.evidence.features import is_dangling
from rag.evidence.scoring import CITED, Evidence
from rag.question.answer_type import Kind

# A sentence whose score is further below the best one's, the log of a likelihood ratio, is left out.
MARGIN = 3.0
# The reader's log-odds, divided by 10 as the feature has them, below which it read no answer. It counts spans that
# say nearly the same each against none, so its odds are low: F1 of the short answer on what it was not trained on,
# SQuAD 2.0 and SQuADShifts' Wikipedia, is 0.738 and 0.723 with and without this bound, 0.731 and 0.721 at -0.8,
# 0.693 and 0.709 at -0.5.
READ_AT_ALL = -1.0
# What stands before an answer whose sources contradict each other; the only words of an answer that are ours.
DIFFERENT = "The sources give different answers, the newest first:"

_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that was asked: its kind, and its evidence, best first and not empty."""

    kind: Kind | None
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer's text with its [n] marks, and its citations, best evidence first.

    `short_answer` is the words that answer within the best citation, where one thing was asked and a reader
    read any; of sources that differ, within the newest. `differing` are the short answers that contradict
    each other, newest publication first.
    """

    text: str
    citations: list[Citation]
    short_answer: ShortAnswer | None = None
    differing: tuple[ShortAnswer, ...] = ()


class Composer(Protocol):
    """Makes an answer of sentences already weighed; what it says of the matter stands in a source."""

    def compose(self, matters: Sequence[Matter], article_of: ArticleOf) -> Composition:
        """The answer to give to one question, or to several asked at once, in their order."""


class ExtractiveComposer:
    """Quotes the one to three best sentences as they stand, and those that contradict the best."""

    def compose(self, matters: Sequence[Matter], article_of: ArticleOf) -> Composition:
        """The best sentences in reading order, marked; their citations, best first; matter after matter.

        A sentence that cannot stand alone is quoted with the one before it. Where articles contradict
        each other, one sentence of each is quoted instead, newest publication first. What is quoted for one
        matter is not quoted again for the next.

        Raises:
            AssertionError: a quote is not the article's text at its offsets, which is a defect.
        """
        quoted: list[_Quote] = []
        each = -(-CITED // len(matters))
        composed = []
        for matter in matters:
            unlike = differing(matter.evidence, matter.kind, lambda article_id: article_of(article_id).published)
            chosen = sorted(unlike[:CITED], key=lambda item: -item.score) or chosen_of(matter.evidence)[:each]
            new = _quotes(chosen, quoted, article_of)
            quoted += new
            composed.append(_contradiction(new) if unlike and len(new) > 1 else _agreement(new))
        return Composition(
            " ".join(one.text for one in composed if one.text),
            [quote.citation for quote in quoted],
            composed[0].short_answer if len(matters) == 1 else None,
            tuple(short for one in composed for short in one.differing),
        )


@dataclass(frozen=True, slots=True)
class _Quote:
    """What is quoted of an article, and the words of it that answer."""

    citation: Citation
    short_answer: ShortAnswer | None


def _agreement(quotes: Sequence[_Quote]) -> Composition:
    citations = [quote.citation for quote in quotes]
    short = quotes[0].short_answer if quotes else None
    return Composition(_marked(reading_order(citations)), citations, short)


def _contradiction(quotes: Sequence[_Quote]) -> Composition:
    newest = sorted(quotes, key=lambda quote: moment(quote.citation.published), reverse=True)
    return Composition(
        f"{DIFFERENT} {_marked(quote.citation for quote in newest)}",
        [quote.citation for quote in quotes],
        newest[0].short_answer,
        tuple(quote.short_answer for quote in newest if quote.short_answer),
    )


def reading_order(citations: Sequence[Citation]) -> list[Citation]:
    """Citations as a reader meets them: the best one's article first, and each article from its beginning."""
    best: dict[str, int] = {}
    for citation in citations:
        best.setdefault(citation.article_id, citation.number)
    return sorted(citations, key=lambda citation: (best[citation.article_id], citation.start))


def _marked(citations: Iterable[Citation]) -> str:
    return " ".join(f"{citation.quote} [{citation.number}]" for citation in citations)


def chosen_of(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that an answer is made of, of evidence that is best first: near the best, each text once."""
    distinct: dict[str, Evidence] = {}
    for item in evidence:
        distinct.setdefault(_folded(item.text), item)
    best = evidence[0].score
    near = [item for item in distinct.values() if item.score >= best - MARGIN]
    return near[:CITED]


def _quotes(chosen: Sequence[Evidence], quoted: Sequence[_Quote], article_of: ArticleOf) -> list[_Quote]:
    """What is quoted of each sentence's article; none that another quote, or one of `quoted`, holds already."""
    quotes: list[_Quote] = []
    for item in chosen:
        start, end = _standing_alone(item)
        citations = [quote.citation for quote in (*quoted, *quotes)]
        if any(_folded(one.quote) == _folded(item.text) for one in citations):
            continue  # the same sentence of another article
        same = [(one.start, one.end) for one in citations if one.article_id == item.passage.article_id]
        if any(left <= item.span[0] and item.span[1] <= right for left, right in same):
            continue
        if any(left < end and start < right for left, right in same):
            start = item.span[0]  # the sentence before is quoted already
        number = 1 + len(quoted) + len(quotes)
        citation = _cite(number, item, (start, end), article_of)
        quotes.append(_Quote(citation, _short_answer(item)))
    return quotes


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _standing_alone(item: Evidence) -> Span:
    """The sentence, from the beginning of the one before it in its passage where that names its subject."""
    before = [span for span in item.passage.sentences if span[1] <= item.span[0]]
    if not before or not is_dangling(item.text) or _other_paragraph(item.passage, before[-1][1], item.span[0]):
        return item.span
    return before[-1][0], item.span[1]


def _other_paragraph(passage: Passage, end: int, start: int) -> bool:
    return bool(_PARAGRAPH.search(passage.text[end - passage.start : start - passage.start]))


def _short_answer(item: Evidence) -> ShortAnswer | None:
    if item.answer is None or item.features["reader"] < READ_AT_ALL:
        return None
    return ShortAnswer(answer_text(item), item.passage.article_id, *item.answer)


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
        also=copies_of(item.also, article_of),
    )
