"""What was to be reached, and what was."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import harmonic_mean

from tests.benchmarks.results import Ask, Embedding, Filtered, Quality, Run, Scale, Search

LINEAR = 1.0  # the slope of a cost on logarithmic scales, above which it grows faster than the passages do
_SLACK = 0.05  # of that slope, for what the clock and the disk add
EDITED = 100_000  # passages, the size at which an edit is judged
LARGEST = 1_000_000
JUDGED, ANY = "xquad-en", "any collection"  # the one whose precision is judged; smaller ones move by whole questions
POINTS = 0.3  # hundredths that a figure may be below float32's
NO_TARGET = "–"  # what is only shown
# Seconds from the start of a command until it has ended, or can be used.
START_SECONDS = {
    "rag --help": 0.3,
    "rag search": 1.5,
    "rag ask": 2.0,
    "rag index, nothing changed": 1.5,
    "rag index, one file changed": 3.0,
    "rag serve, until /readyz": 3.0,
    "rag mcp, until initialized": 3.0,
}
START_MEGABYTES = {"rag ask": 450.0}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to reach; `ok` is None where it was not measured."""

    name: str
    wanted: str
    reached: str = "–"
    ok: bool | None = None

    @property
    def verdict(self) -> str:
        """In words."""
        if self.wanted == NO_TARGET:
            return ""
        return "not measured" if self.ok is None else "reached" if self.ok else "not reached"


def targets(run: Run) -> list[Target]:
    """All targets, each beside what this run found."""
    parts = (_embedding, _quality, _latency, _largest, _edit, _starts, _all_sizes)
    return [target for part in parts for target in part(run)]


def rate_of(found: Embedding, *, square: bool) -> float:
    """Thousands of millions of operations a second, in the precision of our embedder: at a square or as in layers."""
    own = [one for one in found.rates if one.precision == found.precision]
    rates = [one.gigaops for one in own if ("square" in one.shape) == square]
    return harmonic_mean(rates)  # the model does as many operations at each shape of its layers


def share_of_rate(found: Embedding, name: str = "embedder", *, square: bool = True) -> float:
    """The model's operations a second while embedding, as a share of what one multiplication reaches."""
    a_passage = found.operations / found.passages
    return a_passage * found.paces[name] / 1e9 / rate_of(found, square=square)


def full_seconds(run: Run, scale: Scale) -> float:
    """The seconds of a full build: what was measured, and the embedding at the pace that was measured."""
    pace = run.embedding.paces["embedder"] if run.embedding else math.inf
    return scale.built.build_seconds + scale.built.passages / pace


def _embedding(run: Run) -> Iterator[Target]:
    found = run.embedding
    paces = found.paces if found else {}
    txtai, tuned, bare = (_ratio(paces.get("build"), paces.get(name)) for name in ("txtai", "txtai tuned", "bare"))
    share = share_of_rate(found) if found else None
    indexing, best = "indexing end to end, beside", "the bare model at its best setting"
    yield _judged(f"{indexing} txtai's, as it comes", "≥ 4×", txtai, lambda x: x >= 4, "×")
    yield _judged(f"{indexing} txtai's, tuned by this suite", NO_TARGET, tuned, bool, "×")
    yield _judged(f"{indexing} {best}", "≥ 0.85×", bare, lambda x: x >= 0.85, "×")
    rate = "embedding, of the rate of a large matrix multiplication"
    yield _judged(rate, "≥ 0.60, or the profile", share, lambda x: x >= 0.6)


def _quality(run: Run) -> Iterator[Target]:
    precision = run.embedding.precision if run.embedding else ""
    for setting in dict.fromkeys(name for one in run.quality for name in one.figures):
        for place in (JUDGED, ANY):
            those = [one for one in run.quality if place in (ANY, one.collection)]
            lost = max(points_lost(those, precision, setting).values(), default=None)
            name = f"retrieval {setting} in {precision}, points below float32, the most on {place}"
            yield _judged(name, "≤ 0.3" if place == JUDGED else NO_TARGET, lost, lambda x: x <= POINTS)


def points_lost(found: Sequence[Quality], precision: str, setting: str) -> dict[str, float]:
    """What each figure is below float32's, in hundredths: the most of any collection; nothing where it is unknown."""
    exact = {one.collection: one.figures[setting] for one in found if one.precision == "float32"}
    own = {one.collection: one.figures[setting] for one in found if one.precision == precision}
    lost = [
        {name: 100 * (exact[place][name] - value) for name, value in figures.items()} for place, figures in own.items()
    ]
    return {name: max(one[name] for one in lost) for name in lost[0]} if lost else {}


def _latency(run: Run) -> Iterator[Target]:
    ask = run.ask
    for search in run.searches or [None]:
        faster = _ratio(search.txtai.p50 if search and search.txtai else None, search.whole.p50 if search else None)
        yield _judged(f"search{_over(search)}, p50: txtai's beside this", "≥ 8×", faster, lambda x: x >= 8, "×")
    for name, bare in (("its best", ask and ask.bare_best), ("its default", ask and ask.bare_default)):
        ratio = _ratio(ask.fast.p50 if ask else None, bare.p50 if bare else None)
        label = f"ask without the reader{_over(ask)}, p50, beside embedding the question at {name} setting"
        yield _judged(label, "≤ 4×", ratio, lambda x: x <= 4, "×")
    default = ask.default.p50 if ask else None
    yield _judged(f"ask with the reader{_over(ask)}, p50", "≤ 60 ms", default, lambda x: x <= 60, " ms")


def _over(found: Search | Ask | None) -> str:
    return f" over {found.passages:,} passages" if found else ""


def _largest(run: Run) -> Iterator[Target]:
    served = next((one.served for one in run.scales if one.size == LARGEST), None)
    where = f"{LARGEST:,} passages: "
    yield _judged(f"{where}search, p50", "≤ 12 ms", served and served.search.p50, lambda x: x <= 12, " ms")
    yield _judged(f"{where}search, p95", "≤ 40 ms", served and served.search.p95, lambda x: x <= 40, " ms")
    yield _judged(f"{where}recall@10", "≥ 0.98", served and served.recall, lambda x: x >= 0.98)
    yield _judged(f"{where}resident", "< 3 GB", served and served.memory_peak / 1e9, lambda x: x < 3, " GB")
    yield _judged(f"{where}open to ready", "≤ 60 s", served and served.ready_seconds, lambda x: x <= 60, " s")


def _edit(run: Run) -> Iterator[Target]:
    scale = next((one for one in run.scales if one.size == EDITED), None)
    share = scale.built.edit_seconds / full_seconds(run, scale) if scale and run.embedding else None
    percent = None if share is None else 100 * share
    yield _judged(f"one edit in {EDITED:,} passages, of a full build", "< 3 %", percent, lambda x: x < 3, " %")


def _starts(run: Run) -> Iterator[Target]:
    seconds = {one.command: one.seconds for one in run.starts}
    megabytes = {one.command: one.memory / 1e6 for one in run.starts}
    for unit, most, found in ((" s", START_SECONDS, seconds), (" MB", START_MEGABYTES, megabytes)):
        for command, wanted in most.items():
            yield _judged(command, f"≤ {wanted:g}{unit}", found.get(command), wanted.__ge__, unit)


def _all_sizes(run: Run) -> Iterator[Target]:
    served, filtered = [one.served for one in run.scales], [few for one in run.scales for few in one.served.filtered]
    shares = " or ".join(dict.fromkeys(f"{share(one)}" for one in filtered))
    with_filter = f"with a filter of {shares}" if shares else "with a filter"
    for name, recall in (
        ("recall@10 of the vectors' search", min((one.recall for one in served), default=None)),
        (f"recall@10 {with_filter}", min((one.recall for one in filtered), default=None)),
    ):
        yield _judged(f"{name}, the least of all sizes", "≥ 0.98", recall, lambda x: x >= 0.98)
    most = max((lacking(one.served.k, few) for one in run.scales for few in one.served.filtered), default=None)
    yield _judged(f"hits lacking {with_filter}, the most of all sizes", "0", most, lambda x: x == 0)
    yield _growth(run)


def share(found: Filtered) -> str:
    """What a filter lets through, in words."""
    return f"{100 / found.every:g} %"


def lacking(k: int, found: Filtered) -> int:
    """The hits that a filter gave too few, of those there are."""
    return min(k, found.passages) - found.least


def _growth(run: Run) -> Target:
    growing = {(name, size): slope for name, steps in slopes(run).items() for size, slope in steps.items()}
    (name, size), steepest = max(growing.items(), key=lambda item: item[1], default=(("a cost", 0), None))
    where = f" up to {size:,} passages" if size else ""
    label = f"growth from any size to the next, where 1 is linear: the steepest, {name}{where}"
    return _judged(label, f"≤ {LINEAR:g}", steepest, lambda x: x <= LINEAR + _SLACK)


def curves(run: Run) -> dict[str, list[float]]:
    """What grows with the passages, one value a size."""
    scales = run.scales
    return {
        "a whole build's time": [full_seconds(run, one) for one in scales],
        "its time without embedding": [one.built.build_seconds for one in scales],
        "bytes of the index": [float(sum(one.built.bytes_of.values())) for one in scales],
        "a build's memory": [float(one.built.memory) for one in scales],
        "a server's memory": [float(one.served.memory_peak) for one in scales],
        "search's p50": [one.served.search.p50 for one in scales],
    }


def slopes(run: Run) -> dict[str, dict[int, float]]:
    """Every step of each curve on logarithmic scales, by the size it leads to."""
    steps = list(pairwise(one.built.passages for one in run.scales))
    return {
        name: {
            size: math.log(cost / less) / math.log(size / fewer)
            for (fewer, size), (less, cost) in zip(steps, pairwise(values), strict=True)
        }
        for name, values in curves(run).items()
    }


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one / other


def _judged(name: str, wanted: str, value: float | None, reached: Callable[[float], bool], unit: str = "") -> Target:
    if value is None:
        return Target(name, wanted)
    return Target(name, wanted, f"{value:.3g}{unit}", reached(value))
