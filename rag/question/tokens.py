"""The words and marks of a text, each with its place, for patterns that follow its order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Span
from rag.question.languages.folding import fold, fold_case

# "n't" is a word of its own; a number with its separators is one word.
_TOKEN = re.compile(r"\w+(?=n[’']t\b)|n[’']t\b|\d+(?:[.,:]\d+)*|\w+|[^\w\s]")
_NOT = re.compile(r"n[’']t")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark: as written, folded and in lower case, and its characters in the text."""

    text: str
    folded: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is no mark."""
        return self.folded[:1].isalnum()

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, in order; the ending of "didn't" is "not".

    What folds to nothing, such as the joiners within an emoji, is no token.
    """
    tokens = (
        Token(match[0], "not" if _NOT.fullmatch(match[0]) else fold_case(fold(match[0])), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    )
    return [token for token in tokens if token.folded]


def span_of(tokens: Sequence[Token]) -> Span:
    """From the first character of the first token to the last of the last."""
    return tokens[0].start, tokens[-1].end


def places_of(wanted: Sequence[Token], tokens: Sequence[Token]) -> list[int]:
    """Where these tokens stand next to each other, whatever their case: the numbers of their first tokens."""
    if not wanted:
        return []
    folded = [token.folded for token in wanted]
    return [
        place
        for place, token in enumerate(tokens)
        if token.folded == folded[0] and [other.folded for other in tokens[place : place + len(folded)]] == folded
    ]
