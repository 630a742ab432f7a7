"""Passages: whole sentences, exact offsets, bounded length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.split import MAX_CHARACTERS, parts_paragraphs, split_article
from index.types import Article
from tests.unit.index.unicode_texts import any_text, languages

sizes = st.integers(min_value=1, max_value=80)


def article(text: str, language: str | None = None) -> Article:
    return Article("it", "Title", text, "it.md", language=language)


def texts(text: str, size: int = MAX_CHARACTERS) -> list[str]:
    return [passage.text for passage in split_article(article(text), size)]


@given(text=any_text, language=languages, size=sizes)
def test_every_passage_is_exactly_its_span_of_the_article(text, language, size):
    """A passage's text is the article's between its offsets, and its id says which."""
    for passage in split_article(article(text, language), size):
        assert passage.text == text[passage.start : passage.end]
        assert passage.passage_id == f"it#{passage.start}-{passage.end}"
        assert passage.article_id == "it"


@given(text=any_text, language=languages, size=sizes)
def test_no_passage_is_longer_than_asked(text, language, size):
    """A passage holds at least one character and at most `max_characters`."""
    assert all(1 <= len(passage.text) <= size for passage in split_article(article(text, language), size))


@given(text=any_text, language=languages, size=sizes)
def test_nothing_but_white_space_is_left_out(text, language, size):
    """Passages are in order, do not overlap, and what lies between them is white space."""
    last = 0
    for passage in split_article(article(text, language), size):
        assert last <= passage.start
        assert not text[last : passage.start].strip()
        last = passage.end
    assert not text[last:].strip()


@given(text=any_text, language=languages, size=sizes)
def test_sentences_tile_their_passage(text, language, size):
    """Each sentence lies in its passage, is stripped, and they hold all but the white space between."""
    for passage in split_article(article(text, language), size):
        assert passage.sentences[0][0] == passage.start
        assert passage.sentences[-1][1] == passage.end
        for (_, end), (start, _) in zip(passage.sentences, passage.sentences[1:], strict=False):
            assert end <= start
            assert not text[end:start].strip()
        for start, end in passage.sentences:
            assert text[start:end].strip() == text[start:end] != ""


@given(text=any_text, language=languages)
def test_every_sentence_is_in_exactly_one_passage(text, language):
    """Sentences that fit are kept whole: the passages' sentences are the text's, each once."""
    from index.passages.sentences import sentence_spans

    passages = split_article(article(text, language), max(1, len(text)))
    assert [span for passage in passages for span in passage.sentences] == sentence_spans(text, language)


@given(text=any_text, size=sizes)
def test_the_same_article_is_always_split_the_same(text, size):
    """Splitting is deterministic."""
    assert split_article(article(text), size) == split_article(article(text), size)


def test_paragraphs_are_kept_whole_where_they_fit():
    """A paragraph that would not fit beside the one before begins a new passage."""
    assert texts("One is. Two is.\n\nThree is. Four is.", 30) == ["One is. Two is.", "Three is. Four is."]


def test_short_paragraphs_share_a_passage():
    """Paragraphs join one passage while all of it fits."""
    assert texts("One is.\n\nTwo is.\n\nThree is.", 18) == ["One is.\n\nTwo is.", "Three is."]


def test_a_paragraph_too_long_is_cut_between_sentences():
    """A paragraph beyond the limit is cut where a sentence ends."""
    assert texts("One is here. Two is here. Three is here.", 26) == [
        "One is here. Two is here.",
        "Three is here.",
    ]


def test_a_sentence_too_long_is_cut_at_white_space():
    """A sentence beyond the limit is cut between words and loses none."""
    words = " ".join(f"word{number}" for number in range(40))
    pieces = texts(words, 50)
    assert " ".join(pieces) == words
    assert all(len(piece) <= 50 for piece in pieces)


@pytest.mark.parametrize("space", ["\t", "\xa0", "\u3000"])
def test_any_white_space_is_a_place_to_cut(space):
    """Words parted by tabs or wide spaces are not cut inside either."""
    words = [f"word{number}" for number in range(10, 50)]
    assert [word for piece in texts(space.join(words), 50) for word in piece.split()] == words


def test_a_word_too_long_is_cut_inside():
    """A run without white space beyond the limit is cut at the limit."""
    assert texts("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_an_article_of_white_space_has_no_passages():
    """Nothing is made from nothing."""
    assert texts(" \n\t ") == []


def test_a_blank_line_parts_paragraphs():
    """With white space in it or not; a line break alone does not."""
    assert [parts_paragraphs(between) for between in ("\n\n", "\n \t\n", "\n", " ", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
