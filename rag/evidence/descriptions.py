"""Where the words that describe somebody or something begin and end in a sentence. English only."""

from collections.abc import Sequence

from rag.question.languages.english_grammar import (
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    REPORTS,
    ROLES,
    THINGS,
    TITLE_WORDS,
)
from rag.question.tokens import Token

_LONGEST = 14  # tokens of a description
_CLAUSE = frozenset({"that", "which", "who", "whose", "where", "when", "while", "but", "because", "since", "whereas"})
_VERBS = frozenset({"is", "was", "are", "were", "has", "have", "had", "will", "would", "said", "says", "did", "does"})
_OPENINGS = frozenset({"then", "now", "currently", "former", "formerly", "late", "one"})
_TIMES = frozenset({"then", "now", "currently"})
_DECISIONS = frozenset({"decided", "agreed", "confirmed", "ruled", "added", "explained", "voted", "met", "denied"})
_NO_NOUNS = PREPOSITIONS | DETERMINERS | POSSESSIVES | {"and", "or"}
_AFTER_ROLE = frozenset({"of", "for", "to", "in", "at", "on"})


def described_by(words: Sequence[Token]) -> int:
    """How many of the words between two commas after a name say what it is, without a clause about them; 0 if none."""
    clause = next((place for place, token in enumerate(words) if token.folded in _CLAUSE), len(words))
    clause -= clause > 1 and words[clause - 1].folded in PREPOSITIONS  # "a wall at which"
    return clause if is_description(words[:clause]) else 0


def is_description(words: Sequence[Token]) -> bool:
    """Whether words are a noun with what belongs to it, and not a clause or another name."""
    if not 1 <= len(words) <= _LONGEST or any(token.folded in _VERBS | REPORTS | _DECISIONS for token in words):
        return False
    first = words[0].folded
    if _goes_on_a_list(words) or (len(words) == 2 and words[1].folded.endswith("est")):  # "the highest"
        return False
    if first in _TIMES and words[1:] and words[1].folded not in ROLES | TITLE_WORDS | DETERMINERS:
        return False  # "now keeps it alive"
    if first in _OPENINGS or first in DETERMINERS:
        # "Iran, the United States": a noun in small letters says what it is.
        nouns = (token for token in words[1:5] if token.folded not in _NO_NOUNS)
        return any(token.text.islower() and token.is_word for token in nouns)
    possessive = len(words) > 3 and words[1].text in "’'" and words[2].folded == "s"
    return (first in ROLES | TITLE_WORDS or possessive) and any(token.folded in ROLES for token in words[:7])


def _goes_on_a_list(words: Sequence[Token]) -> bool:
    """Whether they are the last of a list: "(a house,) a yacht and a horse", and not "the founder and head"."""
    joined = (words[place + 1] for place, token in enumerate(words[:-1]) if token.folded in ("and", "or"))
    return any(token.folded in DETERMINERS or token.folded in ("both", "other") for token in joined)


def end_of_description(sentence: Sequence[Token], start: int) -> int:
    """The end of a noun with its words that begins at `start`; `start` itself where its end can't be told."""
    for end in range(start, min(len(sentence), start + _LONGEST + 1)):
        token = sentence[end]
        if token.text == "." and _is_abbreviated(sentence, end):
            continue
        if token.text in ",.;:(—!?" or token.folded in _CLAUSE:
            end -= sentence[end - 1].folded in PREPOSITIONS  # noqa: PLW2901 - "a wall at which"
            return end if end > start + 1 else start
        if token.folded in ("and", "or") or token.folded in _VERBS:
            return start
    return start if len(sentence) > start + _LONGEST else len(sentence)


def _is_abbreviated(sentence: Sequence[Token], point: int) -> bool:
    """Whether a full stop stands after a single capital, as in "U.S.", and does not end the sentence."""
    before = sentence[point - 1]
    return len(before.text) == 1 and before.is_capital and point + 1 < len(sentence)


def start_of_description(sentence: Sequence[Token], end: int, *, titles_only: bool = False) -> int | None:
    """Where a person's role begins that ends before `end`, with its article or whose it is; None where none does.

    With `titles_only` the role's last word stands directly before `end`, as in "the Pakistani writer".
    """
    role = _last_role(sentence, end, titles_only=titles_only)
    if role is None:
        return None
    start = role
    thing = sentence[role].folded not in ROLES
    while start > 0 and sentence[start - 1].folded in ROLES | TITLE_WORDS:
        start -= 1
    # Of other words before a role only those between it and its article or owner are known to belong to it.
    for owner in range(start - 1, max(-1, start - 5), -1):
        token = sentence[owner]
        if token.folded in DETERMINERS | POSSESSIVES:
            return owner
        if token.folded == "s" and owner > 1 and sentence[owner - 1].text in "’'":
            return _start_of_owner(sentence, owner - 2)
        if token.text not in "-–" and (not token.is_word or token.folded in PREPOSITIONS or token.folded.isdigit()):
            break
    return None if thing else start


def _last_role(sentence: Sequence[Token], end: int, *, titles_only: bool) -> int | None:
    if end >= 3 and [token.folded for token in sentence[end - 3 : end]] == ["member", "of", "parliament"]:
        return end - 3
    for place in range(end - 1, max(-1, end - (2 if titles_only else 9)), -1):
        token = sentence[place]
        if not token.is_word and token.text not in "’'-–":
            return None
        if token.folded in ROLES or (titles_only and token.folded in THINGS and token.text.islower()):
            return place if place == end - 1 or sentence[place + 1].folded in _AFTER_ROLE else None
    return None


def _start_of_owner(sentence: Sequence[Token], last: int) -> int:
    first = last
    while first > 0 and sentence[first - 1].is_capital and sentence[first].is_capital:
        first -= 1
    if first > 0 and sentence[first - 1].folded in DETERMINERS:
        first -= 1
    return first


def expansion_before(words: Sequence[Token], short: str) -> int | None:
    """Where the words begin of which `short`, in small letters, is an abbreviation; they end where `words` end.

    Source: Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions", 2003: the letters are
    found from the last to the first, and the first of them begins a word.
    """
    place, letter = len(words) - 1, len(short) - 1
    longest = min(len(short) + 5, 2 * len(short))
    while place >= max(0, len(words) - longest):
        word = words[place].folded
        for position in range(len(word) - 1, -1, -1):
            if letter >= 0 and word[position] == short[letter] and _may_be(letter, position, word):
                letter -= 1
        if letter < 0:
            return place
        place -= 1
    return None


def _may_be(letter: int, position: int, word: str) -> bool:
    """Whether a letter of an abbreviation may be the one at a position of a word; its first begins a word of weight."""
    return letter > 0 or (position == 0 and word not in PREPOSITIONS | DETERMINERS)
