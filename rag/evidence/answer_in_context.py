"""A short answer with what stands around it."""

from dataclasses import dataclass

from index.types import Span

_NEAR = 400  # characters before a sentence that may name what it is about


@dataclass(frozen=True, slots=True)
class AnswerInContext:
    """A short answer, characters `span` of `sentence`, with the question and with what stands before the sentence.

    `before` is the text of the passage before the sentence; `title` and `published` are those of the article, and
    `language` is that of the sentence.
    """

    question: str
    sentence: str
    span: Span
    before: str = ""
    title: str = ""
    published: str | None = None
    language: str | None = None

    @property
    def answer(self) -> str:
        """The words of the short answer."""
        return self.sentence[slice(*self.span)]

    @property
    def context(self) -> str:
        """The title, what stands shortly before the sentence, and the sentence."""
        return f"{self.title} {self.before[-_NEAR:]} {self.sentence}"
