"""How well a sentence answers a question, and how sure that is: scores and confidence."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from index.engine.local.local_index import PassageIndex
from index.passages.sentences import Span
from index.passages.split import Passage
from rag.evidence.features import Asked, Features, sentence_features, sentence_text, words_of
from rag.question.answer_type import COMPARED, Kind
from rag.reader import Reader, Reading
from rag.retrieval.retriever import Hit, Retrieval

PASSAGES_READ = 3  # passages that the reader reads at most
# A passage whose score is further below the best one's is not read: on 142 to 700 questions of each of four
# collections quotes and short answers were as good, AUROC 0.001 lower at most, with 1.6 to 2.3 passages read, not 3.
# It is all the same where a time or a number is asked for and nothing else of its article is read, which may
# contradict the others.
FURTHEST_READ = 0.15
# Without one: passages whose sentences are weighed, and sentences embedded after a first, cheap look.
PASSAGES_LOOKED_AT = 5
SENTENCES_EMBEDDED = 4
CITED = 3  # sentences an answer quotes at most

# The reader's log-odds are divided by this, and held within ±2, to be of the size of the other features.
_LOG_ODDS = 10.0
_FULL_STOPS = frozenset(".!?…。؟۔।")
_UNREAD = -2.0
# A number with its separators is one word: half of 4.1 or 12,000 is another number.
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|\w+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence weighed against a question; larger scores are better.

    A difference of scores is the log of how much likelier one sentence is to answer than another.
    `answer` is the likeliest short answer in it, in characters of the article, where a reader read it. `also`
    are passages of other articles that say nearly the same as its own.
    """

    passage: Passage
    span: Span
    text: str
    features: Features
    score: float = 0.0
    answer: Span | None = None
    also: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature name.

    `sentence` ranks the sentences of one question; `confidence` is a logistic regression, with its
    "intercept", of whether the best of them answer it. `look` chooses the sentences that are embedded where
    there is no reader, as it did when the others were learned.
    """

    sentence: Mapping[str, float]
    confidence: Mapping[str, float]
    look: Mapping[str, float] = field(default_factory=dict)


@cache
def shipped_weights(*, reading: bool) -> Weights:
    """The weights of weights.json, which rag.evaluation.fit wrote: those for a reader, or those without."""
    stored = json.loads(files("rag.evidence").joinpath("weights.json").read_text())["reader" if reading else "fast"]
    return Weights(stored["sentence"], stored["confidence"], stored.get("look", {}))


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs the sentences of the passages found: with a reader or, faster, by their vectors."""

    reader: Reader | None
    weights: Weights

    @property
    def depth(self) -> int:
        """How many passages it weighs the sentences of."""
        return PASSAGES_READ if self.reader else PASSAGES_LOOKED_AT

    def weigh(self, question: str, kind: Kind | None, retrieval: Retrieval, index: PassageIndex) -> list[Evidence]:
        """The sentences of the best passages, best evidence first; `kind` is what the question asks for."""
        asked = Asked.of(question, kind, index)
        hits = [(hit, _title(hit, index)) for hit in self._worth_it(retrieval.hits[: self.depth], kind)]
        looked = [item for hit, title in hits for item in _looked_at(asked, hit, title, index)]
        if self.reader is None:
            near = self._ranked(looked, self.weights.look or self.weights.sentence, SENTENCES_EMBEDDED)
            return self._ranked(_with_similarity(near, retrieval, index), self.weights.sentence)
        readings = self.reader.read(question, [(title, hit.passage.text) for hit, title in hits])
        ids = [hit.passage.passage_id for hit, _ in hits]
        return self._ranked(_with_reading(looked, dict(zip(ids, readings, strict=True))), self.weights.sentence)

    def _worth_it(self, hits: Sequence[Hit], kind: Kind | None) -> Sequence[Hit]:
        if self.reader is None:
            return hits
        worth: list[Hit] = []
        for hit in hits:
            heard = kind not in COMPARED or hit.passage.article_id in {one.passage.article_id for one in worth}
            if hit.score >= hits[0].score - FURTHEST_READ or not heard:
                worth.append(hit)
        return worth

    def confidence(self, evidence: Sequence[Evidence], nearest: float) -> float:
        """The probability, in [0, 1], that the best sentences answer the question; 0 where there are none.

        `nearest` is the cosine of the nearest passage.
        """
        if not evidence:
            return 0.0
        features = confidence_features(evidence, nearest)
        return 1.0 / (1.0 + math.exp(-log_odds(features, self.weights.confidence)))

    def _ranked(
        self, evidence: Iterable[Evidence], weights: Mapping[str, float], most: int | None = None
    ) -> list[Evidence]:
        """The evidence with its scores, best first, `most` of it."""
        scored = [(log_odds(item.features, weights), item) for item in evidence]
        best = sorted(scored, key=lambda pair: -pair[0])[:most]
        return [replace(item, score=score) for score, item in best]


def _title(hit: Hit, index: PassageIndex) -> str:
    article = index.article(hit.passage.article_id)
    return article.title if article else ""


def _looked_at(asked: Asked, hit: Hit, title: str, index: PassageIndex) -> list[Evidence]:
    passage = hit.passage
    return [
        Evidence(passage, span, text, sentence_features(asked, hit, title, span, index), also=hit.also)
        for span in passage.sentences
        for text in [sentence_text(passage, span)]
        if not _is_heading(text, title)
    ]


def _is_heading(text: str, title: str) -> bool:
    """Whether it is the article's title, standing in its text, which says nothing of what it names.

    A text file of one line has a sentence for a title.
    """
    return text.rstrip()[-1:] not in _FULL_STOPS and words_of(text) == words_of(title)


def _with_similarity(evidence: Sequence[Evidence], retrieval: Retrieval, index: PassageIndex) -> list[Evidence]:
    if not evidence:
        return []
    similarities = (index.embedder.embed_passages([item.text for item in evidence]) @ retrieval.vector).tolist()
    return [
        replace(item, features=item.features | {"similarity": similarity})
        for item, similarity in zip(evidence, similarities, strict=True)
    ]


def _with_reading(evidence: Sequence[Evidence], readings: Mapping[str, Reading]) -> list[Evidence]:
    return [_read(item, readings[item.passage.passage_id]) for item in evidence]


def _read(item: Evidence, reading: Reading) -> Evidence:
    offset = item.passage.start
    found = reading.answer_in(item.span[0] - offset, item.span[1] - offset)
    if found is None:
        return replace(item, features=item.features | {"reader": _UNREAD})
    odds, (start, end) = found
    features = item.features | {"reader": max(-2.0, min(2.0, odds / _LOG_ODDS))}
    first = item.span[0] - offset
    start, end = _whole_words(item.text, start - first, end - first)
    return replace(item, features=features, answer=(item.span[0] + start, item.span[0] + end))


def _whole_words(text: str, start: int, end: int) -> Span:
    """A span from the beginning of the word or number it begins in to the end of the one it ends in."""
    words = [match.span() for match in _WORD.finditer(text)]
    return (
        min((left for left, right in words if left < start < right), default=start),
        max((right for left, right in words if left < end < right), default=end),
    )


def confidence_features(evidence: Sequence[Evidence], nearest: float) -> Features:
    """What tells whether the best sentences answer at all.

    Their score, their share of all the evidence, how near the nearest passage is, and the best of
    what is known of each.
    """
    best = evidence[0].score
    shares = [math.exp(item.score - best) for item in evidence]
    near = evidence[:CITED]
    known = {
        name: max(item.features[name] for item in near)
        for name in ("overlap", "overlap_with_title", "phrase", "kind", "similarity", "reader")
        if name in near[0].features
    }
    lacking = {name: min(item.features[name] for item in near) for name in ("names_missing", "numbers_missing")}
    return {"score": best, "share": sum(shares[:CITED]) / sum(shares), "nearest": nearest, **known, **lacking}


def log_odds(features: Features, weights: Mapping[str, float]) -> float:
    """The weighted sum of the features that are there, and the intercept where the weights have one."""
    return weights.get("intercept", 0.0) + sum(value * weights[name] for name, value in features.items())
