"""BM25, against a brute-force count over the analysed terms."""

import math
import random

import numpy as np
import pytest

from index.engine.local.lexical import LexicalIndex

K1, B = 1.2, 0.75  # Tantivy's, and Lucene's

PASSAGES = [
    (0, "The harbour of Lenkoran", "The harbour was opened in March. A ship came into the harbour."),
    (1, "The harbour of Lenkoran", "Captain Leyla brought the ship; it carried tea."),
    (2, "A bridge over the Kura", "Engineers finished bridges in the autumn."),
    (3, "Kites", "Kites fly over Lahore in spring."),
    (4, "Türkiye", "İlham went to Büyükada by ship, then to the naïve café."),
    (5, "Numbers", "It cost 40 million in 2021."),
]


def random_passages(count: int) -> list[tuple[int, str, str]]:
    """Short enough (40 words at most) that Tantivy stores every field's length exactly."""
    chance = random.Random(3)
    words = [f"word{letter}" for letter in "bcdfghjklmnpqrtvwx"]

    def text(longest: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(1, longest)))

    return [(row, text(6), text(40)) for row in range(count)]


def opened(folder, passages) -> LexicalIndex:
    folder.mkdir()
    LexicalIndex.write(folder, passages)
    return LexicalIndex.open(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return opened(tmp_path_factory.mktemp("few") / "lexical", PASSAGES)


def bm25(terms: set[str], fields: list[list[str]]) -> np.ndarray:
    """Each field's score: the sum over terms of idf · tf · (k1 + 1) / (tf + k1 · (1 - b + b · length / mean))."""
    mean = sum(map(len, fields)) / len(fields)
    scores = np.zeros(len(fields))
    for term in terms:
        frequency = sum(term in field for field in fields)
        idf = math.log(1 + (len(fields) - frequency + 0.5) / (frequency + 0.5))
        for row, field in enumerate(fields):
            tf = field.count(term)
            scores[row] += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * len(field) / mean))
    return scores


def oracle(index, passages, query, title_weight) -> dict[int, float]:
    terms = set(index.terms(query))
    text = bm25(terms, [index.terms(text) for _, _, text in passages])
    title = bm25(terms, [index.terms(title) for _, title, _ in passages])
    scores = text + title_weight * title
    return {row: score for row, score in enumerate(scores) if score > 0}


@pytest.mark.parametrize("title_weight", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("query", ["wordb", "wordb wordc wordd", "wordx wordx wordq unseen"])
def test_scores_are_bm25(tmp_path, title_weight, query):
    """Every score is brute-force BM25 of text plus weighted BM25 of title, best first."""
    passages = random_passages(120)
    index = opened(tmp_path / "lexical", passages)
    hits = index.search(query, 500, title_weight)
    positive = {row: score for row, score in hits if score > 0}
    assert positive == pytest.approx(oracle(index, passages, query, title_weight), rel=1e-4)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)


def test_in_a_large_index_words_that_most_passages_hold_are_not_searched(tmp_path, monkeypatch):
    """The scores are those of the other words; a query of such words alone still searches them."""
    texts = [" ".join(text.split()[:30]) for _, _, text in random_passages(120)]
    passages = [(row, "title", f"{text} common" + " rarer" * (row % 4 == 0)) for row, text in enumerate(texts)]
    index = opened(tmp_path / "lexical", passages)
    everywhere = index.search("common", 200, 1.0)
    assert len(everywhere) == 120
    query = "common rarer Common unseen"
    assert dict(index.search(query, 200, 1.0)) == pytest.approx(oracle(index, passages, query, 1.0), rel=1e-4)
    monkeypatch.setattr("index.engine.local.lexical.MANY", 120)
    assert dict(index.search(query, 200, 1.0)) == pytest.approx(oracle(index, passages, "rarer", 1.0), rel=1e-4)
    assert index.search("common", 200, 1.0) == everywhere


def test_fewer_hits_are_the_best_of_more(index):
    """The first k hits of a deep search are the hits of a search for k."""
    assert index.search("ship harbour", 2, 1.0) == index.search("ship harbour", 6, 1.0)[:2]


def test_a_word_of_the_title_alone_finds_the_passage(index):
    """A title's words find its passages, and count by the title's weight."""
    ((row, once),) = [hit for hit in index.search("Kura", 6, 1.0) if hit[1] > 0]
    ((_, thrice),) = [hit for hit in index.search("Kura", 6, 3.0) if hit[1] > 0]
    assert row == 2
    assert thrice == pytest.approx(3 * once)


@pytest.mark.parametrize(
    "query",
    ['ship" AND (', "ship*~^2 OR", "title:ship", "ship -tea +ship", "[ship TO tea]", "ship\\", "ship\0"],
)
def test_punctuation_is_not_syntax(index, query):
    """Operators, quotes and brackets in a query are searched as words or dropped, never obeyed."""
    assert {row for row, _ in index.search(query, 6, 1.0)} >= {0, 1, 4}


@pytest.mark.parametrize("query", ["", "  ", "?!", "“”…", "\U0001f642", "zebra"])
def test_a_query_without_known_words_finds_nothing(index, query):
    """No word, no hit."""
    assert index.search(query, 6, 1.0) == []


@pytest.mark.parametrize(
    ("written", "row"),
    [("Turkiye", 4), ("TÜRKİYE", 4), ("Ilham", 4), ("İlham", 4), ("Buyukada", 4), ("naive cafe", 4)],
)
def test_accents_fold(index, written, row):
    """A name is found with its accents or without them, in either case."""
    assert row in [hit_row for hit_row, _ in index.search(written, 6, 1.0)]


def test_folding_also_finds_accents_in_the_query(tmp_path):
    """A query with accents finds a text without them."""
    index = opened(tmp_path / "lexical", [(0, "", "Ilham went to Turkiye and Buyukada")])
    for query in ("İlham", "Türkiye", "Büyükada"):
        assert [row for row, _ in index.search(query, 1, 0.0)] == [0]


@pytest.mark.parametrize("query", ["opening", "opens", "HARBOURS"])
def test_inflections_match(index, query):
    """Another form of an English word finds it."""
    assert index.search(query, 6, 1.0)[0][0] == 0


@pytest.mark.parametrize("query", ["2021", "40 million"])
def test_numbers_are_words(index, query):
    """Figures are found like any word."""
    assert index.search(query, 6, 1.0)[0][0] == 5


def test_rows_bound_the_search(index):
    """Only the given rows are found, and they score as in a search of the whole index."""
    everywhere = dict(index.search("ship", 6, 1.0))
    within = index.search("ship", 1, 1.0, np.array([4], dtype=np.int64))
    assert within == [(4, pytest.approx(everywhere[4]))]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("k", [1, 5, 200])
@pytest.mark.parametrize(("many", "deepest"), [(5000, 40_000), (1, 40_000), (1, 50)])
def test_a_filter_narrow_or_wide_gives_the_best_of_what_it_lets_through(tmp_path, monkeypatch, share, k, many, deepest):
    """Either way of searching gives the hits of an unfiltered search, without those that do not pass."""
    monkeypatch.setattr("index.engine.local.lexical.MANY_NAMES", many)
    monkeypatch.setattr("index.engine.local.lexical.DEEPEST", deepest)
    index = opened(tmp_path / "lexical", random_passages(300))
    chance = random.Random(5)
    for query in ("wordb", "wordc wordd wordx", "wordq"):
        rows = np.array(sorted(chance.sample(range(300), int(300 * share))), dtype=np.int64)
        everywhere = [(row, score) for row, score in index.search(query, 300, 1.0) if row in rows]
        hits = index.search(query, k, 1.0, rows)
        assert [row for row, _ in hits] == [row for row, _ in everywhere][:k]
        assert [score for _, score in hits] == pytest.approx([score for _, score in everywhere][:k])


def test_rows_without_the_words_are_not_hits(index):
    """A row that is allowed but holds no word of the query is not found."""
    assert index.search("ship", 6, 1.0, np.array([2, 3], dtype=np.int64)) == []
    assert index.search("ship", 6, 1.0, np.array([], dtype=np.int64)) == []


def test_document_frequency_counts_texts_that_hold_a_word(tmp_path):
    """The frequency of each analysed term is the number of texts that hold it, titles left out."""
    passages = random_passages(120)
    index = opened(tmp_path / "lexical", passages)
    fields = [set(index.terms(text)) for _, _, text in passages]
    for term in set().union(*fields):
        assert index.document_frequency(term) == sum(term in field for field in fields)
    assert index.document_frequency("unseen") == 0


def test_terms_are_in_order_and_repeated(index):
    """Analysing keeps the order of words and each repetition."""
    assert index.terms("The Ships, the SHIP!") == ["the", "ship", "the", "ship"]


def test_the_size_is_the_number_of_passages(index):
    """len() counts passages."""
    assert len(index) == len(PASSAGES)


def test_equal_scores_rank_the_same_in_every_build(tmp_path):
    """Two indexes of the same passages order ties alike."""
    passages = [(row, "", "the same words") for row in range(50)]
    first, second = (opened(tmp_path / name, passages) for name in ("first", "second"))
    assert first.search("same words", 20, 1.0) == second.search("same words", 20, 1.0)
