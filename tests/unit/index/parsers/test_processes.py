"""Parsing in other processes: the same items, and a refusal where a file takes too much."""

import ctypes
import io
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from index.build.build import build_index
from index.engine.local import generations
from index.errors import ParserProcessError, RefusedError, WithdrawnError, WriterBusyError
from index.parsers import jsonl, processes
from index.parsers.processes import begin_parsing, parse_apart
from tests.conftest import REPOSITORY
from tests.unit.index.parsers.files import pdf

bounds_memory = pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not hold to a limit of memory")


def process_id(data):
    yield os.getpid()


def busy(data):
    yield os.getpid()
    while True:
        pass


def meeting(data, folder, count):
    """The processes that are here at once; each waits for the others."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < count:
        pass
    yield os.getpid()


def refusing(data, refusal):
    yield data
    raise refusal


def counting(data, file, count, size):
    """Many large items, with the number of them so far in a file."""
    for number in range(count):
        file.write_text(str(number))
        yield str(number).encode().ljust(size)


def endless(data):
    while True:
        pass


def asleep_in_c(data):
    """Holds Python's lock, so that no signal handler of Python's runs."""
    ctypes.PyDLL(None).sleep(60)
    yield data


def greedy(data):
    yield bytearray(10**9)


def talkative(data):
    while True:
        yield data * 1000


def nested(data):
    yield data
    yield from nested(data)
    nested(data)


def crashing(data):
    yield data
    os.kill(os.getpid(), signal.SIGSEGV)


def defective(data):
    raise KeyError(data)


RSS = b"<rss><channel><item><title>A</title><description>Words.</description></item></channel></rss>"


def is_running(process):
    """Whether it has not ended; one that nobody has waited for yet has."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], stdout=subprocess.PIPE, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def assert_ends(process):
    deadline = time.monotonic() + 30
    while is_running(process):
        assert time.monotonic() < deadline


@pytest.fixture
def fresh():
    """No process has been started."""
    processes._calls.cache_clear()
    yield
    processes._calls.cache_clear()


def assert_works():
    """A parser is called as if nothing had been."""
    assert list(parse_apart(jsonl.parse, b'{"text": "Words."}\n')) == list(jsonl.parse(b'{"text": "Words."}\n'))


def test_several_calls_run_at_once_and_none_in_this_process(fresh, monkeypatch, tmp_path):
    """There are as many processes as cores."""
    monkeypatch.setattr(processes, "available_cores", lambda: 3)
    calls = [begin_parsing(meeting, b"", tmp_path, 3) for _ in range(3)]
    seen = {process for call in calls for process in call.items()}
    assert len(seen) == 3
    assert os.getpid() not in seen


def test_one_call_after_another_is_made_by_one_process(fresh, monkeypatch):
    """It is started once, and ended when there is nothing to do."""
    monkeypatch.setattr(processes, "available_cores", lambda: 1)
    monkeypatch.setattr(processes, "IDLE_SECONDS", 1.0)
    (first,), (second,) = parse_apart(process_id, b""), parse_apart(process_id, b"")
    assert first == second
    assert_ends(first)
    assert_works()


@pytest.mark.parametrize("refusal", [RefusedError("it breaks off"), WithdrawnError("it is empty")])
def test_what_was_read_before_a_refusal_is_given(refusal):
    """Then the refusal is raised, of its own class."""
    items = parse_apart(refusing, b"words", refusal)
    assert next(items) == b"words"
    with pytest.raises(type(refusal), match=str(refusal)):
        next(items)


@pytest.mark.parametrize("parse", [endless, asleep_in_c])
def test_a_call_that_takes_too_long_is_refused(monkeypatch, parse):
    """Its process is ended, whatever it does; larger files have more time."""
    monkeypatch.setattr(processes, "MOST_SECONDS", 0.5)
    monkeypatch.setattr(processes, "SECONDS_PER_MEGABYTE", 1.0)
    with pytest.raises(RefusedError, match="it takes more than 2 seconds to read"):
        list(parse_apart(parse, b" " * 1_000_000))
    assert_works()


@bounds_memory
def test_a_call_that_takes_too_much_memory_is_refused(monkeypatch):
    """The next call in the same process has the same memory as the first."""
    monkeypatch.setattr(processes, "MOST_MEMORY", 500_000_000)
    for _ in range(3):
        with pytest.raises(RefusedError, match="it takes more than 0.5 GB of memory to read"):
            list(parse_apart(greedy, b""))
    assert_works()


def test_a_call_that_gives_too_much_is_refused(monkeypatch):
    """What came before is given."""
    monkeypatch.setattr(processes, "MOST_OUTPUT", 1_000_000)
    items = parse_apart(talkative, b"words")
    assert next(items) == b"words" * 1000
    with pytest.raises(RefusedError, match="what it holds is larger than 1 MB"):
        list(items)


def test_a_call_that_crashes_is_refused():
    """A parser may end its process, and no other."""
    items = parse_apart(crashing, b"words")
    assert next(items) == b"words"
    with pytest.raises(RefusedError, match=r"the program that reads it crashed \(Segmentation fault\)"):
        next(items)
    assert_works()


def test_a_call_nested_too_deep_is_refused():
    """Python's own bound is a refusal."""
    with pytest.raises(RefusedError, match="it is nested too deep"):
        list(parse_apart(nested, b""))


def test_a_defect_of_ours_is_not_hidden():
    """An error that no parser should raise is raised here."""
    with pytest.raises(RuntimeError, match="a parser has a defect(.|\\n)*KeyError: b'words'"):
        list(parse_apart(defective, b"words"))


def test_a_process_that_was_killed_while_idle_is_replaced(fresh, monkeypatch):
    """As the system does for want of memory."""
    monkeypatch.setattr(processes, "available_cores", lambda: 1)
    (killed,) = parse_apart(process_id, b"")
    os.kill(killed, signal.SIGKILL)
    assert_ends(killed)
    (other,) = parse_apart(process_id, b"")
    assert other != killed


@pytest.mark.parametrize(
    ("program", "reason"), [("/nowhere/python", "No such file .*nowhere"), (shutil.which("true"), "it ended at once")]
)
def test_a_process_that_can_not_be_started_is_one_sentence(fresh, monkeypatch, program, reason):
    """Nothing is refused for it; the next call tries again."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", program)
        with pytest.raises(ParserProcessError, match=rf"No process can be started to read files \(.*{reason}.*\)"):
            list(parse_apart(process_id, b""))
    assert_works()


def test_a_call_waits_until_its_items_are_taken(fresh, monkeypatch, tmp_path):
    """However much it gives, little of it is held; all of it comes."""
    monkeypatch.setattr(processes, "MOST_HELD", 1_000_000)
    parsing = begin_parsing(counting, b"", tmp_path / "count", 1000, 100_000)
    items = parsing.items()
    assert next(items)[:1] == b"0"
    deadline = time.monotonic() + 30
    while parsing._size < 1_000_000:
        assert time.monotonic() < deadline
    assert int((tmp_path / "count").read_text()) < 100
    assert len(list(items)) == 999


def test_a_call_whose_items_nobody_wants_is_ended(fresh, monkeypatch, tmp_path):
    """A build that fails leaves no process busy."""
    monkeypatch.setattr(processes, "available_cores", lambda: 1)
    items = parse_apart(counting, b"", tmp_path / "count", 10**9, 100_000)
    next(items)
    items.close()
    assert_works()


def test_a_build_that_can_not_begin_leaves_no_call_waiting(fresh, corpus, directory, embedder, monkeypatch):
    """Not even while its error is kept, as one that is reported is."""
    monkeypatch.setattr(processes, "available_cores", lambda: 1)
    monkeypatch.setattr(processes, "MOST_HELD", 10)
    for name in ("a.jsonl", "b.jsonl"):
        (corpus / name).write_text('{"text": "Words."}\n' * 5)
    with generations.writer_lock(directory), pytest.raises(WriterBusyError) as kept:
        build_index(corpus, directory, embedder)
    assert_works()
    assert kept.value.__traceback__ is not None


def test_a_deep_record_comes_whole(fresh):
    """What Python's own bound allows a parser to make is no reason to refuse the rest of the file."""
    depth = 900
    line = '{"text": "Words.", "tags": ' + "[" * depth + "]" * depth + "}"
    data = "\n".join(['{"text": "First."}', line, '{"text": "Last."}']).encode()
    assert [record.text for record in parse_apart(jsonl.parse, data)] == ["First.", "Words.", "Last."]


@pytest.mark.parametrize("parse", ["process_id", "busy"])
def test_the_processes_end_with_the_one_that_started_them(parse):
    """A build that is killed leaves nothing running, whatever is being parsed."""
    program = (
        "import time\n"
        "from index.parsers.processes import parse_apart\n"
        f"from tests.unit.index.parsers.test_processes import {parse}\n"
        f"print(next(parse_apart({parse}, b'')), flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as parent:
        worker = int(parent.stdout.readline())
        assert is_running(worker)
        parent.kill()
    assert_ends(worker)


def test_a_process_that_nobody_ends_is_ended_by_the_system(tmp_path):
    """Where the process that waits is gone, and Python's lock is held."""
    program = (
        "from index.parsers.worker import Bounds, _limits\n"
        "import re\n"
        "with _limits(Bounds(-9, 10**9, 0)):\n"
        "    re.search('(a|aa)+b', 'a' * 100)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, cwd=tmp_path, timeout=60, check=False)
    assert ended.returncode == -signal.SIGXCPU
    assert list(tmp_path.iterdir()) == []


def with_fonts(count: int) -> bytes:
    """A PDF of some kilobytes whose first page has `count` fonts that map 65,536 characters each, some 16 MB."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf(["words"])))
    characters = DecodedStreamObject()
    characters.set_data(b"1 beginbfrange <0000> <FFFF> <0000> endbfrange")
    names = {"/Type": "/Font", "/Subtype": "/Type0", "/BaseFont": "/F", "/Encoding": "/Identity-H"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
    font[NameObject("/ToUnicode")] = writer._add_object(characters)
    shared = writer._add_object(font)
    fonts = DictionaryObject({NameObject(f"/N{number}"): shared for number in range(count)})
    writer.pages[0]["/Resources"].get_object()[NameObject("/Font")] = fonts
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def long_author() -> bytes:
    """A feed whose author the library searches for an e-mail address in time by the square of its length."""
    item = f"<item><title>A</title><author>{'a.' * 100_000}</author></item>"
    return f"<rss version='2.0'><channel>{item}</channel></rss>".encode()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "before", "hostile", "bound", "reason"),
    [
        pytest.param(
            *("a.pdf", pdf(["words"]), with_fonts(200), ("MOST_MEMORY", 150_000_000), "more than 0.15 GB of memory"),
            marks=bounds_memory,
        ),
        ("a.rss", RSS, long_author(), ("MOST_SECONDS", 4.0), "more than 6 seconds"),
    ],
    ids=["memory", "time"],
)
def test_a_hostile_file_is_refused_and_the_rest_is_indexed(
    corpus, directory, embedder, monkeypatch, name, before, hostile, bound, reason
):
    """The report says why, and what the file held before is kept."""
    (corpus / name).write_bytes(before)
    build_index(corpus, directory, embedder)
    (corpus / name).write_bytes(hostile)
    (corpus / "new.md").write_text("The ferry sails again.")
    monkeypatch.setattr(processes, *bound)
    diff = build_index(corpus, directory, embedder).diff
    assert [(refusal.path, refusal.reason) for refusal in diff.refused] == [(name, f"it takes {reason} to read")]
    assert (diff.added, diff.deleted) == (["new"], [])
