"""Text becomes vectors, with sentence-transformers."""

import hashlib
import json
import logging
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast

from index.errors import ModelError, PrecisionError
from index.files import sha256_of
from index.models import multilingual
from index.models.batching import embed_batched
from index.models.hub import (
    DEFAULT_MODEL,
    MULTILINGUAL_MODEL,
    SHIPPED_SHA256,
    find_model,
    shipped_folder,
    shipped_remedy,
)
from index.models.precision import Encode, fastest_precision, not_computable, precisions_of, to_precision
from index.models.record import ModelRecord, PrecisionChoice
from index.types import Matrix, Precision, Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_log = logging.getLogger(__name__)
_WEIGHTS = (".safetensors", ".bin")
_MODEL_FILES = (*_WEIGHTS, ".json", ".txt", ".model")


class Embedder(Protocol):
    """Maps passages and queries into one vector space, in which the dot product is the cosine."""

    record: ModelRecord  # an index keeps it, so that a query's vector always fits those of its passages

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """One row for each text: (n, dim) float32, unit length."""

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row for each query, all embedded at once: (n, dim) float32, unit length."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model, by name or local path, with optional prompts; by default the model's own.

    The constructor finds the model's files and hashes them; the model is loaded when something is first embedded. With
    `in_bulk` many passages are embedded faster and a single query slower; the vectors are the same.

    Raises:
        ModelError: the model is not on this machine, does not exist in 8 bits, or has unreadable files; or the bundled
            model was altered.
    """

    def __init__(
        self,
        name: str = DEFAULT_MODEL,
        query_prompt: str = "",
        passage_prompt: str = "",
        precision: Precision = "float32",
        *,
        in_bulk: bool = False,
    ) -> None:
        if precision == "int8" and name not in SHIPPED_SHA256:
            raise ModelError(
                f'There are no 8 bits for the embedding model "{name}", only for those that come with the package.',
                f"Add --model {DEFAULT_MODEL}, or name another precision.",
            )
        own_query_prompt, own_passage_prompt = prompts_of(name)
        self._folder = _folder(name)
        self._in_bulk = in_bulk
        self._lock = Lock()
        self._encode: Encode | None = None
        self.record = ModelRecord(
            name=name,
            fingerprint=_fingerprint(self._folder, name),
            query_prompt=query_prompt or own_query_prompt,
            passage_prompt=passage_prompt or own_passage_prompt,
            precision=precision,
        )

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """One row for each text: (n, dim) float32, unit length."""
        return self._loaded()([self.record.passage_prompt + text for text in texts])

    def embed_query(self, text: str) -> Vector:
        """(dim,) float32, unit length."""
        return cast(Vector, self.embed_queries([text])[0])

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """One row for each query: (n, dim) float32, unit length."""
        return self._loaded()([self.record.query_prompt + text for text in texts])

    def _loaded(self) -> Encode:
        with self._lock:  # two first questions at the same time load the model once
            if self._encode is None:
                self._encode = _load_encoder(
                    self._folder, self.record.name, self.record.precision, in_bulk=self._in_bulk
                )
            return self._encode


def choose_model(
    model: str | None, query_prompt: str, passage_prompt: str, earlier: ModelRecord | None
) -> tuple[str, str, str]:
    """The name and the prompts that settings mean: without a model, those of an existing index, else the default."""
    if model or earlier is None:
        return model or DEFAULT_MODEL, query_prompt, passage_prompt
    return earlier.name, query_prompt or earlier.query_prompt, passage_prompt or earlier.passage_prompt


def prompts_of(name: str) -> tuple[str, str]:
    """What stands before a query and before a passage by default: that with which a shipped model was trained."""
    return (multilingual.QUERY_PROMPT, multilingual.PASSAGE_PROMPT) if name == MULTILINGUAL_MODEL else ("", "")


def _load_encoder(folder: Path, name: str, precision: Precision, *, in_bulk: bool) -> Encode:
    """A shipped model by OpenVINO alone; any other, and a shipped one where OpenVINO can't be used, by PyTorch."""
    if name in SHIPPED_SHA256:
        try:
            from index.models.shipped import ShippedEncoder

            return ShippedEncoder(name, precision, in_bulk=in_bulk).encode
        except (ImportError, PrecisionError) as error:
            if precision == "int8":
                raise error if isinstance(error, PrecisionError) else not_computable(precision, error) from error
            _log.info("%s is computed by PyTorch, since OpenVINO can't be used: %s", name, error)
    return partial(embed_batched, to_precision(_load(folder, name), precision, in_bulk=in_bulk))


def choose_precision(
    choice: PrecisionChoice, name: str, query_prompt: str, passage_prompt: str, earlier: ModelRecord | None
) -> Precision:
    """The precision that a setting means; "auto" may load the model and measure for some seconds.

    "auto" means the precision of `earlier`, the model of an existing index, if that is the same model with the same
    prompts. Otherwise it means the fastest precision on this processor that stays near enough to float32.

    Raises:
        ModelError: the model is not on this machine, or can't be loaded.
    """
    if choice != "auto":
        return choice
    embedder = SentenceTransformerEmbedder(name, query_prompt, passage_prompt)
    if earlier and earlier.differs_only_in_precision(embedder.record):
        return earlier.precision
    if name in SHIPPED_SHA256:
        load = partial(_load_encoder, _folder(name), name, in_bulk=True)
        return fastest_precision({precision: partial(load, precision) for precision in _shipped_precisions()})
    return fastest_precision(precisions_of(_load(_folder(name), name)))


def _shipped_precisions() -> list[Precision]:
    """The precisions of the shipped models that are worth measuring here, float32 first."""
    try:
        from index.models.inference import has_bfloat16
    except ImportError:  # without OpenVINO
        return ["float32"]
    return ["float32", "bfloat16", "int8"] if has_bfloat16() else ["float32", "int8"]


@lru_cache(maxsize=2)  # one for the live generation, and one for the next while it is swapped in
def embedder_of_record(record: ModelRecord, *, in_bulk: bool = False) -> Embedder:
    """The embedder of the model that an index was made with; `in_bulk` is for a build.

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


def _folder(name: str) -> Path:
    if name in SHIPPED_SHA256:
        return shipped_folder(name)
    folder = find_model(name, "sentence-transformers")
    if folder is None:
        raise ModelError(
            f'The embedding model "{name}" is not on this machine.',
            f"Name a directory, set HF_HUB_OFFLINE=0 to download it once, or add --model {DEFAULT_MODEL}.",
        )
    return folder


def _fingerprint(folder: Path, name: str) -> str:
    """A sha256 over all files of the model: with a changed tokenizer it is another model too."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _MODEL_FILES)
    hashes = {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}
    if not any(path.suffix in _WEIGHTS for path in files):
        raise ModelError(f"The model directory {folder} holds no weights.", "Name another with RAG_MODEL.")
    if name in SHIPPED_SHA256 and hashes.get("model.safetensors") != SHIPPED_SHA256[name]:
        raise ModelError(f"The model {name} in {folder} is not the published file.", shipped_remedy(name))
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


def _load(folder: Path, name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        if name == MULTILINGUAL_MODEL:
            with TemporaryDirectory() as temporary:
                multilingual.save_for_sentence_transformers(Path(temporary))
                return SentenceTransformer(temporary).eval()
        # The files may hold the weights in another precision.
        return SentenceTransformer(str(folder)).eval().float()
    except Exception as error:  # whatever a broken or foreign model directory makes the loaders raise
        raise ModelError(
            f'The embedding model "{name}" in {folder} can\'t be loaded ({error}).',
            "Name another with RAG_MODEL.",
        ) from error
