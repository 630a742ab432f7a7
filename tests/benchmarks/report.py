"""A run as files: its results, README.md here, and the pictures."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.benchmarks import plots, sections
from tests.benchmarks.results import Embedding, Run
from tests.benchmarks.targets import share_of_rate, slopes
from tests.benchmarks.txtai_database import MISSING

TEMPLATE = Path(__file__).with_name("report.md.jinja")
LATEST = "latest.json"  # the one that is kept in git


def keep(run: Run, folder: Path) -> Path:
    """Write the results of a run, also of one that is under way, to a file of its own."""
    moment = re.sub(r"[^\dT]", "", run.date.split("+", maxsplit=1)[0])
    return _write(run, folder, f"{moment}-{run.commit or 'unknown'}{'-changed' if run.dirty else ''}.json")


def _write(run: Run, folder: Path, name: str) -> Path:
    path = folder / "results" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> Run:
    """The results of a run, also of one that was cut short."""
    return Run.model_validate_json(path.read_text(encoding="utf-8"))


def publish(run: Run, folder: Path) -> None:
    """Write the report and the pictures of a run that ended."""
    _write(run, folder, LATEST)
    plots.draw(run, folder)
    (folder / "README.md").write_text(render(run), encoding="utf-8")


def render(run: Run) -> str:
    """The whole report, in Markdown."""
    environment = Environment(loader=FileSystemLoader(TEMPLATE.parent), undefined=StrictUndefined, autoescape=False)
    text = environment.get_template(TEMPLATE.name).render(**_figures(run))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _figures(run: Run) -> dict[str, object]:
    """What the template tells: the results themselves, and their tables."""
    growth = "; ".join(f"{name} {_steps(steps)}" for name, steps in slopes(run).items() if steps)
    return {
        **{name: getattr(run, name) for name in Run.model_fields},
        **(_of_embedding(run.embedding) if run.embedding else {}),
        "ask_table": sections.ask_table(run.ask) if run.ask else "",
        "found": sections.quality(run.quality) if run.quality else "",
        "tables": [sections.searched(one) for one in run.searches],
        "start_table": sections.starts(run.starts),
        "built": sections.built(run),
        "bytes": sections.sizes(run),
        "served": sections.served(run),
        "filtered": sections.filtered(run),
        "growth": growth,
        "unknown": sum(one.built.unknown for one in run.scales),
        "when": _when(run),
        "target_table": sections.target_table(run),
        "gigabytes": f"{run.machine.memory / 1e9:.1f}",
        "versions": ", ".join(f"{name} {version}" for name, version in run.machine.libraries.items()),
        "missing": MISSING,
        "names": plots.NAMES,
        "number": "{:,}".format,
        "percent": "{:.0%}".format,
    }


def _of_embedding(found: Embedding) -> dict[str, object]:
    tables = ("paces", "sweep", "rates", "profile")
    return {
        **{name: getattr(sections, name)(found) for name in tables},
        "share_square": share_of_rate(found),
        "share_layers": share_of_rate(found, square=False),
    }


def _steps(steps: dict[int, float]) -> str:
    return ", ".join(f"{slope:.2f}" for slope in steps.values())


def _when(run: Run) -> str:
    machine = run.machine
    changed = ", with changes that are in no commit" if run.dirty else ""
    earlier = f" ({run.scales[-1].size:,} passages earlier, at {run.larger_commit})" if run.larger_commit else ""
    quick = " A quick run at small sizes: its times mean nothing." if run.quick else ""
    return (
        f"Measured on {run.date[:10]} at commit {run.commit or 'unknown'}{changed}{earlier}, with"
        f" {machine.cores} cores of {machine.processor},"
        f" {machine.memory / 1e9:.0f} GB and no GPU, in {run.minutes:.0f} minutes.{quick}"
    )
