"""The pictures of a report: risk against coverage, and confidence against what is right."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.evaluation.calibration import ScoredAnswer, reliability, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType


@dataclass(frozen=True, slots=True)
class Colours:
    """Of ink and of what stays behind it, on a page of that name."""

    name: str
    ink: str
    quiet: str
    line: str


# As the page's own, which the pictures are put on without a ground of theirs.
THEMES = (Colours("light", "#17181a", "#85888a", "#8a6100"), Colours("dark", "#eae9e3", "#7c7f83", "#f0c239"))


def draw(judged: Sequence[ScoredAnswer], threshold: float, folder: Path) -> None:
    """Write risk-coverage-light.svg, reliability-light.svg, and both again for a dark page."""
    for colours in THEMES:
        with _picture(folder / f"risk-coverage-{colours.name}.svg", colours) as axes:
            _draw_risk(axes, judged, threshold, colours)
        with _picture(folder / f"reliability-{colours.name}.svg", colours) as axes:
            _draw_reliability(axes, judged, colours)


@contextmanager
def _picture(path: Path, colours: Colours) -> Iterator["Axes"]:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # The same run gives the same bytes: no random ids, and no date below.
    with rc_context({**style(colours), "font.size": 11, "svg.hashsalt": "rag"}):
        figure = Figure(figsize=(5.2, 4.2), layout="constrained")
        axes = figure.add_subplot(xlim=(0, 1), ylim=(0, 1))
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def style(colours: Colours) -> "dict[RcKeyType, str]":
    """The settings of matplotlib for these colours."""
    return {
        "text.color": colours.ink,
        "axes.labelcolor": colours.ink,
        "xtick.color": colours.ink,
        "ytick.color": colours.ink,
        "axes.edgecolor": colours.quiet,
    }


def _draw_risk(axes: "Axes", judged: Sequence[ScoredAnswer], threshold: float, colours: Colours) -> None:
    points = risk_coverage(judged)
    axes.set(xlabel="coverage: share of questions answered", ylabel="risk: share of those that is wrong")
    axes.plot(*zip(*points, strict=True), color=colours.line, linewidth=2, marker="." if len(points) < 3 else None)
    answered = [right for confidence, right in judged if confidence >= threshold]
    if answered:
        here = (len(answered) / len(judged), 1 - sum(answered) / len(answered))
        axes.plot(*here, "o", color=colours.ink, clip_on=False)
        beside = ("right", (-8, 8)) if here[0] > 0.5 else ("left", (8, 8))
        axes.annotate(f"threshold {threshold:g}", here, beside[1], textcoords="offset points", ha=beside[0])


def _draw_reliability(axes: "Axes", judged: Sequence[ScoredAnswer], colours: Colours) -> None:
    bins = reliability(judged)
    axes.set(xlabel="confidence, mean of the bin", ylabel="share that is right")
    axes.plot([0, 1], [0, 1], "--", color=colours.quiet, linewidth=1)
    places = ([one.confidence for one in bins], [one.right for one in bins])
    axes.plot(*places, color=colours.line, linewidth=1.5, marker="o", clip_on=False)
    for one in bins:
        # How many questions speak for the point, beside the line.
        place = (one.confidence, one.right)
        axes.annotate(str(one.count), place, (-6, 5), textcoords="offset points", ha="right", fontsize=9)
