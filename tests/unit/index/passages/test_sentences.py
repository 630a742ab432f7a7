"""Sentence spans are exact, and hold everything that is not white space."""

import pytest
from hypothesis import example, given

from index.passages.sentences import PIECE, sentence_spans
from tests.unit.index.unicode_texts import any_text, languages


def sentences(text: str, language: str | None = None) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


def check_spans(text: str, language: str | None) -> None:
    last = 0
    for start, end in sentence_spans(text, language):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@given(text=any_text, language=languages)
@example(text="Plan B\xa0.", language="fr")
def test_spans_are_ordered_stripped_and_leave_out_only_white_space(text, language):
    """Spans do not overlap, carry no white space at their ends, and miss no other character."""
    check_spans(text, language)


@pytest.mark.parametrize("space", ["\xa0", "\u2009", "\u202f", "\u2028", "\u3000", "\x85"])
def test_white_space_beyond_ascii_is_split_like_any_other(space):
    """A no-break space before the full stop, as French typography has it, is white space like any."""
    check_spans(f"Plan B{space}. Voilà.", "fr")


@given(text=any_text, language=languages)
def test_the_same_text_always_gives_the_same_spans(text, language):
    """Splitting is deterministic."""
    assert sentence_spans(text, language) == sentence_spans(text, language)


def test_an_abbreviation_does_not_end_a_sentence():
    """The full stop of "Dr." stays inside its sentence."""
    assert sentences("Dr. Aliyeva came in 1998. She left.") == ["Dr. Aliyeva came in 1998.", "She left."]


def test_a_line_end_closes_a_sentence():
    """A heading or list item without a full stop stands alone."""
    assert sentences("The harbour\nIt opened in 2021.") == ["The harbour", "It opened in 2021."]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t", "\x0b\x1c"])
def test_white_space_holds_no_sentence(text):
    """A text of white space alone has no spans."""
    assert sentence_spans(text) == []


def test_another_language_splits_by_its_own_marks():
    """Urdu's full stop ends a sentence, and offsets count characters, not bytes."""
    text = "لاہور ایک شہر ہے۔ یہ بڑا ہے۔"
    assert sentences(text, "ur") == ["لاہور ایک شہر ہے۔", "یہ بڑا ہے۔"]


def test_an_unknown_language_is_split_all_the_same():
    """A language the splitter does not know falls back to general rules."""
    assert sentences("One is here. Two is there.", "xx-unknown") == ["One is here.", "Two is there."]


def test_characters_beyond_the_basic_plane_count_as_one():
    """An emoji before a sentence shifts its offsets by one character."""
    assert sentence_spans("\U0001f642 Good. Bad.")[-1] == (8, 12)


def test_a_long_line_is_split_like_a_short_one():
    """A line is searched in pieces, and no sentence is cut where a piece ends."""
    text = " ".join(f"Sentence {number} is here, and Dr. Aliyeva wrote it." for number in range(2_000))
    assert len(text) > 5 * PIECE
    assert set(map(len, sentences(text))) <= set(range(40, 60))
    assert " ".join(sentences(text)) == text
