"""What a follow-up question means."""

import pytest

from rag.question.answer_type import AnswerType
from rag.question.follow_ups import answer_type_in_conversation, interpret
from tests.unit.rag.conftest import rare_index

BEFORE = "When was the harbour of Lenkoran opened?"


@pytest.fixture
def index(index_of_texts):
    """Ten passages: the word "harbour" is in three of them, "city" in all, every other word in one."""
    return rare_index(index_of_texts)


@pytest.mark.parametrize(
    ("question", "carried"),
    [
        ("How many dollars did it cost?", "harbour, Lenkoran opened"),
        ("Who brought the first ship in?", "harbour, Lenkoran opened"),
        ("How large is the harbour?", "Lenkoran opened"),
        ("And in 2023?", "harbour, Lenkoran opened"),
        ("Who?", "harbour, Lenkoran opened"),
    ],
)
def test_what_the_question_before_is_about_is_carried(index, question, carried):
    """The words that say what it is about follow in brackets, neighbours together, unless the question has them."""
    assert interpret(question, [BEFORE], index) == f"{question} ({carried})"


@pytest.mark.parametrize("question", ["What did it cost?", "Who?", BEFORE])
def test_the_first_question_stays_as_it_is(index, question):
    """Without a question before it, nothing is carried."""
    assert interpret(question, [], index) == question


@pytest.mark.parametrize("question", ["When did Basant begin in Lahore?", "What happened in Ganja in 1988?"])
def test_a_question_that_names_something_new_stands_alone(index, question):
    """A name or number as rare as the words before it begins another topic."""
    assert interpret(question, [BEFORE], index) == question


@pytest.mark.parametrize(
    "question", ["When did he see Basant?", "And Basant?", "What about Basant?", "Is Basant among these?"]
)
def test_a_question_that_refers_back_is_no_new_topic(index, question):
    """Whatever it names, a pronoun or an "and" brings in the questions before."""
    assert interpret(question, [BEFORE], index).startswith(f"{question} (harbour")


def test_a_name_that_is_everywhere_does_not_stand_alone(index):
    """A name in nearly every passage does not begin another topic."""
    question = "Who signed for the City?"
    assert interpret(question, [BEFORE], index) == f"{question} (harbour, Lenkoran opened)"


def test_nothing_follows_where_nothing_is_left_to_carry(index):
    """Earlier questions without another word add no word and no brackets."""
    assert interpret("Lenkoran?", ["And what of Lenkoran?", "Who?"], index) == "Lenkoran?"


def test_the_rarest_words_are_carried_the_nearer_the_sooner(index):
    """Where there are too many, those further back are left out first, and those of the first question last."""
    history = ["Who built the tower?", "Were there lamps?", "Were there bells?", "Were there ropes, nets or sails?"]
    assert interpret("Why?", history, index) == "Why? (built, tower, ropes nets, sails)"
    assert interpret("Why?", history[1:], index) == "Why? (lamps, bells, ropes nets, sails)"


def test_a_word_that_is_rarer_is_carried_from_further_back(index):
    """A much rarer word counts more than a nearer one."""
    history = ["Who built the tower of Ganja?", "Who saw the city?"]
    assert interpret("Why?", history, index) == "Why? (built, tower, Ganja, saw, city)"
    longer = ["Who built the old tower of Ganja in stone?", "Who saw the city?"]
    assert "city" not in interpret("Why?", longer, index)


def test_a_word_is_carried_once_as_it_was_first_typed(index):
    """Whatever its form: two words with the same terms are one."""
    assert (
        interpret("Why?", ["Which harbours froze?", "Which harbour froze first?"], index)
        == "Why? (harbours froze, first)"
    )


def test_a_name_that_no_passage_holds_is_carried(index):
    """Else the answer would be about somebody else."""
    assert interpret("How old is he?", ["Who is Zanzibari?"], index) == "How old is he? (Zanzibari)"


@pytest.mark.parametrize(
    ("question", "answer_type"),
    [
        ("How many ships came?", AnswerType.NUMBER),
        ("And in Karachi?", AnswerType.TIME),
        ("What about Karachi?", AnswerType.TIME),
        ("And what of it?", AnswerType.TIME),
        ("Why?", None),
        ("Did it cost much?", None),
    ],
)
def test_a_question_that_asks_for_nothing_has_the_answer_type_before(question, answer_type):
    """ "And in Karachi?" after "when" asks for a time; a question with a question word keeps its own type."""
    assert answer_type_in_conversation(question, ["Who flies kites?", BEFORE, "Why so?"]) is answer_type


def test_without_questions_before_the_answer_type_is_the_question_s_own():
    """A question without a question word has none."""
    assert answer_type_in_conversation("Karachi?", []) is None
