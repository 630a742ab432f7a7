"""Splitting a text that asks several questions."""

import pytest
from hypothesis import given

from rag.question.decompose import MAX_PARTS, complete_part, decompose
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
        "Between what years and what places did he travel?",
        "European nations and which country stayed away?",
        "When did he come? Thanks a lot!",
        "Really? When did he come?",
        "trade and what it brings",
        "Rawalpindi and Islamabad",
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
    ("part", "first", "query"),
    [
        (
            "who received her?",
            "When did Benazir Bhutto visit Baku in 1995",
            "who received her? Benazir Bhutto Baku 1995",
        ),
        (
            "who received him?",
            "When did Turgut Özal visit Lahore, Karachi",
            "who received him? Turgut Özal Lahore Karachi",
        ),
        ("when was it sold?", "How many JF-17 had Baku", "when was it sold? JF Baku 17"),
        ("who was the mayor?", "When did Leyla visit Baku", "who was the mayor? Leyla Baku"),
        ("how long is the Karakoram Highway?", "Who rules Baku", "how long is the Karakoram Highway?"),
        ("when did he see Lahore?", "Who rules Baku", "when did he see Lahore? Baku"),
        ("why was it closed?", "who closed the bridge", "why was it closed? who closed the bridge"),
        ("WHEN DID HE LEAVE?", "WHO CAME TO BAKU", "WHEN DID HE LEAVE? WHO CAME TO BAKU"),
    ],
)
def test_a_later_part_is_searched_with_the_names_of_the_first(part, first, query):
    """This does not happen where it has its own names and no pronoun."""
    assert complete_part(part, first) == query


@given(any_text)
def test_any_text_has_between_one_and_the_most_parts(text):
    """Each part is words of the text, in their order."""
    parts = decompose(text)
    assert 1 <= len(parts) <= MAX_PARTS
    position = 0
    for part in parts:
        position = text.index(part, position) + len(part)
