"""Links to articles: here, opened at a span, and to the original on the web, opened at the same words."""

from dataclasses import asdict
from urllib.parse import quote, urlencode, urlsplit

from rag.answer import AnswerLink, Citation, FoundPassage, NearDuplicate

_EXACT = 80  # characters: a longer quote is found by its first and last words, which keeps its address short
_ENDS = 5  # words at each end of such a quote
_UNIQUE = 40  # characters: a shorter quote may stand in several places, so the words around it are given too
_AROUND = 4  # of these words, on each side


def article_href(cited: Citation | FoundPassage | NearDuplicate) -> str:
    """The address of an article opened at a span; #cited scrolls there without a script."""
    span = urlencode({"start": cited.start, "end": cited.end, "version": cited.version})
    return f"/articles/{quote(cited.article_id, safe='')}?{span}#cited"


def answer_link_href(link: AnswerLink) -> str:
    """The address of what a link of an answer leads on to: an article, a question, or a list of articles."""
    if link.article_id is not None:
        return f"/articles/{quote(link.article_id, safe='')}"
    filters = [(name, value) for name, value in asdict(link.filters).items() if value is not None]
    if link.question is not None:
        return f"/?{urlencode([('q', link.question), *filters])}"
    parameters = urlencode([*filters, *([("mentions", link.mentions)] if link.mentions else [])])
    return f"/articles?{parameters}" if parameters else "/articles"


def safe_web_url(url: str | None) -> str | None:
    """The address if it begins with http or https: a javascript: link from a corpus never becomes a link."""
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
    directive = _text_directive(words, before, after)
    if address is None or not directive:
        return address
    address, _, fragment = address.partition("#")
    return f"{address}#{fragment.partition(':~:')[0]}:~:text={directive}"


def _text_directive(words: str, before: str, after: str) -> str:
    """The value of text=, which a browser looks for: the words, or their ends; "" if there is no word."""
    lines = [line.split() for line in words.splitlines() if line.strip()]
    if not lines:
        return ""
    first, last = lines[0], lines[-1]
    if len(lines) > 1 or (len(words) > _EXACT and len(first) > 2 * _ENDS):
        return f"{_encode(first[:_ENDS])},{_encode(last[-_ENDS:])}"
    if len(" ".join(first)) > _UNIQUE:
        return _encode(first)
    # The browser opens the first place that fits, so a few words need those around them on their line.
    prefix = before.rsplit("\n", 1)[-1].split()[-_AROUND:]
    suffix = after.split("\n", 1)[0].split()[:_AROUND]
    parts = [f"{_encode(prefix)}-"] if prefix else []
    parts += [_encode(first)]
    parts += [f"-{_encode(suffix)}"] if suffix else []
    return ",".join(parts)


def _encode(words: list[str]) -> str:
    """The words, percent-encoded; hyphens too, since one would mark the words as those around."""
    return quote(" ".join(words), safe="").replace("-", "%2D")
