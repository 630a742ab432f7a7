"""The multilingual embedding model, whose files come with the package: see multilingual/README.md."""

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from index.models.four_bits import dequantized
from index.models.hub import MULTILINGUAL_MODEL, shipped_folder

WEIGHTS = shipped_folder(MULTILINGUAL_MODEL) / "model.safetensors"
QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
MAX_TOKENS = 512  # of a text
_FOUR_BITS = ".four_bits"  # what is added to the name of a weight in 4 bits
_WORDS = "embeddings.word_embeddings."


def read_weights(*, words: bool = True) -> dict[str, NDArray[np.float32]]:
    """The weights by their names in transformers' BertModel; without `words` all but the vectors of words.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        with safe_open(WEIGHTS, framework="numpy") as file:
            names = [name for name in file.keys() if words or not name.startswith(_WORDS)]  # noqa: SIM118 (no mapping)
            return {
                name.removesuffix(_FOUR_BITS): dequantized(file.get_tensor(name))
                if name.endswith(_FOUR_BITS)
                else file.get_tensor(name).astype(np.float32, copy=False)
                for name in names
            }
    except (OSError, SafetensorError) as error:
        raise ValueError(str(error)) from error


def save_for_sentence_transformers(folder: Path) -> None:
    """Write the model into an empty folder as sentence-transformers reads it: 330 MB in float32, the numbers the same.

    Raises:
        OSError: the disk refused.
        ValueError: a file of the model is missing or damaged.
    """
    save_file(read_weights(), folder / "model.safetensors", metadata={"format": "pt"})
    for name in ("config.json", "tokenizer.json"):
        shutil.copyfile(WEIGHTS.with_name(name), folder / name)
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, "pad_token": "<pad>"}
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in (
        ("tokenizer_config.json", tokenizer | {"cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>"}),
        ("modules.json", modules),
        ("sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False}),
        ("1_Pooling/config.json", {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
