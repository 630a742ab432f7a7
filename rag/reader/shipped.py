"""The shipped readers, run by OpenVINO alone: no PyTorch, nothing traced."""

import logging
from collections.abc import Sequence
from threading import Lock

from index.files import sha256_of
from index.models.bert import BertGraph, read_config, read_weights
from index.models.hub import MULTILINGUAL_MODEL, shipped_folder
from index.models.inference import CompiledGraph, has_bfloat16
from index.models.pieces import shipped_tokenizer
from index.models.tokens import TextTokenizer, padded_arrays
from index.models.vocabulary import vocabulary_of
from index.types import Precision
from rag.reader.loading import MAX_TOKENS, ShippedWeights, unreadable
from rag.reader.reading import Reader, Reading, TitledText, encode, reading_of
from rag.settings import SHIPPED

_log = logging.getLogger(__name__)
_OUTPUTS = ("start_logits", "end_logits")


class ShippedReader:
    """Reads with a model that this project trained; it is loaded by the first call of `read`.

    It computes in bfloat16 where the processor does, else in float32. `fallback` reads where OpenVINO can't compute.
    The reader for English may have `multilingual` for other languages.
    """

    name = SHIPPED
    comparable = True

    def __init__(self, weights: ShippedWeights, fallback: Reader, multilingual: Reader | None = None) -> None:
        self._weights, self._fallback, self._multilingual = weights, fallback, multilingual
        self._loaded: tuple[TextTokenizer, CompiledGraph] | Reader | None = None
        self._loading = Lock()

    def for_languages(self, *, english: bool) -> Reader:
        """The reader for a question and texts in English alone, or for any others."""
        return self if english or self._multilingual is None else self._multilingual

    def read(self, question: str, texts: Sequence[TitledText]) -> list[Reading]:
        """One reading per text, in the order of the texts.

        Raises:
            ModelError: the model's files are missing or altered.
        """
        if not texts:
            return []
        loaded = self._load()
        if not isinstance(loaded, tuple):
            return loaded.read(question, texts)
        tokenizer, graph = loaded
        encodings = encode(tokenizer, question, texts)
        # One text per batch: padding shorter texts to the longest would be a sixth of the computation.
        outputs = graph.run_batches(padded_arrays([encoding], MAX_TOKENS) for encoding in encodings)
        return [
            reading_of(encoding, titled, output["start_logits"][0], output["end_logits"][0])
            for encoding, titled, output in zip(encodings, texts, outputs, strict=True)
        ]

    def _load(self) -> tuple[TextTokenizer, CompiledGraph] | Reader:
        """The tokenizer and the compiled model, or the fallback; loaded by the first call."""
        with self._loading:  # so that two first questions at the same time load them once
            if self._loaded is None:
                try:
                    self._loaded = _tokenizer_and_graph(self._weights)
                except RuntimeError as error:
                    _log.info("the reader is computed by PyTorch, since OpenVINO can't compute it: %s", error)
                    self._loaded = self._fallback
            return self._loaded


def _tokenizer_and_graph(weights: ShippedWeights) -> tuple[TextTokenizer, CompiledGraph]:
    """The tokenizer of a model, and its graph, compiled.

    Raises:
        ModelError: the model's files are missing or altered.
        RuntimeError: the processor can't compute it.
    """
    if not weights.path.is_file() or sha256_of(weights.path) != weights.sha256:
        raise unreadable(SHIPPED, weights.path, "it is missing or altered")
    precision: Precision = "bfloat16" if has_bfloat16() else "float32"
    folder = shipped_folder(weights.base)
    base, is_multilingual = folder / "model.safetensors", weights.base == MULTILINGUAL_MODEL
    try:
        stored, config = read_weights(weights.path), read_config(folder)
        if not is_multilingual:  # training left its embeddings as they were
            stored = {**read_weights(base, "embeddings.", words=False), **stored}
        tokenizer = shipped_tokenizer(weights.base, folder, MAX_TOKENS)
        # rag/evidence/weights.json was fitted on readings of the English model whose vectors of words were so rounded.
        rounded = precision == "bfloat16" and not is_multilingual
        words = vocabulary_of(base, in_four_bits=is_multilingual, rounded=rounded)
        graph = BertGraph(stored, config, weights.layers).span_scores()
    except (KeyError, ValueError) as error:
        raise unreadable(SHIPPED, folder, error) from error
    return tokenizer, CompiledGraph(graph, _OUTPUTS, precision, prepare=words.with_word_vectors)
