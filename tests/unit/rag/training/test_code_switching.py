"""English questions in the words of other languages."""

import gzip
import random

import pytest

from rag.training import code_switching
from rag.training.code_switching import LANGUAGES, dictionary, in_cyrillic, small_words, switched


@pytest.fixture
def dictionaries(tmp_path, monkeypatch):
    """A folder of dictionaries, none at first."""
    monkeypatch.setattr(code_switching, "DICTIONARIES", tmp_path)
    dictionary.cache_clear()
    yield tmp_path
    dictionary.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_small_words(language):
    """The words that ask are there in each, and none is English."""
    words = small_words(language)
    for word in ("who", "what", "when", "where", "why", "how many"):
        assert words[word]
        assert not words[word].isascii() or language in ("tr", "az")


def test_without_dictionaries_small_words_alone_are_exchanged(dictionaries):
    """Names and other words stay."""
    rng = random.Random(0)
    assert switched("When was the harbour of Baku built?", "tr", rng) == "ne zaman idi harbour Baku inşa edildi?"
    assert switched("How many ships came?", "az", rng) == "neçə ships came?"


def test_other_words_are_those_of_the_dictionary(dictionaries, monkeypatch):
    """The first translation counts, also of a word without its ending; words in brackets do not."""
    monkeypatch.setattr(code_switching, "_REPLACED", 1.0)
    text = "ship /x/\n1. (deniz) gemi\n2. tekne\narrive /x/\n1. varmak, gelmek\n"
    with gzip.open(dictionaries / "freedict-eng-tur.dict.dz", "wt", encoding="utf-8") as file:
        file.write(text)
    assert dictionary("tr") == {"ship": "gemi", "arrive": "varmak"}
    assert switched("Which ships arrived in Baku?", "tr", random.Random(0)) == "hangi gemi arrived içinde Baku?"


@pytest.mark.parametrize(("name", "written"), [("Shusha", "Шуша"), ("Baku", "Баку"), ("Aliyev", "Алииев")])
def test_names_are_written_in_cyrillic(name, written):
    """Pairs of letters become one letter; the first stays large."""
    assert in_cyrillic(name) == written
