"""What a follow-up means."""

import pytest

from rag.conversation import interpret

BEFORE = "When was the harbour of Lenkoran opened?"


@pytest.mark.parametrize(
    "question",
    [
        "How many dollars did it cost the whole country?",
        "Which captain was the first to bring his ship with tea?",
        "What did THEY build in the years that came after?",
        "And the cost?",
        "Who?",
    ],
)
def test_a_question_that_points_back_is_searched_with_the_one_before(question):
    """A pronoun, or too few words to stand alone, brings in the question before."""
    assert interpret(question, [BEFORE]) == f"{BEFORE} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How many metres does the Kura bridge measure?",
        "What is the name of the school that was built in Rara?",
        "Which one of the two harbours froze this winter?",
        "Who is Ilham Aliyev?",
    ],
)
def test_a_question_that_stands_alone_is_searched_as_it_is(question):
    """A whole question without a pronoun, or a short one that names somebody, is not mixed with the one before."""
    assert interpret(question, [BEFORE]) == question


@pytest.mark.parametrize("question", ["What did it cost?", "Who?"])
def test_without_a_question_before_nothing_is_added(question):
    """The first question of a conversation means what it says."""
    assert interpret(question, []) == question


def test_only_the_last_question_before_is_brought_in():
    """What was asked two questions ago is no longer pointed at."""
    assert interpret("What did it cost?", ["Who flies kites?", BEFORE]) == f"{BEFORE} What did it cost?"


def test_a_word_that_only_contains_a_pronoun_does_not_point_back():
    """Item and hermit are no pronouns."""
    question = "Which item should the hermit of Shemakha carry?"
    assert interpret(question, [BEFORE]) == question
