"""Questions on what is held: how many articles, the newest one, the sources, which articles mention something.

The whole question must be such a one: "How many articles mention Lachin?" is, and "How many articles has the treaty?"
and "Which documents were signed?" ask of what the articles say.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache

from rag.question.languages import DEFAULT, LANGUAGES
from rag.question.languages.folding import fold, fold_case
from rag.question.languages.names import language_of_name
from rag.question.periods import without_period


class Asked(StrEnum):
    """What a question on the corpus asks for; the names are the keys of LanguageWords.asks_corpus."""

    COUNT = "count"  # how many articles
    NEWEST = "newest"
    OLDEST = "oldest"
    WHICH = "which"  # the articles themselves
    TOPIC = "topic"  # whether there is anything on something
    SOURCES = "sources"
    LANGUAGES = "languages"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """A question on what is held, of the articles that its words name.

    `phrase` is what they mention; with `topic` they are about it, in whatever words. `origin` is the words that name
    their source, if there is one of that name, `language` a code, `first` and `last` are days of publication.
    `several`: more than one article is asked for. `of_index`: it is said that what is held is meant, so that an unknown
    source is none that is held.
    """

    asked: Asked
    phrase: str | None = None
    origin: str | None = None
    language: str | None = None
    first: str | None = None
    last: str | None = None
    several: bool = True
    of_index: bool = False
    topic: bool = False


_ASIDE = re.compile(
    r"^(?:so|and|but|please|(?:can|could|would) you|tell me|do you know|i(?: would|['’]d)? (?:want|like) to know)"
    r"[,:]?\s+",
    re.IGNORECASE,
)
_IS = re.compile(r"(?<=\b[Ww]hat)['’]s\b|(?<=\b[Ww]here)['’]s\b")
_ENDING = re.compile(
    r"(?:^|\s)(?:(?P<index>(?:held |stored |included |contained )?in (?:the (?:corpus|index|database)|(?:this|your)"
    r" (?:corpus|index|database|collection|archive|library)))"
    r"|in all|in total|altogether|overall|now|so far|currently|at the moment|at present|here|please)$",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"(?:(?P<index>do you (?:have|hold|know|store|contain|use|cover)|have you(?: got)?|you have|does (?:the|this|your)"
    r" (?:corpus|index|database|collection|archive|library|site) (?:have|hold|contain|include|use|cover)"
    r"|can i (?:read|find|search)|are (?:held|indexed|stored|available))"
    r"|are there|is there|there are|there is|exist|are|is|were|was)(?:\s+(?P<anything>any(?:thing)?))?(?=\s|$)",
    re.IGNORECASE,
)
_MENTIONS = re.compile(
    r"(?:that |which )?(?:(?:are|is) )?(?:mention(?:s|ed|ing)?|nam(?:es?|ing)|contain(?:s|ing)?"
    r"|(?P<topic>refer(?:s|ring)? to|talk(?:s|ing)? about|discuss(?:es|ing)?|deal(?:s|ing)? with|about|on|regarding"
    r"|concerning))\s+"
    r"(?:(?:the )?(?:exact )?(?:words?|phrase|name|term)\s+)?(?P<phrase>.+)",
    re.IGNORECASE,
)
# "From Coast Daily mention Lachin": the source, and then the phrase.
_ORIGIN_AND_PHRASE = re.compile(
    r"(?P<origin>.+?)\s+(?P<mentions>(?:that |which )?(?:mention|nam(?:e|ing)\b|contain|refer|talk|discuss|deal).*)",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"(?:^|\s)(?:(?:that |which )?(?:are )?(?:written )?in )(?P<name>[^\W\d_]+)$", re.IGNORECASE)
_ORIGIN = re.compile(
    r"(?:(?:that |which )?(?:(?:are|were|was|is) )?(?:published |written |come )?)(?:from|by|of|in)\s+(?P<origin>.+)",
    re.IGNORECASE,
)
# A phrase with one of these is a clause: "on energy were signed".
_VERB = re.compile(
    r"\b(?:am|is|are|was|were|be|been|has|have|had|do|does|did|will|would|can|could|who|which|that)\b", re.I
)
_QUOTED = re.compile(r"[\"“”«»„]([^\"“”«»„]+)[\"“”«»„]|['‘]([^'‘’]+)['’]")
_ARTICLE = re.compile(r"(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’ʼ]s$", re.IGNORECASE)  # "Pakistan's" is mentioned where Pakistan is
# What stands for something named before: "his visit", and not the word "his".
_REFERS_BACK = re.compile(rf"\b(?:{fold(DEFAULT.refers_back)}|this|such)\b")
_PRONOUN = re.compile(r"\b(?:he|him|she|her|it)\b", re.IGNORECASE)
_ASIDES, _ENDINGS = 3, 6  # that are looked at: nobody writes more
_LONGEST = 12  # words of a phrase: what is longer is no name


def corpus_question_of(question: str, today: date) -> CorpusQuestion | None:
    """What a question asks of the corpus; None where it asks of what the articles say."""
    text = _IS.sub(" is", " ".join(question.split())).rstrip(" ?.!؟…")
    text = text.lower() if text.isupper() else text  # "IT" and "WHO" are names only beside small letters
    for _ in range(_ASIDES):
        text = _ASIDE.sub("", text, count=1)
    for asked, pattern in _patterns("en"):
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            found = CorpusQuestion(asked, several=not groups.get("one"), of_index=bool(groups.get("index")))
            mentioned = groups.get("mentioned")
            whole = _narrowed(found, f"about {mentioned}" if mentioned else (groups.get("rest") or "").strip(), today)
            # "What article was published in 1937?" asks of what is told.
            one_of_many = whole and asked is Asked.WHICH and not (whole.several or whole.phrase)
            return None if one_of_many else whole
    folded = fold(text)
    others = (pattern for code in LANGUAGES if code != "en" for pattern in _patterns(code))
    return next((CorpusQuestion(asked, of_index=True) for asked, whole in others if whole.fullmatch(folded)), None)


def with_name(question: str, name: str, today: date) -> str | None:
    """A question for the articles that mention "him" or "it", with a name instead; None where it is no such one."""
    if len(_PRONOUN.findall(question)) != 1:
        return None
    named = _PRONOUN.sub(lambda _: name, question)
    asked = corpus_question_of(named, today)
    return named if asked and asked.phrase == name else None


def _narrowed(found: CorpusQuestion, rest: str, today: date) -> CorpusQuestion | None:
    """The question with what the rest of its words name; None where they are more than that."""
    frame = _FRAME.match(rest)
    if frame:
        found = replace(found, of_index=found.of_index or bool(frame["index"]))
        rest = rest[frame.end() :].strip()
    found, rest = _without_endings(found, rest, today)
    if not rest:
        return found
    if mentions := _MENTIONS.fullmatch(rest):
        found = _mentioning(found, mentions)
        return found if found.phrase else None
    both = _ORIGIN_AND_PHRASE.fullmatch(rest)
    mentions = both and _MENTIONS.fullmatch(both["mentions"])
    if both and mentions:
        found, rest = _without_endings(_mentioning(found, mentions), both["origin"], today)
        if not (found.phrase and rest):
            return found if found.phrase else None
    origin = _ORIGIN.fullmatch(rest)
    return replace(found, origin=origin["origin"]) if origin and not _VERB.search(origin["origin"]) else None


def _mentioning(found: CorpusQuestion, mentions: re.Match[str]) -> CorpusQuestion:
    """The question with what its articles mention, or are about."""
    quoted = _QUOTED.fullmatch(mentions["phrase"].strip())
    topic = not quoted and (found.asked is Asked.TOPIC or mentions["topic"] is not None)
    return replace(found, phrase=phrase_of(mentions["phrase"]), topic=topic)


def _without_endings(found: CorpusQuestion, rest: str, today: date) -> tuple[CorpusQuestion, str]:
    """The question with the periods, languages and asides that its words end with, and the words before them."""
    for _ in range(_ENDINGS):
        before = rest
        if ending := _ENDING.search(rest):
            found = replace(found, of_index=found.of_index or bool(ending["index"]))
            rest = rest[: ending.start()].rstrip()
        rest, period = without_period(rest, today)
        if period:
            found = replace(found, first=period.first or found.first, last=period.last or found.last)
        language = _LANGUAGE.search(rest)
        if language and (code := language_of_name(language["name"])):
            found, rest = replace(found, language=code), rest[: language.start()].rstrip()
        if frame := re.search(r"(?:^|\s)(?:do you have|are there|have you got|you have|there)$", rest, re.IGNORECASE):
            found = replace(found, of_index=found.of_index or "you" in frame[0].lower())
            rest = rest[: frame.start()].rstrip()
        if rest == before:
            break
    return found, rest


def phrase_of(text: str) -> str | None:
    """The phrase that a text names: what it quotes, or its words without a first "the" and a last "'s".

    None where it is a clause, or names nothing by itself, such as "him" and "his visit".
    """
    if quoted := _QUOTED.fullmatch(text.strip()):
        return (quoted[1] or quoted[2]).strip()
    text = text.strip(" ,;:")
    phrase = _POSSESSIVE.sub("", text[match.end() :] if (match := _ARTICLE.match(text)) else text)
    words = phrase.split()
    return phrase if words and len(words) <= _LONGEST and not _VERB.search(phrase) and _names_something(words) else None


def _names_something(words: Sequence[str]) -> bool:
    """Whether words name something without what was named before; words in capitals, such as IT, always do."""
    small = [fold_case(fold(word)) for word in words if len(word) == 1 or not word.isupper()]
    plain = len(small) == len(words) and all(word in DEFAULT.plain_words for word in small)
    return not plain and not _REFERS_BACK.search(" ".join(small))


@cache
def _patterns(language: str) -> list[tuple[Asked, re.Pattern[str]]]:
    """The patterns of a language, in the order in which they are tried; they match a whole folded question."""
    asks = LANGUAGES[language].asks_corpus
    return [(Asked(name), re.compile(fold(whole), re.IGNORECASE)) for name, wholes in asks.items() for whole in wholes]
