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
    from collections.abc import Sequence

    from index.engine.stats import Count
    from index.types import Filters
    from rag.answer import Answer, Citation, FoundPassage, NearDuplicate
    from rag.assistant import Assistant
    from rag.evaluation.compare import Comparison
    from rag.evaluation.run import Report

app = typer.Typer()

_NAMED = 5  # sources or languages, the most frequent first, where none is as asked
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
        help='The reading model: "shipped", "none" for speed, or a Hugging Face question-answering model.',
    ),
]
FromOption = Annotated[str | None, typer.Option("--from", help="Only articles of this day or later.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Only articles of this day or earlier.")]
SourceOption = Annotated[str | None, typer.Option(help="Only articles of this source, in any case.")]
LanguageOption = Annotated[str | None, typer.Option(help="Only articles in this language: en, of whatever region.")]


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
    """Answer a question with sentences quoted from the documents, or say that they hold no answer."""
    with failures(as_json, _USAGE):
        from dataclasses import asdict

        from rag.assembly import make_assistant

        filters = _filters(published_from, published_to, source, language)
        assistant = make_assistant(AssistantSettings(index, threshold, reader, reranker))
        assistant.warm_up()  # so that the time shown is the question's, not the loading's
        answer = assistant.ask(question, k=k, filters=filters)
        if as_json:
            show_json(asdict(answer))
        else:
            _print_answer(answer, assistant, filters)


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
        from rag.question.normalise import normalise

        filters = _filters(published_from, published_to, source, language)
        assistant = make_assistant(AssistantSettings(index, reader="none", reranker=reranker))
        hits = assistant.search(query, k, filters)
        if as_json:
            show_json({"query": normalise(query), "hits": [asdict(hit) for hit in hits]})
        elif not hits:
            say(_nothing_passes(assistant, filters))
        else:
            for hit in hits:
                _print_passage(hit)


@app.command("eval")
def eval_command(
    collection: Annotated[Path, typer.Argument(help="A directory with questions.jsonl and articles.jsonl.")],
    corpus: Annotated[Path | None, typer.Option(help="Articles, if not the collection's own.")] = None,
    index: Annotated[Path | None, typer.Option("--index", help="Keep the index made for it here.")] = None,
    threshold: ThresholdOption = DEFAULT_THRESHOLD,
    model: ModelOption = None,
    query_prompt: QueryPromptOption = "",
    passage_prompt: PassagePromptOption = "",
    precision: PrecisionOption = "auto",
    reader: ReaderOption = "shipped",
    reranker: RerankerOption = "",
    save: Annotated[Path | None, typer.Option(help="Write the run here as JSON.")] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Say what changed since the run saved there; exit 1 if a figure is worse.")
    ] = None,
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How much worse a share may be. Latency is never judged.")
    ] = 0.01,
    report: Annotated[Path | None, typer.Option(help="Write a page with pictures into this folder.")] = None,
    questions: Annotated[
        bool, typer.Option("--questions", help="Put what became of each question into --json and --save.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a collection and print retrieval, quote, answer, abstention and latency figures."""
    with failures(as_json, _USAGE):
        from index.build.report import live_manifest
        from index.models.embedder import SentenceTransformerEmbedder, choose_precision
        from index.models.hub import DEFAULT_MODEL
        from rag.evaluation import compare as comparing
        from rag.evaluation import page, saved
        from rag.evaluation.collection import read_collection
        from rag.evaluation.run import Answering, evaluate, index_of
        from rag.reader import reader_of
        from rag.retrieval.reranker import reranker_of

        read = read_collection(collection, corpus)
        # What can be refused is, before the questions are asked, which takes minutes.
        before = saved.read_run(compare, read) if compare else None
        for folder in filter(None, (report, save and save.parent)):
            saved.make_folder(folder)
        earlier = live_manifest(index) if index else None
        name = model or DEFAULT_MODEL
        chosen = choose_precision(precision, name, query_prompt, passage_prompt, earlier.model if earlier else None)
        embedder = SentenceTransformerEmbedder(name, query_prompt, passage_prompt, chosen)
        answering = Answering(threshold, reader_of(reader), reranker_of(reranker))
        with index_of(read, index, embedder, progress_of) as opened, progress_of("Asking") as progress:
            run = evaluate(read, opened, answering, progress)
        comparison = comparing.compare(before, run, margin) if before else None
        if save:
            saved.save(run, save, results=questions)
        if report:
            page.write_report(run, read, report, margin)
        _show_run(run, comparison, saved.document(run, results=questions) if as_json else None)


def _show_run(run: "Report", comparison: "Comparison | None", document: dict[str, object] | None) -> None:
    from dataclasses import asdict

    from rag.evaluation.report import print_comparison, print_report

    if document is not None:
        show_json(document | ({"compared": asdict(comparison)} if comparison else {}))
    else:
        print_report(run)
        if comparison:
            print_comparison(comparison)
    worse = comparison and comparison.regression()
    if worse:
        note(f"rag: {worse}")
        raise typer.Exit(1)


def _filters(start: str | None, end: str | None, source: str | None, language: str | None) -> "Filters":
    from index.types import Filters

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


def _print_answer(answer: "Answer", assistant: "Assistant", filters: "Filters") -> None:
    if answer.answered:
        _print_short_answers(answer)
        say(answer.answer)
        for part in answer.unanswered:
            say(f"The documents do not hold an answer to: {part}")
        say()
        for citation in sorted(answer.citations, key=lambda citation: citation.number):
            say(f"[{citation.number}] {_origin(citation)}")
            say(f"    {citation.article_id} {citation.start}–{citation.end}{_also(citation.also)}")
    elif not answer.passages:
        say(_nothing_passes(assistant, filters))
    else:
        say("The documents do not hold an answer to this. The nearest passages:")
        say()
        for found in answer.passages[:3]:
            _print_passage(found)
    note(f"confidence {answer.confidence:.2f}, {answer.timings_ms['total']:.0f} ms")


def _nothing_passes(assistant: "Assistant", filters: "Filters") -> str:
    """That there is nothing to search, and what the filters that were given could choose."""
    held = assistant.stats()
    if not held.passages:
        return "The index holds no article."
    there = []
    if filters.source is not None:
        there.append(f"the sources are {_first_few(held.sources)}")
    if filters.language is not None:
        there.append(f"the languages are {_first_few(held.languages)}")
    if filters.published_from or filters.published_to:
        there.append(f"the days are {held.earliest} to {held.latest}" if held.earliest else "no article has a day")
    return f"No article passes the filters: {'; '.join(there)}."


def _first_few(counts: "Sequence[Count]") -> str:
    names = [count.name for count in counts if count.name is not None]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more if names else "not given"


def _print_short_answers(answer: "Answer") -> None:
    cited = {citation.article_id: _origin(citation) for citation in answer.citations}
    lines = [f"{short.text} ({cited[short.article_id]})" for short in answer.differing]
    if answer.short_answer and not lines:
        lines = [answer.short_answer.text]
    for line in lines:
        say(line)
    if lines:
        say()


def _also(copies: "Sequence[NearDuplicate]") -> str:
    return f"; also in {', '.join(copy.article_id for copy in copies)}" if copies else ""


def _origin(citation: "Citation") -> str:
    from index.dates import age_in_words

    if citation.published is None or citation.age_days is None:
        when = [f"undated, first seen {citation.first_seen[:10]}"] if citation.first_seen else []
    else:
        when = [citation.published[:10], age_in_words(citation.age_days)]
    return ", ".join(part for part in (citation.title, citation.source, *when) if part)


def _print_passage(found: "FoundPassage") -> None:
    say(
        f"{found.rank}. {found.title}  ({found.article_id} {found.start}–{found.end}, relative score {found.score:.2f})"
        + _also(found.also)
    )
    say(indent(found.text, "   "))
