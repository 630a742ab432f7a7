"""How an answer of each form is printed in the terminal."""

import pytest

from index.types import NO_FILTERS
from rag.assistant import Assistant
from rag.console_answer import print_answer
from tests.unit.rag.conftest import SURE, FixedSource, ScriptedReader

TEXTS = {
    "port": "The port of Lenkoran was opened on 12 March 2021. Iran sent no ships.",
    "bridge": "The bridge of Salyan was opened on 5 May 1911. It is 310 metres long.",
    "lake": "Georgia has the longest shore of the lake. Turkey lies on the lake too. Nobody swims there.",
}


@pytest.fixture
def printed(index_of_texts, capsys):
    """The lines on stdout for a question, by a reader that finds the words given."""
    index = index_of_texts(**TEXTS)

    def lines(question: str, *found: str) -> list[str]:
        reader = ScriptedReader(**dict.fromkeys(found, 8.0))
        assistant = Assistant(FixedSource(index), weights=SURE, reader=reader)
        print_answer(assistant.ask(question), assistant, NO_FILTERS)
        return capsys.readouterr().out.splitlines()

    return lines


def test_a_verdict_stands_before_the_quotes(printed):
    """In a line of its own, and no headline stands above it."""
    lines = printed("Was the port of Lenkoran opened in 2021?", "12 March 2021")
    assert lines[0] == "Yes:"
    assert lines[1].startswith("The port of Lenkoran was opened on 12 March 2021. [1]")


def test_a_comparison_stands_below_the_quotes(printed):
    """Each side with the words that count and its citation, then their order, which says that it is computed."""
    lines = printed(
        "What was opened first, the port of Lenkoran or the bridge of Salyan?", "12 March 2021", "5 May 1911"
    )
    first = lines.index("the port of Lenkoran: 12 March 2021 [1]")
    assert lines[first + 1 : first + 3] == [
        "the bridge of Salyan: 5 May 1911 [2]",
        "Earlier: the bridge of Salyan (computed from the quotes, not quoted)",
    ]


def test_each_item_of_a_list_stands_in_a_line(printed):
    """Without a headline or a date; the sources follow."""
    lines = printed("Which countries border the lake?", "Georgia", "Turkey")
    assert sorted(lines[:2]) == [
        "Georgia has the longest shore of the lake. [1]",
        "Turkey lies on the lake too. [2]",
    ]
    assert lines[2] == ""
    assert lines[3].startswith("[1] Georgia has")


def test_other_answers_have_their_headline_first(printed):
    """The words that answer, an empty line, and the quote."""
    lines = printed("When was the bridge of Salyan opened?", "5 May 1911")
    assert lines[:2] == ["5 May 1911", ""]
    assert lines[2].startswith("The bridge of Salyan was opened on 5 May 1911. [1]")
