"""Words that are written nearly like another."""

import random

import pytest

from index.engine.local.lexical import LexicalIndex
from index.engine.local.spelling import TermDictionary, errors_between
from index.models.english_words import english_words
from index.types import Spelling

WORDS = ["harbour", "harbor", "harvest", "barbour", "ship", "ships", "shipyard"]


def within_one_error(word: str) -> set[str]:
    """All that one error of typing can make of a word, by brute force."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    made = {left + right[1:] for left, right in splits if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    made |= {left + letter + right for left, right in splits for letter in letters}
    return made | {left + letter + right[1:] for left, right in splits if right for letter in letters}


def test_near_words_are_those_that_one_error_makes():
    """The dictionary finds the words of the same first letter that brute force finds."""
    chance = random.Random(7)
    words = sorted({"".join(chance.choices("abc", k=chance.randint(3, 5))) for _ in range(60)})
    for word in words:
        near = within_one_error(word) & {other for other in words if other[0] == word[0]}
        found = TermDictionary(lambda letter: [other for other in words if other[0] == letter]).near(word, 1)
        assert found[0] == (word, 0)
        assert {other for other, _ in found} == near


def test_a_letter_s_words_are_read_once():
    """However many words are looked up."""
    asked: list[str] = []
    dictionary = TermDictionary(lambda letter: asked.append(letter) or WORDS[:3])
    assert dictionary.near("harbuor", 1) == [("harbor", 1), ("harbour", 1)]
    assert dictionary.near("harvset", 1) == [("harvest", 1)]
    assert dictionary.near("", 1) == []
    assert asked == ["h", ""]


@pytest.mark.parametrize(("word", "other", "errors"), [("ship", "ship", 0), ("shpi", "ship", 1), ("sip", "ships", 2)])
def test_errors_are_letters_too_many_too_few_wrong_or_exchanged(word, other, errors):
    """Two letters that are exchanged are one error."""
    assert errors_between(word, other) == errors


def test_an_index_knows_which_words_it_holds(tmp_path):
    """In any form, in a text or a title."""
    folder = tmp_path / "lexical"
    folder.mkdir()
    LexicalIndex.write(folder, [(0, "Kites", "The harbours were opened."), (1, "", "A harbour.")])
    index = LexicalIndex.open(folder)
    assert index.holds("harbour")
    assert index.holds("Kite")
    assert not index.holds("harbuor")
    assert index.near_terms("harbuor", 1) == ["harbour"]
    assert sorted(index.rows_with("harbour", 5)) == [0, 1]


def test_spellings_are_as_the_passages_write_them(built, open_index):
    """The nearest first, with how many passages hold it."""
    index = open_index(built)
    assert index.spellings_near("lenkorn", 1) == [Spelling("Lenkoran", 1, 1)]
    assert index.spellings_near("harbuor", 1)[0].text == "harbour"
    assert index.spellings_near("zzzzz", 1) == []
    assert index.holds("Lahore")


def test_the_common_words_of_english_are_known():
    """Errors of typing are not among them."""
    assert {"price", "iraq", "nigeria", "ambassador"} <= english_words()
    assert not {"pakstan", "goverment", "the", "##ing"} & english_words()
