"""Training the reader: python -m rag.training.train DATA OUT [--seed N] [--epochs N].

DATA holds the files that rag.reader.examples describes. OUT keeps the examples, a log and a checkpoint;
the same command goes on from the last checkpoint. The result is OUT/reader.safetensors: what training
changed of the embedding model's layers, and the head. README.md beside this file says what it took.
"""

import json
import os
import random
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file
from tokenizers import Encoding
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from index.console import note, progress_of
from index.models.embedder import SentenceTransformerEmbedder
from index.models.hub import DEFAULT_MODEL_SHA256, bundled_folder
from rag.reader.loading import base_model, tokenizer_of, trained_names
from rag.reader.model import batch_of, encode, lead_of, own_tokens
from rag.training.examples import Example, edited, examples_of, mined, read_rows

TOKENS_A_STEP = 4096
SHAPE = 16  # tokens: lengths are padded to a multiple of it
PEAK_RATE = 1e-4
WARM_UP = 0.05  # of all steps
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
EVERY = 100  # steps between checkpoints
# Of the wrong passages that were made, each epoch reads a different part; the adversarial questions written
# by people are so few that each is read twice.
MADE_SHARES = {"neg": 0.6, "mined": 0.35, "edited": 0.5, "elsewhere": 0.4}
REPEATED = "squad2"
_NEVER = -1e4  # the score of what can't be

Labels = tuple[list[int], list[int]]  # the tokens where an answer may begin, and those where it may end


def prepare(data: Path, out: Path) -> list[Example]:
    """The examples of the groups that are not held out, made once and kept in OUT/examples.jsonl."""
    path = out / "examples.jsonl"
    if not path.exists():
        staged = path.with_suffix(".part")
        with staged.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(example)) + "\n" for example in _made(data))
        staged.replace(path)
    with path.open(encoding="utf-8") as file:
        stored = map(json.loads, file)
        return [Example(**{**item, "spans": tuple(map(tuple, item["spans"]))}) for item in stored]


def _made(data: Path) -> Iterator[Example]:
    rng = random.Random(0)  # noqa: S311 (the same examples every time, and no secret)
    rows = [row for row in read_rows(data, rng) if not row.held_out]
    for row in rows:
        yield from examples_of(row, rng)
    yield from edited(rows, rng)
    with progress_of("Searching for wrong passages") as progress:
        yield from mined(rows, SentenceTransformerEmbedder(), progress)


def targets(example: Example, encoding: Encoding) -> Labels:
    """Where an answer may begin and end; at the first token of all, for no answer; nowhere where it was cut off."""
    lead = len(lead_of(example.title))
    own = own_tokens(encoding, lead)
    starts, ends = set(), set()
    for start, end in example.spans:
        inside = [place for place in own if _meet(encoding.offsets[place], (lead + start, lead + end))]
        starts.update(inside if example.whole else inside[:1])
        ends.update(inside if example.whole else inside[-1:])
    return (sorted(starts), sorted(ends)) if example.spans else ([0], [0])


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def batches(lengths: Sequence[int], rng: random.Random) -> list[list[int]]:
    """Numbers of like length together, TOKENS_A_STEP a batch with padding, in random order.

    Few shapes: the processor's kernels are made anew for each.
    """
    order = sorted(range(len(lengths)), key=lambda number: (_padded(lengths[number]), rng.random()))
    made: list[list[int]] = []
    for length, numbers in groupby(order, key=lambda number: _padded(lengths[number])):
        made += _runs(numbers, TOKENS_A_STEP // length)
    rng.shuffle(made)
    return made


def _runs(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    left = iter(numbers)
    while run := list(islice(left, size)):
        yield run


def _padded(length: int) -> int:
    return -(-length // SHAPE) * SHAPE


def chosen(examples: Sequence[Example], rng: random.Random) -> list[int]:
    """The numbers of the examples that one epoch reads."""
    numbers = []
    for number, example in enumerate(examples):
        if rng.random() >= MADE_SHARES.get(re.split("[ -]", example.origin)[-1], 1.0):
            continue
        numbers.append(number)
        if example.origin == REPEATED and not example.spans:
            numbers.append(number)
    return numbers


def loss_of(scores: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
    """The mean of -log P(an allowed token), over (n, tokens) scores.

    Source: Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", 2018.
    """
    scores = scores.float().masked_fill(~mask, _NEVER)
    return (scores.logsumexp(1) - scores.masked_fill(~allowed, _NEVER).logsumexp(1)).mean()


@dataclass(slots=True)
class Material:
    """Examples as the model reads them."""

    examples: Sequence[Example]
    encodings: Sequence[Encoding]
    labels: Sequence[Labels]

    @staticmethod
    def of(examples: Sequence[Example]) -> "Material":
        """Every example as tokens, with the tokens it should point at."""
        tokenizer = tokenizer_of(bundled_folder())
        encodings = [encode(tokenizer, item.question, [(item.title, item.passage)])[0] for item in examples]
        labels = list(map(targets, examples, encodings))
        kept = [item for item in zip(examples, encodings, labels, strict=True) if item[2][0]]
        return Material([item[0] for item in kept], [item[1] for item in kept], [item[2] for item in kept])

    def plan(self, seed: int, epochs: int) -> list[list[int]]:
        """The numbers of the examples that each step reads."""
        steps: list[list[int]] = []
        for epoch in range(epochs):
            rng = random.Random(f"{seed} {epoch}")  # noqa: S311 (the same order every time, and no secret)
            numbers = chosen(self.examples, rng)
            lengths = [len(self.encodings[number].ids) for number in numbers]
            steps += ([numbers[place] for place in batch] for batch in batches(lengths, rng))
        return steps

    def marked(self, numbers: Sequence[int], side: int, like: Tensor) -> Tensor:
        """(n, tokens) bool: where an answer may begin, side 0, or end, side 1."""
        marked = torch.zeros_like(like, dtype=torch.bool)
        for row, number in enumerate(numbers):
            marked[row, self.labels[number][side]] = True
        return marked


class Training:
    """A model on its way, step by step, kept in a folder."""

    def __init__(self, out: Path, seed: int, steps: int) -> None:
        self._out, self._seed, self._steps = out, seed, steps
        torch.manual_seed(seed)
        self._model = base_model().train()
        self._names = set(trained_names(self._model))
        for name, parameter in self._model.named_parameters():
            parameter.requires_grad_(name in self._names)
        trained = [parameter for parameter in self._model.parameters() if parameter.requires_grad]
        self._optimizer = AdamW(trained, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
        self._schedule = LambdaLR(self._optimizer, self._rate)
        self.done = self._resume()
        self._record = Record()

    def step(self, material: Material, numbers: Sequence[int]) -> None:
        """Read some examples and learn from them; now and then, log and keep what was reached."""
        inputs = batch_of([material.encodings[number] for number in numbers], self._model.config, SHAPE)
        starts, ends = (material.marked(numbers, side, inputs["input_ids"]) for side in (0, 1))
        with torch.autocast("cpu", torch.bfloat16):
            output = self._model(**inputs)
        mask = inputs["attention_mask"].bool()
        loss = (loss_of(output.start_logits, mask, starts) + loss_of(output.end_logits, mask, ends)) / 2
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), LARGEST_GRADIENT)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self.done += 1
        self._record.add(loss.item(), inputs["input_ids"].numel())
        if self.done % EVERY == 0 or self.done == self._steps:
            self._log()
            self._keep()

    def save(self) -> Path:
        """Write what training changed, in 16 bits."""
        path = self._out / "reader.safetensors"
        state = self._model.state_dict()
        kept = {name: state[name].half().contiguous() for name in sorted(self._names)}
        save_file(kept, path, metadata={"base": DEFAULT_MODEL_SHA256, "seed": str(self._seed)})
        return path

    def _rate(self, step: int) -> float:
        warm = max(1, int(WARM_UP * self._steps))
        return min((step + 1) / warm, (self._steps - step) / max(1, self._steps - warm))

    def _log(self) -> None:
        line = json.dumps({"step": self.done, "of": self._steps, **self._record.take()})
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        note(line)

    def _keep(self) -> None:
        staged = self._out / "checkpoint.part"
        parts = {"model": self._model, "optimizer": self._optimizer, "schedule": self._schedule}
        torch.save({"step": self.done} | {name: part.state_dict() for name, part in parts.items()}, staged)
        staged.replace(self._out / "checkpoint.pt")

    def _resume(self) -> int:
        path = self._out / "checkpoint.pt"
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        return int(state["step"])


@dataclass(slots=True)
class Record:
    """Losses and tokens since the last line of the log."""

    losses: list[float] = field(default_factory=list)
    tokens: int = 0
    began: float = field(default_factory=time.perf_counter)

    def add(self, loss: float, tokens: int) -> None:
        """One step's."""
        self.losses.append(loss)
        self.tokens += tokens

    def take(self) -> dict[str, float]:
        """The mean loss and the speed, and begin anew."""
        speed = self.tokens / (time.perf_counter() - self.began)
        taken = {"loss": round(sum(self.losses) / len(self.losses), 4), "tokens_a_second": round(speed)}
        self.losses, self.tokens, self.began = [], 0, time.perf_counter()
        return taken


def train(data: Path, out: Path, seed: int, epochs: int, steps: int | None = None) -> Path:
    """Train to the end, from the last checkpoint if there is one; gives the weights' file."""
    out.mkdir(parents=True, exist_ok=True)
    material = Material.of(prepare(data, out))
    plan = material.plan(seed, epochs)[:steps]
    training = Training(out, seed, len(plan))
    for numbers in plan[training.done :]:
        training.step(material, numbers)
    return training.save()


def _main(
    data: Annotated[Path, typer.Argument(help="A directory of training data.")],
    out: Annotated[Path, typer.Argument(help="Where to keep the run, and its result.")],
    seed: Annotated[int, typer.Option(help="Of the head's first weights and the order of examples.")] = 0,
    epochs: Annotated[int, typer.Option(min=1, help="Times the data is read.")] = 2,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop after so many batches, the rate at 0 by then.")] = None,
) -> None:
    """Train the reader, or go on training it."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    print(train(data, out, seed, epochs, steps))


if __name__ == "__main__":
    typer.run(_main)
