"""The tables of a report, each from its results."""

from collections.abc import Sequence

from tests.benchmarks.plots import NAMES
from tests.benchmarks.results import Ask, Embedding, Filtered, Quality, Run, Scale, Search, Spread, Start
from tests.benchmarks.targets import full_seconds, points_lost, share, targets


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def target_table(run: Run) -> str:
    """Every target beside what was reached."""
    rows = [[one.name, one.wanted, one.reached, "" if run.quick else one.verdict] for one in targets(run)]
    return table(["", "to reach", "measured", "not judged" if run.quick else ""], rows)


def paces(found: Embedding) -> str:
    """Passages a second, side by side."""
    return table(
        ["", "passages a second", "beside the bare model", "least and most"],
        [_pace(found, name) for name in found.paces],
    )


def _pace(found: Embedding, name: str) -> list[str]:
    least, most = (found.passages / seconds for seconds in (max(found.seconds[name]), min(found.seconds[name])))
    pace = found.paces[name]
    return [NAMES[name], f"{pace:.1f}", f"{pace / found.paces['bare']:.2f}×", f"{least:.1f} to {most:.1f}"]


def sweep(found: Embedding) -> str:
    """The bare model at all settings."""
    batches = sorted({one.batch for one in found.sweep})
    pace = {(one.precision, one.batch): f"{one.passages_per_second:.1f}" for one in found.sweep}
    precisions = sorted({one.precision for one in found.sweep}, reverse=True)
    rows = [[precision, *(pace[precision, batch] for batch in batches)] for precision in precisions]
    return table(["", *(f"batches of {batch}" for batch in batches)], rows)


def rates(found: Embedding) -> str:
    """What multiplying matrices reaches."""
    precisions = list(dict.fromkeys(one.precision for one in found.rates))
    rate = {(one.shape, one.precision): f"{one.gigaops:.0f}" for one in found.rates}
    rows = [[shape, *(rate[shape, kind] for kind in precisions)] for shape in dict.fromkeys(shape for shape, _ in rate)]
    by = {kind: dict.fromkeys(one.computed_by for one in found.rates if one.precision == kind) for kind in precisions}
    return table(["", *precisions], [*rows, ["computed by", *(", ".join(names) for names in by.values())]])


def profile(found: Embedding) -> str:
    """Where embedding's time goes."""
    return table(["operation", "share"], [[one.operation, f"{one.share:.1%}"] for one in found.profile])


def quality(found: Sequence[Quality]) -> str:
    """Retrieval in every precision, in hundredths, and the most that it is below float32."""
    columns = [(setting, figure) for setting, figures in found[0].figures.items() for figure in figures]
    rows = [
        [one.collection, f"{one.questions:,}", one.precision, *(f"{100 * one.figures[a][b]:.1f}" for a, b in columns)]
        for one in sorted(found, key=lambda one: one.collection)
    ]
    for precision in dict.fromkeys(one.precision for one in found):
        lost = [points_lost(found, precision, setting)[figure] for setting, figure in columns]
        rows.append(["the most below float32", "", precision, *(f"{points:.2f}" for points in lost)])
    return table(["", "questions", "precision", *(f"{figure}, {setting}" for setting, figure in columns)], rows)


def searched(found: Search) -> str:
    """Searching, in parts, beside txtai."""
    named = {
        "search for passages, whole": found.whole,
        "– embedding the question": found.embed_query,
        "– all else, of a question whose vector is known": found.besides_embedding,
        "– – nearest vectors": found.dense,
        "– – BM25 over passages and titles": found.lexical,
        "– – joining, copies, reading the passages": found.fusion_and_catalog,
        "search, whole, the words searched in a thread": found.in_a_thread,
        "search, whole, the words searched after the vectors": found.one_by_one,
        "txtai, whole": found.txtai,
        "– all but embedding the question": found.txtai_besides_embedding,
    }
    return table(["", "p50, ms", "p95, ms"], [[name, *_spread(one)] for name, one in named.items() if one])


def ask_table(found: Ask) -> str:
    """Asking, beside the bare question."""
    named = {
        "embedding the question: `encode` as it comes": found.bare_default,
        f"embedding the question: {found.bare_precision}, its best": found.bare_best,
        "ask without the reader": found.fast,
        "ask with the reader": found.default,
        "the same questions again, without the reader": found.fast_again,
        "the same questions again, with the reader": found.default_again,
    }
    first = found.bare_default.p50
    rows = [[name, *_spread(one), f"{one.p50 / first:.3g}×"] for name, one in named.items() if one]
    return table(["", "p50, ms", "p95, ms", "beside the first"], rows)


def _spread(found: Spread) -> list[str]:
    return [f"{found.p50:.2f}", f"{found.p95:.2f}"]


def starts(found: Sequence[Start]) -> str:
    """Commands as whole processes."""
    rows = [[one.command, f"{one.seconds:.2f}", f"{one.memory / 1e6:.0f}"] for one in found]
    return table(["", "seconds", "memory, MB"], rows)


def built(run: Run) -> str:
    """The seconds of builds by size."""
    head = ["passages", "real ones", "whole", "embedding", "all else", "after an edit", "of the whole"]
    return table(head, [_built(run, one) for one in run.scales])


def _built(run: Run, one: Scale) -> list[str]:
    made, whole = one.built, full_seconds(run, one)
    real = min(made.passages, run.texts.passages)
    seconds = [whole, whole - made.build_seconds, made.build_seconds, made.edit_seconds]
    share = f"{made.edit_seconds / whole:.2%}"
    return [f"{made.passages:,}", f"{real:,}", *(f"{value:.1f}" for value in seconds), share]


def sizes(run: Run) -> str:
    """The megabytes of files and processes by size."""
    files = sorted({name for one in run.scales for name in one.built.bytes_of})
    head = ["passages", "index", *files, "build, peak", "server", "server, peak"]
    return table(head, [_sizes(one, files) for one in run.scales])


def _sizes(one: Scale, files: Sequence[str]) -> list[str]:
    held = one.built.bytes_of
    memory = [one.built.memory, one.served.memory, one.served.memory_peak]
    values = [sum(held.values()), *(held.get(name, 0) for name in files), *memory]
    return [f"{one.built.passages:,}", *(f"{value / 1e6:.1f}" for value in values)]


def served(run: Run) -> str:
    """Opening and searching by size."""
    pairs = [title for part in ("search", "vectors", "BM25") for title in (f"{part} p50", "p95")]
    head = ["passages", "open, s", "ready, s", *pairs, *_recalls(run)]
    return table(head, [_served(one) for one in run.scales])


def _served(one: Scale) -> list[str]:
    found = one.served
    seconds = [f"{found.open_seconds:.2f}", f"{found.ready_seconds:.2f}"]
    spreads = [*_spread(found.search), *_spread(found.dense), *_spread(found.lexical)]
    return [f"{one.built.passages:,}", *seconds, *spreads, f"{found.recall:.3f}", f"{found.recall_deep:.3f}"]


def _recalls(run: Run) -> list[str]:
    depths = [(one.served.k, one.served.deep) for one in run.scales][:1]
    return [f"recall@{depth}" for both in depths for depth in both]


def filtered(run: Run) -> str:
    """Searching with filters by size."""
    head = ["passages", "filter of", "lets through", "search p50", "p95", "hits, of", "recall@10"]
    return table(head, [_filtered(one, few) for one in run.scales for few in one.served.filtered])


def _filtered(one: Scale, found: Filtered) -> list[str]:
    hits = f"{found.least}, {min(one.served.k, found.passages)}"
    counts = [f"{one.built.passages:,}", share(found), f"{found.passages:,}"]
    return [*counts, *_spread(found.search), hits, f"{found.recall:.3f}"]
