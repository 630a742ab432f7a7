"""The multilingual model's files: numbers of 4 bits, the vectors of words, what of the vocabulary is kept."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import multilingual
from index.models.four_bits import BYTES_A_BLOCK, dequantized
from index.models.tokens import load_tokenizer
from index.models.tools.multilingual import is_kept
from index.models.vocabulary import Vocabulary, vocabulary_of

WEIGHTS = st.lists(st.integers(-8, 7), min_size=32, max_size=32)
SCALES = st.floats(-100, 100, width=16)


def packed(scale, numbers):
    """One block, packed byte by byte."""
    halves = [(low + 8) | (high + 8) << 4 for low, high in zip(numbers[:16], numbers[16:], strict=True)]
    return struct.pack("<e16B", scale, *halves)


@given(st.lists(st.tuples(SCALES, WEIGHTS), min_size=4, max_size=4))
def test_numbers_of_4_bits_are_those_packed(blocks):
    """Each weight is its whole number times its block's scale, in order, for an array of any shape."""
    content = b"".join(packed(scale, numbers) for scale, numbers in blocks)
    array = np.frombuffer(content, np.uint8).reshape(2, 2, BYTES_A_BLOCK)
    expected = np.array([[scale * number for number in numbers] for scale, numbers in blocks], np.float32)
    assert dequantized(array).dtype == np.float32
    assert dequantized(array) == pytest.approx(expected.reshape(2, 64))


def test_the_vectors_of_words_are_the_table_s_rows():
    """Whatever the shape of the ids, each has its row of the whole table; the file is read once."""
    table = multilingual.read_weights()["embeddings.word_embeddings.weight"]
    ids = np.array([[0, 5, len(table) - 1], [2, 2, 40_000]])
    vectors = vocabulary_of(multilingual.WEIGHTS).vectors(ids)
    assert (vectors.shape, vectors.dtype) == ((2, 3, 384), np.float32)
    assert (vectors == table[ids]).all()
    assert vocabulary_of(multilingual.WEIGHTS) is vocabulary_of(multilingual.WEIGHTS)


@pytest.mark.parametrize("content", [None, b"", b"no tensors"])
def test_a_vocabulary_that_can_not_be_read_is_an_error(tmp_path, content):
    """A file that is missing or damaged."""
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the library's or the system's)
        Vocabulary(path)


@pytest.mark.parametrize("piece", ["▁Bakı", "ə", "Баку", "کراچی", "١٩٩٦", "▁1996", "€", "…", "▁", "e\u0301", "ﷺ"])
def test_pieces_of_the_scripts_that_are_read_are_kept(piece):
    """Latin, Cyrillic and Arabic, with digits and signs."""
    assert is_kept(piece)


@pytest.mark.parametrize("piece", ["港口", "שלום", "Αθήνα", "कराची", "한국", "▁Bakı港"])
def test_pieces_of_other_scripts_are_not_kept(piece):
    """A piece with one letter of another script is left out."""
    assert not is_kept(piece)


@pytest.mark.parametrize(
    "text",
    ["When did Heydar Aliyev visit Pakistan?", "Heydər Əliyev nə vaxt gəlib?", "Когда он приехал?", "وہ کب آئے؟"],
)
def test_the_tokenizer_knows_every_word_of_its_scripts(text):
    """No piece is unknown, and the pieces are the text."""
    tokenizer = load_tokenizer(multilingual.WEIGHTS.parent, multilingual.MAX_TOKENS)
    encoding = tokenizer.encode(text)
    assert "<unk>" not in encoding.tokens
    assert "".join(encoding.tokens[1:-1]).replace("▁", " ").strip() == text
    assert max(encoding.ids) < len(multilingual.read_weights()["embeddings.word_embeddings.weight"])
