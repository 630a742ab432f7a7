"""Letters that are written for one another."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.letters import ARABIC, TURKIC, fold_letters


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("كِتَابٌ", "كتاب"),  # vowel marks
        ("كــتاب", "كتاب"),  # tatweel
        ("کتاب", "كتاب"),  # a Persian or Urdu keyboard
        ("على", "علي"),
        ("زندگی", "زندگي"),
        ("بڑے", "بڑي"),
        ("أحمد إسلام آب", "احمد اسلام اب"),
        ("مدرسة", "مدرسه"),
        ("پاکستان ہے", "پاكستان هي"),
        ("گئی", "گيي"),
        ("گي\u0654ی", "گيي"),  # the same with the hamza as a mark
        ("خانۀ", "خانه"),
        ("ﻛﺘﺎﺏ ﷲ", "كتاب الله"),  # presentation forms
        ("ﹸ", ""),
        ("محمد ﷺ", "محمد "),  # a formula of many words
        ("١٩٩٦ ۱۹۹۶", "1996 1996"),
        ("Ｌｅｎｋｏｒａｎ １９９６", "Lenkoran 1996"),
        ("𝐁𝐚𝐤𝐮", "Baku"),
        ("ёлка ЁЛКА", "елка ЕЛКА"),
        ("за́мок", "замок"),  # a stress mark
        ("йод", "йод"),  # й as и and a mark
        ("Bu\u0308yu\u0308kada", "Büyükada"),
        ("İ I\u0307 i\u0307", "I I i"),
        ("e\u0323\u0302", "ẹ"),
        ("\u0301a", "a"),
        ("6½ km² – “naïve” ﬁne 中文 हिन्दी", "6½ km² – “naïve” ﬁne 中文 हिन्दी"),
    ],
)
def test_each_letter_becomes_the_one_it_is_written_for(written, meant):
    """Marks are composed or dropped, variants and forms unified; all else stays, fractions and accents too."""
    assert fold_letters(written) == meant


def test_letters_that_tell_words_apart_stay():
    """An aspirate of Urdu is no h."""
    assert fold_letters("کھا") != fold_letters("کہا")


def test_the_dotless_i_has_its_capital():
    """In Turkish and Azerbaijani, I is the capital of ı, and İ that of i, however it is encoded."""
    assert fold_letters("ISPARTA İzmir I\u0307zmir ışık i", TURKIC) == "ıSPARTA izmir izmir ışık i"
    assert fold_letters("ISPARTA") == "ISPARTA"


def test_what_the_arabic_stemmer_knows_as_an_ending_stays():
    """In Arabic alone; everything else is folded there too."""
    assert fold_letters("المدرسة الأولى", ARABIC) == "المدرسة الاولي"
    assert fold_letters("المدرسة الأولى") == "المدرسه الاولي"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_folding_twice_is_folding_once(text):
    """A folded text stays as it is, and so does plain ASCII."""
    folded = fold_letters(text)
    assert fold_letters(folded) == folded
    if text.isascii():
        assert folded == text


@given(st.text(alphabet="çğıöşüâîûéèñйабв aeiou", max_size=30))
def test_marks_may_stand_apart_from_their_letters(text):
    """A text in which every accent is a mark of its own is folded as the composed text is."""
    assert fold_letters(unicodedata.normalize("NFD", text)) == fold_letters(text)
