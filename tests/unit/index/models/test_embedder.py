"""Finding, checking and loading an embedding model."""

import gc
import json
import shutil
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from index.cores import available_cores
from index.errors import ModelError, PrecisionError
from index.models import embedder as module
from index.models.batching import is_compiled
from index.models.embedder import SentenceTransformerEmbedder, choose_model, choose_precision, embedder_of_record
from index.models.hub import DEFAULT_MODEL, ENGLISH_MODEL, MULTILINGUAL_MODEL, shipped_folder
from index.models.precision import LEAST_COSINE, sample_texts
from index.models.record import ModelRecord
from index.models.shipped import ShippedEncoder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model directory with files of the right names, which are no model: weights, a tokenizer, a configuration."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name, text in {"model.safetensors": "weights", "tokenizer.json": "{}", "config.json": "{}"}.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("name", [ENGLISH_MODEL, MULTILINGUAL_MODEL])
def test_the_shipped_models_are_the_published_files(name):
    """The weights have the published hash, and the record says which model it is."""
    assert SentenceTransformerEmbedder(name).record.name == name


def test_the_default_model_has_the_prompts_it_was_trained_with():
    """A query and a passage begin with its words, unless others are given; the English model has none."""
    record, english = SentenceTransformerEmbedder().record, SentenceTransformerEmbedder(ENGLISH_MODEL).record
    assert (record.name, record.query_prompt, record.passage_prompt) == (DEFAULT_MODEL, "query: ", "passage: ")
    assert SentenceTransformerEmbedder(query_prompt="ask: ").record.query_prompt == "ask: "
    assert (english.query_prompt, english.passage_prompt) == ("", "")


@pytest.mark.parametrize(
    ("name", "remedy"), [(ENGLISH_MODEL, "pip install --force"), (MULTILINGUAL_MODEL, "Install this package again")]
)
def test_an_altered_shipped_model_is_refused(model, monkeypatch, name, remedy):
    """Other weights under a shipped name are refused, with what brings the right ones back."""
    monkeypatch.setattr(module, "shipped_folder", lambda _: model)
    with pytest.raises(ModelError, match=f"not the published file.*{remedy}"):
        SentenceTransformerEmbedder(name)


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
    monkeypatch.setattr(module, "fastest_precision", lambda loaders: measured.append(loaders) or "bfloat16")
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
def test_queries_are_embedded_in_8_bits_as_the_passages_of_their_index():
    """A query has exactly the vector of the same passage, and the record states the precision."""
    in_8_bits = SentenceTransformerEmbedder(ENGLISH_MODEL, precision="int8")  # which has no prompts
    assert in_8_bits.record.precision == "int8"
    assert_same_for_queries(in_8_bits)
    assert_same_for_queries(embedder_of_record(in_8_bits.record))


def model_of(embedder):
    """The sentence-transformers model that an embedder has loaded."""
    return embedder._loaded().args[0]


def encoder_of(embedder):
    """The encoder of the default model that an embedder has loaded."""
    encoder = embedder._loaded().__self__
    assert isinstance(encoder, ShippedEncoder)
    return encoder


def assert_same_in_bulk(single, in_bulk):
    """The embedder for many passages gives the vectors of the other, bit for bit."""
    assert in_bulk.record == single.record
    texts = [f"A vessel of {number} tonnes entered the port. " * (1 + number % 9) for number in range(60)]
    vectors = in_bulk.embed_passages(texts)
    assert (vectors == single.embed_passages(texts)).all()
    assert all((single.embed_query(text) == in_bulk.embed_queries([text])[0]).all() for text in texts[:9])


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_passages_are_embedded_in_bulk_as_each_alone(saved, precision, cores):
    """Embedding in bulk changes no vector, so that an index fits every query."""
    name = str(saved())
    single = SentenceTransformerEmbedder(name, precision=precision)
    in_bulk = SentenceTransformerEmbedder(name, precision=precision, in_bulk=True)
    assert_same_in_bulk(single, in_bulk)
    assert model_of(in_bulk)[0].model.graph._requests.qsize() == torch.get_num_threads()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_passages_are_embedded_in_bulk_by_the_default_model_as_each_alone(real_embedder, in_8_bits, precision):
    """Embedding in bulk changes no vector, and there is a call for every core."""
    in_bulk = SentenceTransformerEmbedder(precision=precision, in_bulk=True)
    assert_same_in_bulk({"float32": real_embedder, "int8": in_8_bits}[precision], in_bulk)
    assert encoder_of(in_bulk)._graph._requests.qsize() == available_cores()


@pytest.mark.parametrize(("fast", "expected"), [(True, ["float32", "bfloat16", "int8"]), (False, ["float32", "int8"])])
def test_8_bits_are_measured_for_the_default_model_alone(saved, monkeypatch, fast, expected):
    """No other model exists in 8 bits; bfloat16 is measured where the processor has it. Nothing is loaded before."""
    measured = []
    monkeypatch.setattr(module, "fastest_precision", lambda loaders: measured.append(list(loaders)) or "float32")
    monkeypatch.setattr("index.models.inference.has_bfloat16", lambda: fast)
    monkeypatch.setattr("index.models.precision.computes_in_bfloat16", lambda device: fast)
    monkeypatch.setattr(module, "_load", lambda folder, name: SimpleNamespace(device="cpu"))
    for name in (DEFAULT_MODEL, str(saved())):
        assert choose_precision("auto", name, "", "", None) == "float32"
    assert measured == [expected, [name for name in expected if name != "int8"]]


class Tried:
    """What is recorded of each try to load the default model, which fails with an error."""

    def __init__(self, error):
        self.error, self.precisions = error, []

    def __call__(self, name, precision, *, in_bulk):
        self.precisions.append(precision)
        raise self.error


@pytest.fixture
def uncomputable(monkeypatch):
    """The processor can't compute the default model; gives the tries."""
    tried = Tried(PrecisionError("no such instructions.", "Index again."))
    monkeypatch.setattr("index.models.shipped.ShippedEncoder", tried)
    return tried


@pytest.fixture
def without_openvino(monkeypatch):
    """An import of OpenVINO fails, and so does one of the modules that need it."""
    for name in [name for name in sys.modules if name.split(".")[0] == "openvino"]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("inference", "bert", "compiled", "shipped"):
        monkeypatch.delitem(sys.modules, f"index.models.{name}", raising=False)
        monkeypatch.delattr(f"index.models.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)


@pytest.fixture
def tiny_default(saved, monkeypatch):
    """A tiny model is loaded in the place of the default model where PyTorch computes it."""
    load, folder = module._load, saved()
    monkeypatch.setattr(module, "_load", lambda _, name: load(folder, str(folder)))
    return SentenceTransformerEmbedder(str(folder), "query: ", "passage: ")


TEXTS = ["tea", "", "a vessel entered the port.", "port " * 30]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_pytorch_computes_the_default_model_where_openvino_can_not(uncomputable, tiny_default, precision, caplog):
    """The vectors are those of the model in float32, or near to them, and the log says why."""
    caplog.set_level("INFO", "index.models")
    vectors = SentenceTransformerEmbedder(precision=precision).embed_passages(TEXTS)
    assert (vectors * tiny_default.embed_passages(TEXTS)).sum(1).min() > (0.9999 if precision == "float32" else 0.995)
    assert uncomputable.precisions == [precision]
    assert "computed by PyTorch, since OpenVINO can't be used: no such instructions" in caplog.text


def test_8_bits_that_the_processor_can_not_compute_are_an_error(uncomputable, tiny_default):
    """PyTorch does not compute in their place, since its vectors would not fit an index in 8 bits."""
    with pytest.raises(PrecisionError, match="no such instructions. Index again."):
        SentenceTransformerEmbedder(precision="int8").embed_query("tea")


@pytest.mark.parametrize("name", [DEFAULT_MODEL, "another"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_without_openvino_pytorch_computes_every_model(
    saved, monkeypatch, tiny_default, name, precision, caplog, request
):
    """An installation without OpenVINO gives the same vectors, and the log says why it is slower."""
    expected = tiny_default.embed_passages(TEXTS)
    request.getfixturevalue("without_openvino")
    caplog.set_level("INFO", "index.models")
    name = name if name == DEFAULT_MODEL else str(saved())
    embedder = SentenceTransformerEmbedder(name, "query: ", "passage: ", precision)
    vectors = embedder.embed_passages(TEXTS)
    assert (vectors * expected).sum(1).min() > (0.9999 if precision == "float32" else 0.995)
    assert not is_compiled(model_of(embedder))
    assert "openvino" in caplog.text


def test_without_openvino_there_are_no_8_bits(without_openvino):
    """The error says what is missing, and names the command that makes the index anew."""
    with pytest.raises(PrecisionError, match="openvino.*rag index --rebuild --precision float32"):
        SentenceTransformerEmbedder(precision="int8").embed_query("tea")


def test_without_openvino_the_default_model_is_not_measured(without_openvino, monkeypatch):
    """It is of use in float32 alone, and nothing is loaded to find that out."""
    monkeypatch.setattr(module, "_load", None)
    assert choose_precision("auto", DEFAULT_MODEL, "", "", None) == "float32"


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
    assert is_compiled(model_of(embedder))


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
    assert query @ near > query @ far + 0.05  # its cosines lie close together
    assert real_embedder.embed_queries(["tea", "The ship came into the harbour."])[1] == pytest.approx(query, abs=1e-5)


@pytest.mark.slow
def test_the_default_model_gives_nearly_the_same_vectors_in_bfloat16(real_embedder):
    """They are nearer to those of float32 than the bound, for short and long texts."""
    in_bfloat16 = SentenceTransformerEmbedder(precision="bfloat16")
    cosines = (in_bfloat16.embed_passages(sample_texts()) * real_embedder.embed_passages(sample_texts())).sum(axis=1)
    assert cosines.min() > 0.999 > LEAST_COSINE["bfloat16"]


@pytest.mark.slow
def test_prompts_are_put_before_what_is_embedded(tmp_path):
    """A query with its prompt has the vector of the prompted text."""
    folder = shutil.copytree(shipped_folder(ENGLISH_MODEL), tmp_path / "copy")
    prompted, bare = (
        SentenceTransformerEmbedder(str(folder), "query: ", "passage: "),
        SentenceTransformerEmbedder(ENGLISH_MODEL),
    )
    assert prompted.embed_query("tea") == pytest.approx(bare.embed_query("query: tea"), abs=1e-5)
    assert prompted.embed_passages(["tea"])[0] == pytest.approx(bare.embed_query("passage: tea"), abs=1e-5)
    assert json.loads(prompted.record.model_dump_json())["query_prompt"] == "query: "


def test_an_index_keeps_its_model_until_another_is_named():
    """Without a model name and prompts are the index's; a prompt that is given counts; a named model has its own."""
    earlier = ModelRecord(name="own", fingerprint="", query_prompt="ask: ", passage_prompt="text: ")
    assert choose_model(None, "", "", earlier) == ("own", "ask: ", "text: ")
    assert choose_model(None, "why: ", "", earlier) == ("own", "why: ", "text: ")
    assert choose_model("other", "", "", earlier) == ("other", "", "")
    assert choose_model(None, "", "", None) == (DEFAULT_MODEL, "", "")
