"""Embedding texts with little padding, in batches of texts of similar length."""

from threading import get_ident

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index.models import batching, compiled
from index.models.batching import embed_batched, is_compiled
from index.models.precision import to_precision
from index.models.tokens import PADDED_TO, TOKENS_A_BATCH, token_batches
from tests.tiny_reader import letter_tokenizer

MANY = [f"{'port ' * (n * 7 % 19)}{n}." for n in range(60)]  # of many lengths, in no order, some too long


def encoded(model, texts):
    """The oracle: the library embeds each text by itself, so that nothing is padded."""
    return np.stack([model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts])


@pytest.fixture
def load(saved):
    """Loads a tiny model of random weights, with the pooling that a test needs."""
    from sentence_transformers import SentenceTransformer

    return lambda **options: SentenceTransformer(str(saved(**options)), device="cpu")


@pytest.mark.parametrize("options", [{}, {"pooling": "cls"}, {"pooling": "max"}, {"unit": False}])
def test_batched_texts_have_the_vectors_they_have_alone(load, options):
    """A text has the same vector in any batch, and a long text is cut as it is alone."""
    model = load(**options)
    lengths = model.preprocess(MANY)["attention_mask"].sum(1).tolist()
    assert (max(lengths), len(list(token_batches(lengths))) > 1) == (model.max_seq_length, True)
    batched = embed_batched(model, MANY)
    assert (batched.dtype, batched.shape) == (np.float32, (60, 16))
    assert batched == pytest.approx(encoded(model, MANY), abs=1e-5)


def test_with_one_batch_on_each_core_the_vectors_are_the_same(load, cores, monkeypatch):
    """Rows stay in order, and torch has all cores again afterwards."""
    model, threads, forward = load(), set(), batching._forward
    monkeypatch.setattr(batching, "_forward", lambda *arguments: threads.add(get_ident()) or forward(*arguments))
    monkeypatch.setattr(batching, "TOKENS_A_BATCH", 64)
    assert embed_batched(model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert get_ident() not in threads
    assert torch.get_num_threads() == cores


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
@pytest.mark.parametrize("options", [{}, {"pooling": "cls"}, {"pooling": "max"}, {"unit": False}])
def test_a_compiled_model_gives_the_same_vectors_on_any_number_of_cores(load, cores, monkeypatch, options):
    """Rows stay in order whatever the pooling, and torch keeps all of its cores."""
    model = load(**options)
    compiled_model = to_precision(model, "float32")
    assert is_compiled(compiled_model)
    monkeypatch.setattr(batching, "TOKENS_A_BATCH", 64)
    assert embed_batched(compiled_model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert torch.get_num_threads() == cores


def test_on_an_accelerator_larger_batches_follow_each_other(load, cores, monkeypatch):
    """One thread feeds an accelerator, and the vectors are the same."""
    model, batches, forward = load(), [], batching._forward
    monkeypatch.setattr(batching, "_on_processor", lambda model: False)
    monkeypatch.setattr(
        batching, "_forward", lambda *arguments: batches.append((get_ident(), len(arguments[2]))) or forward(*arguments)
    )
    assert embed_batched(model, MANY * 2) == pytest.approx(encoded(model, MANY * 2), abs=1e-5)
    assert {thread for thread, _ in batches} == {get_ident()}
    assert max(size for _, size in batches) > TOKENS_A_BATCH // 64


def test_models_are_compared_at_the_most_padding_that_a_batch_may_have():
    """With more padding some models compute other vectors."""
    assert compiled._PADDING == PADDED_TO - 1


def test_a_failure_in_one_batch_is_an_error(load, cores, monkeypatch):
    """No vector is left out silently."""
    model = load()
    monkeypatch.setattr(batching, "TOKENS_A_BATCH", 64)
    monkeypatch.setattr(batching, "_cut", lambda *_: (_ for _ in ()).throw(RuntimeError("out of memory")))
    with pytest.raises(RuntimeError, match="out of memory"):
        embed_batched(model, MANY)
    assert torch.get_num_threads() == cores


def test_padding_on_the_left_is_cut_there(load):
    """Some models have the padding before the text."""
    model = load()
    model.tokenizer.padding_side = "left"
    with torch.no_grad():  # so that a token's position does not matter
        model[0].auto_model.embeddings.position_embeddings.weight.zero_()
    assert embed_batched(model, MANY) == pytest.approx(encoded(model, MANY), abs=1e-5)


def test_the_configuration_of_the_model_is_followed(load):
    """Its own prompt is put before each text, and vectors have the dimension it states."""
    model = load()
    plain = encoded(model, MANY)
    model.prompts, model.default_prompt_name, model.truncate_dim = {"own": "ship: "}, "own", 8
    vectors = embed_batched(model, MANY)
    assert vectors == pytest.approx(encoded(model, MANY), abs=1e-5)
    assert vectors.shape == (60, 8)
    assert np.abs(vectors - plain[:, :8]).max() > 0.01


def test_a_model_whose_tokens_are_no_table_is_embedded_by_the_library(tmp_path):
    """A model of word vectors takes the tokens of all texts in one row."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = SentenceTransformer(modules=[StaticEmbedding(letter_tokenizer(), embedding_dim=8)], device="cpu")
    assert embed_batched(model, MANY[1:]) == pytest.approx(encoded(model, MANY[1:]), abs=1e-5)


def test_many_texts_are_tokenized_in_parts(load, monkeypatch):
    """Rows stay in order across the parts."""
    model = load()
    whole = embed_batched(model, MANY)
    monkeypatch.setattr("index.models.batching._TEXTS_AT_ONCE", 7)
    assert embed_batched(model, MANY) == pytest.approx(whole, abs=1e-5)


def test_a_text_without_tokens_has_a_vector_of_zeros(load):
    """An empty text has a vector of zeros where the tokenizer adds no marks; other texts are not affected."""
    from tokenizers.processors import TemplateProcessing

    model = load()
    bare = TemplateProcessing(single="$A", pair="$A $B", special_tokens=[])
    model.tokenizer.backend_tokenizer.post_processor = bare
    for version in (model, to_precision(model, "float32")):
        vectors = embed_batched(version, ["", "tea", "a port"])
        assert vectors[1:] == pytest.approx(encoded(model, ["tea", "a port"]), abs=1e-5)
        assert (vectors[0] == 0).all()
        assert (embed_batched(version, ["", ""]) == np.zeros((2, 16))).all()


def test_no_texts_give_no_rows_of_the_model_s_dimension(load):
    """The result can be joined with other vectors."""
    assert embed_batched(load(), []).shape == (0, 16)


def padded(tokens):
    """The next multiple of PADDED_TO; no token counts as one."""
    return next(most for most in range(PADDED_TO, 2000, PADDED_TO) if most >= tokens)


@given(st.lists(st.integers(1, 70), min_size=1, max_size=6), st.booleans(), st.integers(0, 100), st.data())
def test_rows_are_cut_and_padded_to_a_multiple(lengths, padded_left, most, data):
    """Only columns up to the next multiple, or to the most the model reads, are padding in all rows."""
    rows = data.draw(st.lists(st.sampled_from(range(len(lengths))), min_size=1, unique=True))
    positions = torch.arange(70).expand(len(lengths), 70)
    counts = torch.tensor(lengths)[:, None]
    mask = (positions >= 70 - counts if padded_left else positions < counts).long()
    tokens = {"input_ids": (positions + 1) * mask, "attention_mask": mask, "modality": "text"}
    cut = batching._cut(tokens, rows, most)
    longest = max(lengths[row] for row in rows)
    assert cut["modality"] == "text"
    assert (
        cut["input_ids"].shape == cut["attention_mask"].shape == (len(rows), max(longest, min(padded(longest), most)))
    )
    for row, words, kept in zip(rows, cut["input_ids"], cut["attention_mask"].bool(), strict=True):
        assert words[kept].tolist() == tokens["input_ids"][row][mask[row].bool()].tolist()
        assert not words[~kept].any()
