"""What is replied to talk: in one or two sentences what is held, and what can be asked."""

from index.engine.stats import IndexStats
from rag.compose.wording import counted, published_in_words
from rag.question.talk import Talk

# Talk of these kinds is replied to with questions that can be answered.
ASKS_FOR_EXAMPLES = frozenset({Talk.GREETING, Talk.HELP, Talk.HELP_FIRST, Talk.IDENTITY})
_EMPTY = "The index holds no article yet."
_BEFORE = {Talk.GREETING: "Hello.", Talk.IDENTITY: "This is a program, not a person."}
_BEFORE |= {
    Talk.GOODBYE: "Goodbye.",
    Talk.THANKS: "You are welcome.",
    Talk.NOTED: "Ask the next question when you like.",
}


def talk_text(talk: Talk, stats: IndexStats) -> str:
    """The reply to one kind of talk, given what the index holds."""
    if not stats.articles:
        return f"{_BEFORE.get(talk, '')} {_EMPTY}".lstrip()
    articles = counted(stats.articles, "article")
    if talk not in ASKS_FOR_EXAMPLES:
        is_held = "is" if stats.articles == 1 else "are"
        return f"{_BEFORE[talk]} {articles}{_origin(stats)} {is_held} held here."
    asked = f"Ask about the {articles} held here{_origin(stats)}: the answer is quoted from them word for word."
    more = (
        ""
        if talk is Talk.GREETING
        else " Ask too how many articles mention a name, which is the newest, or the sources."
    )
    return f"{_BEFORE.get(talk, '')} {asked}{more}".lstrip()


def _origin(stats: IndexStats) -> str:
    """The sources and days of the articles, after their noun."""
    sources = [source.name for source in stats.sources if source.name is not None]
    from_sources = f" from {sources[0] if len(sources) == 1 else counted(len(sources), 'source')}" if sources else ""
    days = published_in_words(stats.earliest, stats.latest)
    return f"{from_sources}, {days}," if days else from_sources
