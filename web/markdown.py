"""An answer as Markdown, for other programs' chat pages: its quotes with their marks, then the numbered sources.

Text from the corpus is escaped, so that it is shown as it stands: an article can put no link, picture or markup into
somebody's page.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from index.markdown_text import escape_markdown
from rag.answer import NO, YES, Answer, Citation, FoundPassage
from rag.compose.corpus_answer import COUNTED
from rag.question.form import Form
from web.links import answer_link_href, article_href, safe_web_url

_ESCAPED_IPV6 = re.compile(r"^(https?://(?:[^/?#@]*@)?)%5B([0-9A-Fa-f:.]+)%5D")
_IN_LINES = (Form.LIST, Form.TIMELINE)
_NEAREST = 3  # passages listed under a declined question


@dataclass(frozen=True, slots=True)
class PlacedQuote:
    """A quote with its mark: its place in the text of the answer, in characters, and the address that opens it."""

    start: int
    end: int
    citation: Citation
    url: str


@dataclass(frozen=True, slots=True)
class RenderedAnswer:
    """An answer in Markdown: the answer itself, the sources, and the places of the quotes in the first."""

    answer: str
    sources: str
    quotes: list[PlacedQuote]

    @property
    def text(self) -> str:
        """The answer and its sources."""
        return self.answer + self.sources


def render_markdown(answer: Answer, site: str) -> RenderedAnswer:
    """An answer as Markdown; `site` is this server's address, for links to its articles."""
    if answer.form.quotes_nothing:
        return RenderedAnswer(_reply(answer, site), "", [])
    if not answer.answered:
        nearest = answer.passages[:_NEAREST]
        passages = (f"\n- {_source(passage, site)}: {one_line(passage.text)}" for passage in nearest)
        return RenderedAnswer(_declined(answer, site), "".join(passages), [])
    text, quotes = _mark_quotes(answer, site, _lead(answer))
    if answer.comparison and (compared := answer.comparison.as_text()):
        text += "\n\n" + "\n".join(f"- {one_line(line)}" for line in compared.splitlines())
    if note := answer.more_note():
        text += f"\n\n{note}"
    for question in answer.unanswered:
        text += f"\n\nThe documents do not hold an answer to: {one_line(question)}"
    if answer.language_note:
        text += f"\n\n{answer.language_note}"
    sources = "\n\nSources:\n"
    for citation in sorted(answer.citations, key=lambda citation: citation.number):
        sources += f"\n- [{citation.number}] {_source(citation, site)}"
    return RenderedAnswer(text, sources, quotes)


def one_line(text: str) -> str:
    """Text on one line, escaped so that Markdown shows it exactly as it is."""
    return escape_markdown(" ".join(text.split()), autolinks=True)


def _lead(answer: Answer) -> str:
    """What stands before the quotes: of a yes/no question that they decide, its verdict."""
    return "" if answer.verdict is None else f"{YES if answer.verdict else NO}: "


def _mark_quotes(answer: Answer, site: str, text: str) -> tuple[str, list[PlacedQuote]]:
    """The text of the answer, escaped, behind `text`, and the places of its quotes with their marks in it."""
    remaining = {f"{citation.quote} [{citation.number}]": citation for citation in answer.citations}
    position, quotes = 0, []
    between = "\n" if answer.form in _IN_LINES else " "
    while remaining:
        # A quote may hold words that look like another quote with its mark. So the next one is the quote that begins
        # first, and of those that begin together the longest.
        starts = {marked: answer.answer.find(marked, position) for marked in remaining}
        marked = min(starts, key=lambda marked: (starts[marked], -len(marked)))
        citation = remaining.pop(marked)
        before = one_line(answer.answer[position : starts[marked]])
        text += f"{before} " if before else _line_start(answer, citation)
        escaped = f"{one_line(citation.quote)} [{citation.number}]"
        quotes.append(PlacedQuote(len(text), len(text) + len(escaped), citation, site + article_href(citation)))
        text += f"{escaped}{between}"
        position = starts[marked] + len(marked)
    return (text + one_line(answer.answer[position:])).rstrip(), quotes


def _line_start(answer: Answer, citation: Citation) -> str:
    """What stands before a quote in a line of its own: the mark of an item, and its date in a timeline."""
    if answer.form not in _IN_LINES:
        return ""
    dates = [f"**{entry.date}**: " for entry in answer.timeline if entry.citation == citation.number]
    return "- " + "".join(dates)


def _declined(answer: Answer, site: str) -> str:
    if not answer.index.articles:
        return "The index holds no article."
    if not answer.passages:
        note = f" {one_line(answer.decline_note)}" if answer.decline_note else ""
        what_there_is = _link("What there is", f"{site}/corpus")
        return (
            f"No article passes the filters.{note} {what_there_is}: sources, languages and days.{_links(answer, site)}"
        )
    links = _links(answer, site)
    between = f"{links}\n\n" if links else " "
    return f"{one_line(answer.declined_in_words())}{between}The nearest passages:\n"


def _reply(answer: Answer, site: str) -> str:
    """An answer that quotes nothing, its links, and the questions that can be asked."""
    counted = f"\n\n{COUNTED}" if answer.form is Form.CORPUS else ""
    questions = "".join(f"\n- {one_line(question)}" for question in answer.suggestions)
    suggested = f"\n\nQuestions to ask:\n{questions}" if questions else ""
    return f"{one_line(answer.answer)}{_links(answer, site)}{suggested}{counted}"


def _links(answer: Answer, site: str) -> str:
    """A list of what the answer leads on to, after an empty line; "" where there is nothing."""
    lines = ""
    for link in answer.links:
        described = (
            _link(link.text, site + answer_link_href(link)),
            one_line(link.source or ""),
            (link.published or "")[:10],
        )
        lines += f"\n- {', '.join(part for part in described if part)}"
    return f"\n{lines}" if lines else ""


def _source(cited: Citation | FoundPassage, site: str) -> str:
    """A link that opens the words here, the source and day, and a link to the original if it is on the web."""
    original = safe_web_url(cited.url)
    parts = [
        _link(cited.title, site + article_href(cited)),
        one_line(cited.source or ""),
        (cited.published or "")[:10],
        _link("original", original) if original else "",
    ]
    return ", ".join(part for part in parts if part)


def _link(text: str, address: str) -> str:
    escaped = quote(address, safe="/:?#@!$&*+,;=%~")
    address = _ESCAPED_IPV6.sub(r"\1[\2]", escaped)  # an IPv6 host keeps its brackets: escaped, it is no host
    return f"[{one_line(text)}]({address})"
