"""One size in a process of its own, so that its memory is its own: `build` or `serve`, with paths; prints JSON."""

import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from index.build import build_index
from index.catalog import Filters
from index.embedder import Matrix
from index.store import LiveIndex, LocalIndex
from rag.assistant import Assistant
from rag.reader import SHIPPED, reader_of
from rag.retriever import DEPTH, TITLE_WEIGHT, Retriever
from tests.benchmarks.machine import memory
from tests.benchmarks.perturbed import PerturbedEmbedder
from tests.benchmarks.results import Built, Served
from tests.benchmarks.searching import CHUNK, K, dealt, passages_of
from tests.benchmarks.texts import RARE, edit_one
from tests.benchmarks.timing import seconds_of, spread, spread_of

_EVERYTHING = Filters()
_ROUNDING = 1e-5  # two cosines nearer to each other are the same: sums are rounded by their order


def build(vectors: Path, corpus: Path, directory: Path) -> Built:
    """Build an index of a corpus, note what that took, then edit one article and bring it up to date."""
    embedder = PerturbedEmbedder(vectors)
    embedder.embed_query("warm up")  # the model's memory is that of any build
    began = time.perf_counter()
    report = build_index(corpus, directory, embedder, keep=1)
    took, (_, peak) = time.perf_counter() - began, memory()
    index = LocalIndex.open(directory, lambda record: embedder)
    sizes = {name: file.bytes for name, file in index.manifest.files.items()}
    edit_one(corpus)
    began = time.perf_counter()
    edited = build_index(corpus, directory, embedder, keep=1)
    return Built(
        passages=report.passages,
        articles=len(report.plan.added),
        unknown=embedder.unknown,
        write_seconds=0.0,
        build_seconds=round(took, 3),
        memory=peak,
        bytes_of=_by_name(sizes),
        edit_seconds=round(time.perf_counter() - began, 3),
        edit_embedded=edited.embedded,
    )


def _by_name(sizes: dict[str, int]) -> dict[str, int]:
    """Bytes of each file, those of one directory together."""
    summed: dict[str, int] = {}
    for name, size in sizes.items():
        first = name.split("/")[0]
        summed[first] = summed.get(first, 0) + size
    return summed


def serve(vectors: Path, directory: Path, asked: Path) -> Served:
    """Open an index as a server does, and search it with the questions of a file, one a line."""
    embedder = PerturbedEmbedder(vectors)
    questions = asked.read_text(encoding="utf-8").splitlines()
    began = time.perf_counter()
    live = LiveIndex(directory, lambda record: embedder)
    opened = time.perf_counter() - began
    Assistant(live, reader=reader_of(SHIPPED)).warm_up()
    ready = time.perf_counter() - began
    index = live.current()
    retriever = Retriever(index)
    first, second, third = dealt(questions, 3, len(questions))
    queries = [embedder.embed_query(question) for question in first]
    retriever.retrieve("warm up", K)
    searched = spread_of(lambda question: retriever.retrieve(question, K), second)
    dense = spread([seconds_of(partial(index.nearest, query, DEPTH, _EVERYTHING)) for query in queries])
    lexical = spread_of(lambda text: index.matching(text, DEPTH, TITLE_WEIGHT, _EVERYTHING), first)
    now, peak = memory()  # before anything that a server does not do
    rare = Filters(source=RARE)
    return Served(
        open_seconds=round(opened, 3),
        ready_seconds=round(ready, 3),
        memory=now,
        memory_peak=peak,
        search=searched,
        dense=dense,
        lexical=lexical,
        filtered=spread_of(lambda text: retriever.retrieve(text, K, rare), third),
        filter_passages=len(_passing(index, rare)),
        filter_least=min(len(index.nearest(query, K, rare)) for query in queries),
        k=K,
        recall=recall(index, queries),
        recall_questions=len(queries),
    )


def _passing(index: LocalIndex, filters: Filters) -> Sequence[int]:
    rows = index.catalog.rows_of(filters)
    return range(index.manifest.passages) if rows is None else rows.tolist()


def recall(index: LocalIndex, queries: Sequence[np.ndarray]) -> float:
    """The share of the ten nearest that a search for ten finds, against every vector, made again from its passage.

    What is found counts where its cosine is at least the tenth of all, so that equals may stand for each other.
    """
    asked = np.stack(queries)
    found = [[row for row, _ in index.nearest(query, K, _EVERYTHING)] for query in queries]
    wanted = {row for rows in found for row in rows}
    best = np.full((len(queries), K), -2.0, dtype=np.float32)
    cosines: dict[int, np.ndarray] = {}
    for start, vectors in _vectors(index):
        scores = asked @ vectors.T
        joined = np.concatenate([best, scores], axis=1)
        best = -np.partition(-joined, K - 1, axis=1)[:, :K]
        cosines |= {row: scores[:, row - start] for row in wanted if start <= row < start + len(vectors)}
    least = best.min(axis=1) - _ROUNDING
    right = [sum(cosines[row][place] >= least[place] for row in rows) for place, rows in enumerate(found)]
    return round(float(np.mean(right)) / min(K, index.manifest.passages), 4)


def _vectors(index: LocalIndex) -> Iterator[tuple[int, Matrix]]:
    """The vectors of all rows, some at a time, each with the first of its rows."""
    rows = passages_of(index)
    while some := list(islice(rows, CHUNK)):
        yield some[0][0], index.embedder.embed_passages([text for _, _, text in some])


if __name__ == "__main__":
    step, *paths = sys.argv[1:]
    made = {"build": build, "serve": serve}[step](*map(Path, paths))
    sys.stdout.write(made.model_dump_json() + "\n")
