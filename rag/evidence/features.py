"""The features of a sentence for a question that need no model; each is in [-1, 1]."""

import re

from index.engine.protocol import PassageIndex
from index.types import Passage, Span
from rag.evidence.weights import Features
from rag.question.terms import QuestionTerms
from rag.retrieval.retriever import Hit

LONG_SENTENCE = 300  # characters from which a sentence counts as long
# A sentence that begins, perhaps after "Then," and the like, with a word for something that an earlier sentence named.
_DANGLING = re.compile(
    r"^\W*(?:(?:and|but|so|then|later|also|however|instead|afterwards|meanwhile|moreover|furthermore|therefore)\b,?\s+)?"
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|both|the (?:former|latter|two|same))\b",
    re.IGNORECASE,
)
# "It is known that…" refers to no earlier sentence.
_IMPERSONAL = re.compile(r"^\W*(?:it (?:is|was|has been) \w+ (?:that|to)\b|this (?:article|page)\b)", re.IGNORECASE)


def sentence_features(terms: QuestionTerms, hit: Hit, title: str, span: Span, index: PassageIndex) -> Features:
    """The features of one sentence of a passage, by name."""
    passage = hit.passage
    text = sentence_text(passage, span)
    before = passage.text[: span[0] - passage.start]
    sentence_terms = index.terms(text)
    with_before = set(sentence_terms).union(index.terms(before))
    return {
        "overlap": terms.covered_by(set(sentence_terms)),
        "overlap_with_before": terms.covered_by(with_before),
        "overlap_with_title": terms.covered_by(with_before.union(index.terms(title))),
        "phrase": terms.phrases_in(sentence_terms),
        "passage": hit.score,
        "answer_type": terms.answer_type_in(text),
        "opening": float(span[0] == 0),
        "dangling": float(is_dangling(text)),
        "length": min(1.0, len(text) / LONG_SENTENCE),
        **terms.missing_from(f"{title} {before} {text}"),
    }


def is_dangling(sentence: str) -> bool:
    """Whether only an earlier sentence names this sentence's subject. English only."""
    return bool(_DANGLING.match(sentence)) and not _IMPERSONAL.match(sentence)


def sentence_text(passage: Passage, span: Span) -> str:
    """The text of a sentence of a passage; `span` is in characters of the article."""
    return passage.text[span[0] - passage.start : span[1] - passage.start]
