"""Choosing what a model computes in."""

import numpy as np
import pytest

from index import precision
from index.precision import computes_in_bfloat16, measured_precision, sample_texts


@pytest.fixture
def model(saved):
    """A tiny Bert of random weights."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(saved()), device="cpu")


@pytest.fixture
def takes(monkeypatch):
    """Sets the seconds that each precision takes, on a processor that has both."""
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)

    def take(**seconds):
        monkeypatch.setattr(precision, "_seconds", lambda model, texts: seconds[str(model.dtype).split(".")[1]])

    return take


@pytest.mark.parametrize(("exact", "rough", "chosen"), [(2.0, 1.0, "bfloat16"), (1.0, 2.0, "float32")])
def test_the_faster_is_taken(model, takes, exact, rough, chosen):
    """Where both find the same, time decides."""
    takes(float32=exact, bfloat16=rough)
    assert measured_precision(model) == chosen


@pytest.mark.parametrize("noise", [0.5, np.nan])
def test_vectors_that_are_too_far_from_float32_are_not_taken(model, takes, monkeypatch, noise):
    """However fast they are."""
    import torch

    def worse(model):
        made = rounded(model)
        with torch.no_grad():
            made[0].auto_model.embeddings.word_embeddings.weight.mul_(torch.tensor(noise)).sin_()
        return made

    rounded = precision.in_bfloat16
    monkeypatch.setattr(precision, "in_bfloat16", worse)
    takes(float32=2.0, bfloat16=1.0)
    assert measured_precision(model) == "float32"


def test_a_model_that_can_not_compute_in_bfloat16_computes_in_float32(model, takes, monkeypatch, caplog):
    """Why is logged."""
    from torch.nn import Linear

    forward = Linear.forward

    def refuse(self, given):
        if str(given.dtype) == "torch.bfloat16":
            raise RuntimeError("not implemented for 'BFloat16'")
        return forward(self, given)

    caplog.set_level("INFO")
    monkeypatch.setattr(Linear, "forward", refuse)
    takes(float32=2.0, bfloat16=1.0)
    assert measured_precision(model) == "float32"
    assert "not implemented for 'BFloat16'" in caplog.text


def test_a_processor_of_float32_alone_is_not_measured(model, monkeypatch):
    """There is nothing to choose."""
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: False)
    monkeypatch.setattr(precision, "embed_batched", None)
    assert measured_precision(model) == "float32"


@pytest.mark.parametrize(("bf16", "amx", "has"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_processor_has_bfloat16_by_either_kind_of_instruction(monkeypatch, bf16, amx, has):
    """Of vectors, or of tiles; another device than a processor or CUDA's is not known to have it."""
    import torch

    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert (computes_in_bfloat16(), computes_in_bfloat16("meta")) == (has, False)


def test_it_is_measured_in_both(model, monkeypatch):
    """Really embedding the texts, in turns."""
    made = []
    embed = precision.embed_batched

    def note(model, texts):
        made.append(str(model.dtype))
        return embed(model, texts)

    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    monkeypatch.setattr(precision, "embed_batched", note)
    assert measured_precision(model) in ("float32", "bfloat16")
    assert made == ["torch.float32", "torch.bfloat16"] * 3


def test_the_texts_are_of_many_lengths_and_always_the_same():
    """From a sentence to ten."""
    lengths = sorted({len(text) for text in sample_texts()})
    assert (lengths[0] < 120, lengths[-1] > 800, len(lengths) > 5) == (True, True, True)
    assert sample_texts() == sample_texts()
