"""Text becomes the words that are indexed, by the language it is written in."""

from collections.abc import Callable
from itertools import takewhile

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.languages import primary_language
from index.letters import ARABIC, LETTERS, TURKIC, Letters, fold_letters

Analyze = Callable[[str], list[str]]

ENGLISH, PLAIN, AZERBAIJANI = "english", "plain", "azerbaijani"
# An index made with another number is made again by the next build. 1 was English for every language, without letters
# folded; 2 wrote ﷺ out.
VERSION = "3"
# The languages that Tantivy has a stemmer for; Tamil is left out, since its words are not divided at letters. Hit@1 of
# BM25 for 1,388 Arabic questions (ARCD) over their 460 passages was 0.536 by English, 0.627 with letters folded, and
# 0.684 with the stemmer.
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": ENGLISH,
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_UNSTATED = (None, "", "und", "mul")
# Of the others the stemmers know accents, which are folded after them. No accent of Arabic, Russian or Greek is folded.
_FOLD_FIRST = {ENGLISH, PLAIN, "arabic", "russian", "greek"}
_CHANGED = 2  # letters at the end of a word that a stemmer may replace: Turkish kabı becomes kap
_E_FOR_SCHWA = str.maketrans("ə", "e")
# Letters that are left of a Turkic word. With fewer, deniz, the sea, would become de, which most texts hold.
_SHORTEST = 3


def analyzer_name(language: str | None) -> str:
    """The analyzer for articles in a language (BCP 47): ENGLISH where none is stated, PLAIN where there is no other.

    PLAIN folds letters and accents and stems nothing. Persian and Urdu have it: taking plural endings off Persian
    words moved hit@1 of BM25 for 2,009 questions (PQuAD) from 0.918 to 0.919; it was 0.909 without letters folded.
    """
    language = primary_language(language)
    if language in _UNSTATED:
        return ENGLISH
    return AZERBAIJANI if language == "az" else _STEMMERS.get(str(language), PLAIN)


def analyzer(name: str) -> Analyze:
    """The analyzer of that name: the words of a text, in order.

    Raises:
        ValueError: there is none.
    """
    if name == ENGLISH:
        return _folding(_english())
    if name == PLAIN:
        return _folding(_chain(Filter.ascii_fold(), Filter.lowercase()))
    if name in ("turkish", AZERBAIJANI):
        return _turkic(keeps_letters=name == AZERBAIJANI)
    # These stemmers know accents.
    stemming = _chain(Filter.lowercase(), Filter.stemmer(name), Filter.ascii_fold())
    return _folding(stemming, ARABIC if name == "arabic" else LETTERS)


def stems_before_folding(name: str) -> bool:
    """Whether an analyzer may give a word without its accents another term than the same word with them."""
    return name not in _FOLD_FIRST


def can_be_term_of(term: str, word: str) -> bool:
    """Whether a term can be what a stemmer leaves of a word, both folded: it changes the last letters at most."""
    shared = sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(term, word, strict=False)))
    return len(term) - shared <= _CHANGED


def spellings(word: str) -> list[str]:
    """A word as the plain analyzer has it, and in the other spelling that the Arabic analyzer tells from it."""
    return [word, f"{word[:-1]}ة"] if word.endswith("ه") else [word]


def first_version_analyzer() -> Analyze:
    """The analyzer of every text in an index that was made before there were others."""
    return _english().analyze


def _english() -> TextAnalyzer:
    # Folding comes before lower-casing, which leaves a combining dot in "İlham", so that "Ilham" would not find it.
    return _chain(Filter.ascii_fold(), Filter.lowercase(), Filter.stemmer(ENGLISH))


def _chain(*filters: Filter) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(64), *filters):
        builder = builder.filter(step)
    return builder.build()


def _folding(words: TextAnalyzer, letters: Letters = LETTERS) -> Analyze:
    return lambda text: words.analyze(fold_letters(text, letters))


def _turkic(*, keeps_letters: bool) -> Analyze:
    """Turkish; and, with `keeps_letters`, Azerbaijani by the Turkish stemmer, which sees e for ə.

    The stemmer runs twice, since it takes from some words what looks like an ending. In Azerbaijani it only says how
    much of a word is left. Of 111 forms of 20 Turkish words, 92 get the term of their word: 86 by the stemmer once, and
    55 where accents are folded before it. Of 115 forms of 21 Azerbaijani words it is 97, and none without a stemmer.
    """
    divided, folded = _chain(Filter.lowercase()), _chain(Filter.ascii_fold())
    stemmed = _chain(Filter.lowercase(), Filter.stemmer("turkish"), Filter.stemmer("turkish"))

    def term(word: str, stem: str) -> str:
        length = max(_SHORTEST, len(stem))
        return word[:length] if keeps_letters or length > len(stem) else stem

    def analyze(text: str) -> list[str]:
        words = divided.analyze(fold_letters(text, TURKIC))
        stems = stemmed.analyze(" ".join(words).translate(_E_FOR_SCHWA))
        return folded.analyze(" ".join(map(term, words, stems)))

    return analyze
