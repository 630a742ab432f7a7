"""Loading a reader's model and tokenizer from their files."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.errors import ModelError
from index.models.hub import ENGLISH_MODEL, MULTILINGUAL_MODEL, SHIPPED_SHA256, find_model, shipped_folder
from rag.settings import SHIPPED

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel

FROZEN = "bert.embeddings.word_embeddings."  # parameters that training leaves as the embedding model has them


@dataclass(frozen=True, slots=True)
class ShippedWeights:
    """What was trained of a reader: its file, the embedding model it began as, and how many layers of that it has."""

    path: Path
    sha256: str
    base: str
    layers: int


ENGLISH = ShippedWeights(
    Path(__file__).with_name("english.safetensors"),
    "81f1536c85295a5a3f648c1974c21da63d175c5b0c1e7dc1ad2d6ff2b138851f",
    ENGLISH_MODEL,
    6,
)
MULTILINGUAL = ShippedWeights(
    Path(__file__).with_name("multilingual.safetensors"),
    "0b33b70353191311fadf7a0d50d2c9ee1b7eed1ec98f0a34d8d13011397112d7",
    MULTILINGUAL_MODEL,
    8,
)
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


def base_model(weights: ShippedWeights) -> "PreTrainedModel":
    """The lower layers of an embedding model with a question-answering head whose weights are still random."""
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertForQuestionAnswering

    from index.models import multilingual

    folder = shipped_folder(weights.base)
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings |= {"num_hidden_layers": weights.layers}
    # Without dropout the model trains twice as fast on a CPU, and two epochs are too few to overfit.
    settings |= {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}
    settings |= {"attn_implementation": "eager"}  # the fastest here, forward and backward, at these lengths
    model = BertForQuestionAnswering(BertConfig(**settings))
    if weights.base == MULTILINGUAL_MODEL:
        stored = {name: torch.from_numpy(array) for name, array in multilingual.read_weights().items()}
        # The model was trained with the first type alone, so the second begins as its copy.
        types = "embeddings.token_type_embeddings.weight"
        stored[types] = stored[types][:1].repeat(2, 1)
    else:
        stored = load_file(folder / "model.safetensors")
    model.bert.load_state_dict(stored, strict=False)
    return cast("PreTrainedModel", model)


def trained_model(weights: ShippedWeights) -> "PreTrainedModel":
    """The base model with the layers and the head of a weights file.

    Raises:
        ModelError: the file is missing or damaged, or was trained on another base model.
    """
    from safetensors import SafetensorError, safe_open

    model = base_model(weights)
    try:
        with safe_open(weights.path, framework="pt") as file:
            base = (file.metadata() or {}).get("base")
            stored = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise unreadable(SHIPPED, weights.path, error) from error
    # What the file lacks beside the vectors of words, of which the English one has none, are embeddings left unchanged.
    lacking = {name for name in trained_names(model) if name not in stored and not name.startswith("bert.embeddings.")}
    if lacking or set(stored) - set(trained_names(model)) or base != SHIPPED_SHA256[weights.base]:
        raise unreadable(SHIPPED, weights.path, f"not trained on this {weights.base}")
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
