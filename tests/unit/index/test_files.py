"""Files are replaced whole or not at all, and are identified by their hash."""

import hashlib
import os
from pathlib import Path

import pytest

from index import files
from index.files import open_regular, read_regular, sha256_of, sync, write_whole

STEPS = ["write", "write half", "sync a.new", "replace", "sync folder"]


class Crash(BaseException):
    """The process ends at this instant."""


@pytest.fixture
def crash_at(monkeypatch):
    """Makes one step of a write end in a crash: before it happens or, for "write half", in the middle of it."""
    real_open = Path.open

    def crash(step: str) -> None:
        def broken_open(path: Path, mode: str = "r", *more: object, **named: object):
            if mode == "xb" and step == "write":
                raise Crash
            file = real_open(path, mode, *more, **named)
            if mode == "xb":
                file.write(b"new by")
                file.close()
                raise Crash
            return file

        def broken_replace(path: Path, target: Path) -> None:
            raise Crash

        def broken_sync(path: Path) -> None:
            if step == f"sync {path.name}":
                raise Crash

        if step.startswith("write"):
            monkeypatch.setattr(Path, "open", broken_open)
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


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to], ids=["symbolic", "hard"])
def test_a_link_in_the_place_of_the_partial_file_is_not_followed(folder, make):
    """The file that it leads to stays as it is."""
    other = folder.parent / "other"
    other.write_bytes(b"other bytes")
    make(folder / "a.new", other)
    write_whole(folder / "a", b"bytes")
    assert (other.read_bytes(), (folder / "a").read_bytes()) == (b"other bytes", b"bytes")
    assert [entry.name for entry in folder.iterdir()] == ["a"]
    assert not (folder / "a").is_symlink()


def test_a_link_that_is_made_at_the_last_moment_is_an_error(folder, monkeypatch):
    """Somebody makes it again as soon as it is removed: nothing is written through it."""
    other = folder.parent / "other"
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok: path.symlink_to(other))
    with pytest.raises(FileExistsError):
        write_whole(folder / "a", b"bytes")
    assert not other.exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("mode", ["rb", "ab"])
def test_a_pipe_is_no_file(folder, mode):
    """Opening it does not wait for somebody at its other end."""
    os.mkfifo(folder / "a")
    with pytest.raises(OSError):  # noqa: PT011 (which one depends on whether somebody reads it)
        open_regular(folder / "a", mode)
    with pytest.raises(FileNotFoundError):
        read_regular(folder / "a")


def test_links_are_followed_or_not_as_is_asked(folder):
    """The error names the link."""
    (folder / "a").write_bytes(b"bytes")
    (folder / "link").symlink_to(folder / "a")
    assert read_regular(folder / "link") == b"bytes"
    for mode in ("rb", "ab"):
        with pytest.raises(OSError, match="link is a symbolic link"):
            open_regular(folder / "link", mode, follow_links=False)


def test_files_and_folders_can_be_forced_to_the_disk(folder):
    """Forcing a missing file to the disk is an error of the system."""
    path = folder / "a"
    path.write_bytes(b"bytes")
    sync(path)
    sync(folder)
    with pytest.raises(OSError, match="missing"):
        sync(folder / "missing")


def test_a_hash_is_that_of_the_whole_file(folder, monkeypatch):
    """A file is hashed in pieces, and the hash is that of all its bytes."""
    monkeypatch.setattr(files, "_HASHED_AT_ONCE", 65_537)
    path = folder / "a"
    path.write_bytes(bytes(range(256)) * 5000)
    assert sha256_of(path) == hashlib.sha256(bytes(range(256)) * 5000).hexdigest()
