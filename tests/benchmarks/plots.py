"""The pictures of a report: cost curves by size, and the systems side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.evaluation.plots import THEMES, Colours, style
from tests.benchmarks.results import Run
from tests.benchmarks.targets import full_seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = {
    "bare": "bare model",
    "embedder": "embedder",
    "build": "whole build",
    "txtai": "txtai",
    "txtai tuned": "txtai, tuned",
}


def draw(run: Run, folder: Path) -> None:
    """Write costs-light.svg and costs-dark.svg."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    for colours in THEMES:
        # The same run gives the same bytes: no random ids, and no date below. Letters stay letters, which is smaller.
        with rc_context({**style(colours), "font.size": 9, "svg.hashsalt": "rag", "svg.fonttype": "none"}):
            figure = Figure(figsize=(9, 5.6), layout="constrained")
            panels = figure.subplots(2, 3).ravel()
            for axes in panels:
                axes.spines[["top", "right"]].set_visible(False)
            _draw_all(run, list(panels), colours)
            figure.savefig(
                folder / f"costs-{colours.name}.svg", format="svg", transparent=True, metadata={"Date": None}
            )


def _draw_all(run: Run, panels: "Sequence[Axes]", colours: Colours) -> None:
    scales = run.scales
    sizes = [one.built.passages for one in scales]
    build = {
        "whole": [full_seconds(run, one) for one in scales],
        "without embedding": [one.built.build_seconds for one in scales],
        "after an edit": [one.built.edit_seconds for one in scales],
    }
    megabytes = {"index": [sum(one.built.bytes_of.values()) / 1e6 for one in scales]}
    memory = {
        "building": [one.built.memory / 1e6 for one in scales],
        "serving": [one.served.memory_peak / 1e6 for one in scales],
    }
    latency = {
        "search, p95": [one.served.search.p95 for one in scales],
        "search, p50": [one.served.search.p50 for one in scales],
        "dense, p50": [one.served.dense.p50 for one in scales],
        "lexical, p50": [one.served.lexical.p50 for one in scales],
    }
    named = {"building, seconds": build, "on disk, MB": megabytes, "memory, MB": memory, "searching, ms": latency}
    for axes, (title, curves) in zip(panels, named.items(), strict=False):
        _draw_curves(axes, title, sizes, curves, colours)
    _draw_bars(panels[4], "passages a second", run.embedding.paces if run.embedding else {}, colours)
    _draw_bars(panels[5], "one question, ms", _questions(run), colours)


def _questions(run: Run) -> dict[str, float]:
    found = {}
    if run.ask:
        ask = run.ask
        found = {"bare embedding": ask.bare_default.p50, "ask": ask.fast.p50, "ask, reader": ask.default.p50}
    for search in run.searches[:1]:  # of as many passages as are asked
        found["search"] = search.whole.p50
        found |= {"txtai": search.txtai.p50} if search.txtai else {}
    return found


def _draw_curves(
    axes: "Axes", title: str, sizes: Sequence[int], curves: Mapping[str, Sequence[float]], colours: Colours
) -> None:
    axes.set(title=title, xlabel="passages", xscale="log", yscale="log")
    styles = (("-", colours.line), ("-", colours.ink), ("--", colours.line), ("--", colours.ink))
    for (name, values), (line, colour) in zip(curves.items(), styles, strict=False):
        axes.plot(sizes, values, line, color=colour, marker="o", markersize=3, label=name)
    top = max((values[0] for values in curves.values() if values), default=1.0)
    if sizes:
        # What is steeper than this grows faster than the passages.
        axes.plot(sizes, [top * size / sizes[0] for size in sizes], color=colours.quiet, linewidth=0.8, label="linear")
    axes.minorticks_off()
    axes.margins(y=0.25)  # room for the legend, above the curves' beginnings
    axes.legend(frameon=False, fontsize=7, loc="upper left")


def _draw_bars(axes: "Axes", title: str, values: Mapping[str, float], colours: Colours) -> None:
    axes.set(title=title)
    names = [NAMES.get(name, name) for name in values]
    bars = axes.barh(names, list(values.values()), color=colours.line)
    axes.bar_label(bars, fmt="%.3g", padding=2, color=colours.ink)
    axes.margins(x=0.2)
    axes.invert_yaxis()
