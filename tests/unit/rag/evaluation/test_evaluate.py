"""A whole run over a small collection: asking, figures, printing, and learning weights."""

import math
import re
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

import rag.assistant
import rag.evaluation.run
import rag.training.fit
from index.build.build import build_index
from index.console import progress_of
from index.engine.local.local_index import LocalIndex
from index.passages.sentences import sentence_spans
from rag.errors import CollectionError
from rag.evaluation.collection import read_collection
from rag.evaluation.console_report import print_run
from rag.evaluation.figures import FIGURES
from rag.evaluation.run import AnswerSettings, evaluate, index_of
from rag.evidence.confidence import confidence_of
from rag.evidence.scoring import CITED, SentenceScorer
from rag.evidence.weights import Weights
from rag.question.answer_type import expected_answer_type
from rag.retrieval.retriever import Retriever
from rag.training.fit import TrainingRow, confidence_example, fit, fit_confidence, fit_sentences, training_rows
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader, article_of, evidence_of, write_collection

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
        rag.evaluation.run, "Assistant", lambda *args, **kwargs: made(*args, **kwargs, weights=SENSIBLE)
    )


@pytest.fixture
def run(folder, without_a_model):
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        return evaluate(collection, index, AnswerSettings(0.5), lambda done, total: None)


def test_a_run_counts_what_it_was_given(run):
    """The run says how many questions of how many articles it judged."""
    assert (run.collection, run.questions, run.answerable) == ("openings", 12, 8)
    assert (run.articles, run.passages, run.threshold) == (8, 8, 0.5)


def test_a_run_judges_retrieval_quotes_and_abstention(run):
    """A corpus whose answers share their questions' words is answered right and declined right."""
    figures = run.figures
    assert figures["hit@1"] == figures["quote@1"] == figures["quote@3"] == 1.0
    assert figures["quote@1 as answered"] == figures["quote@3 as answered"] == 1.0
    assert figures["citation exactness"] == 1.0
    assert figures["answered of answerable"] == figures["declined of unanswerable"] == figures["AUROC"] == 1.0
    assert 0.0 < figures["ask p50 ms"] <= figures["ask p95 ms"]


def test_a_run_shows_each_ranking_alone(run):
    """Vectors alone and words alone have the retrieval figures beside the two joined."""
    assert set(run.retrieval_alone) == {"dense alone", "BM25 alone"}
    for figures in run.retrieval_alone.values():
        assert set(figures) == {"hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10"}
    assert run.retrieval_alone["BM25 alone"]["hit@1"] == 1.0


def test_each_ranking_alone_searches_what_a_follow_up_means(tmp_path, without_a_model):
    """A follow-up is searched as it was read, whichever ranking searches it, and once more as it was typed."""
    articles = {"a": "It cost 20 dollars.", "b": "The harbour of Lenkoran is new. It cost 40 dollars."}
    gold = {"article_id": "b", "start": 40, "end": 42, "text": "40"}
    asked = {"id": "1", "question": "What did it cost?", "history": ["How is the harbour of Lenkoran?"]}
    folder = write_collection(tmp_path / "turns", articles, [{**asked, "answerable": True, "spans": [gold]}])
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        run = evaluate(collection, index, AnswerSettings(0.5), lambda done, total: None)
    assert run.figures["follow-up hit@1"] == run.figures["hit@1"]
    assert run.retrieval_alone["BM25 alone"]["hit@1"] == 1.0
    assert run.retrieval_alone["history ignored"]["follow-up hit@1"] == 0.0


def test_declined_questions_are_judged_by_the_quotes_they_would_have_had(folder, without_a_model):
    """A threshold nothing reaches leaves nothing as answered, and does not change the figures named without it."""
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        strict = evaluate(collection, index, AnswerSettings(1.1), lambda done, total: None)
    assert strict.figures["answered of answerable"] == 0.0
    assert strict.figures["quote@1 as answered"] == strict.figures["headline coverage"] == 0.0
    assert "headline precision" not in strict.figures
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
        lambda *args, **kwargs: Shifting(*args, **kwargs, weights=SENSIBLE),
    )
    collection = read_collection(folder)
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        figures = evaluate(collection, index, AnswerSettings(0.5), lambda done, total: None).figures
    assert figures["citation exactness"] == 0.0


def test_progress_ends_with_all_questions_asked(folder, without_a_model):
    """The last report is of all of all."""
    collection = read_collection(folder)
    reported = []
    with index_of(collection, None, WordEmbedder(), progress_of) as index:
        evaluate(collection, index, AnswerSettings(0.5), lambda done, total: reported.append((done, total)))
    assert reported[-1] == (12, 12)


def test_an_index_directory_is_kept_when_named(folder, directory, without_a_model):
    """The next run over the same collection embeds nothing anew."""
    with index_of(read_collection(folder), directory, WordEmbedder(), progress_of) as index:
        assert index.manifest.articles == 8
    assert build_index(folder / "articles.jsonl", directory, WordEmbedder()).embedded == 0


def test_a_report_is_printed_with_its_figures(run, capsys):
    """Each figure's name and value stands on one line, milliseconds without decimals."""
    print_run(run)
    printed = capsys.readouterr().out
    lines = {re.split(r" {2,}", line.strip())[0]: line for line in printed.splitlines()}
    alone = (figures["nDCG@10"] for figures in run.retrieval_alone.values())
    shown = [f"{value:.3f}" for value in (run.figures["nDCG@10"], *alone)]
    assert re.findall(r"\d\.\d{3}", lines["nDCG@10"]) == shown
    assert "1.000" in lines["AUROC"]
    assert "." not in lines["ask p50 ms"]
    assert "12 questions (8 answerable)" in printed
    assert "0.5" in printed.splitlines()[-1]


@pytest.mark.parametrize(
    ("reader", "reranker", "shown"),
    [("none", "none", "no reader and no reranker"), ("shipped", "mine", "reader shipped and reranker mine")],
)
def test_a_report_says_with_what_it_was_answered(run, capsys, reader, reranker, shown):
    """The models stand above the figures, or that there were none."""
    print_run(replace(run, reader=reader, reranker=reranker))
    assert f"With the embedding model {run.model}, {shown}." in " ".join(capsys.readouterr().out.split())


def test_every_figure_of_a_run_is_printed_below_its_group(run, capsys):
    """None is left out for want of a place, and the groups come in their order."""
    print_run(run)
    first_words = [re.split(r" {2,}", line.strip())[0] for line in capsys.readouterr().out.splitlines()]
    assert set(run.figures) <= set(first_words)
    groups = ["Retrieval", "As answered", "With nothing declined", "Confidence", "Latency"]
    assert [word for word in first_words if word in groups] == groups


def test_every_figure_of_a_run_has_its_meaning(run):
    """A figure that was measured and is listed nowhere would be neither printed nor compared."""
    assert set(run.figures) <= {figure.name for figure in FIGURES}


def test_the_table_fits_a_plain_terminal_and_takes_a_name_as_it_is(run, capsys, monkeypatch):
    """No line is wider than 80 columns, and square brackets in a collection's name are no markup."""
    monkeypatch.setenv("COLUMNS", "80")
    print_run(replace(run, collection="[red]made"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("[red]made: ")
    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if "hit@" in line]) == 3


def test_a_run_says_what_became_of_each_question(run):
    """A right answer has its rank, its quote and what was wanted; an unanswerable question is never right."""
    results = {result.id: result for result in run.results}
    harbour = results["harbour"]
    assert (harbour.right, harbour.rank, harbour.first_quote_holds, harbour.any_quote_holds) == (True, 1, True, True)
    assert (harbour.quote, harbour.quoted_article) == ("The harbour was opened by Leyla in 1900.", "harbour")
    assert harbour.wanted == ["1900"]
    assert harbour.ms > 0
    jazz = results[ABSENT[0]]
    assert (jazz.right, jazz.rank, jazz.first_quote_holds, jazz.any_quote_holds) == (False, None, None, None)
    assert (jazz.short_f1, jazz.wanted) == (None, [])


READER = ScriptedReader(**{str(1900 + n): 6.0 for n in range(len(NAMES))})


def test_learning_gives_weight_to_a_feature_that_tells(folder):
    """Where the sentence that shares the question's words answers, overlap is learned to speak for it."""
    learned = fit([read_collection(folder)], WordEmbedder(), READER)
    assert learned["fast"]["sentence"]["overlap"] > 0
    assert learned["reader"]["sentence"]["reader"] > 0
    assert learned["fast"]["look"].keys() == learned["fast"]["sentence"].keys() - {"similarity"}
    assert learned["record"]["collections"] == {"openings": {"questions": 12, "about": "Eight openings."}}
    # All is English, of which the weights of one other language learn too; nothing is asked across languages.
    assert learned.keys() == {"reader", "multilingual", "fast", "record"}
    assert learned["record"]["questions"] == {"reader": 12, "multilingual": 12, "across": 0, "fast": 12}
    assert learned["record"]["answerable"] == {"reader": 8, "multilingual": 8, "across": 0, "fast": 8}


@pytest.mark.parametrize(("name", "reader"), [("reader", READER), ("fast", None)])
def test_learned_weights_part_what_is_answered_from_what_is_not(folder, directory, name, reader):
    """Asked with the weights it taught, the collection's answerable questions are surer than the others."""
    collection = read_collection(folder)
    learned = fit([collection], WordEmbedder(), READER)[name]
    build_index(collection.corpus, directory, WordEmbedder())
    index = LocalIndex.open(directory, lambda record: WordEmbedder())
    scorer = SentenceScorer(reader, Weights(learned["sentence"], learned["confidence"]))
    sure = {True: [], False: []}
    for question in collection.questions:
        retrieval = Retriever(index).retrieve(question.question, 10)
        evidence = scorer.score(question.question, expected_answer_type(question.question), retrieval, index)
        assert set(learned["sentence"]) == set(evidence[0].features)
        sure[question.answerable].append(confidence_of(evidence, retrieval.nearest, scorer.weights))
    assert min(sure[True]) > max(sure[False])


def test_judging_marks_the_sentences_that_hold_the_gold(folder):
    """One list a reader, one row a question in their order; gold is the sentence around the span, and no other."""
    collection = read_collection(folder)
    with_reader, without = training_rows(collection, WordEmbedder(), (READER, None))
    assert (
        [row[0] for row in with_reader] == [row[0] for row in without] == [q.answerable for q in collection.questions]
    )
    for rows, own in ((with_reader, "reader"), (without, "similarity")):
        for question, (_, evidence, gold, nearest, kind) in zip(collection.questions, rows, strict=True):
            texts = [item.text for item, right in zip(evidence, gold, strict=True) if right]
            expected = [f"The {question.id} was opened by Leyla in {span.text}." for span in question.spans]
            assert texts == expected
            assert all(own in item.features for item in evidence)
            assert -1.0 <= nearest <= 1.0
            assert kind == "reader"


def test_confidence_learns_from_what_would_be_cited():
    """Under the learned weights the order changes; what counts as right is the sentence that is then quoted."""
    article = article_of("Tea is sold. Ships came. Kites flew. All was well. Rain fell.")
    texts = [article.text[start:end] for start, end in sentence_spans(article.text)]
    features = {"names_missing": 0.0, "numbers_missing": 0.0}
    evidence = [
        replace(evidence_of(article, text, 9.0), features=features | {"overlap": float(place)})
        for place, text in enumerate(texts)
    ]
    weights = Weights(defaultdict(float, overlap=0.5), {})
    for place in range(len(texts)):
        row = TrainingRow(True, evidence, [place == other for other in range(len(texts))], 0.25, "reader")
        learned, right = confidence_example(row, weights)
        assert (learned["score"], learned["overlap"], learned["nearest"]) == (2.0, 4.0, 0.25)
        assert right is (place >= len(texts) - CITED)


def test_a_question_that_counts_twice_is_as_one_asked_twice():
    """The confidence learned is that of the same rows with the counted one repeated."""
    drawn = np.random.default_rng(3)
    rows = [({"score": float(drawn.normal()), "share": float(drawn.normal())}, bool(n % 2)) for n in range(12)]
    counts = [1.0 + (n % 3 == 0) for n in range(12)]
    repeated = [row for row, count in zip(rows, counts, strict=True) for _ in range(int(count))]
    learned, expected = fit_confidence(rows, counts), fit_confidence(repeated, [1.0] * len(repeated))
    assert learned == pytest.approx(expected, abs=2e-3)


def test_sentence_weights_are_the_likeliest_of_a_conditional_logit():
    """No small change of a weight that was learned makes the gold sentences likelier, penalty and all."""
    article = article_of("Tea is sold. Ships came. Kites flew.")
    texts = [article.text[start:end] for start, end in sentence_spans(article.text)]
    drawn = np.random.default_rng(7)
    rows = []
    for gold in ([True, False, False], [False, True, True], [False, False, True]):
        features = [{"a": float(drawn.normal()), "b": float(drawn.normal())} for _ in texts]
        found = [replace(evidence_of(article, t, 0.0), features=f) for t, f in zip(texts, features, strict=True)]
        rows.append((found, gold))

    def lost(weights):
        total = 0.0
        for found, gold in rows:
            odds = [math.exp(sum(weights[name] * value for name, value in item.features.items())) for item in found]
            total -= math.log(sum(o for o, right in zip(odds, gold, strict=True) if right) / sum(odds))
        return total / len(rows) + 1e-4 * sum(value**2 for value in weights.values())

    learned = fit_sentences(rows)
    for name in learned:
        for change in (-0.05, 0.05):
            assert lost(learned | {name: learned[name] + change}) > lost(learned)


def test_the_index_of_another_corpus_is_never_written_over(folder, built):
    """Naming an index that serves something else is refused, and it is left as it was."""
    before = LocalIndex.open(built, lambda record: WordEmbedder()).manifest
    with (
        pytest.raises(CollectionError, match=str(built)),
        index_of(read_collection(folder), built, WordEmbedder(), progress_of),
    ):
        pass
    assert LocalIndex.open(built, lambda record: WordEmbedder()).manifest == before
