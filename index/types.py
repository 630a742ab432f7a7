"""The types that every part of the project shares. It imports numpy, and nothing of this project."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]  # (dim,), unit length
Matrix = NDArray[np.float32]  # (n, dim), rows of unit length
Rows = NDArray[np.int64]  # (n,), an engine's own numbers of passages
Scored = tuple[int, float]  # a passage's row, and its score: larger is nearer
Span = tuple[int, int]  # (start, end) in characters; the end is exclusive
Precision = Literal["float32", "bfloat16", "int8"]
Progress = Callable[[int, int], None]  # how many are done, and of how many


def no_progress(done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True)
class Article:
    """One document of the corpus; every offset in the project counts characters of `text`.

    `published` and `modified` are ISO 8601 dates or date-times as the article states them, each with the place where it
    was found; `first_seen` is the UTC time when an index first held the article. `path` is relative to the corpus.
    """

    article_id: str
    title: str
    text: str
    path: str
    published: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    modified: str | None = None
    published_origin: str | None = None
    modified_origin: str | None = None
    first_seen: str | None = None

    def version(self) -> str:
        """The first 12 hexadecimal digits of the text's sha256; offsets hold for one version only."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def content_hash(self) -> str:
        """A sha256, in hexadecimal, of all fields but `first_seen`: any edit or move changes it."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["first_seen"] = None  # the index sets it, not the corpus
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word as passages write it, how many errors of typing another word is from it, and how many passages hold it."""

    text: str
    errors: int
    passages: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of an article; `article.text[start:end] == text`.

    `sentences` are spans in characters of the article, not of the passage.
    """

    passage_id: str
    article_id: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, or one line of it, that did not become an article, and why.

    `withdrawn`: the file could be read and no longer holds an article, so its earlier version is not kept.
    `article_id` is the id that the refused record names, if it names one.
    """

    path: str
    reason: str
    line: int | None = None
    withdrawn: bool = False
    article_id: str | None = None

    def __str__(self) -> str:
        return _located(self.path, self.line, self.reason)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something an article states that can't be true, or a part that can't be read; the article was read without it."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return _located(self.path, self.line, self.reason)


CorpusItem = Article | Refusal | Doubt  # what reading a corpus gives, one after the other


def _located(path: str, line: int | None, reason: str) -> str:
    return f"{path}: {reason}" if line is None else f"{path}:{line}: {reason}"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer; None lets all through. Dates are ISO 8601 days, both inclusive.

    An article without a date passes no date filter. Sources are compared without regard to case, languages by their
    primary subtag: "en" finds en-GB, and "EN-us" does too.
    """

    published_from: str | None = None
    published_to: str | None = None
    source: str | None = None
    language: str | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One line of a list of articles; `published` is ISO 8601, None where the article has no date."""

    article_id: str
    title: str
    published: str | None
    source: str | None
    language: str | None
