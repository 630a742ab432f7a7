"""A file that did not change is not read again, and what comes of it is as if it had been."""

import json

import pytest

from index.build.build import build_index
from index.corpus import parse_cache as known
from index.corpus.parse_cache import FILES
from index.engine.local.generations import generation_folder, live_number
from index.engine.manifest import Manifest
from index.parsers import PARSERS
from tests.unit.index.build.test_build import contents


@pytest.fixture
def read(monkeypatch) -> list[bytes]:
    """The content of each file that a reader is given."""
    given: list[bytes] = []

    def noting(reader):
        return lambda data: given.append(data) or reader(data)

    for suffix, reader in PARSERS.items():
        monkeypatch.setitem(PARSERS, suffix, noting(reader))
    return given


def test_only_the_file_that_changed_is_read(corpus, built, embedder, read):
    """Of three, the one that was edited; none of them where none was."""
    build_index(corpus, built, embedder)
    assert read == []
    (corpus / "bridge.md").write_text("---\nid: bridge\n---\nThe bridge fell.")
    assert build_index(corpus, built, embedder).diff.changed == ["bridge"]
    assert read == [(corpus / "bridge.md").read_bytes()]


def test_a_first_build_and_a_rebuild_read_everything(corpus, directory, embedder, read):
    """There is nothing to go by; a first build looks for one article before it begins to write."""
    build_index(corpus, directory, embedder)
    assert len(read) == 3 + 1
    build_index(corpus, directory, embedder, rebuild=True)
    assert len(read) == 3 + 1 + 3


def test_a_moved_file_is_read_again(corpus, built, embedder, read):
    """Its name decides its article's path, and its id where it has none."""
    (corpus / "notes" / "kites.txt").rename(corpus / "kites.txt")
    build_index(corpus, built, embedder)
    assert len(read) == 1


@pytest.mark.parametrize("content", [b"\xff", b"---\ntitle: Tea\n---\n", b"---\npublished: 2999-01-01\n---\nTea."])
def test_what_was_refused_or_doubted_is_read_and_told_by_every_build(corpus, built, embedder, read, content):
    """Its reasons are in the report each time."""
    (corpus / "tea.md").write_bytes(content)
    first = build_index(corpus, built, embedder).diff
    read.clear()
    again = build_index(corpus, built, embedder).diff
    assert (again.refused, again.doubted) == (first.refused, first.doubted)
    assert len(again.refused + again.doubted) == 1
    assert read == [content]


def test_other_code_or_packages_read_everything_again(corpus, built, embedder, read, monkeypatch):
    """Another release of a reader may read the same bytes otherwise; once, and nothing is embedded for it."""
    monkeypatch.setattr(known, "_reading", lambda: "other")
    report = build_index(corpus, built, embedder)
    assert (report.generation, report.embedded, len(read)) == (2, 0, 3)
    assert build_index(corpus, built, embedder).generation == 2
    assert len(read) == 3


def test_what_decides_a_reading_is_all_code_for_it(monkeypatch):
    """A package more, or another version of one, makes another reading."""
    parse_cache._parsing_fingerprint.cache_clear()
    before = parse_cache._parsing_fingerprint()
    monkeypatch.setattr("importlib.metadata.distributions", list)
    parse_cache._parsing_fingerprint.cache_clear()
    assert parse_cache._parsing_fingerprint() != before
    parse_cache._parsing_fingerprint.cache_clear()


@pytest.mark.parametrize("module", ["articles", "dates", "ids"])
def test_code_beside_the_readers_counts(monkeypatch, tmp_path, module):
    """What makes ids and days of a record decides what a file becomes too."""
    parse_cache._parsing_fingerprint.cache_clear()
    before = parse_cache._parsing_fingerprint()
    changed = tmp_path / "changed.py"
    changed.write_text("# another")
    monkeypatch.setattr(getattr(known, module), "__file__", str(changed))
    parse_cache._parsing_fingerprint.cache_clear()
    assert parse_cache._parsing_fingerprint() != before
    parse_cache._parsing_fingerprint.cache_clear()


def test_an_index_that_kept_no_files_is_read_anew(corpus, built, embedder, read):
    """As one that was made before they were kept."""
    folder = generation_folder(built, 1)
    (folder / FILES).unlink()
    path = folder / "manifest.json"
    manifest = Manifest.model_validate_json(path.read_bytes())
    files = {name: file for name, file in manifest.files.items() if name != FILES}
    path.write_text(manifest.model_copy(update={"files": files}).sealed().model_dump_json())
    assert len(build_index(corpus, built, embedder).diff.unchanged) == 3
    build_index(corpus, built, embedder)
    assert len(read) == 3


def test_an_id_that_another_file_takes_and_leaves_again(tmp_path, directory, embedder):
    """The second by path, which never changed, is refused with its line; it is an article again when the first goes."""
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


def test_what_is_kept_of_files_is_their_hash_and_their_articles(corpus, built):
    """No text of theirs, which would stay when it is withdrawn."""
    kept = json.loads((generation_folder(built, live_number(built)) / FILES).read_text())["files"]
    assert {name: file["articles"] for name, file in kept.items()} == {
        "bridge.md": [["bridge", None]],
        "harbour.md": [["harbour", None]],
        "notes/kites.txt": [["notes-kites", None]],
    }
    assert all(file.keys() == {"sha256", "articles"} for file in kept.values())


def test_a_file_with_one_bad_line_is_read_by_every_build(corpus, built, embedder, read):
    """The good lines are articles all the same."""
    (corpus / "news.jsonl").write_text('{"id": "one", "text": "Ships."}\nnonsense\n')
    for _ in range(2):
        read.clear()
        plan = build_index(corpus, built, embedder).diff
        assert ([refusal.line for refusal in plan.refused], len(read)) == ([2], 1)
    assert "one" in contents(built)[0]
