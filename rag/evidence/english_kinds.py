"""Whether a short answer is of the kind that is asked for: a number, money, a share, a time, a name. English only."""

import re

from rag.evidence.answer_in_context import AnswerInContext


def words_pattern(*alternatives: str) -> re.Pattern[str]:
    """A pattern of whole words, whatever their case."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTH = re.compile(rf"\b(?:{_MONTHS})\b")
_WEEKDAY = words_pattern("(?:mon|tues|wednes|thurs|fri|satur|sun)day")
_YEAR_ALONE = re.compile(r"(?:in |the |since |by |of )?(?:1[5-9]|20)\d\ds?", re.IGNORECASE)
NUMBER = re.compile(
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

_ASKS_NUMBER = words_pattern(
    "how (?:many|much|far|tall|big|large|high|deep|wide|heavy|fast|strong|great)",
    "(?:what|which) (?:number|percentage|percent|share|proportion|amount|sum)",
    "at what (?:price|cost|rate|speed)",
)
# What is measured in numbers: "what was its profit", "how big was the loss", "what prison term".
_AMOUNTS = (
    "amount|sum|loss(?:es)?|profits?|revenues?|turnover|budget|fine|debt|price|costs?|fee|salary|wage|turnout|percentage"
    "|score|temperature|speed|height|width|depth|distance|weight|population|capacity|length|bill|toll|volume|magnitude|strength"
    "|prison term|jail term|prison sentence|jail sentence|average \\w+"
)
_ASKS_AMOUNT = words_pattern(
    rf"what (?:is|was|were|are|will be) (?:the |its |his |her |their )?(?:[\w’'-]+ ){{0,3}}?(?:{_AMOUNTS})",
    rf"(?:what|which) (?:{_AMOUNTS})",
)
_ASKS_MONEY = words_pattern(
    "how much money",
    "how much (?:did|does|do|is|was|will|would)(?: [\\w’'-]+){1,8} (?:costs?|pay|paid|spend|spent|worth|earn|raise)",
    "what (?:price|did(?: [\\w’'-]+){1,6} cost|does(?: [\\w’'-]+){1,6} cost)",
)
_ASKS_SHARE = words_pattern("(?:what|which) (?:percentage|percent|per cent|share|proportion)")
_SHARE = re.compile(
    r"%|\b(?:per ?cent\w*|half|thirds?|quarters?|fifths?|tenths?|majority|most|all|in (?:two|three|four|five|ten))\b",
    re.IGNORECASE,
)
_ASKS_DISTANCE = words_pattern("how far", "what distance")
_DISTANCE = re.compile(
    r"\b(?:km|kilomet\w+|miles?|met(?:re|er)s?|feet|foot|yards?|nautical|blocks?|minutes?|hours?|days?)\b|\d ?m\b"
)
ASKS_AGE = words_pattern("how old", "(?:what|which) age")
_ASKS_TIME = re.compile(
    r"^(?:and |but |so |since |until |by |from )?when\b|\b(?:what|which) (?:year|month|day|date|century|decade|time)\b",
    re.I,
)
_ASKS_YEAR, _YEAR_LIKE = words_pattern("(?:what|which) year"), re.compile(r"\d{3,4}|\b(?:this|last|next|same) year\b")
_ASKS_CLOCK = words_pattern("what time")
_CLOCK = re.compile(
    r"\d[:.]\d\d|\d ?[ap]\.?m|\b(?:noon|midnight|o['’]clock|mornings?|afternoons?|evenings?|dawn|dusk|night)\b", re.I
)
_ASKS_WEEKDAY = words_pattern("(?:what|which) day of the week", "(?:what|which) weekday")
ASKS_WHO = re.compile(r"^(?:and |but |so )?(?:who|whom)\b", re.IGNORECASE)
_ASKS_WHO_NAMED = re.compile(r"^who (?:is|was|are|were) (?-i:[A-Z])", re.IGNORECASE)
_ASKS_NAME = words_pattern("who|whom|whose", "what (?:is|was|were|are) the names?", "(?:is|was|are|were) named|called")
_CAPITAL = re.compile(r"\b[A-Z]")


def is_no_number(item: AnswerInContext) -> bool:
    """A number or an amount is asked for, and the answer has none, or is a date."""
    if not (_ASKS_NUMBER.search(item.question) or _ASKS_AMOUNT.search(item.question)):
        return False
    is_date = _YEAR_ALONE.fullmatch(item.answer) or MONTH.search(item.answer)
    return not NUMBER.search(item.answer) or bool(is_date)


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
    is_date = _YEAR_ALONE.fullmatch(item.answer) or MONTH.search(item.answer)
    return bool(ASKS_AGE.search(item.question) and is_date)


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
    if ASKS_WHO.search(item.question) and not _ASKS_WHO_NAMED.search(item.question):
        return not _CAPITAL.search(item.answer)
    return bool(_ASKS_NAME.search(item.question)) and not any(char.isalpha() for char in item.answer)


CHECKS = (is_no_number, is_no_money, is_no_share, is_no_distance, is_no_age, is_no_time, is_no_name)
