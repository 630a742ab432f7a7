"""What the reader is trained on: questions with passages that answer them, and with passages that do not.

The data is a directory of JSON Lines files. A line is {group, question, context, spans}, where no spans means that
the context does not answer, or {group, question, sentence, neighbours} where only the sentence with the answer is
known. Contexts are split into passages as the index splits articles.
"""

import gzip
import hashlib
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.engine.local.lexical import LexicalIndex
from index.passages.split import split_article
from index.types import Article, Passage, Span
from rag.retrieval.retriever import TITLE_WEIGHT
from rag.training.question_edits import edit_question, names_in

# Of the groups (articles, stories, products), one in this many is kept out of training.
HELD_OUT = 8
# Their contexts are sentences of larger texts. What follows the dataset's name in a group is the text, which must be
# held out of all of these datasets or of none.
_SENTENCE_DATASETS = ("qamr", "qanom", "qasrl-gs")
# Their groups name what the text is about, as an article's title does.
_TITLED_DATASETS = ("squad2", "squadshifts-wiki", "fairytaleqa", "covidqa")
# Their spans are whole sentences, which contain the answer and more.
_WHOLE_SENTENCE_DATASETS = ("selqa", "squad-nqg")
# Their contexts are texts of their own, long enough to be searched for passages that are likely and wrong.
_SEARCHED_DATASETS = (
    "squad2",
    "qed",
    "squadshifts-wiki",
    "squadshifts-amazon",
    "squadshifts-reddit",
    "covidqa",
    "selqa",
    "pquad",
    "arcd",
    "norquad",
)
_LIKELY = 10  # passages among which wrong ones are sought
_MINED = 2  # wrong passages for each question, at most


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a text, and the spans of the text that answer; no spans where it does not."""

    dataset: str
    group: str
    question: str
    context: str
    spans: tuple[Span, ...]
    language: str = "en"

    @classmethod
    def of(cls, stored: Mapping[str, Any], rng: random.Random) -> "Row":
        """The row of a line of data; a sentence is put at a random position among up to five of its neighbours."""
        group, question = str(stored["group"]), str(stored["question"])
        dataset = str(stored.get("set") or group.partition(":")[0])
        if "sentence" not in stored:
            spans, language = tuple(map(tuple, stored["spans"])), str(stored.get("language", "en"))
            return cls(dataset, group, question, str(stored["context"]), spans, language)
        sentence = str(stored["sentence"])
        sentences = [*stored["neighbours"][:5], sentence]
        rng.shuffle(sentences)
        start = sum(len(other) + 1 for other in sentences[: sentences.index(sentence)])
        return cls(dataset, group, question, " ".join(sentences), ((start, start + len(sentence)),))

    @property
    def title(self) -> str:
        """What the text is about, where its group tells; else empty."""
        name = self.group.partition(":")[2]
        return name.replace("_", " ") if self.dataset.removesuffix("-neg") in _TITLED_DATASETS else ""

    @property
    def held_out(self) -> bool:
        """Whether the group is one of those kept out of training."""
        key = self.group.partition(":")[2] if self.dataset in _SENTENCE_DATASETS else self.group
        return hashlib.sha256(key.encode()).digest()[0] % HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Example:
    """A question read against one passage.

    `spans`, in characters of the passage, are its answers; with `whole` they are sentences that contain the answer.
    Without spans the passage does not answer. `origin` is the dataset, and how the passage was chosen. Examples of
    the same question and `group` are passages for one question.
    """

    origin: str
    question: str
    title: str
    passage: str
    spans: tuple[Span, ...]
    whole: bool = False
    group: str = ""
    language: str = "en"


def read_rows(folder: Path, rng: random.Random) -> list[Row]:
    """Every row of the data files of a directory, in the order of the files' names.

    Raises:
        OSError: a file can't be read.
        ValueError: a line is in neither form.
    """
    rows = []
    for path in sorted(path for path in folder.iterdir() if path.name.endswith((".jsonl", ".jsonl.gz"))):
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            rows += [Row.of(json.loads(line), rng) for line in file]
    return rows


def examples_of(row: Row, rng: random.Random) -> Iterator[Example]:
    """One passage that answers, and half of the time one of the same text that does not.

    A passage with a part of an answer is neither. Of a text without answers it is any passage.
    """
    passages = _split_context(row.context)
    gold = [(passage, _spans_within(passage, row.spans)) for passage in passages]
    answering = [(passage, spans) for passage, spans in gold if spans]
    silent = [
        passage
        for passage in passages
        if not any(passage.start < end and start < passage.end for start, end in row.spans)
    ]
    if answering:
        passage, spans = answering[0]
        yield _example(row, row.dataset, passage.text, spans)
        if silent and rng.random() < 0.5:
            yield _example(row, f"{row.dataset}, elsewhere", rng.choice(silent).text, ())
    elif not row.spans:
        yield _example(row, row.dataset, rng.choice(passages).text, ())


def edited(rows: Sequence[Row], rng: random.Random) -> Iterator[Example]:
    """Answerable questions changed so that their passage does not answer them: see `edit_question`.

    A new name comes from another question of the same group or, where the group has few, of the same dataset.
    """
    names = _names_by_group(rows)
    for row in rows:
        if not row.spans or row.dataset in _WHOLE_SENTENCE_DATASETS or row.language != "en":
            continue
        passages = (passage for passage in _split_context(row.context) if _spans_within(passage, row.spans))
        passage = next(passages, None)
        question = edit_question(row.question, passage.text, names[row.group], rng) if passage else None
        if passage and question:
            yield _example(row, "edited", passage.text, (), question)


def _names_by_group(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The names in the questions of each group or, where those are fewer than five, of its dataset."""
    by_group: dict[str, set[str]] = defaultdict(set)
    by_dataset: dict[str, set[str]] = defaultdict(set)
    datasets: dict[str, str] = {}
    for row in rows:
        names = names_in(row.question)
        by_group[row.group].update(names)
        by_dataset[row.dataset].update(names)
        datasets[row.group] = row.dataset
    return {
        group: sorted(by_group[group] if len(by_group[group]) > 4 else by_dataset[dataset])
        for group, dataset in datasets.items()
    }


def mined(rows: Sequence[Row]) -> Iterator[Example]:
    """For each question the two passages of other texts with the highest BM25 of those without the answer's words."""
    searched = [row for row in rows if row.spans and row.dataset in _SEARCHED_DATASETS]
    titles: dict[str, str] = {}
    for row in searched:
        titles.setdefault(row.context, row.title)
    passages = [(context, passage.text) for context in titles for passage in _split_context(context)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        LexicalIndex.write(folder, ((row, titles[context], text) for row, (context, text) in enumerate(passages)))
        index = LexicalIndex.open(folder)
        for row in searched:
            answers = [row.context[start:end].casefold() for start, end in row.spans]
            likely = (passages[number] for number, _ in index.search(row.question, _LIKELY, TITLE_WEIGHT))
            wrong = [
                text
                for context, text in likely
                if context != row.context and not any(answer in text.casefold() for answer in answers)
            ]
            for text in wrong[:_MINED]:
                yield _example(row, f"{row.dataset}, mined", text, ())


@lru_cache(maxsize=50_000)
def _split_context(context: str) -> list[Passage]:
    return split_article(Article("context", "", context, "context"))


def _spans_within(passage: Passage, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans that a passage contains whole, in its own characters."""
    inside = [(start, end) for start, end in spans if passage.start <= start and end <= passage.end]
    return tuple((start - passage.start, end - passage.start) for start, end in inside)


def _example(row: Row, origin: str, passage: str, spans: tuple[Span, ...], question: str | None = None) -> Example:
    whole = row.dataset in _WHOLE_SENTENCE_DATASETS
    return Example(origin, question or row.question, row.title, passage, spans, whole, row.group, row.language)
