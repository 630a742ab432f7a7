"""The multilingual model's tokenizer with few of its pieces: the same tokens as with all of them."""

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.files import sha256_of
from index.models import pieces
from index.models.hub import ENGLISH_MODEL, MULTILINGUAL_MODEL, shipped_folder
from index.models.pieces import FEW, NAME, SPECIAL, PieceTokenizer, shipped_tokenizer, write_pieces
from index.models.tokens import load_tokenizer

FOLDER = shipped_folder(MULTILINGUAL_MODEL)
MOST = 24  # tokens, so that texts are cut too
WHOLE = load_tokenizer(FOLDER, MOST)
WORDS = st.sampled_from(
    ["When", "did", "Heydər", "Əliyev", "приехал", "کراچی", "١٩٩٦", "1,5", "x" * 30, "港口", "🙂", "e\u0301", "½", "ﷺ"]
    + ["", " ", "\n", "\x00", "\x01", "▁", "＜s＞", *SPECIAL]
)
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=6).map("".join) | st.text(max_size=30)


@pytest.fixture(autouse=True)
def fresh():
    """No test finds the vocabulary that another has loaded, nor its count of characters."""
    pieces._pieces_in.cache_clear()
    yield
    pieces._pieces_in.cache_clear()


def columns(encodings):
    """All that is used of encodings."""
    names = ("ids", "attention_mask", "type_ids", "offsets", "sequence_ids")
    return [[getattr(encoding, name) for name in names] for encoding in encodings]


@given(st.lists(TEXTS, min_size=1, max_size=3) | st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=2))
@example(["＜s＞\x00", "", "<unk>a</s>b"])
def test_few_pieces_give_the_tokens_of_all(texts):
    """Texts and pairs, with special pieces, other scripts and what no piece is of, cut or not."""
    pieces._pieces_in.cache_clear()
    tokenizer = PieceTokenizer(FOLDER, MOST)
    assert columns(tokenizer.encode_batch(texts)) == columns(WHOLE.encode_batch(texts))


def test_a_question_does_not_load_the_vocabulary():
    """Once more than FEW characters have come it is loaded, for the embedder and the reader at once."""
    embedders, readers = PieceTokenizer(FOLDER, MOST), PieceTokenizer(FOLDER, 5)
    vocabulary = pieces._pieces_in(FOLDER)
    embedders.encode_batch(["Who built the harbour?"])
    readers.encode_batch([("Who built it?", "tea " * 50)])
    assert vocabulary._loaded is None
    embedders.encode_batch(["tea " * (FEW // 4)])
    assert vocabulary._loaded is not None
    for tokenizer, most in ((embedders, MOST), (readers, 5)):
        (encoding,) = tokenizer.encode_batch(["tea " * 50])
        assert len(encoding.ids) == most


def test_several_threads_get_the_tokens_they_would_get_alone():
    """Before the vocabulary is loaded, while it is, and afterwards."""
    texts = [f"{'çay ' * number}{number}" for number in range(40)]
    tokenizer = PieceTokenizer(FOLDER, MOST)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: tokenizer.encode_batch([text])[0], texts))
    assert pieces._pieces_in(FOLDER)._loaded is not None
    assert columns(together) == columns(WHOLE.encode_batch(texts))


def test_the_file_has_the_pieces_of_the_tokenizer():
    """Each with its number and its score, and the file is the one that the code names."""
    vocabulary = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert sha256_of(FOLDER / NAME) == pieces.SHA256
    with sqlite3.connect(f"file:{FOLDER / NAME}?mode=ro&immutable=1", uri=True) as file:
        rows = file.execute("SELECT piece, score FROM pieces ORDER BY number").fetchall()
    assert rows == [tuple(piece) for piece in vocabulary]
    assert tuple(piece for piece, _ in rows[:4]) == SPECIAL


def test_the_file_can_be_made_again(tmp_path):
    """Made of the same tokenizer it gives the same tokens; an earlier one is replaced."""
    shutil.copy(FOLDER / "tokenizer.json", tmp_path)
    (tmp_path / NAME).write_text("an earlier one")
    write_pieces(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as made, sqlite3.connect(FOLDER / NAME) as shipped:
        for table in ("pieces", "source"):
            query = f"SELECT * FROM {table}"
            assert made.execute(query).fetchall() == shipped.execute(query).fetchall()


@pytest.mark.parametrize("name", [NAME, "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "longer", "other"])
def test_altered_files_are_refused(tmp_path, name, damage):
    """Either would give other tokens than those that an index was made with."""
    for file in (NAME, "tokenizer.json"):
        shutil.copy(FOLDER / file, tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if damage != "missing":
        (tmp_path / name).write_bytes(content + b"\n" if damage == "longer" else content[:-1] + b"\0")
    with pytest.raises(ValueError, match=NAME if damage != "missing" or name == NAME else name):
        PieceTokenizer(tmp_path, MOST)


def test_the_english_model_has_its_whole_vocabulary():
    """It has a fifth of the pieces, which are loaded in 24 ms."""
    tokenizer = shipped_tokenizer(ENGLISH_MODEL, shipped_folder(ENGLISH_MODEL), 9)
    (encoding,) = tokenizer.encode_batch(["tea " * 50])
    assert len(encoding.ids) == 9
