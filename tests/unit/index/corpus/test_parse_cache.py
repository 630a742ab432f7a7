"""An unchanged file is not parsed again, and its articles are the same as if it had been."""

import json
import shutil
from pathlib import Path

import pytest

from index.build.build import build_index
from index.corpus import articles, parse_cache
from index.corpus.parse_cache import FILES
from index.engine.local.generations import generation_folder, live_number
from index.engine.manifest import Manifest
from index.parsers.processes import begin_parsing
from tests.unit.index.build.test_build import contents


@pytest.fixture
def parsed(monkeypatch) -> list[bytes]:
    """The content of each file that a parser is called with."""
    contents: list[bytes] = []

    def recording(parse, data):
        contents.append(data)
        return begin_parsing(parse, data)

    monkeypatch.setattr(articles, "begin_parsing", recording)
    return contents


def test_only_the_file_that_changed_is_parsed(corpus, built, embedder, parsed):
    """Of three files only the edited one is parsed, and none where none was edited."""
    build_index(corpus, built, embedder)
    assert parsed == []
    (corpus / "bridge.md").write_text("---\nid: bridge\n---\nThe bridge fell.")
    assert build_index(corpus, built, embedder).diff.changed == ["bridge"]
    assert parsed == [(corpus / "bridge.md").read_bytes()]


def test_a_first_build_and_a_rebuild_parse_everything(corpus, directory, embedder, parsed):
    """Neither has a cache, and each parses every file once."""
    build_index(corpus, directory, embedder)
    assert len(parsed) == 3
    build_index(corpus, directory, embedder, rebuild=True)
    assert len(parsed) == 3 + 3


def test_a_moved_file_is_parsed_again(corpus, built, embedder, parsed):
    """The name of a file decides its article's path, and the id where the article states none."""
    (corpus / "notes" / "kites.txt").rename(corpus / "kites.txt")
    build_index(corpus, built, embedder)
    assert len(parsed) == 1


@pytest.mark.parametrize("content", [b"\xff", b"---\ntitle: Tea\n---\n", b"---\npublished: 2999-01-01\n---\nTea."])
def test_a_refused_or_doubted_file_is_parsed_and_reported_by_every_build(corpus, built, embedder, parsed, content):
    """The reasons are in the report of each build."""
    (corpus / "tea.md").write_bytes(content)
    first = build_index(corpus, built, embedder).diff
    parsed.clear()
    again = build_index(corpus, built, embedder).diff
    assert (again.refused, again.doubted) == (first.refused, first.doubted)
    assert len(again.refused + again.doubted) == 1
    assert parsed == [content]


def test_other_code_or_packages_parse_everything_again(corpus, built, embedder, parsed, monkeypatch):
    """Another release of a parser may read the same bytes differently, so all is parsed once, and nothing embedded."""
    monkeypatch.setattr(parse_cache, "_parsing_fingerprint", lambda: "other")
    report = build_index(corpus, built, embedder)
    assert (report.generation, report.embedded, len(parsed)) == (2, 0, 3)
    assert build_index(corpus, built, embedder).generation == 2
    assert len(parsed) == 3


@pytest.fixture
def fingerprint():
    """Computes the fingerprint of the parsing code and packages as they are now."""

    def compute() -> str:
        parse_cache._parsing_fingerprint.cache_clear()
        return parse_cache._parsing_fingerprint()

    yield compute
    parse_cache._parsing_fingerprint.cache_clear()


@pytest.fixture
def room_copy(monkeypatch, tmp_path) -> Path:
    """A copy of the index room's code, from which the fingerprint is computed."""
    room = shutil.copytree(Path(parse_cache.__file__).parents[1], tmp_path / "index")
    monkeypatch.setattr(parse_cache, "__file__", str(room / "corpus" / "parse_cache.py"))
    return room


def test_the_packages_count_for_the_fingerprint(monkeypatch, fingerprint):
    """One package more or less changes the fingerprint."""
    before = fingerprint()
    monkeypatch.setattr("importlib.metadata.distributions", list)
    assert fingerprint() != before


@pytest.mark.parametrize(
    "module",
    [
        "corpus/articles.py",
        "corpus/ids.py",
        "corpus/records.py",
        "dates.py",
        "languages.py",
        "parsers/html.py",
        "parsers/__init__.py",
        "types.py",
    ],
)
def test_the_code_that_makes_articles_counts_for_the_fingerprint(room_copy, fingerprint, module):
    """A change in a parser, or in what makes ids and dates of its records, changes the fingerprint."""
    before = fingerprint()
    with (room_copy / module).open("a") as file:
        file.write("# changed")
    assert fingerprint() != before


def test_code_that_makes_no_articles_does_not_count_for_the_fingerprint(room_copy, fingerprint):
    """A change in an engine leaves the cache as it is."""
    before = fingerprint()
    (room_copy / "engine" / "local" / "dense.py").write_text("# changed")
    assert fingerprint() == before


def test_an_index_without_a_cache_is_parsed_anew(corpus, built, embedder, parsed):
    """An index made before there was a cache works, and gets one with the next build."""
    folder = generation_folder(built, 1)
    (folder / FILES).unlink()
    path = folder / "manifest.json"
    manifest = Manifest.model_validate_json(path.read_bytes())
    files = {name: file for name, file in manifest.files.items() if name != FILES}
    path.write_text(manifest.model_copy(update={"files": files}).sealed().model_dump_json())
    assert len(build_index(corpus, built, embedder).diff.unchanged) == 3
    build_index(corpus, built, embedder)
    assert len(parsed) == 3


def test_an_id_that_another_file_takes_and_leaves_again(tmp_path, directory, embedder):
    """The unchanged second file's record is refused with its line, and is an article again when the first file goes."""
    corpus = tmp_path / "two"
    corpus.mkdir()
    (corpus / "b.jsonl").write_text('{"id": "zero", "text": "Nothing."}\n{"id": "one", "text": "Ships."}\n')
    build_index(corpus, directory, embedder)
    (corpus / "a.md").write_text("---\nid: one\n---\nTea.")
    (refusal,) = build_index(corpus, directory, embedder).diff.refused
    assert (refusal.path, refusal.line) == ("b.jsonl", 2)
    assert contents(directory)[0]["one"].text == "Tea."
    (corpus / "a.md").unlink()
    assert build_index(corpus, directory, embedder).diff.refused == []
    assert contents(directory)[0]["one"].text == "Ships."


def test_the_cache_holds_hashes_and_ids_only(corpus, built):
    """It holds no text, which would stay on the disk after the article is withdrawn."""
    files = json.loads((generation_folder(built, live_number(built)) / FILES).read_text())["files"]
    assert {name: file["articles"] for name, file in files.items()} == {
        "bridge.md": [["bridge", None]],
        "harbour.md": [["harbour", None]],
        "notes/kites.txt": [["notes-kites", None]],
    }
    assert all(file.keys() == {"sha256", "articles"} for file in files.values())


def test_a_file_with_one_bad_line_is_parsed_by_every_build(corpus, built, embedder, parsed):
    """The bad line is reported each time, and the good lines are articles."""
    (corpus / "news.jsonl").write_text('{"id": "one", "text": "Ships."}\nnonsense\n')
    for _ in range(2):
        parsed.clear()
        diff = build_index(corpus, built, embedder).diff
        assert ([refusal.line for refusal in diff.refused], len(parsed)) == ([2], 1)
    assert "one" in contents(built)[0]
