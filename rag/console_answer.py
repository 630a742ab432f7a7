"""How an answer that quotes articles is printed: what its form has before the quotes, the quotes, and their sources."""

from collections.abc import Sequence
from textwrap import indent

from index.console import note, say
from index.dates import age_in_words
from index.engine.stats import Count
from index.types import Filters
from rag.answer import NO, YES, Answer, Citation, FoundPassage, NearDuplicate
from rag.assistant import Assistant
from rag.question.form import Form

_NAMES_LISTED = 5  # of sources or languages, the most frequent first, where no article passes the filters
_NEAREST = 3  # passages printed under a declined question


def print_answer(answer: Answer, assistant: Assistant, filters: Filters) -> None:
    """Print an answer of any form but TALK and CORPUS, or that there is none and what is near."""
    if answer.interpreted_question != answer.question:
        say(f"Interpreted as: {answer.interpreted_question}")
        say()
    if answer.answered:
        _print_headline(answer)
        _print_quotes(answer)
        _print_sources(answer)
    else:
        _print_declined(answer, assistant, filters)
    short = f", of the short answer {answer.short_answer.confidence:.2f}" if answer.short_answer else ""
    note(f"confidence {answer.confidence:.2f}{short}, {answer.timings_ms['total']:.0f} ms")


def print_passage(passage: FoundPassage) -> None:
    """Print a passage with its place, indented under its title."""
    position = f"{passage.article_id} {passage.start}–{passage.end}, relative score {passage.score:.2f}"
    say(f"{passage.rank}. {passage.title}  ({position}){_also(passage.also)}")
    say(indent(passage.text, "   "))


def nothing_passes(assistant: Assistant, filters: Filters) -> str:
    """That there is nothing to search, and which values the filters in use could have."""
    stats = assistant.stats()
    if not stats.passages:
        return "The index holds no article."
    values = []
    if filters.source is not None:
        values.append(f"the sources are {_most_frequent(stats.sources)}")
    if filters.language is not None:
        values.append(f"the languages are {_most_frequent(stats.languages)}")
    if filters.published_from or filters.published_to:
        values.append(f"the days are {stats.earliest} to {stats.latest}" if stats.earliest else "no article has a day")
    return f"No article passes the filters: {'; '.join(values)}."


def _print_headline(answer: Answer) -> None:
    """The words that answer, or those that differ, each with its article."""
    origins = {citation.article_id: _origin(citation) for citation in answer.citations}
    short_answers = [f"{short.text} ({origins[short.article_id]})" for short in answer.differing]
    if answer.short_answer and not short_answers:
        short_answers = [answer.short_answer.text]
    for line in short_answers:
        say(line)
    if short_answers:
        say()


def _print_quotes(answer: Answer) -> None:
    """The quotes, with what the form of the answer says beside them."""
    if answer.form in (Form.LIST, Form.TIMELINE):
        _print_items(answer)
    else:
        _print_verdict(answer)
        say(answer.answer)
        _print_comparison(answer)
    for question in answer.unanswered:
        say(f"The documents do not hold an answer to: {question}")
    say()


def _print_items(answer: Answer) -> None:
    """A quote in each line, in a timeline after its date, and how many more there are."""
    dates = {entry.citation: f"{entry.date}  " for entry in answer.timeline}
    for citation in answer.citations:
        say(f"{dates.get(citation.number, '')}{citation.quote} [{citation.number}]")
    if more := answer.more_note():
        say(more)


def _print_verdict(answer: Answer) -> None:
    if answer.verdict is not None:
        say(f"{YES if answer.verdict else NO}:")


def _print_comparison(answer: Answer) -> None:
    if answer.comparison and (compared := answer.comparison.as_text()):
        say()
        say(compared)


def _print_sources(answer: Answer) -> None:
    for citation in sorted(answer.citations, key=lambda citation: citation.number):
        say(f"[{citation.number}] {_origin(citation)}")
        say(f"    {citation.article_id} {citation.start}–{citation.end}{_also(citation.also)}")
    if answer.language_note:
        say()
        say(answer.language_note)


def _print_declined(answer: Answer, assistant: Assistant, filters: Filters) -> None:
    if not answer.passages:
        say(" ".join(filter(None, (nothing_passes(assistant, filters), answer.decline_note))))
        return
    say(f"{answer.declined_in_words()} The nearest passages:")
    say()
    for passage in answer.passages[:_NEAREST]:
        print_passage(passage)


def _most_frequent(counts: Sequence[Count]) -> str:
    names = [count.name for count in counts if count.name is not None]
    more = f" and {len(names) - _NAMES_LISTED} more" if len(names) > _NAMES_LISTED else ""
    return ", ".join(names[:_NAMES_LISTED]) + more if names else "not given"


def _also(duplicates: Sequence[NearDuplicate]) -> str:
    return f"; also in {', '.join(duplicate.article_id for duplicate in duplicates)}" if duplicates else ""


def _origin(citation: Citation) -> str:
    if citation.published is None or citation.age_days is None:
        when = [f"undated, first seen {citation.first_seen[:10]}"] if citation.first_seen else []
    else:
        when = [citation.published[:10], age_in_words(citation.age_days)]
    return ", ".join(part for part in (citation.title, citation.source, *when) if part)
