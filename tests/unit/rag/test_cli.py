"""`rag ask`, `rag search` and `rag eval`."""

import json
from dataclasses import asdict

import pytest
from typer.testing import CliRunner

import index.models.embedder
import rag.assembly
import rag.cli
import rag.evaluation.run
from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from rag.retrieval.reranker import reranker_of
from rag.settings import AssistantSettings
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, write_collection

QUESTION = "When was the harbour of Lenkoran opened?"
QUOTE = "The harbour of Lenkoran was opened on 12 March 2021."


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch):
    """Commands open their index with the WordEmbedder, and score with sensible weights and without a reader."""

    def make_assistant(settings):
        live = LiveIndex(settings.index, lambda record: WordEmbedder())
        return Assistant(live, settings.threshold, weights=SENSIBLE, reranker=reranker_of(settings.reranker))

    monkeypatch.setattr(rag.assembly, "make_assistant", make_assistant)


def run(*words, env=None):
    return CliRunner().invoke(rag.cli.app, list(map(str, words)), env=env)


def without_times(document):
    return {name: value for name, value in document.items() if name != "timings_ms"}


def test_ask_prints_the_answer_and_its_sources(built):
    """The marked quote, then a line for each citation with where it stands."""
    result = run("ask", QUESTION, "--index", built)
    assert result.exit_code == 0
    assert f"{QUOTE} [1]" in result.stdout
    assert "[1] The new harbour of Lenkoran, Coast Daily, 2024-03-05" in result.stdout
    assert "harbour 0–52" in result.stdout
    assert "confidence" in result.stderr


def test_ask_prints_a_timeline_line_by_line(built):
    """The date, the quote and its mark; then how many more there are, and the sources."""
    answer = run("ask", "What happened in 2021 and 2022?", "--index", built)
    lines = answer.stdout.splitlines()
    assert f"2021-03-12  {QUOTE} [1]" in lines
    assert lines[1].startswith("2022")


def test_ask_prints_the_nearest_passages_where_it_declines(built):
    """It says that there is no answer, and shows what is near; declining is no failure."""
    result = run("ask", "Who invented the xylophone in Vienna?", "--index", built)
    assert result.exit_code == 0
    assert "do not hold an answer" in result.stdout
    assert "1. " in result.stdout


def test_ask_says_that_a_language_is_not_read(built):
    """Instead of that the documents hold nothing, and before the nearest passages."""
    result = run("ask", "Wer hat das Xylophon in Wien erfunden?", "--index", built)
    assert result.stdout.startswith("The question seems to be in a language that this program does not read. It reads ")
    assert (
        "English, Azerbaijani, Turkish, Russian, Urdu, Arabic and Persian. The nearest passages:\n\n1. "
        in result.stdout
    )
    assert "do not hold an answer" not in result.stdout


def test_ask_says_from_which_other_language_it_quotes(built):
    """In a line below the sources."""
    result = run("ask", "Lenkoran harbour opened 12 March 2021 ne zaman?", "--source", "Coast Daily", "--index", built)
    assert result.stdout.endswith("\n\nQuoted from English; the question is in Turkish.\n")


def test_ask_json_is_the_reply(built):
    """With --json stdout is the one document that Assistant.ask gives, and no other word."""
    result = run("ask", QUESTION, "-k", 2, "--json", "--index", built)
    expected = asdict(rag.assembly.make_assistant(AssistantSettings(built)).ask(QUESTION, k=2))
    assert without_times(json.loads(result.stdout)) == without_times(json.loads(json.dumps(expected)))
    assert len(json.loads(result.stdout)["passages"]) == 2


def test_search_prints_ranked_passages(built):
    """Each passage has its rank, its title and its offsets."""
    result = run("search", "kites over Lahore", "-k", 1, "--index", built)
    assert result.exit_code == 0
    assert result.stdout.startswith("1. Kites fly over Lahore")
    assert "notes-kites 0–" in result.stdout


def test_ask_loads_first_and_search_does_not(built, monkeypatch):
    """`rag ask` prints a time, which must not include loading; `rag search` prints none, and does not wait."""
    loaded = []

    def load(assistant):
        loaded.append(assistant)

    monkeypatch.setattr(Assistant, "load", load)
    assert run("search", "kites", "--index", built).exit_code == 0
    assert loaded == []
    run("ask", QUESTION, "--index", built)
    assert len(loaded) == 1


def test_search_json_is_the_hits(built):
    """With --json the query and its hits come as POST /api/search gives them."""
    document = json.loads(run("search", "kites", "--json", "--index", built).stdout)
    hits = rag.assembly.make_assistant(AssistantSettings(built)).search("kites")
    assert document == {"query": "kites", "hits": [asdict(hit) for hit in hits]}


@pytest.mark.parametrize("command", ["ask", "search"])
def test_filters_are_passed_on(built, command):
    """Only articles of the days, the source and the language named are found."""
    days = ("--from", "2023-01-01", "--to", "2023-12-31")
    more = ("--source", "River Post", "--language", "en")
    document = json.loads(run(command, "harbour", *days, *more, "--json", "--index", built).stdout)
    passages = document["passages" if command == "ask" else "hits"]
    assert [passage["article_id"] for passage in passages] == ["bridge"]


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--source", "Nobody"), "the sources are Coast Daily, River Post."),
        (("--language", "ur-PK"), "the languages are en."),
        (("--from", "2030-01-01"), "the days are 2023-01-15 to 2024-03-05."),
        (("--source", "Nobody", "--language", "ur"), "the sources are Coast Daily, River Post; the languages are en."),
    ],
)
def test_where_nothing_passes_what_there_is_is_said(built, command, words, sentence):
    """The sentence names the values that the filters in use could have."""
    result = run(command, "harbour", *words, "--index", built)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"No article passes the filters: {sentence}")


def test_of_many_sources_the_first_few_are_said(embedder, tmp_path):
    """Those with the most articles, and how many more there are."""
    lines = [json.dumps({"text": f"Words {n}.", "source": f"S{min(n, 7)}"}) for n in range(10)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    build_index(tmp_path / "a.jsonl", tmp_path / "index", embedder)
    result = run("ask", "words", "--source", "T", "--index", tmp_path / "index")
    assert "the sources are S7, S0, S1, S2, S3 and 3 more." in result.stdout


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_index_of_nothing_is_said_to_hold_none(embedder, tmp_path, command):
    """Whatever the filters."""
    (tmp_path / "corpus").mkdir()
    build_index(tmp_path / "corpus", tmp_path / "index", embedder, allow_empty=True)
    result = run(command, "words", "--source", "T", "--index", tmp_path / "index")
    assert result.stdout == "The index holds no article.\n"


def test_the_threshold_s_flag_goes_before_its_variable(built):
    """RAG_THRESHOLD makes it decline, and --threshold 0 answers all the same."""
    env = {"RAG_THRESHOLD": "1"}
    ask = ("ask", QUESTION, "--json", "--index", built)
    assert json.loads(run(*ask, env=env).stdout)["answered"] is False
    assert json.loads(run(*ask, "--threshold", 0, env=env).stdout)["answered"] is True


def test_the_index_can_be_named_by_its_variable(built):
    """RAG_INDEX stands for --index."""
    assert run("search", "kites", env={"RAG_INDEX": str(built)}).exit_code == 0


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("words", [("--reranker", "nobody/flag"), ()])
def test_a_reranker_that_is_not_here_fails_and_says_so(built, command, words):
    """The flag goes before RAG_RERANKER, and a model that is not on this machine is one sentence."""
    result = run(command, QUESTION, *words, "--index", built, env={"RAG_RERANKER": "nobody/variable"})
    assert (result.exit_code, result.stdout) == (1, "")
    assert f'"nobody/{"flag" if words else "variable"}" is not on this machine' in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_an_empty_question_is_wrong_usage(built, command, question):
    """The exit code is 2, and one sentence on stderr says why."""
    result = run(command, question, "--index", built)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("rag: The question ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("flag", ["--from", "--to"])
@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", ""])
def test_a_day_that_is_none_is_wrong_usage(built, flag, day):
    """The sentence names the flag and the form a day has."""
    result = run("ask", QUESTION, flag, day, "--index", built)
    assert result.exit_code == 2
    assert flag in result.stderr
    assert "2026-11-23" in result.stderr


@pytest.mark.parametrize("words", [("-k", 0), ("-k", 101), ("-k", "many"), ("--threshold", 2), ("--colour", 1)])
def test_a_wrong_option_is_wrong_usage(built, words):
    """A value out of range or an unknown option ends with 2."""
    assert run("ask", QUESTION, *words, "--index", built).exit_code == 2


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_missing_index_fails_and_says_what_to_run(directory, command):
    """The exit code is 1, and the remedy is a command."""
    result = run(command, QUESTION, "--index", directory)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"rag index --index {directory}" in result.stderr


@pytest.mark.parametrize(("question", "error_type", "code"), [("", "QuestionError", 2), ("who?", "SnapshotMissing", 1)])
def test_an_error_is_one_json_document_too(built, tmp_path, question, error_type, code):
    """With --json stdout holds the error's type, what happened and what to do."""
    index = built if code == 2 else tmp_path / "nothing"
    result = run("ask", question, "--json", "--index", index)
    error = json.loads(result.stdout)["error"]
    assert (result.exit_code, error["type"]) == (code, error_type)
    assert error["what"]
    assert error["remedy"]


@pytest.fixture
def collection(tmp_path):
    gold = {"article_id": "h", "start": 13, "end": 17, "text": "2021"}
    questions = [{"id": "1", "question": "When was it opened?", "answerable": True, "spans": [gold]}]
    return write_collection(tmp_path / "made", {"h": "It opened in 2021. Tea was sold."}, questions)


@pytest.fixture
def evaluation_without_a_model(monkeypatch):
    monkeypatch.setattr(index.models.embedder, "SentenceTransformerEmbedder", lambda *names: WordEmbedder())
    monkeypatch.setattr(
        rag.evaluation.run,
        "Assistant",
        lambda source, threshold, **_: Assistant(source, threshold, weights=SENSIBLE),
    )


def test_eval_prints_a_table_and_as_json_the_report(collection, evaluation_without_a_model):
    """The same figures come for a person and for a program, progress on stderr."""
    printed = run("eval", collection)
    assert printed.exit_code == 0
    assert "quote@1" in printed.stdout
    assert "Asking: 1 of 1" in printed.stderr
    document = json.loads(run("eval", collection, "--json", "--threshold", 0.3).stdout)
    assert (document["collection"], document["threshold"]) == ("made", 0.3)
    assert document["figures"]["citation exactness"] == 1.0


def test_eval_of_no_collection_fails_and_names_the_file(tmp_path):
    """A directory without questions.jsonl is said to be without it."""
    result = run("eval", tmp_path)
    assert result.exit_code == 1
    assert "questions.jsonl does not exist" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("ask", "When \udcff was it?"), id="question"),
        pytest.param(("search", "caf\udce9"), id="query"),
        pytest.param(("ask", "When?", "--source", "\udcff"), id="source"),
    ],
)
def test_bytes_of_another_encoding_are_no_defect(built, words):
    """What a terminal of another encoding sends is searched without them, or refused; never a traceback."""
    result = run(*words, "--json", "--index", built)
    assert result.exit_code in (0, 2)
    assert json.loads(result.stdout)


def test_ask_prints_what_is_held(built):
    """The articles with their ids, and on stderr that they were counted; talk has no confidence either."""
    result = run("ask", "Which articles mention the Kura?", "--index", built)
    assert result.exit_code == 0
    assert result.stdout == "1 article mentions “Kura”:\n- A bridge over the Kura  (bridge; River Post, 2023-01-15)\n"
    assert result.stderr.startswith("Counted in the index, not quoted. ")
    greeting = run("ask", "hello", "--index", built)
    assert greeting.stdout.startswith("Hello. 3 articles from 2 sources are held here, ")
    assert "confidence" not in greeting.stderr


def test_ask_says_what_is_near_a_question_that_it_declines(built):
    """Before the nearest passages."""
    result = run("ask", "When did Vienna invent the xylophone?", "--index", built)
    assert "do not hold an answer to this. No article mentions “Vienna”. The nearest passages:" in result.stdout
