"""What is found with vectors of each precision, on collections whose questions name what answers them."""

from pathlib import Path

from index.console import progress_of
from index.models.embedder import SentenceTransformerEmbedder
from index.models.precision import computes_in_bfloat16
from index.types import Precision
from rag.evaluation.collection import Collection, read_collection
from rag.evaluation.run import index_of
from rag.training.ablation import SHIPPED, ablate, settings, with_gold
from tests.benchmarks.results import Quality
from tests.benchmarks.texts import collections_in
from tests.conftest import REPOSITORY

SETTINGS = ("dense alone", SHIPPED)
FIGURES = ("hit@1", "MRR@10")
_OWN = ("reader", "followups")


def measure(directory: Path | None) -> list[Quality]:
    """Every collection of a directory, or this project's own, in every precision that the processor has."""
    collections = [one for one in _collections(directory) if with_gold(one)]
    precisions: list[Precision] = ["float32", *(["bfloat16"] if computes_in_bfloat16() else []), "int8"]
    return [_found(one, SentenceTransformerEmbedder(precision=name)) for name in precisions for one in collections]


def _collections(directory: Path | None) -> list[Collection]:
    if directory is None:
        return [read_collection(REPOSITORY / "tests/data" / name, REPOSITORY / "corpus") for name in _OWN]
    return [read_collection(folder) for folder in collections_in(directory) if (folder / "questions.jsonl").exists()]


def _found(collection: Collection, embedder: SentenceTransformerEmbedder) -> Quality:
    compared = {name: settings()[name] for name in SETTINGS}
    with index_of(collection, None, embedder, progress_of) as index:
        found = ablate(collection, index, compared)
    return Quality(
        collection=collection.name,
        questions=len(with_gold(collection)),
        precision=embedder.record.precision,
        figures={name: {figure: round(found[name][figure], 5) for figure in FIGURES} for name in SETTINGS},
    )
