"""What routes take from the app: its assistant, its metrics, its re-indexer.

They are coroutines, since FastAPI would call a plain function in another thread, which takes a fifth of a millisecond.
"""

from typing import Annotated

from fastapi import Depends, Request

from index.build.reindex_process import Reindexer
from rag.assistant import Assistant
from web.metrics import Metrics


async def get_assistant(request: Request) -> Assistant:
    """The assistant that the app was made with."""
    assistant: Assistant = request.app.state.assistant
    return assistant


async def get_metrics(request: Request) -> Metrics:
    """The app's metrics."""
    metrics: Metrics = request.app.state.metrics
    return metrics


async def get_reindexer(request: Request) -> Reindexer:
    """The app's re-indexer."""
    reindexer: Reindexer = request.app.state.reindexer
    return reindexer


TheAssistant = Annotated[Assistant, Depends(get_assistant)]
TheMetrics = Annotated[Metrics, Depends(get_metrics)]
TheReindexer = Annotated[Reindexer, Depends(get_reindexer)]
