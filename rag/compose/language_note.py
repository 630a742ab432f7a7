"""What an answer says of languages: that it is quoted from another one than the question's, or this is not read."""

from collections.abc import Sequence

from index.languages import primary_language
from rag.answer import Citation
from rag.question.language import is_unknown_language, language_of
from rag.question.languages import LANGUAGES
from rag.question.languages.names import english_name


def language_note(question: str, citations: Sequence[Citation], *, answered: bool) -> str | None:
    """The sentence that a reader needs, or None.

    Of an answer, from which languages it is quoted if none is the question's and all are known. Of a question that is
    declined, that its language is none that is read.
    """
    return _quoted_from(question, citations) if answered else _not_read(question)


def _quoted_from(question: str, citations: Sequence[Citation]) -> str | None:
    asked = language_of(question)
    quoted = [primary_language(citation.language) for citation in citations]
    names = [name for language in dict.fromkeys(quoted) if (name := english_name(language))]
    if asked is None or asked in quoted or not names or len(names) < len(set(quoted)):
        return None
    return f"Quoted from {_listed(names)}; the question is in {english_name(asked)}."


def _not_read(question: str) -> str | None:
    if not is_unknown_language(question):
        return None
    read = _listed([english_name(code) or code for code in LANGUAGES])
    return f"The question seems to be in a language that this program does not read. It reads {read}."


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
