"""The real texts of the benchmarks, and corpora of any size made of copies of them with other words and numbers."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from index.corpus.articles import read_articles
from index.passages import embedding_text
from index.passages.split import split_article
from index.types import Article
from tests.benchmarks.results import Texts
from tests.conftest import REPOSITORY

SEED = 7
# What a copy has of its own: numbers and words, which stand for others of the same length, great where they are great,
# so that sentences and passages keep their bounds; before a full stop none, since abbreviations make no bound. With
# words in small letters alone, lists of names stay nearly the same, and hundreds of copies are compared word by word.
SLOT = re.compile(r"\b[A-Za-z][a-z]{3,8}\b(?!\.)|\d+")
Words = dict[tuple[str, int], list[str]]  # by kind: small or great, and how long
IN_A_FILE = 100  # articles
# The sources that filters let through: one article in so many has each, beginning with which.
SOURCES = {"Hundredth": (100, 3), "Tenth": (10, 1), "Half": (2, 0)}


@dataclass(frozen=True, slots=True)
class Real:
    """Articles that people wrote, their passages as they are embedded, and questions, all distinct."""

    origins: list[str]
    articles: list[Article]
    passages: list[str]
    questions: list[str]
    collections: Path | None  # the directory they are of; without it they are this project's own

    def summary(self) -> Texts:
        """How many of each there are."""
        return Texts(
            origins=self.origins,
            articles=len(self.articles),
            passages=len(self.passages),
            questions=len(self.questions),
        )


def read_real(collections: Path | None) -> Real:
    """The articles and the English questions of every collection in a directory, or this project's own.

    Raises:
        SystemExit: as `collections_in`.
    """
    folders = [REPOSITORY / "corpus"] if collections is None else collections_in(collections)
    files = _own_questions() if collections is None else [folder / "questions.jsonl" for folder in folders]
    articles = list({item.text: item for item in _articles(folders)}.values())
    passages = [embedding_text(item.title, passage.text) for item in articles for passage in split_article(item)]
    questions = list(dict.fromkeys(question for path in files for question in _questions(path)))
    random.Random(SEED).shuffle(questions)
    return Real([folder.name for folder in folders], articles, list(dict.fromkeys(passages)), questions, collections)


def collections_in(directory: Path) -> list[Path]:
    """The folders of a directory that hold articles.

    Raises:
        SystemExit: there is none.
    """
    folders = sorted(path.parent for path in directory.glob("*/articles.jsonl"))
    if not folders:
        raise SystemExit(f"{directory} holds no */articles.jsonl. Name a directory of collections with --collections.")
    return folders


def _own_questions() -> list[Path]:
    return [REPOSITORY / "tests/data" / name / "questions.jsonl" for name in ("reader", "followups")]


def _articles(folders: Sequence[Path]) -> Iterator[Article]:
    for folder in folders:
        file = folder / "articles.jsonl"
        yield from (item for item in read_articles(file if file.exists() else folder) if isinstance(item, Article))


def _questions(path: Path) -> Iterator[str]:
    """Those in English that need no earlier ones to be understood."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            if question.get("language", "en") == "en" and not question.get("history"):
                yield question["question"]


def masked(text: str) -> str:
    """A text with nothing in the places where its copies differ: the same for all of them."""
    return SLOT.sub(lambda found: _word_class(found[0])[0] * len(found[0]), text)


def _word_class(stood: str) -> tuple[str, int]:
    """What may stand where that does: a number, or a word that is great or small, and its length."""
    return "0" if stood[0].isdigit() else "X" if stood[0].isupper() else "x", len(stood)


@dataclass(frozen=True, slots=True)
class Mould:
    """A text with its places: what stands between them, and what stood there."""

    between: list[str]
    stood: list[str]

    @staticmethod
    def of(text: str) -> "Mould":
        """A text taken apart at its places."""
        return Mould(SLOT.split(text), SLOT.findall(text))

    def copy(self, chance: random.Random, words: Words) -> str:
        """The text with other numbers and words of the same lengths, these as often as in all texts."""
        parts = [self.between[0]]
        for stood, after in zip(self.stood, self.between[1:], strict=True):
            size = len(stood)
            if stood[0].isdigit():
                parts.append(f"{chance.randrange(10**size):0{size}d}")
            else:
                alike = words[_word_class(stood)]
                parts.append(alike[int(chance.random() * len(alike))])
            parts.append(after)
        return "".join(parts)


def write_corpus(real: Real, passages: int, folder: Path) -> int:
    """Write JSON Lines of at least so many passages, and give the number of articles.

    First every real article as it is, then copies of each in turn, with ids and numbered titles of their own.
    """
    folder.mkdir(parents=True)
    batch: list[str] = []
    written = 0
    for written, (article, held) in enumerate(_endless(real), start=1):
        batch.append(_line(article, written - 1))
        passages -= held
        if len(batch) == IN_A_FILE or passages <= 0:
            (folder / f"part-{(written - 1) // IN_A_FILE:05d}.jsonl").write_text("".join(batch), encoding="utf-8")
            batch.clear()
        if passages <= 0:
            break
    return written


def edit_one(folder: Path) -> None:
    """Give one article, in the middle of a corpus that was written, another last paragraph."""
    files = sorted(folder.glob("*.jsonl"))
    path = files[len(files) // 2]
    lines = path.read_text(encoding="utf-8").splitlines()
    article = json.loads(lines[len(lines) // 2])
    article["text"] += "\n\nA sentence was added about the ferry of Lenkoran, which now crosses at night."
    lines[len(lines) // 2] = json.dumps(article, ensure_ascii=False)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _endless(real: Real) -> Iterator[tuple[Article, int]]:
    """Each article with the number of its passages: the real ones, then copy after copy of all of them."""
    sizes = [len(split_article(article)) for article in real.articles]
    yield from zip(real.articles, sizes, strict=True)
    moulds = [Mould.of(article.text) for article in real.articles]
    words = words_of(moulds)
    chance = random.Random(SEED)
    for number in count(2):
        for article, mould, size in zip(real.articles, moulds, sizes, strict=True):
            yield _copy(article, number, mould.copy(chance, words)), size


def _copy(article: Article, number: int, text: str) -> Article:
    title = f"{article.title}, copy {number}"
    return Article(f"{article.article_id}-copy-{number}", title, text, article.path, language=article.language)


def words_of(moulds: Sequence[Mould]) -> Words:
    """The words that stood in the places of all texts, by their kind, each as often as it did."""
    words: Words = {}
    for mould in moulds:
        for stood in mould.stood:
            if stood.isalpha():
                words.setdefault(_word_class(stood), []).append(stood)
    return words


def source_of(place: int) -> str:
    """The source of an article by its place in a corpus."""
    return next((name for name, (every, first) in SOURCES.items() if place % every == first), "Benchmark")


def _line(article: Article, place: int) -> str:
    fields = {
        "id": article.article_id,
        "title": article.title,
        "text": article.text,
        "published": f"20{place % 25:02d}-{place % 12 + 1:02d}-{place % 28 + 1:02d}",
        "source": source_of(place),
        "language": article.language or "en",
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"
