"""The default model in 8 bits: its files, the refusal of altered ones, and how they were made."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from index.errors import ModelError, PrecisionError
from index.files import sha256_of
from index.models import quantized
from index.models.batching import embed_batched
from index.models.precision import LEAST_COSINE, sample_texts
from index.models.tools import quantize
from index.passages import embedding_text
from tests.conftest import REPOSITORY


def test_the_files_are_those_the_code_names():
    """Both files exist and have the recorded hashes."""
    assert {path.suffix: sha256_of(path) for path in quantized.files()} == quantized.SHA256
    assert {path.name for path in quantized.files()} == {"all-MiniLM-L6-v2.xml", "all-MiniLM-L6-v2.bin"}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A folder with a copy of the files, which is used instead of theirs."""
    for path in quantized.files():
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(quantized, "GRAPH", tmp_path / quantized.GRAPH.name)
    return tmp_path


@pytest.mark.parametrize("suffix", [".xml", ".bin"])
@pytest.mark.parametrize("damage", ["missing", "longer", "other", "folder"])
def test_altered_files_are_refused(copied, suffix, damage):
    """Either file is refused when altered; the error says where the files are and what to do."""
    path = copied / f"all-MiniLM-L6-v2{suffix}"
    content = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(content + b"\n" if damage == "longer" else content[:-1] + b"\0")
    with pytest.raises(
        ModelError, match="missing or altered.*Install this package again.*--precision float32"
    ) as refused:
        quantized.quantized_default_model(SimpleNamespace())
    assert str(copied / "all-MiniLM-L6-v2") in str(refused.value)


def test_a_processor_that_can_not_compute_them_is_an_error(monkeypatch):
    """The error names the command that makes the index anew in float32."""

    def failing(*arguments, **options):
        raise RuntimeError("no such instructions")

    monkeypatch.setattr("index.models.compiled.load_quantized", failing)
    with pytest.raises(PrecisionError, match="no such instructions.*rag index --rebuild --precision float32"):
        quantized.quantized_default_model(SimpleNamespace())


@pytest.mark.slow
def test_vectors_in_8_bits_are_near_to_those_of_float32(real_embedder, in_8_bits):
    """No vector is farther from float32 than the bound, for short and long texts; and they are not the same."""
    cosines = (in_8_bits.embed_passages(sample_texts()) * real_embedder.embed_passages(sample_texts())).sum(axis=1)
    assert LEAST_COSINE["int8"] <= cosines.min() < 0.9999


@pytest.mark.slow
def test_in_8_bits_a_vector_does_not_depend_on_the_rest_of_its_batch(in_8_bits):
    """A text has the same vector in a batch as alone."""
    alone = np.concatenate([in_8_bits.embed_passages([text]) for text in sample_texts()])
    assert in_8_bits.embed_passages(sample_texts()) == pytest.approx(alone, abs=1e-5)


def test_the_ranges_are_measured_on_passages_and_first_sentences(corpus, monkeypatch):
    """The texts are passages as they are embedded, the first sentences of some, and their first words."""
    passage = "The harbour of Lenkoran was opened on 12 March 2021."
    texts = quantize.calibration_texts(corpus)
    assert texts[0].startswith(embedding_text("A bridge over the Kura", "Engineers finished the bridge"))
    assert texts[3:] == [
        "Engineers finished the bridge over the Kura in the autumn of 2022.",
        passage,
        "Kites fly over Lahore in spring.",
        "Engineers",
        "The harbour",
        "Kites fly over",
    ]
    assert texts[1].startswith(embedding_text("The new harbour of Lenkoran", passage))
    monkeypatch.setattr(quantize, "_PASSAGES", 2)
    monkeypatch.setattr(quantize, "_QUESTIONS", 1)
    assert quantize.calibration_texts(corpus) == [*texts[:2], texts[3], texts[6]]


@pytest.mark.slow
def test_the_files_can_be_made_again(tmp_path):
    """Files made anew, where NNCF is installed, give nearly the vectors of the model."""
    pytest.importorskip("nncf")
    from sentence_transformers import SentenceTransformer

    from index.models.compiled import VECTORS, load_quantized
    from index.models.hub import bundled_folder

    quantize.quantize(REPOSITORY / "corpus", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in quantized.files()}
    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    exact = model.encode(sample_texts(), show_progress_bar=False)
    model[0].model = load_quantized(tmp_path / quantized.GRAPH.name, model[0].model.config, quantized.INPUTS, VECTORS)
    made = embed_batched(model, sample_texts())
    assert (made * exact).sum(1).min() >= LEAST_COSINE["int8"]
