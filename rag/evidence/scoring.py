"""How well each sentence answers a question: scored with a reader or, faster, by vectors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.engine.protocol import PassageIndex
from index.types import Article, Passage, Span
from rag.evidence.features import sentence_features, sentence_text
from rag.evidence.furniture import is_furniture
from rag.evidence.short_answers import short_answer_span
from rag.evidence.weights import Features, Weights, log_odds
from rag.question.answer_type import COMPARABLE, AnswerType
from rag.question.language import language_of
from rag.question.terms import QuestionTerms, words_in
from rag.reader import Reader, Reading
from rag.retrieval.hit import Hit
from rag.retrieval.reading import is_english, language_of_passage, read_hits
from rag.retrieval.retriever import Retrieval

PASSAGES_READ = 3  # by a reader, at most
# A passage whose score is further below the best passage's is not read: on 142 to 700 questions of each of four
# collections quotes and short answers were as good, and AUROC 0.001 lower at most, with 1.6 to 2.3 passages read
# instead of 3. Where a question asks for a time or a number, the passage is read all the same if no other passage of
# its article is, since it may contradict the others.
FURTHEST_READ = 0.15
# Without a reader: passages whose sentences are scored, and sentences that are embedded after a first, cheap ranking.
PASSAGES_RANKED = 5
SENTENCES_EMBEDDED = 4
CITED = 3  # sentences that an answer quotes, at most

# The reader's log-odds are divided by this and clipped to ±2, so that they have the size of the other features.
_LOG_ODDS = 10.0
_NOT_READ = -2.0
_FULL_STOPS = frozenset(".!?…。؟۔।")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence scored against a question; larger scores are better.

    A difference of two scores is the log of how much likelier one sentence is to answer than the other. `answer` is the
    likeliest short answer in it, in characters of the article, where a reader read it. `also` are near-duplicate
    passages of other articles. `held` are the question's words that the sentence itself holds, with their rarity.
    """

    passage: Passage
    span: Span
    text: str
    features: Features
    score: float = 0.0
    answer: Span | None = None
    also: tuple[Passage, ...] = ()
    language: str = "en"
    held: Mapping[str, float] = field(default_factory=dict)

    def overlaps(self, article_id: str, span: Span) -> bool:
        """Whether the sentence shares characters with a span of an article."""
        return self.passage.article_id == article_id and self.span[0] < span[1] and span[0] < self.span[1]


@dataclass(frozen=True, slots=True)
class SentenceScorer:
    """Scores the sentences of retrieved passages: with a reader or, without one, by their vectors.

    `told` are words that answered the question before, and do not answer this one.
    """

    reader: Reader | None
    weights: Weights
    told: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """From how many passages it takes sentences, at most."""
        return PASSAGES_READ if self.reader else PASSAGES_RANKED

    def score(
        self, question: str, answer_type: AnswerType | None, retrieval: Retrieval, index: PassageIndex
    ) -> list[Evidence]:
        """The sentences of the best passages, best evidence first; `answer_type` is what the question asks for."""
        hits = retrieval.hits[: self.depth]
        if self.reader is not None:
            hits = _worth_reading(hits, answer_type)
        return self.score_all(question, answer_type, replace(retrieval, hits=hits), index)

    def score_all(
        self,
        question: str,
        answer_type: AnswerType | None,
        retrieval: Retrieval,
        index: PassageIndex,
        embedded: int = SENTENCES_EMBEDDED,
    ) -> list[Evidence]:
        """As `score`, of every hit of the retrieval, however many there are.

        Without a reader, the `embedded` sentences that look best are scored, and no others.
        """
        hits = retrieval.hits
        articles = [index.article(hit.passage.article_id) for hit in hits]
        languages = [article.language if article else None for article in articles]
        terms = {
            language: QuestionTerms.of(question, answer_type, index, language) for language in dict.fromkeys(languages)
        }
        evidence = [
            item
            for hit, article, language in zip(hits, articles, languages, strict=True)
            for item in _sentences(terms[language], hit, article, index)
        ]
        if self.reader is None:
            nearest = _ranked(evidence, self.weights.look or self.weights.sentence)[:embedded]
            return _ranked(_with_similarity(nearest, retrieval, index), self.weights.sentence)
        unread = [hit for hit in hits if hit.passage.passage_id not in retrieval.readings]
        readings = {**retrieval.readings, **read_hits(question, unread, self.reader, index)}
        readings = {hit.passage.passage_id: self._new_in(hit, readings[hit.passage.passage_id]) for hit in hits}
        evidence = [_with_reading(item, readings[item.passage.passage_id], question, answer_type) for item in evidence]
        weights = self.weights_for(question, evidence)
        if weights is self.weights.across:
            evidence = _with_similarity(evidence, retrieval, index)
        return _ranked(evidence, weights.sentence)

    def _new_in(self, hit: Hit, reading: Reading) -> Reading:
        """The reading of a hit without what is told already."""
        if not self.told:
            return reading
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, self.told))})\b")
        return reading.without([match.span() for match in words.finditer(hit.passage.text)])

    def weights_for(self, question: str, evidence: Sequence[Evidence]) -> Weights:
        """The weights that the evidence of a question is scored with, by its languages and the question's."""
        if self.weights.across and crosses_languages(question, evidence):
            return self.weights.across
        if self.weights.multilingual and not is_english(question, [item.language for item in evidence]):
            return self.weights.multilingual
        return self.weights


def crosses_languages(question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether most of the sentences are in another language than the question, where that is known."""
    language = language_of(question)
    others = sum(item.language != language for item in evidence)
    return language is not None and 2 * others > len(evidence)


def _worth_reading(hits: Sequence[Hit], answer_type: AnswerType | None) -> list[Hit]:
    """The hits near the best one and, where two answers can contradict each other, the best hit of each article."""
    worth: list[Hit] = []
    for hit in hits:
        near_best = hit.score >= hits[0].score - FURTHEST_READ
        articles_read = {other.passage.article_id for other in worth}
        may_contradict = answer_type in COMPARABLE and hit.passage.article_id not in articles_read
        if near_best or may_contradict:
            worth.append(hit)
    return worth


def _ranked(evidence: Iterable[Evidence], weights: Mapping[str, float]) -> list[Evidence]:
    """The evidence with scores by these weights, best first."""
    scored = [replace(item, score=log_odds(item.features, weights)) for item in evidence]
    return sorted(scored, key=lambda item: -item.score)


def _sentences(terms: QuestionTerms, hit: Hit, article: Article | None, index: PassageIndex) -> list[Evidence]:
    """The sentences of a passage with their features, without the article's title where the text repeats it."""
    passage = hit.passage
    title, language = article.title if article else "", language_of_passage(article, passage)
    sentences = [(span, sentence_text(passage, span)) for span in passage.sentences]
    return [
        Evidence(
            *(passage, span, text, sentence_features(terms, hit, title, span, index, language)),
            also=hit.also,
            language=language,
            held=terms.held_by(set(index.terms(text, terms.language))),
        )
        for span, text in sentences
        if not is_furniture(text, language)
        # A title that ends in a full stop is kept: it is the only sentence of a text file of one line.
        and (text.rstrip()[-1:] in _FULL_STOPS or words_in(text) != words_in(title))
    ]


def _with_similarity(evidence: Sequence[Evidence], retrieval: Retrieval, index: PassageIndex) -> list[Evidence]:
    if not evidence:
        return []
    cosines = (index.embedder.embed_passages([item.text for item in evidence]) @ retrieval.vector).tolist()
    similarities = map(index.manifest.cosine_scale().closeness, cosines)
    return [
        replace(item, features=item.features | {"similarity": similarity})
        for item, similarity in zip(evidence, similarities, strict=True)
    ]


def _with_reading(item: Evidence, reading: Reading, question: str, answer_type: AnswerType | None) -> Evidence:
    """The sentence with the reader's log-odds and the likeliest short answer in it."""
    offset = item.passage.start
    answer = reading.answer_in(item.span[0] - offset, item.span[1] - offset)
    if answer is None:
        return replace(item, features=item.features | {"reader": _NOT_READ})
    odds, (start, end) = answer
    features = item.features | {"reader": max(-2.0, min(2.0, odds / _LOG_ODDS))}
    begin = item.span[0]
    within = (start + offset - begin, end + offset - begin)
    shown = short_answer_span(item.text, within, answer_type, item.language, question)
    return replace(item, features=features, answer=shown and (begin + shown[0], begin + shown[1]))
