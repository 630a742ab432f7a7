"""Keys: made once, kept as hashes, found in constant time, and a file that says where it is wrong."""

import hashlib
import hmac
import re

import pytest

from rag.errors import SettingError
from web.middleware.keys import Key, Keyring, Role, add_key, hash_of, read_keys


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys"


def test_a_made_key_is_found_and_its_file_does_not_hold_it(path):
    """The file has the hash; the key alone opens, with its name and role."""
    key = add_key(path, "reader", Role.ASK)
    other = add_key(path, "ops", Role.ADMIN)
    assert re.fullmatch(r"[\w-]{43}", key)
    assert key not in path.read_text()
    keyring = read_keys(path)
    assert keyring.names == ["reader", "ops"]
    assert keyring.find(key) == Key("reader", Role.ASK, hashlib.sha256(key.encode()).hexdigest())
    assert keyring.find(other).role == Role.ADMIN


@pytest.mark.parametrize("presented", ["", " ", "ключ", "\udcff", "x" * 100_000])
def test_what_is_no_key_finds_none(path, presented):
    """Anything else is refused, whatever its characters."""
    add_key(path, "reader", Role.ASK)
    assert read_keys(path).find(presented) is None
    assert Keyring([]).find(presented) is None


def test_the_hash_itself_is_no_key(path):
    """Who has read the file can't sign in with what it holds."""
    key = add_key(path, "reader", Role.ASK)
    assert read_keys(path).find(hash_of(key)) is None


def test_every_key_is_compared_whichever_it_is(monkeypatch):
    """The first match ends nothing, so that the time tells nothing."""
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or real(*pair))
    keys = [Key(str(number), Role.ASK, hash_of(str(number))) for number in range(5)]
    assert Keyring(keys).find("1").name == "1"
    assert len(compared) == 5


def test_comments_and_blank_lines_are_passed_over(path):
    """A file may say whose the keys are."""
    path.write_text(f"# ours\n\n  ask  reader {hash_of('a')}  # on the laptop\nadmin ops {hash_of('b')}\n")
    assert read_keys(path).names == ["reader", "ops"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "holds no key"),
        ("# none\n", "holds no key"),
        ("ask reader secret\n", "Line 1"),
        (f"ask reader {'A' * 64}\n", "Line 1"),
        (f"# a\n\nroot reader {'a' * 64}\n", "Line 3"),
        (f"ask {'a' * 64}\n", "Line 1"),
        (f"ask a {'a' * 64}\nadmin a {'b' * 64}\n", 'named "a"'),
    ],
)
def test_a_file_that_is_wrong_says_where_and_not_what(path, text, word):
    """One sentence with the line's number and the command, and never the line: it may be a key by mistake."""
    path.write_text(text)
    with pytest.raises(SettingError) as caught:
        read_keys(path)
    assert word in caught.value.what
    assert "secret" not in str(caught.value)


def test_a_file_that_can_t_be_read_is_said(path, tmp_path):
    """Missing, a directory, or not text: each is the operator's sentence, with the command that makes a key."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for wrong in (path, tmp_path, binary):
        with pytest.raises(SettingError, match="can't be read"):
            read_keys(wrong)


@pytest.mark.parametrize("name", ["", "two words", "a#b", "line\nbreak"])
def test_a_name_that_the_file_can_t_hold_is_refused(path, name):
    """Nothing is written."""
    with pytest.raises(SettingError, match="name"):
        add_key(path, name, Role.ASK)
    assert not path.exists()


def test_a_name_is_given_once(path):
    """A second key of one name is refused, and the file stays as it was."""
    add_key(path, "reader", Role.ASK)
    before = path.read_text()
    with pytest.raises(SettingError, match='named "reader"'):
        add_key(path, "reader", Role.ADMIN)
    assert path.read_text() == before


def test_a_file_that_can_t_be_written_is_said(tmp_path):
    """The directory it should be in is not there."""
    with pytest.raises(SettingError, match="can't be written"):
        add_key(tmp_path / "none" / "keys", "reader", Role.ASK)
