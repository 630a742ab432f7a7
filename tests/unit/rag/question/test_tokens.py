"""The words and marks of a text."""

import pytest
from hypothesis import given

from rag.question.proposition import claims_of
from rag.question.tokens import tokens_of
from tests.unit.index.unicode_texts import any_text


@given(any_text)
def test_every_token_has_a_folded_form_and_its_place(text):
    """What folds to nothing is no token."""
    for token in tokens_of(text):
        assert token.folded
        assert text[token.start : token.end] == token.text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Did the mayor \N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM} see Ganja", ["mayor", "see", "ganja"]),
        ("Did Ganja\u200c \u200c open it \U0001f468\u200d\U0001f469", ["ganja", "open", "it"]),
        ("Did Ganja \u0640 open it", ["ganja", "open", "it"]),
    ],
)
def test_signs_that_fold_to_nothing_are_read_over(question, words):
    """Honorifics, joiners and lengthening strokes are no words of what a question proposes."""
    folded = [token.folded for token in tokens_of(question) if token.is_word]
    assert [word for word in folded if word not in ("did", "the")] == words
    assert claims_of(question)
