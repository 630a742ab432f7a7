"""Texts that say nearly the same: wire stories, mirrored pages, and what was edited in one of them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence, Set
from functools import cached_property

# At 0.9 a text of 140 words may have 3 of them replaced, one of 40 a single word, and a shorter one none.
# No two passages of xquad-en, squad2-dev and this project's corpus share a quarter of their pairs. Pages of
# MTRAG do: above 0.9 they are copies, from 0.5 to 0.85 each also says something of its own.
ALIKE = 0.9

_NUMBER = re.compile(r"\d")
_ALL_BUT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
# All punctuation but what makes another number of one: "-5", "–5" and "5%" are not 5. It is dropped at the
# ends of words only, since "5.5" is not 55. Beyond U+3100 NFKC leaves next to none.
_PUNCTUATION = "".join(
    char for char in map(chr, range(0x3100)) if unicodedata.category(char)[0] == "P" and char not in "-–%٪‰"
)
_NO_WORDS = {"", "-", "–", "--"}


def group_copies(texts: Sequence[str], alike: float = ALIKE) -> list[list[int]]:
    """The places of texts that say nearly the same, in groups; each group, and their order, is by its first.

    A text joins the first group whose first text it is alike to: at least the share `alike` of the words in
    either is in both, the same of the pairs of neighbouring words, and both hold the same numbers beside the
    same words. Case and punctuation do not count, and a text without a word is like no other. Where `alike`
    is more than 1, every text is alone.

    Source: Broder, "On the resemblance and containment of documents", 1997, with shingles of one and two words.
    """
    groups: list[list[int]] = []
    firsts: dict[bytes, list[tuple[_Said, list[int]]]] = defaultdict(list)
    for place, text in enumerate(texts):
        said = _Said(text)
        rivals = firsts[said.digits]
        group = next((group for first, group in rivals if said.nearly(first, alike)), None)
        if group is None:
            group = []
            groups.append(group)
            rivals.append((said, group))
        group.append(place)
    return groups


class _Said:
    """A text without its case and punctuation; what takes longer to know is found when it is asked for."""

    def __init__(self, text: str) -> None:
        self._text = unicodedata.normalize("NFKC", text).casefold()
        self.digits = self._text.encode(errors="replace").translate(None, _ALL_BUT_DIGITS)

    @cached_property
    def words(self) -> list[str]:
        # Most are letters only, and need not be stripped.
        words = (chunk if chunk.isalnum() else chunk.strip(_PUNCTUATION) for chunk in self._text.split())
        return [word for word in words if word not in _NO_WORDS]

    @cached_property
    def vocabulary(self) -> Set[str]:
        return frozenset(self.words)

    @cached_property
    def pairs(self) -> Set[tuple[str, str]]:
        # The first and the last word stand in as many pairs as the others.
        return frozenset(zip(["", *self.words], [*self.words, ""], strict=True))

    def nearly(self, other: "_Said", alike: float) -> bool:
        return (
            _share_at_least(alike, self.vocabulary, other.vocabulary)
            and _share_at_least(alike, self.pairs, other.pairs)
            and not any(_NUMBER.search(left + right) for left, right in self.pairs ^ other.pairs)
        )


def _share_at_least(alike: float, one: Set[object], other: Set[object]) -> bool:
    """Whether at least the share `alike`, more than 0, of what is in either is in both."""
    if min(len(one), len(other)) < alike * max(len(one), len(other)):
        return False
    shared = len(one & other)
    return shared > 0 and shared >= alike * (len(one) + len(other) - shared)
