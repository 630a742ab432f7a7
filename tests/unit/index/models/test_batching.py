"""Embedding texts with little padding, in batches of like length."""

from threading import get_ident

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index.models import batching as packing
from index.models import compiled
from index.models.batching import PADDED_TO, TOKENS_A_BATCH, embed_batched, is_compiled, token_batches
from index.models.precision import to_precision
from tests.tiny_reader import letter_tokenizer

MANY = [f"{'port ' * (n * 7 % 19)}{n}." for n in range(60)]  # of many lengths, in no order, some too long


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


def test_with_a_batch_a_core_the_vectors_are_the_same(load, cores, monkeypatch):
    """Rows stay in order, and afterwards a batch by itself has all cores again."""
    model, took_part, forward = load(), set(), packing._forward
    monkeypatch.setattr(packing, "_forward", lambda *given: took_part.add(get_ident()) or forward(*given))
    monkeypatch.setattr(packing, "TOKENS_A_BATCH", 64)
    assert embed_batched(model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert get_ident() not in took_part
    assert torch.get_num_threads() == cores


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
@pytest.mark.parametrize("make", [{}, {"pooling": "cls"}, {"pooling": "max"}, {"unit": False}])
def test_compiled_and_with_some_cores_for_each_batch_the_vectors_are_the_same(load, cores, monkeypatch, make):
    """Whatever a model's modules make of its tokens' vectors, rows stay in order; torch keeps all of its cores."""
    model = load(**make)
    made = to_precision(model, "float32")
    assert is_compiled(made)
    monkeypatch.setattr(packing, "TOKENS_A_BATCH", 64)
    assert embed_batched(made, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert torch.get_num_threads() == cores


def test_elsewhere_than_on_a_processor_larger_batches_follow_each_other(load, cores, monkeypatch):
    """One thread feeds an accelerator, and the vectors are the same."""
    model, batches, forward = load(), [], packing._forward
    monkeypatch.setattr(packing, "_on_processor", lambda model: False)
    monkeypatch.setattr(
        packing, "_forward", lambda *given: batches.append((get_ident(), len(given[2]))) or forward(*given)
    )
    assert embed_batched(model, MANY * 2) == pytest.approx(encoded(model, MANY * 2), abs=1e-5)
    assert {thread for thread, _ in batches} == {get_ident()}
    assert max(size for _, size in batches) > TOKENS_A_BATCH // 64


def test_models_are_compared_at_the_most_padding_that_a_batch_may_have():
    """More of it is another way for some of them."""
    assert compiled._PADDING == PADDED_TO - 1


def test_what_fails_in_one_batch_fails(load, cores, monkeypatch):
    """No vector is left out in silence."""
    model = load()
    monkeypatch.setattr(packing, "TOKENS_A_BATCH", 64)
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
    monkeypatch.setattr("index.models.batching._TEXTS_AT_ONCE", 7)
    assert embed_batched(model, MANY) == pytest.approx(whole, abs=1e-5)


def test_a_text_of_no_tokens_has_no_direction(load):
    """Where a tokenizer puts no marks around a text, nothing is left of an empty one; the others are as alone."""
    from tokenizers.processors import TemplateProcessing

    model = load()
    bare = TemplateProcessing(single="$A", pair="$A $B", special_tokens=[])
    model.tokenizer.backend_tokenizer.post_processor = bare
    rough = to_precision(model, "float32")
    for one in (model, rough):
        made = embed_batched(one, ["", "tea", "a port"])
        assert made[1:] == pytest.approx(encoded(model, ["tea", "a port"]), abs=1e-5)
        assert (made[0] == 0).all()
        assert (embed_batched(one, ["", ""]) == np.zeros((2, 16))).all()


def test_no_texts_have_no_vectors_but_a_width(load):
    """So that rows of nothing can stand among others."""
    assert embed_batched(load(), []).shape == (0, 16)


HELD = st.integers(0, 300)


def padded(tokens):
    """So many tokens, and none counts as one, brought to the next step."""
    return next(most for most in range(PADDED_TO, 2000, PADDED_TO) if most >= tokens)


@given(st.lists(HELD, max_size=80), st.integers(1, 2000))
def test_batches_hold_each_text_once_in_few_shapes_within_the_bound(lengths, most):
    """Longest first; a power of two of texts that are padded to one length; none too full but of one text."""
    batches = list(token_batches(lengths, most))
    places = [place for batch in batches for place in batch]
    assert sorted(places) == list(range(len(lengths)))
    assert [lengths[place] for place in places] == sorted(lengths, reverse=True)
    for batch in batches:
        (longest,) = {padded(lengths[place]) for place in batch}
        assert len(batch) in {1, 2, 4, 8, 16, 32, 64}
        assert len(batch) == 1 or len(batch) * longest <= most


@given(st.lists(st.integers(1, 16), max_size=200), st.integers(16, 2000))
def test_batches_are_as_large_as_they_may_be(lengths, most):
    """Of texts padded to one length each batch is the largest power of two that is left and within the bound."""
    left = len(lengths)
    for batch in token_batches(lengths, most):
        assert 2 * len(batch) > left or 2 * len(batch) * 16 > most
        left -= len(batch)


def test_the_bound_is_that_of_a_processor_unless_told():
    """A hundred texts of 64 tokens go in batches of as many as it has room for, and the rest."""
    assert [len(batch) for batch in token_batches([64] * 100)] == [TOKENS_A_BATCH // 64] * 6 + [4]


@given(st.lists(st.integers(1, 70), min_size=1, max_size=6), st.booleans(), st.integers(0, 100), st.data())
def test_rows_are_cut_and_padded_to_a_step(held, left, most, data):
    """No column is padding in all rows but those up to the next step, or to the most the model reads."""
    rows = data.draw(st.lists(st.sampled_from(range(len(held))), min_size=1, unique=True))
    places = torch.arange(70).expand(len(held), 70)
    counts = torch.tensor(held)[:, None]
    mask = (places >= 70 - counts if left else places < counts).long()
    tokens = {"input_ids": (places + 1) * mask, "attention_mask": mask, "modality": "text"}
    made = packing._cut(tokens, rows, most)
    longest = max(held[row] for row in rows)
    assert made["modality"] == "text"
    assert (
        made["input_ids"].shape == made["attention_mask"].shape == (len(rows), max(longest, min(padded(longest), most)))
    )
    for row, words, kept in zip(rows, made["input_ids"], made["attention_mask"].bool(), strict=True):
        assert words[kept].tolist() == tokens["input_ids"][row][mask[row].bool()].tolist()
        assert not words[~kept].any()
