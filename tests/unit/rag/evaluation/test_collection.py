"""Reading a collection, and refusing one that is not right."""

import json

import pytest

from rag.errors import CollectionError
from rag.evaluation.collection import read_collection
from tests.unit.rag.conftest import write_collection

TEXT = "It opened in 2021. It cost 40 dollars."
GOLD = {"article_id": "h", "start": 13, "end": 17, "text": "2021"}
RIGHT = {"id": "q1", "question": "When?", "answerable": True, "spans": [GOLD]}


@pytest.fixture
def write(tmp_path):
    return lambda *questions: write_collection(tmp_path / "made", {"h": TEXT}, questions)


def test_a_collection_is_read_with_its_gold(write):
    """Questions come in their order, with their spans and with defaults for what is not given."""
    collection = read_collection(write(RIGHT, {"id": "q2", "question": "Why?", "answerable": False}))
    first, second = collection.questions
    assert collection.name == "made"
    assert first.spans[0].model_dump() == GOLD
    assert (second.answerable, second.spans, second.history, second.language) == (False, [], [], "en")


def test_unknown_keys_and_blank_lines_are_passed_over(write):
    """A collection may carry more than is read here."""
    folder = write({**RIGHT, "annotator": "x"})
    with (folder / "questions.jsonl").open("a") as file:
        file.write("\n  \n")
    assert [question.id for question in read_collection(folder).questions] == ["q1"]


def test_a_line_separator_inside_a_question_does_not_end_its_line(write):
    """U+2028 is a character of a JSON string."""
    folder = write({**RIGHT, "question": "When\u2028was it?"})
    assert read_collection(folder).questions[0].question == "When\u2028was it?"


def test_articles_can_come_from_another_corpus(write, corpus):
    """With a corpus named, its articles are those the gold is checked against."""
    gold = {"article_id": "harbour", "start": 4, "end": 11, "text": "harbour"}
    folder = write({**RIGHT, "spans": [gold]})
    (folder / "articles.jsonl").unlink()
    assert read_collection(folder, corpus).corpus == corpus


@pytest.mark.parametrize("name", ["questions.jsonl", "articles.jsonl"])
def test_a_missing_file_is_refused_by_its_name(write, name):
    """The refusal names the file and the command to run."""
    folder = write(RIGHT)
    (folder / name).unlink()
    with pytest.raises(CollectionError, match=name) as caught:
        read_collection(folder)
    assert "rag eval" in caught.value.remedy


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "the line"),
        ("[]", "the line"),
        ('{"id": "q", "question": "Who?"}', "answerable"),
        ('{"id": "q", "question": 5, "answerable": true}', "question"),
        (json.dumps({**RIGHT, "spans": [{"article_id": "h"}]}), "spans.0.start"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_its_field(write, line, reason):
    """The refusal says which line, and what of it."""
    folder = write(RIGHT)
    with (folder / "questions.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CollectionError, match=f":2: {reason}"):
        read_collection(folder)


@pytest.mark.parametrize(
    "changed",
    [{"start": 12}, {"end": 18}, {"text": "2022"}, {"article_id": "other"}, {"start": 900, "end": 904}],
)
def test_a_span_that_is_not_where_it_says_is_refused(write, changed):
    """Gold that is not the article's text would judge nothing."""
    with pytest.raises(CollectionError, match="question q1: .* is not at"):
        read_collection(write({**RIGHT, "spans": [GOLD | changed]}))


def test_questions_that_are_not_utf_8_are_refused(write):
    """Bytes of another encoding are a file not in its form."""
    folder = write(RIGHT)
    (folder / "questions.jsonl").write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(CollectionError):
        read_collection(folder)


def test_a_collection_without_a_question_is_refused(write):
    """There is nothing to measure in no questions."""
    with pytest.raises(CollectionError):
        read_collection(write())


def test_a_gold_article_that_is_not_there_is_refused(write):
    """A misspelt gold article would count as a miss for ever."""
    with pytest.raises(CollectionError):
        read_collection(write({"id": "q", "question": "Who?", "answerable": True, "gold_articles": ["nobody"]}))


def test_two_questions_of_one_id_are_refused(write):
    """Figures go by a question's id, so two of one id would be judged as one."""
    with pytest.raises(CollectionError):
        read_collection(write(RIGHT, RIGHT))
