"""Training the multilingual reader: python -m rag.training.train DATA OUT [--seed N] [--epochs N].

DATA holds the files that rag.training.examples describes. OUT keeps the examples, a log and a checkpoint; the same
command continues from the last checkpoint. The result is OUT/multilingual.safetensors: the head, and what training
changed of the embedding model's layers. rag/reader/README.md says what the shipped reader took.
"""

import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import save_file
from tokenizers import Encoding
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from index.console import note
from index.files import write_whole
from index.models.hub import SHIPPED_SHA256, shipped_folder
from rag.reader.loading import MULTILINGUAL, base_model, tokenizer_of, trained_names
from rag.reader.model import batch_of
from rag.reader.reading import MAX_QUESTION, lead_of, text_tokens
from rag.training.code_switching import switched
from rag.training.examples import Example, edited, examples_of, mined, read_rows

TOKENS_A_STEP = 4096
PADDING_MULTIPLE = 16  # tokens
PEAK_RATE = 1.5e-4
WARM_UP = 0.05  # of all steps
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
CHECKPOINT_EVERY = 100  # steps
# Each epoch reads a different share of the questions of the sets that have many, and of the passages that a program
# made or chose. The English adversarial questions written by people are so few that each is read twice.
SHARES = {"squadshifts-wiki": 0.7, "squadshifts-amazon": 0.3, "squadshifts-reddit": 0.3, "fairytaleqa": 0.4}
SHARES |= {"qamr": 0.25, "qanom": 0.25, "qasrl-gs": 0.25, "squad-nqg": 0.35, "selqa": 0.6, "pquad": 0.45}
MADE_SHARES = {"neg": 0.25, "mined": 0.4, "edited": 0.35, "elsewhere": 0.25}
REPEATED = "squad2"
# The share of English questions that are asked in other languages' words, and of those the share of each language.
SWITCHED = 0.3
SWITCHED_TO = {"tr": 0.3, "ru": 0.25, "ar": 0.2, "az": 0.09, "fa": 0.08, "ur": 0.08}
EXAMPLES_A_QUESTION = 4  # at most: what a step reads
UNREADABLE = ("he",)  # languages of the data in scripts that the vocabulary lacks
_IMPOSSIBLE = -1e4  # the score of a token that can't begin or end the answer

Labels = tuple[list[int], list[int]]  # the tokens where an answer may begin, and those where it may end


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


def labels_of(example: Example, encoding: Encoding) -> Labels:
    """Where an answer may begin and end; the first token of all for no answer; nowhere where the answer was cut off."""
    if not example.spans:
        return [0], [0]
    lead = len(lead_of(example.title))
    offsets = encoding.offsets  # which makes its list anew at every access
    text = text_tokens(encoding, lead)
    starts, ends = set(), set()
    for start, end in example.spans:
        tokens = [token for token in text if offsets[token][0] < lead + end and lead + start < offsets[token][1]]
        starts.update(tokens if example.whole else tokens[:1])
        ends.update(tokens if example.whole else tokens[-1:])
    return sorted(starts), sorted(ends)


def batches(lengths: Sequence[int], counts: Sequence[int], rng: random.Random) -> list[list[int]]:
    """Numbers of questions in batches, in random order; TOKENS_A_STEP tokens a batch at most, with padding.

    `lengths` are the tokens of each question's longest example, `counts` the number of its examples. The questions of a
    batch have the same padded length: there are few shapes, since the processor's kernels are compiled for each.
    """
    order = sorted(range(len(lengths)), key=lambda number: (_padded(lengths[number]), rng.random()))
    result: list[list[int]] = []
    for length, group in groupby(order, key=lambda number: _padded(lengths[number])):
        batch: list[int] = []
        rows = 0
        for number in group:
            if batch and (rows + counts[number]) * length > TOKENS_A_STEP:
                result.append(batch)
                batch, rows = [], 0
            batch.append(number)
            rows += counts[number]
        result.append(batch)
    rng.shuffle(result)
    return result


def _padded(length: int) -> int:
    return -(-length // PADDING_MULTIPLE) * PADDING_MULTIPLE


def questions_of_epoch(examples: Sequence[Example], rng: random.Random) -> list[list[int]]:
    """The numbers of the examples that one epoch reads, those of one question together."""
    by_question: dict[tuple[str, str], list[int]] = {}
    for number, example in enumerate(examples):
        by_question.setdefault((example.group, example.question), []).append(number)
    chosen: list[list[int]] = []
    for numbers in by_question.values():
        first = examples[numbers[0]]
        is_hard = not first.spans and first.origin in SHARES  # people wrote few unanswerable questions
        if not is_hard and rng.random() >= SHARES.get(_set_of(first.origin), 1.0):
            continue
        kept = [number for number in numbers if rng.random() < _share_of(examples[number].origin)]
        if kept:
            chosen.append(kept[:EXAMPLES_A_QUESTION])
            if first.origin == REPEATED and not first.spans:
                chosen.append(kept[:EXAMPLES_A_QUESTION])
    return chosen


def _set_of(origin: str) -> str:
    return origin.partition(",")[0].removesuffix("-neg")


def _share_of(origin: str) -> float:
    return MADE_SHARES.get(re.split("[ -]", origin)[-1], 1.0)


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


@dataclass(slots=True)
class EncodedExamples:
    """Examples as the model reads them."""

    examples: list[Example]
    encodings: list[Encoding]
    labels: list[Labels]

    @staticmethod
    def of(examples: Sequence[Example], seed: int = 0) -> "EncodedExamples":
        """The examples as tokens with their labels, without those whose answer was cut off."""
        tokenizer = tokenizer_of(shipped_folder(MULTILINGUAL.base))
        encoded = EncodedExamples([], [], [])
        pairs = [
            (question_as_asked(example, seed)[-MAX_QUESTION:], lead_of(example.title) + example.passage)
            for example in examples
        ]
        for example, encoding in zip(examples, tokenizer.encode_batch(pairs), strict=True):  # on all cores
            labels = labels_of(example, encoding)
            if labels[0]:
                encoded.examples.append(example)
                encoded.encodings.append(encoding)
                encoded.labels.append(labels)
        return encoded

    def steps(self, seed: int, epochs: int) -> list[list[list[int]]]:
        """The numbers of the examples that each step reads, by question."""
        steps: list[list[list[int]]] = []
        for epoch in range(epochs):
            rng = random.Random(f"{seed} {epoch}")  # noqa: S311 (the same order every time, and no secret)
            questions = questions_of_epoch(self.examples, rng)
            lengths = [max(len(self.encodings[number].ids) for number in numbers) for numbers in questions]
            made = batches(lengths, [len(numbers) for numbers in questions], rng)
            steps += ([questions[position] for position in batch] for batch in made)
        return steps

    def label_mask(self, numbers: Sequence[int], side: int, shape: torch.Size) -> Tensor:
        """(n, tokens) bool: where an answer may begin, for side 0, or end, for side 1."""
        mask = torch.zeros(shape, dtype=torch.bool)
        for row, number in enumerate(numbers):
            mask[row, self.labels[number][side]] = True
        return mask


def question_as_asked(example: Example, seed: int) -> str:
    """The question, a share of the English ones in another language's words, the same for all passages of one."""
    rng = random.Random(f"{seed} {example.group} {example.question}")  # noqa: S311 (no secret)
    if example.language != "en" or rng.random() >= SWITCHED:
        return example.question
    (language,) = rng.choices(list(SWITCHED_TO), list(SWITCHED_TO.values()))
    return switched(example.question, language, rng)


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
