"""The fonts of a PDF page, weighed before the library holds them all at once."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from index.errors import RefusedError

if TYPE_CHECKING:
    from pypdf import PageObject

MOST_FONTS = 1_000  # names of fonts on one page, those in what it draws among them
MOST_CODES = 1_000_000  # characters that these map or measure, some 250 bytes each


class FontScale:
    """Refuses pages whose fonts take too much memory; a font is weighed once, however many pages and names it has."""

    def __init__(self) -> None:
        self._weights: dict[tuple[int, int], int] = {}

    def weigh(self, page: "PageObject") -> None:
        """Look at all the fonts of a page.

        Raises:
            RefusedError: they are too many, or too large together.
        """
        codes = 0
        for number, font in enumerate(_fonts(page.get("/Resources")), start=1):
            if number > MOST_FONTS:
                raise RefusedError(f"a page of it has more than {MOST_FONTS:,} fonts")
            codes += self._weight(font)
            if codes > MOST_CODES:
                raise RefusedError(f"the fonts of a page of it map more than {MOST_CODES:,} characters")

    def _weight(self, font: object) -> int:
        place = (getattr(font, "idnum", -1), getattr(font, "generation", -1))
        if place not in self._weights or place[0] < 0:  # one that lies in its page has no number
            self._weights[place] = _codes(_resolved(font))
        return self._weights[place]


def _codes(font: object) -> int:
    from pypdf.generic import DictionaryObject
    from pypdf.generic._font import Font

    if not isinstance(font, DictionaryObject):
        return 0
    try:
        read = Font.from_font_resource(font)
    except (AttributeError, TypeError):  # which the library passes over too
        return 0
    return len(read.character_map) + len(read.character_widths)


def _fonts(resources: object) -> Iterator[object]:
    """The fonts by name in resources, and in those of every form that these draw, each form once."""
    left, seen = [_resolved(resources)], set()
    while left:
        found = left.pop()
        if not isinstance(found, Mapping) or id(found) in seen:
            continue
        seen.add(id(found))
        yield from _raw_values(_resolved(found.get("/Font")))
        forms = map(_resolved, _raw_values(_resolved(found.get("/XObject"))))
        left += [_resolved(form.get("/Resources")) for form in forms if isinstance(form, Mapping)]


def _raw_values(found: object) -> list[object]:
    return list(found.values()) if isinstance(found, Mapping) else []


def _resolved(found: object) -> object:
    return getattr(found, "get_object", lambda: found)()
