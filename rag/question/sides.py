"""The two sides of a question that compares, each as a question of its own. English only."""

import re
from dataclasses import dataclass

from rag.question.answer_type import AnswerType
from rag.question.languages.english import ENGLISH
from rag.question.languages.english_grammar import COMPARATIVES, DETERMINERS, PREPOSITIONS, THINGS, Comparative

_COMPARE = re.compile(
    r"^(?:please )?(?:(?:can|could) you )?(?:"
    r"compare (?:the )?difference between|compare|(?:give me )?(?:a |the )?comparison (?:of|between)"
    r"|(?:what (?:is|are|was|were)|what['’]s|explain|tell me)? ?(?:the )?(?:main |key )?differences? between"
    r"|how (?:do|does|did|is|are)(?=.* (?:compare|differ)))\s+",
    re.IGNORECASE,
)
_VERB_BETWEEN = re.compile(r"(?<=\w) (?:compares?|differs?|different)(?= (?:to|with|from) |$)", re.IGNORECASE)
_VERSUS = re.compile(r"\s(?:vs\.?|versus)\s", re.IGNORECASE)
_WORD = re.compile(rf"\b(?:{'|'.join(sorted(COMPARATIVES, key=len, reverse=True))})\b", re.IGNORECASE)
_ASKS = re.compile(r"(?:which|what|who)\b", re.IGNORECASE)
_BE = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had)\b", re.IGNORECASE)
_DO = re.compile(r"(?:do|does|did|has|have|had)\b", re.IGNORECASE)
_VERB_LAST = re.compile(r"(?<=\S) ([a-z]+)$")  # "Did Iran sell": the subject, then its verb
_AUXILIARY_LAST = re.compile(r"(?<=\S) (?:is|are|was|were|do|does|did|has|have|had)$", re.IGNORECASE)
_OR = re.compile(r",? or ", re.IGNORECASE)
# "More than four years later" compares nothing.
_THAN = re.compile(rf" than (?!\d|(?:{ENGLISH.numbers})\b)", re.IGNORECASE)
_BEFORE = re.compile(r" (\w+(?:ed|en|t|nd|ld|rn)) (before|after) (?=the |(?-i:[A-Z]))", re.IGNORECASE)
_BEGINS_SIDE = re.compile(r"[,:]\s*|\s(?=the |in |(?-i:[A-Z0-9]))", re.IGNORECASE)
_JOINED = re.compile(r"(?<!\s)\s+(?:and|with|to|from)\s+", re.IGNORECASE)
_TERM = re.compile(r"\d[\w.,]*|(?-i:[A-Z])[\w'’-]*")
_CONTEXT = re.compile(r"^(?P<side>\S+(?: (?-i:[A-Z])\S*)*) (?:in|by|for|as to|regarding) (?P<context>\D+)$")
_AUXILIARY = re.compile(r"^(?:is|are|was|were|has|have|had|did|does|do|came|come|happened|will)$", re.IGNORECASE)
_MARKS = " \t?!.,;:"


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
    question = question.strip(_MARKS)
    for parse in (_than, _before, _which, _compare):
        sides = parse(question)
        if sides is not None and sides.first.label.casefold() != sides.second.label.casefold():
            return sides
    return None


def noun_of(label: str) -> str | None:
    """What a side is an amount or an event of, in small letters: "trade" of "trade with Iran in 2023".

    None where it is a name, with or without what kind of thing it names: "Kura", "the Kura river". It is empty where a
    side has neither a name nor a noun: "in 2021".
    """
    head: list[str] = []
    for word in label.split():
        if word.casefold() in PREPOSITIONS and head:
            break
        if word.casefold() not in DETERMINERS | PREPOSITIONS:
            head.append(word.strip(_MARKS))
    has_name = any(word[:1].isupper() for word in head)
    noun = head[-1] if head else ""
    if has_name and (noun[:1].isupper() or not noun.isalpha() or noun in THINGS):
        return None
    return noun if noun.isalpha() else ""


def _compare(question: str) -> Sides | None:
    begin = _COMPARE.match(question)
    sides = _VERB_BETWEEN.sub("", question[begin.end() :]) if begin else question
    joins = list((_JOINED if begin else _VERSUS).finditer(sides))
    if not joins:
        return None
    join = joins[_middle(sides)] if begin else joins[0]
    if not sides[: join.start()] or not sides[join.end() :]:
        return None
    first, second = (
        Side(label, f"What was {label}?") for label in _completed(sides[: join.start()], sides[join.end() :])
    )
    return Sides(first, second)


def _middle(text: str) -> int:
    """Which "and" or "with" parts the sides: the last "and", unless "with" or "from" is there."""
    joins = [match[0].strip().casefold() for match in _JOINED.finditer(text)]
    return next((number for number, join in enumerate(joins) if join in ("with", "from")), _last(joins, "and"))


def _last(joins: list[str], word: str) -> int:
    return max((number for number, join in enumerate(joins) if join == word), default=-1)


def _which(question: str) -> Sides | None:
    alternatives = list(_OR.finditer(question))
    if not _ASKS.match(question) or not alternatives:
        return None
    left, second = question[: alternatives[-1].start()], question[alternatives[-1].end() :]
    word = _WORD.search(left)
    begins = list(_BEGINS_SIDE.finditer(left, word.end())) if word else []
    if word is None or not begins:
        return None
    marks = [begin for begin in begins if begin[0].strip()]
    begin = (marks or begins)[-1 if marks else 0]
    stem = f"{_ASKS.sub('', left[: word.start()], count=1)} {left[word.end() : begin.start()]}".split()
    labels = _completed(left[begin.end() :], second)
    comparative = COMPARATIVES[word[0].casefold()]
    return _sides(labels, [_query(stem, label, comparative) for label in labels], word[0].casefold())


def _than(question: str) -> Sides | None:
    be, than = _BE.match(question), _THAN.search(question)
    words = list(_WORD.finditer(question, be.end(), than.start())) if be and than else []
    if be is None or than is None or not words:
        return None
    word, right = words[-1], question[than.end() :]
    subject = re.sub(r"^there\b", "", question[be.end() : word.start()].strip(), flags=re.IGNORECASE).strip()
    noun = question[word.end() : than.start()].strip()
    right = _AUXILIARY_LAST.sub("", right)
    left = f"{subject} {noun}".strip()
    preposition = right.split()[0].casefold()
    places = [match.start() for match in re.finditer(rf"\b{re.escape(preposition)}\b", left, re.IGNORECASE)]
    if places and preposition in PREPOSITIONS:
        labels, noun = (left, f"{left[: places[-1]]}{right}"), ""
    else:
        labels = (subject or left, right)
    comparative = COMPARATIVES[word[0].casefold()]
    if noun and comparative.base == "many" and (verb := _VERB_LAST.search(subject)) and _DO.match(question):
        labels = (subject[: verb.start()], right)
        queries = [f"How many {noun} {be[0].casefold()} {label} {verb[1]}?" for label in labels]
    else:
        queries = [_question(be[0], f"{label} {noun}".strip(), comparative) for label in labels]
    return _sides(labels, queries, word[0].casefold(), claims=True)


def _before(question: str) -> Sides | None:
    be, joint = _BE.match(question), _BEFORE.search(question)
    if be is None or joint is None or any(map(str.isdigit, question[joint.end() :])):
        return None
    labels = (question[be.end() : joint.start()].strip(), question[joint.end() :])
    queries = [f"When {be[0].casefold()} {label} {joint[1]}?" for label in labels]
    return _sides(labels, queries, joint[2].casefold(), claims=True)


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
    while len(stem) > 1 and not _AUXILIARY.match(stem[0]) and _AUXILIARY.match(stem[1]):
        stem = stem[1:]  # "which year was"
    be, rest = (stem[0], " ".join(stem[1:])) if stem and _AUXILIARY.match(stem[0]) else ("", " ".join(stem))
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
    preposition = second.split(maxsplit=1)[0].casefold()
    if preposition in PREPOSITIONS and (place := re.search(rf" {preposition} ", first, re.IGNORECASE)):
        return first, f"{first[: place.start()]} {second}"
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
