"""A whole run over a small collection: asking, figures, printing, and learning weights."""

import re
from dataclasses import replace

import pytest

import rag.assistant
import rag.evaluation.fit
import rag.evaluation.run
from index.build import build_index
from index.console import progress_of
from index.store import LocalIndex
from rag.errors import CollectionError
from rag.evaluation.collection import read_collection
from rag.evaluation.fit import SENTENCE_FEATURES, fit
from rag.evaluation.report import print_report
from rag.evaluation.run import evaluate, index_of
from rag.evidence import Weights
from rag.retriever import Retriever
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, write_collection

NAMES = ("harbour", "bridge", "tower", "castle", "garden", "market", "palace", "museum")
ABSENT = ("Who composed jazz music?", "Why do volcanoes erupt?", "What eats zebras?", "Which comet vanished?")


@pytest.fixture
def folder(tmp_path):
    """Each article has one sentence about its opening, which answers, among others that do not."""
    articles = {
        name: f"People like to visit here. The {name} was opened by Leyla in {1900 + n}. Rain fell. Tea is sold."
        for n, name in enumerate(NAMES)
    }
    questions = []
    for n, name in enumerate(NAMES):
        start = articles[name].index(str(1900 + n))
        gold = {"article_id": name, "start": start, "end": start + 4, "text": str(1900 + n)}
        asked = f"When was the {name} opened by Leyla?"
        questions.append({"id": name, "question": asked, "answerable": True, "spans": [gold]})
    questions += [{"id": text, "question": text, "answerable": False} for text in ABSENT]
    folder = write_collection(tmp_path / "openings", articles, questions)
    (folder / "README.md").write_text("# Openings\n\nEight openings.\n")
    return folder


@pytest.fixture
def without_a_model(monkeypatch):
    """Evaluation asks with sensible weights."""

    made = rag.assistant.Assistant
    monkeypatch.setattr(
        rag.evaluation.run, "Assistant", lambda source, threshold: made(source, threshold, weights=SENSIBLE)
    )


@pytest.fixture
def report(folder, without_a_model):
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        return evaluate(collection, index, 0.5, lambda done, total: None)


def test_a_run_counts_what_it_was_given(report):
    """The report says how many questions of how many articles it judged."""
    assert (report.collection, report.questions, report.answerable) == ("openings", 12, 8)
    assert (report.articles, report.passages, report.threshold) == (8, 8, 0.5)


def test_a_run_judges_retrieval_quotes_and_abstention(report):
    """A corpus whose answers share their questions' words is answered right and declined right."""
    figures = report.figures
    assert figures["hit@1"] == figures["quote@1"] == figures["quote@3"] == 1.0
    assert figures["citation exactness"] == 1.0
    assert figures["answered of answerable"] == figures["declined of unanswerable"] == figures["AUROC"] == 1.0
    assert 0.0 < figures["ask p50 ms"] <= figures["ask p95 ms"]


def test_a_run_shows_each_ranking_alone(report):
    """Vectors alone and words alone have the retrieval figures beside the two joined."""
    assert set(report.retrieval_alone) == {"dense alone", "BM25 alone"}
    for figures in report.retrieval_alone.values():
        assert set(figures) == {"hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10"}
    assert report.retrieval_alone["BM25 alone"]["hit@1"] == 1.0


def test_each_ranking_alone_searches_what_a_follow_up_means(tmp_path, without_a_model):
    """A follow-up is searched with the question before, whichever ranking searches it."""
    articles = {"a": "It cost 20 dollars.", "b": "The harbour of Lenkoran is new. It cost 40 dollars."}
    gold = {"article_id": "b", "start": 40, "end": 42, "text": "40"}
    asked = {"id": "1", "question": "What did it cost?", "history": ["How is the harbour of Lenkoran?"]}
    folder = write_collection(tmp_path / "turns", articles, [{**asked, "answerable": True, "spans": [gold]}])
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        report = evaluate(collection, index, 0.5, lambda done, total: None)
    assert report.figures["hit@1"] == 1.0
    assert report.retrieval_alone["BM25 alone"]["hit@1"] == 1.0


def test_declined_questions_are_judged_by_the_quotes_they_would_have_had(folder, without_a_model):
    """A threshold nothing reaches changes what is answered, and not the quotes' figures."""
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        strict = evaluate(collection, index, 1.1, lambda done, total: None)
    assert strict.figures["answered of answerable"] == 0.0
    assert strict.figures["quote@1"] == 1.0


def test_an_inexact_citation_shows_in_exactness(folder, without_a_model, monkeypatch):
    """A composer that shifted its offsets would be found out by the run."""
    made = rag.assistant.Assistant

    class Shifting(made):
        def ask(self, question, history=()):
            answer = made.ask(self, question, history)
            return replace(answer, citations=[replace(c, start=c.start + 1) for c in answer.citations])

    monkeypatch.setattr(
        rag.evaluation.run,
        "Assistant",
        lambda source, threshold: Shifting(source, threshold, weights=SENSIBLE),
    )
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        figures = evaluate(collection, index, 0.5, lambda done, total: None).figures
    assert figures["citation exactness"] == 0.0


def test_progress_ends_with_all_questions_asked(folder, without_a_model):
    """The last report is of all of all."""
    collection = read_collection(folder)
    reported = []
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        evaluate(collection, index, 0.5, lambda done, total: reported.append((done, total)))
    assert reported[-1] == (12, 12)


def test_an_index_directory_is_kept_when_named(folder, directory, without_a_model):
    """The next run over the same collection embeds nothing anew."""
    with index_of(read_collection(folder), directory, WordEmbedder(), progress_of) as index:
        assert index.manifest.articles == 8
    assert build_index(folder / "articles.jsonl", directory, WordEmbedder()).embedded == 0


def test_a_report_is_printed_with_its_figures(report, capsys):
    """Each figure's name and value stands on one line, milliseconds without decimals."""
    print_report(report)
    printed = capsys.readouterr().out
    lines = {line.strip("│┃ ").split("│")[0].strip(): line for line in printed.splitlines()}
    alone = (figures["nDCG@10"] for figures in report.retrieval_alone.values())
    shown = [f"{value:.3f}" for value in (report.figures["nDCG@10"], *alone)]
    assert re.findall(r"\d\.\d{3}", lines["nDCG@10"]) == shown
    assert "1.000" in lines["AUROC"]
    assert "." not in lines["ask p50 ms"]
    assert "12 questions (8 answerable)" in printed
    assert "0.5" in printed.splitlines()[-1]


def test_learning_gives_weight_to_a_feature_that_tells(folder, without_a_model):
    """Where the sentence that shares the question's words answers, overlap is learned to speak for it."""
    learned = fit([read_collection(folder)], WordEmbedder())
    assert set(learned["sentence"]) == set(SENTENCE_FEATURES)
    assert learned["sentence"]["overlap"] > 0
    assert learned["record"]["collections"] == {"openings": {"questions": 12, "about": "Eight openings."}}
    assert (learned["record"]["questions"], learned["record"]["answerable"]) == (12, 8)


def test_learned_weights_part_what_is_answered_from_what_is_not(folder, without_a_model, directory):
    """Asked with the weights it taught, the collection's answerable questions are surer than the others."""
    collection = read_collection(folder)
    learned = fit([collection], WordEmbedder())
    build_index(collection.corpus, directory, WordEmbedder())
    index = LocalIndex.open(directory, lambda record: WordEmbedder())
    weights = Weights(learned["sentence"], learned["confidence"])
    sure = {True: [], False: []}
    for question in collection.questions:
        retrieval = Retriever(index).retrieve(question.question, 10)
        evidence = rag.evaluation.fit.weigh(question.question, retrieval, index, weights)
        sure[question.answerable].append(rag.evidence.confidence(evidence, weights))
    assert min(sure[True]) > max(sure[False])


def test_the_index_of_another_corpus_is_never_written_over(folder, built):
    """Naming an index that serves something else is refused, and it is left as it was."""
    before = LocalIndex.open(built, lambda record: WordEmbedder()).manifest
    with (
        pytest.raises(CollectionError, match=str(built)),
        index_of(read_collection(folder), built, WordEmbedder(), progress_of),
    ):
        pass
    assert LocalIndex.open(built, lambda record: WordEmbedder()).manifest == before
