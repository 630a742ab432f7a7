"""The text that is embedded for a passage."""

import hashlib


def embedding_text(title: str, text: str) -> str:
    """The article's title, and the passage's text on the next line.

    The title is there because the passage alone does not always name what its article is about.
    """
    return f"{title}\n{text}"


def text_hash(text: str) -> str:
    """A sha256 of the text, in hexadecimal: the key by which the text's vector is reused."""
    return hashlib.sha256(text.encode()).hexdigest()
