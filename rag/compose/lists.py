"""A list: one quoted sentence for each item, the best first, or in the order of their days."""

import re
from functools import cache

from rag.compose.extract import Composition, span_with_subject, text_of
from rag.compose.found import Found
from rag.compose.items import citations_of, distinct, is_shown, same_day
from rag.evidence.contradictions import short_answer_text
from rag.evidence.gathering import Gathered, Item, Material, Wanted, gather, name_of
from rag.question.answer_type import names_in
from rag.question.languages import words_of
from rag.question.languages.folding import fold, fold_case
from rag.question.periods import period_asked
from rag.question.subject import Listed, holds_names, listed_by, subject_of, telling_words
from rag.question.terms import words_in

MOST = 12  # items
FEWEST = 2  # a single sentence is no list
# How far an item's score, the log of a likelihood ratio, may be below the best one's, and the lowest of the reader's
# log-odds that the sentence answers (divided by 10, as in the feature): of any item, of a day, and of a sentence that
# holds the noun of what is listed.
BARS, DATED_BARS, NAMED_BARS = (4.0, 0.0), (4.0, -0.3), (7.0, -0.7)


def list_items(found: Found) -> Composition | None:
    """The items that a question asks for; None where fewer than two are found, all were shown, or they are unlikely.

    Raises:
        As `gather`.
    """
    question, material = found.questions[0].question.query, found.material
    period, subject = period_asked(question), subject_of(question)
    listed = listed_by(question, in_period=period is not None)
    gathered = gather(Wanted(listed.query, subject, listed.dated, period), material)
    items = _items(gathered, question, listed, material)
    if listed.dated and len(items) < FEWEST:  # their days may be told nowhere
        listed = listed_by(question, in_period=True)
        gathered = gather(Wanted(listed.query, subject, dated=False, period=period), material)
        items = _items(gathered, question, listed, material)
    left = [item for item in items if not is_shown(item.evidence, found.shown)]
    if len(items) < FEWEST or not left or gathered.confidence < found.threshold:
        return None
    shown = left[:MOST]
    if listed.dated:
        shown.sort(key=lambda item: item.day.date if item.day else "")
    citations = citations_of(shown, _goes_on, found.article_of)
    more = len(left) - len(shown)
    return Composition(text_of(citations), citations, confidence=gathered.confidence, more_matches=more)


def _items(gathered: Gathered, question: str, listed: Listed, material: Material) -> list[Item]:
    """The items above the bar, each once."""
    noun = _terms(listed.noun, material)
    words = _told(question, material, names=not noun)
    told = gathered.items
    if listed.dated and not noun:
        told = [item for item in told if _is_of(item, gathered.names, material)]
    if noun or material.scorer.reader is None:
        told = [item for item in told if not words.isdisjoint(_terms_of(item, material))]
    likely = [
        item
        for item in told
        if _is_likely(item, told[0], dated=listed.dated, named=not noun.isdisjoint(_terms_of(item, material)))
    ]
    items = distinct(likely, same_day if listed.dated else _same_answer)
    return items if listed.dated else _without_quoted_with_next(items)


def _is_of(item: Item, names: list[str], material: Material) -> bool:
    """Whether the article's name and the sentence hold the names, or it refers to what was named before it."""
    words, evidence = words_of(item.evidence.language), item.evidence
    article = material.index.article(evidence.passage.article_id)
    refers = words.pattern(words.refers_back).search(fold(evidence.text))
    return bool(refers) or holds_names(names, f"{name_of(article)} {evidence.text}")


def _told(question: str, material: Material, *, names: bool) -> set[str]:
    """What a question says beside numbers, with its names or without, as it is indexed."""
    left_out = set() if names else {fold_case(fold(name)) for name in names_in(question)}
    return _terms(" ".join(word for word in telling_words(subject_of(question)) if word not in left_out), material)


def _terms(text: str, material: Material, language: str | None = None) -> set[str]:
    return set(material.index.terms(text, language))


def _terms_of(item: Item, material: Material) -> set[str]:
    """The terms of what is quoted for an item."""
    start, end = span_with_subject(item.evidence, always=_goes_on(item))
    passage = item.evidence.passage
    text = passage.text[start - passage.start : end - passage.start]
    return _terms(text, material, item.evidence.language)


def _is_likely(item: Item, best: Item, *, dated: bool, named: bool) -> bool:
    margin, least = NAMED_BARS if named else DATED_BARS if dated else BARS
    near = item.evidence.score >= best.evidence.score - margin
    return near and item.evidence.features.get("reader", least) >= least


def _same_answer(item: Item, other: Item) -> bool:
    """Whether the words of one short answer are all words of the other."""
    mine, theirs = (set(words_in(short_answer_text(one.evidence))) for one in (item, other))
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _without_quoted_with_next(items: list[Item]) -> list[Item]:
    """The items without those that are quoted together with the sentence after them, since that one goes on."""
    begun = {
        (item.evidence.passage.article_id, span_with_subject(item.evidence, always=_goes_on(item))[0])
        for item in items
        if span_with_subject(item.evidence, always=_goes_on(item)) != item.evidence.span
    }
    return [item for item in items if (item.evidence.passage.article_id, item.evidence.span[0]) not in begun]


def goes_on(sentence: str, language: str | None) -> bool:
    """Whether a sentence goes on with what the one before it lists: "The other two are…"."""
    return bool(_continuing(words_of(language, sentence).code).match(fold(sentence)))


def _goes_on(item: Item) -> bool:
    return goes_on(item.evidence.text, item.evidence.language)


@cache
def _continuing(language: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{fold(words_of(language).continues)})\b", re.IGNORECASE)
