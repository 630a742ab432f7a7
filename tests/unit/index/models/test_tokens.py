"""Texts as tokens, and these as the arrays that a model takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models.tokens import INPUTS, PADDED_TO, TOKENS_A_BATCH, load_tokenizer, padded_arrays, token_batches
from tests.tiny_reader import letter_tokenizer

TOKENIZER = letter_tokenizer()


def padded(tokens):
    """The next multiple of PADDED_TO; no token counts as one."""
    return next(most for most in range(PADDED_TO, 2000, PADDED_TO) if most >= tokens)


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 2000))
def test_batches_hold_each_text_once_in_few_shapes_within_the_bound(lengths, most):
    """Batches come longest first, hold a power of two of texts, and exceed the bound only with a single text."""
    batches = list(token_batches(lengths, most))
    positions = [position for batch in batches for position in batch]
    assert sorted(positions) == list(range(len(lengths)))
    assert [lengths[position] for position in positions] == sorted(lengths, reverse=True)
    for batch in batches:
        (longest,) = {padded(lengths[position]) for position in batch}
        assert len(batch) in {1, 2, 4, 8, 16, 32, 64}
        assert len(batch) == 1 or len(batch) * longest <= most


@given(st.lists(st.integers(1, 16), max_size=200), st.integers(16, 2000))
def test_batches_are_as_large_as_they_may_be(lengths, most):
    """Each batch holds the largest power of two of texts that remain and fit the bound."""
    remaining = len(lengths)
    for batch in token_batches(lengths, most):
        assert 2 * len(batch) > remaining or 2 * len(batch) * 16 > most
        remaining -= len(batch)


def test_the_default_bound_is_that_of_a_processor():
    """A hundred texts of 64 tokens fill six batches and a part of the seventh."""
    assert [len(batch) for batch in token_batches([64] * 100)] == [TOKENS_A_BATCH // 64] * 6 + [4]


@pytest.mark.parametrize("content", [None, "", "{", "{}", '{"model": 1}'])
def test_a_tokenizer_that_can_not_be_read_is_an_error(tmp_path, content):
    """A missing file and a damaged one are the same error."""
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(ValueError, match="."):
        load_tokenizer(tmp_path, 9)


def test_a_tokenizer_cuts_and_pads_as_it_is_told_here(tmp_path):
    """Padding and limits stored with a tokenizer do not count; the longer of two texts is cut at its end."""
    saved = letter_tokenizer()
    saved.enable_padding(length=512)
    saved.enable_truncation(5)
    saved.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(tmp_path, 9)
    assert tokenizer.encode("tea").tokens == ["[CLS]", "t", "##e", "##a", "[SEP]"]
    assert len(tokenizer.encode("a" * 50).ids) == 9
    assert tokenizer.encode("ab", "c" * 50).tokens[:5] == ["[CLS]", "a", "##b", "[SEP]", "c"]
    assert len(tokenizer.encode("ab", "c" * 50).ids) == 9


@given(st.lists(st.text("ab cd", max_size=60), min_size=1, max_size=5), st.booleans(), st.integers(3, 80))
def test_encodings_become_rows_that_are_padded_on_the_right(texts, pairs, most):
    """Each row has its tokens, then zeros; all are as long as the longest, or the next multiple within the bound."""
    encodings = TOKENIZER.encode_batch([("ab", text) for text in texts] if pairs else texts)
    arrays = padded_arrays(encodings, most)
    longest = max(len(encoding.ids) for encoding in encodings)
    assert list(arrays) == list(INPUTS)
    for rows in arrays.values():
        assert (rows.dtype, rows.shape) == (np.int64, (len(texts), max(longest, min(padded(longest), most))))
    for row, encoding in enumerate(encodings):
        length, attributes = len(encoding.ids), (encoding.ids, encoding.attention_mask, encoding.type_ids)
        for name, values in zip(INPUTS, attributes, strict=True):
            assert arrays[name][row, :length].tolist() == values
            assert not arrays[name][row, length:].any()
