"""The held-out groups as collections, for `rag eval` and for `fit`: python -m rag.training.held_out DATA OUT.

There is one collection for each dataset, and for some another of the same questions in other languages' words. Its
corpus is every text of the dataset, and its questions are those of the groups that the reader was not trained on. Where
there are enough of those groups, every second one is left out of the corpus, and its questions are kept as unanswerable
ones.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rag.training.code_switching import switched
from rag.training.examples import Row, read_rows

# Datasets with whole texts to search in.
DATASETS = ("squad2", "squadshifts-wiki", "squadshifts-amazon", "squadshifts-reddit", "covidqa", "qed", "pquad")
SWITCHED_DATASETS = ("squad2", "squadshifts-wiki")
_QUESTIONS = 1000  # of each, at most, so that none outweighs the others
_FEW = 4  # with this many held-out groups or fewer, none is left out of the corpus
_BETWEEN = "\n\n"  # two contexts of an article


def write_collections(data: Path, out: Path) -> list[Path]:
    """Write one collection for each dataset under OUT; gives their directories."""
    rows = read_rows(data, random.Random(0))  # noqa: S311 (the same every time, and no secret)
    folders = []
    for name in DATASETS:
        dataset_rows = [row for row in rows if row.dataset == name]
        if dataset_rows:
            folders.append(out / name)
            write_collection(dataset_rows, out / name)
        if dataset_rows and name in SWITCHED_DATASETS:
            folders.append(out / f"{name}-switched")
            write_collection([_switched(row) for row in dataset_rows], folders[-1])
    return folders


def _switched(row: Row) -> Row:
    """The row, its question in the words of one of three languages, the same at each call."""
    rng = random.Random(row.question)  # noqa: S311 (no secret)
    return replace(row, question=switched(row.question, rng.choice(("tr", "ru", "ar")), rng))


def write_collection(rows: Sequence[Row], folder: Path) -> None:
    """Write the rows of one dataset as a collection."""
    held_out = [row for row in rows if row.held_out]
    groups = sorted({row.group for row in held_out})
    absent = set(groups[1::2]) if len(groups) > _FEW else set()
    titles: dict[str, str] = {}
    contexts: dict[str, list[str]] = {}  # of each group in the corpus
    for row in rows:
        if row.group not in absent:
            titles[row.group] = row.title
            group_contexts = contexts.setdefault(row.group, [])
            if row.context not in group_contexts:
                group_contexts.append(row.context)
    articles = [
        {
            "id": group,
            "title": titles[group] or texts[0][:60],
            "text": _BETWEEN.join(texts),
            "language": rows[0].language,
        }
        for group, texts in contexts.items()
    ]
    random.Random(0).shuffle(held_out)  # noqa: S311
    questions = [_question(number, row, contexts.get(row.group)) for number, row in enumerate(held_out[:_QUESTIONS])]
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "articles.jsonl", articles)
    _write_lines(folder / "questions.jsonl", questions)
    (folder / "README.md").write_text(f"{rows[0].dataset}: the groups no reader was trained on.\n", encoding="utf-8")


def _question(number: int, row: Row, contexts: Sequence[str] | None) -> dict[str, object]:
    """A question as it stands in a collection; its spans are those of the article that joins the group's contexts."""
    spans: list[dict[str, object]] = []
    if contexts is not None:
        offset = sum(len(text) + len(_BETWEEN) for text in contexts[: contexts.index(row.context)])
        spans = [
            {"article_id": row.group, "start": offset + start, "end": offset + end, "text": row.context[start:end]}
            for start, end in row.spans
        ]
    return {"id": str(number), "question": row.question, "answerable": bool(spans), "spans": spans}


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def main(
    data: Annotated[Path, typer.Argument(help="A directory of training data.")],
    out: Annotated[Path, typer.Argument(help="Where to write a directory for each dataset.")],
) -> None:
    """Write the held-out groups as collections."""
    for folder in write_collections(data, out):
        print(folder)


if __name__ == "__main__":
    typer.run(main)
