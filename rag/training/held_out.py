"""The held-out groups as collections, for `rag eval` and for `fit`: python -m rag.training.held_out DATA OUT.

The corpus of each is every text of its set, and the questions are those of the groups that the reader was
not trained on. Every second of those groups is left out of the corpus where there are enough of them, and
its questions kept as ones that nothing in the corpus answers.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from rag.training.examples import Row, read_rows

# Sets with whole texts to search in; and the most questions taken of each, so that none outweighs the rest.
_SETS = ("squad2", "squadshifts-wiki", "squadshifts-amazon", "squadshifts-reddit", "covidqa", "qed")
_QUESTIONS = 1000
_FEW = 4  # held-out groups of which none is left out
_BETWEEN = "\n\n"


def write_collections(data: Path, out: Path) -> list[Path]:
    """One collection a set under OUT; gives their directories."""
    rows = read_rows(data, random.Random(0))  # noqa: S311 (the same every time, and no secret)
    there = {row.set for row in rows}
    return [_write([row for row in rows if row.set == name], out / name) for name in _SETS if name in there]


def _write(rows: Sequence[Row], folder: Path) -> Path:
    asked = [row for row in rows if row.held_out]
    groups = sorted({row.group for row in asked})
    absent = set(groups[1::2]) if len(groups) > _FEW else set()
    contexts = _contexts(row for row in rows if row.group not in absent)
    random.Random(0).shuffle(asked)  # noqa: S311
    questions = (_question(number, row, contexts.get(row.group)) for number, row in enumerate(asked[:_QUESTIONS]))
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "articles.jsonl", _articles(rows, contexts))
    _write_lines(folder / "questions.jsonl", questions)
    (folder / "README.md").write_text(f"{rows[0].set}: the groups no reader was trained on.\n", encoding="utf-8")
    return folder


def _contexts(rows: Iterable[Row]) -> dict[str, list[str]]:
    """The texts of each group, in the order they come."""
    contexts: dict[str, dict[str, None]] = {}
    for row in rows:
        contexts.setdefault(row.group, {})[row.context] = None
    return {group: list(texts) for group, texts in contexts.items()}


def _articles(rows: Sequence[Row], contexts: Mapping[str, Sequence[str]]) -> Iterator[dict[str, object]]:
    titles = {row.group: row.title for row in rows}
    for group, texts in contexts.items():
        yield {"id": group, "title": titles[group] or texts[0][:60], "text": _BETWEEN.join(texts)}


def _question(number: int, row: Row, contexts: Sequence[str] | None) -> dict[str, object]:
    spans: list[dict[str, object]] = []
    if contexts is not None:
        before = sum(len(text) + len(_BETWEEN) for text in contexts[: contexts.index(row.context)])
        spans = [
            {"article_id": row.group, "start": before + start, "end": before + end, "text": row.context[start:end]}
            for start, end in row.spans
        ]
    return {"id": str(number), "question": row.question, "answerable": bool(spans), "spans": spans}


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _main(
    data: Annotated[Path, typer.Argument(help="A directory of training data.")],
    out: Annotated[Path, typer.Argument(help="Where to write a directory a set.")],
) -> None:
    """Write the held-out groups as collections."""
    for folder in write_collections(data, out):
        print(folder)


if __name__ == "__main__":
    typer.run(_main)
