"""The encoding of a page: by its byte order mark, else by its server, else by the page itself, else UTF-8."""

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
# Python knows more encodings than pages are written in, and some of them take hours to decode.
_OF_THE_WEB = re.compile(r"(cp|gb|koi8-|iso8859-|utf-16-?|mac-|big5|shift_jis|euc_|iso2022_)\w*")
_LARGER = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"}  # as browsers read them
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def charset_of(content_type: str) -> str | None:
    """The encoding that a Content-Type header names."""
    match = _CHARSET.search(content_type)
    return match[1] if match else None


def page_text(data: bytes, charset: str | None = None) -> str:
    """The text of a page; `charset` is the encoding that its server stated, which counts more than the page's own.

    Bytes that can't be decoded in a stated encoding become replacement characters, as in browsers.

    Raises:
        RefusedError: the page is a binary file, or states no encoding and is not UTF-8.
    """
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    encoding = encoding or _web_encoding(charset)
    if encoding is None and (match := _NAMED.search(data[:_HEAD])):
        encoding = _web_encoding((match[1] or match[2]).decode("ascii", "replace"))
        # The name was found by reading the bytes as ASCII, so the page can't be UTF-16, whatever it states.
        encoding = "utf-8" if encoding and encoding.startswith("utf-16") else encoding
    if encoding is None:
        return decode(data)
    text = data.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise RefusedError("it is a binary file (it holds a NUL byte)")
    return text


def _web_encoding(name: str | None) -> str | None:
    """Python's name of an encoding that pages are written in; None for any other name."""
    try:
        encoding = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return None
    encoding = _LARGER.get(encoding, encoding)
    return encoding if encoding == "utf-8" or _OF_THE_WEB.fullmatch(encoding) else None
