"""Checks of short answers by English words, beside their kind: ordinals, plans, opposites, offices, what is counted."""

import re
from collections.abc import Callable

from rag.evidence import english_kinds as kinds
from rag.evidence import english_relations as relations
from rag.evidence.answer_in_context import AnswerInContext
from rag.evidence.english_kinds import words_pattern as _pattern

_ORDINALS = [
    *("first|1st|inaugural|initial", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th"),
    *("sixth|6th", "seventh|7th", "eighth|8th", "ninth|9th", "tenth|10th"),
]
_ORDINAL = _pattern(*_ORDINALS)
_ALWAYS_NUMBERS = 2  # from "third", counted from 0
# Not "at first" or "did first want": of a thing that has a number.
_NUMBERED = re.compile(
    rf"(?:\bthe |['’]s |\bits |\bhis |\bher |\btheir )(?:very )?({'|'.join(_ORDINALS)}) (?!in\b|to\b|of\b)", re.I
)
_ASKS_SEVERAL = _pattern("(?:which|what) (?:two|three|four|five|six|seven|eight|nine|ten)")
_PAST = _pattern("did|was|were|had")
_ABOUT_PLANS = _pattern(
    "plan\\w*|want\\w*|promis\\w*|propos\\w*|would|will|expect\\w*|hop(?:e|ed|ing)|inten[dt]\\w*|suppos\\w*|to be"
    "|to have|demand\\w*|pledg\\w*|suggest\\w*|due|agreed?|offer\\w*|ask\\w*|order\\w*|schedul\\w*|could|should"
    "|might|may"
)
_PLAN = _pattern(
    "must|will|would|should|wants? to|plans? to|hopes? to|intends? to|(?:is|are) to|(?-i:may)|might|could|aims? to"
    "|due to be|expected to|propos(?:ed|es)|to be"
)
_CLAUSE = re.compile(r"[;,:–—]\s|\b(?:but|which|who|while|although)\b")
_REALLY = _pattern(
    "actual(?:ly)?", "real(?:ly)?", "truth", "true", "final(?:ly)?", "in the end", "eventually", "in fact"
)
_BEFORE_THAT = _pattern(
    "plan\\w*", "earlier version", "original\\w*", "wants? to", "hopes? to", "will", "would", "at first"
)
_NOT_SO = re.compile(r"\b(?:not|rather than|instead of|unlike)(?: (?:the|a|an|in|on|by|at))? \Z", re.IGNORECASE)
_ENDS_WITH_PRONOUN = re.compile(r"\b(?:them|it|him|her|this|that|these|those)\W*\Z", re.IGNORECASE)
_SUPERLATIVE = _pattern(
    "most|least|highest|largest|biggest|longest|oldest|youngest|smallest|lowest|tallest|deepest|fastest|heaviest|worst"
    "|best|earliest|greatest|strongest|busiest|richest|cheapest|nearest|furthest|farthest|shortest|hottest|coldest"
)
_ANY_SUPERLATIVE = re.compile(
    r"\b(?:most|least|record|\w{2,20}est|top|main|peak|maximum|minimum|first|last|only|ever|champions?|leading|never)\b",
    re.IGNORECASE,
)
# What the question asks of, and what a sentence says instead: it is of the contrary where it says only that.
_OPPOSITES = [
    (_pattern(asked), _pattern(said))
    for asked, said in (
        ("injur\\w+|wounded|hurt", "killed|died|dead|lost (?:his|her|their) li\\w+|deaths?"),
        ("killed|die[ds]?|deaths?|dead", "born|injured|wounded"),
        ("born|birth", "died|deaths?"),
        ("import\\w*", "export\\w*"),
        ("export\\w*", "import\\w*"),
        ("bought|buy|buys|purchas\\w+|acquire\\w*", "sold|sells?|selling"),
        ("sold|sells?|selling", "bought|buys?|acquired"),
        ("profits?", "loss|losses"),
        ("loss|losses", "profits?|sales|turnover"),
        ("opened|opening", "closed|closure|shut"),
        ("closed|closure|shut", "opened|opening"),
        ("hired?|recruit\\w*|appoint\\w*", "dismiss\\w+|fired|sacked"),
        ("dismiss\\w+|fired|sacked", "hired|appointed"),
        ("predecessor|preceded|before (?:him|her|(?-i:[A-Z]\\w+))", "successor|succeed\\w*"),
        ("successor|succeed\\w*", "predecessor|preceded"),
    )
]
_OFFICES = (
    "minister|president|ambassador|mayor|king|queen|chairman|chairwoman|director|capital|captain|coach|manager|head"
    "|leader|chief|secretary|governor|speaker|consul|envoy"
)
_OFFICE_OF = re.compile(
    rf"\b(?P<owner>(?-i:[A-Z])\w+)['’]s? (?:\w+ ){{0,3}}(?:{_OFFICES})\b"
    rf"|\b(?:{_OFFICES})(?: \w+)? (?:of|for|in) (?:the )?(?P<place>(?-i:[A-Z])\w+)",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow many ((?:[a-z'’-]+\s+){0,3}[a-z'’-]+)", re.IGNORECASE)
_SMALL = (
    "a an the other more different of did does do was were are is have has had in at on from to will would can there"
    " people persons times years days months weeks hours minutes and or that which who by per into with been be"
)
_NOT_COUNTED = frozenset(_SMALL.split())
_AFTER_NUMBER = re.compile(
    r"(?:\s+(?:million|billion|thousand|hundred|and|\d[\d.,]*))*\s+([a-z][a-z-]+)", re.IGNORECASE
)


def is_one_of_several(item: AnswerInContext) -> bool:
    """Several things are asked for by their number, or the answer is one of two names that are joined by "and"."""
    if _ASKS_SEVERAL.search(item.question):
        return True
    start, end = item.span
    if not kinds.ASKS_WHO.search(item.question) or re.search(r"\band\b", item.answer):
        return False
    after = re.match(r",? and (?:the |his |her |their )?(?:\w+ ){0,3}(?-i:[A-Z])\w+", item.sentence[end : end + 80])
    before = re.search(r"(?-i:[A-Z])\w+,? and (?:the |his |her |their )?$", item.sentence[max(0, start - 60) : start])
    return bool(after or before)


def is_of_another_ordinal(item: AnswerInContext) -> bool:
    """The question names an ordinal that is not near, or another one stands last before the short answer."""
    asked = _asked_ordinals(item.question)
    if not asked:
        return False
    if not asked <= _ordinals_in(item.context):
        return True
    found = [(match.end(), _ordinals_in(match[0])) for match in _ORDINAL.finditer(item.sentence)]
    before = [ordinals for end, ordinals in found if end <= item.span[0]][-1:] or [ordinals for _, ordinals in found][
        :1
    ]
    return any(not ordinals & asked for ordinals in before) and not _ordinals_in(item.answer) & asked


def _asked_ordinals(question: str) -> set[int]:
    numbered: set[int] = set().union(*(_ordinals_in(match[1]) for match in _NUMBERED.finditer(question)))
    return numbered | {number for number in _ordinals_in(question) if number >= _ALWAYS_NUMBERS}


def _ordinals_in(text: str) -> set[int]:
    return {
        number
        for match in _ORDINAL.finditer(text)
        for number, words in enumerate(_ORDINALS)
        if match[0].casefold() in words.split("|")
    }


def is_of_another_month(item: AnswerInContext) -> bool:
    """The question names a month that is not near the short answer."""
    return not set(kinds.MONTH.findall(item.question)) <= set(kinds.MONTH.findall(item.context))


def is_planned(item: AnswerInContext) -> bool:
    """The question asks what happened, and the clause of the short answer tells of a plan."""
    if not _PAST.search(item.question) or _ABOUT_PLANS.search(item.question):
        return False
    start, end = item.span
    bounds = [0, *(match.end() for match in _CLAUSE.finditer(item.sentence)), len(item.sentence)]
    first = max(bound for bound in bounds if bound <= start)
    last = min(bound for bound in bounds if bound >= end)
    return bool(_PLAN.search(item.sentence, first, last))


def is_overtaken(item: AnswerInContext) -> bool:
    """The question asks how it really was, and the sentence tells what was planned or said before."""
    return bool(_REALLY.search(item.question) and _BEFORE_THAT.search(item.sentence))


def is_denied(item: AnswerInContext) -> bool:
    """The words before the short answer say that it is not so: "3 million and not 4 million"."""
    start = item.span[0]
    return bool(_NOT_SO.search(item.sentence, max(0, start - 30), start))


def is_an_age(item: AnswerInContext) -> bool:
    """The answer is the age of a person, "Ann Oak, 74, of Bergen", and something else is asked for."""
    start, end = item.span
    between_commas = item.sentence[:start].endswith(", ") and item.sentence[end : end + 1] == ","
    return between_commas and item.answer.isdigit() and not kinds.ASKS_AGE.search(item.question)


def points_elsewhere(item: AnswerInContext) -> bool:
    """The answer ends with a pronoun, so that it says nothing by itself: "freeze them"."""
    return bool(_ENDS_WITH_PRONOUN.search(item.answer))


def lacks_a_superlative(item: AnswerInContext) -> bool:
    """The question asks for the most of something, and nothing near says so."""
    return bool(_SUPERLATIVE.search(item.question)) and not _ANY_SUPERLATIVE.search(item.context)


def is_of_the_opposite(item: AnswerInContext) -> bool:
    """The question asks of one thing and the sentence tells only of its contrary."""
    return any(
        asked.search(item.question)
        and said.search(item.sentence)
        and not asked.search(item.sentence)
        and not said.search(item.question)
        for asked, said in _OPPOSITES
    )


def is_of_another_office(item: AnswerInContext) -> bool:
    """The question asks for the holder of somebody's or some place's office that the sentence and title do not name."""
    match = _OFFICE_OF.search(item.question)
    if match is None:
        return False
    whose = (match["owner"] or match["place"]).casefold()[:5]
    return whose not in f"{item.title} {item.sentence}".casefold()


def counts_other_things(item: AnswerInContext) -> bool:
    """The question counts things that are not named near, and a word that the question lacks follows the number."""
    match = _COUNTED.search(item.question)
    if match is None:
        return False
    asked = item.question.casefold()
    counted = [word for word in match[1].casefold().split() if word not in _NOT_COUNTED]
    if not counted or any(_stem(word) in item.context.casefold() for word in counted[-1:]):
        return False
    number_end = item.span[0] + max((found.end() for found in kinds.NUMBER.finditer(item.answer)), default=0)
    follows = _AFTER_NUMBER.match(item.sentence, number_end)
    return bool(follows) and _stem(follows[1].casefold()) not in asked if follows else False


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


CHECKS: tuple[tuple[str, Callable[[AnswerInContext], bool]], ...] = tuple(
    (check.__name__, check)
    for check in (
        *kinds.CHECKS,
        *relations.CHECKS,
        *(is_one_of_several, is_of_another_ordinal, is_of_another_month, is_planned, lacks_a_superlative),
        *(is_overtaken, is_denied, is_an_age, points_elsewhere),
        *(is_of_the_opposite, is_of_another_office, counts_other_things),
    )
)
