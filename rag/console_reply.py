"""How a reply that quotes nothing is printed: its text, the articles it leads to, and questions that can be asked."""

from index.console import note, say
from rag.answer import Answer, AnswerLink
from rag.compose.corpus_answer import COUNTED
from rag.question.form import Form


def print_reply(answer: Answer) -> None:
    """Print an answer of the form TALK or CORPUS."""
    say(answer.answer)
    # The terminal has no page that lists articles, so links to one are left out.
    for line in (_article_line(link) for link in answer.links if link.article_id):
        say(line)
    if answer.suggestions:
        say()
        say("Questions that can be asked:")
        for question in answer.suggestions:
            say(f"- {question}")
    marked = f"{COUNTED} " if answer.form is Form.CORPUS else ""
    note(f"{marked}{answer.timings_ms['total']:.0f} ms")


def _article_line(link: AnswerLink) -> str:
    described = ", ".join(part for part in (link.source, (link.published or "")[:10]) if part)
    return f"- {link.text}  ({link.article_id}{f'; {described}' if described else ''})"
