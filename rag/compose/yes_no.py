"""The answer to a yes/no question: the sentence that decides first, and what it decides."""

from collections.abc import Sequence
from dataclasses import replace

from rag.compose.extract import Composition, best_sentences
from rag.compose.found import Found, ScoredQuestion
from rag.compose.sentences import FoundSentence, quote, sentences_of
from rag.evidence.clauses import has_ended
from rag.evidence.scoring import CITED, Evidence
from rag.evidence.verdict import verdict_of
from rag.question.languages import DEFAULT
from rag.question.proposition import claims_of

# The confidence of a sentence that decides, at least: of 60 made questions so many verdicts were right.
DECIDED = 0.95


def yes_or_no(found: Found) -> Composition:
    """The sentences that answer a yes/no question, and whether they say yes or no; it has no headline."""
    (question,) = found.questions
    deciding = _deciding(found)
    verdicts = {verdict for _, verdict in deciding}
    if not verdicts:
        return _undecided(found, question)
    confidence = max(question.confidence, DECIDED)
    if confidence < found.threshold:
        return Composition("", [], confidence=confidence)
    sentences = [*(sentence.evidence for sentence, _ in deciding), *_more(question)]
    composed = quote(sentences[:CITED], confidence, found.article_of)
    # Sentences that contradict each other are quoted, and decide nothing.
    return replace(composed, verdict=verdicts.pop() if len(verdicts) == 1 else None)


def _deciding(found: Found) -> list[tuple[FoundSentence, bool]]:
    """The sentences that decide, with what they say; where they differ, one of each kind."""
    claims = claims_of(found.text)
    decided: list[tuple[FoundSentence, bool]] = []
    if not claims:
        return []
    for sentence in sentences_of(found.questions[0].hits, found.article_of):
        if sentence.evidence.language != DEFAULT.code:
            continue
        verdict = verdict_of(sentence.tokens, claims)
        if verdict is not None and not has_ended(sentence.following):
            decided.append((sentence, verdict))
    first = decided[:1]
    return [*first, *(pair for pair in decided if pair[1] != first[0][1])][:2]


def _more(question: ScoredQuestion) -> list[Evidence]:
    return best_sentences(question.evidence) if question.evidence else []


def _undecided(found: Found, question: ScoredQuestion) -> Composition:
    """The best sentences, without a headline; none where no sentence is about all that the question names."""
    if not _names_all(question.evidence[:CITED]):
        return Composition("", [], confidence=min(question.confidence, found.threshold / 2))
    return replace(found.extract(), short_answer=None)


def _names_all(evidence: Sequence[Evidence]) -> bool:
    return any(item.features["names_missing"] == item.features["numbers_missing"] == 0 for item in evidence)
