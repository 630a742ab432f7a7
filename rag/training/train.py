"""Training the multilingual reader: python -m rag.training.train DATA OUT [--seed N] [--epochs N].

DATA holds the files that rag.training.examples describes. OUT keeps the examples, a log and a checkpoint; the same
command continues from the last checkpoint. The result is OUT/multilingual.safetensors: the head, and what training
changed of the embedding model's layers. rag/reader/README.md says what the shipped reader took.
"""

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from index.console import note
from index.files import write_whole
from index.models.hub import SHIPPED_SHA256
from rag.reader.loading import MULTILINGUAL, base_model, trained_names
from rag.reader.model import batch_of
from rag.training.examples import Example, edited, examples_of, mined, read_rows
from rag.training.steps import PADDING_MULTIPLE, EncodedExamples

PEAK_RATE = 1.5e-4
WARM_UP = 0.05  # of all steps
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
CHECKPOINT_EVERY = 100  # steps
UNREADABLE = ("he",)  # languages of the data in scripts that the vocabulary lacks
_IMPOSSIBLE = -1e4  # the score of a token that can't begin or end the answer


def prepare(data: Path, out: Path) -> list[Example]:
    """The examples of the groups that are not held out; they are made once, and kept in OUT/examples.jsonl."""
    path = out / "examples.jsonl"
    if not path.exists():
        write_whole(path, "".join(json.dumps(asdict(example)) + "\n" for example in make_examples(data)).encode())
    with path.open(encoding="utf-8") as file:
        stored = map(json.loads, file)
        return [Example(**{**item, "spans": tuple(map(tuple, item["spans"]))}) for item in stored]


def make_examples(data: Path) -> Iterator[Example]:
    """Every example of the groups that are not held out: as written by people, edited, and mined."""
    rng = random.Random(0)  # noqa: S311 (the same examples every time, and no secret)
    rows = [row for row in read_rows(data, rng) if not row.held_out and row.language not in UNREADABLE]
    for row in rows:
        yield from examples_of(row, rng)
    yield from edited(rows, rng)
    yield from mined(rows)


def loss_of(scores: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
    """The mean of -log P(an allowed token), over (n, tokens) scores.

    Source: Clark and Gardner, "Simple and Effective Multi-Paragraph Reading Comprehension", 2018.
    """
    scores = scores.float().masked_fill(~mask, _IMPOSSIBLE)
    return (scores.logsumexp(1) - scores.masked_fill(~allowed, _IMPOSSIBLE).logsumexp(1)).mean()


def shared_loss_of(scores: Tensor, mask: Tensor, allowed: Tensor, questions: Tensor) -> Tensor:
    """The mean of -log P(an allowed token) over questions, among the tokens of all passages of a question together.

    `scores` is (n, tokens); `questions`, (n,) int64, numbers the question of each row from 0. The scores of each row
    are taken relative to that of no answer, its first token, so that passages become comparable.

    Source: the shared normalisation of Clark and Gardner, 2018, with a score of no answer that all passages share.
    """
    relative = (scores - scores[:, :1]).float().masked_fill(~mask, _IMPOSSIBLE)
    count = int(questions.max()) + 1
    belongs = torch.arange(count)[:, None] == questions[None, :]
    all_of_rows = relative[:, 1:].logsumexp(1)
    right_of_rows = relative[:, 1:].masked_fill(~allowed[:, 1:], _IMPOSSIBLE).logsumexp(1)
    right_of_rows = torch.where(allowed[:, 1:].any(1), right_of_rows, torch.tensor(_IMPOSSIBLE))
    of_question = torch.where(belongs, all_of_rows[None, :], torch.tensor(_IMPOSSIBLE))
    total = torch.cat([of_question, torch.zeros(count, 1)], 1).logsumexp(1)  # the score of no answer is 0
    right = torch.where(belongs, right_of_rows[None, :], torch.tensor(_IMPOSSIBLE)).logsumexp(1)
    answered = torch.zeros(count).index_add(0, questions, allowed[:, 1:].any(1).float()) > 0
    return (total - torch.where(answered, right, torch.zeros(()))).mean()


def rate_factor(step: int, steps: int) -> float:
    """The learning rate of a step as a share of PEAK_RATE: it rises over the warm-up, then falls to 0."""
    warm = max(1, int(WARM_UP * steps))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))


class Training:
    """A model in training, step by step; its checkpoints, its log and its result are files in a folder."""

    def __init__(self, out: Path, seed: int, steps: int) -> None:
        self._out, self._seed, self._steps = out, seed, steps
        torch.manual_seed(seed)
        self._model = base_model(MULTILINGUAL).train()
        self._names = set(trained_names(self._model))
        for name, parameter in self._model.named_parameters():
            parameter.requires_grad_(name in self._names)
        trained = [parameter for parameter in self._model.parameters() if parameter.requires_grad]
        self._optimizer = AdamW(trained, lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
        self._schedule = LambdaLR(self._optimizer, partial(rate_factor, steps=steps))
        self._progress = ProgressSinceLog()
        self.done = 0

    def step(self, encoded: EncodedExamples, questions: Sequence[Sequence[int]]) -> None:
        """Read the examples of these numbers, by question, and learn from them."""
        numbers = [number for question in questions for number in question]
        asked = torch.tensor([position for position, question in enumerate(questions) for _ in question])
        inputs = batch_of([encoded.encodings[number] for number in numbers], self._model.config, PADDING_MULTIPLE)
        labels = [encoded.label_mask(numbers, side, inputs["input_ids"].shape) for side in (0, 1)]
        mask = inputs["attention_mask"].bool()
        with torch.autocast("cpu", torch.bfloat16):
            output = self._model(**inputs)
        loss = torch.zeros(())
        for scores, allowed in zip((output.start_logits, output.end_logits), labels, strict=True):
            loss = loss + (loss_of(scores, mask, allowed) + shared_loss_of(scores, mask, allowed, asked)) / 4
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), LARGEST_GRADIENT)
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        self.done += 1
        self._progress.add(loss.item(), inputs["input_ids"].numel())

    def log(self) -> None:
        """Print, and add to the log, how far it is, with the loss and the speed since the last line."""
        line = json.dumps({"step": self.done, "of": self._steps, **self._progress.take()})
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        note(line)

    def save_checkpoint(self) -> None:
        """Write all that `resume` needs to continue from here."""
        buffer = BytesIO()
        parts = {"model": self._model, "optimizer": self._optimizer, "schedule": self._schedule}
        torch.save({"step": self.done} | {name: part.state_dict() for name, part in parts.items()}, buffer)
        write_whole(self._out / "checkpoint.pt", buffer.getvalue())

    def resume(self) -> None:
        """Continue from the last checkpoint, if there is one."""
        path = self._out / "checkpoint.pt"
        if path.exists():
            state = torch.load(path, weights_only=True)
            self._model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._schedule.load_state_dict(state["schedule"])
            self.done = int(state["step"])

    def save(self) -> Path:
        """Write the parameters that training changes, in 16 bits; gives the file."""
        path = self._out / MULTILINGUAL.path.name
        state = self._model.state_dict()
        trained = {name: state[name].half().contiguous() for name in sorted(self._names)}
        save_file(trained, path, metadata={"base": SHIPPED_SHA256[MULTILINGUAL.base], "seed": str(self._seed)})
        return path


@dataclass(slots=True)
class ProgressSinceLog:
    """Losses and tokens since the last line of the log."""

    losses: list[float] = field(default_factory=list)
    tokens: int = 0
    started: float = field(default_factory=time.perf_counter)

    def add(self, loss: float, tokens: int) -> None:
        """Add those of one step."""
        self.losses.append(loss)
        self.tokens += tokens

    def take(self) -> dict[str, float]:
        """The mean loss and the speed; counting starts again."""
        speed = self.tokens / (time.perf_counter() - self.started)
        figures = {"loss": round(sum(self.losses) / len(self.losses), 4), "tokens_a_second": round(speed)}
        self.losses, self.tokens, self.started = [], 0, time.perf_counter()
        return figures


def train(data: Path, out: Path, seed: int, epochs: int, most_steps: int | None = None) -> Path:
    """Train to the end, from the last checkpoint if there is one; gives the file of the weights."""
    out.mkdir(parents=True, exist_ok=True)
    encoded = EncodedExamples.of(prepare(data, out), seed)
    steps = encoded.steps(seed, epochs)[:most_steps]
    training = Training(out, seed, len(steps))
    training.resume()
    for questions in steps[training.done :]:
        training.step(encoded, questions)
        if training.done % CHECKPOINT_EVERY == 0 or training.done == len(steps):
            training.log()
            training.save_checkpoint()
    return training.save()


def main(
    data: Annotated[Path, typer.Argument(help="A directory of training data.")],
    out: Annotated[Path, typer.Argument(help="A directory for the run and its result.")],
    seed: Annotated[int, typer.Option(help="Of the head's first weights and the order of examples.")] = 0,
    epochs: Annotated[int, typer.Option(min=1, help="Times the data is read.")] = 2,
    steps: Annotated[int | None, typer.Option(min=1, help="Stop after so many batches, the rate at 0 by then.")] = None,
) -> None:
    """Train the reader, or go on training it."""
    print(train(data, out, seed, epochs, steps))


if __name__ == "__main__":
    typer.run(main)
