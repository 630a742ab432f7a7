"""Words of a question that were mistyped, and what an index writes instead. English only."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from index.engine.protocol import PassageIndex
from index.models.english_words import english_words
from index.types import Spelling
from rag.question.language import is_unknown_language, language_of
from rag.question.languages import DEFAULT
from rag.question.languages.english_grammar import IRREGULAR_VERBS
from rag.question.languages.folding import fold

# Between quotation marks, words are what they are.
_QUOTED_OR_WORD = re.compile(r"[\"“][^\"“”]*+[\"”]|[^\W_]++(?:['’][^\W_]++)*+")
_NAME_AFTER = re.compile(r"\s+[A-Z][a-z]")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Letters that sound alike or lie next to each other on a keyboard.
_ALIKE = [
    *map(frozenset, ("aeiouy", "gkqc", "szc", "vw", "bp", "dt", "fvp", "ijl", "mn")),
    *(frozenset(pair) for row in _ROWS for pair in pairwise(row)),
    *(frozenset(pair) for upper, lower in pairwise(_ROWS) for pair in zip(upper, lower, strict=False)),
]
_ENDING = re.compile(r"(?:s|es|d|ed|r|rs|er|ers|ing|ings|ly|ies|ied|ion|ions|al|ment|ness|able)$")
_LETTERS_OF_ENDING = 3  # a shorter one may be letters of a name
_MOST_UNKNOWN = 8  # words; each takes a few milliseconds over a million passages
_LEAST_LETTERS = 4  # of a word that is looked up
# The shorter of two words has so many letters where one of them is the other with one error, or with two.
_LETTERS_FOR_ONE, _LETTERS_FOR_TWO = 5, 8
_LETTERS_FOR_ANOTHER = 7  # of a word with a wrong letter, none being too many or too few
# Of two words that are as near, the more frequent is meant if it stands in so many times as many passages.
_FAR_MORE_FREQUENT = 3


@dataclass(frozen=True, slots=True)
class Respelt:
    """A question with its misspelt words corrected, and those words as they were typed, in order."""

    text: str
    misspelt: tuple[str, ...] = ()


def respelt(question: str, index: PassageIndex) -> Respelt:
    """The question with each word corrected that no passage holds, that is no common word, and that was mistyped.

    A word between quotation marks stays, and so does every word that has no near one, or several. A text with many
    unknown words is most likely about something else, and stays as it is.
    """
    if language_of(question) not in (None, DEFAULT.code) or is_unknown_language(question):
        return Respelt(question)
    unknown = [match[0] for match in _QUOTED_OR_WORD.finditer(question) if _is_unknown(match[0], index)]
    if len(unknown) > _MOST_UNKNOWN:
        return Respelt(question)
    misspelt: list[str] = []

    def corrected(match: re.Match[str]) -> str:
        word = match[0]
        meant = _asking_word(question, match.start(), word, index)
        if meant is None and word in unknown:
            meant = _meant(word, index, is_name=word[0].isupper() and match.start() > 0)
        if meant is None:
            return word
        misspelt.append(word)
        return meant

    return Respelt(_QUOTED_OR_WORD.sub(corrected, question), tuple(misspelt))


def as_typed(question: str, misspelt: tuple[str, ...]) -> str:
    """The question with its misspelt words in quotation marks, so that none is corrected when it is asked again."""
    words = set(misspelt)
    return _QUOTED_OR_WORD.sub(lambda match: f'"{match[0]}"' if match[0] in words else match[0], question)


def _asking_word(question: str, start: int, word: str, index: PassageIndex) -> str | None:
    """The question word that a question begins with, where it is mistyped; before a name it is one: Wen Jiabao."""
    if start or index.holds(word) or _NAME_AFTER.match(question, start + len(word)):
        return None
    return next((meant for meant, pattern in _asking_words() if pattern.match(fold(question))), None)


@cache
def _asking_words() -> list[tuple[str, re.Pattern[str]]]:
    return [(meant, DEFAULT.pattern(typed)) for meant, typed in DEFAULT.misspelt_asks.items()]


def _is_unknown(word: str, index: PassageIndex) -> bool:
    """Whether a word of several letters, and no abbreviation, is neither English nor in the index."""
    if len(word) < _LEAST_LETTERS or not (word.isascii() and word.isalpha()) or word[1:] != word[1:].lower():
        return False
    lower = word.lower()
    return not (_is_english(lower) or lower in DEFAULT.plain_words or index.holds(word))


def _meant(word: str, index: PassageIndex, *, is_name: bool) -> str | None:
    """The word of the passages that a word was meant to be; None where it may be what it is, or several."""
    errors = 2 if len(word) >= _LETTERS_FOR_TWO else 1
    near = [spelling for spelling in index.spellings_near(word, errors) if _is_mistyped(word, spelling)]
    if is_name:
        near = [spelling for spelling in near if spelling.text[0].isupper()]
    if word[0].isupper():
        near = [one for one in near if not one.text[0].isupper() or _is_same_name(word.lower(), one.text.lower())]
    if not near:
        return None
    best, *others = near
    rivals = [other for other in others if other.errors == best.errors and other.text.lower() != best.text.lower()]
    sure = all(best.passages >= _FAR_MORE_FREQUENT * rival.passages for rival in rivals)
    return best.text if sure else None


def _is_english(word: str) -> bool:
    """Whether a word is a common English one, or a form of such a word.

    "Rotations" is "rotation" with an ending, "memoranda" the plural of "memorandum", and "withheld" a past.
    """
    match = _ENDING.search(word)
    stems = {word, *(word[: match.start() + kept] for kept in range(2) if match)}
    forms = {form for stem in stems for form in (stem, f"{stem}e", f"{stem}y", stem.rstrip("i") + "y")}
    if word.endswith("a"):
        forms |= {f"{word[:-1]}um", f"{word[:-1]}on"}
    return not (forms.isdisjoint(english_words()) and forms.isdisjoint(_irregular_forms()))


@cache
def _irregular_forms() -> frozenset[str]:
    return frozenset(form for base, pasts in IRREGULAR_VERBS.items() for form in (base, *pasts))


def _is_same_name(typed: str, meant: str) -> bool:
    """Whether letters of a name are exchanged, left out or doubled; with another letter it is another name.

    Mirzoyev is not Mirzayev, nor Chengde Chengdu.
    """
    letters = iter(meant)
    left_out = all(letter in letters for letter in typed)
    return left_out or sorted(typed) == sorted(meant) or _without_doubles(typed) == _without_doubles(meant)


def _is_mistyped(word: str, spelling: Spelling) -> bool:
    """Whether the two words are too alike to be two words.

    A longer word with an ending is another word or another name: Hasanov and Hasanova. So are short words that differ
    in a letter: Iran and Iraq, Imran and Iran.
    """
    typed, meant = word.lower(), spelling.text.lower()
    shorter, longer = sorted((typed, meant), key=len)
    if longer.startswith(shorter) or not meant.isascii() or not _differ_as_typed(typed, meant):
        return False
    # An ending of both tells nothing: "acceding" is not "according".
    telling = len(shorter) - len(_common_ending(typed, meant))
    if spelling.errors > 1:
        return telling >= _LETTERS_FOR_TWO
    if telling >= _LETTERS_FOR_ONE:
        return True
    left_out = word.islower() and len(meant) > len(typed)  # "vist"
    return left_out or sorted(typed) == sorted(meant) or _without_doubles(typed) == _without_doubles(meant)


def _common_ending(typed: str, meant: str) -> str:
    """The ending of three letters or more that two words share; empty where they share none."""
    endings = [match[0] if (match := _ENDING.search(word)) else "" for word in (typed, meant)]
    return endings[0] if endings[0] == endings[1] and len(endings[0]) >= _LETTERS_OF_ENDING else ""


def _differ_as_typed(typed: str, meant: str) -> bool:
    """Whether words of the same length differ only in letters that are exchanged or easily taken for one another.

    So "pivot" is not "pilot", nor "latent" "latest", where an index lacks the first of them.
    """
    if len(typed) != len(meant) or sorted(typed) == sorted(meant):
        return True
    if len(typed) < _LETTERS_FOR_ANOTHER:
        return False  # "Brayn" may be a name, and is not "Braun"
    pairs = [{*pair} for pair in zip(typed, meant, strict=True) if pair[0] != pair[1]]
    return all(any(pair <= letters for letters in _ALIKE) for pair in pairs)


def _without_doubles(word: str) -> str:
    return word[:1] + "".join(letter for before, letter in pairwise(word) if letter != before)
