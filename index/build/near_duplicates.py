"""Texts that say nearly the same: wire stories, mirrored pages, and what was edited in one of them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Set
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from index.types import Rows

Signature = NDArray[np.uint32]  # (PERMUTATIONS,)
Signatures = NDArray[np.uint32]  # (n, PERMUTATIONS)

# At 0.9 a text of 140 words may have 3 of them replaced, one of 40 a single word, and a shorter one none.
# No two passages of xquad-en, squad2-dev and this project's corpus share a quarter of their pairs. Pages of
# MTRAG do: above 0.9 they are copies, from 0.5 to 0.85 each also says something of its own.
ALIKE = 0.9

# Bytes of a signature are four times as many; and the share of pairs from which two are compared word by word.
PERMUTATIONS = 64
CANDIDATE = 0.75
# Where fewer numbers of two signatures agree the texts are not read: of texts that share 0.9 of their pairs one in 40
# million is taken for another so.
AGREEING = 42
SCHEME = "affine32"
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio, as hashing by multiplication takes it (Knuth)

# What makes another fact of a text where it differs: numbers, written in English too, days and months.
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|half|dozens?|first|second|third"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_ALL_BUT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
# All punctuation but what makes another number of one: "-5", "–5" and "5%" are not 5. It is dropped at the
# ends of words only, since "5.5" is not 55. Beyond U+3100 NFKC leaves next to none.
_PUNCTUATION = "".join(
    char for char in map(chr, range(0x3100)) if unicodedata.category(char)[0] == "P" and char not in "-–%٪‰"
)
_NO_WORDS = {"", "-", "–", "--"}


def signatures(texts: Iterable[str]) -> Signatures:
    """A MinHash of each text's pairs of neighbouring words, (n, PERMUTATIONS) uint32.

    Source: datasketch, for Broder's "On the resemblance and containment of documents", 1997.
    """
    from datasketch import MinHash

    permutations = MinHash(PERMUTATIONS, scheme=SCHEME).permutations
    made = []
    for text in texts:
        minhash = MinHash(PERMUTATIONS, permutations=permutations, scheme=SCHEME)
        minhash.update_batch([f"{left} {right}".encode() for left, right in _Said(text).pairs])
        made.append(minhash.hashvalues)
    return np.array(made, dtype=np.uint32).reshape(-1, PERMUTATIONS)


def first_near_duplicates(hashed: Signatures, text_of: Callable[[int], str]) -> Rows:
    """For each of n texts the place of the first that says nearly the same, its own where none does, (n,) int64.

    `text_of` gives the text of a place, which is asked for only where the signatures are alike. Two texts say
    nearly the same where at least the share ALIKE of the words in either is in both, the same of the pairs of
    neighbouring words, and both hold the same numbers beside the same words. Case and punctuation do not
    count, and a text without a word is like no other.
    """
    from datasketch import MinHashLSH

    # The bands that find most; a copy missed is worse than a look in vain.
    bands = MinHashLSH(CANDIDATE, PERMUTATIONS, weights=(0.1, 0.9)).hashranges
    near = _Near(hashed, bands)
    digits = cache(lambda place: _Said(text_of(place)).digits)  # many pages of one form differ in these alone
    firsts = np.arange(len(hashed))
    for place in near.shared.tolist():  # the others are looked up, and found, by none
        likely = _agreeing(hashed, place, near.of(place))
        rivals = [rival for rival in likely if digits(rival) == digits(place)]
        said = _Said(text_of(place)) if rivals else None
        found = next((rival for rival in rivals if said and said.nearly(_Said(text_of(rival)))), None)
        if found is None:
            near.keep(place)
        else:
            firsts[place] = found
    return firsts


def _agreeing(hashed: Signatures, place: int, rivals: Rows) -> list[int]:
    """Those of the rivals of a place whose signatures are like enough its own."""
    alike: list[int] = rivals[(hashed[rivals] == hashed[place]).sum(axis=1) >= AGREEING].tolist()
    return alike


class _Near:
    """Which places were kept whose signature shares a whole band; arrays are far smaller than dictionaries."""

    def __init__(self, hashed: Signatures, bands: list[tuple[int, int]]) -> None:
        self._bands = np.arange(len(bands))
        # For each band and place where the group of that place begins, in what is sorted by the band.
        self._begin = np.empty((len(bands), len(hashed)), dtype=np.int32)
        shared = np.zeros(len(hashed), dtype=bool)
        for begin, columns in zip(self._begin, bands, strict=True):
            begin[:], together = _groups(hashed, columns)
            shared |= together
        self.shared = np.flatnonzero(shared)  # ascending
        self._kept = np.empty_like(self._begin)  # each group's, from where it begins
        self._count = np.zeros_like(self._begin)

    def of(self, place: int) -> Rows:
        """Those kept that share a band with a place, ascending."""
        begin = self._begin[:, place]
        ends = begin + self._count[self._bands, begin]
        pieces = [kept[first:end] for kept, first, end in zip(self._kept, begin, ends, strict=True)]
        return np.unique(np.concatenate(pieces)).astype(np.int64)

    def keep(self, place: int) -> None:
        """Find this place from now on."""
        begin = self._begin[:, place]
        self._kept[self._bands, begin + self._count[self._bands, begin]] = place
        self._count[self._bands, begin] += 1


def _groups(hashed: Signatures, columns: tuple[int, int]) -> tuple[Rows, NDArray[np.bool_]]:
    """For each place where its group of equal bands begins, when sorted, and whether there are others in it."""
    number = np.zeros(len(hashed), dtype=np.uint64)
    for column in range(*columns):  # two bands with one number between them are a look in vain
        number = number * _ODD + hashed[:, column]
    order = np.argsort(number)
    starts = np.flatnonzero(np.diff(number[order], prepend=~number[order[:1]]))
    sizes = np.diff(starts, append=len(number))
    begin, together = np.empty(len(number), dtype=np.int64), np.empty(len(number), dtype=bool)
    begin[order], together[order] = np.repeat(starts, sizes), np.repeat(sizes > 1, sizes)
    return begin, together


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

    def nearly(self, other: "_Said") -> bool:
        return (
            self.digits == other.digits
            and _share_at_least(ALIKE, self.vocabulary, other.vocabulary)
            and _share_at_least(ALIKE, self.pairs, other.pairs)
            and not any(_NUMBER.search(f"{left} {right}") for left, right in self.pairs ^ other.pairs)
        )


def _share_at_least(alike: float, one: Set[object], other: Set[object]) -> bool:
    """Whether at least the share `alike`, more than 0, of what is in either is in both."""
    if min(len(one), len(other)) < alike * max(len(one), len(other)):
        return False
    shared = len(one & other)
    return shared > 0 and shared >= alike * (len(one) + len(other) - shared)
