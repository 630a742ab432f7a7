"""The common words of English, as the vocabulary of the English embedding model that ships has them."""

from functools import cache

from index.errors import ModelError
from index.models.hub import ENGLISH_MODEL, shipped_folder, shipped_remedy


@cache
def english_words() -> frozenset[str]:
    """Some 20,000 words and names in lower case, of four letters or more; errors of typing are hardly among them.

    Raises:
        ModelError: the model's files are damaged.
    """
    path = shipped_folder(ENGLISH_MODEL) / "vocab.txt"
    try:
        pieces = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} can't be read ({error}).", shipped_remedy(ENGLISH_MODEL)) from error
    return frozenset(piece for piece in pieces if len(piece) >= 4 and piece.isalpha())
