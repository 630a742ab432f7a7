"""One form for letters and digits that are written in several ways, so that words are found however they are typed."""

from index.letters import fold_letters

_DIGITS = {ord(zero) + value: str(value) for zero in "٠۰" for value in range(10)}
# Between digits only, they are the marks of a decimal and of thousands.
_MARKS = {ord("٫"): ".", ord("٬"): ","}
_NUMERALS = _DIGITS | _MARKS


def fold_digits(text: str) -> str:
    """The text with Arabic and Persian digits, and the marks between them, as 0 to 9, full stop and comma."""
    return text if text.isascii() else text.translate(_NUMERALS)


def fold(text: str) -> str:
    """The text with its letters as an index folds them, with the digits 0 to 9 and the marks between them.

    Offsets may change. The case stays; a pattern that ignores it takes i, ı, I and İ for one letter.
    """
    return text if text.isascii() else fold_letters(text).translate(_MARKS)


def fold_case(text: str) -> str:
    """The text in lower case, with one i: "İlham" and "ILHAM" are "ilham", and "Işıq" is "işiq"."""
    return text.replace("İ", "i").replace("ı", "i").casefold()
