"""Text of a corpus that can be printed and stored whatever it holds."""


def printable(text: object) -> str:
    """The text, with everything escaped that is not a character, such as half of a surrogate pair."""
    return str(text).encode(errors="backslashreplace").decode()
