"""How many questions are answered at once, how many wait, and how long a request may take.

Answering runs in threads, which can't be ended from outside. So what bounds the work is that a question waits
for its turn before it is given a thread, and keeps that turn until its thread is done with it, even where its
asker has been told that it took too long. Sending is no part of a turn: who does not read what they asked for
keeps nobody waiting.
"""

import asyncio
import math
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import anyio
from anyio.from_thread import BlockingPortal
from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import show
from web.metrics import Metrics
from web.refusals import Busy, Overdue
from web.settings import Settings

# Threads beside those that answer: for articles, files and pages, none of which takes long.
OTHER_THREADS = 16


class Admission:
    """A turn for each question: some at once, some waiting, and more are refused."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.at_once = settings.at_once or max(2, os.cpu_count() or 1)
        self._most_waiting = settings.waiting
        self._patience = settings.time_limit / 2  # so that the other half is left to answer
        self._turns = anyio.Semaphore(self.at_once)
        self._waiting = 0
        self._spared = 0
        self._metrics = metrics
        self.portal: BlockingPortal | None = None  # the way into the event loop, while the app runs

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends.

        Raises:
            Busy: too many wait already, or none came in time.
        """
        await self._take()
        self._metrics.asking.inc()
        try:
            yield
        finally:
            self._metrics.asking.dec()
            self._turns.release()

    @contextmanager
    def spare(self) -> Iterator[bool]:
        """For a thread of its own: a turn that nobody wants now, or False; nobody is refused for it."""
        portal = self.portal
        taken = portal is not None and portal.call(self._take_spare)
        try:
            yield taken
        finally:
            if portal and taken:
                portal.call(self._give_spare)

    def _take_spare(self) -> bool:
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            return False
        self._spared += 1
        return True

    def _give_spare(self) -> None:
        self._spared -= 1
        self._turns.release()

    async def _take(self) -> None:
        try:
            self._turns.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting + self._spared:
            raise self._refusal()
        self._waiting += 1
        self._metrics.waiting.set(self._waiting)
        try:
            with anyio.fail_after(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            raise self._refusal() from None
        finally:
            self._waiting -= 1
            self._metrics.waiting.set(self._waiting)

    def _refusal(self) -> Busy:
        self._metrics.count_refused(Busy.reason)
        return Busy()


async def _admitted(request: Request) -> AsyncIterator[None]:
    if request.method in ("GET", "HEAD") and not request.query_params.get("q"):
        yield  # a page that asks nothing
        return
    admission: Admission = request.app.state.admission
    async with AsyncExitStack() as turn:
        await turn.enter_async_context(admission.turn())
        request.state.turn = turn
        yield


# Among the dependencies of a route that answers questions; its turn ends before the response is sent.
ADMITTED = Depends(_admitted, scope="function")


class Streamed(StreamingResponse):
    """Events of an answer, made as fast as they can be, however slowly they are read; it takes over the turn."""

    def __init__(self, request: Request, made: Iterator[bytes]) -> None:
        turn: AsyncExitStack = request.state.turn
        self._turn = turn.pop_all()
        self._made = made
        self._left = False
        super().__init__(self._sent(), media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events while they are made; where the reader leaves, what is being made is the last."""
        # One answer has few events, so what is held for a slow reader is no more than a whole answer would be.
        self._into, self._out = anyio.create_memory_object_stream[bytes](math.inf)
        making = asyncio.create_task(self._make())
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._left = True
            self._out.close()
            await making

    async def _make(self) -> None:
        async with self._turn:
            with self._into:
                async for event in iterate_in_threadpool(self._made):
                    if self._left:
                        return
                    self._into.send_nowait(event)

    async def _sent(self) -> AsyncIterator[bytes]:
        async for event in self._out:
            yield event


class TimeLimit:
    """Shows an error where no response has begun within some seconds; what comes later is dropped."""

    def __init__(self, app: ASGIApp, seconds: float, metrics: Metrics) -> None:
        self._app = app
        self._seconds = seconds
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, watching the clock beside it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = overdue = False

        async def send_in_time(message: Message) -> None:
            nonlocal begun
            if not overdue:
                begun = True
                await send(message)

        async def watch() -> None:
            nonlocal overdue
            await asyncio.sleep(self._seconds)
            if not begun:
                overdue = True
                self._metrics.count_refused(Overdue.reason)
                await show(Request(scope), Overdue(self._seconds))(scope, receive, send)

        watcher = asyncio.create_task(watch())
        try:
            await self._app(scope, receive, send_in_time)
        finally:
            if overdue:
                await watcher
            else:
                watcher.cancel()
