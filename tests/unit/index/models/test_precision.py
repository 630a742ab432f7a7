"""Choosing the precision that a model computes in."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError, PrecisionError
from index.models import precision
from index.models.batching import embed_batched, is_compiled
from index.models.precision import (
    LEAST_COSINE,
    computes_in_bfloat16,
    fastest_precision,
    precisions_of,
    sample_texts,
    to_precision,
)
from tests.tiny_reader import letter_tokenizer

TEXTS = ["tea", "", "a vessel entered the port.", "port " * 30, "1996"]


@pytest.fixture
def load(saved):
    """Loads a tiny model of random weights."""
    from sentence_transformers import SentenceTransformer

    return lambda **options: SentenceTransformer(str(saved(**options)), device="cpu").eval()


def encoded(model, texts=TEXTS):
    """The oracle: the library's own vectors of each text by itself, in float32."""
    return np.stack([model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts])


@pytest.mark.parametrize(
    ("architecture", "compiled"),
    [
        ("bert", True),
        ("xlm-roberta", True),
        ("distilbert", True),
        ("mpnet", True),
        ("gpt2", True),
        ("longformer", False),
    ],
)
def test_a_model_of_any_architecture_gives_its_vectors_in_float32(load, architecture, compiled):
    """It is compiled where it can be, and stays as it was otherwise."""
    model = load(architecture=architecture)
    converted = to_precision(model, "float32")
    assert is_compiled(converted) == compiled
    assert embed_batched(converted, TEXTS) == pytest.approx(encoded(model), abs=1e-5)


@pytest.mark.parametrize("architecture", ["bert", "longformer"])
def test_in_bfloat16_vectors_are_near_and_kept_as_float32(load, architecture):
    """They have unit length in float32, and the original model computes as before."""
    model = load(architecture=architecture)
    exact = embed_batched(model, TEXTS)
    in_bfloat16 = embed_batched(to_precision(model, "bfloat16"), TEXTS)
    assert in_bfloat16.dtype == np.float32
    assert np.linalg.norm(in_bfloat16, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (in_bfloat16 * exact).sum(1).min() > 0.995
    assert (embed_batched(model, TEXTS) == exact).all()


@pytest.mark.parametrize("wanted", ["float32", "bfloat16"])
def test_where_nothing_can_be_compiled_torch_computes(load, monkeypatch, wanted):
    """Torch computes in the precision that is wanted; in float32 it is the model itself."""
    monkeypatch.setattr("index.models.compiled.compile_model", lambda *_, **named: None)
    model = load()
    converted = to_precision(model, wanted)
    assert (converted.dtype, converted is model) == (getattr(torch, wanted), wanted == "float32")
    assert (embed_batched(converted, TEXTS) * encoded(model)).sum(1).min() > 0.995


def test_a_model_that_reads_no_table_of_tokens_is_left_as_it_is():
    """A model of word vectors alone has nothing to compile."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    model = SentenceTransformer(modules=[StaticEmbedding(letter_tokenizer(), embedding_dim=8)], device="cpu")
    assert to_precision(model, "float32") is model


@pytest.mark.parametrize("pooling", ["mean", "max", "lasttoken"])
@pytest.mark.parametrize("include", [True, False])
def test_a_compiled_model_keeps_the_configuration(load, include, pooling):
    """It keeps the prompt, whether pooling includes it, the most tokens, and the dimension of the vectors."""
    model = load(pooling=pooling)
    model[1].include_prompt = include
    model.prompts, model.default_prompt_name, model.truncate_dim = {"own": "ship: "}, "own", 8
    model.max_seq_length = 20
    converted = to_precision(model, "float32")
    assert is_compiled(converted)
    assert embed_batched(converted, TEXTS) == pytest.approx(encoded(model), abs=1e-5)


@pytest.mark.parametrize("architecture", ["bert", "gpt2"])
def test_where_padding_stands_first_torch_computes(load, architecture):
    """Such a model is not compiled, since the tokens of a row start at another position in each batch."""
    model = load(architecture=architecture)
    model.tokenizer.padding_side = "left"
    assert to_precision(model, "float32") is model


def test_the_weights_are_not_held_twice(load):
    """A compiled model has none of the transformer's parameters; the model it was made from keeps all of them."""
    model = load()
    count = sum(1 for _ in model.parameters())
    converted = to_precision(model, "bfloat16")
    assert (sum(1 for _ in converted.parameters()), sum(1 for _ in model.parameters())) == (0, count)
    assert count > 0


SECONDS = st.integers(1, 90)  # whole, so that the sums of a clock are exact
COSINES = st.one_of(st.floats(0.9, 1.0), st.just(float("nan")))
PRECISIONS = ("float32", "bfloat16", "int8")


def choice(seconds, cosines=None):
    """The precision chosen where each takes these seconds in each turn, and its farthest vector has this cosine.

    The precisions are those that `seconds` names. Embedding moves a clock.
    """
    elapsed = {name: iter((0, *turns)) for name, turns in seconds.items()}  # the first time vectors are only compared
    cosine_of = dict.fromkeys(PRECISIONS, 1.0) | (cosines or {})
    clock = [0]

    def embed(name, texts):
        clock[0] += next(elapsed[name])
        return vectors(cosine_of[name], len(texts))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "perf_counter", lambda: clock[0])
        return fastest_precision({name: partial(partial, embed, name) for name in seconds})


def vectors(cosine, count):
    """So many unit vectors, of which the last has this cosine with the others."""
    rows = np.tile(np.float64([1.0, 0.0]), (count, 1))
    rows[-1] = cosine, np.sqrt(1 - cosine**2)
    return rows


@given(st.tuples(*[st.tuples(SECONDS, SECONDS)] * 3), COSINES, COSINES, st.booleans(), st.booleans())
def test_the_fastest_of_those_that_are_near_enough_is_chosen(seconds, rough, coarse, bfloat16, in_8_bits):
    """Float32 is always a choice, the others are where they can be loaded and are near enough."""
    cosines = {"bfloat16": rough, "int8": coarse}
    best = dict(zip(PRECISIONS, map(min, seconds), strict=True))
    loadable = ["float32", *(["bfloat16"] if bfloat16 else []), *(["int8"] if in_8_bits else [])]
    allowed = [name for name in loadable if name == "float32" or cosines[name] >= LEAST_COSINE[name]]
    turns = {name: turns for name, turns in zip(PRECISIONS, seconds, strict=True) if name in loadable}
    fastest = choice(turns, cosines)
    assert fastest in allowed
    assert best[fastest] == min(best[name] for name in allowed)


COARSER_IS_FASTER = {"float32": (3, 3), "bfloat16": (2, 2), "int8": (1, 1)}


def test_a_turn_that_another_process_slowed_does_not_count():
    """The best turn of each precision counts."""
    assert choice({"float32": (2, 2), "bfloat16": (9, 1)}) == "bfloat16"


@pytest.mark.parametrize("cosine", [LEAST_COSINE["bfloat16"] - 0.001, float("nan")])
def test_a_precision_whose_vectors_are_too_far_from_float32_is_not_chosen(cosine):
    """One text's vector that is too far is enough, however fast the precision is."""
    seconds = {name: COARSER_IS_FASTER[name] for name in ("float32", "bfloat16")}
    assert choice(seconds, {"bfloat16": cosine}) == "float32"
    assert choice(COARSER_IS_FASTER, {"int8": cosine - 0.1}) == "bfloat16"


@pytest.mark.parametrize(
    ("device", "bfloat16", "expected"),
    [("cpu", True, ["float32", "bfloat16"]), ("cuda", True, ["float32", "bfloat16"]), ("cpu", False, ["float32"])],
)
def test_a_model_may_compute_in_what_its_device_has(monkeypatch, device, bfloat16, expected):
    """Float32 comes first, bfloat16 only where the device has it, and 8 bits never: only the default model has them."""
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: bfloat16)
    assert list(precisions_of(SimpleNamespace(device=torch.device(device)))) == expected


def test_a_model_that_can_not_compute_in_bfloat16_computes_in_float32(load, monkeypatch, caplog):
    """The reason is logged."""
    from torch.nn import Linear

    forward = Linear.forward

    def refuse(self, tensor):
        if tensor.dtype == torch.bfloat16:
            raise RuntimeError("not implemented for 'BFloat16'")
        return forward(self, tensor)

    caplog.set_level("INFO")
    monkeypatch.setattr(Linear, "forward", refuse)
    monkeypatch.setattr("index.models.compiled.compile_model", lambda *_, **named: None)
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    assert fastest_precision(precisions_of(load())) == "float32"
    assert "can't compute in bfloat16: not implemented for 'BFloat16'" in caplog.text


def failing(error):
    """Loads nothing but raises that error."""

    def load():
        raise error

    return load


def exact():
    """Loads what embeds in no time at all."""
    return lambda texts: vectors(1.0, len(texts))


def test_8_bits_that_the_processor_can_not_compute_are_not_chosen(caplog):
    """Float32 is the only choice then, and the reason is logged."""
    caplog.set_level("INFO")
    loaders = {"float32": exact, "int8": failing(PrecisionError("no such instructions.", "Index again."))}
    assert fastest_precision(loaders) == "float32"
    assert "can't compute in int8: no such instructions." in caplog.text


def test_8_bits_that_are_altered_are_an_error():
    """A broken installation is reported, and not merely slower."""
    with pytest.raises(ModelError, match="altered"):
        fastest_precision({"float32": exact, "int8": failing(ModelError("altered.", "Install again."))})


def test_where_float32_is_the_only_choice_nothing_is_measured():
    """The model is neither loaded nor embeds anything."""
    assert fastest_precision({"float32": failing(AssertionError("loaded"))}) == "float32"


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx512_bf16": True, "amx_tile": False}, True),
        ({"avx512_bf16": False, "amx_tile": True}, True),
        ({"avx512_bf16": False, "amx_tile": False}, False),
        ({"architecture": "aarch64", "neon": True}, False),
    ],
)
def test_a_processor_has_bfloat16_by_vector_or_by_tile_instructions(monkeypatch, capabilities, expected):
    """Either is enough; a device that is neither a processor nor CUDA's is not known to have bfloat16."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert (computes_in_bfloat16(), computes_in_bfloat16("meta")) == (expected, False)


def test_torch_knows_both_instructions():
    """The names of the capabilities are torch's own, on the processors that can have them."""
    capabilities = torch.cpu.get_capabilities()
    assert capabilities["architecture"] != "x86_64" or {"avx512_bf16", "amx_tile"} <= set(capabilities)


def test_every_choice_is_measured(load, monkeypatch):
    """Each precision really embeds the texts: once to be compared, then in turns."""
    names, embedded = {}, []
    convert, embed = precision.to_precision, precision.embed_batched

    def recorded_conversion(model, name, *, in_bulk):
        assert in_bulk  # as in a build
        candidate = convert(model, name, in_bulk=in_bulk)
        names[id(candidate)] = name
        return candidate

    def recorded_embedding(model, texts):
        embedded.append(names[id(model)])
        return embed(model, texts)

    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    monkeypatch.setattr(precision, "to_precision", recorded_conversion)
    monkeypatch.setattr(precision, "embed_batched", recorded_embedding)
    choices = ["float32", "bfloat16"]
    assert fastest_precision(precisions_of(load())) in choices
    assert embedded == choices * 3


def test_no_model_becomes_one_of_8_bits(load):
    """Only the default model exists in 8 bits, and its files are loaded elsewhere."""
    with pytest.raises(PrecisionError, match="does not exist in 8 bits. Name another precision"):
        to_precision(load(), "int8")


def test_the_texts_are_of_many_lengths_and_always_the_same():
    """They have one to ten sentences."""
    lengths = sorted({len(text) for text in sample_texts()})
    assert (lengths[0] < 120, lengths[-1] > 800, len(lengths) > 5) == (True, True, True)
    assert sample_texts() == sample_texts()
