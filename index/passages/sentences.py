"""Sentence spans of a text."""

import re
from collections.abc import Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

from index.passages.false_ends import is_false_end
from index.types import Span

DEFAULT_LANGUAGE = "en"
# Characters of a line that are searched at once: the time grows with the square of the quotation marks in them.
PIECE = 10_000
_LINE = re.compile(r"[^\n]+")
# sentencex panics where some white space beyond ASCII follows a capital. A plain space in its place moves no offset.
_OTHER_SPACE = re.compile(r"[^\S\x00-\x7f]")


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """The sentences of a text as (start, end) character offsets, in order and not overlapping.

    Spans carry no white space at either end, and every character outside them is white space. A
    line end closes a sentence, so headings and list items stand alone.

    Source: sentencex (Wikimedia), for the rules and abbreviations of some 240 languages.
    """
    spans = []
    for line in _LINE.finditer(_OTHER_SPACE.sub(" ", text)):
        if line[0].isspace():
            continue
        for line_start, line_end in _line_spans(line[0], language or DEFAULT_LANGUAGE):
            start = line.start() + line_start
            sentence = text[start : line.start() + line_end]
            spans.append((start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())))
    return [(start, end) for start, end in spans if start < end]


def _line_spans(line: str, language: str) -> Iterator[Span]:
    """The sentences of a line, with white space around them; one that is longer than PIECE is cut."""
    position = 0
    while position < len(line):
        piece = line[position : position + PIECE]
        ends = [boundary["end_index"] for boundary in get_sentence_boundaries(language, piece)] or [len(piece)]
        if len(ends) > 1 and position + PIECE < len(line):
            ends.pop()  # the last sentence may go on, and begins the next piece
        ends = [end for end in ends[:-1] if not is_false_end(piece, end)] + ends[-1:]
        for start, end in pairwise([0, *ends]):
            yield position + start, position + end
        position += ends[-1]
