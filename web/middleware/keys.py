"""Keys of people and programs, and what each may do. Of a key only its hash is kept."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from rag.errors import SettingError

_FORM = "A line is: ask or admin, a name, and the sha256 of the key."


class Role(IntEnum):
    """What a caller may do; each may do what those before it may."""

    ANYONE = 0
    ASK = 1
    ADMIN = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key by its name, its role and its hash, a sha256 in hexadecimal."""

    name: str
    role: Role
    hashed: str

    def line(self) -> str:
        """The key as a line of a keys file."""
        return f"{self.role.name.lower()} {self.name} {self.hashed}\n"


class Keyring:
    """The keys a server knows; without any, it asks for none."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = keys

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def names(self) -> list[str]:
        """The keys' names, in their order."""
        return [key.name for key in self._keys]

    def find(self, presented: str) -> Key | None:
        """The key that was presented, or None; how long it takes tells nothing of the keys."""
        hashed = hash_of(presented)
        found = None
        for key in self._keys:  # all of them, whichever it is
            if hmac.compare_digest(key.hashed, hashed):
                found = key
        return found


def hash_of(key: str) -> str:
    """A sha256, in hexadecimal; a made key is too random for anything slower to protect it more."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def read_keys(path: Path) -> Keyring:
    """The keys of a file: a line each, with blank lines and # comments between.

    Raises:
        SettingError: it can't be read, holds no key, or a line is none; with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SettingError(f"The keys file {path} can't be read ({reason}).", _make(path)) from error
    numbered = [(number, line.split("#")[0].split()) for number, line in enumerate(lines, 1)]
    keys = [_key(path, number, words) for number, words in numbered if words]
    if not keys:
        raise SettingError(f"The keys file {path} holds no key.", _make(path))
    keyring = Keyring(keys)
    twice = next((name for name in keyring.names if keyring.names.count(name) > 1), None)
    if twice is not None:
        raise SettingError(f'The keys file {path} holds two keys named "{twice}".', "Give one another name.")
    return keyring


def add_key(path: Path, name: str, role: Role) -> str:
    """Make a key, put its line at the end of a keys file, and give the key, which nobody can tell afterwards.

    Raises:
        SettingError: the name is none or taken, or the file can't be written.
    """
    key = secrets.token_urlsafe(32)
    line = Key(name, role, hash_of(key)).line()
    _key(path, 0, line.split("#")[0].split())
    if path.exists() and name in read_keys(path).names:
        raise SettingError(f'The keys file {path} has a key named "{name}".', "Give this one another name.")
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise SettingError(f"The keys file {path} can't be written ({error.strerror}).", "Name another.") from error
    return key


def _key(path: Path, number: int, words: list[str]) -> Key:
    roles = {"ask": Role.ASK, "admin": Role.ADMIN}
    match words:
        case [role, name, hashed] if role in roles and len(hashed) == 64 and set(hashed) <= set("0123456789abcdef"):
            return Key(name, roles[role], hashed)
    # Not what it says: it may be a key by mistake.
    where = f"Line {number} of the keys file {path}" if number else "That name"
    raise SettingError(f"{where} is no key's.", f"{_FORM} {_make(path)}")


def _make(path: Path) -> str:
    return f"Make a key: rag key NAME --role ask --keys-file {path}"
