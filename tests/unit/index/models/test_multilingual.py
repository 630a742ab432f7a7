"""The multilingual model's files: numbers of 4 bits, the vectors of words, what of the vocabulary is kept."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from index.models import multilingual
from index.models.four_bits import BYTES_A_BLOCK, dequantized
from index.models.tokens import load_tokenizer
from index.models.tools.multilingual import is_kept
from index.models.vocabulary import WORD_TABLE, Vocabulary, vocabulary_of

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
    vocabulary = vocabulary_of(multilingual.WEIGHTS, in_four_bits=True)
    vectors = vocabulary.vectors(ids)
    assert (vectors.shape, vectors.dtype) == ((2, 3, 384), np.float32)
    assert (vectors == table[ids]).all()
    assert vocabulary_of(multilingual.WEIGHTS, in_four_bits=True) is vocabulary


@pytest.mark.parametrize("content", [None, b"", b"no tensors"])
def test_a_vocabulary_that_can_not_be_read_is_an_error(tmp_path, content):
    """A file that is missing or damaged."""
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the library's or the system's)
        Vocabulary(path, in_four_bits=True)


def test_vectors_are_rounded_as_bfloat16_has_them(tmp_path):
    """To the nearest, of two to the even one: as PyTorch rounds."""
    import torch

    numbers = np.float32([0.0, -0.0, 1.0, 1.00390625, 1.01171875, -1.01171875, 1e-40, 3.14159, -2.71828, 123456.7])
    table = np.concatenate([numbers, np.random.default_rng(0).normal(size=990).astype(np.float32)]).reshape(-1, 10)
    save_file({WORD_TABLE: table}, tmp_path / "model.safetensors")
    ids = np.array([[5, 0, 99]])
    assert (Vocabulary(tmp_path / "model.safetensors").vectors(ids) == table[ids]).all()
    rounded = Vocabulary(tmp_path / "model.safetensors", rounded=True).vectors(ids)
    assert (rounded == torch.from_numpy(table[ids]).bfloat16().float().numpy()).all()


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
