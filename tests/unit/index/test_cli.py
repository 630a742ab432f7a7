"""`rag index`, `rag status` and `rag verify`: what they print, and how they end."""

import json
import re
import shutil

import pytest
from typer.testing import CliRunner

from index.cli import app
from index.engine.local.generations import generation_folder
from index.engine.manifest import VECTORS
from index.models.hub import DEFAULT_MODEL


@pytest.fixture
def run(monkeypatch, embedder, corpus, directory):
    """Runs a command on `corpus` and `directory`, its variables set, without a model."""
    monkeypatch.setattr("index.models.embedder.choose_precision", lambda *_: "float32")
    monkeypatch.setattr(
        "index.models.embedder.SentenceTransformerEmbedder", lambda *_, in_bulk: embedder if in_bulk else None
    )
    monkeypatch.setenv("RAG_CORPUS", str(corpus))
    monkeypatch.setenv("RAG_INDEX", str(directory))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def document(result) -> dict:
    """The one JSON document on stdout; anything else there fails to parse."""
    return json.loads(result.stdout)


class TestIndex:
    """`rag index`."""

    def test_it_prints_what_it_did(self, run, directory):
        """The counts and where the index lies are on stdout."""
        result = run("index")
        assert result.exit_code == 0
        assert "added 3, changed 0, deleted 0, unchanged 0, refused 0" in result.stdout
        assert f"{directory}, generation 1: 3 of 3 passages embedded" in result.stdout

    def test_refused_files_are_named_on_stderr(self, run, corpus):
        """A refused file is named with its reason, and the command still succeeds."""
        (corpus / "photo.png").write_bytes(b"\x89PNG")
        result = run("index")
        assert result.exit_code == 0
        assert "refused 1" in result.stdout
        assert "photo.png: files ending in" in result.stderr

    def test_kept_articles_are_named_on_stderr(self, run, corpus):
        """An article whose file can't be read now is kept, and is named."""
        run("index")
        (corpus / "bridge.md").write_bytes(b"\xff")
        result = run("index")
        assert result.exit_code == 0
        assert re.search("kept .*bridge", result.stderr)

    def test_json_is_one_document(self, run, corpus):
        """With --json stdout is one document with the counts, and ids and reasons under articles."""
        (corpus / "photo.png").write_bytes(b"\x89PNG")
        result = run("index", "--json")
        report = document(result)
        assert (result.exit_code, report["added"], report["refused"], report["embedded"]) == (0, 3, 1, 3)
        assert report["articles"]["added"] == ["bridge", "harbour", "notes-kites"]
        assert report["articles"]["refused"][0]["path"] == "photo.png"
        assert {"changed", "deleted", "unchanged", "generation", "passages", "seconds", "dry_run"} <= report.keys()

    def test_an_index_keeps_its_model(self, run, embedder, monkeypatch):
        """Without --model the model and the prompts are those of the index; a rebuild begins with the default one."""
        chosen = []

        def recorded(name, query_prompt, passage_prompt, precision, *, in_bulk):
            chosen.append((name, query_prompt, passage_prompt))
            return embedder

        monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder", recorded)
        run("index", "--model", "another", "--query-prompt", "ask: ")
        for arguments in ((), ("--rebuild",), ("--model", "third")):
            run("index", *arguments)
        kept = (embedder.record.name, embedder.record.query_prompt, embedder.record.passage_prompt)
        assert chosen == [("another", "ask: ", ""), kept, (DEFAULT_MODEL, "", ""), ("third", "", "")]

    def test_dry_run_writes_nothing(self, run, directory):
        """With --dry-run the ids are listed and no index is begun."""
        result = run("index", "--dry-run")
        assert result.exit_code == 0
        assert "Nothing written: 3 of 3 passages would be embedded." in result.stdout
        assert re.search(r"added +harbour", result.stdout)
        assert not directory.exists()
        assert document(run("index", "--dry-run", "--json"))["dry_run"] is True

    def test_dry_run_lists_the_differences(self, run, corpus):
        """Articles added, changed, deleted, unchanged and moved are listed by id, and refused files with the reason."""
        (corpus / "old.txt").write_text("An old text.")
        (corpus / "gone.txt").write_text("A text to be deleted.")
        run("index")
        (corpus / "gone.txt").unlink()
        (corpus / "old.txt").rename(corpus / "new.txt")
        (corpus / "bridge.md").write_text("---\nid: bridge\n---\nThe bridge fell.")
        (corpus / "photo.png").write_bytes(b"\x89PNG")
        result = run("index", "--dry-run")
        *lines, last = result.stdout.splitlines()
        assert lines == [
            "added 1, changed 1, deleted 2, unchanged 2, refused 1",
            "added     new",
            "changed   bridge",
            "deleted   gone",
            "deleted   old",
            "unchanged harbour",
            "unchanged notes-kites",
            "moved     old → new",
        ]
        assert last.startswith("Nothing written: 1 of 4 passages would be embedded, in about ")
        assert "refused   photo.png: files ending in" in result.stderr
        articles = document(run("index", "--dry-run", "--json"))["articles"]
        assert (articles["deleted"], articles["unchanged"]) == (["gone", "old"], ["harbour", "notes-kites"])
        assert "not supported" in articles["refused"][0]["reason"]

    @pytest.mark.parametrize("flags", [(), ("--dry-run",)])
    def test_another_model_says_what_it_costs(self, run, embedder, flags):
        """The preview and the run say, before anything is embedded, why and how many passages."""
        run("index")
        embedder.record = embedder.record.model_copy(update={"name": "other"})
        result = run("index", *flags)
        assert result.stderr.startswith("The index was made with the model words. Another model,")
        assert "everything is embedded again" in result.stderr
        if flags:
            assert "Nothing written: 3 of 3 passages would be embedded." in result.stdout
        else:
            assert "Embedding passages: 0 of 3\n" in result.stderr

    def test_an_emptied_corpus_empties_the_index_when_allowed_to(self, run, corpus, directory):
        """The error names the flag that allows it."""
        run("index")
        shutil.rmtree(corpus)
        corpus.mkdir()
        refused = run("index")
        assert refused.exit_code == 1
        assert f"rag index --allow-empty --index {directory} --corpus {corpus}" in refused.stderr
        assert "deleted 3" in run("index", "--allow-empty", "--dry-run").stdout
        result = run("index", "--allow-empty")
        assert (result.exit_code, "deleted 3" in result.stdout) == (0, True)
        assert "0 articles, 0 passages; all whole" in run("verify").stdout

    def test_a_missing_corpus_fails_with_what_to_do(self, run, tmp_path):
        """The exit code is 1, and the path and the next command are on stderr."""
        result = run("index", "--corpus", tmp_path / "nowhere")
        assert (result.exit_code, result.stdout) == (1, "")
        assert str(tmp_path / "nowhere") in result.stderr
        assert "with --corpus." in result.stderr

    @pytest.mark.parametrize("flags", [(), ("--allow-empty",), ("--rebuild",)])
    def test_a_first_build_that_fails_leaves_nothing(self, run, tmp_path, corpus, directory, flags):
        """No index is begun for a corpus that is missing or holds no article."""
        assert run("index", "--corpus", tmp_path / "missing", *flags).exit_code == 1
        for path in corpus.rglob("*.*"):
            path.rename(path.with_suffix(".jpg"))
        empty = run("index", *flags)
        assert empty.exit_code == (0 if "--allow-empty" in flags else 1)
        assert directory.exists() == ("--allow-empty" in flags)

    def test_a_damaged_index_fails_until_it_is_rebuilt(self, run, directory):
        """The command named in the error is the one that mends it."""
        run("index")
        path = generation_folder(directory, 1) / VECTORS
        path.unlink()
        result = run("index")
        assert result.exit_code == 1
        assert str(path) in result.stderr
        assert f"rag index --rebuild --index {directory}" in result.stderr
        assert run("index", "--rebuild", "--index", directory).exit_code == 0
        assert run("verify").exit_code == 0

    def test_a_flag_goes_before_a_variable(self, run, tmp_path, directory):
        """--corpus and --index take precedence over RAG_CORPUS and RAG_INDEX."""
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "one.txt").write_text("One.")
        result = run("index", "--corpus", tmp_path / "other", "--index", tmp_path / "elsewhere", "--json")
        assert document(result)["articles"]["added"] == ["one"]
        assert (tmp_path / "elsewhere" / "CURRENT").exists()
        assert not directory.exists()

    def test_the_model_and_prompts_reach_the_embedder(self, run, monkeypatch, embedder):
        """Model, prompts and precision are taken from their flags or variables."""
        choices, arguments = [], []
        monkeypatch.setattr(
            "index.models.embedder.choose_precision", lambda *choice: choices.append(choice) or "bfloat16"
        )
        monkeypatch.setattr(
            "index.models.embedder.SentenceTransformerEmbedder",
            lambda *values, in_bulk: arguments.append(values) or embedder,
        )
        monkeypatch.setenv("RAG_MODEL", "model")
        monkeypatch.setenv("RAG_QUERY_PROMPT", "query: ")
        run("index", "--passage-prompt", "passage: ")
        assert choices == [("auto", "model", "query: ", "passage: ", None)]
        assert arguments == [("model", "query: ", "passage: ", "bfloat16")]

    def test_the_precision_of_the_index_is_kept_until_another_is_set(self, run, monkeypatch, embedder):
        """The precision is chosen by the setting and the model of the index, which a rebuild does not look at."""
        choices = []
        monkeypatch.setattr(
            "index.models.embedder.choose_precision",
            lambda setting, name, query_prompt, passage_prompt, earlier: (
                choices.append((setting, earlier)) or "float32"
            ),
        )
        run("index")
        run("index")
        run("index", "--rebuild")
        monkeypatch.setenv("RAG_PRECISION", "float32")
        run("index")
        run("index", "--precision", "bfloat16")
        before = embedder.record
        assert choices == [
            ("auto", None),
            ("auto", before),
            ("auto", None),
            ("float32", before),
            ("bfloat16", before),
        ]
        assert run("index", "--precision", "int4").exit_code == 2

    def test_another_precision_is_said_before_all_is_embedded_again(self, run, embedder):
        """One sentence says so, once."""
        run("index")
        embedder.record = embedder.record.model_copy(update={"precision": "bfloat16"})
        assert "made in float32, and the model now computes in bfloat16" in run("index").stderr
        assert "float32" not in run("index").stderr
        assert "computed in bfloat16" in run("status").stdout


class TestStatus:
    """`rag status`."""

    def test_it_says_what_the_index_holds(self, run, corpus, directory):
        """It shows where the index lies, its counts, its corpus, its model and what was refused."""
        (corpus / "photo.png").write_bytes(b"\x89PNG")
        run("index")
        result = run("status")
        assert result.exit_code == 0
        for part in (directory, "generation 1", corpus, "3 articles in 3 passages", "words", "photo.png"):
            assert str(part) in result.stdout

    def test_json_is_the_manifest(self, run):
        """With --json it is one document with the manifest's keys."""
        run("index")
        manifest = document(run("status", "--json"))
        assert (manifest["generation"], manifest["articles"], manifest["passages"]) == (1, 3, 3)
        assert manifest["model"]["name"] == "words"


class TestVerify:
    """`rag verify`."""

    def test_a_whole_index_passes(self, run):
        """The exit code is 0, and a line says that all is whole."""
        run("index")
        result = run("verify")
        assert result.exit_code == 0
        assert "all whole" in result.stdout

    def test_a_damaged_index_fails(self, run, directory):
        """The exit code is 1, and each damaged file and the command that mends the index are named."""
        run("index")
        path = generation_folder(directory, 1) / VECTORS
        path.write_bytes(b"oops")
        result = run("verify")
        assert result.exit_code == 1
        assert str(path) in result.stdout
        assert f"rag index --rebuild --index {directory}" in result.stdout

    def test_json_is_one_document_either_way(self, run, directory):
        """With --json the report is one document, with the same exit codes, whether or not the index is whole."""
        run("index")
        whole = run("verify", "--json")
        assert (whole.exit_code, document(whole)["whole"], document(whole)["problems"]) == (0, True, [])
        (generation_folder(directory, 1) / VECTORS).unlink()
        damaged = run("verify", "--json")
        assert (damaged.exit_code, document(damaged)["whole"]) == (1, False)
        assert len(document(damaged)["problems"]) == 1


@pytest.mark.parametrize("command", ["status", "verify"])
def test_without_an_index_the_error_says_how_to_make_one(run, directory, command):
    """The exit code is 1, the path and `rag index` are on stderr, and nothing is on stdout."""
    result = run(command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert str(directory) in result.stderr
    assert f"rag index --index {directory}" in result.stderr


@pytest.mark.parametrize("arguments", [("status",), ("verify",), ("index", "--corpus", "/no/where")])
def test_a_failure_with_json_is_one_document_too(run, arguments):
    """With --json a failure is a document with its type, what happened and what to do; the exit code is 1."""
    result = run(*arguments, "--json")
    error = document(result)["error"]
    assert result.exit_code == 1
    assert error.keys() == {"type", "what", "remedy"}
    assert ("--corpus" if "index" in arguments else "rag index --index") in error["remedy"]
    assert error["what"] in result.stderr


@pytest.mark.parametrize("arguments", [("index", "--nonsense"), ("verify", "extra"), ("nonsense",)])
def test_wrong_usage_ends_with_two(run, arguments):
    """Unknown flags, arguments and commands are wrong usage, with exit code 2."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_an_index_knows_its_corpus(run, monkeypatch, corpus):
    """Without --corpus the articles are those the index was made from, never another corpus."""
    run("index")
    monkeypatch.delenv("RAG_CORPUS")
    (corpus / "tower.txt").write_text("The tower is tall.")
    assert "added 1, changed 0, deleted 0, unchanged 3" in run("index").stdout


def test_an_index_that_cannot_say_its_corpus_is_not_filled_from_another(run, monkeypatch, directory):
    """The corpus must be named when the manifest is damaged."""
    run("index")
    monkeypatch.delenv("RAG_CORPUS")
    (generation_folder(directory, 1) / "manifest.json").write_text("{")
    result = run("index", "--rebuild")
    assert result.exit_code == 1
    assert f"rag index --rebuild --index {directory} --corpus DIR" in result.stderr
