"""Embedding texts with little padding, in batches of like length or side by side."""

from threading import get_ident

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index import packing
from index.embedder import SentenceTransformerEmbedder
from index.packing import TOKENS_A_BATCH, embed_batched, embed_packed, in_bfloat16, packable, token_batches
from tests.tiny_reader import letter_tokenizer

MANY = [f"{'port ' * (n * 7 % 19)}{n}." for n in range(60)]  # of many lengths, in no order, some too long
TEXTS = ["a vessel entered the port.", "1996", "", "x", "bread is baked at dawn, and sold before noon."]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_packed_texts_have_the_vectors_they_have_alone(saved, count):
    """No text sees another, and each counts its places from its own first token."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(saved()), device="cpu")
    assert packable(model)
    alone = [model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in TEXTS[:count]]
    packed = embed_packed(model, TEXTS[:count])
    assert (packed.dtype, packed.shape) == (np.float32, (count, 16))
    assert packed == pytest.approx(np.array(alone), abs=1e-6)


def test_a_text_that_is_too_long_is_cut_where_it_is_cut_alone(saved):
    """A model reads so many tokens of each text, however many are packed."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(saved()), device="cpu")
    texts = ["a b c " * 100, "short"]
    assert embed_packed(model, texts) == pytest.approx(model.encode(texts, show_progress_bar=False), abs=1e-6)


@pytest.mark.parametrize("changed", [{"pooling": "cls"}, {"pooling": "max"}, {"unit": False}])
def test_a_model_of_another_make_embeds_sentences_as_it_does_passages(saved, changed):
    """Packing is for the mean of a Bert's tokens; whatever else there is goes the way of passages."""
    from sentence_transformers import SentenceTransformer

    folder = str(saved(**changed))
    assert not packable(SentenceTransformer(folder, device="cpu"))
    embedder = SentenceTransformerEmbedder(folder)
    exact = embedder.embed_passages(TEXTS)
    assert (embedder.embed_sentences(TEXTS) * exact).sum(axis=1) == pytest.approx(1.0, abs=1e-2)


def test_no_sentences_have_no_vectors(saved):
    """An embedder of either way may be asked for none."""
    assert len(SentenceTransformerEmbedder(str(saved())).embed_sentences([])) == 0


def encoded(model, texts):
    """The oracle: each text by itself, as the library embeds it, so that nothing is padded."""
    return np.stack([model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts])


@pytest.fixture
def load(saved):
    """Loads a tiny model of random weights, pooled as a test needs."""
    from sentence_transformers import SentenceTransformer

    return lambda **make: SentenceTransformer(str(saved(**make)), device="cpu")


@pytest.mark.parametrize("make", [{}, {"pooling": "cls"}, {"pooling": "max"}, {"unit": False}])
def test_batched_texts_have_the_vectors_they_have_alone(load, make):
    """Each row is its own text's, whatever else was in its batch, and a long text is cut as alone."""
    model = load(**make)
    lengths = model.preprocess(MANY)["attention_mask"].sum(1).tolist()
    assert (max(lengths), len(list(token_batches(lengths))) > 1) == (model.max_seq_length, True)
    batched = embed_batched(model, MANY)
    assert (batched.dtype, batched.shape) == (np.float32, (60, 16))
    assert batched == pytest.approx(encoded(model, MANY), abs=1e-5)


@pytest.fixture
def cores():
    """Two of them, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield 2
    torch.set_num_threads(before)


def test_with_a_batch_a_core_the_vectors_are_the_same(load, cores, monkeypatch):
    """Rows stay in order, and afterwards a batch by itself has all cores again."""
    model, took_part, forward = load(), set(), packing._forward
    monkeypatch.setattr(packing, "_forward", lambda *given: took_part.add(get_ident()) or forward(*given))
    monkeypatch.setattr(packing.token_batches, "__defaults__", (64,))
    assert embed_batched(model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert get_ident() not in took_part
    assert torch.get_num_threads() == cores


def test_what_fails_in_one_batch_fails(load, cores, monkeypatch):
    """No vector is left out in silence."""
    model = load()
    monkeypatch.setattr(packing.token_batches, "__defaults__", (64,))
    monkeypatch.setattr(packing, "_cut", lambda *_: (_ for _ in ()).throw(RuntimeError("out of memory")))
    with pytest.raises(RuntimeError, match="out of memory"):
        embed_batched(model, MANY)
    assert torch.get_num_threads() == cores


def test_padding_on_the_left_is_cut_there(load):
    """Some models read with the padding before the text."""
    import torch

    model = load()
    model.tokenizer.padding_side = "left"
    with torch.no_grad():  # so that it is all one at which place a token stands
        model[0].auto_model.embeddings.position_embeddings.weight.zero_()
    assert embed_batched(model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)


def test_what_the_model_s_configuration_says_is_done(load):
    """Its own prompt is put before each text, and vectors are as short as it makes them."""
    model = load()
    plain = encoded(model, MANY)
    model.prompts, model.default_prompt_name, model.truncate_dim = {"given": "ship: "}, "given", 8
    made = embed_batched(model, MANY)
    assert made == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert made.shape == (60, 8)
    assert np.abs(made - plain[:, :8]).max() > 0.01


def test_a_model_whose_tokens_are_no_table_is_embedded_by_the_library(tmp_path):
    """A model of word vectors alone takes the tokens of all texts in one row."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = SentenceTransformer(modules=[StaticEmbedding(letter_tokenizer(), embedding_dim=8)], device="cpu")
    assert embed_batched(model, MANY[1:]) == pytest.approx(encoded(model, MANY[1:]), abs=1e-5)


def test_many_texts_are_tokenized_in_parts(load, monkeypatch):
    """Rows stay in order where one part ends and the next begins."""
    model = load()
    whole = embed_batched(model, MANY)
    monkeypatch.setattr("index.packing._TEXTS_AT_ONCE", 7)
    assert embed_batched(model, MANY) == pytest.approx(whole, abs=1e-5)


def test_in_bfloat16_vectors_are_near_and_kept_as_float32(load):
    """They have unit length in float32, and the model that was given computes as before."""
    model = load()
    exact = embed_batched(model, MANY)
    rough = embed_batched(in_bfloat16(model), MANY)
    assert rough.dtype == np.float32
    assert np.linalg.norm(rough, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (rough * exact).sum(1).min() > 0.999
    assert np.abs(rough - exact).max() > 0
    assert (embed_batched(model, MANY) == exact).all()


def test_no_texts_have_no_vectors_but_a_width(load):
    """So that rows of nothing can stand among others."""
    assert embed_batched(load(), []).shape == (0, 16)


@given(st.lists(st.integers(0, 300), max_size=80), st.integers(1, 2000))
def test_batches_hold_each_text_once_within_the_bound(lengths, most):
    """Longest first, and none is fuller than told, but for a text that is longer by itself."""
    batches = list(token_batches(lengths, most))
    places = [place for batch in batches for place in batch]
    assert sorted(places) == list(range(len(lengths)))
    assert [lengths[place] for place in places] == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * lengths[batch[0]] <= most


def test_batches_are_filled():
    """No two neighbours would have gone into one."""
    batches = list(token_batches([64] * 100))
    assert [len(batch) for batch in batches[:-1]] == [TOKENS_A_BATCH // 64] * (len(batches) - 1)
