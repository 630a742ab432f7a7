"""The first question, from the command line to the words in the article."""

import json
from pathlib import Path

import pytest

from index.engine.local.local_index import LocalIndex
from tests.integration.conftest import Rag

pytestmark = pytest.mark.slow


def test_the_first_question_is_answered_with_its_date(rag: Rag, real_index: Path) -> None:
    """`rag ask` quotes the date of the visit, and the citation's offsets are those very words."""
    done = rag("ask", "When did Heydar Aliyev visit Pakistan?", "--index", real_index, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["answered"]
    best = answer["citations"][0]
    assert "10 April 1996" in best["quote"]
    article = LocalIndex.open(real_index).article(best["article_id"])
    assert article is not None
    assert article.text[best["start"] : best["end"]] == best["quote"]


def test_what_the_corpus_does_not_hold_is_declined(rag: Rag, real_index: Path) -> None:
    """A question about something else is declined with exit code 0, no citations, and the nearest passages."""
    done = rag("ask", "Who won the 2014 World Cup?", "--index", real_index, "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["answered"], answer["citations"]) == (0, False, [])
    assert answer["passages"]


def test_one_article_alone_answers_it_too(rag: Rag, tmp_path: Path) -> None:
    """A corpus of one plain text file that tells of the visit answers the question from that file."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "visit.txt").write_text(
        "Lahore and Baku are twins, a visitor writes, and tea tastes alike in both. Ties between the two"
        " states rest on what the late Heydar Aliyev began.\n"
        "The records say that President Heydar Aliyev came to Pakistan on a visit on April 10, 1996, and that"
        " it changed much. He said then that the country felt like a second home.\n"
        "In May a naval ship called at Karachi. Exercises of the three armies take place every year.\n",
        encoding="utf-8",
    )
    index = tmp_path / "index"
    assert rag("index", "--corpus", tmp_path / "corpus", "--index", index).returncode == 0
    done = rag("ask", "When did Heydar Aliyev visit Pakistan?", "--index", index, "--json")
    answer = json.loads(done.stdout)
    assert answer["answered"]
    assert "April 10, 1996" in answer["citations"][0]["quote"]


def test_a_person_reads_the_answer_on_the_terminal(rag: Rag, real_index: Path) -> None:
    """Without --json the answer is printed with its marks, and each source under its number."""
    done = rag("ask", "When did Heydar Aliyev visit Pakistan?", "--index", real_index)
    assert "10 April 1996" in done.stdout.splitlines()[0]
    assert "[1] " in done.stdout
    assert "confidence" in done.stderr
