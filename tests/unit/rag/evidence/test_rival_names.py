"""Names that can't both be right."""

import pytest

from rag.evidence.rival_names import rival_names
from rag.question.answer_type import AnswerType
from tests.unit.rag.conftest import article_of, evidence_of

WHO = "Who is the director of the harbour office?"


def named(name, sentence, person, score=1.0, **features):
    return evidence_of(article_of(sentence, name), sentence, score, person, **features)


def rivals(*evidence, question=WHO, answer_type=AnswerType.NAME, **published):
    return [item.passage.article_id for item in rival_names(evidence, question, answer_type, published.get)]


ROSA = named("a", "The director of the harbour office is Rosa Vega.", "Rosa Vega", 2.0)
TOM = named("b", "The director of the harbour office is Tom Brook.", "Tom Brook")
TOM_TOO = named("c", "Tom Brook, director of the harbour office, opened the fair in May for all.", "Tom Brook")
ANA = named("d", "Ana Diaz, director of the harbour office, spoke of fish and of other things.", "Ana Diaz")


def test_two_holders_of_one_role_differ_and_come_newest_first():
    """After the best; of several that agree only the newest."""
    assert rivals(ROSA, TOM, b="2020-01-01") == ["a", "b"]
    assert rivals(ROSA, TOM, TOM_TOO, ANA, b="2020-01-01", c="2022-01-01", d="2021-01-01") == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("question", "sentence", "times", "differ"),
    [
        ("Who opened the fair?", "The fair was opened by {} in Lenkoran{}.", (" in 2019", " in 2019"), True),
        ("Who won the marathon?", "{} won the marathon{}.", (" in 2019", " in 2019"), True),
        ("Who won the marathon?", "{} won the marathon{}.", (" in 2019", " in 2020"), False),
        ("Who won the marathon?", "{} won the marathon{}.", ("", " in 2020"), False),
        ("Who won the marathon?", "{} won the marathon{}.", ("", ""), False),
        ("Who visited the castle?", "{} visited the castle{}.", ("", ""), False),
        ("Who visited the castle?", "{} visited the castle{}.", (" in 2019", " in 2019"), False),
        (WHO, "{} is the director of the harbour office{}.", (" in 2019", " in 2020"), False),
        ("Who was the mayor of Ganja?", "{} was the mayor of Ganja{}.", ("", ""), False),
        ("Who was the mayor of Ganja?", "{} was the mayor of Ganja{}.", (" in 2019", " in 2019"), True),
    ],
)
def test_names_differ_only_where_both_can_not_be_right(question, sentence, times, differ):
    """One wins at a time, and holds a role at a time; several visit one castle."""
    people = ("a", "Rosa Vega"), ("b", "Tom Brook")
    told = [named(name, sentence.format(who, time), who) for (name, who), time in zip(people, times, strict=True)]
    assert bool(rivals(*told, question=question)) is differ


@pytest.mark.parametrize(
    "other",
    [
        named("b", "The director of the harbour office is Dr Vega.", "Dr Vega"),
        named("a", "The director of the harbour office is Tom Brook.", "Tom Brook"),
        named("b", "The director of the tea house is Tom Brook, who came with many others.", "Tom Brook"),
        named("b", "The director of the harbour office is Tom Brook.", "Tom Brook", -1.1),
        named("b", "The director of the harbour office is Tom Brook.", "Tom Brook", reader=-0.1),
        named("b", "The director of the harbour office is a man.", "a man"),
        named("b", "The director of the harbour office is Tom Brook.", "Tom Brook", names_missing=1.0),
    ],
)
def test_other_sentences_do_not_differ(other):
    """The same person, the same article, another role, a weaker sentence, an unsure reader, or no name."""
    assert rivals(ROSA, other) == []


def test_only_questions_for_names_compare_them():
    """A time is compared elsewhere."""
    assert rivals(ROSA, TOM, answer_type=AnswerType.TIME) == rivals() == []
