"""What all commands share: printing, progress and fault lines."""

import re
import sys

import pytest

from index.console import _pace, fault_lines, note, progress_of, say
from index.types import Refusal


def test_control_characters_of_a_corpus_do_not_reach_the_terminal(capsys):
    """An escape sequence in a quote is printed as its escape, lines and tabs as they are."""
    say("a\x1b]0;title\x07b\tc\nd")
    note("\x9b31m")
    shown = capsys.readouterr()
    assert shown.out == "a\\x1b]0;title\\x07b\tc\nd\n"
    assert shown.err == "\\x9b31m\n"


def test_progress_is_plain_lines_where_there_is_no_terminal(capsys):
    """Each report is a line on stderr, and stdout stays free."""
    with progress_of("Embedding") as progress:
        progress(3, 7)
        progress(7, 7)
    out, err = capsys.readouterr()
    first, last = err.splitlines()
    assert (out, last) == ("", "Embedding: 7 of 7")
    assert re.fullmatch(r"Embedding: 3 of 7, .* a second, 0:00:0\d left", first)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "pace"),
    [
        (256, 10_000, 8.0, ", 32 a second, 0:05:04 left"),
        (1, 3, 2.0, ", 0.5 a second, 0:00:04 left"),
        (5, 5, 2.0, ""),
        (0, 5, 2.0, ""),
        (1, 5, 0.0, ""),
    ],
)
def test_progress_tells_the_rate_and_the_time_left(done, total, seconds, pace):
    """The time left is at the rate so far; at the beginning and the end there is none."""
    assert _pace(done, total, seconds) == pace


def test_progress_is_a_bar_on_a_terminal(capsys, monkeypatch):
    """On a terminal a bar with counts is drawn on stderr."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_of("Embedding") as progress:
        progress(3, 7)
    shown = capsys.readouterr()
    assert "3/7" in shown.err
    assert "━" in shown.err
    assert shown.out == ""


def test_many_files_of_one_reason_are_one_line():
    """Three files are named and the others counted; few files with one reason have a line each."""
    pictures = [Refusal(f"{number}.png", "not supported") for number in range(20)]
    lines = [Refusal("all.jsonl", "it holds no text", line) for line in (3, 9)]
    assert [*fault_lines([*pictures[:1], *lines, *pictures[1:]])] == [
        "0.png, 1.png, 2.png and 17 more: not supported",
        "all.jsonl:3: it holds no text",
        "all.jsonl:9: it holds no text",
    ]
    assert [*fault_lines(pictures[:3])] == [f"{number}.png: not supported" for number in range(3)]
    assert [*fault_lines([])] == []
