"""The view models of what the index holds: the corpus page, and the filters and counts of the chat page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from index.build.reindex_process import ReindexStatus
from index.dates import parse_time
from index.engine.stats import Count, IndexStats
from index.languages import primary_language
from index.types import Doubt, Refusal
from rag.question.languages.names import own_name
from web.api.schemas import LONGEST_NAME
from web.pages.formatting import day, duration, published_day
from web.pages.query import ChatQuery
from web.pages.view_models import Choice, CorpusFacts, CorpusPage, FileProblem, FilterForm, ReindexView, Share
from web.problems import problem_of

_MOST_CHOICES = 100  # names in a select: those with the most articles
_MOST_ROWS = 200  # that the page lists: sources, languages, files refused and files doubted


def corpus_facts(articles: int, passages: int, created: str) -> CorpusFacts:
    """The facts about the index that the pages show; `created` is ISO 8601 in UTC."""
    time = parse_time(created)
    return CorpusFacts(articles, passages, f"{day(time)}, {time:%H:%M} UTC")


def reindex_view(status: ReindexStatus) -> ReindexView:
    """The state of a re-index, with a message for people."""
    message = {"done": "The index is up to date.", "running": "Reading the articles."}.get(status.state, "")
    if status.state == "running" and status.total:
        message = f"Embedding: {status.done} of {status.total} new passages."
    if status.failure is not None:
        problem = problem_of(status.failure)
        message = f"{problem.what} {problem.remedy}"
    return ReindexView(status.state == "running", status.done, status.total, message)


def corpus_page(stats: IndexStats, reindex: ReindexView | None) -> CorpusPage:
    """The page that describes the corpus; `reindex` is None if the caller may not start a re-index."""
    earliest, latest = published_day(stats.earliest), published_day(stats.latest)
    languages = [replace(count, name=primary_language(count.name)) for count in stats.languages]
    source_shares, language_shares = _shares("source", stats.sources), _shares("language", languages, own_name)
    refused, doubted = _file_problems(stats.refused), _file_problems(stats.doubted)
    return CorpusPage(
        corpus=corpus_facts(stats.articles, stats.passages, stats.created),
        age=duration(stats.age_seconds),
        generation=stats.generation,
        model=stats.model,
        published=earliest if earliest == latest else f"{earliest} to {latest}",
        sources=source_shares[:_MOST_ROWS],
        more_sources=max(0, len(source_shares) - _MOST_ROWS),
        languages=language_shares[:_MOST_ROWS],
        more_languages=max(0, len(language_shares) - _MOST_ROWS),
        refused=refused,
        more_refused=stats.refused_total - len(refused),
        doubted=doubted,
        more_doubted=stats.doubted_total - len(doubted),
        reindex=reindex,
    )


def filter_form(stats: IndexStats, query: ChatQuery) -> FilterForm:
    """The form with the filters that `query` sets and the choices that the index offers."""
    sources = [count.name for count in stats.sources if count.name is not None]
    # The language filter compares primary languages, so the form offers en-GB as en.
    languages = list(dict.fromkeys(tag for count in stats.languages if (tag := primary_language(count.name))))
    language = primary_language(query.language)
    return FilterForm(
        published_from=str(query.published_from or ""),
        published_to=str(query.published_to or ""),
        source=query.source or "",
        language=language or "",
        sources=[Choice(name, name) for name in _choices(sources, query.source)],
        languages=[Choice(tag, own_name(tag)) for tag in _choices(languages, language)],
        is_filtered=query.is_filtered(),
    )


def _choices(names: list[str], selected: str | None) -> list[str]:
    """The names with the most articles in alphabetical order, and `selected` even if no article has it now."""
    return sorted({*names[:_MOST_CHOICES], *([selected] if selected else [])}, key=str.casefold)


def _shares(field: str, counts: Iterable[Count], display_name: Callable[[str], str] = str) -> list[Share]:
    """The number of articles per name, largest first.

    Names that differ only in case are one row, since the filter by `field` treats them as one. `counts` start with
    the largest, so the row shows the most frequent spelling.
    """
    merged: dict[str, Count] = {}
    for count in counts:
        name = count.name or ""
        previous = merged.get(name.casefold(), Count(name, 0))
        merged[name.casefold()] = replace(previous, articles=previous.articles + count.articles)
    total = sum(count.articles for count in merged.values())
    return [
        Share(
            name=display_name(count.name) if count.name else "not given",
            articles=count.articles,
            percent=round(100 * count.articles / total),
            href=f"/articles?{urlencode({field: count.name})}" if 0 < len(count.name or "") <= LONGEST_NAME else None,
        )
        for count in sorted(merged.values(), key=lambda count: -count.articles)
    ]


def _file_problems(problems: Sequence[Refusal | Doubt]) -> list[FileProblem]:
    """The first of them, as the page lists them."""
    return [
        FileProblem(problem.path if problem.line is None else f"{problem.path}, line {problem.line}", problem.reason)
        for problem in problems[:_MOST_ROWS]
    ]
