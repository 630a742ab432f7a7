"""How likely a short answer is to be right, so that it may be shown as the headline of an answer.

The confidence of a quote does not tell: the right sentence has often been found and the wrong words of it chosen. Two
things tell more (rag/training/ABLATION.md): what the reader makes of the sentence when it sees little else, and whether
the words break a constraint that the question states.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.types import Article, Span
from rag.evidence.answer_in_context import AnswerInContext
from rag.evidence.constraints import broken_constraints
from rag.evidence.scoring import Evidence
from rag.evidence.weights import Features, log_odds, shipped_headline_weights
from rag.reader import Reader, Reading
from rag.retrieval.reading import is_english

_LARGEST = 15.0  # log-odds are clipped to this
_SCALE = 5.0  # log-odds and words are divided by this, so that all features have the same size
_LONG = 15  # words of a short answer from which it counts as long
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class HeadlineJudge:
    """Judges the short answers of one question. `evidence` is all of its evidence, best first."""

    question: str
    query: str
    evidence: Sequence[Evidence]
    reader: Reader | None
    article_of: Callable[[str], Article]

    def confidence(self, item: Evidence) -> float:
        """The probability, in [0, 1], that the short answer of a sentence, which breaks no constraint, is right.

        It is 0 where there is none.

        Raises:
            ModelError: the reader can't be loaded.
        """
        if item.answer is None or self.reader is None:
            return 0.0
        odds = log_odds(self.features(item, item.answer, self.reader), shipped_headline_weights())
        return round(1.0 / (1.0 + math.exp(-odds)), 4)

    def features(self, item: Evidence, answer: Span, reader: Reader) -> Features:
        """What tells whether a short answer is right, each about in [-3, 3].

        They are the reader's certainty of it in its sentence with the one before and the one after; how much it shares
        with the likeliest answer there; its length; and how much better its sentence is than every other.
        """
        window = _window(item)
        start, end = answer[0] - window[0], answer[1] - window[0]
        text = item.passage.text[window[0] - item.passage.start : window[1] - item.passage.start]
        title = self.article_of(item.passage.article_id).title
        suited = reader.for_languages(english=is_english(self.query, [item.language]))
        (reading,) = suited.read(self.query, [(title, text)])
        certainty = max(-_LARGEST, min(_LARGEST, reading.certainty(start, end)))
        others = [other.score for other in self.evidence if other.span != item.span]
        lead = item.score - max(others, default=item.score - _SCALE)
        return {
            "certainty": certainty / _SCALE,
            "agreement": _agreement(reading, text, (start, end)),
            "length": min(_LONG, len(_WORD.findall(text[start:end]))) / _SCALE,
            "lead": max(-_SCALE, min(_SCALE, lead)) / _SCALE,
        }

    def without_broken(self) -> list[Evidence]:
        """The evidence, without the short answers that break a constraint of the question."""
        return [
            replace(item, answer=None) if item.answer and self.broken(item, item.answer) else item
            for item in self.evidence
        ]

    def broken(self, item: Evidence, answer: Span) -> list[str]:
        """The names of the constraints of the question that a short answer breaks."""
        article = self.article_of(item.passage.article_id)
        begin = item.span[0]
        in_context = AnswerInContext(
            question=self.question,
            sentence=item.text,
            span=(answer[0] - begin, answer[1] - begin),
            before=item.passage.text[: begin - item.passage.start],
            title=article.title,
            published=article.published,
            language=item.language,
        )
        return broken_constraints(in_context)


def _window(item: Evidence) -> Span:
    """The sentence with the one before and the one after it in its passage, in characters of the article."""
    sentences = list(item.passage.sentences)
    place = sentences.index(item.span)
    return sentences[max(0, place - 1)][0], sentences[min(len(sentences) - 1, place + 1)][1]


def _agreement(reading: Reading, text: str, span: Span) -> float:
    """F1 of the words of a span and those of the likeliest answer in the text, in [0, 1]."""
    likeliest = reading.answer_in(0, len(text))
    if likeliest is None:
        return 0.0
    start, end = likeliest[1]
    mine, theirs = (set(_WORD.findall(text[slice(*each)].casefold())) for each in (span, (start, end)))
    shared = len(mine & theirs)
    return 2 * shared / (len(mine) + len(theirs)) if shared else 0.0
