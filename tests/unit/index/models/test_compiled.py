"""Transformers compiled for the processor give the numbers that torch gives."""

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

from index.models import compiled as module
from index.models.compiled import Compiled, compiled, followed, with_mean
from index.models.precision import computes_in_bfloat16
from tests.conftest import REPOSITORY
from tests.tiny_reader import bert_config, tiny_encoder

INPUTS, OUTPUTS = ("input_ids", "attention_mask", "token_type_ids"), ("last_hidden_state",)
WORDS = 60


def bert():
    """The same tiny Bert each time."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return tiny_encoder("bert", WORDS).eval()


@pytest.fixture(scope="module")
def model():
    return bert()


@pytest.fixture(scope="module")
def exact(model):
    return compiled(model, INPUTS, OUTPUTS, "float32")


@pytest.fixture(scope="module")
def averaging(model):
    return Compiled(with_mean(followed(model, INPUTS, OUTPUTS)), model.config, ["mean"], "float32")


@pytest.fixture
def on_these_cores(cores):
    """Compiled where there are so many."""
    return compiled(bert(), INPUTS, OUTPUTS, "float32")


def tokens_of(held, seed=0):
    """Random tokens: a row each that holds so many, the rest of it padding."""
    randomly = torch.Generator().manual_seed(seed)
    shape = (len(held), max(held))
    mask = (torch.arange(shape[1])[None, :] < torch.tensor(held)[:, None]).long()
    words, types = (torch.randint(most, shape, generator=randomly) for most in (WORDS, 2))
    return {"input_ids": words * mask, "attention_mask": mask, "token_type_ids": types * mask}


def found(model, tokens):
    """The numbers a model finds of what is not padding."""
    with torch.inference_mode():
        return model(**tokens)["last_hidden_state"][tokens["attention_mask"].bool()].numpy()


ROWS = st.lists(st.integers(1, 64), min_size=1, max_size=6)


@given(ROWS, st.integers(0, 99))
def test_in_float32_it_finds_what_torch_finds(model, exact, held, seed):
    """Whatever rows there are, and however much of them is padding."""
    tokens = tokens_of(held, seed)
    assert found(exact, tokens) == pytest.approx(found(model, tokens), abs=1e-4)


def test_in_bfloat16_it_finds_nearly_what_torch_finds_in_float32(model):
    """As float32 numbers, and not the very same where the processor computes in bfloat16."""
    rough, tokens = compiled(model, INPUTS, OUTPUTS, "bfloat16"), tokens_of([30, 7, 64, 1])
    near, exact = found(rough, tokens), found(model, tokens)
    assert near.dtype == np.float32
    assert (near * exact).sum() / np.linalg.norm(near) / np.linalg.norm(exact) > 0.999
    assert np.abs(near - exact).max() > 1e-4 or not computes_in_bfloat16()


def test_it_takes_no_more_than_the_model_took(exact):
    """What else a tokenizer gives is left out, and types that are missing are missed."""
    tokens = tokens_of([5, 3])
    more = tokens | {"offset_mapping": torch.zeros(2, 5, 2)}
    assert (found(exact, more) == found(exact, tokens)).all()
    with pytest.raises(KeyError, match="token_type_ids"):
        exact(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])


def test_outputs_have_the_names_they_are_asked_by():
    """Two heads are told apart, in whichever order they are wanted."""
    from transformers import BertForQuestionAnswering

    model, tokens = BertForQuestionAnswering(bert_config(WORDS)).eval(), tokens_of([9, 4])
    made = compiled(model, INPUTS, ("end_logits", "start_logits"), "float32")
    held = tokens["attention_mask"].bool()
    with torch.inference_mode():
        one, other = made(**tokens), model(**tokens)
    for name in ("start_logits", "end_logits"):
        assert one[name][held].numpy() == pytest.approx(other[name][held].numpy(), abs=1e-4)
    assert not torch.allclose(one["start_logits"], one["end_logits"])


def test_what_was_found_stays(exact):
    """No later call writes over what an earlier one gave."""
    first = exact(**tokens_of([9, 4], 1))["last_hidden_state"]
    before = first.clone()
    exact(**tokens_of([9, 4], 2))
    assert torch.equal(first, before)


def test_it_outlives_the_model_it_was_made_of():
    """Its weights are its own, or kept with it."""
    model, tokens = bert(), tokens_of([9, 4])
    made, before = compiled(model, INPUTS, OUTPUTS, "float32"), found(model, tokens)
    for parameter in model.parameters():
        parameter.data = torch.zeros(0)
    del model
    gc.collect()
    filled = [torch.full((WORDS, 16), 9.0) for _ in range(200)]  # where the weights were
    assert found(made, tokens) == pytest.approx(before, abs=1e-4)
    assert len(filled) == 200


@given(ROWS, st.integers(0, 99))
def test_a_mean_is_that_of_the_tokens_that_are_none_of_padding(model, averaging, held, seed):
    """Of each row its own."""
    tokens = tokens_of(held, seed)
    with torch.inference_mode():
        vectors = model(**tokens)["last_hidden_state"].numpy()
        means = averaging(**tokens)["mean"].numpy()
    assert means == pytest.approx(
        np.stack([row[:count].mean(0) for row, count in zip(vectors, held, strict=True)]), abs=1e-4
    )


@pytest.mark.parametrize("cores", [1, 2, 4, 5], indirect=True)
def test_every_two_cores_compute_a_call_of_their_own(on_these_cores, cores):
    """One alone is a call's too, and so is what is left over."""
    calls = max(1, cores // 2)
    assert on_these_cores._requests.qsize() == calls
    settings = on_these_cores._requests.get().get_compiled_model().get_property
    assert settings("NUM_STREAMS") == calls
    threads = Barrier(calls)
    list(on_these_cores._map(lambda _: threads.wait(30), range(calls)))  # none of which would come alone


@pytest.mark.parametrize("cores", [1, 2, 5], indirect=True)
def test_in_bulk_every_core_computes_a_call_of_its_own_and_finds_the_same(on_these_cores, cores):
    """Bit for bit, so that a query's vector fits those of passages that were embedded in bulk."""
    in_bulk = compiled(bert(), INPUTS, OUTPUTS, "float32", in_bulk=True)
    assert in_bulk._requests.qsize() == cores
    threads = Barrier(cores)
    list(in_bulk._map(lambda _: threads.wait(30), range(cores)))  # none of which would come alone
    batches = [tokens_of([1 + seed * 13 % 64] * (1 + seed % 3), seed) for seed in range(20)]
    for one, batch in zip(in_bulk.side_by_side(batches), batches, strict=True):
        assert (one["last_hidden_state"] == on_these_cores(**batch)["last_hidden_state"]).all()


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_threads_get_what_each_would_get_alone(on_these_cores):
    """More threads than cores, each with rows of its own."""
    batches = [tokens_of([1 + seed % 40, 3], seed) for seed in range(60)]
    alone = [found(on_these_cores, batch) for batch in batches]
    with ThreadPoolExecutor(5) as threads:
        together = list(threads.map(lambda batch: found(on_these_cores, batch), batches))
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_side_by_side_batches_keep_their_order(on_these_cores):
    """Long ones and short ones each give what they give alone."""
    batches = [tokens_of([1 + seed * 13 % 64] * (1 + seed % 3), seed) for seed in range(20)]
    together = on_these_cores.side_by_side(iter(batches))
    assert len(together) == 20
    for one, batch in zip(together, batches, strict=True):
        assert one["last_hidden_state"].numpy() == pytest.approx(
            on_these_cores(**batch)["last_hidden_state"].numpy(), abs=1e-6
        )
    assert on_these_cores.side_by_side([]) == []


@pytest.mark.parametrize("cores", [2, 4], indirect=True)
def test_what_fails_fails_and_leaves_all_cores_for_the_next(on_these_cores, cores):
    """Rows that do not fit together are an error, however often, and take nothing with them."""
    wrong = tokens_of([5]) | {"attention_mask": torch.ones(1, 7, dtype=torch.int64)}
    for _ in range(2 * cores):
        with pytest.raises(RuntimeError):
            on_these_cores.side_by_side([tokens_of([5]), wrong])
    all_free = Barrier(cores // 2)
    list(on_these_cores._map(lambda _: all_free.wait(30), range(cores // 2)))  # what went on beside a failure has ended
    assert on_these_cores._requests.qsize() == cores // 2


class Fickle(nn.Module):
    """Embeds tokens, and some shapes of them otherwise."""

    def __init__(self, otherwise, by=-1.0):
        super().__init__()
        self.config = SimpleNamespace(vocab_size=WORDS)
        self.words = nn.Embedding(WORDS, 4)
        self.otherwise, self.by = otherwise, by

    def forward(self, input_ids, attention_mask, return_dict):
        given = self.words(input_ids) * attention_mask[:, :, None]
        return {"last_hidden_state": given * self.by if self.otherwise(*input_ids.shape) else given}


@pytest.fixture
def told(caplog):
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
def test_a_model_that_goes_another_way_for_other_rows_is_not_compiled(told, otherwise, by):
    """The one way that was followed would be wrong for them; the log says that it was."""
    assert compiled(Fickle(otherwise, by), INPUTS[:2], OUTPUTS, "bfloat16") is None
    (line,) = told()
    assert line.startswith("Fickle is not compiled for this processor: it found other numbers")


def test_a_model_that_goes_one_way_is_compiled(told):
    """The same model, where it does for all rows what was followed."""
    steady = Fickle(lambda rows, columns: False)
    made = compiled(steady, INPUTS[:2], OUTPUTS, "float32")
    tokens = {name: rows for name, rows in tokens_of([9, 4, 30]).items() if name in INPUTS[:2]}
    with torch.inference_mode():
        expected = steady(**tokens, return_dict=True)["last_hidden_state"]
    assert torch.allclose(made(**tokens)["last_hidden_state"], expected, atol=1e-5)
    assert told() == []


class Refusing(nn.Module):
    """Reads nothing."""

    config = SimpleNamespace(vocab_size=WORDS)

    def forward(self, **_):
        raise ValueError("not with me")


@pytest.mark.parametrize(
    ("make", "why"),
    [(Refusing, "not with me"), (lambda: tiny_encoder("gpt2", WORDS).eval(), "OpConversionFailure|cat")],
)
def test_a_model_that_can_not_be_followed_is_not_compiled(told, caplog, make, why):
    """Whether the tracer fails or the converter: the log says so, and logs as before."""
    root = logging.getLogger()
    before = root.level, list(root.filters), list(root.handlers)
    assert compiled(make(), INPUTS[:2], OUTPUTS, "float32") is None
    (line,) = told()
    assert "is not compiled for this processor: " in line
    assert any(word in line for word in why.split("|"))
    assert (root.level, root.filters, root.handlers) == before


@pytest.mark.parametrize("when", ["made", "computing"])
def test_a_model_is_not_compiled_in_what_the_processor_has_not(told, model, monkeypatch, when):
    """Whether that is found out when it is compiled, or when it first computes."""

    class Failing(Compiled):
        def __init__(self, graph, config, outputs, precision, **more):
            super().__init__(graph, config, outputs, precision, **more)
            self.fails = precision == "bfloat16"
            if self.fails and when == "made":
                raise RuntimeError("no such descriptors")

        def forward(self, **given):
            if self.fails:
                raise RuntimeError("no such descriptors")
            return super().forward(**given)

    monkeypatch.setattr("index.models.compiled.Compiled", Failing)
    assert compiled(model, INPUTS, OUTPUTS, "float32") is not None
    assert compiled(model, INPUTS, OUTPUTS, "bfloat16") is None
    assert "no such descriptors" in told()[-1]


def test_one_model_is_followed_at_a_time(monkeypatch):
    """What is quiet meanwhile is the whole process's, and is loud again after the last."""
    inside, alone = Lock(), []
    convert = module.openvino.convert_model

    def watched(*given, **named):
        alone.append(inside.acquire(blocking=False))
        try:
            return convert(*given, **named)
        finally:
            if alone[-1]:
                inside.release()

    monkeypatch.setattr(module.openvino, "convert_model", watched)
    level = logging.getLogger().level
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: followed(bert(), INPUTS, OUTPUTS), range(3)))
    assert alone == [True] * 3
    assert logging.getLogger().level == level


ALONE = """
import json, sys
sockets = []
sys.addaudithook(lambda event, args: sockets.append(event) if event.startswith("socket.") else None)
import index.models.compiled as module
from tests.tiny_reader import tiny_encoder
inputs, outputs = ["input_ids", "attention_mask"], ["last_hidden_state"]
made = [
    module.compiled(tiny_encoder(kind, 60).eval(), inputs, outputs, "float32") is not None
    for kind in ("bert", "gpt2")
]
try:
    import openvino_telemetry
    telemetry = True
except ImportError:
    telemetry = False
print(json.dumps([made, telemetry, sockets]))
"""


@pytest.mark.slow
def test_nobody_is_told_and_nothing_is_kept(tmp_path):
    """In a process of its own: no socket is opened, no file is written at home, nothing is printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "HF_", "TRANSFORMERS_"))}
    surroundings = kept | {"HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    done = run(
        [sys.executable, "-c", ALONE], env=surroundings, cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[True, False], False, []]
    assert done.stderr == ""
    assert list(tmp_path.rglob("*")) == []
