"""A real server on loopback, in a thread of the test process."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import uvicorn

from index.store import LiveIndex
from rag.assistant import Assistant
from web.app import create_app
from web.settings import Settings


@contextmanager
def serving(directory: Path, assistant: Assistant | None = None, **state: object) -> Iterator[str]:
    """Serve an index directory, with its own model if no assistant is given, and give the address.

    What is given as `state` takes the place of the app's own. The server ends with the block.
    """
    ready = Event()
    app = create_app(assistant or Assistant(LiveIndex(directory)), Settings(index=directory), ready.set)
    for name, value in state.items():
        setattr(app.state, name, value)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(120), "the server did not come up"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
