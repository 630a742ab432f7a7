"""BM25, against a brute-force count over the analysed terms."""

import json
import math
import random

import numpy as np
import pytest

from index.engine.local.lexical import ANALYZERS, LexicalIndex

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


MIXED = [
    (None, "Harbour", "The harbours of Baku were opened in 1996."),
    ("en-GB", "Harbour", "A ship came into the harbour."),
    ("tr", "Liman", "Bakü limanları 1996 yılında açıldı; ışıklar yandı."),
    ("az", "Liman", "Bakı limanının işıqları 1996-cı ildə yandı. Əliyev gəldi."),
    ("ru", "Порт", "Порты Баку были открыты в 1996 году, пришли корабли."),
    ("ar", "الميناء", "افتُتحت الموانئ الكبيرة في باكو عام ١٩٩٦."),
    ("fa", "بندر", "کشتی‌های باکو در سال ۱۹۹۶ به بندر رسیدند."),
    ("ur", "بندرگاہ", "باکو کی بندرگاہ ۱۹۹۶ میں کھولی گئی۔"),
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed") / "lexical"
    folder.mkdir()
    passages = [(row, title, text) for row, (_, title, text) in enumerate(MIXED)]
    LexicalIndex.write(folder, passages, [language for language, _, _ in MIXED])
    return LexicalIndex.open(folder)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("harbours", {0, 1}),
        ("IŞIK nerede?", {2}),
        ("ISIKLAR nerede?", {2}),  # typed without a cedilla
        ("Bakü limanı", {0, 2, 3}),
        ("işıq", {3}),
        ("Aliyev", {3}),
        ("ƏLİYEVİN", {3}),
        ("корабль порта", {4}),
        ("الميناء الكبير", {5}),
        ("كشتي", {6}),
        ("بندرگاه", {7}),
        ("کِھولی", {7}),
        ("1996", {0, 2, 3, 4, 5, 6, 7}),
        ("۱۹۹۶", {0, 2, 3, 4, 5, 6, 7}),
        ("１９９６", {0, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_a_query_finds_articles_in_each_language(mixed, query, rows):
    """Its words are searched as each language of the index has them: inflected, with other letters and digits."""
    assert {row for row, _ in mixed.search(query, 10, 1.0)} == rows


def test_each_passage_has_the_words_of_its_language(mixed):
    """The vocabulary is that of every text by the analyzer of its article, and no other."""
    expected = {}
    for language, _, text in MIXED:
        for word in set(mixed.indexed_terms(text, language)):
            expected[word] = expected.get(word, 0) + 1
    assert mixed.vocabulary("text") == expected
    assert {"harbour", "порт", "lima", "1996"} <= expected.keys()


def test_scores_in_several_languages_are_bm25(mixed):
    """A passage's score is that of the query's words as its own language has them, each counted once."""
    fields = [mixed.indexed_terms(text, language) for language, _, text in MIXED]
    titles = [mixed.indexed_terms(title, language) for language, title, _ in MIXED]
    query = "Limanlar Bakü порта 1996 harbours"
    terms = {term for language, _, _ in MIXED for term in mixed.indexed_terms(query, language)}
    scores = bm25(terms, fields) + 0.5 * bm25(terms, titles)
    found = dict(mixed.search(query, 10, 0.5))
    assert found == pytest.approx({row: score for row, score in enumerate(scores) if score > 0}, rel=1e-4)


def test_terms_are_those_of_a_language_or_of_most_passages(tmp_path, mixed):
    """Two texts have comparable terms where both are given the same language; one that is not there is none."""
    folder = tmp_path / "turkish"
    folder.mkdir()
    LexicalIndex.write(
        folder, [(row, "", text) for row, text in enumerate(["limanlar", "köprü", "ships"])], ["tr", "tr", "en"]
    )
    turkish = LexicalIndex.open(folder)
    assert turkish.terms("limanların ships") == turkish.terms("limanların ships", "tr") == ["lima", "ships"]
    assert turkish.terms("limanların ships", "en") == ["limanlarin", "ship"]
    assert turkish.terms("limanların ships", "ru") == turkish.terms("limanların ships")
    assert mixed.terms("ships") == mixed.terms("ships", "en") == ["ship"]


def test_an_english_index_knows_one_analyzer(tmp_path):
    """Whatever language a text is said to be in, its words are English ones, as in the passages."""
    index = opened(tmp_path / "lexical", PASSAGES)
    assert json.loads((tmp_path / "lexical" / ANALYZERS).read_text()) == ["english"]
    for language in (None, "en", "tr", "ur"):
        assert index.terms("The harbours of İlham", language) == ["the", "harbour", "of", "ilham"]


def test_an_index_without_analyzers_is_english(tmp_path, index):
    """One that was made before there were others is searched as it was."""
    folder = tmp_path / "lexical"
    opened(folder, PASSAGES)
    (folder / ANALYZERS).unlink()
    older = LexicalIndex.open(folder)
    for query in ("harbours", "Türkiye", "ship of tea", "naive"):
        assert older.search(query, 6, 1.0) == index.search(query, 6, 1.0)
    assert older.terms("کتاب ١٩٩٦", "fa") == ["کتاب", "١٩٩٦"]


def test_an_analyzer_of_a_later_version_is_refused(tmp_path):
    """Its words can't be made of a query."""
    opened(tmp_path / "lexical", PASSAGES)
    (tmp_path / "lexical" / ANALYZERS).write_text('["english", "klingon"]')
    with pytest.raises(ValueError, match="klingon"):
        LexicalIndex.open(tmp_path / "lexical")


def test_an_index_of_nothing_is_english(tmp_path):
    """Without a passage there are no hits, and words are still words."""
    index = opened(tmp_path / "lexical", [])
    assert (index.search("ships", 5, 1.0), index.terms("ships")) == ([], ["ship"])
