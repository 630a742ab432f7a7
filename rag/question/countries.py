"""The names of countries, so that one can stand in a question where another stood."""

import re
from functools import cache

from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold

_CODE_OF_A_COUNTRY = re.compile("[A-Z]{2}")


@cache
def countries_pattern(language: str) -> re.Pattern[str]:
    """A pattern of the names of countries in a language, whatever their case; it matches folded text.

    Source: the territories of the Unicode CLDR, by Babel, which has one name of each; others are known of the language.
    """
    from babel import Locale

    territories = Locale.parse(language).territories
    known = [name for code, name in territories.items() if _CODE_OF_A_COUNTRY.fullmatch(code)]
    names = sorted(map(fold, {*known, *LANGUAGES[language].countries}))
    # Of two names of which one begins the other, the longer is tried first.
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, reversed(names)))})\b", re.IGNORECASE)
