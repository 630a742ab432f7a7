"""Texts that say nearly the same."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build.near_duplicates import ALIKE, first_near_duplicates, signatures
from index.engine.local.near_duplicates import NearDuplicates

STORY = (
    "The ministers signed the agreement in Baku on 12 March 2021, and both said that it would bring the two "
    "countries nearer. Trade grew by 5.5 percent in a year, to $310 million, while visitors came by the thousand. "
    "Officials of the airline spoke of a third route from the north, which the ministry of transport has not yet "
    "allowed. Nobody asked what it would cost, nor who would pay for it in the end."
)


def firsts_of(texts):
    return first_near_duplicates(signatures(texts), texts.__getitem__).tolist()


def same(*texts):
    return firsts_of(texts) == [0] * len(texts)


def words_of(text):
    chunks = unicodedata.normalize("NFKC", text).casefold().split()
    return [word for word in (chunk.strip(".,;:!?“”") for chunk in chunks) if word not in ("", "-")]


def oracle(one, other, alike):
    """Whether two texts are alike, by plain counting."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return False
    pairs = [list(zip(["", *words], [*words, ""], strict=True)) for words in (first, second)]
    for left, right in ((first, second), pairs):
        either = list(dict.fromkeys([*left, *right]))
        if sum(item in left and item in right for item in either) < alike * len(either):
            return False
    numbers = [{pair for pair in held if re.search(r"\d", "".join(pair))} for held in pairs]
    digits = ["".join(re.findall("[0-9]", " ".join(words))) for words in (first, second)]
    return numbers[0] == numbers[1] and digits[0] == digits[1]


def expected_firsts(texts):
    """For each text the first of those that stand for a group and that it is alike to, or itself."""
    firsts = []
    for place, text in enumerate(texts):
        heads = [head for head in range(place) if firsts[head] == head]
        firsts.append(next((head for head in heads if oracle(text, texts[head], ALIKE)), place))
    return firsts


WORDS = st.sampled_from(["tea", "Tea,", "the", "ship", "12", "5.5", "“kites”", "!", "قهوة", "-5", "5%", "-"])
LONG_WORDS = [f"{first}{second}" for first in "bcdfghjklm" for second in ("at", "en", "ir", "od", "un")]
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)


@given(st.lists(TEXTS, max_size=8))
def test_copies_are_those_of_a_brute_force_oracle(texts):
    """Counting every word and pair of every two texts afresh puts the same ones together."""
    assert firsts_of(texts) == expected_firsts(texts)


@given(st.lists(st.sampled_from(LONG_WORDS), min_size=40, max_size=60), st.data())
def test_long_copies_are_found_as_well(words, data):
    """A word or two replaced in a longer text, near the bound on either side: no copy is missed."""
    texts = [" ".join(words)]
    for _ in range(4):
        changed = list(words)
        for place in data.draw(st.lists(st.integers(0, len(words) - 1), max_size=3)):
            changed[place] = "zebra"
        texts.append(" ".join(changed))
    assert firsts_of(texts) == expected_firsts(texts)


@given(st.lists(TEXTS, max_size=12))
def test_every_row_knows_the_others_of_its_group(texts):
    """Walking over all rows with loops finds the same ones."""
    firsts = firsts_of(texts)
    copies = NearDuplicates(np.array(firsts, dtype=np.int64))
    assert len(copies) == len(texts)
    for row, first in enumerate(firsts):
        assert copies.first(row) == first
        assert copies.of(row) == [other for other in range(len(texts)) if firsts[other] == first and other != row]


@pytest.mark.parametrize(
    "copy",
    [
        pytest.param(STORY.upper(), id="case"),
        pytest.param(STORY.replace(", ", " — ").replace(".", " !").replace("5 !5", "5.5"), id="punctuation"),
        pytest.param(STORY.replace(" ", "\n\n"), id="white space"),
        pytest.param(STORY.replace("spoke of", "talked of"), id="a word replaced"),
        pytest.param("Update: " + STORY, id="a word put before"),
    ],
)
def test_a_copy_is_known(copy):
    """Another case, other marks, other spaces or a word of seventy make no other text."""
    assert copy != STORY
    assert same(STORY, copy)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2021", "2022"),
        ("12 March", "21 March"),
        ("12 March", "12 April"),
        ("5.5", "55"),
        ("5.5", "5,5"),
        ("5.5 percent", "5.5%"),
        ("$310", "€310"),
        ("$310 million", "$310 billion"),
        ("by 5.5", "by -5.5"),
        ("by 5.5", "by –5.5"),
        ("12 March 2021", "March"),
        ("the two ", "the three "),
        ("a third route", "a second route"),
        ("it would cost", "it would cost 7 times over"),
        ("12 March", "١٢ March"),
    ],
)
def test_another_figure_or_date_is_another_text(old, new):
    """One number of seventy words, its sign, its unit or its month makes a fact of its own."""
    assert old in STORY
    assert not same(STORY, STORY.replace(old, new))


def test_figures_that_changed_places_make_another_text():
    """The same numbers beside other words say something else."""
    assert not same(f"{STORY} Baku has 3 and Lahore has 2.", f"{STORY} Baku has 2 and Lahore has 3.")


def test_a_text_half_of_which_is_another_s_is_no_copy():
    """A quotation with its own frame is worth a place of its own."""
    assert not same(
        STORY,
        STORY + " In Lahore the news was heard with more care, since the last two such plans "
        "had been put off for years, and the airport there was still to be enlarged by then.",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tea.", "Coffee."), ("Tea is sold.", "Tea is bought."), ("Baku beat Lahore.", "Lahore beat Baku.")],
)
def test_short_texts_are_copies_only_where_they_are_the_same(one, other):
    """A word of three is a third of what is said, and so is the order of them."""
    assert not same(one, other)
    assert same(one, one.upper())


@pytest.mark.parametrize("text", ["", "  ", "!", "— … —", "***"])
def test_a_text_without_a_word_is_like_no_other(text):
    """Nothing said is not the same thing said."""
    assert not same(text, text)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("کراچی میں بارش ہوئی۔", "کراچی میں بارش ہوئی", True),
        ("کراچی میں ۱۲ افراد", "کراچی میں ۱۳ افراد", False),
        ("巴库昨天下雨了。", "巴库昨天下雨了", True),
        ("巴库昨天下雨了。", "巴库今天下雨了。", False),
        ("Bakıda yağış yağdı", "BAKIDA YAĞIŞ YAĞDI", False),  # without a language, I is i and not ı: both stay
        ("cafe\u0301 au lait", "CAFÉ AU LAIT", True),
    ],
)
def test_any_language_is_compared(one, other, alike):
    """Words of other scripts count as words, and their digits as digits."""
    assert same(one, other) is alike


def test_a_copy_is_measured_by_the_first_of_its_group():
    """Small changes one after another do not drift into one group: each is alike to the first, or apart."""
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    drifting = []
    for n in range(8):
        drifting.append(" ".join(words))
        words[5 * n] = "other" + "x" * n
    assert firsts_of(drifting) == expected_firsts(drifting)
    assert len(set(firsts_of(drifting))) > 1


def test_a_signature_is_of_the_text_alone():
    """The same in another batch, another order, another run: it may be kept."""
    alone, with_others = signatures([STORY]), signatures(["Tea.", STORY, "Kites."])
    assert alone[0].tolist() == with_others[1].tolist()
    assert alone[0, :3].tolist() == [8216401, 16601604, 110848117]


def test_no_text_at_all_has_no_copies():
    """An empty corpus is no special case."""
    assert signatures([]).shape == (0, 64)
    assert firsts_of([]) == []
