"""The pictures of a report: risk against coverage, and confidence against the share that is right."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import StorageError
from rag.evaluation.calibration import ScoredAnswer, reliability, risk_coverage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of a picture on a light or a dark page."""

    name: str
    ink: str
    quiet: str
    line: str


# The pictures are transparent; their colours are those of the page below them.
THEMES = (Colours("light", "#17181a", "#85888a", "#8a6100"), Colours("dark", "#eae9e3", "#7c7f83", "#f0c239"))


def draw_pictures(answers: Sequence[ScoredAnswer], threshold: float, folder: Path, prefix: str = "") -> None:
    """Write risk-coverage-light.svg, reliability-light.svg, and both again for a dark page; names begin with `prefix`.

    Raises:
        StorageError: the disk refused.
    """
    points, bins = risk_coverage(answers), reliability(answers)
    answered = [right for confidence, right in answers if confidence >= threshold]
    for colours in THEMES:
        with _picture(folder / f"{prefix}risk-coverage-{colours.name}.svg", colours) as axes:
            axes.set(xlabel="coverage: share of questions answered", ylabel="risk: share of those that is wrong")
            marker = "." if len(points) < 3 else None
            axes.plot(*zip(*points, strict=True), color=colours.line, linewidth=2, marker=marker)
            if answered:
                point = (len(answered) / len(answers), 1 - sum(answered) / len(answered))
                axes.plot(*point, "o", color=colours.ink, clip_on=False)
                side, offset = ("right", (-8, 8)) if point[0] > 0.5 else ("left", (8, 8))
                axes.annotate(f"threshold {threshold:g}", point, offset, textcoords="offset points", ha=side)
        with _picture(folder / f"{prefix}reliability-{colours.name}.svg", colours) as axes:
            axes.set(xlabel="confidence, mean of the bin", ylabel="share that is right")
            axes.plot([0, 1], [0, 1], "--", color=colours.quiet, linewidth=1)
            shares = [group.right for group in bins]
            confidences = [group.confidence for group in bins]
            axes.plot(confidences, shares, color=colours.line, linewidth=1.5, marker="o", clip_on=False)
            for group in bins:  # beside each point, the number of its answers
                point = (group.confidence, group.right)
                axes.annotate(str(group.count), point, (-6, 5), textcoords="offset points", ha="right", fontsize=9)


@contextmanager
def _picture(path: Path, colours: Colours) -> Iterator["Axes"]:
    """Axes from 0 to 1, saved as SVG when the block ends."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # The same run gives the same bytes: the ids are not random, and there is no date.
    with rc_context({**style(colours), "font.size": 11, "svg.hashsalt": "rag"}):
        figure = Figure(figsize=(5.2, 4.2), layout="constrained")
        axes = figure.add_subplot(xlim=(0, 1), ylim=(0, 1))
        axes.spines[["top", "right"]].set_visible(False)
        yield axes
        try:
            figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
        except OSError as error:
            raise StorageError(f"{path} can't be written ({error}).", "Name another place, or make room.") from error


def style(colours: Colours) -> "dict[RcKeyType, str]":
    """The settings of matplotlib for these colours."""
    return {
        "text.color": colours.ink,
        "axes.labelcolor": colours.ink,
        "xtick.color": colours.ink,
        "ytick.color": colours.ink,
        "axes.edgecolor": colours.quiet,
    }
