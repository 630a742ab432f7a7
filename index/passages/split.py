"""Passages: what is embedded and searched, cut from an article on sentence bounds."""

import re
from collections.abc import Iterator
from itertools import pairwise

from index.passages.sentences import sentence_spans
from index.types import Article, Passage, Span

# Characters. all-MiniLM-L6-v2 reads 256 tokens, which is about 1,100 characters of English: a
# passage of this size is embedded whole.
MAX_CHARACTERS = 900


def split_article(article: Article, max_characters: int = MAX_CHARACTERS) -> list[Passage]:
    """The article's passages in order; together they hold every sentence exactly once.

    A paragraph is kept whole where it fits: the next one joins the passage only if all of it does.
    A sentence longer than `max_characters` is cut at white space.
    """
    sentences = _bounded(article, max_characters)
    groups: list[list[Span]] = []
    for paragraph in _paragraphs(article.text, sentences):
        _place(groups, paragraph, max_characters)
    return [_passage(article, group) for group in groups]


def _bounded(article: Article, max_characters: int) -> list[Span]:
    spans: list[Span] = []
    for start, end in sentence_spans(article.text, article.language):
        spans.extend(_cut(article.text, start, end, max_characters))
    return spans


def _cut(text: str, start: int, end: int, max_characters: int) -> Iterator[Span]:
    while end - start > max_characters:
        limit = start + max_characters
        cut = next((place for place in range(limit, start, -1) if text[place].isspace()), limit)
        yield start, start + len(text[start:cut].rstrip())
        start = next(place for place in range(cut, end) if not text[place].isspace())
    yield start, end


def _paragraphs(text: str, sentences: list[Span]) -> list[list[Span]]:
    paragraphs = [sentences[:1]] if sentences else []
    for before, sentence in pairwise(sentences):
        if re.search(r"\n\s*\n", text[before[1] : sentence[0]]):
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    return paragraphs


def _place(groups: list[list[Span]], paragraph: list[Span], max_characters: int) -> None:
    if groups and paragraph[-1][1] - groups[-1][0][0] <= max_characters:
        groups[-1].extend(paragraph)
        return
    groups.append(paragraph[:1])
    for sentence in paragraph[1:]:
        if sentence[1] - groups[-1][0][0] <= max_characters:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])


def _passage(article: Article, sentences: list[Span]) -> Passage:
    start, end = sentences[0][0], sentences[-1][1]
    return Passage(
        passage_id=f"{article.article_id}#{start}-{end}",
        article_id=article.article_id,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=tuple(sentences),
    )
