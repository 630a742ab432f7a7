"""`rag eval` with a run kept, compared and reported."""

import json

import pytest
from typer.testing import CliRunner

import index.models.embedder
import rag.cli
import rag.evaluation.run
from rag.assistant import Assistant
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, SURE, write_collection

ANSWERED, UNANSWERED = "When was it opened?", "Who sang?"


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch):
    """Evaluation embeds with the WordEmbedder and asks with sensible weights."""
    monkeypatch.setattr(index.models.embedder, "SentenceTransformerEmbedder", lambda *names: WordEmbedder())
    weigh(monkeypatch, SENSIBLE)


def weigh(monkeypatch, weights):
    monkeypatch.setattr(
        rag.evaluation.run, "Assistant", lambda source, threshold, **_: Assistant(source, threshold, weights=weights)
    )


def collection_in(folder):
    gold = {"article_id": "h", "start": 13, "end": 17, "text": "2021"}
    questions = [
        {"id": "1", "question": ANSWERED, "answerable": True, "spans": [gold]},
        {"id": "2", "question": UNANSWERED, "answerable": False},
    ]
    return write_collection(folder, {"h": "It opened in 2021. Tea was sold."}, questions)


@pytest.fixture
def collection(tmp_path):
    return collection_in(tmp_path / "made")


def run(*words):
    # With a precision there is nothing to measure: "auto" would load and time the real model in each test.
    return CliRunner().invoke(rag.cli.app, ["eval", "--precision", "float32", *map(str, words)])


def spoilt(path, **figures):
    """The saved run as if it had had those figures."""
    document = json.loads(path.read_text())
    document["figures"].update({name.replace("_", " "): value for name, value in figures.items()})
    path.write_text(json.dumps(document))


def test_json_holds_the_questions_only_when_asked(collection):
    """Small by default; with --questions each question with what became of it."""
    assert "results" not in json.loads(run(collection, "--json").stdout)
    first, second = json.loads(run(collection, "--json", "--questions").stdout)["results"]
    assert (first["id"], first["question"], first["answerable"], first["rank"]) == ("1", ANSWERED, True, 1)
    assert first["quote"] == "It opened in 2021."
    assert (first["first_quote_holds"], first["any_quote_holds"], first["right"]) == (True, True, True)
    assert {"confidence", "short_answer", "short_f1", "ms"} <= first.keys()
    assert (second["rank"], second["any_quote_holds"], second["right"]) == (None, None, False)


def test_a_run_compared_with_itself_is_the_same(collection, tmp_path):
    """Nothing got worse: exit code 0, and --json holds the verdicts too."""
    path = tmp_path / "new" / "folder" / "run.json"
    assert run(collection, "--save", path).exit_code == 0
    printed = run(collection, "--compare", path)
    assert printed.exit_code == 0
    assert "Since the run of 20" in printed.stdout
    compared = json.loads(run(collection, "--compare", path, "--json").stdout)["compared"]
    assert {one["verdict"] for one in compared["changes"]} == {"same", "not judged"}
    assert (compared["margin"], compared["turned"]) == (0.01, None)


def test_a_worse_figure_fails_with_one_sentence(collection, tmp_path, monkeypatch):
    """A run that is sure of everything is worse at declining: exit code 1, the figures named, stdout still JSON."""
    path = tmp_path / "run.json"
    run(collection, "--save", path, "--questions")
    weigh(monkeypatch, SURE)
    result = run(collection, "--compare", path, "--json")
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("rag: Worse than the saved run by more than 0.01: ")
    assert "declined of unanswerable 1.000 → 0.000" in last
    assert json.loads(result.stdout)["compared"]["turned"] == {"wrong": [], "right": []}


@pytest.mark.parametrize("option", ["--margin", "--threshold"])
def test_what_is_no_number_is_refused(collection, option):
    """Beside it nothing would be worse, or everything declined."""
    result = run(collection, option, "nan")
    assert result.exit_code == 2
    assert option in result.stderr


@pytest.mark.parametrize(("margin", "code"), [(0.04, 1), (0.06, 0)])
def test_the_margin_says_how_much_worse_is_too_much(collection, tmp_path, margin, code):
    """A loss of 0.05 fails below that margin and passes above; so much slower never fails."""
    path = tmp_path / "run.json"
    run(collection, "--save", path)
    now = json.loads(path.read_text())["figures"]["ECE"]
    spoilt(path, ECE=now - 0.05, ask_p50_ms=0.0001)
    assert run(collection, "--compare", path, "--margin", margin).exit_code == code


def test_a_run_of_other_questions_is_refused_before_any_is_asked(collection, tmp_path):
    """One sentence with the file and the remedy, and no question was embedded for it."""
    path = tmp_path / "run.json"
    run(collection_in(tmp_path / "other"), "--save", path)
    result = run(collection, "--compare", path)
    assert result.exit_code == 1
    assert "of the collection other, not of made" in result.stderr
    assert "Asking" not in result.stderr


def test_a_missing_saved_run_is_an_error_in_json_too(collection, tmp_path):
    """With --json stdout holds the error's type."""
    result = run(collection, "--compare", tmp_path / "nothing.json", "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]["type"]) == (1, "RunError")


def test_a_report_is_written_and_compares_itself_with_the_last(collection, tmp_path):
    """The folder holds the page, the pictures and the run; the second time the page says what changed."""
    folder = tmp_path / "report"
    assert run(collection, "--report", folder).exit_code == 0
    assert "What changed" not in (folder / "index.html").read_text()
    assert {"index.html", "run.json"} < {path.name for path in folder.iterdir()}
    run(collection, "--report", folder)
    assert "What changed since the last run" in (folder / "index.html").read_text()


def test_a_report_has_to_have_a_place(collection, tmp_path):
    """A file where the folder should be is said so before any question is asked."""
    (tmp_path / "file").write_text("")
    result = run(collection, "--report", tmp_path / "file")
    assert result.exit_code == 1
    assert "can't be made" in result.stderr
    assert "Asking" not in result.stderr
