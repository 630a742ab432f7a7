"""Splitting a text that asks several questions."""

import pytest
from hypothesis import given

from rag.question.decompose import MAX_PARTS, decompose, refers_to_the_first, topic
from tests.unit.index.unicode_texts import any_text


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When did she visit Lahore and who received her?", ["When did she visit Lahore", "who received her?"]),
        ("When did she visit Lahore, and who received her?", ["When did she visit Lahore", "who received her?"]),
        ("Who is the mayor? How long is the bridge?", ["Who is the mayor?", "How long is the bridge?"]),
        ("Who came to Baku; when did they leave?", ["Who came to Baku", "when did they leave?"]),
        ("WHO CAME TO BAKU AND WHEN DID HE LEAVE?", ["WHO CAME TO BAKU", "WHEN DID HE LEAVE?"]),
        (
            "Which mayor signed the paper, and who was king when it was sold?",
            ["Which mayor signed the paper", "who was king when it was sold?"],
        ),
        ("How many men built the wall and who paid them?", ["How many men built the wall", "who paid them?"]),
        (
            "Did he go to Baku? Was it closed? Why was it closed?",
            ["Did he go to Baku?", "Was it closed?", "Why was it closed?"],
        ),
    ],
)
def test_a_text_of_several_questions_is_split(question, parts):
    """It is split after a question mark, and at an "and" before a question word."""
    assert decompose(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "When did Heydar Aliyev visit Pakistan?",
        "When and where was the summit held?",
        "Who founded Baku and when?",
        "How many men and how many women were killed?",
        "Which wounded men and which women were saved?",
        "How many men drowned and who mourned?",
        "Between what years and what places did he travel?",
        "European nations and which country stayed away?",
        "When did he come? Thanks a lot!",
        "Really? When did he come?",
        "trade and what it brings",
        "Rawalpindi and Islamabad",
        "; who signed it?",
        "; which",
        "bridge",
        "آذربایجان کب آزاد ہوا؟ کون صدر تھا؟",
        "Who is A? Who is B? Who is C? Who is D?",
        "Name the person who was born in Nakhchivan and who became president in 1993.",
        "What is the treaty which was signed in Baku and which has ended the war?",
        "Why did he resign and who replaced Nawaz Sharif?",
        "When was it built and who designed the Faisal Mosque?",
    ],
)
def test_a_text_of_one_question_is_left_whole(question):
    """It is not split where a part would be no question of its own, or where there are too many parts."""
    assert decompose(question) == [question]


@pytest.mark.parametrize(
    ("part", "refers"),
    [
        ("who received her?", True),
        ("who was the mayor?", True),
        ("when did he see Lahore?", True),
        ("how long is the Karakoram Highway?", False),
        ("when did Lahore open its gates?", False),
    ],
)
def test_a_later_part_refers_to_the_first(part, refers):
    """It does where it names nothing, or uses a pronoun before any name."""
    assert refers_to_the_first(part) is refers


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long is the pipeline?", " is the pipeline?"),
        ("How many pupils does the school have?", " does the school have?"),
        ("Which year was it?", " was it?"),
        ("Which president signed it?", "Which president signed it?"),
    ],
)
def test_what_is_asked_of_a_topic_is_no_part_of_it(question, words):
    """The words that say what to count or measure are taken off."""
    assert topic(question) == words


@given(any_text)
def test_any_text_has_between_one_and_the_most_parts(text):
    """Each part is words of the text, in their order."""
    parts = decompose(text)
    assert 1 <= len(parts) <= MAX_PARTS
    position = 0
    for part in parts:
        position = text.index(part, position) + len(part)
