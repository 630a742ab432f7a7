"""From what the index holds to the page that tells it, and to the filters of the chat page."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import urlencode

from index.build.reindex_process import ReindexStatus
from index.engine.stats import Count, IndexStats
from index.languages import primary_language
from index.types import Doubt, Refusal
from web.api.schemas import LONGEST_NAME
from web.pages.formatting import day, language_name
from web.pages.query import ChatQuery
from web.pages.view_models import Choice, CorpusFacts, CorpusPage, Fault, FilterForm, Reindex, Share
from web.problems import problem_of

_OFFERED = 100  # sources to choose from: those with the most articles
_LISTED = 200  # files that were refused, or doubted


def corpus_facts(articles: int, passages: int, created: str) -> CorpusFacts:
    """What every page says of the index."""
    made = datetime.fromisoformat(created)
    return CorpusFacts(articles, passages, f"{day(made)}, {made:%H:%M} UTC")


def reindex_view(status: ReindexStatus) -> Reindex:
    """How a re-index stands, for a person."""
    message = {"done": "The index is up to date.", "running": "Reading the articles."}.get(status.state, "")
    if status.state == "running" and status.total:
        message = f"Embedding: {status.done} of {status.total} new passages."
    if status.failure is not None:
        problem = problem_of(status.failure)
        message = f"{problem.what} {problem.remedy}"
    return Reindex(status.state == "running", status.done, status.total, message)


def corpus_page(stats: IndexStats, reindex: Reindex | None) -> CorpusPage:
    """What an index holds, and what was left out of it."""
    return CorpusPage(
        corpus=corpus_facts(stats.articles, stats.passages, stats.created),
        age=_duration(stats.age_seconds),
        generation=stats.generation,
        model=stats.model,
        days=_days(stats),
        sources=_shares("source", stats.sources),
        languages=_shares(
            "language", [replace(count, name=primary_language(count.name)) for count in stats.languages], language_name
        ),
        refused=_faults(stats.refused[:_LISTED]),
        refused_more=max(0, len(stats.refused) - _LISTED),
        doubted=_faults(stats.doubted[:_LISTED]),
        doubted_more=max(0, len(stats.doubted) - _LISTED),
        reindexing=reindex,
    )


def filter_form(stats: IndexStats, query: ChatQuery) -> FilterForm:
    """The filters as they are chosen, with what the index has to choose from."""
    sources = [count.name for count in stats.sources if count.name is not None]
    # As the filter compares them: en-GB is offered as en.
    languages = list(dict.fromkeys(tag for count in stats.languages if (tag := primary_language(count.name))))
    language = primary_language(query.language)
    return FilterForm(
        published_from=str(query.published_from or ""),
        published_to=str(query.published_to or ""),
        source=query.source or "",
        language=language or "",
        sources=[Choice(name, name) for name in _offered(sources, query.source)],
        languages=[Choice(tag, language_name(tag)) for tag in _offered(languages, language)],
        chosen=query.is_filtered(),
    )


def _offered(names: list[str], chosen: str | None) -> list[str]:
    """The names that most articles have, and what is chosen though no article may have it any more."""
    return sorted({*names[:_OFFERED], *([chosen] if chosen else [])}, key=str.casefold)


def _shares(field: str, counts: Iterable[Count], shown: Callable[[str], str] = str) -> list[Share]:
    """How many articles have each name, the most first, those that the filter by `field` takes for one as one.

    `counts` have the most articles first; of names that differ in case alone the first is told.
    """
    together: dict[str, Count] = {}
    for count in counts:
        name = count.name or ""
        before = together.get(name.casefold(), Count(name, 0))
        together[name.casefold()] = replace(before, articles=before.articles + count.articles)
    articles = sum(count.articles for count in together.values())
    return [
        Share(
            name=shown(count.name) if count.name else "not given",
            articles=count.articles,
            percent=round(100 * count.articles / articles),
            href=f"/articles?{urlencode({field: count.name})}" if 0 < len(count.name or "") <= LONGEST_NAME else None,
        )
        for count in sorted(together.values(), key=lambda count: -count.articles)
    ]


def _days(stats: IndexStats) -> str | None:
    if stats.earliest is None or stats.latest is None:
        return None
    first, last = (day(date.fromisoformat(text)) for text in (stats.earliest, stats.latest))
    return first if first == last else f"{first} to {last}"


def _faults(faults: Iterable[Refusal | Doubt]) -> list[Fault]:
    return [
        Fault(fault.path if fault.line is None else f"{fault.path}, line {fault.line}", fault.reason)
        for fault in faults
    ]


def _duration(seconds: float) -> str:
    """A time in its largest whole unit."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
