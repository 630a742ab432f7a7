"""Passages a second, side by side: the bare model, this project's embedder and build, and txtai."""

import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from index.build.build import build_index
from index.corpus.articles import read_articles
from index.models.embedder import SentenceTransformerEmbedder, choose_precision
from index.models.hub import ENGLISH_MODEL, shipped_folder
from index.passages import embedding_text
from index.passages.split import split_article
from index.types import Article
from tests.benchmarks import txtai_database
from tests.benchmarks.bare import AUTOCAST, Bare
from tests.benchmarks.processor import profile, rates
from tests.benchmarks.results import Embedding, Pace
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.texts import Real, write_corpus
from tests.benchmarks.timing import in_turn

_CHECKED = 64  # passages whose vectors are compared with float32's


def measure(real: Real, sizes: Sizes, work: Path) -> Embedding:
    """Embed the first real passages in all ways, round after round."""
    corpus = work / "embedded"
    write_corpus(real, sizes.embedded, corpus)
    passages = _passages(corpus)
    precision = choose_precision("auto", ENGLISH_MODEL, "", "", None)
    bare = Bare(shipped_folder(ENGLISH_MODEL))
    embedder = SentenceTransformerEmbedder(ENGLISH_MODEL, precision=precision, in_bulk=True)
    sweep = bare.sweep(_spread_over(passages, sizes.swept), sizes.batches)
    others = _others(sweep)
    runs = _runs(corpus, passages, bare, embedder, sweep[0])
    runs |= {name: _indexing(other, passages, work) for name, other in others.items()}
    for run in runs.values():
        run()  # models are loaded, and choices made, before anything counts
    taken = in_turn(runs, sizes.rounds)
    tokens, operations = bare.work(passages)
    checked = _spread_over(passages, _CHECKED)
    return Embedding(
        passages=len(passages),
        tokens=tokens,
        operations=operations,
        rounds=sizes.rounds,
        sweep=sweep,
        best=sweep[0],
        paces={name: round(len(passages) / median(seconds), 2) for name, seconds in taken.items()},
        seconds={name: [round(one, 4) for one in seconds] for name, seconds in taken.items()},
        agreement=_agreement(bare, embedder, checked),
        precision=embedder.record.precision,
        rates=rates(),
        profile=profile(embedder.record.precision, checked),
        txtai_settings={name: other.describe_settings() for name, other in others.items()},
    )


def _passages(corpus: Path) -> list[str]:
    """What a build of that corpus embeds, each once."""
    articles = (item for item in read_articles(corpus) if isinstance(item, Article))
    texts = (embedding_text(one.title, passage.text) for one in articles for passage in split_article(one))
    return list(dict.fromkeys(texts))


def _spread_over(passages: list[str], some: int) -> list[str]:
    """As many of the passages, short and long as all of them, the longest first."""
    ordered = sorted(passages, key=len, reverse=True)
    places = np.linspace(0, len(ordered) - 1, min(some, len(ordered))).round().astype(int)
    return [ordered[place] for place in places.tolist()]


def _others(sweep: list[Pace]) -> dict[str, txtai_database.TxtaiDatabase]:
    """txtai as it comes, and at the best setting of the bare model that it has too, which is none with autocast."""
    if not txtai_database.is_installed():
        return {}
    best = next(pace for pace in sweep if pace.precision != AUTOCAST)
    return {
        "txtai": txtai_database.TxtaiDatabase(),
        "txtai tuned": txtai_database.TxtaiDatabase.tuned(best.precision, best.batch),
    }


def _runs(
    corpus: Path, passages: list[str], bare: Bare, embedder: SentenceTransformerEmbedder, best: Pace
) -> dict[str, Callable[[], object]]:
    def build() -> None:
        directory = corpus.with_name("embedded-index")
        build_index(corpus, directory, embedder)
        shutil.rmtree(directory)

    return {
        "bare": lambda: bare.encode(passages, best.precision, best.batch),
        "embedder": lambda: embedder.embed_passages(passages),
        "build": build,
    }


def _indexing(other: txtai_database.TxtaiDatabase, passages: list[str], work: Path) -> Callable[[], None]:
    """txtai's index of the passages, made and saved as a build of this project's is."""
    rows = [(str(row), text, None) for row, text in enumerate(passages)]

    def index() -> None:
        folder = work / "embedded-txtai"
        other.index(rows, folder).close()
        shutil.rmtree(folder)

    return index


def _agreement(bare: Bare, embedder: SentenceTransformerEmbedder, texts: list[str]) -> float:
    exact = bare.encode(texts, "float32", 8)
    return round(float((exact * embedder.embed_passages(texts)).sum(axis=1).min()), 5)
