"""A real server on loopback, in a thread of the test process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from index.build.reindex_process import Reindexer
from index.engine.local.local_index import LiveIndex
from index.engine.protocol import EmbedderOf
from index.models.embedder import embedder_of_record
from rag.assistant import Assistant
from web.app import create_app
from web.server import server_of
from web.settings import Settings


@contextmanager
def serving(
    directory: Path,
    assistant: Assistant | None = None,
    embedder_of: EmbedderOf = embedder_of_record,
    reindexer: Reindexer | None = None,
    **settings: object,
) -> Iterator[str]:
    """Serve an index directory, with its own model if no assistant is given, and give the address.

    The server ends with the block.
    """
    ready = Event()
    assistant = assistant or Assistant(LiveIndex(directory, embedder_of))
    app = create_app(assistant, Settings(index=directory, **settings), ready.set)
    app.state.reindexer = reindexer or Reindexer(directory, embedder_of=embedder_of)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_of(app, app.state.settings)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(120), "the server did not come up"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
