"""Checks of short answers by English words: the kind of thing asked for, ordinals, plans, opposites, offices."""

import re
from collections.abc import Callable

from rag.evidence.answer_in_context import AnswerInContext


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


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
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = re.compile(rf"\b(?:{_MONTHS})\b")
_WEEKDAY = _pattern("(?:mon|tues|wednes|thurs|fri|satur|sun)day")
_YEAR_ALONE = re.compile(r"(?:in |the |since |by |of )?(?:1[5-9]|20)\d\ds?", re.IGNORECASE)
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven"
    r"|eigh|nine)ty(?:-\w+)?|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|twice|once|thirds?|quarters?"
    r"|fifths?|tenths?|couple|single|both|none?|nothing|free|double|triple|majority|most|all|every)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$€£¥₼₨₹₺₽]|%|\b(?:dollars?|euros?|pounds?|manats?|rupees?|liras?|yen|yuan|cents?|crowns?|francs?|rou?bles?"
    r"|dirhams?|ri[ay]ls?|tenge|kronor|kroner|zlotys?|per ?cent|thousand|million|billion|[A-Z]{3})\b|\d ?(?:bn|mn?|k)\b"
)
_CURRENCY = re.compile(r"[$€£¥₼₨₹₺₽]|\b(?:dollars?|euros?|pounds?|manats?|rupees?|liras?|yen|yuan|roubles?)\b")
_TIME = re.compile(
    rf"\d|\b(?:{_MONTHS}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|centur(?:y|ies)|years?|months?|weeks?|days?"
    r"|decades?|yesterday|today|tomorrow|now|mornings?|evenings?|afternoons?|nights?|noon|midnight|dawn|dusk|spring"
    r"|summer|autumn|fall|winter|ago|after|before|during|when|while|until|since|once|era|age|reign|war|times?|hours?"
    r"|weekends?|easter|christmas|ramadan|nowruz)\b",
    re.IGNORECASE,
)

_ASKS_NUMBER = _pattern(
    "how (?:many|much|far|tall|big|large|high|deep|wide|heavy|fast|strong|great)",
    "(?:what|which) (?:number|percentage|percent|share|proportion|amount|sum)",
    "at what (?:price|cost|rate|speed)",
)
# What is measured in numbers: "what was its profit", "how big was the loss", "what prison term".
_AMOUNTS = (
    "amount|sum|loss(?:es)?|profits?|revenues?|turnover|budget|fine|debt|price|costs?|fee|salary|wage|turnout|percentage"
    "|score|temperature|speed|height|width|depth|distance|weight|population|capacity|length|bill|toll|volume"
    "|prison term|jail term|prison sentence|jail sentence|average \\w+"
)
_ASKS_AMOUNT = _pattern(
    rf"what (?:is|was|were|are|will be) (?:the |its |his |her |their )?(?:[\w’'-]+ ){{0,3}}?(?:{_AMOUNTS})",
    rf"(?:what|which) (?:{_AMOUNTS})",
)
_ASKS_MONEY = _pattern(
    "how much money",
    "how much (?:did|does|do|is|was|will|would)(?: [\\w’'-]+){1,8} (?:costs?|pay|paid|spend|spent|worth|earn|raise)",
    "what (?:price|did(?: [\\w’'-]+){1,6} cost|does(?: [\\w’'-]+){1,6} cost)",
)
_ASKS_SHARE = _pattern("(?:what|which) (?:percentage|percent|per cent|share|proportion)")
_SHARE = re.compile(
    r"%|\b(?:per ?cent\w*|half|thirds?|quarters?|fifths?|tenths?|majority|most|all|in (?:two|three|four|five|ten))\b",
    re.IGNORECASE,
)
_ASKS_DISTANCE = _pattern("how far", "what distance")
_DISTANCE = re.compile(
    r"\b(?:km|kilomet\w+|miles?|met(?:re|er)s?|feet|foot|yards?|nautical|blocks?|minutes?|hours?|days?)\b|\d ?m\b"
)
_ASKS_AGE = _pattern("how old", "(?:what|which) age")
_ASKS_TIME = re.compile(
    r"^(?:and |but |so |since |until |by |from )?when\b|\b(?:what|which) (?:year|month|day|date|century|decade|time)\b",
    re.I,
)
_ASKS_YEAR, _YEAR_LIKE = _pattern("(?:what|which) year"), re.compile(r"\d{3,4}|\b(?:this|last|next|same) year\b")
_ASKS_CLOCK = _pattern("what time")
_CLOCK = re.compile(
    r"\d[:.]\d\d|\d ?[ap]\.?m|\b(?:noon|midnight|o['’]clock|mornings?|afternoons?|evenings?|dawn|dusk|night)\b", re.I
)
_ASKS_WEEKDAY = _pattern("(?:what|which) day of the week", "(?:what|which) weekday")
_ASKS_WHO = re.compile(r"^(?:and |but |so )?(?:who|whom)\b", re.IGNORECASE)
_ASKS_WHO_NAMED = re.compile(r"^who (?:is|was|are|were) (?-i:[A-Z])", re.IGNORECASE)
_ASKS_NAME = _pattern("who|whom|whose", "what (?:is|was|were|are) the names?", "(?:is|was|are|were) named|called")
_ASKS_SEVERAL = _pattern("(?:which|what) (?:two|three|four|five|six|seven|eight|nine|ten)")
_CAPITAL = re.compile(r"\b[A-Z]")

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
_REALLY = _pattern("actual(?:ly)?", "really?", "truth", "true", "final(?:ly)?", "in the end", "eventually", "in fact")
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


def is_no_number(item: AnswerInContext) -> bool:
    """A number or an amount is asked for, and the answer has none, or is a date."""
    if not (_ASKS_NUMBER.search(item.question) or _ASKS_AMOUNT.search(item.question)):
        return False
    is_date = _YEAR_ALONE.fullmatch(item.answer) or _MONTH.search(item.answer)
    return not _NUMBER.search(item.answer) or bool(is_date)


def is_no_money(item: AnswerInContext) -> bool:
    """A sum of money is asked for and the answer is none; or things are counted and the answer is money."""
    if _ASKS_MONEY.search(item.question):
        return not _MONEY.search(item.answer)
    counted = re.search(r"\bhow many\b", item.question, re.IGNORECASE)
    return bool(counted and _CURRENCY.search(item.answer) and not _CURRENCY.search(item.question))


def is_no_share(item: AnswerInContext) -> bool:
    """A percentage or a share is asked for, and the answer is none."""
    return bool(_ASKS_SHARE.search(item.question)) and not _SHARE.search(item.answer)


def is_no_distance(item: AnswerInContext) -> bool:
    """A distance is asked for, and the answer has no unit of one."""
    return bool(_ASKS_DISTANCE.search(item.question)) and not _DISTANCE.search(item.answer)


def is_no_age(item: AnswerInContext) -> bool:
    """An age is asked for, and the answer is a year or a date."""
    is_date = _YEAR_ALONE.fullmatch(item.answer) or _MONTH.search(item.answer)
    return bool(_ASKS_AGE.search(item.question) and is_date)


def is_no_time(item: AnswerInContext) -> bool:
    """A time is asked for, or a year, a clock time or a weekday, and the answer is none."""
    return any(
        asks.search(item.question) and not holds.search(item.answer)
        for asks, holds in (
            (_ASKS_TIME, _TIME),
            (_ASKS_YEAR, _YEAR_LIKE),
            (_ASKS_CLOCK, _CLOCK),
            (_ASKS_WEEKDAY, _WEEKDAY),
        )
    )


def is_no_name(item: AnswerInContext) -> bool:
    """Somebody is asked for and the answer has no capital; or a name, and the answer has no letters."""
    if _ASKS_WHO.search(item.question) and not _ASKS_WHO_NAMED.search(item.question):
        return not _CAPITAL.search(item.answer)
    return bool(_ASKS_NAME.search(item.question)) and not any(char.isalpha() for char in item.answer)


def is_one_of_several(item: AnswerInContext) -> bool:
    """Several things are asked for by their number, or the answer is one of two names that are joined by "and"."""
    if _ASKS_SEVERAL.search(item.question):
        return True
    start, end = item.span
    if not _ASKS_WHO.search(item.question) or re.search(r"\band\b", item.answer):
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
    return not set(_MONTH.findall(item.question)) <= set(_MONTH.findall(item.context))


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
    return between_commas and item.answer.isdigit() and not _ASKS_AGE.search(item.question)


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
    number_end = item.span[0] + max((found.end() for found in _NUMBER.finditer(item.answer)), default=0)
    follows = _AFTER_NUMBER.match(item.sentence, number_end)
    return bool(follows) and _stem(follows[1].casefold()) not in asked if follows else False


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


CHECKS: tuple[tuple[str, Callable[[AnswerInContext], bool]], ...] = tuple(
    (check.__name__, check)
    for check in (
        *(is_no_number, is_no_money, is_no_share, is_no_distance, is_no_age, is_no_time, is_no_name),
        *(is_one_of_several, is_of_another_ordinal, is_of_another_month, is_planned, lacks_a_superlative),
        *(is_overtaken, is_denied, is_an_age, points_elsewhere),
        *(is_of_the_opposite, is_of_another_office, counts_other_things),
    )
)
