"""Finding near-duplicates: wire stories, mirrored pages, and texts of which one is a small edit of another."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Set
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index.types import Rows

Signatures = NDArray[np.uint32]  # (n, PERMUTATIONS)

# The share of words, and of pairs of neighbouring words, that near-duplicates have in common. At 0.9 a text of 140
# words may have 3 of them replaced, one of 40 a single word, and a shorter one none.
# No two passages of xquad-en, squad2-dev and this project's corpus share a quarter of their pairs. Pages of MTRAG do:
# above 0.9 they are copies, from 0.5 to 0.85 each also says something of its own.
MIN_SHARED = 0.9

PERMUTATIONS = 64  # numbers in a signature, of four bytes each
CANDIDATE_SHARE = 0.75  # the share of common pairs from which two texts are most likely compared word by word
# Texts whose signatures agree in fewer numbers are not read. Of texts that share 0.9 of their pairs, this misses one
# in 40 million.
MIN_AGREEING = 42
SCHEME = "affine32"
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio, for hashing by multiplication (Knuth)

# A text that differs in one of these states another fact: numbers, those written as English words, days and months.
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|half|dozens?|first|second|third"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_ALL_BUT_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
# All punctuation but the marks that change a number: "-5", "–5" and "5%" are not 5. It is dropped only at the ends of
# words, since "5.5" is not 55. NFKC leaves almost no punctuation beyond U+3100.
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
    hashes = []
    for text in texts:
        minhash = MinHash(PERMUTATIONS, permutations=permutations, scheme=SCHEME)
        minhash.update_batch([f"{left} {right}".encode() for left, right in NormalisedText(text).pairs])
        hashes.append(minhash.hashvalues)
    return np.array(hashes, dtype=np.uint32).reshape(-1, PERMUTATIONS)


def first_near_duplicates(hashed: Signatures, text_of: Callable[[int], str]) -> Rows:
    """For each of n texts the position of the first that is nearly the same, its own where none is, (n,) int64.

    `hashed` holds their signatures. `text_of` gives the text at a position, and is called only where signatures are
    alike. Two texts are near-duplicates where they share at least MIN_SHARED of the words in either, at least as much
    of the pairs of neighbouring words, and the same numbers beside the same words. Case and punctuation do not count.
    A text without a word is no near-duplicate of any.
    """
    bands = CandidateBands(hashed)

    @cache
    def digits(position: int) -> bytes:  # many pages of one form differ in these alone
        return _normalise(text_of(position)).encode(errors="replace").translate(None, _ALL_BUT_DIGITS)

    firsts = np.arange(len(hashed))
    for position in bands.shared.tolist():
        candidates = bands.candidates(position)
        agreeing = candidates[(hashed[candidates] == hashed[position]).sum(axis=1) >= MIN_AGREEING].tolist()
        same_digits = [candidate for candidate in agreeing if digits(candidate) == digits(position)]
        first = None
        if same_digits:
            text = NormalisedText(text_of(position))
            first = next((each for each in same_digits if text.is_near(NormalisedText(text_of(each)))), None)
        if first is None:
            bands.add(position)
        else:
            firsts[position] = first
    return firsts


class CandidateBands:
    """Finds earlier positions whose signature has a whole band of numbers in common with another.

    It holds arrays, which take far less memory than dictionaries do.
    """

    def __init__(self, hashed: Signatures) -> None:
        """Group the positions by each band of their signatures; none is a candidate until it is added."""
        from datasketch import MinHashLSH

        # These weights choose the bands that find most: a missed duplicate is worse than a comparison in vain.
        bands = MinHashLSH(CANDIDATE_SHARE, PERMUTATIONS, weights=(0.1, 0.9)).hashranges
        self._bands = np.arange(len(bands))
        # For each band and position: where its group of equal bands begins when positions are sorted by that band.
        self._group_start = np.empty((len(bands), len(hashed)), dtype=np.int32)
        is_shared = np.zeros(len(hashed), dtype=bool)
        for group_start, columns in zip(self._group_start, bands, strict=True):
            value = np.zeros(len(hashed), dtype=np.uint64)
            for column in range(*columns):  # two bands that get one value cost a comparison in vain, and no more
                value = value * _ODD + hashed[:, column]
            order = np.argsort(value)
            starts = np.flatnonzero(np.diff(value[order], prepend=~value[order[:1]]))
            sizes = np.diff(starts, append=len(value))
            group_start[order] = np.repeat(starts, sizes)
            is_shared[order] |= np.repeat(sizes > 1, sizes)
        self.shared = np.flatnonzero(is_shared)  # ascending; the other positions can't be near-duplicates
        self._added = np.empty_like(self._group_start)  # the positions added to each group, from where it begins
        self._count = np.zeros_like(self._group_start)  # how many these are, where the group begins

    def candidates(self, position: int) -> Rows:
        """The positions added so far that share a band with this one, ascending."""
        starts = self._group_start[:, position]
        ends = starts + self._count[self._bands, starts]
        groups = [added[start:end] for added, start, end in zip(self._added, starts, ends, strict=True)]
        return np.unique(np.concatenate(groups)).astype(np.int64)

    def add(self, position: int) -> None:
        """Give this position as a candidate from now on."""
        starts = self._group_start[:, position]
        self._added[self._bands, starts + self._count[self._bands, starts]] = position
        self._count[self._bands, starts] += 1


class NormalisedText:
    """The words of a text, and its pairs of neighbouring words, without case and punctuation."""

    def __init__(self, text: str) -> None:
        # Most chunks are letters only and need not be stripped.
        chunks = (chunk if chunk.isalnum() else chunk.strip(_PUNCTUATION) for chunk in _normalise(text).split())
        words = [chunk for chunk in chunks if chunk not in _NO_WORDS]
        self.vocabulary = frozenset(words)
        # The empty string at both ends lets the first and the last word stand in as many pairs as the others.
        self.pairs = frozenset(zip(["", *words], [*words, ""], strict=True))

    def is_near(self, other: "NormalisedText") -> bool:
        """Whether the two texts share enough words and pairs, and differ in no pair that holds a number."""
        return (
            _share_enough(self.vocabulary, other.vocabulary)
            and _share_enough(self.pairs, other.pairs)
            and not any(_NUMBER.search(f"{left} {right}") for left, right in self.pairs ^ other.pairs)
        )


def _normalise(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _share_enough(first: Set[object], second: Set[object]) -> bool:
    """Whether at least MIN_SHARED of what is in either set is in both, and anything is."""
    if min(len(first), len(second)) < MIN_SHARED * max(len(first), len(second)):
        return False
    shared = len(first & second)
    return shared > 0 and shared >= MIN_SHARED * (len(first) + len(second) - shared)
