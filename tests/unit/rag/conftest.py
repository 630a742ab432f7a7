"""What the tests of the rag room share: weights made by hand, an assistant without a model, made evidence."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from index.articles import Article
from index.build import build_index
from index.passages import Passage
from index.store import LiveIndex, LocalIndex
from rag.assistant import Assistant
from rag.evidence import Evidence, Weights
from tests.conftest import WordEmbedder


def made_weights(**confidence: float) -> Weights:
    """Every sentence feature counts once; of confidence's, only those given."""
    return Weights(defaultdict(lambda: 1.0), defaultdict(float, confidence))


# Sure of a sentence that holds more than a third of the question's weight, unsure of any other.
SENSIBLE = made_weights(intercept=-7.0, overlap=20.0)
SURE = made_weights(intercept=20.0)
UNSURE = made_weights(intercept=-20.0)


class Fixed:
    """A source of one index, for ever."""

    def __init__(self, index: LocalIndex) -> None:
        self.index = index

    def current(self) -> LocalIndex:
        return self.index


@pytest.fixture
def index(built: Path, open_index: Callable[[Path], LocalIndex]) -> LocalIndex:
    """The generation that `built` holds."""
    return open_index(built)


@pytest.fixture
def assistant(live_index: LiveIndex) -> Assistant:
    """Answers where a sentence holds most of the question's words."""
    return Assistant(live_index, weights=SENSIBLE)


@pytest.fixture
def index_of_texts(tmp_path: Path) -> Callable[..., LocalIndex]:
    """Builds and opens an index of texts, one article each, by their ids."""

    def of(**texts: str) -> LocalIndex:
        corpus, directory = tmp_path / "texts", tmp_path / "texts-index"
        corpus.mkdir()
        for name, text in texts.items():
            (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
        build_index(corpus, directory, WordEmbedder())
        return LocalIndex.open(directory, lambda record: WordEmbedder())

    return of


def article_of(text: str, article_id: str = "a", **particulars: str) -> Article:
    """An article made by hand."""
    return Article(article_id, particulars.pop("title", "A title"), text, f"{article_id}.txt", **particulars)


def evidence_of(article: Article, sentence: str, score: float, **features: float) -> Evidence:
    """A sentence of an article as evidence; the passage is the whole article."""
    text = article.text
    start = text.index(sentence)
    span = (start, start + len(sentence))
    passage = Passage(f"{article.article_id}#0-{len(text)}", article.article_id, 0, len(text), text, (span,))
    return Evidence(passage, span, sentence, defaultdict(float, features), score)


def by_id(articles: Sequence[Article]) -> Callable[[str], Article]:
    """Finds each of these articles by its id."""
    return {article.article_id: article for article in articles}.__getitem__


def write_collection(folder: Path, articles: Mapping[str, str], questions: Sequence[Mapping[str, object]]) -> Path:
    """A collection on disk, of articles by their ids and questions as they stand in the file."""
    folder.mkdir()
    records = [{"id": name, "text": text} for name, text in articles.items()]
    for name, lines in (("articles.jsonl", records), ("questions.jsonl", questions)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
