"""What the tests of the rag room share: weights, a scripted reader, and evidence made by hand."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex, LocalIndex
from index.passages.sentences import sentence_spans
from index.types import Article, Passage
from rag.assistant import Assistant
from rag.evidence.scoring import Evidence, SentenceScorer
from rag.evidence.weights import Weights
from rag.feedback import CitedSpan, FeedbackStore, Vote, feedback_file
from rag.question.answer_type import expected_answer_type
from rag.reader import Reader, Reading
from rag.retrieval.retriever import Retrieval, Retriever
from tests.conftest import WordEmbedder


def confidence_weights(**confidence: float) -> Weights:
    """Every sentence feature has the weight 1; the confidence features have these weights, or 0."""
    return Weights(defaultdict(lambda: 1.0), defaultdict(float, confidence))


# Sure of a sentence that holds more than a third of the question's weight, unsure of any other.
SENSIBLE = confidence_weights(intercept=-7.0, overlap=20.0)
SURE = confidence_weights(intercept=20.0)
UNSURE = confidence_weights(intercept=-20.0)


class FixedSource:
    """A source that always gives the same index."""

    def __init__(self, index: LocalIndex) -> None:
        self.index = index

    def current(self) -> LocalIndex:
        return self.index

    def degraded_reason(self) -> None:
        return None


@pytest.fixture
def index(built: Path, open_index: Callable[[Path], LocalIndex]) -> LocalIndex:
    """The generation in `built`."""
    return open_index(built)


@pytest.fixture
def assistant(live_index: LiveIndex) -> Assistant:
    """An assistant that answers where a sentence holds most of the question's words."""
    return Assistant(live_index, weights=SENSIBLE)


@pytest.fixture
def index_of_texts(tmp_path: Path) -> Callable[..., LocalIndex]:
    """Builds and opens an index with one article per text, by its id."""

    def of(**texts: str) -> LocalIndex:
        corpus, directory = tmp_path / "texts", tmp_path / "texts-index"
        corpus.mkdir()
        for name, text in texts.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        build_index(corpus, directory, WordEmbedder())
        return LocalIndex.open(directory, lambda record: WordEmbedder())

    return of


@pytest.fixture
def store(built: Path) -> FeedbackStore:
    """The default file of votes on the index `built`."""
    return FeedbackStore(feedback_file(built))


@pytest.fixture
def vote(assistant: Assistant) -> Vote:
    """A vote up on what the assistant answers."""
    question = "When was the harbour of Lenkoran opened?"
    answer = assistant.ask(question)
    spans = [CitedSpan(c.article_id, c.version, c.start, c.end) for c in answer.citations]
    return Vote(question, (), "up", answer.index.generation, answered=True, citations=tuple(spans))


def rare_index(index_of_texts: Callable[..., LocalIndex]) -> LocalIndex:
    """Ten articles: "harbour" in three of them, "city" in all, every other word in one."""
    others = (
        "Lenkoran opened",
        "Basant Lahore",
        "Ganja 1988",
        "built tower",
        "lamps",
        "bells",
        "ropes nets sails oars",
    )
    texts = [*(f"The city harbour {number}." for number in (71, 72, 73)), *(f"The city {words}." for words in others)]
    return index_of_texts(**{f"text{number}": text for number, text in enumerate(texts)})


def article_of(text: str, article_id: str = "a", **particulars: str) -> Article:
    """An article made by hand."""
    return Article(article_id, particulars.pop("title", "A title"), text, f"{article_id}.txt", **particulars)


def evidence_of(article: Article, sentence: str, score: float, answer: str = "", **features: float) -> Evidence:
    """A sentence of an article as evidence; the passage is the whole article, the answer words of the sentence."""
    text = article.text
    start = text.index(sentence)
    spans = tuple(sentence_spans(text))
    passage = Passage(f"{article.article_id}#0-{len(text)}", article.article_id, 0, len(text), text, spans)
    evidence = Evidence(passage, (start, start + len(sentence)), sentence, defaultdict(float, features), score)
    if not answer:
        return evidence
    begin = text.index(answer, start)
    with_reader = defaultdict(float, {"reader": 0.5} | features)
    return replace(evidence, features=with_reader, answer=(begin, begin + len(answer)))


def score_question(
    index: LocalIndex, question: str, weights: Weights = SENSIBLE, reader: Reader | None = None
) -> tuple[Retrieval, list[Evidence]]:
    """The ten passages that are retrieved for a question, and their sentences as evidence."""
    retrieval = Retriever(index).retrieve(question, 10)
    return retrieval, SentenceScorer(reader, weights).score(question, expected_answer_type(question), retrieval, index)


class ScriptedReader:
    """Finds the given answers, each with its log-odds; any other span is very unlikely.

    It reads the first `limit` words of a text. `calls` holds the question and the texts of each call.
    """

    name = "scripted"
    comparable = False

    def for_languages(self, *, english: bool) -> "ScriptedReader":
        return self

    def __init__(self, limit: int | None = None, **answers: float) -> None:
        self.limit = limit
        self.answers = answers
        self.calls: list[tuple[str, list[tuple[str, str]]]] = []

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[Reading]:
        self.calls.append((question, list(texts)))
        return [self._reading(text) for _, text in texts]

    def _reading(self, text: str) -> Reading:
        spans = [match.span() for match in re.finditer(r"\w+", text)][: self.limit]
        starts, ends = (np.full(len(spans), -40.0, dtype=np.float32) for _ in range(2))
        for words, odds in self.answers.items():
            start = text.find(words)
            for position, span in enumerate(spans):
                starts[position] = odds / 2 if span[0] == start else starts[position]
                ends[position] = odds / 2 if span[1] == start + len(words) and start >= 0 else ends[position]
        return Reading(spans, starts, ends, 0.0)


def by_id(articles: Sequence[Article]) -> Callable[[str], Article]:
    """A function that gives each of these articles by its id."""
    return {article.article_id: article for article in articles}.__getitem__


def write_collection(folder: Path, articles: Mapping[str, str], questions: Sequence[Mapping[str, object]]) -> Path:
    """A collection on disk, of texts by their article ids and of questions as they stand in the file."""
    folder.mkdir()
    records = [{"id": name, "text": text} for name, text in articles.items()]
    for name, lines in (("articles.jsonl", records), ("questions.jsonl", questions)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
