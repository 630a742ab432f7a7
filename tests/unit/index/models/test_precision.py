"""Choosing what a model computes in."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError, PrecisionError
from index.models import precision
from index.models.batching import embed_batched, is_compiled
from index.models.precision import LEAST_COSINE, computes_in_bfloat16, fastest_precision, sample_texts, to_precision
from tests.tiny_reader import letter_tokenizer

TEXTS = ["tea", "", "a vessel entered the port.", "port " * 30, "1996"]


@pytest.fixture
def load(saved):
    """Loads a tiny model of random weights."""
    from sentence_transformers import SentenceTransformer

    return lambda **make: SentenceTransformer(str(saved(**make)), device="cpu").eval()


def encoded(model, texts=TEXTS):
    """The oracle: the library's own vectors of each text by itself, in float32."""
    return np.stack([model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts])


@pytest.mark.parametrize(
    ("kind", "compiled"),
    [
        ("bert", True),
        ("xlm-roberta", True),
        ("distilbert", True),
        ("mpnet", True),
        ("gpt2", True),
        ("longformer", False),
    ],
)
def test_a_model_of_any_make_finds_in_float32_what_it_found_before(load, kind, compiled):
    """Compiled where it can be, and otherwise as it was."""
    model = load(kind=kind)
    made = to_precision(model, "float32")
    assert is_compiled(made) == compiled
    assert embed_batched(made, TEXTS) == pytest.approx(encoded(model), abs=1e-5)


@pytest.mark.parametrize("kind", ["bert", "longformer"])
def test_in_bfloat16_vectors_are_near_and_kept_as_float32(load, kind):
    """They have unit length in float32, and the model that was given computes as before."""
    model = load(kind=kind)
    exact = embed_batched(model, TEXTS)
    rough = embed_batched(to_precision(model, "bfloat16"), TEXTS)
    assert rough.dtype == np.float32
    assert np.linalg.norm(rough, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (rough * exact).sum(1).min() > 0.995
    assert (embed_batched(model, TEXTS) == exact).all()


@pytest.mark.parametrize("wanted", ["float32", "bfloat16"])
def test_where_nothing_can_be_compiled_torch_computes(load, monkeypatch, wanted):
    """In the precision that is wanted; in float32 it is the model itself."""
    monkeypatch.setattr("index.models.compiled.compiled", lambda *_, **named: None)
    model = load()
    made = to_precision(model, wanted)
    assert (made.dtype, made is model) == (getattr(torch, wanted), wanted == "float32")
    assert (embed_batched(made, TEXTS) * encoded(model)).sum(1).min() > 0.995


def test_a_model_that_reads_no_table_of_tokens_is_left_as_it_is():
    """A model of word vectors alone has nothing to compile."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = SentenceTransformer(modules=[StaticEmbedding(letter_tokenizer(), embedding_dim=8)], device="cpu")
    assert to_precision(model, "float32") is model


@pytest.mark.parametrize("pooling", ["mean", "max", "lasttoken"])
@pytest.mark.parametrize("include", [True, False])
def test_what_a_model_s_configuration_says_is_kept(load, include, pooling):
    """Its prompt, whether it counts, how much is read and how short vectors are, are those of the compiled one."""
    model = load(pooling=pooling)
    model[1].include_prompt = include
    model.prompts, model.default_prompt_name, model.truncate_dim = {"given": "ship: "}, "given", 8
    model.max_seq_length = 20
    made = to_precision(model, "float32")
    assert is_compiled(made)
    assert embed_batched(made, TEXTS) == pytest.approx(encoded(model), abs=1e-5)


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_where_padding_stands_first_torch_computes(load, kind):
    """Tokens of a row then begin somewhere else in each batch, which is not what a graph was made of."""
    model = load(kind=kind)
    model.tokenizer.padding_side = "left"
    assert to_precision(model, "float32") is model


def test_the_weights_are_not_held_twice(load):
    """A compiled model has none of the transformer's parameters, and the one it was made of has all of them."""
    model = load()
    count = sum(1 for _ in model.parameters())
    made = to_precision(model, "bfloat16")
    assert (sum(1 for _ in made.parameters()), sum(1 for _ in model.parameters())) == (0, count)
    assert count > 0


SECONDS = st.floats(0.1, 9.0)
COSINES = st.one_of(st.floats(0.9, 1.0), st.just(float("nan")))
PRECISIONS = ("float32", "bfloat16", "int8")


def chosen(seconds, cosines=None, *, bfloat16=True, device="cpu", in_8_bits=False):
    """What is chosen where each precision takes so long in each turn, and its farthest vector is so near.

    Models are the names of precisions.
    """
    turns = {name: iter(taken) for name, taken in seconds.items()}
    near = dict.fromkeys(PRECISIONS, 1.0) | (cosines or {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "computes_in_bfloat16", lambda device: bfloat16)
        patch.setattr(precision, "to_precision", lambda model, name, *, in_bulk: name)
        patch.setattr(precision, "embed_batched", lambda name, texts: vectors(near[name], len(texts)))
        patch.setattr(precision, "_seconds", lambda name, texts: next(turns[name]))
        return fastest_precision(SimpleNamespace(device=torch.device(device)), in_8_bits=in_8_bits)


def vectors(cosine, count):
    """So many unit vectors, the last of them so near to the first."""
    made = np.tile(np.float64([1.0, 0.0]), (count, 1))
    made[-1] = cosine, np.sqrt(1 - cosine**2)
    return made


@given(st.tuples(*[st.tuples(SECONDS, SECONDS)] * 3), COSINES, COSINES, st.booleans(), st.booleans())
def test_the_fastest_of_those_that_are_near_enough_is_taken(seconds, rough, coarse, bfloat16, in_8_bits):
    """Of those there are here: float32 always, the others as the processor and the model allow."""
    near, turns = {"bfloat16": rough, "int8": coarse}, dict(zip(PRECISIONS, seconds, strict=True))
    least = dict(zip(PRECISIONS, map(min, seconds), strict=True))
    fit = ["float32"]
    fit += ["bfloat16"] if bfloat16 and rough >= LEAST_COSINE["bfloat16"] else []
    fit += ["int8"] if in_8_bits and coarse >= LEAST_COSINE["int8"] else []
    taken = chosen(turns, near, bfloat16=bfloat16, in_8_bits=in_8_bits)
    assert taken in fit
    assert least[taken] == min(least[name] for name in fit)


COARSER_IS_FASTER = {"float32": (3.0, 3.0), "bfloat16": (2.0, 2.0), "int8": (1.0, 1.0)}


@pytest.mark.parametrize(("in_8_bits", "taken"), [(True, "int8"), (False, "bfloat16")])
def test_8_bits_are_for_the_model_that_has_them(in_8_bits, taken):
    """Another model is not measured in them, however fast they are."""
    assert chosen(COARSER_IS_FASTER, in_8_bits=in_8_bits) == taken


def test_elsewhere_than_on_a_processor_there_are_no_8_bits():
    """They are made for one."""
    assert chosen(COARSER_IS_FASTER, in_8_bits=True, device="cuda") == "bfloat16"


def test_a_turn_in_which_others_ran_is_no_matter():
    """Each is judged by its best."""
    assert chosen({"float32": (2.0, 2.0), "bfloat16": (9.0, 1.0)}) == "bfloat16"


@pytest.mark.parametrize("cosine", [LEAST_COSINE["bfloat16"] - 0.001, float("nan")])
def test_vectors_that_are_too_far_from_float32_are_not_taken(cosine):
    """However fast they are, and though only one text's is too far."""
    assert chosen(COARSER_IS_FASTER, {"bfloat16": cosine}) == "float32"


def test_a_model_that_can_not_compute_in_bfloat16_computes_in_float32(load, monkeypatch, caplog):
    """Why is logged."""
    from torch.nn import Linear

    forward = Linear.forward

    def refuse(self, given):
        if str(given.dtype) == "torch.bfloat16":
            raise RuntimeError("not implemented for 'BFloat16'")
        return forward(self, given)

    caplog.set_level("INFO")
    monkeypatch.setattr(Linear, "forward", refuse)
    monkeypatch.setattr("index.models.compiled.compiled", lambda *_, **named: None)
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    assert fastest_precision(load()) == "float32"
    assert "can't compute in bfloat16: not implemented for 'BFloat16'" in caplog.text


def test_8_bits_that_the_processor_can_not_compute_are_passed_over(load, monkeypatch):
    """They are not among the choices there."""

    def failing(config, *, in_bulk):
        raise PrecisionError("none.", "Index again.")

    monkeypatch.setattr(precision, "quantized", failing)
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: False)
    assert fastest_precision(load(), in_8_bits=True) == "float32"


def test_8_bits_that_are_altered_are_not_passed_over(load, monkeypatch):
    """An installation that is broken is said to be, and not only slower."""

    def altered(config, *, in_bulk):
        raise ModelError("altered.", "Install again.")

    monkeypatch.setattr(precision, "quantized", altered)
    with pytest.raises(ModelError, match="altered"):
        fastest_precision(load(), in_8_bits=True)


def test_where_there_is_float32_alone_nothing_is_measured(load, monkeypatch):
    """There is nothing to choose."""
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: False)
    monkeypatch.setattr(precision, "to_precision", None)
    monkeypatch.setattr(precision, "embed_batched", None)
    assert fastest_precision(load()) == "float32"


@pytest.mark.parametrize(("bf16", "amx", "has"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_processor_has_bfloat16_by_either_kind_of_instruction(monkeypatch, bf16, amx, has):
    """Of vectors, or of tiles; another device than a processor or CUDA's is not known to have it."""
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: bf16)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    assert (computes_in_bfloat16(), computes_in_bfloat16("meta")) == (has, False)


def test_it_is_measured_in_each(load, monkeypatch):
    """Really embedding the texts: once each to compare, then in turns."""
    names, embedded = {}, []
    make, embed = precision.to_precision, precision.embed_batched

    def noted(model, name, *, in_bulk):
        assert in_bulk  # as a build does it
        # The 8 bits are those of another model.
        made = make(model, "float32" if name == "int8" else name, in_bulk=in_bulk)
        names[id(made)] = name
        return made

    def note(model, texts):
        embedded.append(names[id(model)])
        return embed(model, texts)

    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    monkeypatch.setattr(precision, "to_precision", noted)
    monkeypatch.setattr(precision, "embed_batched", note)
    assert fastest_precision(load(), in_8_bits=True) in PRECISIONS
    assert embedded == list(PRECISIONS) * 3


def test_the_texts_are_of_many_lengths_and_always_the_same():
    """From a sentence to ten."""
    lengths = sorted({len(text) for text in sample_texts()})
    assert (lengths[0] < 120, lengths[-1] > 800, len(lengths) > 5) == (True, True, True)
    assert sample_texts() == sample_texts()
