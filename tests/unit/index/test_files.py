"""Files are replaced whole or not at all, and are identified by their hash."""

import hashlib
from pathlib import Path

import pytest

from index import files
from index.files import sha256_of, sync, write_whole

STEPS = ["write", "write half", "sync a.new", "replace", "sync folder"]


class Crash(BaseException):
    """The process ends at this instant."""


@pytest.fixture
def crash_at(monkeypatch):
    """Makes one step of a write end in a crash: before it happens or, for "write half", in the middle of it."""
    write_bytes = Path.write_bytes

    def crash(step: str) -> None:
        def broken_write(path: Path, data: bytes) -> None:
            if step == "write half":
                write_bytes(path, data[: len(data) // 2])
            raise Crash

        def broken_replace(path: Path, target: Path) -> None:
            raise Crash

        def broken_sync(path: Path) -> None:
            if step == f"sync {path.name}":
                raise Crash

        if step.startswith("write"):
            monkeypatch.setattr(Path, "write_bytes", broken_write)
        elif step == "replace":
            monkeypatch.setattr(Path, "replace", broken_replace)
        else:
            monkeypatch.setattr(files, "sync", broken_sync)

    return crash


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_leaves_the_old_bytes_or_the_new(folder, crash_at, monkeypatch, step):
    """The old file stays whole until the new one is, and the next write succeeds."""
    path = folder / "a"
    write_whole(path, b"old bytes")
    crash_at(step)
    with pytest.raises(Crash):
        write_whole(path, b"new bytes, and more of them")
    assert path.read_bytes() == (b"new bytes, and more of them" if step == "sync folder" else b"old bytes")
    monkeypatch.undo()
    monkeypatch.setattr(files, "sync", lambda path: None)
    write_whole(path, b"last bytes")
    assert path.read_bytes() == b"last bytes"
    assert [entry.name for entry in folder.iterdir()] == ["a"]


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_leaves_no_half_of_a_first_file(folder, crash_at, step):
    """A file that did not exist is either missing or whole."""
    path = folder / "a"
    crash_at(step)
    with pytest.raises(Crash):
        write_whole(path, b"new bytes")
    assert path.exists() == (step == "sync folder")


def test_the_bytes_reach_the_disk_before_the_name(folder, synced, monkeypatch):
    """The new file is forced to the disk, then it takes the name, then the folder is forced to the disk."""
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda path, target: synced.append("replace") or replace(path, target))
    write_whole(folder / "a", b"bytes")
    assert synced == ["a.new", "replace", "folder"]


def test_the_file_that_is_written_first_can_be_named(folder, synced):
    """`partial` takes the place of the default name, and is gone afterwards."""
    write_whole(folder / "a", b"\xff\0", folder / ".partial")
    assert synced == [".partial", "folder"]
    assert [(entry.name, entry.read_bytes()) for entry in folder.iterdir()] == [("a", b"\xff\0")]


def test_files_and_folders_can_be_forced_to_the_disk(folder):
    """Forcing a missing file to the disk is an error of the system."""
    path = folder / "a"
    path.write_bytes(b"bytes")
    sync(path)
    sync(folder)
    with pytest.raises(OSError, match="missing"):
        sync(folder / "missing")


def test_a_hash_is_that_of_the_whole_file(folder):
    """A file is hashed in pieces, and the hash is that of all its bytes."""
    path = folder / "a"
    path.write_bytes(bytes(range(256)) * 5000)
    assert sha256_of(path) == hashlib.sha256(bytes(range(256)) * 5000).hexdigest()
