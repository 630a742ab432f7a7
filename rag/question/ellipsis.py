"""The whole question that a short one stands for: "And in 2024?", "What about Karachi?", "Why?". English only.

What it takes from the question before is words; nothing is looked up.
"""

import re
from dataclasses import dataclass

from rag.question.countries import countries_pattern
from rag.question.languages import DEFAULT
from rag.question.languages.english_forms import AUXILIARY
from rag.question.languages.folding import fold, fold_case
from rag.question.languages.words import YEARS

_LONGEST = 6  # words that a short question names
_YEAR = re.compile(rf"\b{YEARS}\b")
_PREPOSITION = r"in|at|to|from|for|of|on|by|with|during|under|about"
_NAME = r"[A-Z0-9][\w’'.-]*(?: (?:(?:of|the|and|al|bin) )?[A-Z0-9][\w’'.-]*){0,5}"
_NAMED = re.compile(rf"(?:\b(?P<before>{_PREPOSITION}) )?(?:the )?\b(?P<name>{_NAME})")
_OPENING = re.compile(r"(?:(?:and|but|or|so|then|ok|okay)\b,? ?)?(?:(?:what|how) about\b ?)?", re.IGNORECASE)
_JOINER = re.compile(r"(?:and|but|so|ok|okay)\b,? (?=\w+ \w)", re.IGNORECASE)
# Counted from the year of the question before. "Last year" is counted from today, and "the last one" may be no year.
_YEAR_AFTER = re.compile(
    r"\b(?:in )?(?:the year after(?: that)?|(?:the )?following year|the next year|a year later)$", re.IGNORECASE
)
_YEAR_BEFORE = re.compile(
    r"\b(?:in )?(?:the year before(?: that)?|(?:the )?(?:previous|preceding) year|a year earlier)$", re.IGNORECASE
)
_ASKS_FOR_YEAR = re.compile(r"(?:what|which|when)(?:['’]?s| is| was)?", re.IGNORECASE)
_AUXILIARY = rf"(?:{AUXILIARY})"
_ASKS_ALONE = re.compile(r"(?P<word>why|when|where|how)(?: (?:so|exactly|is that|was that))?", re.IGNORECASE)
_QUESTION_WORD = re.compile(rf"(?:(?:why|when|where|how|what) )?(?={_AUXILIARY}\b)", re.IGNORECASE)
_ASKS_WHO = re.compile(r"(?:who|what)\b", re.IGNORECASE)
_ORDINALS = "first|second|third|fourth|fifth|sixth|last"
_ORDINAL = re.compile(rf"\b(?:{_ORDINALS})\b")
_ORDINAL_ALONE = re.compile(rf"the ({_ORDINALS})(?: one)?", re.IGNORECASE)
_THE_ONE = re.compile(rf"the (?:one|ones) (?=(?:{_PREPOSITION}) )", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Completed:
    """The whole question.

    `alone`: it is about something else than the question before, of which it keeps nothing. `needs` is the question
    before, but for its year, where the whole question still needs what that one names.
    """

    text: str
    alone: bool = False
    needs: str | None = None


def completed(question: str, before: str) -> Completed | None:
    """The whole question that a short one stands for after another question; None where it is not so short.

    "What about 2024?" is the question before in another year, "And Karachi?" that of another place, and "Why?" asks for
    the reason of the same.
    """
    folded = " ".join(question.split()).rstrip("?!. ")
    named = _OPENING.sub("", folded, count=1)
    opened = named != folded
    year = _other_year(named, before)
    if year:
        return year
    if match := _ASKS_ALONE.fullmatch(named):
        return _asked_again(match["word"].capitalize(), before)
    if not opened or not 1 <= len(named.split()) <= _LONGEST or _says_more(named):
        return None
    if match := _ORDINAL_ALONE.fullmatch(named):
        ordinals = _ORDINAL.findall(before)
        return Completed(_with_last(before, ordinals[-1], match[1])) if ordinals else None
    return _exchanged(_THE_ONE.sub("", named), before)


def without_joiner(question: str) -> str:
    """The question without an "and" or "but" before it, which joins it to the one before and asks nothing."""
    return _JOINER.sub("", question, count=1) if _JOINER.match(question) else question


def _other_year(named: str, before: str) -> Completed | None:
    """The question with the year that "the year after" means; or the one before it, where nothing else is asked.

    None where it names a year itself, or asks what year that is.
    """
    years = _YEAR.findall(before)
    if not years or _YEAR.search(named):
        return None
    after, earlier = _YEAR_AFTER.search(named), _YEAR_BEFORE.search(named)
    match = after or earlier
    if match is None:
        return None
    meant = str(int(years[-1]) + (1 if after else -1))
    rest = named[: match.start()].rstrip()
    if not rest:
        return Completed(_with_last(before, years[-1], meant))
    if _ASKS_FOR_YEAR.fullmatch(rest):
        return None
    return Completed(f"{rest} in {meant}?", needs=_with_last(before, years[-1], "").replace(" in ?", "?"))


def _asked_again(word: str, before: str) -> Completed | None:
    """The question before with another question word, where an auxiliary follows its own."""
    match = _QUESTION_WORD.match(before)
    return Completed(f"{word} {_small(before[match.end() :])}") if match else None


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _says_more(named: str) -> bool:
    """Whether it is a question of its own or refers to something, so that no words can be exchanged for it."""
    patterns = (
        DEFAULT.asks_time,
        DEFAULT.asks_number,
        DEFAULT.asks_name,
        DEFAULT.asks,
        DEFAULT.refers_back,
        _AUXILIARY,
    )
    return bool(DEFAULT.pattern(*patterns).search(fold(named)))


def _exchanged(named: str, before: str) -> Completed | None:
    """The question before with what is named in the place of what it named of the same kind."""
    preposition, _, rest = named.partition(" ")
    if re.fullmatch(_PREPOSITION, preposition, re.IGNORECASE) and rest:
        return _exchanged_after(preposition.lower(), rest, before)
    if _YEAR.fullmatch(named):
        years = _YEAR.findall(before)
        return Completed(_with_last(before, years[-1], named) if years else f"{_stem(before)} in {named}?")
    country = countries_pattern(DEFAULT.code)
    is_country = country.fullmatch(fold(named))
    if is_country and country.search(fold(before)):
        return _other_country(named, before)
    if _is_only_a_name(before):
        return _other_subject(named, before)
    names = _names(before)
    if len(names) > 1:
        names = [match for match in names if not country.fullmatch(fold(match["name"]))]
    # A country of one word stands for a place of one word, another such name for a person or a place.
    if len(names) > 1 and (is_country or _shape(named) != _shape("Name")):
        names = [match for match in names if _shape(match["name"]) == _shape(named)]
    # Of several names it can't be told which is meant: a person, or the place where she was.
    if len(names) != 1 or not re.fullmatch(_NAME, named):
        return None
    start, end = names[0].span("name")
    return Completed(before[:start] + named + before[end:])


def _other_subject(named: str, before: str) -> Completed:
    """What is named instead of the only name of a question that asks who or what it is."""
    is_name = re.fullmatch(_NAME, named.removeprefix("the "))
    if not is_name:
        return Completed(named, alone=True)
    asks = "What is" if named.isupper() else before[: _names(before)[0].start()].rstrip()
    return Completed(f"{asks} {named}?", alone=True)


def _shape(name: str) -> tuple[bool, bool]:
    """Whether a name has several words, and whether it is an abbreviation."""
    return " " in name, name.isupper()


def _exchanged_after(preposition: str, named: str, before: str) -> Completed | None:
    """As "And for Azerbaijan?" after "Who signed for Pakistan?"; a year is added where the question has none."""
    year = _YEAR.fullmatch(named)
    after = [match for match in _names(before) if (match["before"] or "").lower() == preposition]
    same = [match for match in after if bool(_YEAR.fullmatch(match["name"])) == bool(year)]
    if same:
        start, end = same[-1].span("name")
        return Completed(before[:start] + named + before[end:])
    return Completed(f"{_stem(before)} {preposition} {named}?") if year else None


def _other_country(named: str, before: str) -> Completed | None:
    """The question about another country; where it names both, each in the other's place.

    None where it names none or several others: which of them is meant can't be told.
    """
    folded, name = fold(before), fold_case(fold(named))
    found = list(countries_pattern(DEFAULT.code).finditer(folded))
    others = {fold_case(match[0]) for match in found} - {name}
    if len(others) != 1 or len(folded) != len(before):  # offsets of folded text may be others
        return None
    other = next(before[slice(*match.span())] for match in found if fold_case(match[0]) != name)
    pieces, position = [], 0
    for match in found:
        pieces += [before[position : match.start()], other if fold_case(match[0]) == name else named]
        position = match.end()
    return Completed("".join(pieces) + before[position:])


def _names(question: str) -> list[re.Match[str]]:
    """The names of a question; the word that begins it is none, nor is a lone one that asks."""
    return [match for match in _NAMED.finditer(question) if match.start("name") > 0]


def _is_only_a_name(question: str) -> bool:
    """Whether a question asks who or what a name is, and nothing else."""
    if not _ASKS_WHO.match(question) or not _names(question):
        return False
    rest = _NAMED.sub(" ", _small(question))
    return all(word in DEFAULT.plain_words for word in re.findall(r"\w+", fold(rest.lower())))


def _with_last(text: str, old: str, new: str) -> str:
    before, _, after = text.rpartition(old)
    return f"{before}{new}{after}"


def _stem(question: str) -> str:
    return question.rstrip("?!. ")
