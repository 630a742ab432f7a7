"""The text that is embedded for a passage."""

import hashlib


def embedding_text(title: str, text: str) -> str:
    """A passage's text below its article's title, since the words alone do not always name what the article is about."""
    return f"{title}\n{text}"


def text_hash(text: str) -> str:
    """A sha256, in hexadecimal; the key by which a vector is reused."""
    return hashlib.sha256(text.encode()).hexdigest()
