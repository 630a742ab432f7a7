"""Loading a reader's model and tokenizer from their files."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.errors import ModelError
from index.models.hub import DEFAULT_MODEL, DEFAULT_MODEL_SHA256, bundled_folder, find_model
from rag.settings import SHIPPED

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

WEIGHTS = Path(__file__).with_name("reader.safetensors")
WEIGHTS_SHA256 = "81f1536c85295a5a3f648c1974c21da63d175c5b0c1e7dc1ad2d6ff2b138851f"
FROZEN = "bert.embeddings."  # parameters that training leaves as the embedding model has them
MAX_TOKENS = 320  # a passage of 900 characters is 200 to 250 in English

_REMEDY = "Name another with RAG_READER, or leave it unset for the one that comes with the package."


def tokenizer_of(folder: Path, name: str = SHIPPED) -> "Tokenizer":
    """The fast tokenizer of a model. It truncates the longer of question and text, which is nearly always the text.

    Raises:
        ModelError: the folder holds no fast tokenizer.
    """
    from index.models.tokens import load_tokenizer

    try:
        return load_tokenizer(folder, MAX_TOKENS)
    except ValueError as error:
        raise unreadable(name, folder, error) from error


def base_model() -> "PreTrainedModel":
    """The bundled embedding model with a question-answering head whose weights are still random."""
    from transformers import AutoModelForQuestionAnswering
    from transformers.utils import logging

    logging.disable_progress_bar()
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # transformers would warn that the head is new
    try:
        # Without dropout the model trains twice as fast on a CPU, and two epochs are too few to overfit.
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
        raise unreadable(SHIPPED, weights, error) from error
    missing = set(trained_names(model)) ^ set(stored)
    if missing or base != DEFAULT_MODEL_SHA256:
        raise unreadable(SHIPPED, weights, f"not trained on this {DEFAULT_MODEL}")
    model.load_state_dict(stored, strict=False)
    return model


def trained_names(model: "torch.nn.Module") -> list[str]:
    """The names of the parameters that training changes and stores."""
    return [name for name, _ in model.named_parameters() if not name.startswith(FROZEN)]


def folder_of(name: str) -> Path:
    """The folder of a reader's files.

    Raises:
        ModelError: the reader is not on this machine.
    """
    if name == SHIPPED:
        return bundled_folder()
    folder = find_model(name)
    if folder is None:
        raise ModelError(f'The reader "{name}" is not on this machine.', _REMEDY)
    return folder


def foreign_model(folder: Path, name: str) -> "PreTrainedModel":
    """A Hugging Face model made for question answering.

    Raises:
        ModelError: the folder holds no such model, or the model reads too few tokens.
    """
    from transformers import AutoModelForQuestionAnswering

    try:
        model = cast("PreTrainedModel", AutoModelForQuestionAnswering.from_pretrained(folder))
    except Exception as error:  # the loaders raise anything for a damaged or foreign model directory
        raise unreadable(name, folder, error) from error
    architecture = (model.config.architectures or [""])[0]
    if not architecture.endswith("ForQuestionAnswering"):  # transformers loads it with a random head
        raise unreadable(name, folder, f"it was made for something else: {architecture}")
    positions = getattr(model.config, "max_position_embeddings", 0)
    if positions and positions < MAX_TOKENS + 2:  # some models count positions from 2
        raise unreadable(name, folder, f"it reads {positions} tokens, {MAX_TOKENS + 2} are needed")
    return model


def unreadable(name: str, path: Path, reason: object) -> ModelError:
    """The error for a reader whose files can't be used."""
    remedy = (
        "Install this package again, or set RAG_READER=none to answer without a reader." if name == SHIPPED else _REMEDY
    )
    return ModelError(f'The reader "{name}" in {path} can\'t be loaded ({reason}).', remedy)
