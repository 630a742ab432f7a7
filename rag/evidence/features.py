"""The features of a sentence for a question that need no model; each is in [-1, 1]."""

import re
from functools import cache

from index.engine.protocol import PassageIndex
from index.types import Passage, Span
from rag.evidence.weights import Features
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold
from rag.question.terms import QuestionTerms
from rag.retrieval.hit import Hit

LONG_SENTENCE = 300  # characters from which a sentence counts as long


def sentence_features(
    terms: QuestionTerms, hit: Hit, title: str, span: Span, index: PassageIndex, language: str | None = None
) -> Features:
    """The features of one sentence of a passage, by name; `language` is the article's, None where it states none."""
    passage = hit.passage
    text = sentence_text(passage, span)
    before = passage.text[: span[0] - passage.start]
    sentence_terms = index.terms(text, terms.language)
    with_before = set(sentence_terms).union(index.terms(before, terms.language))
    return {
        "overlap": terms.covered_by(set(sentence_terms)),
        "overlap_with_before": terms.covered_by(with_before),
        "overlap_with_title": terms.covered_by(with_before.union(index.terms(title, terms.language))),
        "phrase": terms.phrases_in(sentence_terms),
        "passage": hit.score,
        "answer_type": terms.answer_type_in(text, language),
        "opening": float(span[0] == 0),
        "dangling": float(is_dangling(text, language)),
        "length": min(1.0, len(text) / LONG_SENTENCE),
        **terms.missing_from(f"{title} {before} {text}"),
    }


def is_dangling(sentence: str, language: str | None = None) -> bool:
    """Whether only an earlier sentence names this sentence's subject.

    `language` is that of the sentence; where it is None, its script tells it.
    """
    dangling, impersonal = _openings(words_of(language, sentence).code)
    folded = fold(sentence)
    return bool(dangling.match(folded)) and not impersonal.match(folded)


@cache
def _openings(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What begins with a word for something that an earlier sentence named, perhaps after "Then," and the like.

    And what begins like it and refers to no earlier sentence, such as "It is known that…".
    """
    words = LANGUAGES[language]
    joiners, pronouns, impersonal = map(fold, (words.joiners, words.pronouns, words.impersonal))
    return (
        re.compile(rf"^\W*(?:(?:{joiners})\b[,،]?\s+)?(?:{pronouns})\b", re.IGNORECASE),
        re.compile(rf"^\W*(?:{impersonal})\b", re.IGNORECASE),
    )


def sentence_text(passage: Passage, span: Span) -> str:
    """The text of a sentence of a passage; `span` is in characters of the article."""
    return passage.text[span[0] - passage.start : span[1] - passage.start]
