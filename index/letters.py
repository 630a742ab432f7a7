"""Letters that are written for one another become one, before a text is divided into words.

Beside accents, which are folded once a word has its stem:

- Combining marks join the letter before them or are dropped; Arabic vowel marks and the tatweel are dropped.
- ى ی ے ئ ۓ become ي; ک becomes ك; أ إ آ ٱ become ا; ؤ becomes و; ة ہ ۀ ۂ ۃ become ه, but in Arabic ة stays, since the
  stemmer knows it as an ending. Arabic, Persian and Urdu keyboards write one where another is meant. ھ, which tells
  Urdu words apart, ں and the letters of one language alone stay.
- Arabic presentation forms, full-width and mathematical letters become the letters they stand for (their NFKC; not that
  of all characters, since the NFKC of 6½ is 61⁄2). ﷺ and ﷻ, formulas after a name that nobody searches, are dropped:
  written out, a text of them would be 18 times as long. Digits of the Arabic scripts become those of ASCII, and ё
  becomes е.
- İ becomes I, and ascii_fold makes i of ı later on. In Turkish and Azerbaijani I is the capital of ı.
"""

import re
import unicodedata
from collections.abc import Mapping
from itertools import chain

_MARK = re.compile("[\u0300-\u036f]")
_MARKED = re.compile("(.)([\u0300-\u036f])[\u0300-\u036f]*", re.DOTALL)
_VARIANTS = {
    "ىیےئۓ": "ي",
    "ک": "ك",
    "أإآٱ": "ا",
    "ؤ": "و",
    "ةہۀۂۃ": "ه",
    "ё": "е",
    "Ё": "Е",
    "İ": "I",
}
_DROPPED = chain(
    range(0x0300, 0x0370),
    range(0x0610, 0x061B),  # Arabic marks, here and below
    range(0x064B, 0x0660),
    (0x0640, 0x0670),
    range(0x06D6, 0x06DD),
    range(0x06DF, 0x06E9),
    range(0x06EA, 0x06EE),
    (0xFDFA, 0xFDFB),  # ﷺ and ﷻ
    (0x061C, 0x200D, 0x200E, 0x200F, 0xFEFF),  # marks of direction, joiners
)
_FORMS = chain(
    range(0xFB50, 0xFE00),  # Arabic presentation forms, here and in the next line
    range(0xFE70, 0xFEFD),
    range(0xFF00, 0xFFF0),
    range(0x1D400, 0x1D800),
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(_DROPPED)
    for letters, folded in _VARIANTS.items():
        table |= dict.fromkeys(map(ord, letters), folded)
    for zero in (0x0660, 0x06F0):
        table |= {zero + digit: str(digit) for digit in range(10)}
    for form in map(chr, _FORMS):
        meant = unicodedata.normalize("NFKC", form)
        if meant != form and ord(form) not in table:
            # Forms of a mark alone stand on a space or a tatweel.
            table[ord(form)] = meant.translate(table).strip()
    return table


# Scripts that put no space between words, and Korean, which puts none between a word and its particles.
_JOINING = re.compile(
    "[\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)

Letters = Mapping[int, str | None]  # as str.translate takes it; all but TURKIC leave ASCII as it is
LETTERS: Letters = _table()
ARABIC: Letters = {letter: folded for letter, folded in LETTERS.items() if letter != ord("ة")}
TURKIC: Letters = {**LETTERS, ord("I"): "ı", ord("İ"): "i"}


def fold_letters(text: str, letters: Letters = LETTERS) -> str:
    """The text with each letter replaced by the one it stands for: LETTERS, or ARABIC or TURKIC in such a language."""
    if text.isascii() and letters is not TURKIC:
        return text
    if _MARK.search(text):
        text = _MARKED.sub(_composed, text)
    return text.translate(letters)


def _composed(marked: re.Match[str]) -> str:
    """A letter with the first of its marks as one character or, where there is none such, the letter alone."""
    composed = unicodedata.normalize("NFC", marked[1] + marked[2])
    return composed if len(composed) == 1 else marked[1]


def joins_words(text: str) -> bool:
    """Whether a text has letters of a script whose words are not divided here, such as Chinese, Japanese or Thai.

    Where such a word stands in a text, it is found only if nothing is written beside it.
    """
    return _JOINING.search(fold_letters(text)) is not None
