"""Learning when a short answer is right: python -m rag.training.fit_headline DIR...

Each DIR is a collection with gold spans; its unanswerable questions teach when no short answer is right. No collection
may contain what the reader was trained on, nor what the figures are measured on. The weights go into weights.json.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from index.console import progress_of
from index.engine.local.local_index import LocalIndex
from index.models.embedder import Embedder, SentenceTransformerEmbedder, choose_model
from index.types import Article
from rag.compose.found import ScoredQuestion
from rag.evaluation.collection import Collection, Question, read_collection
from rag.evaluation.headlines import is_right
from rag.evaluation.run import index_of
from rag.evidence.contradictions import short_answer_text
from rag.evidence.headline import HeadlineJudge
from rag.evidence.scoring import SentenceScorer
from rag.evidence.weights import Features, shipped_weights
from rag.question.form import Form
from rag.question.interpretation import interpretation_of
from rag.reader import Reader, reader_of
from rag.retrieval.retriever import Retriever
from rag.settings import DEFAULT_K, SHIPPED
from rag.training.fit import WEIGHTS, fit_confidence

Examples = list[tuple[Features, bool]]


def examples_of(collection: Collection, embedder: Embedder, reader: Reader) -> Examples:
    """The features of each question's best short answer that breaks no constraint, and whether it is right."""
    with index_of(collection, None, embedder, progress_of) as index, progress_of(collection.name) as progress:
        found: Examples = []
        for done, question in enumerate(collection.questions, start=1):
            found += _examples(question, index, reader)
            if done % 100 == 0:
                progress(done, len(collection.questions))
        return found


def _examples(question: Question, index: LocalIndex, reader: Reader) -> Iterator[tuple[Features, bool]]:
    asked = interpretation_of(question.question, question.history, index)
    if asked.form is not Form.EXTRACT or len(asked.questions) > 1 or (question.answerable and not question.has_gold()):
        return
    (part,) = asked.questions
    retrieval = Retriever(index, reader=reader).retrieve(part.query, DEFAULT_K, typed_query=part.typed_query)
    scorer = SentenceScorer(reader, shipped_weights(reading=True))
    scored = ScoredQuestion.of(scorer, part, retrieval, index)
    judge = HeadlineJudge(part.text, part.query, scored.evidence, reader, partial(_article, index))
    for item in scored.evidence[:1]:
        if item.answer and not judge.broken(item, item.answer):
            right = is_right(short_answer_text(item), question)
            if right is not None:
                yield judge.features(item, item.answer, reader), right


def _article(index: LocalIndex, article_id: str) -> Article:
    article = index.article(article_id)
    if article is None:
        raise AssertionError(f"{article_id} has passages and is not in the index")
    return article


def main(directories: Annotated[list[Path], typer.Argument(help="Collections.")]) -> None:
    """Learn the weights and write them."""
    reader = reader_of(SHIPPED)
    if reader is None:
        raise typer.BadParameter("the shipped reader is needed.")
    embedder = SentenceTransformerEmbedder(*choose_model(None, "", "", None), "int8")
    examples: Examples = []
    for folder in directories:
        found = examples_of(_collection(folder), embedder, reader)
        print(f"{folder}: {len(found)} short answers, {sum(right for _, right in found)} right")
        examples += found
    stored = json.loads(WEIGHTS.read_text())
    stored["headline"] = fit_confidence(examples, [1.0] * len(examples))
    WEIGHTS.write_text(json.dumps(stored, indent=2) + "\n")
    print(json.dumps(stored["headline"], indent=2))


def _collection(folder: Path) -> Collection:
    """A collection; one without articles of its own has those of corpus/."""
    return read_collection(folder, None if (folder / "articles.jsonl").exists() else Path("corpus"))


if __name__ == "__main__":
    typer.run(main)
