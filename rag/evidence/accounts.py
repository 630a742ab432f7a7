"""What a sentence says of other statements: that accounts differ, that a claim is wrong, that something is over."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from index.passages import parts_paragraphs
from rag.evidence.scoring import CITED, Evidence
from rag.question.answer_type import AnswerType
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold

# A sentence that refers to the one before it shares few words with the question. Its score may be so much lower than
# the best one's, and the reader's log-odds (divided by 10, as in the feature) may be as low as this.
_REFERRING = 6.5
_LEAST_ODDS = -0.4
_AS_GOOD = 1.5  # a sentence with several accounts is no further below the best one
_NEAR = 3.0  # a claim that is refuted gives way to sentences whose score is not further below its own
# What two accounts may give. Days and years of one date are one value, so that a single date is no dispute.
_VALUES = {
    AnswerType.NUMBER: re.compile(r"\d[\d,.]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"),
    AnswerType.TIME: re.compile(r"\b\d{4}\b|\b\w+teenth\b|\b(?:first|second|third|fourth|fifth|sixth|seventh)\b"),
}


@cache
def _pattern(language: str, name: str) -> re.Pattern[str]:
    words = LANGUAGES[language]
    return words.pattern(getattr(words, name))


def says(name: str, sentence: str, language: str | None = None) -> re.Match[str] | None:
    """The first words of a sentence that stand under this name in its LanguageWords; None where it has none."""
    return _pattern(words_of(language, sentence).code, name).search(fold(sentence))


def without_refuted(evidence: Sequence[Evidence], question: str) -> list[Evidence]:
    """The evidence, best first, in which a claim that its own sentence refutes gives way to others, and is no answer.

    A question about a denial is answered by such a sentence all the same.
    """
    if not evidence or says("refutes", question):
        return list(evidence)
    near = [item for item in evidence if item.score >= evidence[0].score - _NEAR]
    refuted = [item for item in near if says("refutes", item.text, item.language)]
    kept = [item for item in near if item not in refuted]
    answerless = [replace(item, answer=None) if _claims(item) else item for item in refuted]
    return in_order([*kept, *answerless, *evidence[len(near) :]])


def _claims(item: Evidence) -> bool:
    """Whether the short answer is part of the claim, and not who refutes it."""
    refutes = says("refutes", item.text, item.language)
    return bool(refutes and item.answer and item.answer[0] - item.span[0] >= refutes.start())


def in_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence in the given order, with the scores that it has given out anew, best first."""
    scores = sorted((item.score for item in evidence), reverse=True)
    return [replace(item, score=score) for item, score in zip(evidence, scores, strict=True)]


def disputed(evidence: Sequence[Evidence], answer_type: AnswerType | None) -> list[Evidence]:
    """The sentences that tell of different accounts of the answer, with the best one first; empty where none does.

    Either one sentence gives several values ("some say 1905, others 1907"), or a sentence says that accounts differ and
    those after it in its paragraph, the best one among them, give an account each.
    """
    best = evidence[0]
    of_article = [item for item in evidence if item.passage.article_id == best.passage.article_id]
    told = [item for item in of_article if says("disputes", item.text, item.language)]
    for item in told:
        near = item.score >= best.score - _AS_GOOD and item.features.get("reader", -2.0) >= _LEAST_ODDS
        pattern = _VALUES.get(answer_type) if answer_type else None
        if pattern and near and len(set(pattern.findall(item.text.casefold()))) > 1:
            return [item, *(other for other in evidence[:CITED] if other is not item)]
        accounts = [other for other in of_article if _is_account_after(other, item, best)]
        if len(accounts) < 2:
            continue
        if best in accounts:
            return [best, *sorted((other for other in accounts if other is not best), key=lambda each: each.span)]
        with_value = [other for other in accounts if pattern and pattern.search(other.text.casefold())]
        if len(with_value) > 1 and with_value[0].score >= best.score - _NEAR:
            return sorted(with_value, key=lambda each: each.span)
    return []


def _is_account_after(item: Evidence, told: Evidence, best: Evidence) -> bool:
    """Whether a sentence gives an account, in the paragraph of the sentence `told` that says that they differ."""
    start, end = told.span[1], item.span[0]
    if item.passage != told.passage or end < start or item.score < best.score - _REFERRING:
        return False
    between = item.passage.text[start - item.passage.start : end - item.passage.start]
    return not parts_paragraphs(between) and bool(says("accounts", item.text, item.language))
