"""How well each sentence answers a question: with a reader or, faster, by vectors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.engine.protocol import PassageIndex
from index.types import Passage, Span
from rag.evidence.features import sentence_features, sentence_text
from rag.evidence.weights import Features, Weights, log_odds
from rag.question.answer_type import COMPARABLE, AnswerType
from rag.question.terms import QuestionTerms, words_in
from rag.reader import Reader, Reading
from rag.retrieval.retriever import Hit, Retrieval

PASSAGES_READ = 3  # by a reader, at most
# A passage whose score is further below the best one's is not read: on 142 to 700 questions of each of four collections
# quotes and short answers were as good, and AUROC 0.001 lower at most, with 1.6 to 2.3 passages read instead of 3. It is
# read all the same where a time or a number is asked for and nothing else of its article is read, since it may
# contradict the others.
FURTHEST_READ = 0.15
# Without a reader: passages whose sentences are scored, and sentences that are embedded after a first, cheap ranking.
PASSAGES_RANKED = 5
SENTENCES_EMBEDDED = 4
CITED = 3  # sentences that an answer quotes, at most

# The reader's log-odds are divided by this and held within ±2, so that they have the size of the other features.
_LOG_ODDS = 10.0
_NOT_READ = -2.0
_FULL_STOPS = frozenset(".!?…。؟۔।")
# A number with its separators is one word: half of 4.1 or 12,000 is another number.
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|\w+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence scored against a question; larger scores are better.

    A difference of two scores is the log of how much likelier one sentence is to answer than the other. `answer` is the
    likeliest short answer in it, in characters of the article, where a reader read it. `also` are near-duplicate
    passages of other articles.
    """

    passage: Passage
    span: Span
    text: str
    features: Features
    score: float = 0.0
    answer: Span | None = None
    also: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class SentenceScorer:
    """Scores the sentences of the passages found: with a reader or, faster, by their vectors."""

    reader: Reader | None
    weights: Weights

    @property
    def depth(self) -> int:
        """How many passages it takes sentences from."""
        return PASSAGES_READ if self.reader else PASSAGES_RANKED

    def score(
        self, question: str, answer_type: AnswerType | None, retrieval: Retrieval, index: PassageIndex
    ) -> list[Evidence]:
        """The sentences of the best passages, best evidence first; `answer_type` is what the question asks for."""
        terms = QuestionTerms.of(question, answer_type, index)
        hits = [(hit, _title(hit, index)) for hit in self._worth_reading(retrieval.hits[: self.depth], answer_type)]
        evidence = [item for hit, title in hits for item in _measured(terms, hit, title, index)]
        if self.reader is None:
            nearest = _ranked(evidence, self.weights.look or self.weights.sentence)[:SENTENCES_EMBEDDED]
            return _ranked(_with_similarity(nearest, retrieval, index), self.weights.sentence)
        readings = self.reader.read(question, [(title, hit.passage.text) for hit, title in hits])
        by_passage = dict(zip((hit.passage.passage_id for hit, _ in hits), readings, strict=True))
        read = [_with_reading(item, by_passage[item.passage.passage_id]) for item in evidence]
        return _ranked(read, self.weights.sentence)

    def _worth_reading(self, hits: Sequence[Hit], answer_type: AnswerType | None) -> Sequence[Hit]:
        if self.reader is None:
            return hits
        worth: list[Hit] = []
        for hit in hits:
            near_best = hit.score >= hits[0].score - FURTHEST_READ
            articles_read = {other.passage.article_id for other in worth}
            may_contradict = answer_type in COMPARABLE and hit.passage.article_id not in articles_read
            if near_best or may_contradict:
                worth.append(hit)
        return worth


def _ranked(evidence: Iterable[Evidence], weights: Mapping[str, float]) -> list[Evidence]:
    """The evidence with its scores, best first."""
    scored = [replace(item, score=log_odds(item.features, weights)) for item in evidence]
    return sorted(scored, key=lambda item: -item.score)


def _title(hit: Hit, index: PassageIndex) -> str:
    article = index.article(hit.passage.article_id)
    return article.title if article else ""


def _measured(terms: QuestionTerms, hit: Hit, title: str, index: PassageIndex) -> list[Evidence]:
    """The sentences of a passage with their features, without the article's title where it stands in the text."""
    passage = hit.passage
    sentences = [(span, sentence_text(passage, span)) for span in passage.sentences]
    return [
        Evidence(passage, span, text, sentence_features(terms, hit, title, span, index), also=hit.also)
        for span, text in sentences
        # A text file of one line has a sentence for a title, which ends in a full stop.
        if text.rstrip()[-1:] in _FULL_STOPS or words_in(text) != words_in(title)
    ]


def _with_similarity(evidence: Sequence[Evidence], retrieval: Retrieval, index: PassageIndex) -> list[Evidence]:
    if not evidence:
        return []
    similarities = (index.embedder.embed_passages([item.text for item in evidence]) @ retrieval.vector).tolist()
    return [
        replace(item, features=item.features | {"similarity": similarity})
        for item, similarity in zip(evidence, similarities, strict=True)
    ]


def _with_reading(item: Evidence, reading: Reading) -> Evidence:
    """The sentence with the reader's log-odds and the likeliest short answer in it."""
    offset = item.passage.start
    answer = reading.answer_in(item.span[0] - offset, item.span[1] - offset)
    if answer is None:
        return replace(item, features=item.features | {"reader": _NOT_READ})
    odds, (start, end) = answer
    features = item.features | {"reader": max(-2.0, min(2.0, odds / _LOG_ODDS))}
    first = item.span[0] - offset
    start, end = _whole_words(item.text, start - first, end - first)
    return replace(item, features=features, answer=(item.span[0] + start, item.span[0] + end))


def _whole_words(text: str, start: int, end: int) -> Span:
    """The span extended to whole words and numbers at both ends."""
    words = [match.span() for match in _WORD.finditer(text)]
    return (
        min((left for left, right in words if left < start < right), default=start),
        max((right for left, right in words if left < end < right), default=end),
    )
