"""Questions of how it is now: the newest statement answers, and a role is that of the place that is asked about.

Roles are read in English only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.dates import sort_key
from index.types import Span
from rag.evidence.accounts import in_order, says
from rag.evidence.scoring import Evidence
from rag.evidence.superseded import PublishedOf
from rag.question.language import language_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.words import YEARS

# Sentences whose scores are no further below the best one's are as good; the newest of them answers.
_EQUAL = 1.0
# What was said of a year further back than this, seen from the newest article, is quoted, and no headline.
_YEARS_BACK = 2
_NEAR_BEST = 3.0  # of sentences that state a role, those whose score is further below the best one's are not compared
_NEAR = 40  # characters between a role and its holder, at most
_YEAR = re.compile(rf"\b{YEARS}\b")
_WORD = re.compile(r"\w+")
_SMALL = frozenset({"the", "of", "and", "for", "in"})
# What makes a word for its people of a country's name: Pakistani, German, Chinese.
_DEMONYM = re.compile(r"(?:n|an|ian|vian|i|ese|ish|s)?")
_ROLE = re.compile(rf"\b(?:{ENGLISH.roles})\b", re.IGNORECASE)
_OTHER_ROLE = re.compile(r"\b(?:deputy|vice|assistant)[ -]\Z", re.IGNORECASE)
_OF_WHOM = re.compile(r"(?: [A-Z][\w'’-]*){0,4} (?:of|at) (?:the )?([^,.;:()]{1,60})")
_CAPITALS = re.compile(r"[A-Z][\w'’-]*(?: (?:(?:of|and|for|the) ){0,2}[A-Z][\w'’-]*){0,6}")
_WHOSE = re.compile(r"([A-Z][\w-]*(?: [A-Z][\w-]*){0,3})['’]s? (?:[a-z-]+ ){0,2}\Z|\b([A-Z][\w-]*) \Z")
_HOLDER = re.compile(r",? ([A-Z][\w'’-]*(?: [A-Z][\w'’-]*){0,3})")
_AT_THE_TIME = re.compile(r"[^.;,]*\bat (?:the|that) time\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:then|former|formerly|late|first|previous|outgoing|ex|had been|were"
    r"|was(?! (?:re-?)?(?:elected|named|appointed|sworn|made|chosen|nominated)))\b[^.;,]*\Z",
    re.IGNORECASE,
)
_WHO = r"\bwho(?P<now> is|’s|'s| was)(?: the)?"
_NEW = r"(?: (?:current|present|new|incumbent|acting))?"
_END = r"(?: now| today| at present)?\s*\??\Z"
_ROLE_QUESTIONS = (
    re.compile(rf"{_WHO}{_NEW} (?P<role>{ENGLISH.roles}) of (?P<of>[^?,;]{{2,80}}?){_END}", re.IGNORECASE),
    re.compile(rf"{_WHO} (?P<of>[^?,;]{{2,80}}?)['’]s?{_NEW} (?P<role>{ENGLISH.roles}){_END}", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role that one person has at a time, such as "president", and the words of what it is a role of.

    `now`: the question asks who has it, and not who had it.
    """

    name: str
    of: frozenset[str]
    now: bool = True

    def whose(self, sentence: str) -> bool | None:
        """Whether a sentence states this role of what is asked about; False where of another, None where of neither."""
        owners = [owner for place in self.places(sentence) if (owner := _owner(sentence, place))]
        if not owners:
            return None
        return any(self._is_of(owner) for owner in owners)

    def places(self, sentence: str) -> list[Span]:
        """Where a sentence names the role, and not that of a deputy."""
        return [
            match.span()
            for match in _ROLE.finditer(sentence)
            if match[0].casefold() == self.name
            and not _OTHER_ROLE.search(sentence, max(0, match.start() - 12), match.start())
        ]

    def _is_of(self, owner: str) -> bool:
        words = [word.casefold() for word in _WORD.findall(owner)]
        capitals = _CAPITALS.match(owner)
        named = len(_WORD.findall(capitals[0])) if capitals else 0
        words = words[: max(named, len(self.of))]
        return all(
            any(word.startswith(part) and _DEMONYM.fullmatch(word[len(part) :]) for word in words) for part in self.of
        )


def role_in(question: str) -> Role | None:
    """The role whose holder a question asks for: "Who is the president of Pakistan?"; None where it asks for none."""
    match = next(filter(None, (pattern.search(question) for pattern in _ROLE_QUESTIONS)), None)
    if match is None:
        return None
    of = frozenset(_WORD.findall(match["of"].casefold())) - _SMALL
    # An abbreviation can't be compared with a name that is written out.
    if not of or match["of"].isupper():
        return None
    return Role(match["role"].casefold(), of, now=match["now"].casefold() != " was")


def _owner(sentence: str, place: Span) -> str | None:
    """What a role at this place in a sentence is a role of, as far as the words beside it say."""
    start, end = place
    if match := _OF_WHOM.match(sentence, end):
        return match[1]
    match = _WHOSE.search(sentence[max(0, start - 80) : start])
    return (match[1] or match[2]) if match else None


def as_of_now(evidence: Sequence[Evidence], question: str, published_of: PublishedOf) -> list[Evidence]:
    """The evidence, best first; where the question asks how it is now, the newest of equally good sentences first.

    A sentence that states the asked role of something else is left out, and so is what tells only who held it once, so
    that no evidence may be left. `published_of` gives the date of an article by its id.
    """
    role = role_in(question)
    if role:
        return _holding(_of_role(evidence, role), role, published_of) if role.now else _of_role(evidence, role)
    if not evidence or not says("asks_now", question, language_of(question)):
        return list(evidence)
    equal = [item for item in evidence if item.score >= evidence[0].score - _EQUAL]
    newest_first = sorted(equal, key=lambda item: sort_key(published_of(item.passage.article_id)), reverse=True)
    return in_order([*newest_first, *evidence[len(equal) :]])


def _holding(evidence: Sequence[Evidence], role: Role, published_of: PublishedOf) -> list[Evidence]:
    """The sentences by which someone has a role, the newest first; where there are none, those that do not name it.

    What was said of a year long past has no headline.
    """
    stating = [item for item in evidence if role.places(item.text) and not _is_past(item, role)]
    if not stating:
        return [item for item in evidence if not role.places(item.text)]
    newest = max(sort_key(published_of(item.passage.article_id)).year for item in evidence)
    near = [item for item in stating if item.score >= stating[0].score - _NEAR_BEST]
    near = sorted(near, key=lambda item: _day(item, published_of), reverse=True)
    shown = [replace(i, answer=None) if _day(i, published_of)[0] < newest - _YEARS_BACK else i for i in near]
    return in_order([*shown, *(item for item in stating if item not in near)])


def _day(item: Evidence, published_of: PublishedOf) -> tuple[int, datetime]:
    """The last year that a sentence names, or else that of its article, and the article's date."""
    published = sort_key(published_of(item.passage.article_id))
    return max(map(int, _YEAR.findall(item.text)), default=published.year), published


def _of_role(evidence: Sequence[Evidence], role: Role) -> list[Evidence]:
    """The sentences that do not state the role of something else; a headline far from the role is no holder of it."""
    elsewhere = {holder for item in evidence if role.whose(item.text) is False for holder in _holders(item.text, role)}
    kept = []
    for item in evidence:
        places = role.places(item.text)
        whose = role.whose(item.text)
        if whose is False or (whose is None and elsewhere.intersection(_holders(item.text, role))):
            continue
        kept.append(item if not places or _is_beside(item, places) else replace(item, answer=None))
    return kept


def _holders(sentence: str, role: Role) -> list[str]:
    """The names that directly follow the role in a sentence, as in "President Rosa Vega"."""
    matches = (_HOLDER.match(sentence, end) for _, end in role.places(sentence))
    return [match[1] for match in matches if match]


def _is_beside(item: Evidence, places: Sequence[Span]) -> bool:
    if item.answer is None:
        return False
    start, end = (edge - item.span[0] for edge in item.answer)
    return any(start <= right + _NEAR and end >= left - _NEAR for left, right in places)


def _is_past(item: Evidence, role: Role) -> bool:
    """Whether a sentence says that someone held the role once: "then president", "was director at the time"."""
    text = item.text
    return any(
        _PAST.search(text, max(0, start - _NEAR), start) or _AT_THE_TIME.match(text, end, end + 2 * _NEAR)
        for start, end in role.places(text)
    )
