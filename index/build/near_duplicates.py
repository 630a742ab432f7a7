"""Finding near-duplicates: wire stories, mirrored pages, and texts of which one is a small edit of another."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from functools import lru_cache
from hashlib import blake2b

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
# So many texts that are nearly alike, and have the same numbers, are compared with each further one. More are found in
# copies of one form alone.
MOST_COMPARED = 32
MOST_IN_GROUP = 256  # texts that have a band of their signatures in common, from which those are chosen
CACHED = 2_000  # texts whose words are kept while others are compared with them, some 20 KB each
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

    Among very many texts of one form and with the same numbers a near-duplicate may be missed, but never a text with
    the same words in the same order.
    """
    firsts = np.arange(len(hashed))
    alike = _positions_in_groups(hashed)  # the other positions can't be near-duplicates
    normalised = lru_cache(CACHED)(lambda index: NormalisedText(text_of(int(alike[index]))))
    # Pages of one form often differ in their numbers alone, and must not be compared all with all.
    facts = np.array([normalised(index).facts_hash() for index in range(len(alike))], dtype=np.uint64)
    hashed = hashed[alike]
    bands = CandidateBands(hashed, facts)
    for index in range(len(alike)):
        text = normalised(index)
        candidates = bands.candidates(index)
        agreeing = (hashed[candidates] == hashed[index]).sum(axis=1)
        # The likeliest are compared, earlier ones first.
        likeliest = np.argsort(-agreeing, kind="stable")[:MOST_COMPARED]
        likeliest = np.sort(likeliest[agreeing[likeliest] >= MIN_AGREEING])
        first = next((other for other in candidates[likeliest].tolist() if text.is_near(normalised(other))), None)
        if first is None:
            bands.add(index)
        else:
            firsts[alike[index]] = alike[first]
    return firsts


def _positions_in_groups(hashed: Signatures) -> Rows:
    """The positions whose signature has a whole band of numbers in common with another, ascending."""
    in_group = np.zeros(len(hashed), dtype=bool)
    for values in _band_values(hashed):
        _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
        in_group |= sizes[group] > 1
    return np.flatnonzero(in_group)


def _band_values(hashed: Signatures) -> Iterator[NDArray[np.uint64]]:
    """A number for each band of each signature, and at last one for each whole signature, (n,) each.

    Two bands that get one number cost a comparison in vain, and no more.
    """
    from datasketch import MinHashLSH

    # These weights choose the bands that find most: a missed duplicate is worse than a comparison in vain.
    bands = MinHashLSH(CANDIDATE_SHARE, PERMUTATIONS, weights=(0.1, 0.9)).hashranges
    for columns in (*bands, (0, PERMUTATIONS)):
        values = np.zeros(len(hashed), dtype=np.uint64)
        for column in range(*columns):
            values = values * _ODD + hashed[:, column]
        yield values


class CandidateBands:
    """Finds earlier positions with the same facts whose signature has a whole band of numbers in common with another.

    It holds arrays, which take far less memory than dictionaries do. A group of positions with one band in common gives
    at most MOST_IN_GROUP candidates: the first that were added.
    """

    def __init__(self, hashed: Signatures, facts: NDArray[np.uint64]) -> None:
        """Group the positions by their facts and each band of their signatures; none is a candidate until it is added.

        `facts` has a number for each of the n texts, the same for texts that may be near-duplicates, (n,) uint64.
        """
        group_starts = []
        for values in _band_values(hashed):
            _, group, sizes = np.unique(values * _ODD + facts, return_inverse=True, return_counts=True)
            group_starts.append((np.cumsum(sizes) - sizes)[group].astype(np.int32))
        # For each band and position: where its group of equal bands begins when positions are sorted by that band.
        self._group_start = np.stack(group_starts)
        self._bands = np.arange(len(group_starts))
        self._added = np.empty_like(self._group_start)  # the positions added to each group, from where it begins
        self._count = np.zeros_like(self._group_start)  # how many these are, where the group begins

    def candidates(self, position: int) -> Rows:
        """The positions added so far that have the facts and a band of this one, ascending."""
        starts = self._group_start[:, position]
        ends = starts + self._count[self._bands, starts]
        groups = [added[start:end] for added, start, end in zip(self._added, starts, ends, strict=True)]
        return np.unique(np.concatenate(groups)).astype(np.int64)

    def add(self, position: int) -> None:
        """Give this position as a candidate from now on, in each group that is not full."""
        starts = self._group_start[:, position]
        counts = self._count[self._bands, starts]
        bands = np.flatnonzero(counts < MOST_IN_GROUP)
        self._added[bands, (starts + counts)[bands]] = position
        self._count[bands, starts[bands]] += 1


class NormalisedText:
    """The words of a text, its pairs of neighbouring words and its numbers, without case and punctuation."""

    def __init__(self, text: str) -> None:
        # Most chunks are letters only and need not be stripped.
        normalised = unicodedata.normalize("NFKC", text).casefold()
        chunks = (chunk if chunk.isalnum() else chunk.strip(_PUNCTUATION) for chunk in normalised.split())
        words = [chunk for chunk in chunks if chunk not in _NO_WORDS]
        self._digits = normalised.encode(errors="replace").translate(None, _ALL_BUT_DIGITS)
        self.vocabulary = frozenset(words)
        # The empty string at both ends lets the first and the last word stand in as many pairs as the others.
        self.pairs = frozenset(zip(["", *words], [*words, ""], strict=True))

    def facts_hash(self) -> int:
        """A number of 64 bits for its digits, in their order, and its words that hold a number, a day or a month.

        Texts with different numbers are not near-duplicates.
        """
        facts = [
            self._digits,
            *(word.encode(errors="replace") for word in sorted(filter(_NUMBER.search, self.vocabulary))),
        ]
        return int.from_bytes(blake2b(b" ".join(facts), digest_size=8).digest())

    def is_near(self, other: "NormalisedText") -> bool:
        """Whether the two texts share enough words and pairs, and differ in no pair that holds a number."""
        return (
            _share_enough(self.vocabulary, other.vocabulary)
            and _share_enough(self.pairs, other.pairs)
            and not any(_NUMBER.search(f"{left} {right}") for left, right in self.pairs ^ other.pairs)
        )


def _share_enough(first: Set[object], second: Set[object]) -> bool:
    """Whether at least MIN_SHARED of what is in either set is in both, and anything is."""
    if min(len(first), len(second)) < MIN_SHARED * max(len(first), len(second)):
        return False
    shared = len(first & second)
    return shared > 0 and shared >= MIN_SHARED * (len(first) + len(second) - shared)
