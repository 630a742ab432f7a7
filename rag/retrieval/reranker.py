"""Reranking: a model reads each passage together with the query and scores it; off unless a model is named."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from index.errors import ModelError
from index.models.hub import find_model

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH_SIZE = 8  # texts in a forward pass, as in index/models/batching.py
_REMEDY = "Name another with RAG_RERANKER, or leave it unset to do without."


class Reranker(Protocol):
    """Scores how well texts answer a query; the model reads each text together with the query."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score per text, in [0, 1], larger is better."""


class CrossEncoderReranker:
    """Any sentence-transformers cross-encoder that gives a pair one score, by name or local path.

    It does not use the network; HF_HUB_OFFLINE=0 allows a model to be downloaded once. The constructor only finds the
    files; the first call of `scores` loads the model.

    Source: Nogueira and Cho, "Passage Re-ranking with BERT", 2019.

    Raises:
        ModelError: there is no such model on this machine.
    """

    def __init__(self, name: str) -> None:
        folder = find_model(name, "cross-encoder")
        if folder is None:
            raise ModelError(f'The reranking model "{name}" is not on this machine.', _REMEDY)
        self.name = name
        self._folder = folder
        self._model: CrossEncoder | None = None
        self._loading = Lock()

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score per text, in [0, 1]: the sigmoid of the model's logit for (query, text).

        Raises:
            ModelError: the model can't be loaded, or does not give a pair one score.
        """
        from torch.nn import Sigmoid

        with self._loading:  # so that two first questions at the same time load it once
            if self._model is None:
                self._model = _load(self._folder, self.name)
        pairs = [(query, text) for text in texts]
        # The activation is given since models are saved with different ones.
        scores = self._model.predict(pairs, batch_size=BATCH_SIZE, activation_fn=Sigmoid(), show_progress_bar=False)
        return [float(score) for score in scores]


def reranker_of(name: str | None) -> Reranker | None:
    """The reranker that a setting names; None where the setting is empty.

    Raises:
        ModelError: there is no such model on this machine.
    """
    return CrossEncoderReranker(name) if name else None


def _load(folder: Path, name: str) -> "CrossEncoder":
    """The model in a folder, once it is checked that it gives a pair one score."""
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = CrossEncoder(str(folder))
    except Exception as error:  # the loaders raise anything for a damaged or foreign model directory
        raise ModelError(f'The reranking model "{name}" in {folder} can\'t be loaded ({error}).', _REMEDY) from error
    reason = ""
    architecture = (model.config.architectures or [""])[0]
    if model.num_labels != 1:
        reason = f"it gives a pair {model.num_labels} scores, not one"
    elif len(model) == 1 and not architecture.endswith("ForSequenceClassification"):
        # An embedding model is loaded too, but with random weights for the score, which it lacks.
        reason = f"it was made for something else ({architecture})"
    if reason:
        raise ModelError(f'The model "{name}" in {folder} can\'t rerank: {reason}.', _REMEDY)
    return model
