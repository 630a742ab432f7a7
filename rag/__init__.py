"""The rag room: a question becomes an answer made of quoted sentences.

It holds retrieval, evidence, composing, confidence and their evaluation. It knows nothing of HTTP,
reaches the documents only through index.store.PassageIndex, and never says a word that is not in them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answer import Answer, Citation, FoundPassage
    from rag.assistant import Assistant
    from rag.compose.extract import Composer, ExtractiveComposer
    from rag.retrieval.retriever import Hit, Retriever

# Where each public name lives. They are imported when first used, so that `rag --help` does not wait
# for numpy and the rest.
_HOMES = {
    "Answer": "rag.answer",
    "Assistant": "rag.assistant",
    "Citation": "rag.answer",
    "Composer": "rag.compose.extract",
    "ExtractiveComposer": "rag.compose.extract",
    "FoundPassage": "rag.answer",
    "Hit": "rag.retrieval.retriever",
    "Retriever": "rag.retrieval.retriever",
}

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "Composer",
    "ExtractiveComposer",
    "FoundPassage",
    "Hit",
    "Retriever",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
