"""One size in a process of its own, so that its memory is its own: `build` or `serve`, with paths; prints JSON."""

import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex, LocalIndex
from index.types import Filters, Vector
from rag.assistant import Assistant
from rag.reader import reader_of
from rag.retrieval.retriever import DEPTH, TITLE_WEIGHT, Retriever
from rag.settings import SHIPPED
from tests.benchmarks.machine import memory
from tests.benchmarks.perturbed import PerturbedEmbedder
from tests.benchmarks.recall import passing, recalls
from tests.benchmarks.results import Built, Filtered, Served
from tests.benchmarks.searching import K, dealt
from tests.benchmarks.texts import SOURCES, edit_one
from tests.benchmarks.timing import in_hand, seconds_of, spread, spread_of

_EVERYTHING = Filters()


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
        articles=len(report.diff.added),
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


def serve(vectors: Path, directory: Path, questions_file: Path) -> Served:
    """Open an index as a server does, and search it with the questions of a file, one a line."""
    embedder = PerturbedEmbedder(vectors)
    questions = questions_file.read_text(encoding="utf-8").splitlines()
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
    filters = {name: Filters(source=name) for name in SOURCES}
    looked_for = [(K, _EVERYTHING), (DEPTH, _EVERYTHING), *((K, one) for one in filters.values())]
    shallow, deep, *filtered = recalls(index, queries, looked_for)
    return Served(
        open_seconds=round(opened, 3),
        ready_seconds=round(ready, 3),
        memory=now,
        memory_peak=peak,
        search=searched,
        dense=dense,
        lexical=lexical,
        filtered=_filtered(index, third, queries, dict(zip(SOURCES, filtered, strict=True))),
        k=K,
        recall=shallow,
        deep=DEPTH,
        recall_deep=deep,
        recall_questions=len(queries),
    )


def _filtered(
    index: LocalIndex, questions: Sequence[str], queries: Sequence[Vector], recall_of: dict[str, float]
) -> list[Filtered]:
    """Searches with a filter by each source, which take turns over the same questions."""
    retriever, filters = Retriever(index), {name: Filters(source=name) for name in recall_of}
    runs = {name: partial(_retrieve, retriever, one) for name, one in filters.items()}
    taken = in_hand(runs, dict.fromkeys(runs, questions))
    return [
        Filtered(
            every=SOURCES[name][0],
            passages=int(passing(index, one).sum()),
            search=spread(taken[name]),
            least=min(len(index.nearest(query, K, one)) for query in queries),
            recall=recall_of[name],
        )
        for name, one in filters.items()
    ]


def _retrieve(retriever: Retriever, filters: Filters, question: str) -> object:
    return retriever.retrieve(question, K, filters)


if __name__ == "__main__":
    step, *paths = sys.argv[1:]
    made = {"build": build, "serve": serve}[step](*map(Path, paths))
    sys.stdout.write(made.model_dump_json() + "\n")
