"""Keys of people and programs, and what each may do. The server keeps only the hash of a key."""

import hashlib
import hmac
import logging
import os
import re
import secrets
import time
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from index.files import read_regular
from rag.errors import SettingError
from web.addresses import is_loopback
from web.settings import Settings

CHECK_SECONDS = 1.0  # between two looks at whether a keys file has changed
_LINE_FORMAT = "A line is: ask or admin, a name, and the sha256 of the key."
_DIGEST = re.compile(r"[0-9a-f]{64}")
_log = logging.getLogger(__name__)


class Role(IntEnum):
    """What a caller may do; each role may do everything that the roles before it may."""

    ANYONE = 0
    ASK = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its name, its role and its hash, a sha256 in hexadecimal."""

    name: str
    role: Role
    digest: str

    def line(self) -> str:
        """The key as a line of a keys file."""
        return f"{self.role.name.lower()} {self.name} {self.digest}\n"


class Keyring:
    """The keys that a server knows; a server without keys asks for none."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys

    def __bool__(self) -> bool:
        return bool(self.keys)

    @property
    def names(self) -> list[str]:
        """The keys' names, in the order of the file."""
        return [key.name for key in self.keys]

    def find(self, secret: str) -> Key | None:
        """The key whose secret this is, or None; the time that it takes reveals nothing about the keys."""
        digest = hash_of(secret)
        match = None
        for key in self.keys:  # all of them, so that the time does not depend on which one matches
            if hmac.compare_digest(key.digest, digest):
                match = key
        return match


class FileKeyring(Keyring):
    """The keys of a file, which are read again within CHECK_SECONDS after it has changed.

    Where it can't be read then, or is wrong, the keys that were read before stay, and one line in the log says so.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            SettingError: as `read_keys`.
        """
        self._path = path
        self._mark = self._current_mark()  # taken first, so that a change meanwhile is seen at the next look
        self._next_look = time.monotonic() + CHECK_SECONDS
        super().__init__(read_keys(path).keys)

    def find(self, secret: str) -> Key | None:
        """The key whose secret this is in the file as it is now, or None."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + CHECK_SECONDS
            mark = self._current_mark()
            if mark != self._mark:
                self._mark = mark
                self._read_again()
        return super().find(secret)

    def _read_again(self) -> None:
        try:
            self.keys = read_keys(self._path).keys
        except SettingError as error:
            _log.error("the keys that were read before stay: %s", error)
        else:
            _log.info("the keys were read again: %s", ", ".join(self.names))

    def _current_mark(self) -> tuple[int, ...] | None:
        """A value that changes when the file is written to, replaced, or opened to other users; None if missing."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def keyring_of(settings: Settings) -> Keyring:
    """The server's keys.

    Raises:
        SettingError: the keys file is wrong, or there is none although other machines could ask, at the server's own
            address or through a trusted proxy.
    """
    if settings.keys_file is not None:
        return FileKeyring(settings.keys_file)
    is_open = not is_loopback(settings.host)
    if (is_open or settings.proxies()) and not settings.insecure:
        reached = settings.host if is_open else f"the proxy {settings.proxies()[0]}"
        raise SettingError(
            f"Whoever reaches {reached} could ask without a key.",
            "Make one: rag key NAME --keys-file keys, then"
            f" rag serve --host {settings.host} --keys-file keys; or serve without: add --insecure",
        )
    return Keyring([])


def hash_of(secret: str) -> str:
    """A sha256, in hexadecimal; a slower hash would not protect more, since the secrets made here are random."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def read_keys(path: Path) -> Keyring:
    """The keys of a file: one a line, with blank lines and # comments between.

    Raises:
        SettingError: the file can't be read or holds no key, two keys share a name, or a line, named by its number, is
            wrong.
    """
    keys = _parse_file(path)
    if not keys:
        raise SettingError(f"The keys file {path} holds no key.", _how_to_make(path))
    return Keyring(keys)


def add_key(path: Path, name: str, role: Role) -> str:
    """Make a key, add its line to a keys file, and give its secret, which nothing can show again.

    Raises:
        SettingError: the name can't be used or is taken, or the file can't be written, or a line of it is wrong.
    """
    if not _can_be_named(name):
        raise SettingError("A key can't have that name.", "Give it one word, without # and control characters.")
    if path.exists() and name in [key.name for key in _parse_file(path)]:
        raise SettingError(f'The keys file {path} has a key named "{name}".', "Give this one another name.")
    secret = secrets.token_urlsafe(32)
    try:
        _append_line(path, Key(name, role, hash_of(secret)).line())
    except OSError as error:
        raise SettingError(f"The keys file {path} can't be written ({error.strerror}).", "Name another.") from error
    return secret


def _append_line(path: Path, line: str) -> None:
    """Add a line to a file on the disk: all of it or, where the disk refuses, none."""
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        data = b"".join([b"" if file.read(1) in (b"", b"\n") else b"\n", line.encode()])
        try:
            while data:
                data = data[file.write(data) :]
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise


def _parse_file(path: Path) -> list[Key]:
    """The keys of a file, which may be none.

    Raises:
        SettingError: as `read_keys`.
    """
    try:
        lines = read_regular(path).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingError(f"The keys file {path} can't be read ({reason}).", _how_to_make(path)) from error
    keys: dict[str, Key] = {}
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        key = _parse_words(path, number, words)
        if key.name in keys:
            raise SettingError(f'The keys file {path} holds two keys named "{key.name}".', "Give one another name.")
        keys[key.name] = key
    return list(keys.values())


def _parse_words(path: Path, number: int, words: list[str]) -> Key:
    """The key of a line, by its words and its number."""
    roles = {"ask": Role.ASK, "admin": Role.ADMIN}
    match words:
        case [role, name, digest] if role in roles and _can_be_named(name) and _DIGEST.fullmatch(digest):
            return Key(name, roles[role], digest)
    # The message does not quote the line, which may hold a secret by mistake.
    raise SettingError(f"Line {number} of the keys file {path} is no key's.", f"{_LINE_FORMAT} {_how_to_make(path)}")


def _can_be_named(name: str) -> bool:
    """Whether a line of a keys file can hold the name, and a log can show it."""
    is_word = name.split() == [name] and "#" not in name
    return is_word and not any(unicodedata.category(char) in ("Cc", "Cs") for char in name)


def _how_to_make(path: Path) -> str:
    return f"Make a key: rag key NAME --role ask --keys-file {path}"
