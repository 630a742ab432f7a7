"""`rag ask`, `rag search` and `rag eval`. They import the heavy modules when they run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.commands import DEFAULT_INDEX
from index.console import (
    IndexOption,
    JsonOption,
    ModelOption,
    PassagePromptOption,
    PrecisionOption,
    QueryPromptOption,
    failures,
    note,
    progress_of,
    say,
    show_json,
)
from rag.errors import FilterError, QuestionError, SettingError
from rag.settings import DEFAULT_THRESHOLD, AssistantSettings

if TYPE_CHECKING:
    from index.types import Filters
    from rag.evaluation.comparison import Comparison
    from rag.evaluation.run import EvaluationRun

app = typer.Typer()

_USAGE = (QuestionError, FilterError, SettingError)

KOption = Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages to find.")]
ThresholdOption = Annotated[
    float,
    typer.Option(envvar="RAG_THRESHOLD", min=0.0, max=1.0, help="Decline below this confidence."),
]
RerankerOption = Annotated[
    str,
    typer.Option(envvar="RAG_RERANKER", help="A cross-encoder, by name or path, that puts the passages in order."),
]
ReaderOption = Annotated[
    str,
    typer.Option(
        envvar="RAG_READER",
        help='The reader: "shipped", "none" for speed, or a Hugging Face question-answering model.',
    ),
]
FromOption = Annotated[str | None, typer.Option("--from", help="Only articles of this day or later.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Only articles of this day or earlier.")]
SourceOption = Annotated[
    str | None, typer.Option(help="Only articles of this source; upper and lower case are the same.")
]
LanguageOption = Annotated[str | None, typer.Option(help="Only articles in this language, of any region: en.")]


@app.command("ask")
def ask_command(
    question: str,
    k: KOption = 10,
    index: IndexOption = DEFAULT_INDEX,
    threshold: ThresholdOption = DEFAULT_THRESHOLD,
    reader: ReaderOption = "shipped",
    reranker: RerankerOption = "",
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with sentences quoted from the documents. It says so where they hold no answer."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        from rag.assembly import make_assistant
        from rag.console_answer import print_answer
        from rag.console_reply import print_reply

        filters = _filters(published_from, published_to, source, language)
        assistant = make_assistant(AssistantSettings(index, threshold, reader, reranker))
        assistant.load()  # so that the time shown is the question's, not the loading's
        answer = assistant.ask(question, k=k, filters=filters)
        if as_json:
            show_json(asdict(answer))
        elif answer.form.quotes_nothing:
            print_reply(answer)
        else:
            print_answer(answer, assistant, filters)


@app.command("search")
def search_command(
    query: str,
    k: KOption = 10,
    index: IndexOption = DEFAULT_INDEX,
    reranker: RerankerOption = "",
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """The passages nearest to a query, best first."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        from rag.assembly import make_assistant
        from rag.console_answer import nothing_passes, print_passage
        from rag.question.normalise import normalise

        filters = _filters(published_from, published_to, source, language)
        assistant = make_assistant(AssistantSettings(index, reader="none", reranker=reranker))
        hits = assistant.search(query, k, filters)
        if as_json:
            show_json({"query": normalise(query), "hits": [asdict(hit) for hit in hits]})
        elif not hits:
            say(nothing_passes(assistant, filters))
        else:
            for hit in hits:
                print_passage(hit)


@app.command("eval")
def eval_command(
    collection: Annotated[Path, typer.Argument(help="A directory with questions.jsonl and articles.jsonl.")],
    corpus: Annotated[Path | None, typer.Option(help="Articles to use instead of the collection's own.")] = None,
    index: Annotated[Path | None, typer.Option("--index", help="Keep the index of its articles here.")] = None,
    threshold: ThresholdOption = DEFAULT_THRESHOLD,
    model: ModelOption = None,
    query_prompt: QueryPromptOption = "",
    passage_prompt: PassagePromptOption = "",
    precision: PrecisionOption = "auto",
    reader: ReaderOption = "shipped",
    reranker: RerankerOption = "",
    save: Annotated[Path | None, typer.Option(help="Write the run here as JSON.")] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Print what changed since the run saved there; exit 1 if a figure is worse.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much worse a share may be. Latency never counts.")
    ] = 0.01,
    report: Annotated[Path | None, typer.Option(help="Write a page with pictures into this folder.")] = None,
    questions: Annotated[
        bool, typer.Option("--questions", help="Put the result of each question into --json and --save.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a collection, and print the figures.

    They are of retrieval, quotes, short answers, declining and latency.
    """
    with failures(as_json, _USAGE):
        from rag.evaluation.packages import require_evaluation_packages

        require_evaluation_packages()
        from index.build.report import live_manifest
        from index.models.embedder import SentenceTransformerEmbedder, choose_model, choose_precision
        from rag.evaluation import comparison as comparing
        from rag.evaluation.collection import read_collection
        from rag.evaluation.html_report import write_report
        from rag.evaluation.run import AnswerSettings, evaluate, index_of
        from rag.evaluation.saved_runs import make_folder, read_run, run_as_json, save_run
        from rag.reader import reader_of
        from rag.retrieval.reranker import reranker_of

        loaded = read_collection(collection, corpus)
        # Everything that may be refused is checked first, since asking the questions takes minutes.
        earlier_run = read_run(compare, loaded) if compare else None
        for folder in filter(None, (report, save and save.parent)):
            make_folder(folder)
        manifest = live_manifest(index) if index else None
        record = manifest.model if manifest else None
        chosen = choose_model(model, query_prompt, passage_prompt, record)
        embedder = SentenceTransformerEmbedder(*chosen, choose_precision(precision, *chosen, record))
        settings = AnswerSettings(threshold, reader_of(reader), reranker_of(reranker))
        with index_of(loaded, index, embedder, progress_of) as opened, progress_of("Asking") as progress:
            run = evaluate(loaded, opened, settings, progress)
        comparison = comparing.compare(earlier_run, run, margin) if earlier_run else None
        if save:
            save_run(run, save, results=questions)
        if report:
            write_report(run, loaded, report, margin)
        _show_run(run, comparison, run_as_json(run, results=questions) if as_json else None)


def _show_run(run: "EvaluationRun", comparison: "Comparison | None", document: dict[str, object] | None) -> None:
    """Print a run as its JSON document or as a table, and exit with 1 if a figure is worse than in the earlier run."""
    from dataclasses import asdict

    from rag.evaluation.console_report import print_comparison, print_run

    if document is not None:
        show_json(document | ({"compared": asdict(comparison)} if comparison else {}))
    else:
        print_run(run)
        if comparison:
            print_comparison(comparison)
    regression = comparison and comparison.regression()
    if regression:
        note(f"rag: {regression}")
        raise typer.Exit(1)


def _filters(start: str | None, end: str | None, source: str | None, language: str | None) -> "Filters":
    from index.types import Filters

    for flag, value in (("--source", source), ("--language", language)):
        if value is not None and value != value.encode(errors="replace").decode():
            raise FilterError(f"{flag} is not valid Unicode.", "Write it in UTF-8.")
    return Filters(_day("--from", start), _day("--to", end), source, language)


def _day(flag: str, value: str | None) -> str | None:
    from index.dates import parse_day

    try:
        return parse_day(value).isoformat() if value is not None else None
    except ValueError as error:
        raise FilterError(f'{flag} "{value}" is not a day.', "Write it as 2026-11-23.") from error
