"""An article's particulars as a page shows them: its day, its age, its direction, and where its original stands."""

from datetime import date, datetime

from index.dates import age_in_words
from index.languages import primary_language

# Scripts written from right to left, by the language tags of BCP 47.
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"}
# Languages by their own names; another is shown by its tag.
_OWN_NAMES = {
    "ar": "العربية", "az": "Azərbaycanca", "de": "Deutsch", "en": "English", "es": "Español", "fa": "فارسی",
    "fr": "Français", "he": "עברית", "hi": "हिन्दी", "it": "Italiano", "ja": "日本語", "kk": "Қазақша",
    "nl": "Nederlands", "pl": "Polski", "pt": "Português", "ru": "Русский", "tr": "Türkçe", "uk": "Українська",
    "ur": "اردو", "uz": "Oʻzbekcha", "zh": "中文",
}  # fmt: skip


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
    return "rtl" if primary_language(language) in _RIGHT_TO_LEFT else "ltr"


def language_name(tag: str) -> str:
    """What a language is called in itself, or its tag."""
    return _OWN_NAMES.get(tag.lower(), tag)
