"""The reading model: how likely each span of a passage answers a question, or none does.

The shipped reader is the bundled embedding model's embeddings under layers and a head trained here
(rag/reader/README.md); any Hugging Face question-answering model takes its place by name or directory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
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

    from index.models.compiled import Compiled
    from index.types import Precision

_HEADS = ("start_logits", "end_logits")

# Characters: of a longer question its end is read, where what is asked for mostly stands.
MAX_QUESTION = 400
MAX_TITLE = 200  # characters, so that a title never pushes out the text
MAX_ANSWER = 30  # tokens of a short answer; SQuAD's rarely have more

TitledText = tuple[str, str]  # what a text is about, and the text


@dataclass(frozen=True, slots=True)
class Reading:
    """One passage read for one question.

    `spans` are its tokens, in characters of its text; `starts` and `ends`, (tokens,) float32, are the
    logits of an answer beginning and ending there; `none` is the logit of no answer, the sum of both
    heads at the first token of all.
    """

    spans: Sequence[Span]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    none: float

    def answer_in(self, start: int, end: int) -> tuple[float, Span] | None:
        """The log-odds that an answer stands within these characters, and the likeliest one.

        None where no token of theirs was read.
        """
        inside = [place for place, span in enumerate(self.spans) if start <= span[0] and span[1] <= end]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        scores = self.starts[first:last, None] + self.ends[None, first:last]
        places = np.arange(last - first)
        length = places[None, :] - places[:, None]
        scores = np.where((length >= 0) & (length < MAX_ANSWER), scores, -np.inf)
        begin, finish = np.unravel_index(int(scores.argmax()), scores.shape)
        likeliest = (self.spans[first + int(begin)][0], self.spans[first + int(finish)][1])
        return float(np.logaddexp.reduce(scores, axis=None)) - self.none, likeliest


class Reader(Protocol):
    """Reads passages for a question."""

    name: str

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading a text, in their order."""


class TransformerReader:
    """The shipped reader, or a Hugging Face question-answering model with a fast tokenizer.

    Making one only finds the files; the model is loaded when something is first read, compiled for the
    processor where it can be, in bfloat16 where the processor computes in it.

    Raises:
        ModelError: there is no such model here, or it can't be loaded.
    """

    def __init__(self, name: str = SHIPPED) -> None:
        self.name = name
        self._folder = folder_of(name)
        self._loading = Lock()

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading a text, in their order."""
        import torch

        if not texts:
            return []
        tokenizer, model = self._loaded()
        encodings = encode(tokenizer, question, texts)
        # Each by itself: together the shorter ones would be padded, a sixth of all that is computed.
        batches = [batch_of([encoding], model.config, PADDED_TO) for encoding in encodings]
        with torch.inference_mode():
            outputs = _side_by_side(model, batches)
        return list(map(_reading, encodings, texts, outputs))

    def _loaded(self) -> "tuple[Tokenizer, PreTrainedModel | Compiled]":
        with self._loading:  # two first questions at once load it once
            return self._tokenizer, self._model

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return tokenizer_of(self._folder, self.name)

    @cached_property
    def _model(self) -> "PreTrainedModel | Compiled":
        from index.models.compiled import compiled

        model = trained_model(WEIGHTS) if self.name == SHIPPED else foreign_model(self._folder, self.name)
        precision: Precision = "bfloat16" if computes_in_bfloat16() else "float32"
        made = compiled(model.eval().float(), _inputs(model.config), _HEADS, precision)
        return made or (model.bfloat16() if precision == "bfloat16" else model)


@lru_cache(maxsize=2)
def reader_of(name: str) -> Reader | None:
    """The reader of a setting, loaded once however many assistants use it, or None for NONE.

    Raises:
        ModelError: there is no such model on this machine.
    """
    return None if name == NONE else TransformerReader(name)


def encode(tokenizer: "Tokenizer", question: str, texts: Sequence[TitledText]) -> "list[Encoding]":
    """The question and each text as tokens, a text behind its title, cut at its end where it is too long."""
    asked = question[-MAX_QUESTION:]
    return tokenizer.encode_batch([(asked, lead_of(title) + text) for title, text in texts])


def lead_of(title: str) -> str:
    """What stands before a text when it is read."""
    return f"{title[:MAX_TITLE]}. " if title else ""


def own_tokens(encoding: "Encoding", lead: int) -> list[int]:
    """The places of the tokens of the text itself: neither question, nor title, nor marks."""
    return [
        place
        for place, (part, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if part == 1 and start < end and lead < end
    ]


def _inputs(config: "PretrainedConfig") -> list[str]:
    """What a model of that configuration takes."""
    types = ["token_type_ids"] if getattr(config, "type_vocab_size", 0) > 1 else []
    return ["input_ids", "attention_mask", *types]


def batch_of(
    encodings: "Sequence[Encoding]", config: "PretrainedConfig", multiple: int = 1
) -> "dict[str, torch.Tensor]":
    """Encodings side by side, padded to a multiple of tokens, as a model of that configuration takes them."""
    import torch

    longest = -(-max(len(encoding.ids) for encoding in encodings) // multiple) * multiple
    values = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    padding = {"input_ids": config.pad_token_id or 0}
    return {
        name: torch.tensor([_filled(getattr(e, values[name]), longest, padding.get(name, 0)) for e in encodings])
        for name in _inputs(config)
    }


def _filled(row: list[int], length: int, padding: int) -> list[int]:
    return row + [padding] * (length - len(row))


def _side_by_side(
    model: "PreTrainedModel | Compiled", batches: "Sequence[dict[str, torch.Tensor]]"
) -> "Sequence[Mapping[str, torch.Tensor]]":
    """Of a compiled model each passage has some cores; of another, all cores have one passage after the other."""
    from index.models.compiled import Compiled

    return model.side_by_side(batches) if isinstance(model, Compiled) else [model(**batch) for batch in batches]


def _reading(encoding: "Encoding", text: TitledText, output: "Mapping[str, torch.Tensor]") -> Reading:
    starts, ends = (output[head][0].float().numpy() for head in _HEADS)
    own = own_tokens(encoding, len(lead_of(text[0])))
    return Reading(token_spans(encoding, text), starts[own], ends[own], float(starts[0] + ends[0]))


def token_spans(encoding: "Encoding", text: TitledText) -> list[Span]:
    """The tokens of the text itself, in its characters."""
    lead = len(lead_of(text[0]))
    offsets = encoding.offsets  # which makes the list anew each time it is asked for
    own = (offsets[place] for place in own_tokens(encoding, lead))
    return [_word(text[1], start - lead, end - lead) for start, end in own]


def _word(text: str, start: int, end: int) -> Span:
    """A token's characters without the white space before it, which some tokenizers count as its own."""
    token = text[max(start, 0) : end]
    return end - len(token.lstrip() or token), end
