"""The id of an article whose data states none: the same however often and in whatever order the corpus is read."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from index.parsers import Record

_SLUG_CHARACTERS = 60  # with four bytes each, and the hash, still a name that every file system takes
_ADDRESS = re.compile(r"https?://|tag:|urn:", re.IGNORECASE)


def address_id(address: str) -> str:
    """An id made from an address: its host and path to be readable, and a hash of the whole to be unique."""
    try:
        parts = urlsplit(address)
        host_and_path = f"{parts.hostname or ''} {parts.path}"
    except ValueError:  # it is no valid address, as a page may state without anybody having fetched it
        host_and_path = address
    digest = hashlib.sha256(address.encode(errors="backslashreplace")).hexdigest()[:12]
    return f"{_slug(unquote(host_and_path))[:_SLUG_CHARACTERS].strip('-')}-{digest}".lstrip("-")


def fallback_id(path: str, record: Record) -> str:
    """An id made from the record's key or, without a key, from its place in the file at `path` in the corpus.

    A key that is an address gives the same id in whatever file it stands; any other key counts within its file.
    """
    stem = Path(path).with_suffix("").as_posix()
    if record.key is None:
        return _slug(f"{stem} {record.line or ''}") or "article"
    return address_id(record.key if _ADDRESS.match(record.key) else f"{stem}/{record.key}")


def _slug(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")
