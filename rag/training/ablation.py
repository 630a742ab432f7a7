"""What each part of retrieval is worth: python -m rag.training.ablation DIR[=CORPUS]... [--json FILE].

Every collection is indexed once and every question is embedded once. Then each setting of the retriever below searches
for all questions. ABLATION.md, beside this file, has the figures and what was chosen by them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from index.console import failures, progress_of, say
from index.engine.local.local_index import LocalIndex
from index.models.embedder import Embedder, SentenceTransformerEmbedder
from index.types import Matrix, Passage, Vector
from rag.errors import CollectionError
from rag.evaluation.collection import Collection, Question, read_collection
from rag.evaluation.metrics import retrieval_figures
from rag.evaluation.run import index_of, passage_rankings
from rag.question.follow_ups import interpret
from rag.question.normalise import normalise, normalise_history
from rag.retrieval.fusion import min_max, reciprocal_ranks
from rag.retrieval.retriever import Retriever

SHIPPED = "as shipped"
SHOWN = ("hit@1", "hit@5", "MRR@10", "nDCG@10")

Setting = Mapping[str, Any]  # the fields of a Retriever that differ from the shipped ones
Figures = dict[str, float]


def settings() -> dict[str, Setting]:
    """Every setting that is compared, by its name; a weight in a name is that of the dense ranking."""
    by_rank = {
        f"reciprocal ranks, constant {constant}, {name}": {
            "fusion": partial(reciprocal_ranks, constant=constant),
            **weight,
        }
        for constant in (10, 60)
        for name, weight in (("equal", {"dense_weight": 0.5}), ("0.4", {"dense_weight": 0.4}))
    }
    lexical_alone = {
        f"BM25 alone, titles {weight:g}": {"title_weight": weight, "dense_weight": 0.0}
        for weight in (0.0, 0.25, 0.5, 1.0)
    }
    return {
        SHIPPED: {},
        "dense alone": {"dense_weight": 1.0},
        **lexical_alone,
        **by_rank,
        **{
            f"min–max, {weight:g}": {"fusion": min_max, "dense_weight": weight}
            for weight in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
        },
        **{f"theoretical, {weight:g}": {"dense_weight": weight} for weight in (0.4, 0.6, 0.7, 0.75, 0.8, 0.85)},
        **{f"as shipped, titles {weight:g}": {"title_weight": weight} for weight in (0.0, 0.25, 1.0)},
        "as shipped, copies listed": {"distinct": False},
    }


class KnownQueries:
    """An embedder that embedded these queries all at once, and knows no others."""

    def __init__(self, embedder: Embedder, queries: Sequence[str]) -> None:
        self.record = embedder.record
        self.embed_passages = embedder.embed_passages
        distinct = list(dict.fromkeys(queries))
        self._vectors: dict[str, Vector] = dict(zip(distinct, embedder.embed_queries(distinct), strict=True))

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        return self._vectors[text]

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row a query: (n, dim) float32, unit length."""
        return np.stack([self._vectors[text] for text in texts])


@dataclass(frozen=True, slots=True)
class InMemoryIndex(LocalIndex):
    """An index whose passages are all in memory."""

    all_passages: Sequence[Passage]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in their order."""
        return [self.all_passages[row] for row in rows]


def with_gold(collection: Collection) -> list[Question]:
    """The answerable questions that name a span or an article."""
    return [question for question in collection.questions if question.has_gold()]


def ablate(
    collection: Collection, index: LocalIndex, compared: Mapping[str, Setting] | None = None
) -> dict[str, Figures]:
    """The retrieval figures of the compared settings, by default of all, over the questions with gold.

    Raises:
        CollectionError: there is no such question.
    """
    questions, compared = with_gold(collection), compared or settings()
    if not questions:
        raise CollectionError(f"{collection.name} holds no answerable question with gold.", "Leave it out.")
    queries = []
    for question in questions:
        typed_query = normalise(question.question)
        queries.append((interpret(typed_query, normalise_history(question.history), index), typed_query))
    passages = index.passages(range(index.manifest.passages))
    known = KnownQueries(index.embedder, [text for query in queries for text in query])
    parts = (index.catalog, index.dense, index.lexical, index.mentions, index.duplicates, index.lease, index.files)
    in_memory = InMemoryIndex(index.manifest, known, *parts, passages)
    figures = {}
    with progress_of(f"{collection.name}: settings") as progress:
        for done, (name, setting) in enumerate(compared.items(), start=1):
            rankings = passage_rankings(Retriever(in_memory, **setting), queries)
            figures[name] = retrieval_figures(questions, rankings, passages)
            progress(done, len(compared))
    return figures


def mean_of(tables: Sequence[dict[str, Figures]]) -> dict[str, Figures]:
    """The mean of every figure over collections, each counting the same however many questions it has."""
    return {
        name: {figure: float(np.mean([table[name][figure] for table in tables])) for figure in figures}
        for name, figures in tables[0].items()
    }


def print_table(title: str, table: Mapping[str, Figures]) -> None:
    """Print a table in Markdown, the best of each column in bold."""
    say(f"### {title}\n\n| setting | {' | '.join(SHOWN)} |\n|---|{'---|' * len(SHOWN)}")
    best = {name: max(round(figures[name], 3) for figures in table.values()) for name in SHOWN}
    for setting, figures in table.items():
        cells = []
        for name in SHOWN:
            is_best = round(figures[name], 3) == best[name]
            cells.append(f"**{figures[name]:.3f}**" if is_best else f"{figures[name]:.3f}")
        say(f"| {setting} | {' | '.join(cells)} |")
    say()


def run(arguments: Sequence[str], keep: Path | None, embedder: Embedder) -> dict[str, dict[str, Figures]]:
    """The figures of every setting by collection; each argument is DIR or DIR=CORPUS; indexes stay in `keep`.

    Raises:
        CollectionError: as `read_collection`, `index_of` and `ablate`.
    """
    collections = []
    for argument in arguments:
        folder, _, corpus = argument.partition("=")
        collections.append(read_collection(Path(folder), Path(corpus) if corpus else None))
    tables = {}
    for collection in collections:
        directory = keep / collection.name if keep else None
        with index_of(collection, directory, embedder, progress_of) as index:
            tables[collection.name] = ablate(collection, index)
    return tables


def main(
    collections: Annotated[list[str], typer.Argument(metavar="DIR[=CORPUS]...", help="Collections, as for rag eval.")],
    keep: Annotated[Path | None, typer.Option("--index", help="Keep the indexes in this directory.")] = None,
    file: Annotated[Path | None, typer.Option("--json", help="Write the figures into this file too.")] = None,
) -> None:
    """Measure what each part of retrieval is worth on collections, and print a table of each and their mean."""
    with failures(as_json=False):
        tables = run(collections, keep, SentenceTransformerEmbedder())
    mean = mean_of(list(tables.values()))
    for name, table in {**tables, "mean over the collections": mean}.items():
        print_table(name, table)
    if file:
        today = datetime.now(UTC).date().isoformat()
        document = {"made": today, "collections": tables, "mean": mean}
        file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
