"""Language tags (BCP 47)."""

import re


def primary_language(tag: str | None) -> str | None:
    """The primary subtag in lower case: "en" of en-GB, EN_us and en; None of None."""
    return None if tag is None else re.split("[-_]", tag.strip(), maxsplit=1)[0].casefold()
