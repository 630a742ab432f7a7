"""What every command shares."""

import sys

from index.console import note, progress_of, say


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
    assert capsys.readouterr() == ("", "Embedding: 3 of 7\n")


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
