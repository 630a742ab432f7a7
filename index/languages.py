"""Language tags (BCP 47)."""

import re


def primary_language(tag: str | None) -> str | None:
    """The primary subtag in lower case, such as "en" for en-GB, EN_us and en; None for None."""
    return None if tag is None else re.split("[-_]", tag.strip(), maxsplit=1)[0].casefold()
