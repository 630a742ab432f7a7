"""Addresses: an article opened at a span, and its original on the web opened at the same words."""

from urllib.parse import quote, urlencode, urlsplit

from rag.answer import Citation, FoundPassage, NearDuplicate

_EXACT = 80  # characters: a longer quote is found by its first and last words, so that its address stays short
_ENDS = 5  # words at each end of such a quote
_PLAIN = 40  # characters: a shorter quote may stand in many places, and is told by the words around it
_AROUND = 4  # of these words, on each side


def article_href(cited: Citation | FoundPassage | NearDuplicate) -> str:
    """The address of an article opened at a span; #cited scrolls there without a script."""
    place = urlencode({"start": cited.start, "end": cited.end, "version": cited.version})
    return f"/articles/{quote(cited.article_id, safe='')}?{place}#cited"


def safe_web_url(url: str | None) -> str | None:
    """The address if it is one of the web; a javascript: link from a corpus never becomes a link."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def original_url(url: str | None, words: str, before: str = "", after: str = "") -> str | None:
    """The address of an original on the web, opened at `words` by a text fragment.

    `before` and `after` are the text around them in the article.

    Source: WICG, URL Fragment Text Directives, https://wicg.github.io/scroll-to-text-fragment/
    """
    address = safe_web_url(url)
    directive = _directive(words, before, after)
    if address is None or not directive:
        return address
    address, _, fragment = address.partition("#")
    return f"{address}#{fragment.partition(':~:')[0]}:~:text={directive}"


def _directive(words: str, before: str, after: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        return ""
    first, last = lines[0].split(), lines[-1].split()
    if len(lines) == 1 and (len(words) <= _EXACT or len(first) <= 2 * _ENDS):
        return _told_apart(" ".join(first), before, after)
    return f"{_encoded(' '.join(first[:_ENDS]))},{_encoded(' '.join(last[-_ENDS:]))}"


def _told_apart(words: str, before: str, after: str) -> str:
    """Words with those around them on their line where they are few: a fragment finds the first place that fits."""
    if len(words) > _PLAIN:
        return _encoded(words)
    prefix = before.rsplit("\n", 1)[-1].split()[-_AROUND:]
    suffix = after.split("\n", 1)[0].split()[:_AROUND]
    parts = [f"{_encoded(' '.join(prefix))}-"] if prefix else []
    parts += [_encoded(words)]
    parts += [f"-{_encoded(' '.join(suffix))}"] if suffix else []
    return ",".join(parts)


def _encoded(words: str) -> str:
    """Percent-encoded; a hyphen too, which would else mark words as those around."""
    return quote(words, safe="").replace("-", "%2D")
