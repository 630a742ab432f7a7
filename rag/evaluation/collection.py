"""A collection: articles, questions over them, and where in the articles the answers stand."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from index.corpus.articles import read_articles
from index.types import Article
from rag.errors import CollectionError, QuestionError
from rag.question.normalise import normalise


class GoldSpan(BaseModel):
    """Characters of an article that answer; `article.text[start:end] == text`."""

    model_config = ConfigDict(frozen=True)

    article_id: str
    start: int
    end: int
    text: str


class Question(BaseModel):
    """One question with its gold: spans, or whole articles where no span is given."""

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    answerable: bool
    language: str = "en"
    history: list[str] = []
    spans: list[GoldSpan] = []
    gold_articles: list[str] = []


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions, and the corpus they are asked of."""

    name: str
    corpus: Path
    questions: list[Question]
    about: str  # the first line of its README.md, if it has one


def read_collection(folder: Path, corpus: Path | None = None) -> Collection:
    """Read DIR/questions.jsonl, and check every gold span against the articles.

    The articles are DIR/articles.jsonl, or those of another corpus directory.

    Raises:
        CollectionError: a file is missing or not in its form, or a span is not where it says.
    """
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise CollectionError(f"{path} does not exist.", "Name a directory with questions.jsonl: rag eval DIR")
    place = corpus or folder / "articles.jsonl"
    if not place.exists():
        raise CollectionError(f"{place} does not exist.", "Add it, or name the articles: rag eval DIR --corpus DIR")
    collection = Collection(folder.resolve().name, place, _questions(path), _about(folder))
    _check_gold(collection, path)
    return collection


def _about(folder: Path) -> str:
    readme = folder / "README.md"
    lines = readme.read_text(encoding="utf-8", errors="replace").splitlines() if readme.is_file() else []
    return next((line for line in lines if line and not line.startswith("#")), "")


def _questions(path: Path) -> list[Question]:
    questions: list[Question] = []
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            questions.append(_question(line, f"{path}:{number}"))
    ids = [question.id for question in questions]
    twice = next((name for name, count in Counter(ids).items() if count > 1), None)
    if twice is not None or not ids:
        what = f"holds two questions of the id {twice}" if twice is not None else "holds no question"
        raise CollectionError(f"{path} {what}.", "Mend the file.")
    return questions


def _question(line: str, where: str) -> Question:
    try:
        question = Question.model_validate_json(line)
        normalise(question.question)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise CollectionError(f"{where}: {field}: {first['msg']}.", "Mend that line.") from error
    except QuestionError as error:
        raise CollectionError(f"{where}: {error.what}", "Mend that line.") from error
    return question


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CollectionError(f"{path} can't be read ({error}).", "Save it as UTF-8.") from error


def _check_gold(collection: Collection, path: Path) -> None:
    articles = [item for item in read_articles(collection.corpus) if isinstance(item, Article)]
    texts = {article.article_id: article.text for article in articles}
    for question in collection.questions:
        missing = [name for name in question.gold_articles if name not in texts]
        if missing:
            raise CollectionError(
                f"{path}: question {question.id}: there is no article {missing[0]}.",
                "Mend its gold_articles.",
            )
        for span in question.spans:
            if texts.get(span.article_id, "")[span.start : span.end] != span.text:
                raise CollectionError(
                    f'{path}: question {question.id}: "{span.text}" is not at '
                    f"{span.article_id}[{span.start}:{span.end}].",
                    "Mend the span.",
                )
