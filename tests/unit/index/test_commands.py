"""The next command, as a person types it."""

from pathlib import Path

import pytest

from index.commands import command


@pytest.mark.parametrize(
    ("index", "corpus", "typed"),
    [
        (".index", None, "rag index"),
        (".index", "corpus", "rag index"),
        ("ix", "corpus", "rag index --index ix"),
        (".index", "news", "rag index --corpus news"),
        ("/a b/ix", "it's", "rag index --index '/a b/ix' --corpus 'it'\"'\"'s'"),
    ],
)
def test_what_is_not_the_default_is_named(index, corpus, typed):
    """As a shell takes it."""
    assert command("rag index", Path(index), corpus and Path(corpus)) == typed
