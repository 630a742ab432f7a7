"""Clocks, judgements and the report, on figures made by hand."""

from collections.abc import Callable

import pytest

from tests.benchmarks import report, targets, timing
from tests.benchmarks.__main__ import _with_larger
from tests.benchmarks.results import (
    Built,
    Embedding,
    Filtered,
    Machine,
    Pace,
    Quality,
    Rate,
    Run,
    Scale,
    Search,
    Served,
    Spread,
    Start,
    Texts,
)
from tests.benchmarks.sizes import FULL, QUICK
from tests.benchmarks.timing import in_hand, in_turn, spread


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
    texts = Texts(origins=["corpus"], articles=1, passages=1, questions=1)
    common = {"commit": "abc", "dirty": False, "date": "2026-01-02T03:04:05+00:00", "quick": False, "minutes": 1.0}
    return Run(**common, machine=machine, texts=texts, noise=0.5, **parts)


def embedding_of(paces: dict[str, float]) -> Embedding:
    """Ten passages of 1 GFLOP each; in float32 the processor multiplies at 100 GFLOP/s, and at 50 in layers."""
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
            Rate(shape=shape, precision=kind, gigaops=times * rate, computed_by=f"a kernel of {kind}")
            for kind, times in (("float32", 1), ("bfloat16", 2), ("int8", 4))
            for shape, rate in shapes.items()
        ],
        profile=[],
        txtai_settings={},
    )


def test_what_was_not_measured_is_not_judged():
    """A run of nothing reaches nothing and misses nothing."""
    assert {one.verdict for one in targets.targets(run_of()) if one.wanted != targets.NO_TARGET} == {"not measured"}


@pytest.mark.parametrize(("build", "verdicts"), [(40.0, ["reached", "reached"]), (30.0, ["not reached"] * 2)])
def test_builds_are_judged_beside_txtai_and_beside_the_bare_model(build: float, verdicts: list[str]):
    """Four times the one, and 0.85 of the other."""
    run = run_of(embedding=embedding_of({"bare": 45.0, "embedder": 42.0, "build": build, "txtai": 10.0}))
    with_target = [one for one in targets.targets(run)[:3] if one.wanted != targets.NO_TARGET]
    assert [one.verdict for one in with_target] == verdicts


def test_the_share_of_the_processors_rate_is_of_operations_a_second():
    """42 passages a second of 1 GFLOP are 0.42 of 100 GFLOP/s, and 0.84 of 50, of a rate in the same precision."""
    found = embedding_of({"embedder": 42.0})
    assert targets.share_of_rate(found) == pytest.approx(0.42)
    assert targets.share_of_rate(found, square=False) == pytest.approx(0.84)
    in_8_bits = found.model_copy(update={"precision": "int8"})
    assert targets.share_of_rate(in_8_bits) == pytest.approx(0.42 / 4)


def quality_of(collection: str, precision: str, hit: float) -> Quality:
    """A collection of which vectors find so much; words beside them find all."""
    figures = {"dense alone": {"hit@1": hit, "MRR@10": 0.9}, "as shipped": {"hit@1": 1.0, "MRR@10": 1.0}}
    return Quality(collection=collection, questions=10, precision=precision, figures=figures)


def test_a_precision_is_judged_by_what_it_loses_beside_float32():
    """On the collection that is named; where it loses the most of all, half a hundredth, is only told."""
    named = targets.JUDGED
    exact = [quality_of(named, "float32", 0.8), quality_of("b", "float32", 0.5)]
    rough = [quality_of(named, "int8", 0.796), quality_of("b", "int8", 0.495)]
    embedding = embedding_of({"bare": 45.0, "embedder": 40.0}).model_copy(update={"precision": "int8"})
    run = run_of(embedding=embedding, quality=[*exact, *rough])
    dense, shown, shipped, _ = [one for one in targets.targets(run) if one.name.startswith("retrieval")]
    assert (dense.reached, dense.verdict) == ("0.4", "not reached")
    assert (shown.reached, shown.verdict) == ("0.5", "")
    assert (shipped.reached, shipped.verdict) == ("0", "reached")
    assert "| the most below float32 |  | int8 | 0.50 |" in report.render(run)


def scale_of(size: int, seconds: float) -> Scale:
    """A size whose build took so long; all else is the same for all."""
    spread = Spread(p50=1.0, p95=2.0, count=3)
    built = Built(
        passages=size,
        articles=size,
        unknown=0,
        write_seconds=0.0,
        build_seconds=seconds,
        memory=1,
        bytes_of={"a": 1},
        edit_seconds=3.0,
        edit_embedded=1,
    )
    times = dict.fromkeys(("search", "dense", "lexical"), spread)
    filtered = [
        Filtered(every=100, passages=5, search=spread, least=4, recall=0.8),
        Filtered(every=2, passages=50, search=spread, least=10, recall=0.99),
    ]
    found = {"filtered": filtered, "k": 10, "recall": 0.97, "deep": 50, "recall_deep": 0.9, "recall_questions": 3}
    served = Served(open_seconds=1.0, ready_seconds=2.0, memory=1, memory_peak=2, **times, **found)
    return Scale(size=size, built=built, served=served)


def test_growth_is_the_slope_of_each_step_on_logarithmic_scales_and_judged_by_the_steepest():
    """A build that takes a hundred times as long for ten times the passages grows as their square."""
    run = run_of(scales=[scale_of(100, 1.0), scale_of(1000, 100.0), scale_of(10_000, 200.0)])
    assert targets.slopes(run)["its time without embedding"] == pytest.approx({1000: 2.0, 10_000: 0.30103})
    assert targets.slopes(run)["bytes of the index"] == {1000: 0.0, 10_000: 0.0}
    growth = targets.targets(run)[-1]
    assert growth.name.endswith("time up to 1,000 passages")
    assert (growth.reached, growth.verdict) == ("2", "not reached")
    assert targets.targets(run_of(scales=[scale_of(100, 1.0)]))[-1].verdict == "not measured"


def test_filters_are_judged_by_the_worst_of_them():
    """One lacks a hit of the five that there are, and finds eight of ten of the nearest."""
    run = run_of(scales=[scale_of(100, 1.0)])
    *_, recall, of_filters, hits, _ = targets.targets(run)
    assert (recall.reached, recall.verdict) == ("0.97", "not reached")
    assert of_filters.name == "recall@10 with a filter of 1 % or 50 %, the least of all sizes"
    assert (of_filters.reached, of_filters.verdict) == ("0.8", "not reached")
    assert (hits.reached, hits.verdict) == ("1", "not reached")
    assert "| 100 | 50 % | 50 | 1.00 | 2.00 | 10, 10 | 0.990 |" in report.render(run)


def test_an_edit_is_judged_by_a_build_with_its_embedding():
    """3 s are 3 % of 50 s and the 50 s that embedding 100,000 passages takes at 2,000 a second."""
    paces = {"bare": 2000.0, "embedder": 2000.0}
    run = run_of(embedding=embedding_of(paces), scales=[scale_of(100_000, 50.0)])
    edit = next(one for one in targets.targets(run) if one.name.startswith("one edit"))
    assert (edit.reached, edit.verdict) == ("3 %", "not reached")


def test_a_start_is_judged_by_its_seconds_and_its_memory():
    """Of what is measured; at the target itself it is reached."""
    ask = Start(command="rag ask", seconds=2.0, memory=451_000_000, runs=3)
    run = run_of(starts=[ask])
    seconds, memory = [one for one in targets.targets(run) if one.name == "rag ask"]
    assert (seconds.reached, seconds.verdict) == ("2 s", "reached")
    assert (memory.reached, memory.verdict) == ("451 MB", "not reached")
    assert next(one for one in targets.targets(run) if one.name == "rag --help").verdict == "not measured"
    assert "| rag ask | 2.00 | 451 |" in report.render(run)


def test_larger_sizes_of_another_run_are_told_to_be_of_another():
    """Those that were measured now stay; with which commit the rest were measured is said."""
    known = run_of(scales=[scale_of(size, 1.0) for size in (100, 1000, 10_000)]).model_copy(update={"commit": "old"})
    run = _with_larger(run_of(scales=[scale_of(100, 2.0), scale_of(1000, 2.0)]), known)
    assert [(one.size, one.built.build_seconds) for one in run.scales] == [(100, 2.0), (1000, 2.0), (10_000, 1.0)]
    assert "(10,000 passages earlier, at old)" in report.render(run)
    alone = _with_larger(run_of(scales=[scale_of(10_000, 2.0)]), known)
    assert (len(alone.scales), alone.larger_commit) == (1, None)


def test_searches_of_larger_sizes_of_another_run_are_told_too():
    """Of those sizes alone; what was searched now stays."""
    parts = ("whole", "embed_query", "dense", "lexical", "fusion_and_catalog", "besides_embedding")
    times = dict.fromkeys(parts, Spread(p50=1.0, p95=1.0, count=1))
    before, again, larger = (Search(passages=size, k=10, **times) for size in (100, 1000, 10_000))
    scales = [scale_of(size, 1.0) for size in (100, 1000, 10_000)]
    known = run_of(scales=scales, searches=[before, again, larger])
    now = again.model_copy(update={"k": 5})
    assert _with_larger(run_of(scales=scales[:2], searches=[now]), known).searches == [now, larger]


def test_a_report_is_written_of_any_part():
    """A run that was cut short has a report too."""
    assert "## Embedding" not in report.render(run_of())
    assert "| bare model | 45.0 |" in report.render(run_of(embedding=embedding_of({"bare": 45.0, "embedder": 40.0})))


def test_rounds_begin_with_another_run_each_time():
    """None has the best place in all of them."""
    order: list[str] = []
    runs: dict[str, Callable[[], object]] = {name: lambda name=name: order.append(name) for name in "abc"}
    taken = in_turn(runs, 3)
    assert "".join(order) == "abcbcacab"
    assert [len(seconds) for seconds in taken.values()] == [3, 3, 3]


def test_questions_are_dealt_to_runs_in_turn(monkeypatch):
    """All get their first ones, then all their second, beginning with another run, until none is left."""
    order: list[str] = []
    monkeypatch.setattr(timing, "IN_A_ROW", 2)
    own = {"a": ["1", "3", "5"], "b": ["2", "4", "6"]}
    taken = in_hand({"a": order.append, "b": order.append}, own)
    assert order == ["1", "3", "2", "4", "6", "5"]
    assert {name: len(seconds) for name, seconds in taken.items()} == {"a": 3, "b": 3}
    with pytest.raises(ValueError, match="too many values"):
        in_hand({"a": order.append, "b": order.append}, own | {"a": ["1"]})


def test_a_spread_is_in_milliseconds():
    """Of as many runs as there were."""
    assert spread([0.001] * 3).count == 3
    assert spread([0.001] * 20).p50 == pytest.approx(1.0)


def test_sizes_go_up_to_the_largest():
    """By tens, and those that are searched are of them."""
    assert FULL.up_to(1_000_000).scales == (1_000, 10_000, 100_000, 1_000_000)
    assert FULL.up_to(1_000_000).searched == (10_000, 100_000, 1_000_000)
    assert (FULL.up_to(5_000).scales, FULL.up_to(5_000).searched) == ((1_000, 5_000), (5_000,))
    assert set(QUICK.searched) <= set(QUICK.scales)
