"""Which encoding a page is in: what its mark says, else its server, else the page itself, else UTF-8."""

import codecs
import re

from index.errors import RefusedError
from index.parsers.record import decode

_HEAD = 4096  # bytes in which a page must name its encoding; browsers look at 1024
_NAMED = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{1,200}?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s\"';,]+)", re.IGNORECASE)
# Python knows more by name than pages are written in, and some of that takes hours to decode.
_OF_THE_WEB = re.compile(r"(cp|gb|koi8-|iso8859-|utf-16-?|mac-|big5|shift_jis|euc_|iso2022_)\w*")
_LARGER = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"}  # as browsers read them
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def charset_of(content_type: str) -> str | None:
    """The encoding that a Content-Type header names."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def page_text(data: bytes, charset: str | None = None) -> str:
    """The text of a page; `charset` is what its server said, which goes before the page's own word.

    What can't be decoded in an encoding that is named becomes a replacement character, as in browsers.

    Raises:
        RefusedError: it is a binary file, or names no encoding and is not UTF-8.
    """
    encoding = _marked(data) or _web_encoding(charset) or _own_encoding(data)
    if encoding is None:
        return decode(data)
    text = data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise RefusedError("it is a binary file (it holds a NUL byte)")
    return text


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)


def _own_encoding(data: bytes) -> str | None:
    found = _NAMED.search(data[:_HEAD])
    named = (found[1] or found[2]).decode("ascii", "replace") if found else None
    encoding = _web_encoding(named)
    # What was found by reading ASCII is no UTF-16, whatever it says.
    return "utf-8" if encoding and encoding.startswith("utf-16") else encoding


def _web_encoding(named: str | None) -> str | None:
    try:
        encoding = codecs.lookup(named).name if named else ""
    except (LookupError, ValueError):
        return None
    encoding = _LARGER.get(encoding, encoding)
    return encoding if encoding == "utf-8" or _OF_THE_WEB.fullmatch(encoding) else None
