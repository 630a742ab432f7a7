"""The suite itself: its copies, vectors, judgements and report are what they say, and a quick run completes."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from index.articles import Article, read_articles
from index.build import build_index
from index.copies import first_copies, signatures
from index.passages import split_article
from index.store import LocalIndex
from tests.benchmarks import report, targets, texts
from tests.benchmarks.perturbed import PerturbedEmbedder, write_vectors
from tests.benchmarks.process import recall
from tests.benchmarks.results import Embedding, Machine, Pace, Rate, Run, Texts
from tests.benchmarks.sizes import FULL, QUICK
from tests.benchmarks.timing import in_hand, in_turn, spread
from tests.conftest import REPOSITORY, WordEmbedder


@pytest.fixture(scope="module")
def real() -> texts.Real:
    """This project's own articles and questions."""
    return texts.read_real(None)


@pytest.fixture
def written(real: texts.Real, tmp_path: Path) -> list[Article]:
    """A corpus of three times the real articles, as it is read again."""
    texts.write_corpus(real, 3 * len(real.passages), tmp_path / "corpus")
    return [item for item in read_articles(tmp_path / "corpus") if isinstance(item, Article)]


def run_of(**parts: object) -> Run:
    """A run of which nothing but some parts was measured."""
    machine = Machine(
        processor="a processor",
        cores=2,
        threads=2,
        memory=8_000_000_000,
        instructions=[],
        system="a system",
        python="3",
        libraries={"torch": "2"},
    )
    told = Texts(origins=["corpus"], articles=1, passages=1, questions=1)
    common = {"commit": "abc", "dirty": False, "date": "2026-01-02T03:04:05+00:00", "quick": False, "minutes": 1.0}
    return Run(**common, machine=machine, texts=told, noise=0.5, **parts)


def embedding_of(paces: dict[str, float]) -> Embedding:
    """Ten passages of 1 GFLOP each, on a processor that multiplies at 100 GFLOP/s, and at 50 in layers."""
    shapes = {"2048×2048 square": 100.0, **{f"layer {number}": 50.0 for number in range(3)}}
    return Embedding(
        passages=10,
        tokens=100,
        operations=10e9,
        rounds=1,
        sweep=[Pace(precision="float32", batch=8, passages_per_second=1.0)],
        best=Pace(precision="float32", batch=8, passages_per_second=1.0),
        paces=paces,
        seconds={name: [10 / pace] for name, pace in paces.items()},
        agreement=1.0,
        precision="float32",
        rates=[
            Rate(shape=shape, precision=kind, gflops=rate)
            for kind in ("float32", "bfloat16")
            for shape, rate in shapes.items()
        ],
        profile=[],
        txtai_settings={},
    )


def test_a_corpus_holds_the_real_articles_first_and_as_many_passages_as_were_asked_for(real, written):
    """Every real text is there as it is, and the last copy is the one that reaches the number."""
    count = sum(len(split_article(article)) for article in written)
    assert [article.text for article in written[: len(real.articles)]] == [article.text for article in real.articles]
    assert 0 <= count - 3 * len(real.passages) < max(len(split_article(article)) for article in written)
    assert len({article.article_id for article in written}) == len(written)


def test_copies_keep_the_bounds_of_passages_and_lead_back_to_them(real, written):
    """Almost every passage of a copy is, without its own words, one of a real article."""
    moulds = {texts.masked(passage.text) for article in real.articles for passage in split_article(article)}
    copies = [passage for article in written[len(real.articles) :] for passage in split_article(article)]
    assert len(copies) > 100
    assert sum(texts.masked(passage.text) in moulds for passage in copies) >= 0.97 * len(copies)


def test_copies_are_no_near_copies(written):
    """None is folded away, so that an index has as much to do as with other texts."""
    passages = [passage.text for article in written for passage in split_article(article)]
    firsts = first_copies(signatures(passages), lambda place: passages[place])
    assert firsts.tolist() == list(range(len(passages)))


def test_one_article_in_a_hundred_passes_the_narrow_filter(real, tmp_path):
    """Sources are given out by the article's place."""
    count = texts.write_corpus(real, 800, tmp_path / "corpus")
    sources = [item.source for item in read_articles(tmp_path / "corpus") if isinstance(item, Article)]
    assert sources.count(texts.RARE) == -(-count // texts.RARE_EVERY)


def test_an_edit_changes_one_article(real, tmp_path):
    """The others stay as they were."""
    corpus = tmp_path / "corpus"
    texts.write_corpus(real, 200, corpus)
    before = {item.article_id: item.text for item in read_articles(corpus) if isinstance(item, Article)}
    texts.edit_one(corpus)
    after = {item.article_id: item.text for item in read_articles(corpus) if isinstance(item, Article)}
    assert len([name for name in before if after[name] != before[name]]) == 1
    assert after.keys() == before.keys()


def test_a_directory_without_collections_is_refused(tmp_path):
    """The sentence says what was looked for."""
    with pytest.raises(SystemExit, match="articles.jsonl"):
        texts.read_real(tmp_path)


class Drawn:
    """An embedder of random vectors that are close together, as real ones are."""

    record = WordEmbedder.record

    def embed_passages(self, passages: Sequence[str]) -> np.ndarray:
        vectors = np.random.default_rng(3).standard_normal((len(passages), 128)).astype(np.float32) + 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_copy_has_a_vector_near_its_real_passage_and_always_the_same(real, tmp_path):
    """A real passage has its own; of a copy it is the nearest, unit long; an unknown text is counted."""
    path = tmp_path / "vectors.npz"
    write_vectors(real.passages, Drawn(), path)  # type: ignore[arg-type]
    vectors = Drawn().embed_passages(real.passages)
    embedder = PerturbedEmbedder(path)
    np.testing.assert_allclose(embedder.embed_passages(real.passages), vectors, atol=1e-6)
    moulds = [texts.Mould.of(text.partition("\n")[2]) for text in real.passages]
    words = texts.words_of(moulds)
    copies = [f"A copy\n{mould.copy(random.Random(5), words)}" for mould in moulds]
    perturbed = embedder.embed_passages(copies)
    np.testing.assert_array_equal(PerturbedEmbedder(path).embed_passages(copies), perturbed)
    np.testing.assert_allclose(np.linalg.norm(perturbed, axis=1), 1.0, atol=1e-5)
    nearest = (perturbed @ vectors.T).argmax(axis=1)
    assert (nearest == np.arange(len(copies))).mean() > 0.9
    assert embedder.unknown == 0
    embedder.embed_passages(["A title\nNothing that was ever read."])
    assert embedder.unknown == 1


def test_recall_is_the_share_of_the_ten_nearest_that_are_found(real, tmp_path):
    """An exact search finds all, and one that gives the nearest five and the farthest five finds half."""
    embedder = WordEmbedder()
    texts.write_corpus(real, 60, tmp_path / "corpus")
    build_index(tmp_path / "corpus", tmp_path / "index", embedder)
    index = LocalIndex.open(tmp_path / "index", lambda record: embedder)
    queries = [embedder.embed_query(question) for question in real.questions[:5]]
    assert recall(index, queries) == 1.0

    class Halving:
        """An index whose search is half wrong."""

        def __getattr__(self, name: str) -> object:
            return getattr(index, name)

        def nearest(self, vector: np.ndarray, k: int, filters: object) -> list[tuple[int, float]]:
            everything = index.nearest(vector, index.manifest.passages, filters)
            return everything[: k // 2] + everything[-(k - k // 2) :]

    assert recall(Halving(), queries) == 0.5  # type: ignore[arg-type]


def test_what_was_not_measured_is_not_judged():
    """A run of nothing reaches nothing and misses nothing."""
    assert {one.verdict for one in targets.targets(run_of()) if one.wanted != targets.NO_TARGET} == {"not measured"}


@pytest.mark.parametrize(("build", "verdicts"), [(40.0, ["reached", "reached"]), (30.0, ["not reached"] * 2)])
def test_builds_are_judged_beside_txtai_and_beside_the_bare_model(build: float, verdicts: list[str]):
    """Four times the one, and 0.85 of the other."""
    run = run_of(embedding=embedding_of({"bare": 45.0, "embedder": 42.0, "build": build, "txtai": 10.0}))
    judged = [one for one in targets.targets(run)[:3] if one.wanted != targets.NO_TARGET]
    assert [one.verdict for one in judged] == verdicts


def test_the_share_of_the_processors_rate_is_of_operations_a_second():
    """42 passages a second of 1 GFLOP are 0.42 of 100 GFLOP/s, and 0.84 of 50."""
    found = embedding_of({"embedder": 42.0})
    assert targets.share_of_rate(found) == pytest.approx(0.42)
    assert targets.share_of_rate(found, square=False) == pytest.approx(0.84)


def test_the_table_goes_between_the_marks_of_a_readme():
    """What stood there goes, all else stays, and a README without the marks is refused."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    once = report.placed(readme, "| a table |")
    assert "| a table |" in once
    assert report.placed(once, "| another |").replace("| another |", "| a table |") == once
    with pytest.raises(ValueError, match="not one"):
        report.placed("Nothing.", "| a table |")


def test_a_report_is_written_of_any_part():
    """A run that was cut short has a report too."""
    assert "## Embedding" not in report.written(run_of())
    assert "| bare model | 45.0 |" in report.written(run_of(embedding=embedding_of({"bare": 45.0, "embedder": 40.0})))


def test_rounds_begin_with_another_run_each_time():
    """None has the best place in all of them."""
    order: list[str] = []
    runs: dict[str, Callable[[], object]] = {name: lambda name=name: order.append(name) for name in "abc"}
    taken = in_turn(runs, 3)
    assert "".join(order) == "abcbcacab"
    assert [len(seconds) for seconds in taken.values()] == [3, 3, 3]


def test_questions_are_dealt_to_runs_in_turn():
    """All get their first, then all their second; the spread of it is in milliseconds."""
    order: list[str] = []
    taken = in_hand({"a": order.append, "b": order.append}, {"a": ["1", "3"], "b": ["2", "4"]})
    assert order == ["1", "2", "3", "4"]
    assert spread(taken["a"]).count == 2
    assert spread([0.001] * 20).p50 == pytest.approx(1.0)


def test_sizes_go_up_to_the_largest():
    """By tens, and the size that is searched is one of them."""
    assert FULL.up_to(1_000_000).scales == (1_000, 10_000, 100_000, 1_000_000)
    assert (FULL.up_to(5_000).scales, FULL.up_to(5_000).searched) == ((1_000, 5_000), 5_000)
    assert QUICK.searched in QUICK.scales


@pytest.mark.slow
def test_the_models_operations_are_what_torch_counts():
    """The count of the layers is that of torch's own counter, for one text."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from index.embedder import bundled_folder
    from tests.benchmarks.bare import FULL as FLOAT32
    from tests.benchmarks.bare import Bare

    bare, text = Bare(bundled_folder()), "Kites fly over Lahore in spring, when the festival of Basant is held."
    with FlopCounterMode(display=False) as counter, torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        bare.encode([text], FLOAT32, 1)
    _, operations = bare.work([text])
    assert operations == pytest.approx(counter.get_total_flops(), rel=0.01)


@pytest.mark.slow
def test_a_quick_run_measures_everything(tmp_path):
    """It completes, with every figure, every quote exact and nothing lost by a search; times are not judged."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick", "--out", tmp_path],
        cwd=REPOSITORY,
        env={**mine, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run = report.read(tmp_path / "results" / report.LATEST)
    assert (run.quick, datetime.fromisoformat(run.date).tzinfo is not None) == (True, True)
    assert run.embedding is not None
    assert run.search is not None
    assert run.ask is not None
    assert min(run.embedding.paces.values()) > 0
    assert {"bare", "embedder", "build"} <= run.embedding.paces.keys()
    assert len(run.embedding.sweep) == 3 * len(QUICK.batches)
    assert run.embedding.agreement > 0.99
    assert (run.search.k, run.search.whole.count, run.ask.exact) == (10, QUICK.questions, True)
    assert [one.size for one in run.scales] == list(QUICK.scales)
    for one in run.scales:
        assert one.built.passages >= one.size
        assert one.built.edit_embedded in (1, 2)
        assert one.served.filter_least == min(one.served.k, one.served.filter_passages)
        assert one.served.recall >= 0.98
        assert min(one.built.memory, one.served.memory) > 100_000_000
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "costs-dark.svg", "costs-light.svg", "results"}
    assert "NOT EVERY QUOTE" not in (tmp_path / "README.md").read_text(encoding="utf-8")
