"""What surrounds a clause: whether its subject begins it, and whether it is said to be so. English only."""

import re
from collections.abc import Sequence
from itertools import count

from rag.question.languages.english_grammar import (
    CONJUNCTIONS,
    DETERMINERS,
    ENDED,
    FRONTED,
    HEDGES,
    OFFICIAL,
    OTHER_ROLE,
    REPORTS,
    ROLES,
    TITLE_WORDS,
)
from rag.question.tokens import Token

_LONGEST_NAME = 5  # words
_ENDED = re.compile(ENDED, re.IGNORECASE)
_NEXT = 300  # characters, about two sentences


def begins_clause(sentence: Sequence[Token], place: int) -> bool:
    """Whether what stands at a place is the subject of its clause: no preposition, verb or other name is before it."""
    place = _before_title(sentence, place)
    if place < 0:
        return True
    token = sentence[place]
    if token.text in ";:" or token.folded in CONJUNCTIONS:
        return True
    if token.text == ",":
        return is_fronted(sentence, place)
    if token.folded != "and" or place == 0:
        return False
    previous = sentence[place - 1]
    # "…, and India", "in 1991 and India"; of two names before a verb both are its subjects.
    return not previous.is_capital or begins_clause(sentence, _start_of_name(sentence, place - 1))


def before_titles(sentence: Sequence[Token], place: int) -> int:
    """The last token before a name or a role that is no title of it.

    "Vice President Khan" is Khan, and no vice president is the president.
    """
    titles = ROLES | TITLE_WORDS
    named = sentence[place].folded not in titles
    previous = place - 1
    if not named and not sentence[place].is_capital:
        return previous
    while (
        previous >= 0 and sentence[previous].folded in titles and (named or sentence[previous].folded not in OTHER_ROLE)
    ):
        named = named or sentence[previous].folded in ROLES  # what follows a role is the name of who has it
        previous -= 1
    return previous


def is_hedged(sentence: Sequence[Token], end: int, asked: frozenset[str]) -> bool:
    """Whether a word before `end` that was not asked says that it may not be so."""
    return any(token.folded in HEDGES - asked and token.text != "May" for token in sentence[:end])


def is_hearsay(sentence: Sequence[Token], place: int, end: int) -> bool:
    """Whether the clause is what somebody says: after "said that", before ", she said", "according to", in quotes."""
    for number, token in enumerate(sentence):
        if token.folded == "according" and not OFFICIAL.intersection(
            other.folded for other in sentence[number + 2 : number + 4]
        ):
            return True
        if token.folded in REPORTS and (number < place or _ends_with_report(sentence, end, number)):
            return True
    opened = sum(token.text in "“«" for token in sentence[:place])
    closed = sum(token.text in "”»" for token in sentence[:place])
    straight = sum(token.text == '"' for token in sentence[:place])
    return opened > closed or straight % 2 == 1


def has_ended(following: str) -> bool:
    """Whether the text after a sentence soon says that it is so no more."""
    return bool(_ENDED.search(following[:_NEXT]))


def is_fronted(sentence: Sequence[Token], comma: int) -> bool:
    """Whether all before a comma tells when, where or why, and is no clause of its own."""
    starts = next((number + 1 for number in count(comma - 1, -1) if number < 0 or sentence[number].text == ";"), 0)
    first = sentence[starts]
    return first.folded in FRONTED or (first.folded.endswith("ly") and comma == starts + 1)


def _ends_with_report(sentence: Sequence[Token], end: int, number: int) -> bool:
    """Whether a word of saying after the clause says it: "…, the ministry said", and not "… and said"."""
    if number < end:
        return False
    between = sentence[end:number]
    return any(token.text == "," for token in between) and all(token.folded != "and" for token in between)


def _before_title(sentence: Sequence[Token], place: int) -> int:
    """The last token before a subject that is no determiner, title or word of praise of it."""
    previous = before_titles(sentence, place)
    titled = previous < place - 1
    if titled and previous >= 1 and sentence[previous].is_capital and sentence[previous - 1].folded in DETERMINERS:
        previous -= 1  # "the Pakistani writer"
    if titled and previous >= 2 and sentence[previous].text == "s" and sentence[previous - 1].text in "’'":
        return _start_of_name(sentence, previous - 2) - 1  # "Azerbaijan's ambassador"
    if previous >= 0 and sentence[previous].folded in DETERMINERS:
        previous -= 1
    if previous >= 0 and sentence[previous].folded == "both":
        previous -= 1
    return previous


def _start_of_name(sentence: Sequence[Token], last: int) -> int:
    """Where the name begins that ends with a token."""
    first = last
    while first > 0 and sentence[first - 1].is_capital and last - first < _LONGEST_NAME:
        first -= 1
    return first
