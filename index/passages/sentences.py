"""Sentence spans of a text."""

import re

from sentencex import get_sentence_boundaries

from index.types import Span

DEFAULT_LANGUAGE = "en"
_BREAK = re.compile(r"\n")
# sentencex panics where some white space beyond ASCII follows a capital; a space in its place moves no offset.
_OTHER_SPACE = re.compile(r"[^\S\x00-\x7f]")


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """The sentences of a text as (start, end) character offsets, in order and not overlapping.

    Spans carry no white space at either end, and every character outside them is white space. A
    line end closes a sentence, so headings and list items stand alone.

    Source: sentencex (Wikimedia), for the rules and abbreviations of some 240 languages.
    """
    spans = []
    spaced = _OTHER_SPACE.sub(" ", text)
    for start, end in _lines(text):
        for boundary in get_sentence_boundaries(language or DEFAULT_LANGUAGE, spaced[start:end]):
            spans.append(_strip(text, start + boundary["start_index"], start + boundary["end_index"]))
    return [span for span in spans if span[0] < span[1]]


def _lines(text: str) -> list[Span]:
    ends = [match.start() for match in _BREAK.finditer(text)] + [len(text)]
    starts = [0] + [end + 1 for end in ends[:-1]]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def _strip(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
