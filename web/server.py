"""The process that serves: whom it believes, how it logs, and how it stops."""

from types import FrameType

import uvicorn
from fastapi import FastAPI

from web.settings import Settings


class Server(uvicorn.Server):
    """Tells the app when it is to stop, so that it is not ready any more and what streams can end."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order: what was begun has its time to end; a second Ctrl-C does not wait."""
        app = self.config.app
        assert isinstance(app, FastAPI)
        app.state.stopping = True
        super().handle_exit(sig, frame)


def server_of(app: FastAPI, settings: Settings) -> Server:
    """A server of the app; whoever is no trusted proxy can't say that a request is another's."""
    config = uvicorn.Config(
        app,
        log_config=None,  # its lines go where the others go
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies()),
        forwarded_allow_ips=settings.proxies(),
        timeout_graceful_shutdown=settings.stop_seconds,
    )
    return Server(config)
