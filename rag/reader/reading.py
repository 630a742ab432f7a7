"""What a reader gives for one passage, and the tokens that it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Span

if TYPE_CHECKING:
    from index.models.tokens import TextTokenizer, Tokens

MAX_QUESTION = 400  # characters; of a longer question the end is read, since it mostly says what is asked for
MAX_TITLE = 200  # characters, so that a title never crowds out the text
_NEVER = -1e4  # the logit of what is no answer
MAX_ANSWER = 30  # tokens of a short answer; SQuAD's answers rarely have more

TitledText = tuple[str, str]  # a title and a text


@dataclass(frozen=True, slots=True)
class Reading:
    """One passage read for one question.

    `spans` are the tokens of its text, in characters of the text. `starts` and `ends`, each (tokens,) float32, are the
    logits of an answer that begins or ends at a token. `none` is the logit of no answer: the sum of both heads at the
    first token of the input.
    """

    spans: Sequence[Span]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    none: float

    def odds(self) -> float:
        """The log-odds that an answer lies anywhere in the text; minus infinity where no token was read."""
        answer = self.answer_in(0, self.spans[-1][1]) if len(self.spans) else None
        return answer[0] if answer else -np.inf

    def certainty(self, start: int, end: int) -> float:
        """The log-odds that the answer overlaps these characters, against every other answer and none.

        Minus infinity where none of these characters was read.
        """
        overlapping = [position for position, span in enumerate(self.spans) if span[0] < end and start < span[1]]
        if not overlapping:
            return -np.inf
        scores = self._span_scores(0, len(self.spans))
        inside = np.zeros(scores.shape, dtype=bool)
        inside[: overlapping[-1] + 1, overlapping[0] :] = True
        elsewhere = np.append(scores[~inside], self.none)
        return float(np.logaddexp.reduce(scores[inside]) - np.logaddexp.reduce(elsewhere))

    def answer_in(self, start: int, end: int) -> tuple[float, Span] | None:
        """The log-odds that an answer lies within these characters, and its likeliest span.

        None where no token within these characters was read.
        """
        inside = [position for position, span in enumerate(self.spans) if start <= span[0] and span[1] <= end]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        scores = self._span_scores(first, last)
        begin, finish = np.unravel_index(int(scores.argmax()), scores.shape)
        likeliest = (self.spans[first + int(begin)][0], self.spans[first + int(finish)][1])
        return float(np.logaddexp.reduce(scores, axis=None)) - self.none, likeliest

    def without(self, spans: Sequence[Span]) -> "Reading":
        """The same reading, but no answer begins or ends within these characters of the text."""
        starts, ends = self.starts.copy(), self.ends.copy()
        for position, (start, end) in enumerate(self.spans):
            if any(left < end and start < right for left, right in spans):
                starts[position] = ends[position] = _NEVER
        return Reading(self.spans, starts, ends, self.none)

    def _span_scores(self, first: int, last: int) -> NDArray[np.float32]:
        """(n, n) float32 of the tokens from `first` to before `last`: the logit of an answer from one to another."""
        scores = self.starts[first:last, None] + self.ends[None, first:last]
        positions = np.arange(last - first)
        length = positions[None, :] - positions[:, None]
        return np.where((length >= 0) & (length < MAX_ANSWER), scores, -np.inf)


class Reader(Protocol):
    """Reads passages for a question; `comparable`: its odds can be compared between the passages of one question."""

    name: str
    comparable: bool

    def for_languages(self, *, english: bool) -> "Reader":
        """The reader for a question and texts in English alone, or for any others."""

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading per text, in the order of the texts."""


def reading_of(
    encoding: "Tokens", titled: TitledText, starts: NDArray[np.float32], ends: NDArray[np.float32]
) -> Reading:
    """The reading of a text; `starts` and `ends`, each (tokens,) float32, are the logits of all tokens of the input."""
    tokens = text_tokens(encoding, len(lead_of(titled[0])))
    return Reading(token_spans(encoding, titled), starts[tokens], ends[tokens], float(starts[0] + ends[0]))


def encode(tokenizer: "TextTokenizer", question: str, texts: Sequence[TitledText]) -> "Sequence[Tokens]":
    """The question with each text as tokens; the title stands before the text, and a long text is cut at its end."""
    question_end = question[-MAX_QUESTION:]
    return tokenizer.encode_batch([(question_end, lead_of(title) + text) for title, text in texts])


def lead_of(title: str) -> str:
    """The words that stand before a text when it is read."""
    return f"{title[:MAX_TITLE]}. " if title else ""


def text_tokens(encoding: "Tokens", lead: int) -> list[int]:
    """The positions of the text's tokens, without question, title and special tokens; `lead` is in characters."""
    return [
        position
        for position, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if sequence == 1 and start < end and lead < end
    ]


def token_spans(encoding: "Tokens", titled: TitledText) -> list[Span]:
    """The text's tokens, in characters of the text."""
    title, text = titled
    lead = len(lead_of(title))
    offsets = encoding.offsets  # each access makes a new list
    spans: list[Span] = []
    for position in text_tokens(encoding, lead):
        start, end = offsets[position][0] - lead, offsets[position][1] - lead
        token = text[max(start, 0) : end]
        # Some tokenizers count the white space before a token as part of it.
        spans.append((end - len(token.lstrip() or token), end))
    return spans
