"""What a follow-up question means."""

import pytest

from rag.question.answer_type import AnswerType
from rag.question.follow_ups import answer_type_in_conversation, complete_part, interpret
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
    "question", ["When did he see Basant?", "Has it Basant?", "What about its Basant?", "Is Basant among these?"]
)
def test_a_question_that_refers_back_is_no_new_topic(index, question):
    """Whatever it names, a pronoun or an "and" brings in the questions before."""
    assert interpret(question, [BEFORE], index).startswith(f"{question} (harbour")


def test_a_short_follow_up_is_the_question_before_about_something_else(index):
    """What it names stands where the question before named the like, and what came before that is carried still."""
    assert interpret("And in 2023?", [BEFORE], index) == "When was the harbour of Lenkoran opened in 2023?"
    assert interpret("What about Basant?", [BEFORE], index) == "When was the harbour of Basant opened?"
    history = ["Who built the tower of Ganja?", "When was it sold?"]
    assert interpret("Where?", history, index) == "Where was it sold? (built, tower, Ganja)"


def test_a_short_follow_up_is_completed_from_one_that_was_completed(index):
    """A conversation of short questions goes on about the same."""
    history = ["How many ropes came to Lahore in 2021?", "and the year after?"]
    assert interpret("What about the year after that?", history, index) == "How many ropes came to Lahore in 2023?"
    assert interpret("How many in the year before?", history[:1], index) == "How many in 2020? (ropes came, Lahore)"


def test_a_word_that_joins_two_questions_is_not_searched(index):
    """An "and" before a whole question changes nothing."""
    assert interpret("And who built it?", [BEFORE], index) == "who built it? (harbour, Lenkoran opened)"


def test_a_follow_up_without_its_mark_gains_it(index):
    """The words in brackets are no part of what was asked."""
    assert interpret("who built it", [BEFORE], index) == "who built it? (harbour, Lenkoran opened)"


def test_what_was_asked_before_the_topic_changed_is_not_carried(index):
    """A pronoun means what was named last."""
    assert (
        interpret("Who saw it?", ["Who built the tower?", "When did Basant begin?"], index)
        == "Who saw it? (Basant begin)"
    )


def test_a_new_subject_lets_go_of_the_one_before(index):
    """After a question that only asks who somebody is, another name is asked for alone."""
    assert interpret("What about Basant?", ["Who is Lenkoran?"], index) == "Who is Basant?"
    assert interpret("Who built it?", ["Who is Lenkoran?", "What about Basant?"], index) == "Who built it? (Basant)"


def test_a_name_that_is_everywhere_does_not_stand_alone(index):
    """A name in nearly every passage does not begin another topic."""
    question = "Who signed for the City?"
    assert interpret(question, [BEFORE], index) == f"{question} (harbour, Lenkoran opened)"


def test_nothing_follows_where_nothing_is_left_to_carry(index):
    """Earlier questions without another word add no word and no brackets."""
    assert interpret("Lenkoran?", ["And what of Lenkoran?", "Who?"], index) == "Lenkoran?"
    assert complete_part("who came", "who came", index) == "who came"


@pytest.mark.parametrize(
    ("part", "first", "query"),
    [
        ("how much did it cost?", "How long is the tower of Ganja", "how much did it cost? (tower, Ganja)"),
        ("who built it?", "How many lamps does the tower have", "who built it? (tower)"),
        ("who sails now", "When was Lenkoran opened", "who sails now? (Lenkoran opened)"),
        ("how long is the Kura?", "Who opened Lenkoran", "how long is the Kura?"),
        ("when did he see Lahore?", "Who opened Lenkoran", "when did he see Lahore? (opened Lenkoran)"),
        ("when did Basant see its lamps?", "Who opened Lenkoran", "when did Basant see its lamps?"),
    ],
)
def test_a_later_part_is_searched_with_the_words_of_the_first(index, part, first, query):
    """It is so where it names nothing, or refers to what it does not name itself."""
    assert complete_part(part, first, index) == query


def test_the_rarest_words_are_carried_the_nearer_the_sooner(index):
    """Where there are too many, those further back are left out first, and those of the first question last."""
    history = ["Who built the tower?", "Were there lamps?", "Were there bells?", "Were there ropes, nets or sails?"]
    assert interpret("Who?", history, index) == "Who? (built, tower, ropes nets, sails)"
    assert interpret("Who?", history[1:], index) == "Who? (lamps, bells, ropes nets, sails)"


def test_a_word_that_is_rarer_is_carried_from_further_back(index):
    """A much rarer word counts more than a nearer one."""
    history = ["Who built the tower of Ganja?", "Who saw the city?"]
    assert interpret("Who?", history, index) == "Who? (built, tower, Ganja, saw, city)"
    longer = ["Who built the old tower of Ganja in stone?", "Who saw the city?"]
    assert "city" not in interpret("Who?", longer, index)


def test_a_word_is_carried_once_as_it_was_first_typed(index):
    """Whatever its form: two words with the same terms are one."""
    assert (
        interpret("Who?", ["Which harbours froze?", "Which harbour froze first?"], index)
        == "Who? (harbours froze, first)"
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
