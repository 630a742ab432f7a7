"""What was found for the questions of a text, of which a composer makes an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from index.engine.protocol import PassageIndex
from rag.answer import ArticleOf, Citation, ShortAnswer
from rag.compose.extract import Composer, Composition, SubQuestion
from rag.evidence.confidence import confidence_of
from rag.evidence.gathering import Material
from rag.evidence.headline import HeadlineJudge
from rag.evidence.now import as_of_now
from rag.evidence.scoring import Evidence, SentenceScorer
from rag.question.follow_ups import InterpretedQuestion
from rag.reader import Reader
from rag.retrieval.hit import Hit
from rag.retrieval.retriever import Retrieval
from rag.settings import LEAST_HEADLINE


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """One of the questions of a text: its hits, its evidence, and the confidence that the evidence answers it.

    The evidence is of the best hits only; the hits go as deep as the form of the answer needs. `reader` is the one that
    read them, if any.
    """

    question: InterpretedQuestion
    hits: Sequence[Hit]
    evidence: list[Evidence]
    confidence: float
    reader: Reader | None = None

    @staticmethod
    def of(
        scorer: SentenceScorer,
        question: InterpretedQuestion,
        retrieval: Retrieval,
        index: PassageIndex,
    ) -> "ScoredQuestion":
        """The question with the sentences that were retrieved for it, scored."""
        scored = scorer.score(question.query, question.answer_type, retrieval, index)
        evidence = as_of_now(scored, question.query, partial(_published, index), partial(_title, index))
        # Rounded here, so that the confidence shown is the one that is compared with the threshold.
        weights = scorer.weights_for(question.query, evidence)
        confidence = round(confidence_of(evidence, retrieval.nearest, weights), 4)
        return ScoredQuestion(question, retrieval.hits, evidence, confidence, scorer.reader)

    def to_compose(self, article_of: ArticleOf) -> SubQuestion:
        """The question as a composer takes it, without short answers that can't be right."""
        evidence = self._judge(article_of).without_broken()
        return SubQuestion(self.question.answer_type, evidence, self.question.query)

    def answers(self, threshold: float) -> bool:
        """Whether its evidence is confident enough to be quoted."""
        return bool(self.evidence) and self.confidence >= threshold

    def sentence_of(self, short_answer: ShortAnswer) -> Evidence | None:
        """The sentence of the evidence that holds a short answer, if any does."""
        for item in self.evidence:
            within = item.span[0] <= short_answer.start and short_answer.end <= item.span[1]
            if within and item.passage.article_id == short_answer.article_id:
                return item
        return None

    def judged(self, short_answer: ShortAnswer, article_of: ArticleOf) -> ShortAnswer:
        """The short answer with its confidence.

        Raises:
            AssertionError: no sentence of the evidence holds it, which is a defect.
            ModelError: the reader can't be loaded.
        """
        item = self.sentence_of(short_answer)
        if item is None:
            raise AssertionError(f"{short_answer} is not in the evidence")
        answer = short_answer.start, short_answer.end
        confidence = self._judge(article_of).confidence(replace(item, answer=answer))
        return replace(short_answer, confidence=confidence)

    def _judge(self, article_of: ArticleOf) -> HeadlineJudge:
        return HeadlineJudge(self.question.text, self.question.query, self.evidence, self.reader, article_of)


def _published(index: PassageIndex, article_id: str) -> str | None:
    article = index.article(article_id)
    return article.published if article else None


def _title(index: PassageIndex, article_id: str) -> str:
    article = index.article(article_id)
    return article.title if article else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A text as it was typed, what was found for each of its questions, and what else a form of answer needs.

    A short text that stands for a whole question is that question. `material` is what more evidence can be gathered
    from. `shown` are the citations of the answers before, where more is asked for; the evidence is without them.
    """

    text: str
    questions: Sequence[ScoredQuestion]
    threshold: float
    composer: Composer
    article_of: ArticleOf
    material: Material
    least_headline: float = LEAST_HEADLINE
    shown: Sequence[Citation] = ()

    def extract(self) -> Composition:
        """The answer that the composer makes of the questions whose evidence is confident enough.

        Its confidence is that everything quoted answers; or, if all is declined, how near the best question came.
        """
        answered = [question for question in self.questions if question.answers(self.threshold)]
        if not answered:
            return Composition("", [], confidence=max(question.confidence for question in self.questions))
        to_compose = [question.to_compose(self.article_of) for question in answered]
        composed = self.composer.compose(to_compose, self.article_of)
        short_answer, differing = self._headlines(answered, composed)
        if composed.differing and not differing:  # nor do the quotes claim what no short answer is sure enough to show
            to_compose = [replace(question, evidence=_unanswered(question.evidence)) for question in to_compose]
            composed = self.composer.compose(to_compose, self.article_of)
        return replace(
            composed,
            confidence=min(question.confidence for question in answered),
            short_answer=short_answer if len(self.questions) == 1 else None,
            differing=differing,
            unanswered=tuple(
                question.question.text for question in self.questions if not question.answers(self.threshold)
            ),
        )

    def _headlines(
        self, answered: Sequence[ScoredQuestion], composed: Composition
    ) -> tuple[ShortAnswer | None, tuple[ShortAnswer, ...]]:
        """The short answer with its confidence, and those that differ; none where the surest is too unsure to show."""
        differing = tuple(self._judged(short, answered) for short in composed.differing)
        short_answers = differing or tuple(
            self._judged(short, answered) for short in (composed.short_answer,) if short is not None
        )
        if all(short.confidence < self.least_headline for short in short_answers):
            return None, ()
        return short_answers[0], differing

    def _judged(self, short_answer: ShortAnswer, answered: Sequence[ScoredQuestion]) -> ShortAnswer:
        question = next(question for question in answered if question.sentence_of(short_answer))
        return question.judged(short_answer, self.article_of)


def _unanswered(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence without the short answers in it."""
    return [replace(item, answer=None) for item in evidence]
