"""A collection: articles, questions about them, and the places in the articles that hold the answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from index.corpus.articles import read_articles
from index.types import Article
from rag.errors import CollectionError, QuestionError
from rag.question.normalise import normalise


class GoldSpan(BaseModel):
    """Characters of an article that answer a question; `article.text[start:end] == text`."""

    model_config = ConfigDict(frozen=True)

    article_id: str
    start: int
    end: int
    text: str

    def lies_within(self, article_id: str, start: int, end: int) -> bool:
        """Whether these characters of an article contain the whole span."""
        return self.article_id == article_id and start <= self.start and self.end <= end


class Question(BaseModel):
    """One question with its gold: spans, or whole articles where there are no spans.

    `headlines` are the short answers that may be shown, none where the list is empty; where it is None, the spans tell.
    `kind` groups questions, so that figures can be told by kind.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    question: str
    answerable: bool
    language: str = "en"
    history: list[str] = []
    spans: list[GoldSpan] = []
    gold_articles: list[str] = []
    headlines: list[str] | None = None
    kind: str = ""

    def has_gold(self) -> bool:
        """Whether it is answerable and names where the answer is."""
        return self.answerable and bool(self.spans or self.gold_articles)

    def is_answered_in(self, article_id: str, start: int, end: int) -> bool:
        """Whether these characters of an article contain a gold span; without spans, whether it is a gold article."""
        if self.spans:
            return any(span.lies_within(article_id, start, end) for span in self.spans)
        return article_id in self.gold_articles

    @classmethod
    def parse(cls, line: str, location: str) -> "Question":
        """The question on one line of JSON; `location`, such as questions.jsonl:7, names the line in errors.

        Raises:
            CollectionError: the line is not a question.
        """
        try:
            question = cls.model_validate_json(line)
            normalise(question.question)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "the line"
            raise CollectionError(f"{location}: {field}: {first['msg']}.", "Correct that line.") from error
        except QuestionError as error:
            raise CollectionError(f"{location}: {error.what}", "Correct that line.") from error
        return question


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions, and the corpus that answers them. `about` is the first line of its README.md, empty without one."""

    name: str
    corpus: Path
    questions: list[Question]
    about: str


def read_collection(folder: Path, corpus: Path | None = None) -> Collection:
    """Read DIR/questions.jsonl, and check every gold span against the articles.

    The articles are DIR/articles.jsonl, or those of another corpus directory.

    Raises:
        CollectionError: a file is missing or malformed, or a span is not where it says.
    """
    path = folder / "questions.jsonl"
    if not path.is_file():
        raise CollectionError(f"{path} does not exist.", "Name a directory with questions.jsonl: rag eval DIR")
    articles = corpus or folder / "articles.jsonl"
    if not articles.exists():
        raise CollectionError(f"{articles} does not exist.", "Add it, or name the articles: rag eval DIR --corpus DIR")
    questions = _read_questions(path)
    _check_gold(questions, path, articles)
    readme = folder / "README.md"
    lines = readme.read_text(encoding="utf-8", errors="replace").splitlines() if readme.is_file() else []
    about = next((line for line in lines if line and not line.startswith("#")), "")
    return Collection(folder.resolve().name, articles, questions, about)


def _read_questions(path: Path) -> list[Question]:
    """The questions of a file; there is at least one, and no two have the same id."""
    try:
        # Not splitlines(): a string of JSON may contain U+2028, which is no end of a line.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CollectionError(f"{path} can't be read ({error}).", "Save it as UTF-8.") from error
    questions = [Question.parse(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line.strip()]
    if not questions:
        raise CollectionError(f"{path} holds no question.", "Add one, or name another directory: rag eval DIR")
    (most_frequent, count), *_ = Counter(question.id for question in questions).most_common(1)
    if count > 1:
        raise CollectionError(f"{path} holds two questions of the id {most_frequent}.", "Give each an id of its own.")
    return questions


def _check_gold(questions: Sequence[Question], path: Path, corpus: Path) -> None:
    articles = [item for item in read_articles(corpus) if isinstance(item, Article)]
    texts = {article.article_id: article.text for article in articles}
    for question in questions:
        missing = [name for name in question.gold_articles if name not in texts]
        if missing:
            raise CollectionError(
                f"{path}: question {question.id}: there is no article {missing[0]}.",
                "Correct its gold_articles.",
            )
        for span in question.spans:
            if texts.get(span.article_id, "")[span.start : span.end] != span.text:
                raise CollectionError(
                    f'{path}: question {question.id}: "{span.text}" is not at '
                    f"{span.article_id}[{span.start}:{span.end}].",
                    "Correct the span.",
                )
