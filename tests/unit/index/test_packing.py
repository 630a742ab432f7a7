"""Embedding texts side by side without padding."""

from pathlib import Path

import numpy as np
import pytest

from index.embedder import SentenceTransformerEmbedder
from index.packing import embed_packed, packable
from tests.tiny_reader import bert_config, letter_tokenizer

TEXTS = ["a vessel entered the port.", "1996", "", "x", "bread is baked at dawn, and sold before noon."]


@pytest.fixture
def saved(tmp_path):
    """Saves a tiny Bert of random weights as an embedding model, pooled as a test needs; gives its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertModel, PreTrainedTokenizerFast

    def save(pooling: str = "mean", *, unit: bool = True) -> Path:
        words = letter_tokenizer()
        names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
        PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=64, **names).save_pretrained(tmp_path / "bert")
        with torch.random.fork_rng():
            torch.manual_seed(7)
            BertModel(bert_config(words.get_vocab_size())).save_pretrained(tmp_path / "bert")
        modules = [Transformer(str(tmp_path / "bert")), Pooling(16, pooling), *([Normalize()] if unit else [])]
        SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path / "model"))
        return tmp_path / "model"

    return save


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
