"""The fonts of a PDF page, weighed before the library holds the character maps of all of them at once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from index.errors import RefusedError

if TYPE_CHECKING:
    from pypdf import PageObject

MOST_FONTS = 1_000  # names of fonts on one page, with those of the forms that it draws
MOST_CODES = 1_000_000  # characters that the fonts of one page map or measure, some 250 bytes each
# The library gives up on a page when one of its fonts maps more characters, or one measures more, than this.
_MOST_OF_ONE_FONT = 100_000
_ENCODED = 256  # characters that the encoding of a font names without a character map
_SECTION = re.compile(rb"(?:begin|end)bf(?:char|range)|<<|>>")
_HEXADECIMAL = re.compile(rb"<([^<>]*)>")


class FontScale:
    """Refuses pages whose fonts take too much memory.

    A font counts for each of its names, but is weighed only once for all names and pages.
    """

    def __init__(self) -> None:
        self._weights: dict[tuple[object, int, int], int] = {}

    def weigh(self, page: "PageObject", check_time: Callable[[], None]) -> None:
        """Weigh all fonts of a page, and call `check_time` before each.

        Raises:
            RefusedError: they are too many, or too large together.
        """
        codes = 0
        for number, font in enumerate(_fonts(page.get("/Resources")), start=1):
            if number > MOST_FONTS:
                raise RefusedError(f"a page of it has more than {MOST_FONTS:,} fonts")
            check_time()
            codes += self._once(self._font_codes, font)
            if codes > MOST_CODES:
                raise RefusedError(f"the fonts of a page of it map more than {MOST_CODES:,} characters")

    def _once(self, count: Callable[[object], int], reference: object) -> int:
        """The count for an object. It is kept by the object's number; one that stands inside another has no number."""
        number, generation = getattr(reference, "idnum", -1), getattr(reference, "generation", -1)
        key = (count, number, generation)
        if key not in self._weights or number < 0:
            self._weights[key] = count(_resolve(reference))
        return self._weights[key]

    def _font_codes(self, font: object) -> int:
        """The number of characters that a font maps or measures, at most."""
        if not isinstance(font, Mapping):
            return 0
        codes = _ENCODED + min(self._once(mapped_codes, font.get("/ToUnicode")), _MOST_OF_ONE_FONT)
        codes += min(len(_array(font.get("/Widths"))), _MOST_OF_ONE_FONT)
        for descendant in map(_resolve, _array(font.get("/DescendantFonts"))):
            if isinstance(descendant, Mapping):
                codes += min(measured_codes(_array(descendant.get("/W"))), _MOST_OF_ONE_FONT)
        descriptor = _resolve(font.get("/FontDescriptor"))
        if isinstance(descriptor, Mapping):
            # The program of a Type 1 font names characters in lines such as: dup 65 /A put.
            codes += _data(descriptor.get("/FontFile")).partition(b"eexec")[0].count(b"dup")
        return codes


def mapped_codes(character_map: object) -> int:
    """The number of characters that a /ToUnicode stream maps, at most.

    Its lines and sections begin and end where the library lets them. A line of a range counts as the range or as its
    words, whichever is more: it may continue a list, and the library may have given that list up.
    """
    codes, in_ranges, in_characters = 0, False, False
    for line in _lines(_data(character_map)):
        if b"beginbfrange" in line or b"endbfrange" in line:
            in_ranges = b"beginbfrange" in line
        elif b"beginbfchar" in line or b"endbfchar" in line:
            in_characters = b"beginbfchar" in line
        elif in_ranges:
            words = line.split()
            codes += max(len(words), _range_size(words))
        elif in_characters:
            codes += len(line.split()) // 2  # in pairs: a character's code and its text
    return codes


def _lines(character_map: bytes) -> Iterator[bytes]:
    """The lines of a character map as the library divides it, without comments; `<00 41>` is the word 0041."""
    text = b"<" + _SECTION.sub(rb"\n\g<0>\n", character_map).replace(b"<<", b"").replace(b">>", b"")
    text = _HEXADECIMAL.sub(lambda string: b" " + (string[1].replace(b" ", b"") if string[1] else b".") + b" ", text)
    text = text.replace(b"<", b" ").replace(b"[", b" [ ").replace(b"]", b" ]\n").replace(b"\r", b"\n")
    return (line for line in text.split(b"\n") if not line.lstrip(b" \t").startswith(b"%"))


def _range_size(words: Sequence[bytes]) -> int:
    """How many characters `first last text` maps; 0 for a line that is no range, and for one with a list."""
    if len(words) < 3 or words[2] == b"[":
        return 0
    try:
        return max(0, int(words[1], 16) - int(words[0], 16) + 1)
    except ValueError:  # not hexadecimal; the library skips such a line
        return 0


def measured_codes(widths: Sequence[object]) -> int:
    """The number of characters that a /W array measures.

    It holds `first [width …]` and `first last width`; anything else is skipped, as the library does.
    """
    codes = position = 0
    while position < len(widths):
        first, second, third, *_ = [*map(_resolve, widths[position : position + 3]), None, None]
        if isinstance(first, int | float) and isinstance(second, Sequence):
            codes += len(second)
            position += 2
        elif isinstance(first, int | float) and isinstance(second, int | float) and isinstance(third, int | float):
            codes += max(0, int(second) - int(first) + 1)
            position += 3
        else:
            position += 1
    return codes


def _fonts(resources: object) -> Iterator[object]:
    """The fonts in resources, one for each name, and in those of every form that these draw, each form once."""
    queue, seen = [_resolve(resources)], set()
    while queue:
        current = queue.pop()
        if not isinstance(current, Mapping) or id(current) in seen:
            continue
        seen.add(id(current))
        yield from _values(current.get("/Font"))
        forms = map(_resolve, _values(current.get("/XObject")))
        queue += [_resolve(form.get("/Resources")) for form in forms if isinstance(form, Mapping)]


def _values(reference: object) -> list[object]:
    """The values of a dictionary, which may be references themselves."""
    dictionary = _resolve(reference)
    return list(dictionary.values()) if isinstance(dictionary, Mapping) else []


def _array(reference: object) -> Sequence[object]:
    array = _resolve(reference)
    return array if isinstance(array, list) else ()


def _data(reference: object) -> bytes:
    """The unpacked bytes of a stream; empty for anything else."""
    from pypdf.generic import DecodedStreamObject, EncodedStreamObject

    stream = _resolve(reference)
    return stream.get_data() if isinstance(stream, DecodedStreamObject | EncodedStreamObject) else b""


def _resolve(reference: object) -> object:
    return getattr(reference, "get_object", lambda: reference)()
