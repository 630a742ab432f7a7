"""How well a sentence answers a question, and how sure that is: features, scores, confidence."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.passages import Passage
from index.sentences import Span
from index.store import PassageIndex
from rag.kinds import Kind, asked_kind, holds_kind
from rag.retriever import Hit, Retrieval

# Passages whose sentences are weighed, and sentences embedded for a question after a first, cheap look.
PASSAGES_READ = 5
# (quote@1 and quote@3 on xquad-en: 0.820 and 0.956 with 12, the same with all, 0.820 and 0.955 with 8).
SENTENCES_EMBEDDED = 12

CITED = 3  # sentences an answer quotes at most

Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence weighed against a question; larger scores are better.

    A difference of scores is the log of how much likelier one sentence is to answer than another.
    """

    passage: Passage
    span: Span
    text: str
    features: Features
    score: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by feature name.

    `sentence` ranks the sentences of one question; `confidence` is a logistic regression, with its
    "intercept", of whether the best of them answer it.
    """

    sentence: Mapping[str, float]
    confidence: Mapping[str, float]


@cache
def shipped_weights() -> Weights:
    """The weights of weights.json, which rag.evaluation.fit wrote."""
    stored = json.loads(files("rag").joinpath("weights.json").read_text())
    return Weights(stored["sentence"], stored["confidence"])


def weigh(question: str, retrieval: Retrieval, index: PassageIndex, weights: Weights) -> list[Evidence]:
    """The sentences of the best passages, best evidence first."""
    asked = Asked.of(question, index)
    looked = [
        (hit.passage, span, sentence_features(asked, hit, span, index))
        for hit in retrieval.hits[:PASSAGES_READ]
        for span in hit.passage.sentences
    ]
    looked.sort(key=lambda item: -log_odds(item[2], weights.sentence))
    near = looked[:SENTENCES_EMBEDDED]
    if not near:
        return []
    texts = [sentence_text(passage, span) for passage, span, _ in near]
    similarities = (index.embedder.embed_passages(texts) @ retrieval.vector).tolist()
    weighed = []
    for (passage, span, features), text, similarity in zip(near, texts, similarities, strict=True):
        known = features | {"similarity": similarity}
        weighed.append(Evidence(passage, span, text, known, log_odds(known, weights.sentence)))
    return sorted(weighed, key=lambda evidence: -evidence.score)


def confidence(evidence: Sequence[Evidence], weights: Weights) -> float:
    """The probability, in [0, 1], that the best sentences answer the question; 0 where there are none."""
    if not evidence:
        return 0.0
    return 1.0 / (1.0 + math.exp(-log_odds(confidence_features(evidence), weights.confidence)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: its kind, and its distinct words as they are indexed, with their weights.

    A word's weight is its inverse document frequency, as BM25 has it.
    Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, with 1 added
    under the logarithm so that no weight is negative.
    """

    question: str
    kind: Kind | None
    weights: Mapping[str, float]

    @staticmethod
    def of(question: str, index: PassageIndex) -> "Asked":
        """A question read, its words weighed by an index."""
        count = index.manifest.passages
        weights = {}
        for term in dict.fromkeys(index.terms(question)):
            frequency = index.document_frequency(term)
            weights[term] = math.log(1.0 + (count - frequency + 0.5) / (frequency + 0.5))
        return Asked(question, asked_kind(question), weights)

    def covered_by(self, terms: Sequence[str]) -> float:
        """The share, in [0, 1], of the question's weight that stands in `terms`."""
        total = sum(self.weights.values())
        present = set(terms)
        return sum(weight for term, weight in self.weights.items() if term in present) / total if total else 0.0

    def kind_in(self, sentence: str) -> float:
        """1 if the sentence holds the kind of thing asked for, -1 if not, 0 if the kind is not known."""
        if self.kind is None:
            return 0.0
        return 1.0 if holds_kind(sentence, self.kind, self.question) else -1.0


def sentence_features(asked: Asked, hit: Hit, span: Span, index: PassageIndex) -> Features:
    """What is known of a sentence without embedding it; each is about 0 to 1."""
    passage = hit.passage
    text = sentence_text(passage, span)
    before = passage.text[: span[0] - passage.start]
    terms = index.terms(text)
    return {
        "overlap": asked.covered_by(terms),
        "overlap_with_before": asked.covered_by(terms + index.terms(before)),
        "passage": hit.score,
        "kind": asked.kind_in(text),
    }


def confidence_features(evidence: Sequence[Evidence]) -> Features:
    """What tells whether the best sentences answer at all.

    Their score, their share of all the evidence, and how near and how like the question they are.
    """
    best = evidence[0].score
    shares = [math.exp(item.score - best) for item in evidence]
    near = evidence[:CITED]
    return {
        "score": best,
        "share": sum(shares[:CITED]) / sum(shares),
        "similarity": max(item.features["similarity"] for item in near),
        "overlap": max(item.features["overlap"] for item in near),
    }


def sentence_text(passage: Passage, span: Span) -> str:
    """The words of a sentence of a passage."""
    return passage.text[span[0] - passage.start : span[1] - passage.start]


def log_odds(features: Features, weights: Mapping[str, float]) -> float:
    """The weighted sum of the features that are there, and the intercept where the weights have one."""
    return weights.get("intercept", 0.0) + sum(value * weights[name] for name, value in features.items())
