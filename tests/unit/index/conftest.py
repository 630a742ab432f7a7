"""What the index room's tests share."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.tiny_reader import bert_config, letter_tokenizer
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
    """Saves a tiny Bert of random weights as an embedding model, pooled as a test needs; gives its folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertModel, PreTrainedTokenizerFast

    def save(pooling: str = "mean", *, unit: bool = True) -> Path:
        words = letter_tokenizer()
        names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
        PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=64, **names).save_pretrained(tmp_path / "bert")
        with torch.random.fork_rng():
            torch.manual_seed(7)
            BertModel(bert_config(words.get_vocab_size())).save_pretrained(tmp_path / "bert")
        modules = [Transformer(str(tmp_path / "bert")), Pooling(16, pooling), *([Normalize()] if unit else [])]
        SentenceTransformer(modules=modules, device="cpu").save(str(tmp_path / "model"))
        return tmp_path / "model"

    return save
