"""What each part of retrieval is worth, over small collections."""

import json
import re

import pytest
from typer.testing import CliRunner

import rag.training.ablation
from index.console import progress_of
from index.engine.local.local_index import LocalIndex
from index.types import Filters
from rag.errors import CollectionError
from rag.evaluation.collection import read_collection
from rag.evaluation.metrics import retrieval_figures
from rag.evaluation.run import index_of
from rag.retrieval.fusion import min_max, reciprocal_ranks
from rag.retrieval.retriever import Retriever
from rag.training.ablation import SHIPPED, SHOWN, ablate, mean_of, print_table, run, settings
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import write_collection

TEXTS = {
    "harbour": "The harbour of Lenkoran was opened in 2021. Ships bring tea.",
    "bridge": "The bridge over the Kura was opened in 2022. It is long.",
    "tower": "The tower of Baku was opened in 2023. It is tall. Tea is sold there.",
    "mirror": "The tower of Baku was opened in 2023. It is TALL. Tea is sold there!",
}
QUERIES = {
    "harbour": "When was the harbour opened?",
    "bridge": "Which bridge is long?",
    "mirror": "What is sold in Baku?",
}


def collection_of(folder, names=tuple(QUERIES)):
    questions = []
    for name in names:
        gold = {"article_id": name, "start": 4, "end": 9, "text": TEXTS[name][4:9]}
        questions.append({"id": name, "question": QUERIES[name], "answerable": True, "spans": [gold]})
    questions.append({"id": "absent", "question": "Who wrote jazz?", "answerable": False})
    write_collection(folder, TEXTS, questions)
    return folder


@pytest.fixture
def folder(tmp_path):
    return collection_of(tmp_path / "openings")


def by_hand(folder, index, rank):
    """The figures of a ranking of rows, with copies and all, over the answerable questions."""
    asked = [question for question in read_collection(folder).questions if question.answerable]
    rankings = [[passage.passage_id for passage in index.passages(rank(question.question))] for question in asked]
    return retrieval_figures(asked, rankings, index.passages(range(index.manifest.passages)))


def test_every_setting_is_a_retriever_s(folder):
    """Each is measured with the retriever that ships, given that setting; as shipped is nothing changed."""
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        tables = ablate(collection, index)
        assert list(tables) == list(settings())
        assert ablate(collection, index, {SHIPPED: {}}) == {SHIPPED: tables[SHIPPED]}
        for name, setting in settings().items():
            retriever = Retriever(index, **setting)
            rank = lambda query: [  # noqa: E731
                index_row(index, hit.passage)
                for hit in retriever.retrieve(query, 10).hits  # noqa: B023
            ]
            assert tables[name] == by_hand(folder, index, rank), name
    assert settings()[SHIPPED] == {}


def index_row(index, passage):
    return index.passages(range(index.manifest.passages)).index(passage)


def test_settings_are_what_their_names_say(folder):
    """Vectors alone, words without titles and equal reciprocal ranks are those of the engines themselves."""
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:

        def dense(query):
            return index.nearest(index.embedder.embed_query(query), 50, Filters())

        def untitled(query):
            return index.matching(query, 50, 0.0, Filters())

        def titled(query):
            return index.matching(query, 50, 0.5, Filters())

        def hits(name, query):
            found = Retriever(index, **settings()[name], distinct=False).retrieve(query, 10).hits
            return [index_row(index, hit.passage) for hit in found]

        for query in QUERIES.values():
            assert hits("dense alone", query) == [row for row, _ in min_max(dense(query), [], 1.0)]
            assert hits("BM25 alone, titles 0", query) == [row for row, _ in min_max([], untitled(query), 0.0)]
            equal = reciprocal_ranks(dense(query), titled(query), 0.5, 10)
            assert hits("reciprocal ranks, constant 10, equal", query) == [row for row, _ in equal]


def test_copies_are_passed_over_but_where_they_are_listed(folder):
    """The copy that holds the gold is found only where copies are listed: the setting really differs."""
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        tables = ablate(collection, index)
    assert tables["as shipped, copies listed"]["hit@10"] == 1.0
    assert tables[SHIPPED]["hit@10"] == pytest.approx(2 / 3)


class CountingEmbedder(WordEmbedder):
    """Records the queries that it embeds too."""

    def embed_queries(self, texts):
        self.embedded += texts
        return super().embed_queries(texts)


def test_every_query_is_embedded_once(folder):
    """All settings share the vectors of the questions that have an answer, beside those of the passages."""
    embedder = CountingEmbedder()
    run([str(folder)], None, embedder)
    assert sorted(text for text in embedder.embedded if text in QUERIES.values()) == sorted(QUERIES.values())
    assert len(embedder.embedded) == len(QUERIES) + len(TEXTS)


def test_an_index_is_kept_where_it_is_asked_for(folder, tmp_path):
    """A second run over the same articles embeds no passage, and finds the same."""
    embedder = CountingEmbedder()
    first = run([str(folder)], tmp_path / "kept", embedder)
    embedder.embedded.clear()
    assert run([str(folder)], tmp_path / "kept", embedder) == first
    assert sorted(embedder.embedded) == sorted(QUERIES.values())
    assert LocalIndex.open(tmp_path / "kept" / "openings", lambda record: embedder).manifest.articles == 4


def test_a_collection_without_an_answerable_question_is_refused(tmp_path):
    """Nothing can be found of it; it is named, and no figure is made up."""
    with pytest.raises(CollectionError, match="absent holds no answerable question"):
        run([str(collection_of(tmp_path / "absent", []))], None, WordEmbedder())


def test_the_mean_counts_every_collection_the_same():
    """A figure's mean is over collections, not over questions."""
    tables = [{"a": {"hit@1": 0.25, "MRR@10": 1.0}}, {"a": {"hit@1": 0.75, "MRR@10": 0.5}}]
    assert mean_of(tables) == {"a": {"hit@1": 0.5, "MRR@10": 0.75}}


def test_a_table_shows_each_figure_and_the_best_in_bold(capsys):
    """Three decimals, a column a figure, and all that are best as shown are bold."""
    rows = {"a": dict.fromkeys(SHOWN, 0.5), "b": dict.fromkeys(SHOWN, 0.49996), "c": dict.fromkeys(SHOWN, 0.25)}
    print_table("One set", rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "### One set"
    assert [re.findall(r"\*\*([\d.]+)\*\*", line) for line in lines[4:7]] == [["0.500"] * 4, ["0.500"] * 4, []]
    assert lines[6] == "| c | 0.250 | 0.250 | 0.250 | 0.250 |"


@pytest.fixture
def command(monkeypatch):
    """Runs the command with the WordEmbedder."""
    import typer

    monkeypatch.setattr(rag.training.ablation, "SentenceTransformerEmbedder", WordEmbedder)
    app = typer.Typer()
    app.command()(rag.training.ablation.main)
    return lambda *words: CliRunner().invoke(app, list(map(str, words)))


def test_the_command_prints_a_table_of_each_and_their_mean_and_writes_them(command, folder, tmp_path):
    """Two collections, the second with its articles elsewhere, and the file holds what the tables round."""
    other = collection_of(tmp_path / "other", ["harbour"])
    (other / "articles.jsonl").rename(tmp_path / "elsewhere.jsonl")
    result = command(folder, f"{other}={tmp_path / 'elsewhere.jsonl'}", "--json", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    titles = re.findall(r"^### (.*)$", result.stdout, re.MULTILINE)
    assert titles == ["openings", "other", "mean over the collections"]
    written = json.loads((tmp_path / "figures.json").read_text())
    assert list(written["collections"]) == ["openings", "other"]
    assert written["mean"] == mean_of(list(written["collections"].values()))
    assert result.stdout.count("\n| as shipped |") == 3


def test_a_collection_that_is_none_fails_in_one_sentence(command, tmp_path):
    """It names the file that is not there, and exits 1."""
    result = command(tmp_path)
    assert result.exit_code == 1
    assert "questions.jsonl does not exist" in result.stderr
