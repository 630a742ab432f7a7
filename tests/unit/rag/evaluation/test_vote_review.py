"""Votes made into an evaluation collection, and `rag feedback`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import web.cli
from index.types import Filters
from rag.evaluation.collection import read_collection
from rag.evaluation.vote_review import review_votes

FILTERED = {"filters": Filters(published_from="2024-01-01", language="en")}
QUESTION = "When was the harbour of Lenkoran opened?"


def test_quotes_voted_up_become_gold(index, vote):
    """A question with the spans its answer quoted, to the character."""
    found = review_votes([vote], index.article)
    (question,) = found.questions
    assert (question.question, question.answerable, found.open_votes) == (QUESTION, True, [])
    assert [(span.article_id, span.start, span.end) for span in question.spans] == sorted(
        (span.article_id, span.start, span.end) for span in vote.citations
    )
    assert all(index.article(s.article_id).text[s.start : s.end] == s.text for s in question.spans)


def test_votes_on_one_question_are_one_question(index, vote):
    """Whoever gave them: its gold is all that was quoted, once; another history is another question."""
    first = vote.citations[0]
    more = replace(vote, answer_id="b", citations=(first, replace(first, end=first.end - 5)))
    found = review_votes([vote, more, replace(vote, history=("Who?",))], index.article)
    assert [len(question.spans) for question in found.questions] == [len(vote.citations) + 1, len(vote.citations)]
    assert len({question.id for question in found.questions}) == 2


OPEN = [
    ({"verdict": "down"}, "voted down"),
    ({"answered": False, "citations": ()}, "declined"),
    ({"verdict": "down", "answered": False, "citations": ()}, "declined"),
    ({"citations": ()}, "no quote"),
    (FILTERED, "asked of some articles only"),
]


@pytest.mark.parametrize(("changed", "reason"), OPEN)
def test_a_vote_that_gives_no_gold_is_left_to_a_person(index, vote, changed, reason):
    """With the reason, and no question is made of it."""
    found = review_votes([replace(vote, **changed)], index.article)
    assert found.questions == []
    assert found.open_votes[0].reason.startswith(reason)


STALE = [{"version": "0" * 12}, {"article_id": "none"}, {"end": 10**6}, {"start": 5, "end": 5}]


@pytest.mark.parametrize("changed", STALE, ids=str)
def test_a_quote_that_is_no_longer_there_is_no_gold(index, vote, changed):
    """Another version, another article, or a place outside the text; what still holds is kept."""
    stale = replace(vote.citations[0], **changed)
    assert review_votes([replace(vote, citations=(stale,))], index.article).open_votes[0].reason.startswith("no quote")
    found = review_votes([replace(vote, citations=(stale, vote.citations[0]))], index.article)
    assert len(found.questions[0].spans) == 1


def run(*words):
    return CliRunner().invoke(web.cli.app, ["feedback", *map(str, words)])


@pytest.fixture
def openable(monkeypatch, index):
    """The command opens `index`, whose model is no real one."""
    monkeypatch.setattr("index.engine.local.local_index.LocalIndex.open", lambda directory, *_: index)


def test_the_command_writes_a_collection_that_eval_reads(openable, index, store, vote, built, tmp_path):
    """questions.jsonl is read with the corpus, and what is left open lies beside it."""
    store.add(vote)
    store.add(replace(vote, verdict="down", answer_id="b", comment="\x1b[31mNo."))
    out = tmp_path / "out"
    done = run("--index", built, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"rag eval {out} --corpus {index.manifest.corpus}" in done.stderr
    assert "\x1b" not in done.stdout
    (question,) = read_collection(out, Path(index.manifest.corpus)).questions
    assert question.question == QUESTION
    (left,) = (out / "unjudged.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(left)["verdict"] == "down"


def test_the_command_gives_one_json_document(openable, store, vote, built):
    """Votes, questions and what is left open."""
    store.add(vote)
    document = json.loads(run("--index", built, "--json").stdout)
    assert [len(document[name]) for name in ("votes", "questions", "unjudged")] == [1, 1, 0]


def test_a_folder_that_can_t_be_written_is_one_sentence(openable, store, vote, built, tmp_path):
    """It exits with 1 and names --out."""
    store.add(vote)
    (tmp_path / "file").write_text("")
    done = run("--index", built, "--out", tmp_path / "file")
    assert done.exit_code == 1
    assert "--out" in done.stderr
