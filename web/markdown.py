"""An answer as Markdown, for chat pages of others: its quotes with their marks, then the numbered sources.

What comes from the corpus is escaped, so that it reads as it stands: an article can put no link, picture or markup
into somebody's page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from index.markdown_text import escape_markdown
from rag.answer import Answer, Citation, FoundPassage
from web.links import article_href, safe_web_url

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Cited:
    """Where in the text a quote and its mark stand, in characters, and the address that opens it."""

    start: int
    end: int
    citation: Citation
    url: str


@dataclass(frozen=True, slots=True)
class RenderedAnswer:
    """An answer in Markdown: what was found, the sources, and where in the first the quotes stand."""

    found: str
    sources: str
    cited: list[Cited]

    @property
    def text(self) -> str:
        """All of it."""
        return self.found + self.sources


def render_markdown(answer: Answer, site: str) -> RenderedAnswer:
    """An answer as Markdown; `site` is this server's address, for links to its articles."""
    if not answer.answered:
        return RenderedAnswer(_declined(answer, site), "".join(_nearest(answer, site)), [])
    found, cited = _marked_quotes(answer, site)
    found += "".join(f"\n\nThe documents do not hold an answer to: {one_line(part)}" for part in answer.unanswered)
    numbered = sorted(answer.citations, key=lambda citation: citation.number)
    lines = (f"\n- [{one.number}] {_source(one, site)}" for one in numbered)
    return RenderedAnswer(found, "\n\nSources:\n" + "".join(lines), cited)


def one_line(text: str) -> str:
    """Text that Markdown shows to the character, on one line."""
    return escape_markdown(" ".join(text.split()), autolinks=True)


def _marked_quotes(answer: Answer, site: str) -> tuple[str, list[Cited]]:
    text, place, cited = "", 0, []
    for at, mark, citation in _marks(answer):
        before = one_line(answer.answer[place:at])
        text += f"{before} " if before else ""
        start = len(text)
        text += f"{one_line(citation.quote)} [{citation.number}]"
        cited.append(Cited(start, len(text), citation, site + article_href(citation)))
        text += " "
        place = at + len(mark)
    return (text + one_line(answer.answer[place:])).rstrip(), cited


def _marks(answer: Answer) -> Iterator[tuple[int, str, Citation]]:
    """Each quote with its mark and place, in the order of the text: the first that begins, the longest of those.

    A quote may hold words that look like another quote with its mark; those stand inside of it and are passed over.
    """
    left = {f"{citation.quote} [{citation.number}]": citation for citation in answer.citations}
    place = 0
    while left:
        at, mark = min(((answer.answer.find(mark, place), mark) for mark in left), key=_first_and_longest)
        yield at, mark, left.pop(mark)
        place = at + len(mark)


def _first_and_longest(found: tuple[int, str]) -> tuple[int, int]:
    return found[0], -len(found[1])


def _declined(answer: Answer, site: str) -> str:
    if not answer.index.articles:
        return "The index holds no article."
    if not answer.passages:
        return (
            f"No article passes the filters. {_link('What there is', f'{site}/corpus')}: sources, languages and days."
        )
    return "The documents do not hold an answer to this. The nearest passages:\n"


def _nearest(answer: Answer, site: str) -> Iterator[str]:
    for found in answer.passages[:_NEAREST]:
        yield f"\n- {_source(found, site)}: {one_line(found.text)}"


def _source(found: Citation | FoundPassage, site: str) -> str:
    """A link that opens the words here, the source and day, and a link to the original where it has one."""
    original = safe_web_url(found.url)
    parts = [
        _link(found.title, site + article_href(found)),
        one_line(found.source or ""),
        (found.published or "")[:10],
        _link("original", original) if original else "",
    ]
    return ", ".join(part for part in parts if part)


def _link(text: str, address: str) -> str:
    return f"[{one_line(text)}]({quote(address, safe='/:?#@!$&*+,;=%~')})"
