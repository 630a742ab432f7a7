"""Keys of people and programs, and what each may do. The server keeps only the hash of a key."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from rag.errors import SettingError

_LINE_FORMAT = "A line is: ask or admin, a name, and the sha256 of the key."


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
        self._keys = keys

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def names(self) -> list[str]:
        """The keys' names, in the order of the file."""
        return [key.name for key in self._keys]

    def find(self, secret: str) -> Key | None:
        """The key whose secret this is, or None; the time that it takes reveals nothing about the keys."""
        digest = hash_of(secret)
        match = None
        for key in self._keys:  # all of them, so that the time does not depend on which one matches
            if hmac.compare_digest(key.digest, digest):
                match = key
        return match


def hash_of(secret: str) -> str:
    """A sha256, in hexadecimal; a slower hash would not protect more, since the secrets made here are random."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def read_keys(path: Path) -> Keyring:
    """The keys of a file: one a line, with blank lines and # comments between.

    Raises:
        SettingError: the file can't be read or holds no key, two keys share a name, or a line, named by its number, is
            wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingError(f"The keys file {path} can't be read ({reason}).", _how_to_make(path)) from error
    keys: dict[str, Key] = {}
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        key = _parse_key(path, number, words)
        if key.name in keys:
            raise SettingError(f'The keys file {path} holds two keys named "{key.name}".', "Give one another name.")
        keys[key.name] = key
    if not keys:
        raise SettingError(f"The keys file {path} holds no key.", _how_to_make(path))
    return Keyring(list(keys.values()))


def add_key(path: Path, name: str, role: Role) -> str:
    """Make a key, add its line to a keys file, and give its secret, which nothing can show again.

    Raises:
        SettingError: the name can't be used or is taken, or the file can't be written.
    """
    secret = secrets.token_urlsafe(32)
    line = Key(name, role, hash_of(secret)).line()
    _parse_key(path, 0, line.split("#")[0].split())
    if path.exists() and name in read_keys(path).names:
        raise SettingError(f'The keys file {path} has a key named "{name}".', "Give this one another name.")
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise SettingError(f"The keys file {path} can't be written ({error.strerror}).", "Name another.") from error
    return secret


def _parse_key(path: Path, number: int, words: list[str]) -> Key:
    """The key of a line; its number is 0 if the line is not in the file yet."""
    roles = {"ask": Role.ASK, "admin": Role.ADMIN}
    match words:
        case [role, name, digest] if role in roles and len(digest) == 64 and set(digest) <= set("0123456789abcdef"):
            return Key(name, roles[role], digest)
    # The message does not quote the line, which may hold a secret by mistake.
    where = f"Line {number} of the keys file {path}" if number else "That name"
    raise SettingError(f"{where} is no key's.", f"{_LINE_FORMAT} {_how_to_make(path)}")


def _how_to_make(path: Path) -> str:
    return f"Make a key: rag key NAME --role ask --keys-file {path}"
