"""Errors that pass from one process to another."""

import pickle

import pytest

from index.errors import GenerationDamagedError, RagError


class _OtherConstructorError(RagError):
    """An error that is made of something other than its two parts."""

    def __init__(self, host: str) -> None:
        super().__init__(f"No {host}.", "Try another.")
        self.host = host


@pytest.mark.parametrize("error", [GenerationDamagedError("It broke.", "Run rag index."), _OtherConstructorError("a")])
def test_an_error_is_the_same_in_another_process(error):
    """The class, the sentence, its parts and every attribute survive pickling."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
