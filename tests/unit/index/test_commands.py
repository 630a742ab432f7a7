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
def test_paths_that_are_not_the_default_are_named(index, corpus, typed):
    """They are quoted as a shell takes them."""
    assert command("rag index", Path(index), corpus and Path(corpus)) == typed
