"""The index room: a corpus becomes a searchable index on disk.

It holds articles, their passages, vectors, words, and the generations they are published in. It
knows nothing of questions, answers or HTTP, and refuses to serve a file that is not the one it wrote.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build.build import build_index, preview_index
    from index.build.diff import Plan
    from index.build.report import BuildReport
    from index.build.verify import VerifyReport, verify_index
    from index.corpus.articles import Article, Refusal, read_articles
    from index.engine.local.catalog import Filters
    from index.engine.local.local_index import LiveIndex, LocalIndex, PassageIndex
    from index.engine.manifest import Manifest
    from index.errors import RagError
    from index.models.embedder import DEFAULT_MODEL, Embedder, SentenceTransformerEmbedder
    from index.passages.split import Passage, split_article

# Where each public name lives. They are imported when first used, so that `rag --help` does not wait
# for numpy and the rest.
_HOMES = {
    "Article": "index.corpus.articles",
    "BuildReport": "index.build.report",
    "DEFAULT_MODEL": "index.models.embedder",
    "Embedder": "index.models.embedder",
    "Filters": "index.engine.local.catalog",
    "LiveIndex": "index.engine.local.local_index",
    "LocalIndex": "index.engine.local.local_index",
    "Manifest": "index.engine.manifest",
    "Passage": "index.passages.split",
    "PassageIndex": "index.engine.local.local_index",
    "Plan": "index.build.diff",
    "RagError": "index.errors",
    "Refusal": "index.corpus.articles",
    "SentenceTransformerEmbedder": "index.models.embedder",
    "VerifyReport": "index.build.verify",
    "build_index": "index.build.build",
    "preview_index": "index.build.build",
    "read_articles": "index.corpus.articles",
    "split_article": "index.passages.split",
    "verify_index": "index.build.verify",
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
