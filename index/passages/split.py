"""Splitting an article into passages, which are what is embedded and searched, at sentence bounds."""

import re
from collections.abc import Iterator
from itertools import pairwise

from index.passages.sentences import sentence_spans
from index.types import Article, Passage, Span

# Characters. all-MiniLM-L6-v2 reads 256 tokens, which is about 1,100 characters of English: a
# passage of this size is embedded whole.
MAX_CHARACTERS = 900
_BLANK_LINE = re.compile(r"\n\s*\n")


def split_article(article: Article, max_characters: int = MAX_CHARACTERS) -> list[Passage]:
    """The article's passages in order; together they hold every sentence exactly once.

    A paragraph is kept whole where it fits: the next one joins the passage only if all of it does.
    A sentence longer than `max_characters` is cut at white space.
    """
    sentences: list[Span] = []
    for start, end in sentence_spans(article.text, article.language):
        sentences += _cut(article.text, start, end, max_characters)
    groups: list[list[Span]] = []
    for paragraph in _paragraphs(article.text, sentences):
        if not groups or paragraph[-1][1] - groups[-1][0][0] > max_characters:
            groups.append([])
        for sentence in paragraph:
            if groups[-1] and sentence[1] - groups[-1][0][0] > max_characters:
                groups.append([])
            groups[-1].append(sentence)
    return [
        Passage(
            passage_id=f"{article.article_id}#{group[0][0]}-{group[-1][1]}",
            article_id=article.article_id,
            start=group[0][0],
            end=group[-1][1],
            text=article.text[group[0][0] : group[-1][1]],
            sentences=tuple(group),
        )
        for group in groups
    ]


def parts_paragraphs(between: str) -> bool:
    """Whether the text between two sentences holds a blank line, so that the second begins a paragraph."""
    return bool(_BLANK_LINE.search(between))


def _cut(text: str, start: int, end: int, max_characters: int) -> Iterator[Span]:
    """The sentence as one span, or as several of at most `max_characters` where it is longer."""
    while end - start > max_characters:
        limit = start + max_characters
        cut = next((position for position in range(limit, start, -1) if text[position].isspace()), limit)
        yield start, start + len(text[start:cut].rstrip())
        start = next(position for position in range(cut, end) if not text[position].isspace())
    yield start, end


def _paragraphs(text: str, sentences: list[Span]) -> list[list[Span]]:
    """The sentences grouped by paragraph; a blank line separates two paragraphs."""
    paragraphs = [sentences[:1]] if sentences else []
    for before, sentence in pairwise(sentences):
        if parts_paragraphs(text[before[1] : sentence[0]]):
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    return paragraphs
