"""The shipped readers by OpenVINO alone read as PyTorch does; altered files are refused."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from index.errors import ModelError
from index.files import sha256_of
from index.models.hub import shipped_folder
from index.models.inference import CompiledGraph
from rag.reader import Reading, TransformerReader, model, reader_of, shipped
from rag.reader.loading import ENGLISH, MAX_TOKENS, MULTILINGUAL, trained_model
from rag.reader.shipped import ShippedReader

QUESTION = "Who opened the harbour?"
TEXTS = [
    ("The new harbour", "The harbour was opened by Leyla Mammadova in 2021. It cost 40 million dollars."),
    ("", "They fly."),
    ("a long title of tea", "Tea is sold in the harbour. " * 80),
    ("Порт", "Порт открыла Лейла Мамедова. 🙂 بندر باز شد."),
]


class RecordingReader:
    """A reader that records its texts, and reads nothing in them."""

    name = "recording"
    comparable = False

    def for_languages(self, *, english):
        return self

    def __init__(self):
        self.questions = []

    def read(self, question, texts):
        self.questions.append(question)
        return [Reading([], *np.zeros((2, 0), dtype=np.float32), 0.0) for _ in texts]


@pytest.fixture
def in_float32(monkeypatch):
    """Whatever the processor can, models compute in float32."""
    monkeypatch.setattr(shipped, "has_bfloat16", lambda: False)
    monkeypatch.setattr(model, "computes_in_bfloat16", lambda: False)


@pytest.fixture(scope="module", params=[ENGLISH, MULTILINGUAL], ids=["english", "multilingual"])
def weights(request):
    """Those of each shipped reader."""
    return request.param


@pytest.fixture
def by_torch(in_float32, weights, monkeypatch):
    """The reader that PyTorch computes, from the same files."""
    monkeypatch.setattr("index.models.compiled.compile_model", lambda *_: None)
    return TransformerReader(weights=weights)


def assert_same(readings, others):
    """Check that readings are the same, in the same order: logits of 1 to 10, and their spans."""
    assert len(readings) == len(others)
    for one, other in zip(readings, others, strict=True):
        assert list(one.spans) == list(other.spans)
        assert (one.starts.dtype, one.ends.dtype) == (np.float32, np.float32)
        np.testing.assert_allclose(one.starts, other.starts, atol=1e-3)
        np.testing.assert_allclose(one.ends, other.ends, atol=1e-3)
        assert one.none == pytest.approx(other.none, abs=1e-3)


def test_the_weights_are_those_the_code_names(weights):
    """The file has the recorded hash."""
    assert sha256_of(weights.path) == weights.sha256


@pytest.mark.slow
def test_its_logits_are_those_of_pytorch(by_torch, weights):
    """Titles, long texts that are cut, and any script: each text has the logits of the model in PyTorch."""
    readings = ShippedReader(weights, RecordingReader()).read(QUESTION, TEXTS)
    assert_same(readings, by_torch.read(QUESTION, TEXTS))
    assert max(len(reading.spans) for reading in readings) > MAX_TOKENS / 2
    assert all(np.ptp(reading.starts) > 0.5 for reading in readings)


@pytest.mark.slow
def test_its_logits_are_those_of_transformers(in_float32, weights):
    """Without any of this project's batches: transformers' model of the trained weights on the same tokens."""
    import torch

    from rag.reader.loading import tokenizer_of
    from rag.reader.reading import encode

    tokenizer = tokenizer_of(shipped_folder(weights.base))
    trained = trained_model(weights).eval().float()
    readings = ShippedReader(weights, RecordingReader()).read(QUESTION, TEXTS)
    for encoding, reading in zip(encode(tokenizer, QUESTION, TEXTS), readings, strict=True):
        columns = {"input_ids": encoding.ids, "token_type_ids": encoding.type_ids}
        with torch.inference_mode():
            output = trained(**{name: torch.tensor([row]) for name, row in columns.items()})
        starts, ends = output.start_logits[0].numpy(), output.end_logits[0].numpy()
        assert reading.none == pytest.approx(float(starts[0] + ends[0]), abs=1e-3)
        last = len(encoding.ids) - 1  # the mark behind the text
        first = last - len(reading.spans)
        np.testing.assert_allclose(reading.starts, starts[first:last], atol=1e-3)
        np.testing.assert_allclose(reading.ends, ends[first:last], atol=1e-3)


@pytest.fixture(scope="module")
def reader(weights):
    """A shipped reader, loaded once."""
    return ShippedReader(weights, RecordingReader())


def test_it_finds_the_answer(reader):
    """The likeliest span of the first text is the name, and a text about something else has none."""
    answer, other = reader.read(QUESTION, TEXTS[:2])
    odds, span = answer.answer_in(0, len(TEXTS[0][1]))
    assert TEXTS[0][1][slice(*span)] == "Leyla Mammadova"
    assert odds > 0 > other.answer_in(0, len(TEXTS[1][1]))[0]


def test_texts_side_by_side_are_read_as_one_by_one(reader):
    """Long ones and short ones, in their order, and by several threads at once."""
    alone = [reader.read(QUESTION, [text])[0] for text in TEXTS]
    assert_same(reader.read(QUESTION, TEXTS), alone)
    with ThreadPoolExecutor(3) as threads:
        for readings in threads.map(lambda _: reader.read(QUESTION, TEXTS), range(4)):
            assert_same(readings, alone)


@pytest.fixture
def loads(monkeypatch):
    """The precisions in which graphs are compiled, in order."""
    precisions = []

    def recorded(graph, outputs, precision, **options):
        precisions.append(precision)
        return CompiledGraph(graph, outputs, precision, **options)

    monkeypatch.setattr(shipped, "CompiledGraph", recorded)
    return precisions


@pytest.mark.parametrize(("fast", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_two_first_questions_at_once_load_it_once(loads, weights, monkeypatch, fast, precision):
    """The second waits for what the first loads, in bfloat16 where that is quick; no texts load nothing."""
    monkeypatch.setattr(shipped, "has_bfloat16", lambda: fast)
    reader = ShippedReader(weights, RecordingReader())
    assert reader.read(QUESTION, []) == []
    assert loads == []
    with ThreadPoolExecutor(3) as threads:
        assert len(list(threads.map(lambda _: reader.read(QUESTION, TEXTS[:1]), range(3)))) == 3
    assert loads == [precision]


@pytest.mark.parametrize("damage", ["missing", "longer", "other", "folder"])
def test_altered_weights_are_refused(tmp_path, weights, damage):
    """The error names the file, and says how to get the right one or answer without it."""
    path = tmp_path / "reader.safetensors"
    content = weights.path.read_bytes()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(content + b"\n" if damage == "longer" else content[:-1] + b"\0")
    fallback = RecordingReader()
    with pytest.raises(ModelError, match="missing or altered.*Install this package again.*RAG_READER") as refused:
        ShippedReader(replace(weights, path=path), fallback).read(QUESTION, TEXTS)
    assert str(path) in str(refused.value)
    assert fallback.questions == []


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, "{}"])
def test_files_of_the_model_below_it_that_can_not_be_read_are_an_error(tmp_path, weights, monkeypatch, name, content):
    """The error names the folder of the embedding model whose vectors of words the reader has."""
    for file in ("tokenizer.json", "config.json", "model.safetensors"):
        (tmp_path / file).symlink_to(shipped_folder(weights.base) / file)
    (tmp_path / name).unlink()
    if content:
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(shipped, "shipped_folder", lambda _: tmp_path)
    with pytest.raises(ModelError, match="can't be loaded") as refused:
        ShippedReader(weights, RecordingReader()).read(QUESTION, TEXTS)
    assert str(tmp_path) in str(refused.value)


def test_where_openvino_can_not_compute_it_the_fallback_reads(monkeypatch, caplog):
    """The processor is tried once, and the log says why."""
    caplog.set_level("INFO", "rag.reader")
    tries = []

    def failing(*arguments, **_):
        tries.append(arguments)
        raise RuntimeError("no such instructions")

    monkeypatch.setattr(shipped, "CompiledGraph", failing)
    fallback = RecordingReader()
    reader = ShippedReader(ENGLISH, fallback)
    for _ in range(2):
        assert len(reader.read(QUESTION, TEXTS)) == len(TEXTS)
    assert (fallback.questions, len(tries)) == ([QUESTION] * 2, 1)
    assert "no such instructions" in caplog.text


@pytest.fixture
def without_openvino(monkeypatch):
    """An import of OpenVINO fails, and so does one of the modules that need it."""
    names = [f"index.models.{name}" for name in ("inference", "bert", "compiled")] + ["rag.reader.shipped"]
    for name in names + [name for name in sys.modules if name.split(".")[0] == "openvino"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in names:
        monkeypatch.delattr(name, raising=False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    reader_of.cache_clear()
    yield
    reader_of.cache_clear()


@pytest.mark.slow
def test_without_openvino_pytorch_reads(in_float32, without_openvino, caplog):
    """An installation without OpenVINO gives the same answers, and the log says why it is slower."""
    caplog.set_level("INFO")
    reader = reader_of("shipped")
    assert isinstance(reader, TransformerReader)
    assert "openvino" in caplog.text
    (reading,) = reader.read(QUESTION, TEXTS[:1])
    _, span = reading.answer_in(0, len(TEXTS[0][1]))
    assert TEXTS[0][1][slice(*span)] == "Leyla Mammadova"


def test_each_language_has_its_reader():
    """The shipped reader reads English, and has another for all else; that one and a model by name read everything."""
    english = reader_of("shipped")
    other = english.for_languages(english=False)
    assert english.for_languages(english=True) is english
    assert (english._weights, other._weights) == (ENGLISH, MULTILINGUAL)
    assert {other.for_languages(english=english) for english in (True, False)} == {other}
    assert other is reader_of("shipped").for_languages(english=False)


def test_the_setting_names_the_reader():
    """The shipped reader is made once, and loads nothing then; "none" is no reader."""
    assert isinstance(reader_of("shipped"), ShippedReader)
    assert reader_of("shipped") is reader_of("shipped")
    assert reader_of("shipped")._loaded is None
    assert reader_of("none") is None
