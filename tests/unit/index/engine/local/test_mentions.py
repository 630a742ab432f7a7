"""Articles by a phrase in their text, against reading every article."""

import json
import re
import unicodedata
from random import Random

import pytest

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from index.letters import fold_letters
from index.types import Filters
from tests.conftest import WordEmbedder

# Each is a language and its words; some stems of those with an accent differ from those of the same word without it.
WORDS = {
    "en": "café cafe Lachin Lachin's naïve Sharif sharif's the The corridor corridors university universe",
    "tr": "kabı kabi kap Işık ışık ışığı renk rengi Laçın Laçında şehir şehri kitap kitabı",
    "az": "Laçın Laçında Əliyev Əliyevin şəhər şəhərin kitab kitabın",
    "de": "Mädchen Madchen Straße Strasse Häuser Hauser größer",
    "fr": "élevés eleves café cafés œuvre oeuvre général générales",
    "ru": "Лачин Лачине ёлка елка ёлки мир",
    "ar": "مدرسة مدرسه المدرسة باكو إسلام اسلام",
    "fa": "کتاب كتاب های مدرسه",
}
BETWEEN = (" ", " ", " ", ", ", ". ", "\n\n", "-", " “", "’ ")


def plain(text: str) -> list[str]:
    """The words of a text without case and accents, by Python alone."""
    folded = fold_letters(text).replace("œ", "oe").replace("ə", "a").replace("Ə", "a").replace("ı", "i")
    parts = unicodedata.normalize("NFD", folded.casefold())
    latin = "".join(char for char in parts if not "\u0300" <= char <= "\u036f")
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", latin))


def holds(text: str, phrase: str) -> bool:
    words, sought = plain(text), plain(phrase)
    return any(words[start : start + len(sought)] == sought for start in range(len(words)))


@pytest.fixture(scope="module")
def articles() -> list[dict[str, str]]:
    """Made articles in eight languages, of few words each, so that phrases recur."""
    random = Random(7)
    made = []
    for number in range(160):
        language = list(WORDS)[number % len(WORDS)]
        words = random.choices(WORDS[language].split(), k=random.randint(2, 12))
        text = "".join(word + random.choice(BETWEEN) for word in words)
        day = f"2025-0{1 + number % 9}-11"
        made.append({"id": f"a{number}", "title": "A title", "text": text, "language": language, "published": day})
        if number % 5 == 0:
            del made[-1]["published"]
    return made


@pytest.fixture(scope="module")
def index(articles, tmp_path_factory) -> LocalIndex:
    """These articles in one index."""
    folder = tmp_path_factory.mktemp("mentions")
    (folder / "corpus").mkdir()
    lines = "\n".join(json.dumps(article) for article in articles)
    (folder / "corpus" / "articles.jsonl").write_text(lines, encoding="utf-8")
    build_index(folder / "corpus", folder / "index", WordEmbedder())
    return LocalIndex.open(folder / "index", lambda record: WordEmbedder())


def phrases(articles) -> list[str]:
    """Every word, every two words of an article, and some that stand nowhere together."""
    every = [word for words in WORDS.values() for word in words.split()]
    pairs = [" ".join(re.findall(r"\w+", article["text"])[:2]) for article in articles]
    return [*every, *pairs, *(word.upper() for word in every if word.isascii()), "Lachin universe", "absent", "?!"]


def ids(found) -> list[str]:
    return [article.article_id for article in found]


def test_the_articles_of_a_phrase_are_those_that_reading_all_finds(index, articles):
    """Neither stems nor accents, case, spelling or language lose an article or add one."""
    checked = 0
    for phrase in phrases(articles):
        expected = {article["id"] for article in articles if plain(phrase) and holds(article["text"], phrase)}
        count, found = index.articles_mentioning(phrase, Filters(), 0, 1000)
        assert (phrase, set(ids(found)), count) == (phrase, expected, len(expected))
        checked += bool(expected)
    assert checked > 100


def test_filters_and_pages_apply_to_the_articles_of_a_phrase(index, articles):
    """The list is cut from the order of all articles, and counted whole."""
    filters = Filters(published_from="2025-03-01", published_to="2025-07-30", language="en")
    expected = [line for line in index.list_articles(filters, 0, 1000) if holds(text_of(line, articles), "cafe")]
    assert len(expected) > 3
    assert index.articles_mentioning("Café", filters, 0, 1000) == (len(expected), expected)
    assert index.articles_mentioning("CAFE", filters, 1, 2) == (len(expected), expected[1:3])


def text_of(line, articles) -> str:
    return next(article["text"] for article in articles if article["id"] == line.article_id)


def test_most_mentions_is_never_less_than_the_articles_of_a_phrase(index, articles):
    """It bounds what counting would read, and is 0 only where no article holds the phrase."""
    for phrase in phrases(articles):
        count, _ = index.articles_mentioning(phrase, Filters(), 0, 0)
        assert index.most_mentions(phrase) >= count


@pytest.mark.parametrize(
    "filters", [Filters(), Filters(language="tr"), Filters(published_from="2025-05-01"), Filters(source="none")]
)
def test_articles_are_counted_as_they_are_listed(index, filters):
    """The count is the length of the whole list under the same filters."""
    assert index.count_articles(filters) == len(index.list_articles(filters, 0, 1000))
