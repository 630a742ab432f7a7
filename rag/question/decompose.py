"""Splitting a text that asks several questions, so that each is answered. English only."""

import re
from itertools import pairwise

from rag.question.answer_type import names_in
from rag.question.languages.english_forms import AUXILIARY

MAX_PARTS = 3
_QUESTION_WORD = r"(?:who|whom|whose|when|where|which|what|why|how)"
# Where one question may end and the next begin. White space is taken whole: trying each part of it again takes long.
_BOUND = re.compile(
    rf"(?<=\?)\s++|,?(?<!\s)\s++and\s++(?={_QUESTION_WORD}\b)|;\s++(?={_QUESTION_WORD}\b)", re.IGNORECASE
)
_AUXILIARY = rf"(?:{AUXILIARY})"
_QUESTION_PHRASE = re.compile(
    r"^\W*(?:how (?:(?:many|much) )?\w+|(?:what|which) \w+(?= (?:is|are|was|were|do|does|did)\b))\b", re.IGNORECASE
)
_FIRST_QUESTION_WORD = re.compile(rf"\b{_QUESTION_WORD}\b", re.IGNORECASE)
_VERB_AND_MORE = re.compile(rf"\b{_AUXILIARY}\b\W+\w", re.IGNORECASE)
_BEGINS_AS_QUESTION = re.compile(rf"(?:{_AUXILIARY}|who)\s+\w+\W+\w", re.IGNORECASE)
# Verbs that ask without an auxiliary: "Which president signed the treaty".
_PAST = re.compile(
    r"[a-z]{2,}ed|became|began|bought|broke|built|came|chose|drew|fell|flew|fought|found|gave|got|grew|held|left|led|lost|made"
    "|met|paid|put|ran|rose|said|sent|sold|spoke|spent|taught|told|took|went|won|wrote"
)
_ASKS_WHICH = frozenset({"which", "what", "whose", "how"})
_NUMBER = re.compile(r"\d[\w.,-]*\w|\d")
_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs)\b", re.IGNORECASE)


def decompose(question: str) -> list[str]:
    """The questions that a text asks; the text alone where it asks one, or more than MAX_PARTS."""
    parts = [part for part in _BOUND.split(question) if part.strip()]  # nothing stands before "; who signed it?"
    if not 2 <= len(parts) <= MAX_PARTS or not all(map(_asks, parts)):
        return [question]
    for part, later in pairwise(parts):
        if part.endswith("?"):
            continue
        # The part can't stand alone where only the later one names its subject, or both are clauses of one question.
        lacks_subject = bool(_PRONOUN.search(part)) and not names_and_numbers(part)
        question_word = later.split(maxsplit=1)[0].casefold()
        if lacks_subject or question_word in part.casefold().split()[1:]:
            return [question]
    return parts


def _asks(part: str) -> bool:
    """Whether a part is a question: "Who came", "when it began" and "did he stay".

    "What years" and "thank you" are none, since they lack a verb.
    """
    if _BEGINS_AS_QUESTION.match(part):
        return True
    first, *others = part.split()
    # In "which wounded men" the verb's form describes what is asked for, and "how many men killed" lacks the rest.
    if first.casefold() in _ASKS_WHICH and any(map(_PAST.fullmatch, others[1:-1])):
        return True
    # In two searches, since one pattern for both would try every question word with every verb.
    question_word = _FIRST_QUESTION_WORD.search(part)
    return bool(question_word and _VERB_AND_MORE.search(part, question_word.end()))


def refers_to_the_first(part: str) -> bool:
    """Whether a later part of a text lacks what its first part names: it names nothing, or not before a pronoun."""
    named = names_and_numbers(part)
    pronoun = _PRONOUN.search(part)
    return not named or bool(pronoun and not any(part.find(name) < pronoun.start() for name in named))


def topic(question: str) -> str:
    """The question without the words that say what is asked of its topic: "is the pipeline" of "How long is …"."""
    return _QUESTION_PHRASE.sub("", question, count=1)


def names_and_numbers(text: str) -> list[str]:
    """The names and numbers of a text."""
    return [*names_in(text), *_NUMBER.findall(text)]
