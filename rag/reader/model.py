"""The reading model: how likely each span of a passage answers a question, or none does.

The shipped reader is the bundled embedding model's embeddings under layers and a head trained here
(rag/reader/README.md); any Hugging Face question-answering model takes its place by name or directory.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.embedder import DEFAULT_MODEL, DEFAULT_MODEL_SHA256, bundled_folder, local_folder
from index.errors import ModelError
from index.packing import TOKENS_A_STEP
from index.precision import computes_in_bfloat16
from index.sentences import Span

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding, Tokenizer
    from transformers import PretrainedConfig, PreTrainedModel

    from index.compiled import Compiled
    from index.manifest import Precision

SHIPPED = "shipped"
NONE = "none"
WEIGHTS = Path(__file__).with_name("reader.safetensors")
_HEADS = ("start_logits", "end_logits")
FROZEN = "bert.embeddings."  # parameters that training leaves as the embedding model has them

# Tokens: a passage of 900 characters is 200 to 250 in English.
MAX_TOKENS = 320
# Characters: of a longer question its end is read, where what is asked for mostly stands.
MAX_QUESTION = 400
MAX_TITLE = 200  # characters, so that a title never pushes out the text
MAX_ANSWER = 30  # tokens of a short answer; SQuAD's rarely have more


_REMEDY = "Name another with RAG_READER, or leave it unset for the one that comes with the package."

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
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        self.name = name
        self._folder = bundled_folder() if name == SHIPPED else _folder(name)
        self._loading = Lock()

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading a text, in their order."""
        import torch

        if not texts:
            return []
        tokenizer, model = self._loaded()
        encodings = encode(tokenizer, question, texts)
        # Each by itself: together the shorter ones would be padded, a sixth of all that is computed.
        batches = [batch_of([encoding], model.config, TOKENS_A_STEP) for encoding in encodings]
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
        from index.compiled import compiled

        model = trained_model(WEIGHTS) if self.name == SHIPPED else _foreign_model(self._folder, self.name)
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


def tokenizer_of(folder: Path, name: str = SHIPPED) -> "Tokenizer":
    """The fast tokenizer of a model, set to cut what is too long, which is mostly the text.

    Raises:
        ModelError: the folder holds none.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exception for whatever it can't read
        raise _unreadable(name, folder, error) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    return tokenizer


def base_model() -> "PreTrainedModel":
    """The bundled embedding model under a question-answering head that is still random."""
    from transformers import AutoModelForQuestionAnswering
    from transformers.utils import logging

    logging.disable_progress_bar()
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # it would warn that the head is new
    try:
        # Without dropout it trains twice as fast on a CPU, and two epochs are too few to overfit.
        return cast(
            "PreTrainedModel",
            AutoModelForQuestionAnswering.from_pretrained(
                bundled_folder(),
                attention_probs_dropout_prob=0.0,
                attn_implementation="eager",  # the fastest here, forward and backward, at these lengths
                hidden_dropout_prob=0.0,
            ),
        )
    finally:
        logging.set_verbosity(verbosity)


def trained_model(weights: Path) -> "PreTrainedModel":
    """The base model with the layers and the head of a weights file.

    Raises:
        ModelError: the file is missing or damaged, or was trained on another base model.
    """
    from safetensors import SafetensorError, safe_open

    model = base_model()
    try:
        with safe_open(weights, framework="pt") as file:
            base = (file.metadata() or {}).get("base")
            stored = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise _unreadable(SHIPPED, weights, error) from error
    missing = set(trained_names(model)) ^ set(stored)
    if missing or base != DEFAULT_MODEL_SHA256:
        raise _unreadable(SHIPPED, weights, f"not trained on this {DEFAULT_MODEL}")
    model.load_state_dict(stored, strict=False)
    return model


def trained_names(model: "torch.nn.Module") -> list[str]:
    """The parameters that training changes, and that are stored."""
    return [name for name, _ in model.named_parameters() if not name.startswith(FROZEN)]


def _folder(name: str) -> Path:
    folder = local_folder(name)
    if folder is None:
        raise ModelError(f'The reader "{name}" is not on this machine.', _REMEDY)
    return folder


def _foreign_model(folder: Path, name: str) -> "PreTrainedModel":
    from transformers import AutoModelForQuestionAnswering

    try:
        model = cast("PreTrainedModel", AutoModelForQuestionAnswering.from_pretrained(folder))
    except Exception as error:  # whatever a broken or foreign model directory makes the loaders raise
        raise _unreadable(name, folder, error) from error
    if reason := _unfit(model.config):
        raise _unreadable(name, folder, reason)
    return model


def _unfit(config: "PretrainedConfig") -> str:
    """Why a model that could be loaded is no reader; empty where it is one."""
    made_for = (config.architectures or [""])[0]
    if not made_for.endswith("ForQuestionAnswering"):  # its head would be random
        return f"it was made for something else: {made_for}"
    # Some models count positions from 2.
    if (positions := getattr(config, "max_position_embeddings", 0)) and positions < MAX_TOKENS + 2:
        return f"it reads {positions} tokens, {MAX_TOKENS + 2} are needed"
    return ""


def _unreadable(name: str, where: Path, why: object) -> ModelError:
    return ModelError(f'The reader "{name}" in {where} can\'t be loaded ({why}).', _REMEDY)


def _side_by_side(
    model: "PreTrainedModel | Compiled", batches: "Sequence[dict[str, torch.Tensor]]"
) -> "Sequence[Mapping[str, torch.Tensor]]":
    """Of a compiled model each passage has a core; of another, all cores have one passage after the other."""
    from index.compiled import Compiled

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
