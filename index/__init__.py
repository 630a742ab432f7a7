"""The index room: a corpus becomes a searchable index on disk.

It holds articles, their passages, vectors, words, and the generations they are published in. It
knows nothing of questions, answers or HTTP, and refuses to serve a file that is not the one it wrote.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.articles import Article, Refusal, read_articles
    from index.build import build_index, preview_index
    from index.catalog import Filters
    from index.embedder import DEFAULT_MODEL, Embedder, SentenceTransformerEmbedder
    from index.errors import RagError
    from index.manifest import Manifest
    from index.passages import Passage, split_article
    from index.plan import Plan
    from index.report import BuildReport
    from index.store import LiveIndex, LocalIndex, PassageIndex
    from index.verify import VerifyReport, verify_index

# Where each public name lives. They are imported when first used, so that `rag --help` does not wait
# for numpy and the rest.
_HOMES = {
    "Article": "index.articles",
    "BuildReport": "index.report",
    "DEFAULT_MODEL": "index.embedder",
    "Embedder": "index.embedder",
    "Filters": "index.catalog",
    "LiveIndex": "index.store",
    "LocalIndex": "index.store",
    "Manifest": "index.manifest",
    "Passage": "index.passages",
    "PassageIndex": "index.store",
    "Plan": "index.plan",
    "RagError": "index.errors",
    "Refusal": "index.articles",
    "SentenceTransformerEmbedder": "index.embedder",
    "VerifyReport": "index.verify",
    "build_index": "index.build",
    "preview_index": "index.build",
    "read_articles": "index.articles",
    "split_article": "index.passages",
    "verify_index": "index.verify",
}

__all__ = [
    "DEFAULT_MODEL",
    "Article",
    "BuildReport",
    "Embedder",
    "Filters",
    "LiveIndex",
    "LocalIndex",
    "Manifest",
    "Passage",
    "PassageIndex",
    "Plan",
    "RagError",
    "Refusal",
    "SentenceTransformerEmbedder",
    "VerifyReport",
    "build_index",
    "preview_index",
    "read_articles",
    "split_article",
    "verify_index",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
