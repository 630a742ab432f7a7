"""How many questions are answered at once, how many wait, and how long a request may take.

Answering runs in threads, which can't be ended from outside. So the work is bounded by slots: a question waits for a slot
before it is given a thread, and keeps the slot until its thread is done, even where its client has been told that it took
too long. Sending is not part of it: a slow client keeps nobody waiting.
"""

import asyncio
import math
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Annotated

import anyio
from anyio.from_thread import BlockingPortal
from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import BusyError, TimeLimitError
from web.metrics import Metrics
from web.problems import show
from web.settings import Settings

OTHER_THREADS = 16  # beside those that answer: for articles, files and pages, none of which takes long


class Admission:
    """A slot for each question: some are answered at once, some wait, and more are refused."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.at_once = settings.at_once or max(2, os.cpu_count() or 1)
        self._most_waiting = settings.waiting
        self._longest_wait = settings.time_limit / 2  # seconds, so that the other half remains to answer
        self._slots = anyio.Semaphore(self.at_once)
        self._waiting = 0
        self._spare_in_use = 0
        self._metrics = metrics
        self.portal: BlockingPortal | None = None  # the way into the event loop, while the app runs

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a slot, and hold it until the block ends.

        Raises:
            BusyError: too many wait already, or no slot came free in time.
        """
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            await self._wait()
        self._metrics.asking.inc()
        try:
            yield
        finally:
            self._metrics.asking.dec()
            self._slots.release()

    @contextmanager
    def spare_slot(self) -> Iterator[bool]:
        """For a background thread: True with a slot that no question wants now, or False; nobody is refused for it."""
        portal = self.portal
        taken = portal is not None and portal.call(self._take_spare)
        try:
            yield taken
        finally:
            if portal and taken:
                portal.call(self._release_spare)

    def _take_spare(self) -> bool:
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            return False
        self._spare_in_use += 1
        return True

    def _release_spare(self) -> None:
        self._spare_in_use -= 1
        self._slots.release()

    async def _wait(self) -> None:
        if self._waiting >= self._most_waiting + self._spare_in_use:
            raise self._refusal()
        self._waiting += 1
        self._metrics.waiting.set(self._waiting)
        try:
            with anyio.fail_after(self._longest_wait):
                await self._slots.acquire()
        except TimeoutError:
            raise self._refusal() from None
        finally:
            self._waiting -= 1
            self._metrics.waiting.set(self._waiting)

    def _refusal(self) -> BusyError:
        self._metrics.count_refused(BusyError.reason)
        return BusyError()


async def _slot_of(request: Request) -> AsyncIterator[AsyncExitStack]:
    """A slot for a request that asks a question, held until the route has returned, or longer by `pop_all`."""
    async with AsyncExitStack() as slot:
        asks = request.method not in ("GET", "HEAD") or bool(request.query_params.get("q"))
        if asks:
            admission: Admission = request.app.state.admission
            await slot.enter_async_context(admission.slot())
        yield slot


# A parameter of every route that answers questions; its slot is released before the response is sent.
Slot = Annotated[AsyncExitStack, Depends(_slot_of, scope="function")]


class StreamedAnswer(StreamingResponse):
    """The events of an answer, made as fast as they can be, however slowly they are read.

    It takes over the slot, which is free again once the last event is made.
    """

    def __init__(self, slot: AsyncExitStack, events: Iterator[bytes]) -> None:
        self._slot = slot.pop_all()
        self._events = events
        self._client_left = False
        super().__init__(self._sent(), media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events while they are made; once the client leaves, the event being made is the last."""
        # An answer has few events, so what is held for a slow client is no more than a whole answer would be.
        self._into, self._out = anyio.create_memory_object_stream[bytes](math.inf)
        making = asyncio.create_task(self._make())
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._client_left = True
            self._out.close()
            await making

    async def _make(self) -> None:
        async with self._slot:
            with self._into:
                async for event in iterate_in_threadpool(self._events):
                    if self._client_left:
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
                self._metrics.count_refused(TimeLimitError.reason)
                await show(Request(scope), TimeLimitError(self._seconds))(scope, receive, send)

        watcher = asyncio.create_task(watch())
        try:
            await self._app(scope, receive, send_in_time)
        finally:
            if overdue:
                await watcher
            else:
                watcher.cancel()
