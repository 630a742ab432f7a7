"""What the reader learns from: questions with passages that answer them, and with passages that do not.

The data is a directory of JSON Lines files: {group, question, context, spans} where no span means that
the context does not answer, and {group, question, sentence, neighbours} where only the sentence that
answers is known. Contexts are cut into passages as the index cuts articles.
"""

import gzip
import hashlib
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from index.models.embedder import Embedder
from index.passages.split import split_article
from index.types import Article, Filters, Passage, Progress, Span
from rag.retrieval.fusion import tmm_convex
from rag.retrieval.retriever import DENSE_WEIGHT, DEPTH, TITLE_WEIGHT

# Of the groups (articles, stories, products), one in this many is kept from training.
HELD_OUT = 8
# Made from sentences of larger texts: the text, the part of the group after the set's name, is what is split by.
_SENTENCE_SETS = ("qamr", "qanom", "qasrl-gs")
# Their groups name what the text is about, as an article's title does.
_TITLED_SETS = ("squad2", "squadshifts-wiki", "fairytaleqa", "covidqa")
# Spans there are whole sentences, which hold the answer and are not it.
_WHOLE_SENTENCE_SETS = ("selqa", "squad-nqg")
# Texts of their own, long enough to be searched for likely wrong passages.
_SEARCHED_SETS = ("squad2", "qed", "squadshifts-wiki", "squadshifts-amazon", "squadshifts-reddit", "covidqa", "selqa")

_OPPOSITES = (
    "first last|before after|largest smallest|highest lowest|most least|more fewer|begin end|began ended"
    "|start finish|started stopped|increase decrease|increased decreased|rise fall|north south|east west"
    "|northern southern|eastern western|early late|earlier later|oldest youngest|best worst|above below"
    "|maximum minimum|win lose|won lost|buy sell|bought sold|born buried|enter leave|entered left|open close"
    "|opened closed|allow forbid|allowed forbidden|public private|male female|import export|imports exports"
    "|support oppose|supported opposed|accept reject|accepted rejected|include exclude|always never|same different"
)
_OPPOSITE = {
    word: other
    for pair in _OPPOSITES.split("|")
    for word, other in (pair.split(), reversed(pair.split()))  # each is the other's
}
_AUXILIARY = re.compile(r"\b(is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b(?! not|n?['’]t)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*")
_NUMBER = re.compile(r"\b\d{1,4}\b")


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a text, and the spans of it that answer; none, where it does not."""

    set: str
    group: str
    question: str
    context: str
    spans: tuple[Span, ...]

    @property
    def title(self) -> str:
        """What the text is about, where its group tells."""
        name = self.group.partition(":")[2]
        return name.replace("_", " ") if self.set.removesuffix("-neg") in _TITLED_SETS else ""

    @property
    def held_out(self) -> bool:
        """Whether the group is one of those kept from training."""
        key = self.group.partition(":")[2] if self.set in _SENTENCE_SETS else self.group
        return hashlib.sha256(key.encode()).digest()[0] % HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Example:
    """A question read against one passage.

    `spans`, in characters of the passage, are its answers; with `whole` they are only sentences that
    hold the answer. None: the passage does not answer.
    """

    origin: str
    question: str
    title: str
    passage: str
    spans: tuple[Span, ...]
    whole: bool = False


def read_rows(folder: Path, rng: random.Random) -> list[Row]:
    """Every row of the data files of a directory, in the order of their names.

    Raises:
        OSError: a file can't be read.
        ValueError: a line is not in one of the two forms.
    """
    paths = sorted(path for path in folder.iterdir() if path.name.endswith((".jsonl", ".jsonl.gz")))
    return [_row(json.loads(line), rng) for path in paths for line in _lines(path)]


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from file


def _row(stored: Mapping[str, object], rng: random.Random) -> Row:
    group = str(stored["group"])
    name = str(stored.get("set") or group.partition(":")[0])
    if "sentence" in stored:
        context, span = _around(str(stored["sentence"]), list(stored["neighbours"]), rng)  # type: ignore[call-overload]
        return Row(name, group, str(stored["question"]), context, (span,))
    spans = tuple((start, end) for start, end in stored["spans"])  # type: ignore[attr-defined]
    return Row(name, group, str(stored["question"]), str(stored["context"]), spans)


def _around(sentence: str, neighbours: list[str], rng: random.Random) -> tuple[str, Span]:
    sentences = [*neighbours[:5], sentence]
    rng.shuffle(sentences)
    start = sum(len(other) + 1 for other in sentences[: sentences.index(sentence)])
    return " ".join(sentences), (start, start + len(sentence))


def examples_of(row: Row, rng: random.Random) -> Iterator[Example]:
    """A passage that answers, and at times another of the same text; or one of a text that does not."""
    passages = _passages_of(row.context)
    gold = [(passage, _within(passage, row.spans)) for passage in passages]
    answering = [(passage, spans) for passage, spans in gold if spans]
    silent = [passage for passage, _ in gold if not any(_touches(passage, span) for span in row.spans)]
    if answering:
        passage, spans = answering[0]
        yield _example(row, row.set, passage.text, spans)
        if silent and rng.random() < 0.5:
            yield _example(row, f"{row.set}, elsewhere", rng.choice(silent).text, ())
    elif not row.spans:
        yield _example(row, row.set, rng.choice(passages).text, ())


def edited(rows: Sequence[Row], rng: random.Random) -> Iterator[Example]:
    """Answerable questions changed by one name, number, opposite or "not", so that the passage answers no more.

    A name comes from another text of the same group, or the same set, and does not stand in the passage.
    Source: the kinds of unanswerable question that Rajpurkar et al., "Know What You Don't Know", 2018, list.
    """
    names = _names_by_group(rows)
    for row in rows:
        if not row.spans or row.set in _WHOLE_SENTENCE_SETS:
            continue
        found = [(p, _within(p, row.spans)) for p in _passages_of(row.context)]
        passage = next((p.text for p, spans in found if spans), None)
        question = passage and _edit(row.question, passage, names[row.group], rng)
        if passage and question:
            yield _example(row, "edited", passage, (), question)


def _edit(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str | None:
    edits = [edit for edit in (_other_name, _other_number, _opposite, _negated) if rng.random() < 0.5]
    rng.shuffle(edits)
    changed = (edit(question, passage, names, rng) for edit in edits)
    return next((other for other in changed if other is not None), None)


def _other_name(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str | None:
    own = [match for match in _NAME.finditer(question) if match[0] in passage]
    others = [name for name in names if name not in passage and name not in question]
    if not own or not others:
        return None
    match = rng.choice(own)
    return question[: match.start()] + rng.choice(others) + question[match.end() :]


def _other_number(question: str, passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    own = list(_NUMBER.finditer(question))
    if not own:
        return None
    match = rng.choice(own)
    other = str(abs(int(match[0]) + rng.choice((-1, 1)) * rng.randint(1, 30)))
    return (
        None if other in passage or other == match[0] else question[: match.start()] + other + question[match.end() :]
    )


def _opposite(question: str, _passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    words = question.split(" ")
    places = [place for place, word in enumerate(words) if word in _OPPOSITE]
    if not places:
        return None
    place = rng.choice(places)
    return " ".join([*words[:place], _OPPOSITE[words[place]], *words[place + 1 :]])


def _negated(question: str, _passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    match = _AUXILIARY.search(question)
    if match is None or rng.random() < 0.75:  # the plainest edit of all, so not the commonest
        return None
    return f"{question[: match.end()]}n't{question[match.end() :]}".replace("cann't", "can't").replace(
        "willn't", "won't"
    )


def mined(rows: Sequence[Row], embedder: Embedder, progress: Progress) -> Iterator[Example]:
    """The passage that retrieval puts first of those that do not hold the answer, one a question."""
    asked = [row for row in rows if row.spans and row.set in _SEARCHED_SETS]
    if not asked:
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        corpus = Path(scratch) / "articles.jsonl"
        ids = _write_corpus(asked, corpus)
        build_index(corpus, Path(scratch) / "index", embedder, progress=progress)
        index = LocalIndex.open(Path(scratch) / "index", lambda record: embedder)  # noqa: ARG005
        vectors = embedder.embed_passages([row.question for row in asked])
        for row, vector in zip(asked, vectors, strict=True):
            dense = index.nearest(vector, DEPTH, Filters())
            lexical = index.matching(row.question, DEPTH, TITLE_WEIGHT, Filters())
            found = index.passages([number for number, _ in tmm_convex(dense, lexical, DENSE_WEIGHT)[:10]])
            wrong = next((p for p in found if p.article_id != ids[row.context] and not _says(p.text, row)), None)
            if wrong is not None:
                yield _example(row, f"{row.set}, mined", wrong.text, ())


def _write_corpus(rows: Iterable[Row], path: Path) -> dict[str, str]:
    ids: dict[str, str] = {}
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            if row.context not in ids:
                ids[row.context] = f"context-{len(ids)}"
                record = {"id": ids[row.context], "title": row.title or "untitled", "text": row.context}
                file.write(json.dumps(record) + "\n")
    return ids


def _says(text: str, row: Row) -> bool:
    folded = text.casefold()
    return any(row.context[start:end].casefold() in folded for start, end in row.spans)


def _names_by_group(rows: Iterable[Row]) -> dict[str, list[str]]:
    by_group: dict[str, set[str]] = defaultdict(set)
    by_set: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, str] = {}
    for row in rows:
        found = _NAME.findall(row.question)
        by_group[row.group].update(found)
        by_set[row.set].update(found)
        groups[row.group] = row.set
    return {
        group: sorted(by_group[group] if len(by_group[group]) > 4 else by_set[name]) for group, name in groups.items()
    }


@lru_cache(maxsize=50_000)
def _passages_of(context: str) -> list[Passage]:
    return split_article(Article("context", "", context, "context"))


def _within(passage: Passage, spans: Iterable[Span]) -> tuple[Span, ...]:
    inside = ((s, e) for s, e in spans if passage.start <= s and e <= passage.end)
    return tuple((start - passage.start, end - passage.start) for start, end in inside)


def _touches(passage: Passage, span: Span) -> bool:
    return passage.start < span[1] and span[0] < passage.end


def _example(row: Row, origin: str, passage: str, spans: tuple[Span, ...], question: str | None = None) -> Example:
    return Example(origin, question or row.question, row.title, passage, spans, row.set in _WHOLE_SENTENCE_SETS)
