"""A reranker named on the command line, with a model made here."""

import json
from pathlib import Path

import pytest

from tests.cross_encoder import tiny_cross_encoder
from tests.integration.conftest import Rag

pytestmark = pytest.mark.slow

QUERY = "When did Heydar Aliyev visit Pakistan?"


def hits(rag: Rag, *words: object, **variables: str) -> list[dict[str, object]]:
    """The hits of a search, as JSON."""
    done = rag("search", QUERY, "--json", *words, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["hits"]


def test_a_named_model_puts_the_passages_in_its_order(rag: Rag, real_index: Path, tmp_path: Path) -> None:
    """By flag or by variable, the same passages' scores are the model's and fall down the list."""
    folder = tiny_cross_encoder(tmp_path / "model")
    found = hits(rag, "--index", real_index)
    by_flag = hits(rag, "--index", real_index, "--reranker", folder)
    assert hits(rag, "--index", real_index, RAG_RERANKER=str(folder)) == by_flag
    assert [hit["passage_id"] for hit in by_flag] != [hit["passage_id"] for hit in found]
    scores = [hit["score"] for hit in by_flag]
    assert scores == sorted(scores, reverse=True)
    assert [hit["rank"] for hit in by_flag] == list(range(1, 11))


def test_a_broken_model_fails_before_anything_is_asked(rag: Rag, real_index: Path, tmp_path: Path) -> None:
    """One sentence names the directory and the setting, and nothing is printed."""
    done = rag("search", QUERY, "--index", real_index, "--reranker", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{tmp_path} can't be loaded" in done.stderr
    assert "RAG_RERANKER" in done.stderr
