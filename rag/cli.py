"""`rag ask`, `rag search`, `rag eval`. What is heavy is imported when a command runs."""

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from index.console import (
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
from rag.errors import FilterError, QuestionError, SettingError

if TYPE_CHECKING:
    from index.catalog import Filters
    from rag.answer import Answer, FoundPassage
    from rag.assistant import Assistant

app = typer.Typer()

_USAGE = (QuestionError, FilterError, SettingError)

KOption = Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages to find.")]
ThresholdOption = Annotated[
    float | None,
    typer.Option(envvar="RAG_THRESHOLD", min=0.0, max=1.0, help="Decline below this confidence."),
]
FromOption = Annotated[str | None, typer.Option("--from", help="Only articles of this day or later.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Only articles of this day or earlier.")]
SourceOption = Annotated[str | None, typer.Option(help="Only articles of this source.")]
LanguageOption = Annotated[str | None, typer.Option(help="Only articles in this language.")]


@app.command("ask")
def ask_command(
    question: str,
    k: KOption = 10,
    index: IndexOption = DEFAULT_INDEX,
    threshold: ThresholdOption = None,
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with sentences quoted from the documents, or say that they hold no answer."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        filters = _filters(published_from, published_to, source, language)
        answer = _assistant(index, threshold).ask(question, k=k, filters=filters)
        if as_json:
            show_json(asdict(answer))
        else:
            _print_answer(answer)


@app.command("search")
def search_command(
    query: str,
    k: KOption = 10,
    index: IndexOption = DEFAULT_INDEX,
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """The passages nearest to a query, best first."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        from rag.question import read_question

        filters = _filters(published_from, published_to, source, language)
        hits = _assistant(index).search(query, k, filters)
        if as_json:
            show_json({"query": read_question(query), "hits": [asdict(hit) for hit in hits]})
        else:
            for hit in hits:
                _print_passage(hit)


@app.command("eval")
def eval_command(
    collection: Annotated[Path, typer.Argument(help="A directory with questions.jsonl and articles.jsonl.")],
    corpus: Annotated[Path | None, typer.Option(help="Articles, if not the collection's own.")] = None,
    index: Annotated[Path | None, typer.Option("--index", help="Keep the index made for it here.")] = None,
    threshold: ThresholdOption = None,
    model: ModelOption = None,
    query_prompt: QueryPromptOption = "",
    passage_prompt: PassagePromptOption = "",
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a collection and print retrieval, citation, abstention and latency figures."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        from index.embedder import DEFAULT_MODEL, SentenceTransformerEmbedder
        from rag.assistant import DEFAULT_THRESHOLD
        from rag.evaluation.collection import read_collection
        from rag.evaluation.report import print_report
        from rag.evaluation.run import evaluate, index_of

        read = read_collection(collection, corpus)
        embedder = SentenceTransformerEmbedder(model or DEFAULT_MODEL, query_prompt, passage_prompt)
        with index_of(read, index, embedder, progress_of) as opened, progress_of("Asking") as progress:
            limit = DEFAULT_THRESHOLD if threshold is None else threshold
            report = evaluate(read, opened, limit, progress)
        if as_json:
            show_json(asdict(report))
        else:
            print_report(report)


def _assistant(index: Path, threshold: float | None = None) -> "Assistant":
    from index.store import LiveIndex
    from rag.assistant import DEFAULT_THRESHOLD, Assistant

    assistant = Assistant(LiveIndex(index), DEFAULT_THRESHOLD if threshold is None else threshold)
    assistant.warm_up()  # so that the time shown is the question's, not the loading's
    return assistant


def _filters(start: str | None, end: str | None, source: str | None, language: str | None) -> "Filters":
    from index.catalog import Filters

    for flag, value in (("--source", source), ("--language", language)):
        if value is not None and value != value.encode(errors="replace").decode():
            raise FilterError(f"{flag} is not valid Unicode.", "Write it in UTF-8.")
    return Filters(_day("--from", start), _day("--to", end), source, language)


def _day(flag: str, value: str | None) -> str | None:
    from datetime import date

    try:
        return date.fromisoformat(value).isoformat() if value is not None else None
    except ValueError as error:
        raise FilterError(f'{flag} "{value}" is not a day.', "Write it as 2026-11-23.") from error


def _print_answer(answer: "Answer") -> None:
    if answer.answered:
        say(answer.answer)
        say()
        for citation in sorted(answer.citations, key=lambda citation: citation.number):
            about = ", ".join(part for part in (citation.title, citation.source, citation.published) if part)
            say(f"[{citation.number}] {about}")
            say(f"    {citation.article_id} {citation.start}–{citation.end}")
    elif not answer.passages:
        say("No article passes the filters.")
    else:
        say("The documents do not hold an answer to this. The nearest passages:")
        say()
        for found in answer.passages[:3]:
            _print_passage(found)
    note(f"confidence {answer.confidence:.2f}, {answer.timings_ms['total']:.0f} ms")


def _print_passage(found: "FoundPassage") -> None:
    say(
        f"{found.rank}. {found.title}  ({found.article_id} {found.start}–{found.end}, relative score {found.score:.2f})"
    )
    say(indent(found.text, "   "))
