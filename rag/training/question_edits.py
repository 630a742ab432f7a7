"""Questions changed by one name, number, opposite or "not", so that their passage does not answer them any more.

Source: the kinds of unanswerable question that Rajpurkar et al., "Know What You Don't Know", 2018, list.
"""

import random
import re
from collections.abc import Sequence

_PAIRS = (
    "first last|before after|largest smallest|highest lowest|most least|more fewer|begin end|began ended"
    "|start finish|started stopped|increase decrease|increased decreased|rise fall|north south|east west"
    "|northern southern|eastern western|early late|earlier later|oldest youngest|best worst|above below"
    "|maximum minimum|win lose|won lost|buy sell|bought sold|born buried|enter leave|entered left|open close"
    "|opened closed|allow forbid|allowed forbidden|public private|male female|import export|imports exports"
    "|support oppose|supported opposed|accept reject|accepted rejected|include exclude|always never|same different"
)
OPPOSITES = {
    word: other
    for pair in _PAIRS.split("|")
    for word, other in (pair.split(), reversed(pair.split()))  # each is the opposite of the other
}
# Words of which one may stand for another, and the question then asks of something else.
_ALTERNATIVES = [
    group.split("|")
    for group in (
        "first|second|third|fourth|fifth|sixth|tenth|last",
        "president|prime minister|foreign minister|king|mayor|governor|ambassador|speaker|chairman",
        "January|February|March|April|May|June|July|August|September|October|November|December",
        "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "father|mother|brother|sister|son|daughter|wife|husband|uncle",
        "million|billion|thousand|hundred",
        "kilometres|miles|metres|feet|hectares|acres",
        "hours|days|weeks|months|years|minutes",
        "students|teachers|women|men|children|soldiers|workers|tourists",
        "century|decade|year|month|week",
    )
]
_LATER = re.compile(r"\b(did|was|were)\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b(?! not|n?['’]t)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*")
_NUMBER = re.compile(r"\b\d{1,4}\b")


def names_in(text: str) -> list[str]:
    """The names in a text, except at the beginning of a sentence."""
    return _NAME.findall(text)


def edit_question(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str | None:
    """The question after the first edit that changes it, in a random order; each is tried half of the time."""
    every = (exchange_name, exchange_number, exchange_opposite, exchange_alternative, add_year, negate)
    edits = [edit for edit in every if rng.random() < 0.5]
    rng.shuffle(edits)
    changed = (edit(question, passage, names, rng) for edit in edits)
    return next((other for other in changed if other is not None), None)


def exchange_name(question: str, passage: str, names: Sequence[str], rng: random.Random) -> str | None:
    """A name of the passage exchanged for one of `names` that neither passage nor question contains."""
    matches = [match for match in _NAME.finditer(question) if match[0] in passage]
    others = [name for name in names if name not in passage and name not in question]
    if not matches or not others:
        return None
    match = rng.choice(matches)
    return question[: match.start()] + rng.choice(others) + question[match.end() :]


def exchange_number(question: str, passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    """A number exchanged for one up to 30 away that the passage does not contain."""
    matches = list(_NUMBER.finditer(question))
    if not matches:
        return None
    match = rng.choice(matches)
    other = str(abs(int(match[0]) + rng.choice((-1, 1)) * rng.randint(1, 30)))
    if other in passage or other == match[0]:
        return None
    return question[: match.start()] + other + question[match.end() :]


def exchange_opposite(question: str, _passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    """A word exchanged for its opposite."""
    words = question.split(" ")
    positions = [position for position, word in enumerate(words) if word in OPPOSITES]
    if not positions:
        return None
    position = rng.choice(positions)
    return " ".join([*words[:position], OPPOSITES[words[position]], *words[position + 1 :]])


def exchange_alternative(question: str, passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    """An ordinal, office, month, relative, unit or the like of the passage exchanged for one that it does not name."""
    for group in rng.sample(_ALTERNATIVES, len(_ALTERNATIVES)):
        match = re.search(rf"\b(?:{'|'.join(group)})\b", question)
        others = [word for word in group if word.casefold() not in passage.casefold()]
        if match and others and match[0] not in others:
            return question[: match.start()] + rng.choice(others) + question[match.end() :]
    return None


def add_year(question: str, passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    """A question of the past without a number, limited to a year near one of the passage's that it does not name."""
    years = [int(year) for year in re.findall(r"\b1[5-9]\d\d\b|\b20[0-2]\d\b", passage)]
    if not years or _NUMBER.search(question) or not _LATER.search(question) or question.casefold().startswith("when"):
        return None
    year = rng.choice(years) + rng.choice((-1, 1)) * rng.randint(1, 12)
    if year in years or not question.endswith("?"):
        return None
    return f"{question[:-1].rstrip()} in {year}?"


def negate(question: str, _passage: str, _names: Sequence[str], rng: random.Random) -> str | None:
    """The first auxiliary verb denied; only a quarter of the time, since this is the plainest edit of all."""
    match = _AUXILIARY.search(question)
    if match is None or rng.random() < 0.75:
        return None
    negated = f"{question[: match.end()]}n't{question[match.end() :]}"
    return negated.replace("cann't", "can't").replace("willn't", "won't")
