"""Questions of how it is now: the newest statement answers, and a role is that of the place that is asked about.

Roles are read in English only.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from index.dates import sort_key
from index.types import Span
from rag.evidence.accounts import in_order, says
from rag.evidence.scoring import Evidence
from rag.evidence.superseded import PublishedOf
from rag.question.countries import countries_pattern
from rag.question.language import language_of
from rag.question.languages.english import ENGLISH
from rag.question.languages.folding import fold
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


TitleOf = Callable[[str], str]  # the title of an article by its id


@dataclass(frozen=True, slots=True)
class Role:
    """A role that one person has at a time, such as "president", and the words of what it is a role of.

    `now`: the question asks who has it, and not who had it. `place` is what it is a role of, as typed.
    """

    name: str
    of: frozenset[str]
    now: bool = True
    place: str = field(default="", compare=False)

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

    def is_named(self, sentence: str) -> bool:
        """Whether a sentence holds its name, be it within that of a deputy."""
        return bool(re.search(rf"\b{re.escape(self.name)}\b", sentence, re.IGNORECASE))

    def is_of_what(self, text: str) -> bool:
        """Whether a text holds more than half of the words of what it is a role of."""
        return 2 * self._held(_WORD.findall(text)) > len(self.of)

    def _is_of(self, owner: str) -> bool:
        words = _WORD.findall(owner)
        capitals = _CAPITALS.match(owner)
        named = len(_WORD.findall(capitals[0])) if capitals else 0
        return self._held(words[: max(named, len(self.of))]) == len(self.of)

    def _held(self, words: Sequence[str]) -> int:
        folded = {word.casefold() for word in words}
        return sum(
            any(word.startswith(part) and _DEMONYM.fullmatch(word[len(part) :]) for word in folded) for part in self.of
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
    return Role(match["role"].casefold(), of, match["now"].casefold() != " was", match["of"])


def _owner(sentence: str, place: Span) -> str | None:
    """What a role at this place in a sentence is a role of, as far as the words beside it say."""
    start, end = place
    if match := _OF_WHOM.match(sentence, end):
        return match[1]
    match = _WHOSE.search(sentence[max(0, start - 80) : start])
    return (match[1] or match[2]) if match else None


def as_of_now(
    evidence: Sequence[Evidence], question: str, published_of: PublishedOf, title_of: TitleOf
) -> list[Evidence]:
    """The evidence, best first; where the question asks how it is now, the newest of equally good sentences first.

    A sentence that states the asked role of something else is left out, and so is what tells only who held it once, and
    what tells the role where neither it, nor its passage before it, nor its article's title names the asked place, so
    that no evidence may be left. `published_of` and `title_of` give the date and the title of an article by its id.
    """
    role = role_in(question)
    if role:
        of_role = _of_role(evidence, role, title_of)
        return _holding(of_role, role, published_of) if role.now else of_role
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


def _of_role(evidence: Sequence[Evidence], role: Role, title_of: TitleOf) -> list[Evidence]:
    """The sentences that do not state the role of something else; a headline far from the role is no holder of it."""
    elsewhere = {holder for item in evidence if role.whose(item.text) is False for holder in _holders(item.text, role)}
    kept = []
    for item in evidence:
        places = role.places(item.text)
        whose = role.whose(item.text)
        if whose is False or (whose is None and elsewhere.intersection(_holders(item.text, role))):
            continue
        named = item.text if whose or not places else _names_it(item, role, title_of(item.passage.article_id))
        if named is None or (not places and role.is_named(item.text)):
            continue  # of another place, or a deputy
        is_sure = bool(whose) or not (_names_other_country(named, role) or _names_other_country(item.text, role))
        kept.append(item if not places or (is_sure and _is_beside(item, places)) else replace(item, answer=None))
    return kept


def _names_it(item: Evidence, role: Role, title: str) -> str | None:
    """The nearest text that names what a role is of: the sentence, one before it in its passage, or the title.

    None where none does. Before the title, a country that is named nearer counts instead of one that is named further.
    """
    passage, end = item.passage, item.span[1]
    spans = [(left - passage.start, right - passage.start) for left, right in passage.sentences if right <= end]
    for start, stop in reversed(spans):
        text = passage.text[start:stop]
        if role.is_of_what(text):
            return text
        if _names_other_country(text, role):
            break
    return title if role.is_of_what(title) else None


def _names_other_country(text: str, role: Role) -> bool:
    """Whether a text names a country, where the role is of another one."""
    countries = countries_pattern(ENGLISH.code)
    is_of_country = bool(countries.search(role.place))
    return is_of_country and any(not role.is_of_what(match[0]) for match in countries.finditer(fold(text)))


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
