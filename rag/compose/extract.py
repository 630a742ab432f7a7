"""An answer made of quoted sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.dates import sort_key
from index.passages import parts_paragraphs
from index.types import Article, Span
from rag.answer import ArticleOf, Citation, ShortAnswer
from rag.answer_parts import Comparison, TimelineEntry
from rag.compose.choice import choose_sentences, ranked_by_claim
from rag.evidence.contradictions import short_answer_text
from rag.evidence.features import is_dangling
from rag.evidence.scoring import CITED, Evidence
from rag.question.answer_type import AnswerType
from rag.question.form import Form

# A sentence is left out if its score, the log of a likelihood ratio, is further than this below the best one's.
MARGIN = 3.0
# The words of a sentence count as a short answer where the reader's log-odds (divided by 10, as in the feature) are at
# least this. It is low because the log-odds are: several spans say nearly the same, and each competes alone with "no
# answer". Whether a short answer is shown is told by its own confidence.
LEAST_LOG_ODDS = -1.0
# Begins an answer whose sources contradict each other. All other words of an answer are quoted.
DIFFERENT = "The sources give different answers, the newest first:"
DIFFERENT_ACCOUNTS = "The accounts differ:"  # of one article


@dataclass(frozen=True, slots=True)
class SubQuestion:
    """One question to answer: the type of its answer, its evidence, best first and not empty, and its words."""

    answer_type: AnswerType | None
    evidence: Sequence[Evidence]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer's text with its [n] marks, and its citations, best evidence first.

    `short_answer` is the words of the best citation that answer, or of the newest where sources differ; None where
    several questions were asked or no reader read. `differing` are the short answers that contradict each other, newest
    publication first.

    A composition without text declines. A Composer leaves `confidence`, `unanswered` and `form` to who calls it. These,
    and what comes after them, are as in Answer.
    """

    text: str
    citations: list[Citation]
    short_answer: ShortAnswer | None = None
    differing: tuple[ShortAnswer, ...] = ()
    confidence: float = 0.0
    unanswered: tuple[str, ...] = ()
    verdict: bool | None = None
    comparison: Comparison | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    more_matches: int = 0
    form: Form = Form.EXTRACT


class Composer(Protocol):
    """Makes an answer of scored sentences; everything that it says about the subject stands in a source."""

    def compose(self, questions: Sequence[SubQuestion], article_of: ArticleOf) -> Composition:
        """The answer to one question, or to several asked at once, in their order."""


class ExtractiveComposer:
    """Quotes the one to three best sentences word for word, or sentences that contradict each other."""

    def compose(self, questions: Sequence[SubQuestion], article_of: ArticleOf) -> Composition:
        """The best sentences of each question in reading order, each with its mark; the citations with the best first.

        A sentence that can't stand alone is quoted with the sentence before it. Where articles contradict each other,
        one sentence of each is quoted instead, newest publication first. No sentence is quoted for two questions.

        Raises:
            AssertionError: a quote is not the article's text at its offsets, which is a defect.
        """

        def published_of(article_id: str) -> str | None:
            return article_of(article_id).published

        quoted: list[_Quote] = []
        sentences_each = -(-CITED // len(questions))  # rounded up
        parts = []
        for question in questions:
            evidence = ranked_by_claim(question.evidence, question.question, question.answer_type)
            best = best_sentences(evidence)[:sentences_each]
            choice = choose_sentences(
                evidence, question.question, question.answer_type, best, published_of, sentences_each
            )
            quotes = _quotes(choice.sentences, quoted, article_of)
            quoted += quotes
            # A contradiction that was quoted for an earlier question may have one quote left, or none.
            differing = choice.contradictory and len(quotes) > 1
            parts.append(_composition(quotes, differing=differing, headline=choice.headline))
        return Composition(
            " ".join(part.text for part in parts if part.text),
            [quote.citation for quote in quoted],
            parts[0].short_answer if len(questions) == 1 else None,
            tuple(short_answer for part in parts for short_answer in part.differing),
        )


def best_sentences(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that an answer quotes: those near the best, each text once. `evidence` is best first, not empty."""
    distinct: dict[str, Evidence] = {}
    for item in evidence:
        distinct.setdefault(_folded(item.text), item)
    best = evidence[0].score
    return [item for item in distinct.values() if item.score >= best - MARGIN][:CITED]


def quotes_in_order(
    sentences: Sequence[Evidence], article_of: ArticleOf, *, of_each_article: bool = False
) -> tuple[str, list[Citation]]:
    """These sentences quoted in the order given: the text with its marks, and the citations.

    A sentence that two articles have is quoted once, or `of_each_article`.

    Raises:
        AssertionError: a quote is not the article's text at its offsets, which is a defect.
    """
    quotes = _quotes(sentences, (), article_of, of_each_article=of_each_article)
    citations = [quote.citation for quote in quotes]
    return text_of(citations), citations


def text_of(citations: Iterable[Citation]) -> str:
    """The quotes with their marks, in the order of the citations."""
    return " ".join(f"{citation.quote} [{citation.number}]" for citation in citations)


def reading_order(citations: Sequence[Citation]) -> list[Citation]:
    """Citations in reading order: the article of the best citation first, and each article from its beginning."""
    best_number: dict[str, int] = {}
    for citation in citations:
        best_number.setdefault(citation.article_id, citation.number)
    return sorted(citations, key=lambda citation: (best_number[citation.article_id], citation.start))


@dataclass(frozen=True, slots=True)
class _Quote:
    """A citation, and the words in it that answer."""

    citation: Citation
    short_answer: ShortAnswer | None


def _composition(quotes: Sequence[_Quote], *, differing: bool, headline: bool) -> Composition:
    """The answer to one question, of its quotes, best first; `differing` says that they contradict each other."""
    citations = [quote.citation for quote in quotes]
    if not differing:
        short_answer = quotes[0].short_answer if quotes and headline else None
        return Composition(text_of(reading_order(citations)), citations, short_answer)
    in_order = [next(quote for quote in quotes if quote.citation is each) for each in reading_order(citations)]
    newest_first = sorted(in_order, key=lambda quote: sort_key(quote.citation.published), reverse=True)
    lead = DIFFERENT if len({citation.article_id for citation in citations}) > 1 else DIFFERENT_ACCOUNTS
    return Composition(
        f"{lead} {text_of(quote.citation for quote in newest_first)}",
        citations,
        newest_first[0].short_answer,
        tuple(quote.short_answer for quote in newest_first if quote.short_answer),
    )


def _quotes(
    sentences: Sequence[Evidence], quoted: Sequence[_Quote], article_of: ArticleOf, *, of_each_article: bool = False
) -> list[_Quote]:
    """A quote for each sentence, without those that another quote, or one of `quoted`, holds already.

    Another article's quote holds it too, unless it is quoted `of_each_article`.
    """
    quotes: list[_Quote] = []
    for item in sentences:
        start, end = span_with_subject(item)
        citations = [quote.citation for quote in (*quoted, *quotes)]
        if not of_each_article and any(_folded(citation.quote) == _folded(item.text) for citation in citations):
            continue  # another article has the same sentence
        spans = [(other.start, other.end) for other in citations if other.article_id == item.passage.article_id]
        if any(left <= item.span[0] and item.span[1] <= right for left, right in spans):
            continue
        if any(left < end and start < right for left, right in spans):
            start = item.span[0]  # the sentence before it is quoted already
        article = article_of(item.passage.article_id)
        check_quote(item, article)
        short_answer = None
        if item.answer and item.features["reader"] >= LEAST_LOG_ODDS:
            short_answer = ShortAnswer(short_answer_text(item), article.article_id, *item.answer)
        citation = Citation.of(1 + len(citations), item.passage, (start, end), item.also, article_of)
        quotes.append(_Quote(citation, short_answer))
    return quotes


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def check_quote(item: Evidence, article: Article) -> None:
    """Check that a sentence is the article's text at its offsets.

    Raises:
        AssertionError: it is not, which is a defect.
    """
    start, end = item.span
    if article.text[start:end] != item.text:
        raise AssertionError(f"{article.article_id}[{start}:{end}] is not the quote {item.text!r}")


def span_with_subject(item: Evidence, *, always: bool = False) -> Span:
    """The sentence's span, with the sentence before it in its paragraph where only that one names the subject.

    Or `always`, where there is one.
    """
    passage = item.passage
    earlier = [span for span in passage.sentences if span[1] <= item.span[0]]
    if not earlier or not (always or is_dangling(item.text, item.language)):
        return item.span
    start, end = earlier[-1]
    between = passage.text[end - passage.start : item.span[0] - passage.start]
    return item.span if parts_paragraphs(between) else (start, item.span[1])
