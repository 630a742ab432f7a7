"""Generations on disk: opened whole or refused with what to do, published at one instant."""

import errno
import json
import os
import shutil
from itertools import count
from pathlib import Path

import pytest

from index.build.build import build_index
from index.build.row_reuse import RowWriter
from index.build.verify import verify_index
from index.engine.local import generations
from index.errors import (
    GenerationDamagedError,
    GenerationForeignError,
    GenerationMissingError,
    RagError,
    StorageError,
    WriterBusyError,
)

REBUILD = "rag index --rebuild --index"
FILES = ["catalog.sqlite", "dense.faiss", "vectors.npy", "lexical/meta.json"]


def live(directory: Path) -> Path:
    return generations.generation_folder(directory, generations.live_number(directory))


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def edit_manifest(directory: Path, **values: object) -> None:
    path = live(directory) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def edit(corpus: Path, words: str) -> None:
    (corpus / "edited.txt").write_text(words)


def refused(directory: Path, error_type: type[RagError]) -> RagError:
    with pytest.raises(error_type) as caught:
        generations.checked_manifest(directory)
    assert str(directory) in caught.value.what
    return caught.value


def test_a_whole_index_opens(built_in_lists):
    """The manifest on the disk is that of what was just built, with its counts."""
    manifest = generations.checked_manifest(built_in_lists)
    assert (manifest.generation, manifest.articles, manifest.passages) == (1, 3, 3)
    assert manifest.model.name == "words"
    assert set(FILES) <= set(manifest.files)


class TestRefusals:
    """Whatever is not a whole index is refused with its path and the next command."""

    def test_no_directory(self, directory):
        """Where nothing exists, the error says how to make an index there."""
        assert f"rag index --index {directory}" in refused(directory, GenerationMissingError).remedy

    def test_an_empty_directory(self, directory):
        """An empty directory holds no index yet, and nothing of another program."""
        directory.mkdir()
        assert f"rag index --index {directory}" in refused(directory, GenerationMissingError).remedy

    def test_foreign_files(self, directory):
        """A directory of other files is not written to."""
        directory.mkdir()
        (directory / "thesis.docx").write_text("mine")
        assert "--index" in refused(directory, GenerationForeignError).remedy

    def test_a_file_in_its_place(self, directory):
        """A file where the index should be is foreign, as it is to a writer."""
        directory.write_text("mine")
        assert "--index" in refused(directory, GenerationForeignError).remedy

    def test_a_lost_current(self, built):
        """Generations without a CURRENT never served: there is no index yet, and rag index makes one."""
        (built / "CURRENT").unlink()
        assert f"rag index --index {built}" in refused(built, GenerationMissingError).remedy

    @pytest.mark.parametrize("content", [b"", b"two", b"\xff\xfe", b"1.0", b"99", b"-1"])
    def test_a_garbled_current(self, built, content):
        """A CURRENT that names no generation is damage."""
        (built / "CURRENT").write_bytes(content)
        assert f"{REBUILD} {built}" in refused(built, GenerationDamagedError).remedy

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"format_version": 3}'])
    def test_a_half_written_manifest(self, built, content):
        """A manifest that is not all there is damage."""
        (live(built) / "manifest.json").write_bytes(content)
        assert f"{REBUILD} {built}" in refused(built, GenerationDamagedError).remedy

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_a_manifest_cut_short(self, built, share):
        """A manifest cut anywhere is damage."""
        path = live(built) / "manifest.json"
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        refused(built, GenerationDamagedError)

    def test_a_lost_manifest(self, built):
        """A generation without its manifest is damage."""
        (live(built) / "manifest.json").unlink()
        assert "manifest.json" in refused(built, GenerationDamagedError).what

    def test_a_lost_generation(self, built):
        """A CURRENT whose generation is gone is damage."""
        shutil.rmtree(live(built))
        assert f"{REBUILD} {built}" in refused(built, GenerationDamagedError).remedy

    @pytest.mark.parametrize("extra", [{}, {"new_key": 1}], ids=["same keys", "new keys"])
    def test_another_format(self, built, extra):
        """Another version of the format is told apart from damage, with both versions."""
        edit_manifest(built, format_version=generations.FORMAT_VERSION + 1, **extra)
        error = refused(built, GenerationForeignError)
        assert "has format 4; this program reads format 3" in error.what
        assert f"{REBUILD} {built}" in error.remedy

    @pytest.mark.parametrize("name", FILES)
    def test_a_lost_file(self, built_in_lists, name):
        """Each file of a generation is needed."""
        (live(built_in_lists) / name).unlink()
        assert f"{live(built_in_lists) / name} is missing" in refused(built_in_lists, GenerationDamagedError).what

    @pytest.mark.parametrize("name", FILES)
    def test_a_file_cut_short(self, built_in_lists, name):
        """A file with a byte less is found by its size."""
        path = live(built_in_lists) / name
        path.write_bytes(path.read_bytes()[:-1])
        assert f"{path} has" in refused(built_in_lists, GenerationDamagedError).what

    @pytest.mark.parametrize("position", [0, -1])
    @pytest.mark.parametrize("name", FILES)
    def test_a_flipped_bit(self, built_in_lists, name, position):
        """One bit of one file is found by its checksum."""
        flip(live(built_in_lists) / name, position)
        error = refused(built_in_lists, GenerationDamagedError)
        assert "checksum" in error.what
        assert f"{REBUILD} {built_in_lists}" in error.remedy

    def test_a_flipped_bit_of_the_manifest(self, built):
        """A manifest that is still JSON but not the one written is found too."""
        path = live(built) / "manifest.json"
        flip(path, path.read_bytes().index(b'"passages": 3') + len(b'"passages": '))
        refused(built, GenerationDamagedError)

    def test_another_precision_than_was_written(self, built):
        """Otherwise passages would be compared with questions embedded in another precision."""
        manifest = json.loads((live(built) / "manifest.json").read_text())
        edit_manifest(built, model=manifest["model"] | {"precision": "bfloat16"})
        assert "not the manifest that was written" in refused(built, GenerationDamagedError).what

    def test_a_file_that_cannot_be_read(self, open_to_all, corpus, embedder, unprivileged):
        """Without permission the error is about the disk, not damage, and names the path."""
        build_index(corpus, open_to_all, embedder)
        (open_to_all / "CURRENT").chmod(0)
        with unprivileged():
            error = refused(open_to_all, StorageError)
        assert "permission" in error.remedy

    def test_a_generation_file_that_cannot_be_read(self, open_to_all, corpus, embedder, unprivileged):
        """The same holds of each file of the generation."""
        build_index(corpus, open_to_all, embedder)
        (live(open_to_all) / "vectors.npy").chmod(0)
        with unprivileged():
            refused(open_to_all, StorageError)


class TestWriting:
    """There is one writer at a time, and whoever opens the index gets the old generation or the new one."""

    def test_a_second_writer_is_refused(self, built, corpus, embedder):
        """While one process holds the lock no other writes, and the live index still answers."""
        before = generations.checked_manifest(built)
        edit(corpus, "New words.")
        with generations.writer_lock(built), pytest.raises(WriterBusyError, match=str(built)):
            build_index(corpus, built, embedder)
        assert generations.checked_manifest(built) == before

    def test_the_lock_is_free_after_a_failure(self, built):
        """A writer that fails releases the lock."""
        with pytest.raises(KeyError), generations.writer_lock(built):
            raise KeyError
        with generations.writer_lock(built):
            assert built.is_dir()

    def test_opening_does_not_wait_for_a_writer(self, built):
        """The index opens while it is being written."""
        with generations.writer_lock(built):
            assert generations.checked_manifest(built).generation == 1

    @pytest.mark.parametrize("is_file", [True, False], ids=["file", "foreign directory"])
    def test_what_is_not_ours_is_never_written(self, directory, corpus, embedder, is_file):
        """A file, or a directory of someone's files, is left exactly as it was, even with rebuild."""
        theirs = directory if is_file else directory / "thesis.docx"
        theirs.parent.mkdir(exist_ok=True)
        theirs.write_text("mine")
        for rebuild in (False, True):
            with pytest.raises(GenerationForeignError, match=str(directory)):
                build_index(corpus, directory, embedder, rebuild=rebuild)
        assert theirs.read_text() == "mine"
        assert list(theirs.parent.glob("*")) == [theirs] or is_file

    def test_leftovers_of_an_interrupted_run_are_removed(self, built, corpus, embedder):
        """A half-written generation is never opened, and is removed when the next one is written."""
        leftover = built / "generations" / "000007.partial"
        (leftover / "lexical").mkdir(parents=True)
        (leftover / "catalog.sqlite").write_text("half")
        (built / "CURRENT.new").write_text("7")
        assert generations.checked_manifest(built).generation == 1
        edit(corpus, "New words.")
        build_index(corpus, built, embedder)
        assert not leftover.exists()
        assert not (built / "CURRENT.new").exists()

    def test_a_leftover_that_cannot_be_removed_stops_no_build(self, built, corpus, embedder, monkeypatch, caplog):
        """It is logged, and every later build works beside it."""
        leftover = built / "generations" / "000002.partial"
        leftover.mkdir()
        remove = shutil.rmtree

        def refusing(path, **options):
            if Path(path) == leftover:
                raise PermissionError("no")
            remove(path, **options)

        monkeypatch.setattr(shutil, "rmtree", refusing)
        for number in (3, 4):
            edit(corpus, f"Words {number}.")
            assert build_index(corpus, built, embedder).generation == number
        assert str(leftover) in caplog.text

    def test_the_live_generation_outlives_one_that_never_went_live(self, built, corpus, embedder):
        """After a kill between the two renames, the next run keeps the generation that was serving."""
        shutil.copytree(live(built), generations.generation_folder(built, 2))
        edit(corpus, "New words.")
        build_index(corpus, built, embedder)
        assert generations.generation_folder(built, 1).is_dir()

    def test_a_number_is_never_used_twice(self, built, corpus, embedder):
        """A finished generation that never went live is not written over."""
        shutil.copytree(live(built), generations.generation_folder(built, 2))
        edit(corpus, "New words.")
        assert build_index(corpus, built, embedder).generation == 3

    def test_all_is_on_the_disk_before_it_is_named(self, built, corpus, embedder, synced, monkeypatch):
        """Every file of a generation is forced to the disk before its folder is renamed, CURRENT last."""
        synced.clear()
        rename, replace = Path.rename, Path.replace
        monkeypatch.setattr(Path, "rename", lambda old, new: (synced.append("renamed"), rename(old, new)))
        monkeypatch.setattr(Path, "replace", lambda old, new: (synced.append("replaced"), replace(old, new)))
        edit(corpus, "New words.")
        build_index(corpus, built, embedder)
        before = set(synced[: synced.index("renamed")])
        assert {Path(name).name for name in generations.checked_manifest(built).files} <= before
        assert {"manifest.json", "lexical", "000002.partial"} <= before
        assert synced[synced.index("renamed") :] == [
            "renamed",
            "generations",
            "CURRENT.new",
            "replaced",
            built.name,
        ]

    def test_every_file_of_a_generation_has_its_checksum(self, built):
        """Whatever lies in a generation is in its manifest, but the manifest itself and locks."""
        folder = live(built)
        paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
        files = {path.relative_to(folder).as_posix() for path in paths}
        assert files - {"manifest.json"} == set(generations.checked_manifest(built).files)

    def test_a_disk_that_refuses_is_an_error_with_the_path(self, open_to_all, corpus, embedder, unprivileged):
        """Without permission to write, the error names the directory and the live index stays."""
        build_index(corpus, open_to_all, embedder)
        with unprivileged(), pytest.raises(StorageError, match=str(open_to_all)):
            build_index(corpus, open_to_all, embedder)
        assert generations.checked_manifest(open_to_all).generation == 1


STEPS = [
    (generations, "sync"),
    (Path, "mkdir"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "write_text"),
    (Path, "write_bytes"),
    (RowWriter, "write"),
]


@pytest.mark.parametrize(("owner", "step"), STEPS, ids=lambda name: getattr(name, "__name__", name))
def test_a_disk_that_refuses_any_step_leaves_a_whole_index(built_in_lists, corpus, embedder, monkeypatch, owner, step):
    """At every call of it the error names the index and why, nothing half-written stays, and the next run works."""
    edit(corpus, "New words.")
    real, messages, generation = getattr(owner, step), [], None
    while generation is None:
        with monkeypatch.context() as patch:
            patch.setattr(owner, step, refusing_at(len(messages), real))
            try:
                generation = build_index(corpus, built_in_lists, embedder).generation
            except StorageError as error:
                messages.append(error.what)
        assert verify_index(built_in_lists).problems == []
        names = sorted(path.name for path in (built_in_lists / "generations").iterdir())
        assert names in (["000001"], ["000001", f"{generations.live_number(built_in_lists):06d}"])
    assert messages
    assert all(f"{built_in_lists} can't be written (Input/output error)" in message for message in messages)


def refusing_at(number: int, step):
    """The step, which the disk refuses at the call of that number, counted from 0."""
    calls = count()

    def call(*arguments, **options):
        if next(calls) == number:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return step(*arguments, **options)

    return call


class FailingEmbedder:
    """Fails at the n-th call, as it would with a full memory or a lost model file."""

    def __init__(self, embedder, calls: int) -> None:
        self.record, self._embedder, self._calls_left = embedder.record, embedder, calls

    def embed_passages(self, texts):
        self._calls_left -= 1
        if self._calls_left < 0:
            raise MemoryError
        return self._embedder.embed_passages(texts)

    def embed_query(self, text):
        return self._embedder.embed_query(text)


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_failure_in_the_middle_leaves_the_live_generation(built, corpus, embedder, monkeypatch, calls):
    """An embedder that fails leaves the old index serving and nothing half-written; the next run finishes."""
    monkeypatch.setattr("index.build.row_reuse.CHUNK", 1)
    before = generations.checked_manifest(built)
    for number in range(4):
        (corpus / f"new{number}.txt").write_text(f"New words number {number}.")
    with pytest.raises(MemoryError):
        build_index(corpus, built, FailingEmbedder(embedder, calls))
    assert generations.checked_manifest(built) == before
    assert [path.name for path in (built / "generations").iterdir()] == ["000001"]
    report = build_index(corpus, built, embedder)
    assert (report.generation, len(report.diff.added)) == (2, 4)
    assert generations.checked_manifest(built).articles == 7
