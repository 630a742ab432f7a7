"""Training the reader: labels, batches, the loss, and a whole run of a tiny model."""

import importlib
import json
import math
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reader.loading import MAX_TOKENS, MULTILINGUAL, trained_model, trained_names
from rag.reader.reading import encode, lead_of
from rag.training.examples import HELD_OUT, Example, read_rows
from tests.tiny_reader import bert_config, letter_tokenizer

pytestmark = pytest.mark.slow  # importing torch takes longer than all else here


@pytest.fixture(scope="module")
def train():
    """The module; torch is imported with it."""
    return importlib.import_module("rag.training.train")


@pytest.fixture(scope="module")
def steps():
    """The module; torch is imported with it."""
    return importlib.import_module("rag.training.steps")


def tokenizer_of(*_):
    tokenizer = letter_tokenizer()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    return tokenizer


LETTERS = tokenizer_of()
TEXT = "tea of leyla, 🙂 e\u0301 leyla."


def example_of(words=(), passage=TEXT, title="", origin="squad2", whole=False):
    spans = tuple((passage.index(word), passage.index(word) + len(word)) for word in words)
    return Example(origin, "who?", title, passage, spans, whole)


def pointed_at(steps, example):
    """The characters of the passage that the labels stand for: of each start and of each end."""
    (encoding,) = encode(LETTERS, example.question, [(example.title, example.passage)])
    starts, ends = steps.labels_of(example, encoding)
    lead = len(lead_of(example.title))
    assert all(encoding.sequence_ids[place] == 1 for place in (*starts, *ends))
    return [encoding.offsets[p][0] - lead for p in starts], [encoding.offsets[p][1] - lead for p in ends]


@pytest.mark.parametrize("title", ["", "tea", "🙂 leyla"])
def test_labels_are_the_first_and_last_tokens_of_each_answer(steps, title):
    """Behind a title or not, they begin and end where the answer's words do."""
    example = example_of(("leyla, 🙂", "of"), title=title)
    assert pointed_at(steps, example) == ([4, 7], [6, 15])


def test_of_a_whole_sentence_every_token_may_begin_or_end_the_answer(steps):
    """Where only the sentence is known, the answer is anywhere in it and nowhere else."""
    starts, ends = pointed_at(steps, example_of(("of",), whole=True))
    assert (starts, ends) == ([4, 5], [5, 6])


def test_an_answer_in_the_middle_of_a_token_is_that_token(steps):
    """Where words are not cut as the answer is, the token around it is pointed at."""
    example = Example("squad2", "who?", "", "港 🙂🙂 tea", ((2, 3),))
    assert pointed_at(steps, example)[0] == [2]


@pytest.mark.parametrize(("spans", "places"), [((), [0]), (((2000, 2005),), [])])
def test_without_an_answer_the_first_token_is_the_label(steps, spans, places):
    """None in the passage points at the first token of all; one that is cut off points nowhere, and is passed over."""
    example = Example("squad2", "who?", "", "tea is sold. " * 200, spans)
    (encoding,) = encode(LETTERS, example.question, [("", example.passage)])
    assert steps.labels_of(example, encoding) == (places, places)
    assert len(steps.EncodedExamples.of([example]).examples) == len(places)


QUESTIONS = st.lists(st.tuples(st.integers(1, MAX_TOKENS), st.integers(1, 4)), max_size=200)


@given(QUESTIONS, st.integers(0, 9))
def test_batches_hold_every_question_once_and_fit(steps, questions, seed):
    """All of one batch are padded alike, and none has more tokens than a step reads."""
    lengths, counts = [length for length, _ in questions], [count for _, count in questions]
    made = steps.batches(lengths, counts, random.Random(seed))
    assert sorted(number for batch in made for number in batch) == list(range(len(questions)))
    for batch in made:
        padded = {math.ceil(lengths[number] / steps.PADDING_MULTIPLE) * steps.PADDING_MULTIPLE for number in batch}
        assert len(padded) == 1
        assert 0 < sum(counts[number] for number in batch) * padded.pop() <= steps.TOKENS_A_STEP
    assert steps.batches(lengths, counts, random.Random(seed)) == made


def test_batches_are_as_few_as_their_lengths_allow(steps):
    """Only the last batch of each length is not full."""
    made = steps.batches([10] * 1000 + [100] * 100, [1] * 1100, random.Random(0))
    full = {16: steps.TOKENS_A_STEP // 16, 112: steps.TOKENS_A_STEP // 112}
    sizes = Counter(len(batch) for batch in made)
    assert sizes[full[16]] == 1000 // full[16]
    assert sizes[full[112]] == 100 // full[112]
    assert len(made) == math.ceil(1000 / full[16]) + math.ceil(100 / full[112])


def test_an_epoch_reads_each_set_and_what_was_made_in_their_shares(steps):
    """Of a set the share that it names, of what was made that of its kind; SQuAD's unanswerable questions twice."""
    origins = ["squad2", "qed", "qamr", "squad2, mined", "edited", "qed, elsewhere"]
    examples = [
        Example(
            origin, f"who is {n}?", "", TEXT, ((0, 3),) if origin in ("squad2", "qed", "qamr") else (), group=origin
        )
        for origin in origins
        for n in range(1000)
    ]
    examples += [Example("squad2", f"which is {n}?", "", TEXT, (), group="squad2") for n in range(1000)]
    questions = steps.questions_of_epoch(examples, random.Random(0))
    read = Counter(number // 1000 for numbers in questions for number in numbers)
    made = steps.MADE_SHARES
    expected = [1, 1, steps.SHARES["qamr"], made["mined"], made["edited"], made["elsewhere"], 2]
    assert [read[group] / 1000 for group in range(len(expected))] == pytest.approx(expected, abs=0.06)
    assert steps.questions_of_epoch(examples, random.Random(1)) != questions


def test_the_passages_of_one_question_are_read_together(steps):
    """A question is one entry, with at most as many examples as a step takes of it."""
    examples = [Example("qed", "who?", "", f"{n} {TEXT}", (), group="qed:a") for n in range(9)]
    examples.append(Example("qed", "who?", "", TEXT, (), group="qed:b"))
    assert steps.questions_of_epoch(examples, random.Random(0)) == [list(range(steps.EXAMPLES_A_QUESTION)), [9]]


def test_a_share_of_the_english_questions_is_asked_in_other_words(steps):
    """All passages of a question are read with the same words; questions in other languages stay as they are."""
    asked = [Example("qed", f"Who opened pier {n} in the city?", "", TEXT, (), group="qed") for n in range(400)]
    other = [Example("pquad", "چه کسی بود؟", "", TEXT, (), group="pquad", language="fa")] * 50
    changed = [steps.question_as_asked(example, 0) != example.question for example in asked]
    assert sum(changed) / len(changed) == pytest.approx(steps.SWITCHED, abs=0.07)
    assert all(steps.question_as_asked(example, 0) == example.question for example in other)
    again = replace(asked[0], passage="another")
    assert steps.question_as_asked(again, 0) == steps.question_as_asked(asked[0], 0)


def test_the_loss_is_that_of_the_allowed_tokens_by_hand(train):
    """Minus the log of their probability among the tokens that are there, averaged over the rows."""
    import torch

    scores = torch.tensor([[1.0, 2.0, -1.0, 50.0], [0.5, 0.0, 3.0, 1.0]])
    mask = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]]).bool()
    allowed = torch.tensor([[0, 1, 1, 0], [1, 0, 0, 0]]).bool()
    first = (math.e**2 + math.e**-1) / (math.e + math.e**2 + math.e**-1)
    second = math.e**0.5 / (math.e**0.5 + 1 + math.e**3 + math.e)
    assert train.loss_of(scores, mask, allowed).item() == pytest.approx(-(math.log(first) + math.log(second)) / 2)
    assert train.loss_of(scores, mask, mask).item() == pytest.approx(0.0, abs=1e-6)
    assert train.loss_of(scores.bfloat16(), mask, allowed).dtype == torch.float32


def test_the_shared_loss_is_that_of_all_passages_of_a_question_by_hand(train):
    """Among all tokens of all its passages and one score of no answer, each relative to its passage's first token."""
    import torch

    scores = torch.tensor([[1.0, 2.0, 0.0], [0.5, 0.0, 3.0], [2.0, 1.0, 9.0]])
    mask = torch.tensor([[1, 1, 1], [1, 1, 1], [1, 1, 0]]).bool()
    allowed = torch.tensor([[0, 1, 0], [1, 0, 0], [1, 0, 0]]).bool()
    questions = torch.tensor([0, 0, 1])
    total = 1 + sum(map(math.exp, (2 - 1, 0 - 1, 0 - 0.5, 3 - 0.5)))
    first, second = math.log(total) - (2 - 1), math.log(1 + math.exp(1 - 2))
    assert train.shared_loss_of(scores, mask, allowed, questions).item() == pytest.approx((first + second) / 2)


def test_for_one_passage_the_shared_loss_is_the_passage_s_own(train):
    """Where nothing competes, both are the same."""
    import torch

    scores = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(5, 7, dtype=torch.bool)
    allowed = torch.zeros(5, 7, dtype=torch.bool)
    allowed[range(5), [0, 3, 6, 0, 1]] = True
    own = train.loss_of(scores, mask, allowed).item()
    assert train.shared_loss_of(scores, mask, allowed, torch.arange(5)).item() == pytest.approx(own, abs=1e-5)


def bert(_=None):
    """A tiny Bert without dropout, as the base model is, made with whatever seed was set."""
    from transformers import BertForQuestionAnswering

    config = bert_config(LETTERS.get_vocab_size())
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    return BertForQuestionAnswering(config)


@pytest.fixture
def data(tmp_path):
    """Forty groups that ask who opened a pier, each of a text of its own, half of them answered in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    rows = []
    for n in range(40):
        context = f"pier {n} was opened by leyla{n}. it is red."
        spans = [[context.index("leyla"), context.index(". it")]] if n % 2 else []
        rows.append({"group": f"squad2:{n}", "question": f"who opened pier {n}?", "context": context, "spans": spans})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def tiny(train, steps, monkeypatch):
    """Training without the real model: a tiny Bert, its letters, and batches of four examples."""
    monkeypatch.setattr(train, "base_model", bert)
    monkeypatch.setattr(importlib.import_module("rag.reader.loading"), "base_model", bert)
    monkeypatch.setattr(steps, "tokenizer_of", tokenizer_of)
    monkeypatch.setattr(steps, "SWITCHED", 0.0)
    monkeypatch.setattr(steps, "TOKENS_A_STEP", 512)
    for module in (train, steps):  # one shape: kernels are made once
        monkeypatch.setattr(module, "PADDING_MULTIPLE", 128)
    monkeypatch.setattr(train, "PEAK_RATE", 1e-2)
    monkeypatch.setattr(train, "CHECKPOINT_EVERY", 2)


def test_a_run_learns_and_its_weights_can_be_read(train, tiny, data, tmp_path):
    """The loss falls, the embeddings stay, and the file is one that a reader is made of."""
    import torch

    out = tmp_path / "out"
    train.train(data, out, 0, 3)
    log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert log[-1]["step"] == log[-1]["of"] > 8
    assert log[-1]["loss"] < log[0]["loss"]
    torch.manual_seed(0)
    before = dict(bert().named_parameters())
    after = dict(trained_model(replace(MULTILINGUAL, path=out / MULTILINGUAL.path.name)).named_parameters())
    names = set(trained_names(bert()))
    changed = {name for name in names if not torch.equal(before[name].half(), after[name].half())}
    assert changed >= {name for name in names if name.endswith("weight")}
    kept = torch.load(out / "checkpoint.pt", weights_only=True)["model"]
    assert all(torch.equal(before[name], kept[name]) for name in set(before) - names)


def test_examples_are_made_once_and_of_no_held_out_group(train, tiny, data, tmp_path):
    """They are read again as they were made; no text or question of a held-out group is among them."""
    out = tmp_path / "out"
    out.mkdir()
    made = train.prepare(data, out)
    rows = read_rows(data, random.Random(0))
    held = [row for row in rows if row.held_out]
    assert len(rows) / HELD_OUT / 2 < len(held) < len(rows) / 2
    assert not {example.passage for example in made} & {row.context for row in held}
    kept = {(row.question, row.context): row for row in rows if not row.held_out}
    assert {(example.question, example.passage) for example in made} >= set(kept)
    (data / "rows.jsonl").unlink()
    assert train.prepare(data, out) == made
    assert all(isinstance(span, tuple) for example in made for span in example.spans)


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(train, steps, tiny, data, tmp_path, monkeypatch):
    """Stopped in the middle, the same command gives what a run without a stop does."""
    from safetensors.torch import load_file

    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    train.train(data, whole, 3, 1)
    real, steps = train.batch_of, []

    def failing(*arguments):
        steps.append(1)
        if len(steps) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(train, "batch_of", failing)
    with pytest.raises(KeyboardInterrupt):
        train.train(data, stopped, 3, 1)
    assert (stopped / "checkpoint.pt").exists()
    assert not (stopped / MULTILINGUAL.path.name).exists()
    train.train(data, stopped, 3, 1)
    once, again = (load_file(folder / MULTILINGUAL.path.name) for folder in (whole, stopped))
    assert set(once) == set(again)
    for name, value in once.items():
        assert (value == again[name]).all(), name
