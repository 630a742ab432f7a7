"""Transformers compiled for the processor give the outputs that torch gives."""

import gc
import json
import logging
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import run
from threading import Barrier, Lock
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from index.models.compiled import CompiledModel, compile_model, trace
from index.models.inference import openvino
from index.models.precision import computes_in_bfloat16
from tests.conftest import REPOSITORY
from tests.tiny_reader import bert_config, tiny_encoder

INPUTS, OUTPUTS = ("input_ids", "attention_mask", "token_type_ids"), ("last_hidden_state",)
WORDS = 60


def bert():
    """A tiny Bert, the same each time."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return tiny_encoder("bert", WORDS).eval()


@pytest.fixture(scope="module")
def model():
    return bert()


@pytest.fixture(scope="module")
def exact(model):
    return compile_model(model, INPUTS, OUTPUTS, "float32")


@pytest.fixture
def on_these_cores(cores):
    """A model compiled for this number of cores."""
    return compile_model(bert(), INPUTS, OUTPUTS, "float32")


def tokens_of(lengths, seed=0):
    """Rows of random tokens with these lengths, padded to the longest."""
    generator = torch.Generator().manual_seed(seed)
    shape = (len(lengths), max(lengths))
    mask = (torch.arange(shape[1])[None, :] < torch.tensor(lengths)[:, None]).long()
    words, types = (torch.randint(most, shape, generator=generator) for most in (WORDS, 2))
    return {"input_ids": words * mask, "attention_mask": mask, "token_type_ids": types * mask}


def hidden_states(model, tokens):
    """The outputs of a model, without those of padding."""
    with torch.inference_mode():
        return model(**tokens)["last_hidden_state"][tokens["attention_mask"].bool()].numpy()


ROWS = st.lists(st.integers(1, 64), min_size=1, max_size=6)


@given(ROWS, st.integers(0, 99))
def test_in_float32_it_gives_the_outputs_of_torch(model, exact, lengths, seed):
    """The outputs are the same for any rows and any padding."""
    tokens = tokens_of(lengths, seed)
    assert hidden_states(exact, tokens) == pytest.approx(hidden_states(model, tokens), abs=1e-4)


def test_in_bfloat16_its_outputs_are_near_to_those_in_float32(model):
    """They are float32 numbers, and not exactly the same where the processor computes in bfloat16."""
    in_bfloat16, tokens = compile_model(model, INPUTS, OUTPUTS, "bfloat16"), tokens_of([30, 7, 64, 1])
    near, exact = hidden_states(in_bfloat16, tokens), hidden_states(model, tokens)
    assert near.dtype == np.float32
    assert (near * exact).sum() / np.linalg.norm(near) / np.linalg.norm(exact) > 0.999
    assert np.abs(near - exact).max() > 1e-4 or not computes_in_bfloat16()


def test_it_takes_the_inputs_that_the_model_took(exact):
    """Other tensors of a tokenizer are ignored, and a missing input is an error."""
    tokens = tokens_of([5, 3])
    more = tokens | {"offset_mapping": torch.zeros(2, 5, 2)}
    assert (hidden_states(exact, more) == hidden_states(exact, tokens)).all()
    with pytest.raises(KeyError, match="token_type_ids"):
        exact(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])


def test_outputs_have_their_names_in_any_order():
    """The outputs of two heads are not mixed up when they are wanted in another order."""
    from transformers import BertForQuestionAnswering

    model, tokens = BertForQuestionAnswering(bert_config(WORDS)).eval(), tokens_of([9, 4])
    compiled = compile_model(model, INPUTS, ("end_logits", "start_logits"), "float32")
    mask = tokens["attention_mask"].bool()
    with torch.inference_mode():
        actual, expected = compiled(**tokens), model(**tokens)
    for name in ("start_logits", "end_logits"):
        assert actual[name][mask].numpy() == pytest.approx(expected[name][mask].numpy(), abs=1e-4)
    assert not torch.allclose(actual["start_logits"], actual["end_logits"])


def test_outputs_stay(exact):
    """A later call does not overwrite the outputs of an earlier one."""
    first = exact(**tokens_of([9, 4], 1))["last_hidden_state"]
    before = first.clone()
    exact(**tokens_of([9, 4], 2))
    assert torch.equal(first, before)


def test_it_outlives_the_model_it_was_made_from():
    """Its weights do not depend on the memory of the original model."""
    model, tokens = bert(), tokens_of([9, 4])
    compiled, before = compile_model(model, INPUTS, OUTPUTS, "float32"), hidden_states(model, tokens)
    for parameter in model.parameters():
        parameter.data = torch.zeros(0)
    del model
    gc.collect()
    filled = [torch.full((WORDS, 16), 9.0) for _ in range(200)]  # where the weights were
    assert hidden_states(compiled, tokens) == pytest.approx(before, abs=1e-4)
    assert len(filled) == 200


@pytest.mark.parametrize("cores", [1, 2, 4, 5], indirect=True)
def test_every_two_cores_compute_a_call_of_their_own(on_these_cores, cores):
    """A single core computes a call too, and an odd core is left to the others."""
    calls = max(1, cores // 2)
    assert on_these_cores.graph._requests.qsize() == calls
    settings = on_these_cores.graph._requests.get().get_compiled_model().get_property
    assert settings("NUM_STREAMS") == calls
    threads = Barrier(calls)
    list(on_these_cores.graph._map(lambda _: threads.wait(30), range(calls)))  # no thread passes alone


@pytest.mark.parametrize("cores", [1, 2, 5], indirect=True)
def test_in_bulk_every_core_computes_a_call_of_its_own_with_the_same_outputs(on_these_cores, cores):
    """They are the same bit for bit, so that a query's vector fits those of passages embedded in bulk."""
    in_bulk = compile_model(bert(), INPUTS, OUTPUTS, "float32", in_bulk=True)
    assert in_bulk.graph._requests.qsize() == cores
    threads = Barrier(cores)
    list(in_bulk.graph._map(lambda _: threads.wait(30), range(cores)))  # no thread passes alone
    batches = [tokens_of([1 + seed * 13 % 64] * (1 + seed % 3), seed) for seed in range(20)]
    for outputs, batch in zip(in_bulk.run_batches(batches), batches, strict=True):
        assert (outputs["last_hidden_state"] == on_these_cores(**batch)["last_hidden_state"]).all()


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_threads_get_what_each_would_get_alone(on_these_cores):
    """There are more threads than cores, and each has rows of its own."""
    batches = [tokens_of([1 + seed % 40, 3], seed) for seed in range(60)]
    alone = [hidden_states(on_these_cores, batch) for batch in batches]
    with ThreadPoolExecutor(5) as threads:
        together = list(threads.map(lambda batch: hidden_states(on_these_cores, batch), batches))
    for actual, expected in zip(together, alone, strict=True):
        assert actual == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_batches_keep_their_order(on_these_cores):
    """Long and short batches each give the outputs that they give alone."""
    batches = [tokens_of([1 + seed * 13 % 64] * (1 + seed % 3), seed) for seed in range(20)]
    together = on_these_cores.run_batches(iter(batches))
    assert len(together) == 20
    for outputs, batch in zip(together, batches, strict=True):
        assert outputs["last_hidden_state"].numpy() == pytest.approx(
            on_these_cores(**batch)["last_hidden_state"].numpy(), abs=1e-6
        )
    assert on_these_cores.run_batches([]) == []


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_a_failure_leaves_all_cores_for_the_next_call(on_these_cores, cores):
    """Inputs that do not fit together are an error each time, and block no request."""
    wrong = tokens_of([5]) | {"attention_mask": torch.ones(1, 7, dtype=torch.int64)}
    for _ in range(2 * cores):
        with pytest.raises(RuntimeError):
            on_these_cores.run_batches([tokens_of([5]), wrong])
    all_free = Barrier(cores // 2)
    list(on_these_cores.graph._map(lambda _: all_free.wait(30), range(cores // 2)))  # all calls have ended
    assert on_these_cores.graph._requests.qsize() == cores // 2


class Fickle(nn.Module):
    """Embeds tokens, but some shapes of them in another way."""

    def __init__(self, otherwise, by=-1.0):
        super().__init__()
        self.config = SimpleNamespace(vocab_size=WORDS)
        self.words = nn.Embedding(WORDS, 4)
        self.otherwise, self.by = otherwise, by

    def forward(self, input_ids, attention_mask, return_dict):
        words = self.words(input_ids) * attention_mask[:, :, None]
        return {"last_hidden_state": words * self.by if self.otherwise(*input_ids.shape) else words}


@pytest.fixture
def log_lines(caplog):
    """The lines of the log."""
    caplog.set_level("INFO", "index.models.compiled")
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(
    "otherwise",
    [
        lambda rows, columns: columns > 30,
        lambda rows, columns: columns > 200,
        lambda rows, columns: columns < 10,
        lambda rows, columns: rows > 2,
        lambda rows, columns: rows == 1,
    ],
)
@pytest.mark.parametrize("by", [-1.0, 1.01, float("nan")])
def test_a_model_that_computes_other_rows_in_another_way_is_not_compiled(log_lines, otherwise, by):
    """The traced graph would be wrong for those rows; the log says so."""
    assert compile_model(Fickle(otherwise, by), INPUTS[:2], OUTPUTS, "bfloat16") is None
    (line,) = log_lines()
    assert line.startswith("Fickle is not compiled for this processor: its outputs would differ")


def test_a_model_that_computes_all_rows_in_one_way_is_compiled(log_lines):
    """The same model is compiled where no shape differs."""
    steady = Fickle(lambda rows, columns: False)
    compiled = compile_model(steady, INPUTS[:2], OUTPUTS, "float32")
    tokens = {name: rows for name, rows in tokens_of([9, 4, 30]).items() if name in INPUTS[:2]}
    with torch.inference_mode():
        expected = steady(**tokens, return_dict=True)["last_hidden_state"]
    assert torch.allclose(compiled(**tokens)["last_hidden_state"], expected, atol=1e-5)
    assert log_lines() == []


class Refusing(nn.Module):
    """Raises an error for any input."""

    config = SimpleNamespace(vocab_size=WORDS)

    def forward(self, **_):
        raise ValueError("not with me")


@pytest.mark.parametrize(
    ("make", "why"),
    [(Refusing, "not with me"), (lambda: tiny_encoder("gpt2", WORDS).eval(), "OpConversionFailure|cat")],
)
def test_a_model_that_can_not_be_traced_is_not_compiled(log_lines, caplog, make, why):
    """Where the tracer or the converter fails, the log says so, and logging works as before."""
    root = logging.getLogger()
    before = root.level, list(root.filters), list(root.handlers)
    assert compile_model(make(), INPUTS[:2], OUTPUTS, "float32") is None
    (line,) = log_lines()
    assert "is not compiled for this processor: " in line
    assert any(word in line for word in why.split("|"))
    assert (root.level, root.filters, root.handlers) == before


@pytest.mark.parametrize("when", ["compiling", "computing"])
def test_a_model_is_not_compiled_in_a_precision_that_the_processor_lacks(log_lines, model, monkeypatch, when):
    """The failure may come when the model is compiled, or when it first computes."""

    class Failing(CompiledModel):
        def __init__(self, graph, config, outputs, precision, **options):
            super().__init__(graph, config, outputs, precision, **options)
            self.fails = precision == "bfloat16"
            if self.fails and when == "compiling":
                raise RuntimeError("no such descriptors")

        def forward(self, **tensors):
            if self.fails:
                raise RuntimeError("no such descriptors")
            return super().forward(**tensors)

    monkeypatch.setattr("index.models.compiled.CompiledModel", Failing)
    assert compile_model(model, INPUTS, OUTPUTS, "float32") is not None
    assert compile_model(model, INPUTS, OUTPUTS, "bfloat16") is None
    assert "no such descriptors" in log_lines()[-1]


def test_one_model_is_traced_at_a_time(monkeypatch):
    """Logging is silenced for the whole process meanwhile, and works again after the last."""
    inside, alone = Lock(), []
    convert = openvino.convert_model

    def watched(*arguments, **options):
        alone.append(inside.acquire(blocking=False))
        try:
            return convert(*arguments, **options)
        finally:
            if alone[-1]:
                inside.release()

    monkeypatch.setattr(openvino, "convert_model", watched)
    level = logging.getLogger().level
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: trace(bert(), INPUTS, OUTPUTS), range(3)))
    assert alone == [True] * 3
    assert logging.getLogger().level == level


ALONE = """
import json, sys
sockets = []
sys.addaudithook(lambda event, args: sockets.append(event) if event.startswith("socket.") else None)
import index.models.compiled as module
from tests.tiny_reader import tiny_encoder
inputs, outputs = ["input_ids", "attention_mask"], ["last_hidden_state"]
compiled = [
    module.compile_model(tiny_encoder(kind, 60).eval(), inputs, outputs, "float32") is not None
    for kind in ("bert", "gpt2")
]
try:
    import openvino_telemetry
    telemetry = True
except ImportError:
    telemetry = False
print(json.dumps([compiled, telemetry, sockets]))
"""


@pytest.mark.slow
def test_nothing_is_reported_and_nothing_is_written(tmp_path):
    """A process that compiles models opens no socket, writes no file at home, and prints nothing."""
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "HF_", "TRANSFORMERS_"))
    }
    environment = others | {"HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    done = run(
        [sys.executable, "-c", ALONE], env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[True, False], False, []]
    assert done.stderr == ""
    assert list(tmp_path.rglob("*")) == []
