"""Normalising what a person typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import QuestionError
from rag.question.normalise import MAX_CHARACTERS, normalise


@pytest.mark.parametrize("typed", ["", " ", "\n\t ", "\u200b\ufeff", "\x00\x1b", "\u3000"])
def test_a_question_of_nothing_is_refused_as_empty(typed):
    """Invisible characters alone are no question."""
    with pytest.raises(QuestionError, match="empty"):
        normalise(typed)


@pytest.mark.parametrize("typed", ["?", "?!…", "— (..)", "!" * 50, "☃ ✓"])
def test_a_question_of_only_punctuation_is_refused(typed):
    """Without a letter or a digit there is nothing to search for."""
    with pytest.raises(QuestionError, match="no word"):
        normalise(typed)


def test_a_question_of_ten_thousand_characters_is_refused_with_its_length():
    """The refusal says how long it is and how long it may be."""
    with pytest.raises(QuestionError, match="10,000") as caught:
        normalise("x" * 10_000)
    assert f"{MAX_CHARACTERS:,}" in str(caught.value)


def test_the_longest_question_is_read_whole_and_one_character_more_is_not():
    """The bound itself is allowed."""
    assert len(normalise("x" * MAX_CHARACTERS)) == MAX_CHARACTERS
    with pytest.raises(QuestionError):
        normalise("x" * (MAX_CHARACTERS + 1))


def test_length_is_counted_after_white_space_is_collapsed():
    """Blank lines pasted with a question do not make it too long."""
    assert normalise("who" + "\n" * 5000 + "won?") == "who won?"


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("who\x00 came\x07?", "who came ?"),
        ("when\u202e did it open", "when did it open"),
        ("\u2066when\u2069 did it", "when did it"),
        ("when\ud800 did it", "when did it"),
        ("  two\t words\r\n", "two words"),
    ],
    ids=["control", "override", "isolate", "half a pair", "white space"],
)
def test_control_characters_are_removed_and_the_words_stay(typed, normalised):
    """Controls, bidi overrides and halves of surrogate pairs become a space."""
    assert normalise(typed) == normalised


@pytest.mark.parametrize(
    "typed",
    ["حیدر علییف پاکستان کب آئے؟", "Когда открыли порт?", "港口什么时候开放？", "2021?", "Nə vaxt açıldı?"],
)
def test_every_script_is_accepted_as_typed(typed):
    """A question in any language, or of a number alone, is read unchanged."""
    assert normalise(typed) == typed


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_inside_a_word_are_kept(joiner):
    """A zero-width joiner or non-joiner is part of a Persian or Urdu word."""
    word = f"می{joiner}خواهم"
    assert normalise(word) == word


@given(st.text(max_size=200))
def test_a_question_read_is_clean_and_reads_the_same_again(typed):
    """Whatever is typed, the result holds no control character and reading it again changes nothing."""
    try:
        question = normalise(typed)
    except QuestionError:
        return
    categories = {unicodedata.category(char) for char in question if char not in "\u200c\u200d"}
    assert not categories & {"Cc", "Cf", "Cs"}
    assert normalise(question) == question
