"""An article's particulars as a page shows them: its day, its age, its direction, and where its original stands."""

from datetime import date, datetime
from urllib.parse import quote, urlsplit

from index.dates import age_in_words
from index.engine.local.catalog import spoken

# Scripts written from right to left, by the language tags of BCP 47.
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}
# Languages by their own names; another is shown by its tag.
_OWN_NAMES = {
    "ar": "العربية", "az": "Azərbaycanca", "de": "Deutsch", "en": "English", "es": "Español", "fa": "فارسی",
    "fr": "Français", "he": "עברית", "hi": "हिन्दी", "it": "Italiano", "ja": "日本語", "kk": "Қазақша",
    "nl": "Nederlands", "pl": "Polski", "pt": "Português", "ru": "Русский", "tr": "Türkçe", "uk": "Українська",
    "ur": "اردو", "uz": "Oʻzbekcha", "zh": "中文",
}  # fmt: skip
_EXACT = 80  # characters: a longer quote is found by its first and last words, so that its address stays short
_ENDS = 5  # words at each end of such a quote
_PLAIN = 40  # characters: a shorter quote may stand in many places, and is told by the words around it
_AROUND = 4  # of these words, on each side


def day(moment: date) -> str:
    """A day as a person writes it: "23 November 2026"."""
    return f"{moment.day} {moment:%B %Y}"


def published_day(value: str | None) -> str | None:
    """The day of an ISO 8601 date or time."""
    return day(datetime.fromisoformat(value)) if value else None


def age(age_days: int | None, published: str | None, first_seen: str | None) -> str | None:
    """How old an article is, or since when an undated one is known."""
    if age_days is None:
        return None
    return age_in_words(age_days) if published else f"undated, first seen {published_day(first_seen)}"


def direction(language: str | None) -> str:
    """Which way a language is written: "ltr" or "rtl"."""
    return "rtl" if spoken(language) in _RIGHT_TO_LEFT else "ltr"


def language_name(tag: str) -> str:
    """What a language is called in itself, or its tag."""
    return _OWN_NAMES.get(tag.lower(), tag)


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web; a javascript: link from a corpus never becomes a link."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def original(url: str | None, words: str, before: str = "", after: str = "") -> str | None:
    """The address of an original on the web, opened at `words` by a text fragment.

    `before` and `after` are the text around them in the article.

    Source: WICG, URL Fragment Text Directives, https://wicg.github.io/scroll-to-text-fragment/
    """
    address = web_address(url)
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
