"""The one place that makes an assistant from settings."""

from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from rag.reader import reader_of
from rag.retrieval.reranker import reranker_of
from rag.settings import AssistantSettings


def make_assistant(settings: AssistantSettings) -> Assistant:
    """An assistant over the live generation of an index directory.

    Raises:
        GenerationError: the directory holds no index, or the index can't be opened.
        ModelError: a model is not on this machine.
        SettingError: the threshold is not in [0, 1].
    """
    return Assistant(
        LiveIndex(settings.index),
        settings.threshold,
        reader=reader_of(settings.reader),
        reranker=reranker_of(settings.reranker),
        cached=settings.cache,
    )
