"""What each step of training reads: which examples, in which words, and as which tokens."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from index.models.hub import shipped_folder
from index.models.tokens import Tokens
from rag.reader.loading import MULTILINGUAL, tokenizer_of
from rag.reader.reading import MAX_QUESTION, lead_of, text_tokens
from rag.training.code_switching import switched
from rag.training.examples import Example

TOKENS_A_STEP = 4096
PADDING_MULTIPLE = 16  # tokens
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

Labels = tuple[list[int], list[int]]  # the tokens where an answer may begin, and those where it may end


def labels_of(example: Example, encoding: Tokens) -> Labels:
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


@dataclass(slots=True)
class EncodedExamples:
    """Examples as the model reads them."""

    examples: list[Example]
    encodings: list[Tokens]
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
