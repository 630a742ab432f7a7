"""The form of answer that a question asks for, and what it asks the definition of."""

import pytest

from rag.question.form import Form, form_of
from rag.question.target import target_of


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Is Urdu taught in Baku?", Form.YES_NO),
        ("Didn’t India sign it?", Form.YES_NO),
        ("And has she ever visited Lahore?", Form.YES_NO),
        ("Urdu is taught in Baku, isn't it?", Form.YES_NO),
        ("The harbour was opened in May?", Form.YES_NO),
        ("Was it Baku or Ganja?", Form.EXTRACT),
        ("Can you tell me when it opened?", Form.EXTRACT),
        ("Do you know who opened it?", Form.EXTRACT),
        ("When was it opened?", Form.EXTRACT),
        ("What is the ECO?", Form.DEFINITION),
        ("what is lng", Form.DEFINITION),
        ("What is a caravanserai?", Form.DEFINITION),
        ("Who was Ali Veli?", Form.DEFINITION),
        ("who is ali veli", Form.DEFINITION),
        ("What does SOCAR stand for?", Form.DEFINITION),
        ("Tell me about the Treaty of Izmir", Form.DEFINITION),
        ("What is the capital of Azerbaijan?", Form.EXTRACT),
        ("What is Azerbaijan's capital?", Form.EXTRACT),
        ("What is Azerbaijan known for?", Form.EXTRACT),
        ("What is the height of the tower?", Form.EXTRACT),
        ("Who is the president of Pakistan?", Form.EXTRACT),
        ("Who was the first to land there?", Form.EXTRACT),
        ("Who was born in Baku?", Form.EXTRACT),
        ("Who was invited?", Form.EXTRACT),
        ("Compare Baku and Ganja", Form.COMPARISON),
        ("Was turnover larger in 2022 than in 2020?", Form.COMPARISON),
        ("Which is older, Baku or Ganja?", Form.COMPARISON),
        ("Was the port opened before the bridge?", Form.COMPARISON),
        ("Was the port opened before 1990?", Form.YES_NO),
    ],
)
def test_the_words_of_a_question_tell_its_form(question, form):
    """Yes/no, definition and comparison; what asks for a name, a time or a number is an extract."""
    assert form_of(question) == form


@pytest.mark.parametrize(
    ("question", "target"),
    [
        ("What is the ECO?", "ECO"),
        ("Who is Ali Veli?", "Ali Veli"),
        ("What does “SOCAR” stand for?", "SOCAR"),
        ("Tell me about the Treaty of Izmir.", "Treaty of Izmir"),
        ("Who is Mustafa Şentop?", "Mustafa Şentop"),
        ("Who is he?", ""),
        ("Who is prime minister?", ""),
        ("When did it open?", ""),
    ],
)
def test_what_is_to_be_defined_is_named_without_its_article(question, target):
    """A pronoun and a role name nothing."""
    assert " ".join(token.text for token in target_of(question)) == target
