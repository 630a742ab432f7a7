"""What is replied to talk: in one or two sentences what is held, and what can be asked."""

from index.engine.stats import IndexStats
from rag.compose.wording import counted, published_in_words, verb
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


def talk_text(talk: Talk, stats: IndexStats, *, filtered: bool = False) -> str:
    """The reply to one kind of talk, given what the index holds; `filtered`: filters pass some of it only."""
    if not stats.articles:
        return f"{_BEFORE.get(talk, '')} {_EMPTY}".lstrip()
    number = f"{'In all, ' if filtered else ''}{counted(stats.articles, 'article')}"
    held = f"{number}{_origin(stats)} {verb(stats.articles, 'are')} held here{_days(stats)}."
    said = [_BEFORE.get(talk, ""), held]
    if talk in ASKS_FOR_EXAMPLES:
        said.append("Ask about them: the answer is quoted from them word for word.")
    if talk in ASKS_FOR_EXAMPLES - {Talk.GREETING}:
        said.append(
            "You can also ask how many articles mention a name, which is the newest, or which sources there are."
        )
    return " ".join(filter(None, said))


def _origin(stats: IndexStats) -> str:
    """The sources of the articles, after their noun."""
    sources = [source.name for source in stats.sources if source.name is not None]
    return f" from {sources[0] if len(sources) == 1 else counted(len(sources), 'source')}" if sources else ""


def _days(stats: IndexStats) -> str:
    days = published_in_words(stats.earliest, stats.latest)
    return f", {days}" if days else ""
