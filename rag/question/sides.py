"""The two sides of a question that compares, each as a question of its own. English only."""

import re
from dataclasses import dataclass

from rag.question.answer_type import AnswerType
from rag.question.languages.english_grammar import COMPARATIVES, DETERMINERS, Comparative

_COMPARE = re.compile(
    r"^(?:please )?(?:(?:can|could) you )?(?:"
    r"compare (?:the )?difference between|compare|(?:give me )?(?:a |the )?comparison (?:of|between)"
    r"|(?:what (?:is|are|was|were)|what['’]s|explain|tell me)? ?(?:the )?(?:main |key )?differences? between"
    r"|how (?:do|does|did|is|are))\s+(?P<sides>.+?)(?: (?:compare|differ))?\W*$",
    re.IGNORECASE,
)
_VERB_BETWEEN = re.compile(r"(?<=\w) (?:compares?|differs?|different) (?=(?:to|with|from) )", re.IGNORECASE)
_VERSUS = re.compile(r"^(?P<first>.+?)\s(?:vs\.?|versus)\s(?P<second>.+?)\W*$", re.IGNORECASE)
_WORD = "|".join(sorted(COMPARATIVES, key=len, reverse=True))
_WHICH = re.compile(
    rf"^(?:which|what|who)\b(?P<stem>.*?\b(?P<word>{_WORD})\b[^,:]*?)(?:[,:]\s*|\s+)"
    r"(?P<first>(?:(?<=[,:] )|(?:the|in) |(?-i:[A-Z0-9])).*?),? or (?P<second>.+?)\W*$",
    re.IGNORECASE,
)
_THAN = re.compile(
    rf"^(?P<be>is|are|was|were|do|does|did|has|have|had)\b (?P<left>.*?)\b(?P<word>{_WORD})\b(?P<rest>.*?)"
    r" than (?P<right>.+?)\W*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^(?P<be>was|were) (?P<left>.+?) (?P<verb>\w+(?:ed|en|t|nd|ld|rn)) (?P<word>before|after) "
    r"(?P<right>(?!.*\d)(?:the |(?-i:[A-Z])).+?)\W*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s+(?:and|with|to|from)\s+", re.IGNORECASE)
_TERM = re.compile(r"\d[\w.,]*|(?-i:[A-Z])[\w'’-]*")
_CONTEXT = re.compile(r"^(?P<side>\S+(?: (?-i:[A-Z])\S*)*) (?:in|by|for|as to|regarding) (?P<context>\D+)$")
_BE = re.compile(r"^(?:is|are|was|were|has|have|had|did|does|do|came|come|happened|will)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One side as it is called, and the question that its evidence answers."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: two sides, what their answers must be, and the word that compares them, if one does.

    `claims`: the question proposes that the first side is what the word says.
    """

    first: Side
    second: Side
    answer_type: AnswerType | None = None
    comparative: Comparative | None = None
    word: str = ""
    claims: bool = False


def sides_of(question: str) -> Sides | None:
    """The sides that a question compares; None where it compares nothing that can be parted."""
    question = question.strip()
    for parse in (_than, _before, _which, _compare):
        sides = parse(question)
        if sides is not None and sides.first.label.casefold() != sides.second.label.casefold():
            return sides
    return None


def _compare(question: str) -> Sides | None:
    match = _COMPARE.match(_VERB_BETWEEN.sub(" ", question))
    versus = None if match else _VERSUS.match(question)
    if versus:
        labels = _completed(versus["first"], versus["second"])
    elif match and len(parts := _JOINED.split(match["sides"])) > 1:
        last = list(_JOINED.finditer(match["sides"]))[-1 if len(parts) == 2 else _middle(match["sides"])]
        labels = _completed(match["sides"][: last.start()], match["sides"][last.end() :])
    else:
        return None
    first, second = (Side(label, f"What was {label}?") for label in labels)
    return Sides(first, second)


def _middle(text: str) -> int:
    """Which "and" or "with" parts the sides: the last "and", unless "with" or "from" is there."""
    joins = [match[0].strip().casefold() for match in _JOINED.finditer(text)]
    return next((number for number, join in enumerate(joins) if join in ("with", "from")), _last(joins, "and"))


def _last(joins: list[str], word: str) -> int:
    return max((number for number, join in enumerate(joins) if join == word), default=-1)


def _which(question: str) -> Sides | None:
    match = _WHICH.match(question)
    if match is None:
        return None
    word = match["word"].casefold()
    comparative = COMPARATIVES[word]
    stem = re.sub(rf"\b{match['word']}\b", " ", match["stem"], count=1).split()
    labels = _completed(match["first"], match["second"])
    return _sides(labels, [_query(stem, label, comparative) for label in labels], word)


def _than(question: str) -> Sides | None:
    match = _THAN.match(question)
    if match is None:
        return None
    word, comparative = match["word"].casefold(), COMPARATIVES[match["word"].casefold()]
    left = re.sub(r"^there ", "", f"{match['left']} {match['rest']}".strip(), flags=re.IGNORECASE)
    left = " ".join(left.split())
    right = match["right"]
    preposition = right.split()[0].casefold()
    found = re.search(rf"\b{preposition}\b(?!.*\b{preposition}\b)", left, re.IGNORECASE) if " " in right else None
    if found and preposition in ("in", "on", "at", "to", "from", "of", "for", "by", "during", "under", "between"):
        labels = (left, f"{left[: found.start()]}{right}")
    else:
        labels = (match["left"].strip() or left, right)
    noun = match["rest"].strip() if labels[1] == right else ""
    queries = [_question(match["be"], f"{label} {noun}".strip(), comparative) for label in labels]
    return _sides(labels, queries, word, claims=True)


def _before(question: str) -> Sides | None:
    match = _BEFORE.match(question)
    if match is None:
        return None
    labels = (match["left"], match["right"])
    queries = [f"When {match['be'].casefold()} {label} {match['verb']}?" for label in labels]
    return _sides(labels, queries, match["word"].casefold(), claims=True)


def _sides(labels: tuple[str, str], queries: list[str], word: str, *, claims: bool = False) -> Sides:
    comparative = COMPARATIVES[word]
    answer_type = AnswerType.TIME if comparative.is_time else AnswerType.NUMBER
    first, second = (Side(label, query) for label, query in zip(labels, queries, strict=True))
    return Sides(first, second, answer_type, comparative, word, claims=claims)


def _question(be: str, side: str, comparative: Comparative) -> str:
    """How much a side is of what a comparative says, or when it was: "How long is the Rhine?"."""
    if comparative.is_time:
        be = {"is": "was", "are": "were"}.get(be.casefold(), be.casefold()) if comparative.base else be.casefold()
        return f"When {be} {side} {comparative.base}".strip() + "?"
    if comparative.base == "many":
        return f"How many {side}?"
    return f"How {comparative.base} {be.casefold()} {side}?"


def _query(stem: list[str], side: str, comparative: Comparative) -> str:
    """The question of one side of "What was signed first, A or B?": "When was A signed?"."""
    while stem and not _BE.match(stem[0]) and len(stem) > 1 and _BE.match(stem[1]):
        stem = stem[1:]  # "which year was"
    be, rest = (stem[0], " ".join(stem[1:])) if stem and _BE.match(stem[0]) else ("", " ".join(stem))
    if comparative.is_time:
        verb = rest or comparative.base
        if not verb:
            return f"When was {side}?"
        return f"When {be} {side} {verb}?" if be in ("is", "are", "was", "were") else f"When was it that {side} {verb}?"
    if comparative.base == "many":
        return f"How many {rest} {be} {side}?".replace("  ", " ")
    return f"How {comparative.base} {be or 'was'} {side} {rest}".strip() + "?"


def _completed(first: str, second: str) -> tuple[str, str]:
    """The labels of both sides: what one of them leaves out, the other has."""
    context = _CONTEXT.match(second)
    if context and _is_term(first):
        return f"{context['context']} in {first}", f"{context['context']} in {context['side']}"
    own_article = second.split(maxsplit=1)[0].casefold() in DETERMINERS
    if _is_term(second) and not own_article and not _is_term(first) and (terms := list(_TERM.finditer(first))):
        last = terms[-1]
        if last.end() == len(first) and _is_number(last[0]) == _is_number(second):
            return first, f"{first[: last.start()]}{second}"
    if _is_term(first) and (tail := re.match(r"(\S+) ((?-i:[a-z]).*)$", second)) and _is_term(tail[1]):
        return f"{first} {tail[2]}", second
    return first, second


def _is_term(text: str) -> bool:
    """Whether a text is one name or number and nothing else."""
    words = [word for word in text.split() if word.casefold() not in DETERMINERS]
    return bool(words) and all(_TERM.match(word) for word in words)


def _is_number(text: str) -> bool:
    return text[:1].isdigit()
