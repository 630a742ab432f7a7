"""What the index room's tests share."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.tiny_reader import byte_tokenizer, letter_tokenizer, tiny_encoder
from tests.unit.conftest import MEMORY

NOBODY = 65534


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user may enter, which pytest's own temporary directories are not."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Permissions bind root too inside this context."""

    @contextmanager
    def become() -> Iterator[None]:
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(user)

    return become


@pytest.fixture
def saved(tmp_path):
    """Saves a tiny embedding model of random weights, with pooling and architecture as called; gives its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    def save(pooling: str = "mean", *, unit: bool = True, architecture: str = "bert") -> Path:
        tokenizer = byte_tokenizer() if architecture == "xlm-roberta" else letter_tokenizer()
        special = (
            ("<pad>", "<unk>", "<s>", "</s>") if architecture == "xlm-roberta" else ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
        )
        names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), special, strict=True))
        types = ["token_type_ids"] if architecture == "bert" else []
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            model_max_length=64,
            model_input_names=["input_ids", "attention_mask", *types],
            **names,
        ).save_pretrained(tmp_path / architecture)
        with torch.random.fork_rng():
            torch.manual_seed(7)
            tiny_encoder(architecture, tokenizer.get_vocab_size()).save_pretrained(tmp_path / architecture)
        modules = [Transformer(str(tmp_path / architecture)), Pooling(16, pooling), *([Normalize()] if unit else [])]
        SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path / "model"))
        return tmp_path / "model"

    return save
