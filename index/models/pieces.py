"""The multilingual model's tokenizer without its whole vocabulary: a few texts need some hundred of 161,755 pieces.

To load all of them takes 0.23 s of a processor and 157 MB. pieces.sqlite has the same pieces, to be looked up on the
disk. A tokenizer of those that occur in a text's words gives the text's tokens: no other piece can be a part of them,
and the score of what is unknown comes from the least likely piece, which is always among them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from tokenizers import Tokenizer, models

from index.files import sha256_of
from index.models.hub import MULTILINGUAL_MODEL
from index.models.tokens import Texts, TextTokenizer, Tokens, limited, load_tokenizer, read_tokenizer

NAME = "pieces.sqlite"
SHA256 = "4555cce37bd9548ae7ec82134e0fca278fb77f0aa03238a6acba91b7d76e0134"
# Characters after which the whole vocabulary is loaded. What a model is tried with and a question asked alone have
# fewer, and are looked up in 1 to 4 ms; what warms a server up has more, and so has a passage.
FEW = 512
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # the first four pieces
_UNKNOWN = SPECIAL.index("<unk>")
_NOWHERE = "\x01"  # a character that normalising removes
_SCHEMA = """
CREATE TABLE pieces (piece TEXT PRIMARY KEY, number INTEGER NOT NULL, score REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE source (
    sha256 TEXT NOT NULL, settings TEXT NOT NULL, least_likely TEXT NOT NULL, longest INTEGER NOT NULL
);
"""


def shipped_tokenizer(name: str, folder: Path, max_tokens: int) -> TextTokenizer:
    """The tokenizer of a shipped model; it cuts the longer of two texts at `max_tokens`, and pads nothing.

    Raises:
        ValueError: one of its files in `folder` is missing or altered.
    """
    return PieceTokenizer(folder, max_tokens) if name == MULTILINGUAL_MODEL else load_tokenizer(folder, max_tokens)


class PieceTokenizer:
    """A tokenizer that cuts the longer of two texts at `max_tokens`, and pads nothing.

    `folder` has the model's tokenizer.json and pieces.sqlite. Any number of threads may use it.

    Raises:
        ValueError: one of the files is missing or altered.
    """

    def __init__(self, folder: Path, max_tokens: int) -> None:
        self._pieces, self._max_tokens = _pieces_in(folder), max_tokens
        self._whole: Tokenizer | None = None

    def encode_batch(self, texts: Texts) -> Sequence[Tokens]:
        """The tokens of each text or pair of texts."""
        if self._whole is None:
            if self._pieces.have_read_few(texts):
                return self._with_few(texts)
            self._whole = limited(self._pieces.whole(), self._max_tokens)
        encodings: Sequence[Tokens] = self._whole.encode_batch(texts)
        return encodings

    def _with_few(self, texts: Texts) -> Sequence[Tokens]:
        pieces = self._pieces.occurring_in(texts)
        vocabulary = [(piece, score) for piece, _, score in pieces]
        model = models.Unigram(vocabulary, unk_id=_UNKNOWN, byte_fallback=False)
        tokenizer = limited(self._pieces.with_model(model), self._max_tokens)
        numbers = [number for _, number, _ in pieces]
        return [
            _FewTokens(
                [numbers[number] for number in encoding.ids],
                *(encoding.attention_mask, encoding.type_ids, encoding.offsets, encoding.sequence_ids),
            )
            for encoding in tokenizer.encode_batch(texts)
        ]


@dataclass(frozen=True, slots=True)
class _FewTokens:
    """The tokens of a text, with the numbers that their pieces have in the whole vocabulary."""

    ids: list[int]
    attention_mask: list[int]
    type_ids: list[int]
    offsets: list[tuple[int, int]]
    sequence_ids: list[int | None]


class _Pieces:
    """The pieces of a vocabulary, on the disk or as a whole tokenizer, which is loaded once."""

    def __init__(self, folder: Path) -> None:
        """Check the files.

        Raises:
            ValueError: one of them is missing or altered.
        """
        self._folder, self._path = folder, folder / NAME
        try:
            if sha256_of(self._path) != SHA256:
                raise ValueError(f"{NAME} is altered")
            with closing(self._opened()) as file:
                ((source, settings, self._least_likely, self._longest),) = file.execute("SELECT * FROM source")
            if sha256_of(folder / "tokenizer.json") != source:
                raise ValueError(f"{NAME} was made of another tokenizer.json")
        except OSError as error:
            raise ValueError(str(error)) from error
        self._words = Tokenizer.from_str(settings)
        self._loaded: Tokenizer | None = None
        self._loading = Lock()
        self._characters = 0

    def have_read_few(self, texts: Texts) -> bool:
        """Whether these texts and those before have so few characters that looking their pieces up is faster."""
        self._characters += sum(map(len, _parts(texts)))
        return self._characters <= FEW and self._loaded is None

    def occurring_in(self, texts: Texts) -> list[tuple[str, int, float]]:
        """The pieces that occur in the words of texts, with their numbers and scores, in the order of their numbers.

        The special pieces and the least likely one are always among them.
        """
        wanted = {*SPECIAL, self._least_likely, *_substrings(self._words_of(texts), self._longest)}
        query = "SELECT * FROM pieces WHERE piece IN (SELECT value FROM json_each(?)) ORDER BY number"
        with closing(self._opened()) as file:
            return file.execute(query, [json.dumps(list(wanted))]).fetchall()

    def whole(self) -> Tokenizer:
        """A tokenizer with the whole vocabulary, which all of them share."""
        with self._loading:
            if self._loaded is None:
                self._loaded = read_tokenizer(self._folder)
        return self.with_model(self._loaded.model)

    def with_model(self, model: models.Model) -> Tokenizer:
        """A tokenizer of its own with that model, which has the special pieces."""
        tokenizer = Tokenizer(model)
        tokenizer.normalizer, tokenizer.pre_tokenizer = self._words.normalizer, self._words.pre_tokenizer
        tokenizer.post_processor = self._words.post_processor
        tokenizer.add_special_tokens(list(SPECIAL))
        return tokenizer

    def _words_of(self, texts: Texts) -> set[str]:
        """The normalised words of texts: each is one unknown token where the vocabulary is empty."""
        encodings = self._words.encode_batch(list(_parts(texts)), add_special_tokens=False)
        return {word for encoding in encodings for word in encoding.tokens}

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


@lru_cache(maxsize=1)
def _pieces_in(folder: Path) -> _Pieces:
    """The pieces of a model, the same object for its embedder and its reader."""
    return _Pieces(folder)


def _parts(texts: Texts) -> Iterator[str]:
    for text in texts:
        yield from (text,) if isinstance(text, str) else text


def _substrings(words: Iterable[str], longest: int) -> Iterator[str]:
    for word in words:
        for start in range(len(word)):
            for end in range(start + 1, min(start + longest, len(word)) + 1):
                yield word[start:end]


def write_pieces(folder: Path) -> None:
    """Write pieces.sqlite beside the tokenizer.json of a folder, from it.

    Raises:
        OSError: the disk refused.
    """
    source = folder / "tokenizer.json"
    settings = json.loads(source.read_text(encoding="utf-8"))
    vocabulary: list[tuple[str, float]] = settings["model"].pop("vocab")
    settings["model"] |= {"vocab": [[_NOWHERE, 0.0]], "unk_id": 0}
    rows = sorted((piece, number, score) for number, (piece, score) in enumerate(vocabulary))
    least_likely, _ = min(vocabulary, key=lambda piece: piece[1])
    longest = max(len(piece) for piece, _ in vocabulary)
    (folder / NAME).unlink(missing_ok=True)
    description = sha256_of(source), json.dumps(settings, ensure_ascii=False), least_likely, longest
    with closing(sqlite3.connect(folder / NAME)) as file:
        with file:
            file.executescript(_SCHEMA)
            file.executemany("INSERT INTO pieces VALUES (?, ?, ?)", rows)
            file.execute("INSERT INTO source VALUES (?, ?, ?, ?)", description)
        file.execute("VACUUM")
