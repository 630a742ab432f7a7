"""The id of an article that has none in its data: the same however often and in whatever order it is read."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from index.parsers import Record

_SLUG = 60  # characters: with four bytes each, and the hash, still a name that every file system takes
_ADDRESS = re.compile(r"https?://|tag:|urn:", re.IGNORECASE)


def address_id(address: str) -> str:
    """The id of what an address names: its host and path to read, and a hash of the whole to be its own."""
    try:
        parts = urlsplit(address)
        words = f"{parts.hostname or ''} {parts.path}"
    except ValueError:  # no address, which a page's may be that nobody fetched
        words = address
    digest = hashlib.sha256(address.encode(errors="backslashreplace")).hexdigest()[:12]
    return f"{_words(unquote(words))[:_SLUG].strip('-')}-{digest}".lstrip("-")


def made_id(name: str, record: Record) -> str:
    """From what names the record wherever it stands, else from its place.

    What is no address, such as a number, names it only in its own file.
    """
    stem = Path(name).with_suffix("").as_posix()
    if record.key is None:
        return _words(f"{stem} {record.line or ''}") or "article"
    return address_id(record.key if _ADDRESS.match(record.key) else f"{stem}/{record.key}")


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")
