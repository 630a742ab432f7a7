"""`rag import`, `rag index`, `rag status`, `rag verify`. What is heavy is imported when a command runs."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.console import (
    DEFAULT_CORPUS,
    DEFAULT_INDEX,
    IndexOption,
    JsonOption,
    ModelOption,
    PassagePromptOption,
    QueryPromptOption,
    failures,
    note,
    progress_of,
    say,
    show_json,
)
from index.errors import ImportUsageError

if TYPE_CHECKING:
    from index.build import BuildReport
    from index.importing.outcome import ImportReport

app = typer.Typer()

CorpusOption = Annotated[
    Path | None,
    typer.Option(
        "--corpus",
        envvar="RAG_CORPUS",
        help="The articles: a directory or one file. Default: what the index was made from, or corpus.",
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]
RebuildOption = Annotated[bool, typer.Option("--rebuild", help="Start from nothing; mends a damaged index.")]
ImportCorpusOption = Annotated[
    Path | None,
    typer.Option(
        "--corpus",
        envvar="RAG_CORPUS",
        help="The directory the articles go to. Default: what the index was made from, or corpus.",
    ),
]
InputsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="URL|FILE...", help="Addresses of pages, feeds or sitemaps; files of feeds, sitemaps or WARC."
    ),
]
LimitOption = Annotated[int, typer.Option(min=1, help="The most pages of one feed or sitemap, the newest first.")]
SinceOption = Annotated[str | None, typer.Option(help="Pass over what a feed or sitemap dates before this day.")]
PauseOption = Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")]
PruneOption = Annotated[bool, typer.Option("--prune", help="Delete articles whose pages are gone (404, 410).")]
PrivateOption = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from addresses that are not of the public web too.")
]


@app.command("import")
def import_command(
    inputs: InputsArgument,
    corpus: ImportCorpusOption = None,
    index: IndexOption = DEFAULT_INDEX,
    limit: LimitOption = 100,
    since: SinceOption = None,
    pause: PauseOption = 1.0,
    prune: PruneOption = False,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring news pages into the corpus as Markdown files; rag index then reads them."""
    with failures(as_json, usage=(ImportUsageError,)):
        day = _day("--since", since)
        from index.importing.fetcher import Fetcher
        from index.importing.guard import Guard
        from index.importing.importer import Wishes, import_pages
        from index.importing.manners import Guest

        folder = corpus or _corpus_of(index)
        with closing(Fetcher(Guard(allow_private))) as fetcher, progress_of("Importing pages") as progress:
            wishes = Wishes(limit, day, prune)
            report = import_pages(folder, inputs, Guest(fetcher, pause), wishes, progress=progress)
        if as_json:
            show_json(report.as_dict())
        else:
            _print_import(report)
    if report.failed:
        raise typer.Exit(1)


@app.command("index")
def index_command(
    corpus: CorpusOption = None,
    index: IndexOption = DEFAULT_INDEX,
    dry_run: DryRunOption = False,
    rebuild: RebuildOption = False,
    model: ModelOption = None,
    query_prompt: QueryPromptOption = "",
    passage_prompt: PassagePromptOption = "",
    as_json: JsonOption = False,
) -> None:
    """Bring the index up to date with the corpus; only what is new is embedded."""
    with failures(as_json):
        from index.build import build_index, preview_index
        from index.embedder import DEFAULT_MODEL, SentenceTransformerEmbedder

        articles = corpus or _corpus_of(index)
        embedder = SentenceTransformerEmbedder(model or DEFAULT_MODEL, query_prompt, passage_prompt)
        if dry_run:
            report = preview_index(articles, index, embedder, rebuild=rebuild)
        else:
            with progress_of("Embedding passages") as progress:
                report = build_index(articles, index, embedder, rebuild=rebuild, progress=progress)
        if as_json:
            show_json(report.as_dict())
        else:
            _print_report(report, index)


@app.command("status")
def status_command(index: IndexOption = DEFAULT_INDEX, as_json: JsonOption = False) -> None:
    """What the index says it holds, when it was made and from what; rag verify checks it."""
    with failures(as_json):
        from index.snapshot import live_number, read_manifest

        manifest = read_manifest(index, live_number(index))
        if as_json:
            show_json(manifest.model_dump(mode="json"))
            return
        say(f"index       {index}, generation {manifest.generation}, made {manifest.created}")
        say(f"corpus      {manifest.corpus}")
        say(f"holds       {manifest.articles} articles in {manifest.passages} passages")
        say(f"model       {manifest.model.name} ({manifest.model.fingerprint[:12]})")
        say(f"size        {sum(file.bytes for file in manifest.files.values()) / 1e6:.1f} MB")
        for refusal in manifest.refused:
            say(f"refused     {refusal}")


@app.command("verify")
def verify_command(index: IndexOption = DEFAULT_INDEX, as_json: JsonOption = False) -> None:
    """Check every file, count and cross-reference of the live index."""
    with failures(as_json):
        from index.verify import verify_index

        report = verify_index(index)
        if as_json:
            show_json(report.as_dict())
        else:
            for problem in report.problems:
                say(problem)
            counts = f"{report.files} files, {report.articles} articles, {report.passages} passages"
            found = f"{len(report.problems)} found wrong. {report.remedy}" if report.problems else "all whole."
            say(f"{index}, generation {report.generation}: {counts}; {found}")
    if report.problems:
        raise typer.Exit(1)


def _corpus_of(index: Path) -> Path:
    """What an index was made from, so that one of somebody's articles is never filled from another corpus."""
    from index.errors import CorpusError, SnapshotError
    from index.snapshot import recorded_corpus

    try:
        return Path(recorded_corpus(index) or DEFAULT_CORPUS)
    except SnapshotError as error:
        raise CorpusError(
            f"{error.what} It can't say what it was made from.", f"{error.remedy} --corpus DIR"
        ) from error


def _day(flag: str, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value is not None else None
    except ValueError as error:
        raise ImportUsageError(f'{flag} "{value}" is not a day.', "Write it as 2026-11-23.") from error


def _print_import(report: "ImportReport") -> None:
    for outcome in report.outcomes:
        say(str(outcome))
    say(", ".join(f"{name} {count}" for name, count in report.counts.items()))
    if report.failed:
        note(f"Nothing was brought into {report.corpus}.")
    else:
        note(f"The articles are in {report.corpus}. Run: rag index --corpus {report.corpus}")


def _print_report(report: "BuildReport", index: Path) -> None:
    counts = report.as_dict()
    names = ("added", "changed", "deleted", "unchanged", "refused")
    say(", ".join(f"{name} {counts[name]}" for name in names))
    for refusal in report.plan.refused:
        note(f"refused  {refusal}")
    for article_id in report.plan.kept:
        note(f"kept     the last good version of {article_id}, whose file can't be read now")
    if report.dry_run:
        for name in ("added", "changed", "deleted"):
            for article_id in getattr(report.plan, name):
                say(f"{name:8} {article_id}")
        say(f"Nothing written: {report.embedded} of {report.passages} passages would be embedded.")
    elif not (report.embedded or report.plan.added or report.plan.changed or report.plan.deleted):
        say(f"{index}, generation {report.generation}: up to date.")
    else:
        embedded = f"{report.embedded} of {report.passages} passages embedded in {report.seconds:.1f} s"
        say(f"{index}, generation {report.generation}: {embedded}.")
