"""The words of each language that is known, one module a language.

Another language is one more module with its `LanguageWords`, and a line in `LANGUAGES`.
"""

import re

from index.languages import primary_language
from rag.question.languages.arabic import ARABIC
from rag.question.languages.azerbaijani import AZERBAIJANI
from rag.question.languages.english import ENGLISH
from rag.question.languages.persian import PERSIAN
from rag.question.languages.russian import RUSSIAN
from rag.question.languages.turkish import TURKISH
from rag.question.languages.urdu import URDU
from rag.question.languages.words import LanguageWords

LANGUAGES = {words.code: words for words in (ENGLISH, AZERBAIJANI, TURKISH, RUSSIAN, URDU, ARABIC, PERSIAN)}
DEFAULT = ENGLISH

_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_ARABIC_SCRIPT = re.compile("[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff]+")
# Letters that the other languages of the Arabic script lack.
_URDU_LETTER, _PERSIAN_LETTER = re.compile("[ٹڈڑںےۓ]"), re.compile("[پچژگ\u06cc\u06a9]")


def words_of(language: str | None, text: str = "") -> LanguageWords:
    """The words of a language (BCP 47); where it is not known, of that which the script of the text suggests.

    They are English words where the script suggests none, and where a language is known that has no words here.
    """
    if language is not None:
        return LANGUAGES.get(primary_language(language) or "", DEFAULT)
    return DEFAULT if text.isascii() else _by_script(text)


def _by_script(text: str) -> LanguageWords:
    latin = sum(char.isascii() and char.isalpha() for char in text)
    if sum(map(len, _CYRILLIC.findall(text))) > latin:
        return RUSSIAN
    if sum(map(len, _ARABIC_SCRIPT.findall(text))) <= latin:
        return DEFAULT
    if _URDU_LETTER.search(text):
        return URDU
    return PERSIAN if _PERSIAN_LETTER.search(text) else ARABIC
