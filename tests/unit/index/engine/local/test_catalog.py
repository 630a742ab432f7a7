"""The catalog gives back exactly what was written, and filters by article."""

import random
from contextlib import closing

import pytest

from index.engine.local.catalog import FILTERS_REMEMBERED, Catalog
from index.engine.local.catalog_writer import CatalogWriter
from index.passages import embedding_text, text_hash
from index.passages.split import split_article
from index.types import Article, Filters

SEVERAL = "One is here. Two is here.\n\nThree is here. Four is here."

ARTICLES = [
    Article(
        "full",
        "Title \U0001f642",
        SEVERAL,
        "a/b.md",
        "2024-03-05",
        "S",
        "A",
        "https://example.org/?a=b",
        "en",
    ),
    Article("bare", "Bare", "Only İlham's text\r\nwith\ttabs — and “quotes”.", "bare.txt"),
    Article("timed", "Timed", SEVERAL, "timed.md", "2024-03-05T23:59:00+05:00", "S", language="az"),
    Article("late", "Late", SEVERAL, "late.md", "2024-03-06", "T", language="en"),
    Article("british", "British", SEVERAL, "british.md", source="Çay Post", language="EN-gb"),
    Article("odd id/ü#'\"", "It's", "Words; DROP TABLE articles.", "odd.md", "2023-12-31"),
]


@pytest.fixture
def catalog(tmp_path):
    path = tmp_path / "catalog #1?.sqlite"  # a name that is no plain URI
    with closing(CatalogWriter(path)) as writer:
        for article in ARTICLES:
            writer.add(article, split_article(article, 30))
    with closing(Catalog.open(path)) as catalog:
        yield catalog


def articles_that_pass(catalog: Catalog, **filters: str) -> set[str]:
    rows = catalog.rows_of(Filters(**filters))
    return {passage.article_id for passage in catalog.passages(rows.tolist())}


def written() -> list:
    return [passage for article in ARTICLES for passage in split_article(article, 30)]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_an_article_comes_back_as_it_was(catalog, article):
    """Every field of an article survives, absent ones as None."""
    assert catalog.article(article.article_id) == article


@pytest.mark.parametrize("article_id", ["missing", "", "FULL", "full ", "%"])
def test_an_unknown_id_gives_none(catalog, article_id):
    """Ids are compared exactly."""
    assert catalog.article(article_id) is None


def test_passages_come_back_as_they_were(catalog):
    """Every passage survives with its offsets and sentences, rows counted from 0 as they were added."""
    assert [row for row, _, _ in catalog.every_passage()] == list(range(len(written())))
    assert [passage for _, passage, _ in catalog.every_passage()] == written()


def test_passages_are_exact_quotes(catalog):
    """A passage's text is its article's between its offsets."""
    for _, passage, title in catalog.every_passage():
        article = catalog.article(passage.article_id)
        assert passage.text == article.text[passage.start : passage.end]
        assert title == article.title


def test_passages_come_in_the_order_of_the_rows_given(catalog):
    """Rows may come in any order, and twice."""
    rows = [3, 0, 3, 1]
    assert catalog.passages(rows) == [written()[row] for row in rows]
    assert catalog.passages([]) == []


def test_a_row_that_does_not_exist_is_an_error(catalog):
    """A row no passage has is never silently left out."""
    with pytest.raises(KeyError):
        catalog.passages([0, 10_000])


def test_counts_are_of_articles_and_passages(catalog):
    """Both are counted."""
    assert catalog.counts() == (len(ARTICLES), len(written()))


def test_no_filter_means_every_row(catalog):
    """Filters without a value let every row pass."""
    assert catalog.rows_of(Filters()) is None


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"published_from": "2024-03-05"}, {"full", "timed", "late"}),
        ({"published_to": "2024-03-05"}, {"full", "timed", "odd id/ü#'\""}),
        ({"published_from": "2024-03-05", "published_to": "2024-03-05"}, {"full", "timed"}),
        ({"published_from": "2024-03-06", "published_to": "2024-03-05"}, set()),
        ({"published_from": "0001-01-01"}, {"full", "timed", "late", "odd id/ü#'\""}),
        ({"source": "S"}, {"full", "timed"}),
        ({"source": "s"}, {"full", "timed"}),
        ({"source": "ÇAY POST"}, {"british"}),
        ({"source": "S "}, set()),
        ({"source": ""}, set()),
        ({"language": "en"}, {"full", "late", "british"}),
        ({"language": "EN"}, {"full", "late", "british"}),
        ({"language": "en-GB"}, {"full", "late", "british"}),
        ({"language": "En_us"}, {"full", "late", "british"}),
        ({"language": "e"}, set()),
        ({"language": ""}, set()),
        ({"language": "en", "source": "T"}, {"late"}),
        ({"source": "S' OR '1'='1"}, set()),
    ],
)
def test_filters_choose_articles(catalog, filters, expected):
    """Both days are inclusive, an article without a date passes none, and case and a language's region do not count."""
    assert articles_that_pass(catalog, **filters) == expected


def test_filtered_rows_are_all_of_an_article_and_ascending(catalog):
    """Every passage of an article that passes is kept, in order of rows."""
    rows = catalog.rows_of(Filters(source="S")).tolist()
    assert rows == [row for row, passage, _ in catalog.every_passage() if passage.article_id in ("full", "timed")]
    assert rows == sorted(rows)


def test_a_filter_used_again_gives_the_same_rows(catalog):
    """However many other filters were used in between."""
    source = catalog.rows_of(Filters(source="S")).tolist()
    for number in range(FILTERS_REMEMBERED + 1):
        assert catalog.rows_of(Filters(source=f"none {number}")).tolist() == []
        assert catalog.rows_of(Filters(source="S")).tolist() == source


def test_hashes_and_paths_are_by_id(catalog):
    """Every article has what a later build compares."""
    assert catalog.hashes() == {article.article_id: article.content_hash() for article in ARTICLES}
    assert catalog.paths() == {article.article_id: article.path for article in ARTICLES}


def test_a_vector_is_known_by_title_and_text(catalog):
    """A row's title and text are embedded together, and the stored hash is of the same text."""
    titles = {article.article_id: article.title for article in ARTICLES}
    texts = [embedding_text(titles[passage.article_id], passage.text) for passage in written()]
    assert catalog.embedding_texts(range(len(texts))) == texts
    assert catalog.embedded_hashes().tolist() == [text_hash(text).encode() for text in texts]


def test_a_finished_catalog_is_never_written(catalog):
    """Opened, it is read only."""
    import sqlite3

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        catalog._connection.execute("DELETE FROM articles")


def test_more_passages_than_sqlite_takes_values_come_in_the_order_given(catalog):
    """A long list of rows is read in parts, and keeps its order and its repetitions."""
    rows = [2, 0, 1] * 600
    assert [passage.passage_id for passage in catalog.passages(rows)] == [
        catalog.passages([row])[0].passage_id for row in rows
    ]


def test_the_breakdown_counts_what_each_article_names(catalog):
    """Sources and languages with the most articles first, those without one as None, and the first and last day."""
    breakdown = catalog.breakdown()
    assert breakdown.sources == [(None, 2), ("S", 2), ("T", 1), ("Çay Post", 1)]
    assert breakdown.languages == [(None, 2), ("en", 2), ("EN-gb", 1), ("az", 1)]
    assert (breakdown.earliest, breakdown.latest) == ("2023-12-31", "2024-03-06")


@pytest.mark.parametrize("count", [0, 1, 7])
def test_every_filter_gives_the_rows_of_a_scan(tmp_path, count):
    """Articles of no passage, one and many, in any order of days: the rows are those of checking each article."""
    chance = random.Random(count)
    with closing(CatalogWriter(tmp_path / "c.sqlite")) as writer:
        for number in range(30):
            day = chance.choice([None, "2024-01-01", "2024-01-02T10:00", "2023-12-31"])
            article = Article(f"a{number}", "T", SEVERAL, "p", day, chance.choice([None, "S", "s", "T"]))
            writer.add(article, list(split_article(article, 30))[: chance.randint(0, count)])
    with closing(Catalog.open(tmp_path / "c.sqlite")) as catalog:
        articles = [(row, catalog.article(passage.article_id)) for row, passage, _ in catalog.every_passage()]
        expected = [
            row
            for row, article in articles
            if (article.source or "").lower() == "s" and (article.published or "") > "2024"
        ]
        assert catalog.rows_of(Filters(source="S", published_from="2024-01-01")).tolist() == expected
        assert catalog.articles_with_wrong_filters() == []


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({}, lambda article: True),
        ({"source": "s"}, lambda article: (article.source or "").casefold() == "s"),
        ({"language": "en"}, lambda article: (article.language or "").casefold().startswith("en")),
        ({"published_from": "2024-01-01"}, lambda article: (article.published or "") > "2024"),
        ({"source": "T", "published_to": "2023-12-31"}, lambda article: False),
    ],
)
def test_articles_are_listed_by_their_days_as_a_sort_of_all_lists_them(catalog, filters, passes):
    """Newest first, articles of one day as they were added, undated ones last; any offset and limit give that part."""
    undated_last = sorted(ARTICLES, key=lambda article: (article.published or "")[:10], reverse=True)
    expected = [article.article_id for article in undated_last if passes(article)]
    for first in range(len(ARTICLES) + 1):
        for count in (1, 2, 10):
            summaries = catalog.list_articles(Filters(**filters), first, count)
            assert [summary.article_id for summary in summaries] == expected[first : first + count]
    for summary in catalog.list_articles(Filters(), 0, 10):
        article = catalog.article(summary.article_id)
        assert [getattr(summary, name) for name in ("title", "published", "source", "language")] == [
            getattr(article, name) for name in ("title", "published", "source", "language")
        ]


ON_THE_ASK_PATH = [
    lambda catalog: catalog.article("full"),
    lambda catalog: catalog.passages([3, 1]),
    lambda catalog: catalog.embedding_texts([0, 1]),
    lambda catalog: catalog.rows_of(Filters(published_from="2024-03-05", published_to="2024-03-06")),
    lambda catalog: catalog.rows_of(Filters(source="S")),
    lambda catalog: catalog.rows_of(Filters(source="S", language="en")),
    lambda catalog: catalog.rows_of(Filters(source="S", published_to="2024-03-06")),
    lambda catalog: catalog.list_articles(Filters(source="S"), 0, 10),
    lambda catalog: catalog.list_articles(Filters(published_to="2024-03-06"), 5, 10),
]
WHOLE_INDEXES = [
    lambda catalog: catalog.list_articles(Filters(), 0, 10),
    lambda catalog: catalog.list_articles(Filters(language="en"), 0, 10),
    lambda catalog: catalog.rows_of(Filters(language="en")),
    lambda catalog: catalog.breakdown(),
]


@pytest.mark.parametrize("read", [*ON_THE_ASK_PATH, *WHOLE_INDEXES])
def test_nothing_on_the_ask_path_reads_a_whole_table(catalog, read):
    """Articles are found by id or number, passages by row, and filters read one SQLite index at most."""
    statements = []
    catalog._connection.set_trace_callback(statements.append)
    read(catalog)
    catalog._connection.set_trace_callback(None)
    assert statements
    for statement in statements:
        for *_, step in catalog._connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
            if "(subquery" not in step:  # a list of a page at most
                reads_an_index = read in WHOLE_INDEXES and "COVERING INDEX" in step
                assert not step.startswith("SCAN") or reads_an_index, (statement, step)
                is_covered = "INTEGER PRIMARY KEY" in step or "INDEX by_" not in step or "COVERING" in step
                assert is_covered, (statement, step)
