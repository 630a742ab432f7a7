"""Sentence spans of a text."""

import re

from sentencex import get_sentence_boundaries

from index.types import Span

DEFAULT_LANGUAGE = "en"
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
        for boundary in get_sentence_boundaries(language or DEFAULT_LANGUAGE, line[0]):
            start = line.start() + boundary["start_index"]
            sentence = text[start : line.start() + boundary["end_index"]]
            spans.append((start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())))
    return [(start, end) for start, end in spans if start < end]
