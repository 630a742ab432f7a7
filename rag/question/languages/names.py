"""What languages are called in English, and what they call themselves."""

from index.languages import primary_language

# By primary subtag (BCP 47): the name in English, and the language's own.
_NAMES = {
    "ar": ("Arabic", "العربية"),
    "az": ("Azerbaijani", "Azərbaycanca"),
    "de": ("German", "Deutsch"),
    "en": ("English", "English"),
    "es": ("Spanish", "Español"),
    "fa": ("Persian", "فارسی"),
    "fr": ("French", "Français"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "kk": ("Kazakh", "Қазақша"),
    "nl": ("Dutch", "Nederlands"),
    "pl": ("Polish", "Polski"),
    "pt": ("Portuguese", "Português"),
    "ru": ("Russian", "Русский"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "ur": ("Urdu", "اردو"),
    "uz": ("Uzbek", "Oʻzbekcha"),
    "zh": ("Chinese", "中文"),
}


def english_name(tag: str | None) -> str | None:
    """The English name of a language, whatever its region or script; None where it is not known."""
    names = _NAMES.get(primary_language(tag) or "")
    return names[0] if names else None


def own_name(tag: str) -> str:
    """What a language calls itself, or its tag; a tag with a region or a script stays a tag."""
    names = _NAMES.get(tag.lower())
    return names[1] if names else tag


def language_of_name(name: str) -> str | None:
    """The code of the language with this name, in English or in itself, whatever its case; None where it is unknown."""
    sought = name.casefold()
    return next((code for code, names in _NAMES.items() if sought in map(str.casefold, names)), None)
