"""Keys: made once, kept as hashes, found in constant time, and a file that says where it is wrong."""

import hashlib
import hmac
import os
import re
import subprocess
import sys

import pytest

from rag.errors import SettingError
from tests.conftest import REPOSITORY
from web.middleware import keys
from web.middleware.keys import FileKeyring, Key, Keyring, Role, add_key, hash_of, read_keys

# Adds a key where no file may grow beyond a size, as on a full disk: what fits is written, and then the system refuses.
ADD_KEY_WITH_LIMIT = """
import resource, sys
from pathlib import Path
from rag.errors import SettingError
from web.middleware.keys import Role, add_key
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    add_key(Path(sys.argv[1]), "second", Role.ASK)
except SettingError as error:
    print(error)
"""


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
    five = [Key(str(number), Role.ASK, hash_of(str(number))) for number in range(5)]
    assert Keyring(five).find("1").name == "1"
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


@pytest.mark.parametrize(
    "name", ["", "two words", "a#b", "line\nbreak", "a\x1b[2Jb", "a\x00", "a\x7f", "a\u2028b", "\udcff"]
)
def test_a_name_that_the_file_can_t_hold_is_refused(path, name):
    """Nothing is written."""
    with pytest.raises(SettingError, match="name"):
        add_key(path, name, Role.ASK)
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "\n", "# none yet", "# none yet\n\n"])
def test_a_file_without_keys_takes_its_first(path, text):
    """What the error about such a file says to do is what helps."""
    path.write_text(text)
    with pytest.raises(SettingError, match=f"Make a key: rag key NAME --role ask --keys-file {path}"):
        read_keys(path)
    key = add_key(path, "laptop", Role.ASK)
    assert read_keys(path).find(key).name == "laptop"
    assert path.read_text().startswith(text)


def test_a_key_gets_a_line_of_its_own(path):
    """Also after a last line that an editor left without its end."""
    line = f"ask first {hash_of('a')}"
    path.write_text(line)
    add_key(path, "second", Role.ADMIN)
    assert read_keys(path).names == ["first", "second"]
    assert path.read_text().splitlines()[0] == line


def test_a_name_of_another_script_is_one(path):
    """Persian joins letters with a character of its own, which is no control character."""
    add_key(path, "\u0645\u06cc\u200c\u0631\u0648\u062f", Role.ASK)
    assert len(read_keys(path).names) == 1


@pytest.mark.parametrize("left", [0, 1, 40])
def test_a_full_disk_leaves_no_half_of_a_line(path, left):
    """The file is as it was, whole lines only, and the error is one sentence."""
    before = f"# ours\nask first {hash_of('a')}"
    path.write_text(before)
    program = [sys.executable, "-c", ADD_KEY_WITH_LIMIT, str(path), str(len(before) + left)]
    done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"The keys file {path} can't be written (File too large). Name another.\n"
    assert path.read_text() == before


@pytest.mark.timeout(60)
def test_a_pipe_is_no_keys_file(path):
    """Reading it would wait for ever."""
    os.mkfifo(path)
    for act in (read_keys, lambda path: add_key(path, "laptop", Role.ASK)):
        with pytest.raises(SettingError, match="can't be read .*pipe"):
            act(path)


class TestFileKeyring:
    """A server's keys, which follow their file."""

    @pytest.fixture
    def keyring(self, path, monkeypatch):
        """The keys of a file with one key, "first", looked at without a pause."""
        monkeypatch.setattr("web.middleware.keys.CHECK_SECONDS", 0)
        path.write_text(f"ask first {hash_of('a')}\n")
        return FileKeyring(path)

    def test_a_key_that_is_added_or_taken_back_counts(self, keyring, path):
        """Nobody starts the server again."""
        key = add_key(path, "second", Role.ADMIN)
        assert [keyring.find(secret).name for secret in ("a", key)] == ["first", "second"]
        path.write_text(path.read_text().splitlines()[1])
        assert keyring.find("a") is None
        assert keyring.find(key).name == "second"

    def test_a_file_that_is_replaced_counts(self, keyring, path):
        """As an editor does it, even by one as long and as old as the one before."""
        other = path.with_name("other")
        other.write_text(f"ask other {hash_of('b')}\n")
        os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
        other.replace(path)
        assert keyring.find("a") is None
        assert keyring.find("b").name == "other"

    @pytest.mark.parametrize("text", ["", "no key", "\xff", None])
    def test_a_file_that_is_wrong_changes_nothing_and_is_logged_once(self, keyring, path, text, caplog):
        """The keys of before count until the file is right again."""
        path.unlink()
        if text is not None:
            path.write_bytes(text.encode("latin-1"))
        for _ in range(3):
            assert keyring.find("a").name == "first"
        assert [record.message.count("keys that were read before stay: ") for record in caplog.records] == [1]
        path.write_text(f"ask new {hash_of('b')}\n")
        assert keyring.find("a") is None
        assert keyring.find("b").name == "new"

    def test_it_looks_at_its_file_once_a_second(self, path, monkeypatch):
        """However many requests there are."""
        path.write_text(f"ask first {hash_of('a')}\n")
        looks, now = [], [100.0]
        monkeypatch.setattr(keys.time, "monotonic", lambda: now[0])
        keyring = FileKeyring(path)
        monkeypatch.setattr(keyring, "_current_mark", lambda: looks.append(1))
        for seconds in (0.0, 0.5, 0.4, 0.2, 0.9, 0.2):
            now[0] += seconds
            keyring.find("a")
        assert len(looks) == 2

    def test_it_opens_no_more_than_a_file_would(self, path):
        """A file that is wrong at the start is an error."""
        with pytest.raises(SettingError, match="can't be read"):
            FileKeyring(path)


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
