"""The reader's model: how likely each span of a passage is to answer a question, and how likely none is.

The shipped reader has the embeddings of the bundled embedding model; this project trained its layers and its head
(rag/reader/README.md). Any Hugging Face question-answering model can take its place, by name or directory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.models.batching import PADDED_TO
from index.models.precision import computes_in_bfloat16
from index.types import Span
from rag.reader.loading import WEIGHTS, folder_of, foreign_model, tokenizer_of, trained_model
from rag.settings import NONE, SHIPPED

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding, Tokenizer
    from transformers import PretrainedConfig, PreTrainedModel

    from index.models.compiled import CompiledModel
    from index.types import Precision

_HEADS = ("start_logits", "end_logits")

MAX_QUESTION = 400  # characters; of a longer question the end is read, since it mostly says what is asked for
MAX_TITLE = 200  # characters, so that a title never crowds out the text
MAX_ANSWER = 30  # tokens of a short answer; SQuAD's answers rarely have more

TitledText = tuple[str, str]  # a title and a text


@dataclass(frozen=True, slots=True)
class Reading:
    """One passage read for one question.

    `spans` are the tokens of its text, in characters of the text. `starts` and `ends`, each (tokens,) float32, are the
    logits of an answer that begins or ends at a token. `none` is the logit of no answer: the sum of both heads at the
    first token of the input.
    """

    spans: Sequence[Span]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    none: float

    def answer_in(self, start: int, end: int) -> tuple[float, Span] | None:
        """The log-odds that an answer lies within these characters, and its likeliest span.

        None where no token within these characters was read.
        """
        inside = [position for position, span in enumerate(self.spans) if start <= span[0] and span[1] <= end]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        scores = self.starts[first:last, None] + self.ends[None, first:last]
        positions = np.arange(last - first)
        length = positions[None, :] - positions[:, None]
        scores = np.where((length >= 0) & (length < MAX_ANSWER), scores, -np.inf)
        begin, finish = np.unravel_index(int(scores.argmax()), scores.shape)
        likeliest = (self.spans[first + int(begin)][0], self.spans[first + int(finish)][1])
        return float(np.logaddexp.reduce(scores, axis=None)) - self.none, likeliest


class Reader(Protocol):
    """Reads passages for a question."""

    name: str

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading per text, in the order of the texts."""


class TransformerReader:
    """The shipped reader, or a Hugging Face question-answering model with a fast tokenizer.

    The constructor only finds the files; the first call of `read` loads the model. It is compiled for the processor
    where that is possible, and computes in bfloat16 where the processor does.

    Raises:
        ModelError: there is no such model on this machine, or it can't be loaded.
    """

    def __init__(self, name: str = SHIPPED) -> None:
        self.name = name
        self._folder = folder_of(name)
        self._loaded: tuple[Tokenizer, PreTrainedModel | CompiledModel] | None = None
        self._loading = Lock()

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading per text, in the order of the texts.

        Raises:
            ModelError: the model can't be loaded.
        """
        import torch

        from index.models.compiled import CompiledModel

        if not texts:
            return []
        tokenizer, model = self._load()
        encodings = encode(tokenizer, question, texts)
        # One text per batch: padding shorter texts to the longest would be a sixth of the computation.
        batches = [batch_of([encoding], model.config, PADDED_TO) for encoding in encodings]
        with torch.inference_mode():
            if isinstance(model, CompiledModel):
                outputs = model.run_batches(batches)  # each batch on some of the cores
            else:
                outputs = [model(**batch) for batch in batches]  # one batch after the other, each on all cores
        readings: list[Reading] = []
        for encoding, titled, output in zip(encodings, texts, outputs, strict=True):
            starts, ends = (output[head][0].float().numpy() for head in _HEADS)
            tokens = text_tokens(encoding, len(lead_of(titled[0])))
            none = float(starts[0] + ends[0])
            readings.append(Reading(token_spans(encoding, titled), starts[tokens], ends[tokens], none))
        return readings

    def _load(self) -> "tuple[Tokenizer, PreTrainedModel | CompiledModel]":
        """The tokenizer and the model, loaded by the first call."""
        from index.models.compiled import compile_model

        with self._loading:  # so that two first questions at the same time load them once
            if self._loaded is None:
                tokenizer = tokenizer_of(self._folder, self.name)
                model = trained_model(WEIGHTS) if self.name == SHIPPED else foreign_model(self._folder, self.name)
                precision: Precision = "bfloat16" if computes_in_bfloat16() else "float32"
                fast = compile_model(model.eval().float(), _input_names(model.config), _HEADS, precision)
                self._loaded = tokenizer, fast or (model.bfloat16() if precision == "bfloat16" else model)
            return self._loaded


@lru_cache(maxsize=2)
def reader_of(name: str) -> Reader | None:
    """The reader that a setting names, the same object for all assistants; None for NONE.

    Raises:
        ModelError: there is no such model on this machine.
    """
    return None if name == NONE else TransformerReader(name)


def encode(tokenizer: "Tokenizer", question: str, texts: Sequence[TitledText]) -> "list[Encoding]":
    """The question with each text as tokens; the title stands before the text, and a long text is cut at its end."""
    question_end = question[-MAX_QUESTION:]
    return tokenizer.encode_batch([(question_end, lead_of(title) + text) for title, text in texts])


def lead_of(title: str) -> str:
    """The words that stand before a text when it is read."""
    return f"{title[:MAX_TITLE]}. " if title else ""


def text_tokens(encoding: "Encoding", lead: int) -> list[int]:
    """The positions of the text's tokens, without question, title and special tokens; `lead` is in characters."""
    return [
        position
        for position, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if sequence == 1 and start < end and lead < end
    ]


def _input_names(config: "PretrainedConfig") -> list[str]:
    types = ["token_type_ids"] if getattr(config, "type_vocab_size", 0) > 1 else []
    return ["input_ids", "attention_mask", *types]


def batch_of(
    encodings: "Sequence[Encoding]", config: "PretrainedConfig", multiple: int = 1
) -> "dict[str, torch.Tensor]":
    """Encodings as the input of a model with that configuration, padded to a multiple of tokens.

    Each tensor is (encodings, tokens) int64.
    """
    import torch

    longest = -(-max(len(encoding.ids) for encoding in encodings) // multiple) * multiple
    values = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    padding = {"input_ids": config.pad_token_id or 0}
    batch: dict[str, torch.Tensor] = {}
    for name in _input_names(config):
        rows = [getattr(encoding, values[name]) for encoding in encodings]
        batch[name] = torch.tensor([row + [padding.get(name, 0)] * (longest - len(row)) for row in rows])
    return batch


def token_spans(encoding: "Encoding", titled: TitledText) -> list[Span]:
    """The text's tokens, in characters of the text."""
    title, text = titled
    lead = len(lead_of(title))
    offsets = encoding.offsets  # each access makes a new list
    spans: list[Span] = []
    for position in text_tokens(encoding, lead):
        start, end = offsets[position][0] - lead, offsets[position][1] - lead
        token = text[max(start, 0) : end]
        # Some tokenizers count the white space before a token as part of it.
        spans.append((end - len(token.lstrip() or token), end))
    return spans
