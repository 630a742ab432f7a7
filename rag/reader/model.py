"""The reader's model: how likely each span of a passage is to answer a question, and how likely none is.

There are two shipped readers, over the two embedding models that ship; this project trained their layers and heads
(rag/reader/README.md). Any Hugging Face question-answering model can take their place, by name or directory.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from index.models.hub import shipped_folder
from index.models.precision import computes_in_bfloat16
from index.models.tokens import PADDED_TO
from rag.reader.loading import (
    ENGLISH,
    MULTILINGUAL,
    ShippedWeights,
    folder_of,
    foreign_model,
    tokenizer_of,
    trained_model,
)
from rag.reader.reading import Reader, Reading, TitledText, encode, reading_of
from rag.settings import NONE, SHIPPED

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer
    from transformers import PretrainedConfig, PreTrainedModel

    from index.models.compiled import CompiledModel
    from index.models.tokens import Tokens
    from index.types import Precision

_log = logging.getLogger(__name__)
_HEADS = ("start_logits", "end_logits")


class TransformerReader:
    """The shipped reader, or a Hugging Face question-answering model with a fast tokenizer.

    The constructor only finds the files; the first call of `read` loads the model. It is compiled for the processor
    where that is possible, and computes in bfloat16 where the processor does.

    Raises:
        ModelError: there is no such model on this machine, or it can't be loaded.
    """

    def __init__(
        self, name: str = SHIPPED, weights: ShippedWeights = ENGLISH, multilingual: Reader | None = None
    ) -> None:
        """`weights` are those of a shipped reader; the one for English may have another for other languages.

        Raises:
            ModelError: there is no such model on this machine.
        """
        self.name, self.comparable = name, name == SHIPPED
        self._weights = weights if name == SHIPPED else None
        self._multilingual = multilingual
        self._folder = folder_of(name) if name != SHIPPED else shipped_folder(weights.base)
        self._loaded: tuple[Tokenizer, PreTrainedModel | CompiledModel] | None = None
        self._loading = Lock()

    def for_languages(self, *, english: bool) -> Reader:
        """The reader for a question and texts in English alone, or for any others."""
        return self if english or self._multilingual is None else self._multilingual

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
        return [
            reading_of(encoding, titled, *(output[head][0].float().numpy() for head in _HEADS))
            for encoding, titled, output in zip(encodings, texts, outputs, strict=True)
        ]

    def _load(self) -> "tuple[Tokenizer, PreTrainedModel | CompiledModel]":
        """The tokenizer and the model, loaded by the first call."""
        from index.models.compiled import compile_model

        with self._loading:  # so that two first questions at the same time load them once
            if self._loaded is None:
                tokenizer = tokenizer_of(self._folder, self.name)
                model = trained_model(self._weights) if self._weights else foreign_model(self._folder, self.name)
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
    if name == NONE:
        return None
    if name == SHIPPED:
        try:
            from rag.reader.shipped import ShippedReader
        except ImportError as error:  # without OpenVINO
            _log.info("the reader is computed by PyTorch, since OpenVINO can't be used: %s", error)
        else:
            multilingual: Reader = ShippedReader(MULTILINGUAL, TransformerReader(weights=MULTILINGUAL))
            return ShippedReader(ENGLISH, TransformerReader(weights=ENGLISH), multilingual)
        return TransformerReader(weights=ENGLISH, multilingual=TransformerReader(weights=MULTILINGUAL))
    return TransformerReader(name)


def _input_names(config: "PretrainedConfig") -> list[str]:
    types = ["token_type_ids"] if getattr(config, "type_vocab_size", 0) > 1 else []
    return ["input_ids", "attention_mask", *types]


def batch_of(encodings: "Sequence[Tokens]", config: "PretrainedConfig", multiple: int = 1) -> "dict[str, torch.Tensor]":
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
