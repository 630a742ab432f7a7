"""Whether a short answer stands in another relation than its question asks for. English only.

All words fit, and who did what to whom does not: "How many Georgians study in Pakistan?" and "1,900 Pakistanis study in
Georgia". Each check needs words in the sentence that tell of the other relation; where there are none it finds nothing.
"""

import re
from itertools import pairwise

from rag.evidence.answer_in_context import AnswerInContext
from rag.question.countries import countries_pattern
from rag.question.languages.english import ENGLISH
from rag.question.languages.english_forms import AUXILIARY
from rag.question.languages.folding import fold
from rag.question.terms import words_in

_STEM = 5  # letters of a name that its other forms share: Pakistan, Pakistanis
_WHERE = r"(?:in|to|into|at|visited|visit|entered|enter)"
_DIRECTED = re.compile(rf"\b(?P<how>{_WHERE}) (?:the )?(?P<name>[A-Z]\w+)")
_NAME = re.compile(r"\b[A-Z]\w{3,}")
_CLAUSE = re.compile(r"; |, (?:while|whereas|but|against|and|its|his|her|their) ")
_YES_NO = re.compile(rf"^(?:and |but |so )?(?:{AUXILIARY})\b", re.IGNORECASE)
_WHO = re.compile(r"^(?:and |but |so )?(?:who|whom)\b", re.IGNORECASE)
# What a country can do as well as a person.
_DONE_BY_COUNTRIES = re.compile(
    r"\b(?:w[io]n\w*|beat\w*|los[et]\w*|play\w*|host\w*|sign\w*|recogni[sz]\w*|invade\w*|join\w*|buy\w*|bought|sell\w*"
    r"|sold|support\w*|oppos\w*|own\w*|rul\w*|govern\w*|control\w*|fought|fight\w*|attack\w*|condemn\w*|produc\w*)\b",
    re.IGNORECASE,
)
_OFFICES = (
    "minister|president|ambassador|mayor|king|queen|chairman|chairwoman|chair|director|captain|coach|manager|leader"
    "|secretary|governor|speaker|consul|envoy|commander|chief executive|head|spokesman|spokeswoman|adviser|editor|owner"
)
_ASKS_OFFICE = re.compile(rf"^who (?:is|was|are|were) (?:[\w’'-]+ ){{0,4}}?(?P<office>{_OFFICES})s?\b", re.IGNORECASE)
_RUNS = re.compile(r"\b(?:heads?|leads?|led|runs?|ran|chairs?|manages?|under|commands?|in charge)\b", re.IGNORECASE)


def asks_for_yes_or_no(item: AnswerInContext) -> bool:
    """The question begins as one that a yes or a no answers, which no words of a sentence are."""
    return bool(_YES_NO.search(item.question))


def is_a_country(item: AnswerInContext) -> bool:
    """Somebody is asked for, who did what a country does not do, and the answer is a country."""
    if not _WHO.search(item.question) or _DONE_BY_COUNTRIES.search(item.question):
        return False
    answer = re.sub(r"^the ", "", fold(item.answer), flags=re.IGNORECASE)
    return bool(countries_pattern("en").fullmatch(answer))


def lacks_the_office(item: AnswerInContext) -> bool:
    """The holder of an office is asked for, and nothing near names the office or says that somebody heads something."""
    match = _ASKS_OFFICE.search(item.question)
    if match is None:
        return False
    office = match["office"].casefold()
    return office not in item.context.casefold() and not _RUNS.search(item.sentence)


def is_reversed(item: AnswerInContext) -> bool:
    """Of two names in the question the one stands after "in" or "to", and in the sentence the other alone does."""
    directed = _directed(item.question)
    others = {name[:_STEM].casefold() for name in _NAME.findall(item.question)} - directed
    told = _directed(item.sentence)
    known = {name[:_STEM].casefold() for name in _NAME.findall(item.sentence)}
    return bool(directed and directed <= known and not directed & told and others & told)


def _directed(text: str) -> set[str]:
    return {match["name"][:_STEM].casefold() for match in _DIRECTED.finditer(text)}


def is_of_another_clause(item: AnswerInContext) -> bool:
    """Another clause of the sentence holds all the question's words that the answer's clause holds, and more.

    "Kazakhstan wants 6,000 permits; Georgia offers 4,000": the clause of the words that were asked for counts.
    """
    bounds = [0, *(match.end() for match in _CLAUSE.finditer(item.sentence)), len(item.sentence)]
    clauses = list(pairwise(bounds))
    if len(clauses) < 2:
        return False
    asked = _stems(item.question) - ENGLISH.plain_words
    start, end = item.span
    mine = [item.sentence[first:last] for first, last in clauses if first < end and start < last]
    others = [item.sentence[first:last] for first, last in clauses if last <= start or end <= first]
    held = asked & _stems(" ".join(mine))
    return any(
        held <= (more := asked & _stems(other)) and len(more) > len(held) and _same_kind(item, other)
        for other in others
    )


def _same_kind(item: AnswerInContext, clause: str) -> bool:
    """Whether a clause could hold an answer of the same kind: a number where the answer has one, or else a name."""
    if any(char.isdigit() for char in item.answer):
        return any(char.isdigit() for char in clause)
    return bool(_NAME.search(clause)) if _NAME.search(item.answer) else False


def _stems(text: str) -> set[str]:
    return {word if len(word) <= _STEM else word[:_STEM] for word in words_in(fold(text).casefold()) if len(word) > 2}


CHECKS = (asks_for_yes_or_no, is_a_country, lacks_the_office, is_reversed, is_of_another_clause)
