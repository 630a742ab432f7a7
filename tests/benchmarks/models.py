"""The embedding model, as `rag index` takes it."""

from inspect import signature
from typing import Any

from index.embedder import SentenceTransformerEmbedder


def precision_of(embedder: SentenceTransformerEmbedder) -> str:
    """What it computes passages and questions in."""
    return str(getattr(embedder.record, "precision", "float32"))


def settings(precision: str = "auto") -> dict[str, Any]:
    """The precision to make an embedder with, where there is a choice."""
    return {"precision": precision} if "precision" in signature(SentenceTransformerEmbedder).parameters else {}
