"""The form of answer that a question asks for: sentences, a list, a comparison, or a talk about what is held."""

import re
from enum import StrEnum
from functools import cache

from rag.question.language import known_language
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold
from rag.question.talk import without_courtesies


class Form(StrEnum):
    """What an answer is made of. All but TALK and CORPUS are made of quoted sentences alone."""

    EXTRACT = "extract"  # the sentences that answer
    YES_NO = "yes_no"  # the sentence that decides
    DEFINITION = "definition"  # the sentence that says what or who it is
    LIST = "list"  # a sentence for each item
    TIMELINE = "timeline"  # dated sentences in the order of their days
    COMPARISON = "comparison"  # a sentence for each side
    SUMMARY = "summary"  # the main sentences of one article, in their order
    TALK = "talk"  # a greeting, thanks, or what this program does
    CORPUS = "corpus"  # what is counted in the index: articles, sources, days

    @property
    def quotes_nothing(self) -> bool:
        """Whether an answer of this form is about what is held, instead of what the articles say."""
        return self in (Form.TALK, Form.CORPUS)


def form_of(question: str) -> Form:
    """The form that the words of a question ask for; EXTRACT where they do not tell.

    TALK and CORPUS are told before, by rag.replies: of the latter the index has a say.
    """
    question = without_courtesies(question)
    patterns = _patterns(known_language(question))
    folded = fold(question)
    return next((form for form, pattern in patterns if pattern.search(folded)), Form.EXTRACT)


def form_match(form: Form, question: str) -> re.Match[str] | None:
    """Where the words of a question ask for a form, in its folded text; None where they do not."""
    patterns = dict(_patterns(known_language(question)))
    return patterns[form].search(fold(question)) if form in patterns else None


@cache
def _patterns(language: str) -> list[tuple[Form, re.Pattern[str]]]:
    """What asks for each form in a language, in the order in which they are tried; it matches folded text."""
    forms = LANGUAGES[language].asks_forms
    return [(Form(name), re.compile(fold(pattern), re.IGNORECASE)) for name, pattern in forms.items()]
