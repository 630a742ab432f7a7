"""Answers to questions on what is held: counted in the index, never quoted, with links to the articles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.engine.protocol import PassageIndex
from index.engine.stats import Count
from index.languages import primary_language
from index.letters import joins_words
from index.types import ArticleSummary, Filters
from rag.answer import AnswerLink
from rag.compose.both_filters import is_crossed, passed_by_both
from rag.compose.wording import (
    NAME_MORE,
    counted,
    day_in_words,
    listed,
    published_in_words,
    scope_in_words,
    too_common,
    verb,
)
from rag.question.corpus_question import Asked, CorpusQuestion
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold, fold_case
from rag.question.languages.names import english_name
from rag.settings import MOST_READ

COUNTED = "Counted in the index, not quoted."  # shown with each of these answers
LISTED = 10  # articles, or sources or languages, that an answer links to
_FIRST_DAY = "0001-01-01"  # lets every article with a date pass


@dataclass(frozen=True, slots=True)
class CorpusAnswer:
    """Sentences about what is held, and links to the articles that they tell of."""

    text: str
    links: tuple[AnswerLink, ...] = ()


@dataclass(frozen=True, slots=True)
class _Scope:
    """The articles that a question is about: those that pass the filters and hold the phrase, if there is one."""

    index: PassageIndex
    filters: Filters
    phrase: str | None
    several: bool

    def count(self, filters: Filters | None = None) -> int:
        return self.page(0, 0, filters)[0] if self.phrase else self.index.count_articles(filters or self.filters)

    def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[int, list[ArticleSummary]]:
        """How many articles there are, and some of them, newest first."""
        filters = filters or self.filters
        if self.phrase:
            return self.index.articles_mentioning(self.phrase, filters, offset, limit)
        return self.index.count_articles(filters), self.index.list_articles(filters, offset, limit)

    def in_words(self, count: int) -> str:
        """Such as "3 articles of Coast Daily that mention “Lachin”"."""
        mention = f" that {verb(count, 'mention')} “{self.phrase}”" if self.phrase else ""
        return f"{counted(count, 'article')}{scope_in_words(self.filters)}{mention}"

    def link(self, text: str, filters: Filters | None = None) -> AnswerLink:
        """A link to the list of these articles."""
        return AnswerLink(text, filters=filters or self.filters, mentions=self.phrase)


def corpus_answer(question: CorpusQuestion, filters: Filters, index: PassageIndex) -> CorpusAnswer | None:
    """The answer to a question on the corpus; None where its words are not on the corpus after all.

    So they are where they name a source that is none, such as "the treaty", where they ask for articles about what none
    has in these very words, and where no article is of the days in "Which documents were published in 1937?": then what
    the articles say may answer. A phrase in a script that divides no words, or too common a one, can't be counted.
    """
    if not index.manifest.articles:
        return CorpusAnswer("The index holds no article.")
    source = _source_named(question.origin, index.stats().sources) if question.origin else None
    if question.origin and source is None:
        sources = _sources(index, filters)
        text = f"No source here is named “{question.origin}”. {sources.text}"
        return replace(sources, text=text) if question.of_index else None
    of_words = Filters(question.first, question.last, source, question.language)
    if is_crossed(of_words) or joins_words(question.phrase or ""):
        return None
    narrowed = passed_by_both(filters, of_words)
    scope = _Scope(index, narrowed or of_words, question.phrase, question.several)
    if scope.phrase and (most := index.most_mentions(scope.phrase)) > MOST_READ:
        return CorpusAnswer(f"{too_common(scope.phrase, most)} {NAME_MORE}")
    words = (question.phrase or "").split()
    # A name is asked for in these very words: "Is there anything on Leyla Mammadova?".
    loose = question.topic and len(words) > 1 and not all(word[0].isupper() for word in words)
    told = question.asked is Asked.WHICH and not question.phrase and not question.of_index
    if (loose and not scope.count(Filters())) or (told and not (narrowed and scope.count())):
        return None
    return _ANSWERS[question.asked](scope) if narrowed else _none_passes(scope, filters)


def _none_passes(scope: _Scope, filters: Filters) -> CorpusAnswer:
    """Where the words of a question and the filters of the request exclude each other; `scope` is that of the words."""
    without = _count(scope)
    lower = without.text[0].lower() + without.text[1:]
    text = (
        f"{scope.in_words(0)} passes the filters: they are for articles{scope_in_words(filters)}. Without them, {lower}"
    )
    return replace(without, text=text)


def _source_named(words: str, sources: Sequence[Count]) -> str | None:
    """The one source that words name, whole or by some of its words; None where there is none, or several."""
    sought = _plain(words.removeprefix("the "))
    named = {source.name: _plain(source.name) for source in sources if source.name}
    exact = [name for name, plain in named.items() if plain == sought]
    found = exact or [name for name, plain in named.items() if f" {sought} " in f" {plain} "]
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in fold_case(fold(name))).split())


def _count(scope: _Scope) -> CorpusAnswer:
    count = scope.count()
    if scope.phrase:
        text = f"{counted(count, 'article')}{scope_in_words(scope.filters)} {verb(count, 'mention')} “{scope.phrase}”."
    else:
        text = f"{scope.in_words(count)} {verb(count, 'are')} held{_days_held(scope)}."
    links = (scope.link(_all(count)),) if count else ()
    return _with_undated(_with_rest(CorpusAnswer(text, links), scope, count), scope)


def _days_held(scope: _Scope) -> str:
    stats = scope.index.stats()
    days = published_in_words(stats.earliest, stats.latest)
    return f", {days}" if days and scope.filters == Filters() else ""


def _which(scope: _Scope) -> CorpusAnswer:
    count, articles = scope.page(0, LISTED)
    if not count or (not scope.phrase and count <= 1):
        return _count(scope)
    dated = scope.index.stats().latest is not None
    order = ", the newest first" if dated and count > 1 else ""
    if count > LISTED:
        order = f"; the {LISTED} newest" if dated else f"; {LISTED} of them"
    what = f"{verb(count, 'mention')} “{scope.phrase}”" if scope.phrase else "are held"
    text = f"{counted(count, 'article')}{scope_in_words(scope.filters)} {what}{order}:"
    return CorpusAnswer(text, _article_links(articles, scope, count))


def _with_rest(answer: CorpusAnswer, scope: _Scope, count: int) -> CorpusAnswer:
    """Where nothing in the scope mentions the phrase, how many articles do in all."""
    if count or not scope.phrase or scope.filters == Filters():
        return answer
    everywhere = scope.count(Filters())
    if not everywhere:
        return answer
    text = f"{answer.text} In all, {counted(everywhere, 'article')} {verb(everywhere, 'mention')} it."
    return CorpusAnswer(text, (scope.link(_all(everywhere), Filters()),))


def _with_undated(answer: CorpusAnswer, scope: _Scope) -> CorpusAnswer:
    """Says how many articles a period leaves out for want of a date."""
    if not (scope.filters.published_from or scope.filters.published_to):
        return answer
    timeless = replace(scope.filters, published_from=None, published_to=None)
    undated = scope.count(timeless) - scope.count(replace(timeless, published_from=_FIRST_DAY))
    if not undated:
        return answer
    left_out = f"{counted(undated, 'article')} without a date {verb(undated, 'are')} not counted."
    return replace(answer, text=f"{answer.text} {left_out}")


def _newest(scope: _Scope) -> CorpusAnswer:
    return _by_day(scope, "newest", lambda dated, limit: scope.page(0, limit, dated)[1])


def _oldest(scope: _Scope) -> CorpusAnswer:
    def oldest(dated: Filters, limit: int) -> list[ArticleSummary]:
        count = scope.count(dated)
        return scope.page(max(0, count - limit), limit, dated)[1][::-1]

    return _by_day(scope, "oldest", oldest)


def _by_day(scope: _Scope, adjective: str, first: Callable[[Filters, int], list[ArticleSummary]]) -> CorpusAnswer:
    """The articles at one end of the days of publication."""
    dated = replace(scope.filters, published_from=scope.filters.published_from or _FIRST_DAY)
    articles = first(dated, LISTED)
    if not articles:
        count = scope.count()
        if not count:
            return _with_rest(CorpusAnswer(f"{scope.in_words(0)} is held."), scope, 0)
        return CorpusAnswer(f"{scope.in_words(count)} {verb(count, 'are')} held, none with a date.")
    day = str(articles[0].published)[:10]
    together = scope.count(replace(scope.filters, published_from=day, published_to=day))
    count = scope.count(dated)
    if together > 1 and not scope.several:
        text = f"{together:,} of {scope.in_words(count)} were published on {day_in_words(day)}, the {adjective} day:"
        if together == count:
            text = f"{scope.in_words(count)} are held, all published on {day_in_words(day)}:"
        same_day = [article for article in articles if str(article.published)[:10] == day]
        filters = replace(scope.filters, published_from=day, published_to=day)
        return CorpusAnswer(text, _article_links(same_day, scope, together, filters))
    if scope.several and count > 1:
        return CorpusAnswer(f"The {adjective} of {scope.in_words(count)}:", _article_links(articles, scope, count))
    best = articles[0]
    which = f"The {adjective} of {scope.in_words(count)} is" if count > 1 else f"The only one of {scope.in_words(1)} is"
    source = f" of {best.source}," if best.source else ""
    return CorpusAnswer(f"{which} “{best.title}”,{source} published on {day_in_words(day)}.", (_article_link(best),))


def _article_links(
    articles: Sequence[ArticleSummary], scope: _Scope, count: int, filters: Filters | None = None
) -> tuple[AnswerLink, ...]:
    """A link to each of the articles, and to the list of all where there are more."""
    links = tuple(map(_article_link, articles))
    return (*links, scope.link(_all(count), filters)) if count > len(articles) else links


def _article_link(article: ArticleSummary) -> AnswerLink:
    return AnswerLink(article.title, article.article_id, source=article.source, published=article.published)


def _all(count: int) -> str:
    return f"The list of {counted(count, 'article')}"


def _sources(index: PassageIndex, filters: Filters) -> CorpusAnswer:
    named = [(str(count.name), count.articles) for count in index.stats().sources if count.name is not None]
    unnamed = sum(count.articles for count in index.stats().sources if count.name is None)
    links = tuple(AnswerLink(name, filters=Filters(source=name)) for name, _ in named[:LISTED])
    if not named:
        return CorpusAnswer("No article names its source.")
    rest = f" {counted(unnamed, 'article')} {verb(unnamed, 'name')} no source." if unnamed else ""
    return CorpusAnswer(f"{_in_all(filters)}{_groups(named, 'source')}.{rest}", links)


def _languages(index: PassageIndex, filters: Filters) -> CorpusAnswer:
    counts: dict[str, int] = {}
    for count in index.stats().languages:
        if code := primary_language(count.name):
            counts[code] = counts.get(code, 0) + count.articles
    named = sorted(((english_name(code) or code, number) for code, number in counts.items()), key=lambda pair: -pair[1])
    links = tuple(AnswerLink(english_name(code) or code, filters=Filters(language=code)) for code in counts)
    read = listed([english_name(code) or code for code in LANGUAGES])
    held = f"{_in_all(filters)}{_groups(named, 'language')}." if named else "No article states its language."
    return CorpusAnswer(f"{held} Questions are read in {read}.", links[:LISTED])


def _in_all(filters: Filters) -> str:
    """Said of all articles where the request's filters pass some of them only."""
    return "" if filters == Filters() else "In all, "


def _groups(named: Sequence[tuple[str, int]], noun: str) -> str:
    """Such as "2 sources: Coast Daily (3 articles) and River Post (1 article)"."""
    names = [f"{name} ({counted(count, 'article')})" for name, count in named[:LISTED]]
    more = [f"{len(named) - LISTED:,} more"] if len(named) > LISTED else []
    return f"{counted(len(named), noun)}: {listed([*names, *more])}"


def _days(scope: _Scope) -> CorpusAnswer:
    stats = scope.index.stats()
    days = published_in_words(stats.earliest, stats.latest)
    held = f"{_in_all(scope.filters)}{counted(stats.articles, 'article')} {verb(stats.articles, 'are')} held"
    text = f"{held}, {days or 'none with a date'}."
    made = f"The index was made on {day_in_words(stats.created)}, {stats.created[11:16]} UTC."
    passing = f" {_days_of(scope)}" if scope.filters != Filters() else ""
    return CorpusAnswer(f"{text}{passing} {made}", (scope.link(_all(stats.articles), Filters()),))


def _days_of(scope: _Scope) -> str:
    """The days of the articles that pass the filters."""
    count = scope.count()
    dated = replace(scope.filters, published_from=scope.filters.published_from or _FIRST_DAY)
    with_day = scope.count(dated)
    passes = "pass" if count > 1 else "passes"
    passing = f"{scope.in_words(count)} {passes} the filters"
    if not with_day:
        return f"{passing}, none with a date." if count else f"{passing}."
    (newest,), (oldest,) = scope.page(0, 1, dated)[1], scope.page(with_day - 1, 1, dated)[1]
    return f"{passing}, {published_in_words(oldest.published, newest.published)}."


_ANSWERS: dict[Asked, Callable[[_Scope], CorpusAnswer]] = {
    Asked.COUNT: _count,
    Asked.NEWEST: _newest,
    Asked.OLDEST: _oldest,
    Asked.WHICH: _which,
    Asked.TOPIC: _which,
    Asked.SOURCES: lambda scope: _sources(scope.index, scope.filters),
    Asked.LANGUAGES: lambda scope: _languages(scope.index, scope.filters),
    Asked.DAYS: _days,
}
