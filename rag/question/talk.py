"""Talk: what people say to a program without asking anything of the documents, in any of the known languages."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache

from rag.question.asking import asks_pattern
from rag.question.language import known_language
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold, fold_case


class Talk(StrEnum):
    """The kinds of talk; of a text with several, the one that comes first here counts."""

    IDENTITY = "identity"  # who are you?
    HELP = "help"  # what can you do?
    HELP_FIRST = "help_first"  # what is this? As a follow-up it asks of what was named before
    GOODBYE = "goodbye"
    THANKS = "thanks"
    GREETING = "greeting"
    NOTED = "noted"  # ok, yes, I see
    COURTESY = "courtesy"  # please, everyone, very much: no talk alone


# They stand before a question, or after it, without being part of it.
_AROUND_A_QUESTION = {Talk.GREETING, Talk.THANKS, Talk.GOODBYE, Talk.NOTED}
_WORD = re.compile("\\w[\\w'’\u0300-\u036f\u064b-\u065f]*")  # the marks of letters are parts of their word
_APOSTROPHES = str.maketrans("", "", "'’")
_ENDS = re.compile("[.,;:?!…،؛؟]")
_SENTENCES_AFTER = 3  # short sentences after a question that are looked at: "Thank you very much! Bye."


def talk_of(text: str, *, in_conversation: bool = False) -> Talk | None:
    """The kind of talk that a whole text is; None where it asks or says anything else.

    `in_conversation`: something was asked before it, so that "What is this?" and "Ok, and then?" are questions. Where
    nothing was, a name that is also talk is a name: "Nice".
    """
    words = [_folded(word) for word in _WORD.findall(text)]
    phrases = list(_phrases(words))
    if sum(length for _, length in phrases) < len(words):
        return None
    kinds = {kind for kind, _ in phrases} - {Talk.COURTESY}
    asks_on = Talk.HELP_FIRST in kinds or (kinds == {Talk.NOTED} and _asks_on(text, phrases[0][1]))
    if asks_on if in_conversation else _is_name(text):
        return None
    return min(kinds, key=list(Talk).index, default=None)


def _asks_on(text: str, noted: int) -> bool:
    """Whether a text asks to go on after so many words that note what was said: "Ok, and then?"."""
    rest = text[[*_WORD.finditer(text)][noted - 1].end() :].lstrip(" .,;:!")
    return text.rstrip().endswith("?") and bool(_joins(known_language(text)).match(fold(rest)))


def _is_name(text: str) -> bool:
    """Whether a text is one word that is a name too, and is written as one."""
    return text[:1].isupper() and text[1:].islower() and bool(_names().fullmatch(fold(text).rstrip(" ?")))


def without_courtesies(question: str) -> str:
    """A question without the greeting or thanks before it, and those after it; the text itself where no more is left.

    "Hello, when was it?" and "When was it? Thanks!" are "when was it?" and "When was it?".
    """
    return _without_last(_without_first(question))


def _without_first(text: str) -> str:
    spans = [match.span() for match in _WORD.finditer(text)]
    phrases = list(_phrases([_folded(text[slice(*span)]) for span in spans]))
    count = sum(length for _, length in phrases)
    if not phrases or phrases[0][0] not in _AROUND_A_QUESTION or count == len(spans):
        return text
    language = known_language(text)
    if count > 1 and _joins(language).match(fold(text[spans[count - 1][0] :])):
        count -= 1  # "Ok, and when was it?"
    rest = text[spans[count][0] :]
    parted = bool(_ENDS.search(text[spans[count - 1][1] : spans[count][0]]))
    asks = asks_pattern(language)
    # "Hello, Dolly", "Thank you Azerbaijan" and "Nice is where?" are names.
    if parted:
        return rest if asks.search(fold(rest)) or rest.endswith(("?", "؟")) else text
    return rest if phrases[0][0] is not Talk.NOTED and asks.match(fold(rest)) else text


def _without_last(text: str) -> str:
    for _ in range(_SENTENCES_AFTER):
        end = max((match.end() for match in _ENDS.finditer(text.rstrip(" .,;:?!…،؛؟"))), default=0)
        last = talk_of(text[end:])
        if not end or last not in _AROUND_A_QUESTION - {Talk.NOTED}:
            return text
        before = text[:end].rstrip(" ,;:")
        if not _WORD.search(before):
            return text
        text = before
    return text


@cache
def _known_phrases() -> tuple[dict[tuple[str, ...], Talk], int]:
    """The kind of each phrase of each language, by its folded words, and the words of the longest one."""
    phrases: dict[tuple[str, ...], Talk] = {}
    for words in LANGUAGES.values():
        for kind, alternatives in words.talk.items():
            for phrase in alternatives.split("|"):
                phrases.setdefault(tuple(map(_folded, _WORD.findall(phrase))), Talk(kind))
    return phrases, max(map(len, phrases))


def _phrases(words: Sequence[str]) -> Iterator[tuple[Talk, int]]:
    """The kind and the number of words of each phrase with which the words begin, the longest first at each place."""
    known, longest = _known_phrases()
    start = 0
    while start < len(words):
        lengths = range(min(longest, len(words) - start), 0, -1)
        length = next((length for length in lengths if tuple(words[start : start + length]) in known), 0)
        if not length:
            return
        yield known[tuple(words[start : start + length])], length
        start += length


@cache
def _names() -> re.Pattern[str]:
    """Of all languages, since a word does not tell its own."""
    return re.compile(fold("|".join(words.talk_or_names for words in LANGUAGES.values())), re.IGNORECASE)


@cache
def _joins(language: str) -> re.Pattern[str]:
    """What begins a text that goes on from what was asked before; it matches folded text."""
    return re.compile(rf"(?:{fold(LANGUAGES[language].refers_back_first)})\b", re.IGNORECASE)


def _folded(word: str) -> str:
    return fold_case(fold(word.translate(_APOSTROPHES)))
