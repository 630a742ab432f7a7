"""Reading each passage found together with the question, to put the best first; off unless a model is named."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from index.errors import ModelError
from index.models.hub import find_model

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Texts a forward pass, as for embedding: see index/embedder.py.
BATCH_SIZE = 8
_REMEDY = "Name another with RAG_RERANKER, or leave it unset to do without."


class Reranker(Protocol):
    """Judges how well texts answer a query, each read together with it."""

    name: str

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in [0, 1], larger is better."""


class CrossEncoderReranker:
    """Any sentence-transformers cross-encoder that gives a pair one score, by name or local path.

    Without the network: set HF_HUB_OFFLINE=0 to let a model be downloaded once. Making one only finds
    the files; the model is loaded when something is first scored.

    Source: Nogueira and Cho, "Passage Re-ranking with BERT", 2019.

    Raises:
        ModelError: there is no such model on this machine.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._folder = _folder(name)
        self._loading = Lock()

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score a text, in [0, 1]: the sigmoid of what the model gives for (query, text).

        Raises:
            ModelError: the model can't be loaded, or does not give a pair one score.
        """
        from torch.nn import Sigmoid

        with self._loading:  # two first questions at once load it once
            model = self._model
        pairs = [(query, text) for text in texts]
        # Named here since models differ in what they were saved with.
        given = model.predict(pairs, batch_size=BATCH_SIZE, activation_fn=Sigmoid(), show_progress_bar=False)
        return [float(score) for score in given]

    @cached_property
    def _model(self) -> "CrossEncoder":
        model = _load(self._folder, self.name)
        if reason := _unfit(model):
            raise ModelError(f'The reranking model "{self.name}" in {self._folder} is none: {reason}.', _REMEDY)
        return model


def reranker_of(name: str | None) -> Reranker | None:
    """The reranker of a setting: none where it is empty.

    Raises:
        ModelError: there is no such model on this machine.
    """
    return CrossEncoderReranker(name) if name else None


def _folder(name: str) -> Path:
    folder = find_model(name, "cross-encoder")
    if folder is None:
        raise ModelError(f'The reranking model "{name}" is not on this machine.', _REMEDY)
    return folder


def _load(folder: Path, name: str) -> "CrossEncoder":
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return CrossEncoder(str(folder))
    except Exception as error:  # whatever a broken or foreign model directory makes the loaders raise
        raise ModelError(f'The reranking model "{name}" in {folder} can\'t be loaded ({error}).', _REMEDY) from error


def _unfit(model: "CrossEncoder") -> str:
    """Why a model that could be loaded is no reranker; empty where it is one."""
    if model.num_labels != 1:
        return f"it gives a pair {model.num_labels} scores, not one"
    # A model made to embed is loaded all the same, with weights at random for the score it has not.
    made_for = (model.config.architectures or [""])[0]
    if len(model) == 1 and not made_for.endswith("ForSequenceClassification"):
        return f"it was made for something else ({made_for})"
    return ""
