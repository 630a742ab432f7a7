"""From what the index holds to the page that tells it, and to the filters of the chat page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from index.corpus.articles import Doubt, Refusal
from index.engine.local.catalog import spoken
from index.engine.stats import Count, Holdings
from web.api.schemas import LONGEST_NAME
from web.pages.formatting import day, language_name
from web.pages.query import Asked
from web.pages.view_models import Choice, CorpusFacts, CorpusPage, Fault, FilterForm, Reindex, Share

_OFFERED = 100  # sources to choose from: those with the most articles
_LISTED = 200  # files that were refused, or doubted


def corpus_facts(articles: int, passages: int, created: str) -> CorpusFacts:
    """What every page says of the index."""
    made = datetime.fromisoformat(created)
    return CorpusFacts(articles, passages, f"{day(made)}, {made:%H:%M} UTC")


class ReindexState(Protocol):
    """How a re-index stands, as whatever runs it tells."""

    @property
    def state(self) -> str:
        """One of "idle", "running", "done" and "failed"."""

    @property
    def done(self) -> int:
        """The new passages that are embedded."""

    @property
    def total(self) -> int:
        """All the new passages, 0 until they are counted."""

    @property
    def problem(self) -> Mapping[str, Any] | None:
        """Why it failed, a problem document."""


def reindex_of(state: ReindexState) -> Reindex:
    """How a re-index stands, for a person."""
    told = {"done": "The index is up to date.", "running": "Reading the articles."}.get(state.state, "")
    if state.state == "running" and state.total:
        told = f"Embedding: {state.done} of {state.total} new passages."
    if state.problem is not None:
        told = f"{state.problem['detail']} {state.problem['remedy']}"
    return Reindex(state.state == "running", state.done, state.total, told)


def corpus_page(holdings: Holdings, reindexing: Reindex | None) -> CorpusPage:
    """What an index holds, and what was left out of it."""
    return CorpusPage(
        corpus=corpus_facts(holdings.articles, holdings.passages, holdings.created),
        age=_duration(holdings.age_seconds),
        generation=holdings.generation,
        model=holdings.model,
        days=_days(holdings),
        sources=_shares("source", holdings.sources),
        languages=_shares(
            "language", [replace(count, name=spoken(count.name)) for count in holdings.languages], language_name
        ),
        refused=_faults(holdings.refused[:_LISTED]),
        refused_more=max(0, len(holdings.refused) - _LISTED),
        doubted=_faults(holdings.doubted[:_LISTED]),
        doubted_more=max(0, len(holdings.doubted) - _LISTED),
        reindexing=reindexing,
    )


def filter_form(holdings: Holdings, asked: Asked) -> FilterForm:
    """The filters as they are chosen, with what the index has to choose from."""
    sources = [count.name for count in holdings.sources if count.name is not None]
    # As the filter compares them: en-GB is offered as en.
    languages = list(dict.fromkeys(tag for count in holdings.languages if (tag := spoken(count.name))))
    language = spoken(asked.language)
    return FilterForm(
        published_from=str(asked.published_from or ""),
        published_to=str(asked.published_to or ""),
        source=asked.source or "",
        language=language or "",
        sources=[Choice(name, name) for name in _offered(sources, asked.source)],
        languages=[Choice(tag, language_name(tag)) for tag in _offered(languages, language)],
        chosen=bool(asked.filters().clauses()),
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


def _days(holdings: Holdings) -> str | None:
    if holdings.earliest is None or holdings.latest is None:
        return None
    first, last = (day(date.fromisoformat(text)) for text in (holdings.earliest, holdings.latest))
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
