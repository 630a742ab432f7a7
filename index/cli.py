"""rag import, index, status, rollback and verify. Commands import what is slow to load only when they run."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.commands import DEFAULT_CORPUS, DEFAULT_INDEX, command
from index.console import (
    IndexOption,
    JsonOption,
    ModelOption,
    PassagePromptOption,
    PrecisionOption,
    QueryPromptOption,
    failures,
    fault_lines,
    note,
    progress_of,
    say,
    show_json,
)
from index.errors import ImportUsageError

if TYPE_CHECKING:
    from index.build.report import BuildReport
    from index.types import Doubt, Refusal
    from index.web_import.report import ImportReport

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
KeepOption = Annotated[
    int,
    typer.Option(envvar="RAG_KEEP", min=1, help="How many generations stay on the disk, for rag rollback."),
]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Keep running, and update again whenever something in the corpus changes.")
]
RebuildOption = Annotated[
    bool, typer.Option("--rebuild", help="Start from nothing, and keep no last good version; mends a damaged index.")
]
AllowEmptyOption = Annotated[
    bool, typer.Option("--allow-empty", help="Allow a corpus without any article to empty the index.")
]
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
SinceOption = Annotated[str | None, typer.Option(help="Skip pages that a feed or sitemap dates before this day.")]
PauseOption = Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")]
PruneOption = Annotated[bool, typer.Option("--prune", help="Delete articles whose pages are gone (404, 410).")]
PrivateOption = Annotated[
    bool, typer.Option("--allow-private", help="Also fetch from addresses outside the public web.")
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
    """Bring news pages into the corpus as Markdown files. rag index then reads them."""
    with failures(as_json, usage=(ImportUsageError,)):
        from index.dates import parse_day

        try:
            since_day = parse_day(since) if since is not None else None
        except ValueError as error:
            raise ImportUsageError(f'--since "{since}" is not a day.', "Write it as 2026-11-23.") from error
        from index.web_import.address_policy import AddressPolicy
        from index.web_import.fetcher import Fetcher
        from index.web_import.importer import ImportOptions, import_pages
        from index.web_import.polite_client import PoliteClient

        folder = corpus or _corpus_of(index)
        with closing(Fetcher(AddressPolicy(allow_private))) as fetcher, progress_of("Importing pages") as progress:
            options = ImportOptions(limit, since_day, prune)
            report = import_pages(folder, inputs, PoliteClient(fetcher, pause), options, progress=progress)
        if as_json:
            show_json(report.as_dict())
        else:
            _print_import(report, index)
    if report.failed:
        raise typer.Exit(1)


@app.command("index")
def index_command(
    corpus: CorpusOption = None,
    index: IndexOption = DEFAULT_INDEX,
    dry_run: DryRunOption = False,
    rebuild: RebuildOption = False,
    allow_empty: AllowEmptyOption = False,
    keep: KeepOption = 3,
    watch: WatchOption = False,
    model: ModelOption = None,
    query_prompt: QueryPromptOption = "",
    passage_prompt: PassagePromptOption = "",
    precision: PrecisionOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Bring the index up to date with the corpus. Only what is new is embedded."""
    if watch and (dry_run or rebuild or as_json):
        raise typer.BadParameter("it goes with neither --dry-run nor --rebuild nor --json.", param_hint="--watch")
    with failures(as_json):
        from index.build.build import build_index, preview_index
        from index.build.report import live_manifest, reasons_to_embed_again
        from index.corpus.walk import check_exists
        from index.models.embedder import SentenceTransformerEmbedder, choose_model, choose_precision

        folder = corpus or _corpus_of(index)
        check_exists(folder)  # before a model is loaded to choose the precision
        earlier = None if rebuild else live_manifest(index)
        record = earlier.model if earlier else None
        chosen = choose_model(model, query_prompt, passage_prompt, record)
        if earlier is None and precision == "auto":
            note("Looking for the precision that is fastest on this processor…")
        computed_in = choose_precision(precision, *chosen, record)
        embedder = SentenceTransformerEmbedder(*chosen, computed_in, in_bulk=True)
        options = {"rebuild": rebuild, "allow_empty": allow_empty}

        def build() -> "BuildReport":
            if dry_run:
                return preview_index(folder, index, embedder, **options)
            with progress_of("Embedding passages") as progress:
                return build_index(folder, index, embedder, keep=keep, progress=progress, **options)

        for sentence in reasons_to_embed_again(live_manifest(index), embedder.record):
            note(sentence)
        if watch:
            _watch(folder, build, index)
        elif as_json:
            show_json(build().as_dict())
        else:
            _print_report(build(), index)


def _watch(corpus: Path, build: Callable[[], "BuildReport"], index: Path) -> None:
    from index.corpus.watch import follow
    from index.errors import RagError

    def print_result(result: "BuildReport | RagError") -> None:
        if isinstance(result, RagError):
            note(f"rag: {result}")
        else:
            _print_report(result, index)

    note(f"Following {corpus}; Ctrl-C ends it.")
    follow(corpus, build, print_result)


@app.command("status")
def status_command(index: IndexOption = DEFAULT_INDEX, as_json: JsonOption = False) -> None:
    """Show what the index says it holds. Also when it was made and from what; rag verify checks it."""
    with failures(as_json):
        from index.engine.local.generations import live_number, read_manifest
        from index.engine.local.retention import list_generations

        manifest = read_manifest(index, live_number(index))
        others = [generation for generation in list_generations(index) if not generation.live]
        if as_json:
            dates = [
                {"generation": other.number, "created": other.manifest and other.manifest.created} for other in others
            ]
            show_json(manifest.model_dump(mode="json") | {"others": dates})
            return
        say(f"index       {index}, generation {manifest.generation}, made {manifest.created}")
        say(f"corpus      {manifest.corpus}")
        say(f"holds       {manifest.articles} articles in {manifest.passages} passages")
        model = manifest.model
        say(f"model       {model.name} ({model.fingerprint[:12]}), computed in {model.precision}")
        size = sum(file.bytes for file in manifest.files.values())
        say(f"size        {size / 1e6:.1f} MB" if size >= 1e6 else f"size        {size / 1e3:.0f} kB")
        for other in others:
            state = f"made {other.manifest.created}" if other.manifest else other.trouble
            say(f"kept        generation {other.number}, {state}")
        refused_total, doubted_total = manifest.fault_counts()
        _print_faults("refused", manifest.refused, refused_total)
        _print_faults("doubted", manifest.doubted, doubted_total)


def _print_faults(word: str, faults: "Sequence[Refusal] | Sequence[Doubt]", total: int) -> None:
    """The lines of `rag status` about refusals or doubts, of which the first are listed and `total` counts all."""
    for line in fault_lines(faults):
        say(f"{word}     {line}")
    if total > len(faults):
        say(f"{word}     and {total - len(faults)} more")


@app.command("rollback")
def rollback_command(
    index: IndexOption = DEFAULT_INDEX,
    to: Annotated[int | None, typer.Option(help="Its number. Default: the one before the live one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an earlier generation of the index live again. A running server takes it up."""
    with failures(as_json):
        from index.engine.local.retention import roll_back

        manifest = roll_back(index, to)
        if as_json:
            show_json(manifest.model_dump(mode="json"))
        else:
            say(f"{index}: generation {manifest.generation}, made {manifest.created}, is live.")
            note("The next rag index makes a new one from the corpus as it is then.")


@app.command("verify")
def verify_command(index: IndexOption = DEFAULT_INDEX, as_json: JsonOption = False) -> None:
    """Check every file, count and cross-reference of the live index."""
    with failures(as_json):
        from index.build.verify import verify_index

        report = verify_index(index)
        if as_json:
            show_json(report.as_dict())
        else:
            for problem in report.problems:
                say(problem)
            counts = f"{report.files} files, {report.articles} articles, {report.passages} passages"
            result = f"{len(report.problems)} found wrong. {report.remedy}" if report.problems else "all whole."
            say(f"{index}, generation {report.generation}: {counts}; {result}")
    if report.problems:
        raise typer.Exit(1)


def _corpus_of(index: Path) -> Path:
    """The corpus an index was made from, so that an index is never filled from another corpus by mistake."""
    from index.engine.local.generations import recorded_corpus
    from index.errors import CorpusError, GenerationError

    try:
        return Path(recorded_corpus(index) or DEFAULT_CORPUS)
    except GenerationError as error:
        raise CorpusError(
            f"{error.what} It can't say what it was made from.", f"{error.remedy} --corpus DIR"
        ) from error


def _print_import(report: "ImportReport", index: Path) -> None:
    for outcome in report.outcomes:
        say(str(outcome))
    say(", ".join(f"{name} {count}" for name, count in report.counts.items()))
    if report.failed:
        note(f"Nothing was brought into {report.corpus}.")
    else:
        note(f"The articles are in {report.corpus}. Run: {command('rag index', index, report.corpus)}")


def _print_report(report: "BuildReport", index: Path) -> None:
    diff, counts = report.diff, report.as_dict()
    say(", ".join(f"{name} {counts[name]}" for name in ("added", "changed", "deleted", "unchanged", "refused")))
    for line in fault_lines(diff.refused):
        note(f"refused   {line}")
    for line in fault_lines(diff.doubted):
        note(f"doubted   {line}")
    for article_id in diff.kept:
        note(f"kept      the last good version of {article_id}, whose file can't be read now")
    if report.dry_run:
        for name in ("added", "changed", "deleted", "unchanged"):
            for article_id in getattr(diff, name):
                say(f"{name:9} {article_id}")
        for old, new in diff.moved:
            say(f"moved     {old} → {new}")
        seconds = report.expected_seconds
        duration = f", in about {timedelta(seconds=max(1, round(seconds)))}" if seconds else ""
        say(f"Nothing written: {report.embedded} of {report.passages} passages would be embedded{duration}.")
    elif not (report.embedded or diff.added or diff.changed or diff.deleted):
        say(f"{index}, generation {report.generation}: up to date.")
    else:
        embedded = f"{report.embedded} of {report.passages} passages embedded in {report.precision}"
        say(f"{index}, generation {report.generation}: {embedded}, {report.seconds:.1f} s.")
