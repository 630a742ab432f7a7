"""Sentences of any hits, also of those that no reader read, and the answer that quotes them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answer import ArticleOf, ShortAnswer
from rag.compose.extract import Composition, quotes_in_order
from rag.evidence.features import sentence_text
from rag.evidence.scoring import Evidence
from rag.question.tokens import Token, tokens_of
from rag.retrieval.hit import Hit
from rag.retrieval.reading import language_of_passage


@dataclass(frozen=True, slots=True)
class FoundSentence:
    """One sentence of a hit as evidence, its tokens, and what stands after it in its passage."""

    evidence: Evidence
    tokens: Sequence[Token]
    following: str


def sentences_of(hits: Iterable[Hit], article_of: ArticleOf) -> Iterator[FoundSentence]:
    """The sentences of hits in their order, without features or scores."""
    for hit in hits:
        passage = hit.passage
        language = language_of_passage(article_of(passage.article_id), passage)
        for span in passage.sentences:
            text = sentence_text(passage, span)
            evidence = Evidence(passage, span, text, {}, also=hit.also, language=language)
            yield FoundSentence(evidence, tokens_of(text), passage.text[span[1] - passage.start :])


def quote(
    sentences: Sequence[Evidence], confidence: float, article_of: ArticleOf, short: ShortAnswer | None = None
) -> Composition:
    """These sentences in the order given, each quoted once, with a headline of their own."""
    text, citations = quotes_in_order(sentences, article_of)
    return Composition(text, citations, short, confidence=confidence)
