"""One form for letters and digits that are written in several ways, so that words are found however they are typed."""

_DIGITS = {ord(zero) + value: str(value) for zero in "٠۰" for value in range(10)}
# Between digits only, they are the marks of a decimal and of thousands.
_MARKS = {ord("٫"): ".", ord("٬"): ","}
# Persian and Urdu forms of Arabic letters, which keyboards exchange, and letters that are typed without their hamza.
_FORMS = {"ا": "أإآٱ", "ه": "ةہۂۀھ", "ک": "ك", "و": "ؤ", "ی": "يىئ"}
_LETTERS = {ord(form): letter for letter, forms in _FORMS.items() for form in forms}
# Vowel marks, the lengthening stroke and the joiners, which are typed or left out as one likes.
_UNWRITTEN = dict.fromkeys([*range(0x064B, 0x0660), 0x0670, 0x0640, 0x200C, 0x200D])
_NUMERALS = _DIGITS | _MARKS
_FOLDED = _DIGITS | _MARKS | _LETTERS | _UNWRITTEN


def fold_digits(text: str) -> str:
    """The text with Arabic and Persian digits, and the marks between them, as 0 to 9, full stop and comma."""
    return text if text.isascii() else text.translate(_NUMERALS)


def fold(text: str) -> str:
    """The text with the digits 0 to 9 and with one form of each Arabic letter, without vowel marks.

    Offsets may change. The case stays; a pattern that ignores it takes i, ı, I and İ for one letter.
    """
    return text if text.isascii() else text.translate(_FOLDED)


def fold_case(text: str) -> str:
    """The text in lower case, with one i: "İlham" and "ILHAM" are "ilham", and "Işıq" is "işiq"."""
    return text.replace("İ", "i").replace("ı", "i").casefold()
