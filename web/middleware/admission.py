"""How many questions are answered at once, how many wait, and how long a request may take.

Answering runs in threads, which can't be ended from outside. So slots bound the work: a question waits for a slot
before it is given a thread, and keeps the slot until its thread is done, even if its client has been told that it took
too long. The slot is free before the response is sent, so a slow client keeps nobody waiting.
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

OTHER_THREADS = 16  # besides those that answer questions: for articles, files and pages, none of which takes long


class Admission:
    """Gives slots to questions: up to `at_once` are answered together, more wait, and those beyond are refused."""

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
            BusyError: too many wait already, or no slot became free in time.
        """
        if not self._take_free_slot():
            await self._wait()
        self._metrics.asking.inc()
        try:
            yield
        finally:
            self._metrics.asking.dec()
            self._slots.release()

    @contextmanager
    def spare_slot(self) -> Iterator[bool]:
        """For a background thread: True while it holds a slot that no question wants, or False if there is none.

        A question that comes meanwhile may wait in addition to the others, so none is refused for a spare slot.
        """
        portal = self.portal

        def take() -> bool:  # in the event loop, as `release`, so that no question comes in between
            taken = self._take_free_slot()
            self._spare_in_use += taken
            return taken

        def release() -> None:
            self._spare_in_use -= 1
            self._slots.release()

        taken = portal is not None and portal.call(take)
        try:
            yield taken
        finally:
            if portal and taken:
                portal.call(release)

    def _take_free_slot(self) -> bool:
        try:
            self._slots.acquire_nowait()
        except anyio.WouldBlock:
            return False
        return True

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


async def get_slot(request: Request) -> AsyncIterator[AsyncExitStack]:
    """A slot, held until the route has returned or `pop_all` hands it on.

    None is taken for a GET without a question, `q`, and without a phrase to look for in the articles, `mentions`.
    """
    async with AsyncExitStack() as slot:
        asks = any(map(request.query_params.get, ("q", "mentions")))
        if request.method not in ("GET", "HEAD") or asks:
            admission: Admission = request.app.state.admission
            await slot.enter_async_context(admission.slot())
        yield slot


# The first dependency of every route that answers questions: it waits before any thread is used for the request, and
# releases the slot before the response is sent.
Slot = Annotated[AsyncExitStack, Depends(get_slot, scope="function")]


class StreamedAnswer(StreamingResponse):
    """The events of an answer, made as fast as they can be, however slowly the client reads them.

    It takes over the slot, and releases it once the last event is made.
    """

    def __init__(self, slot: AsyncExitStack, events: Iterator[bytes]) -> None:
        self._slot = slot.pop_all()
        self._events = iterate_in_threadpool(events)
        super().__init__(self._events, media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events while they are made; once the client leaves, the event being made is the last."""
        # An answer has few events, so what is held for a slow client is no more than a whole answer would be.
        sender, receiver = anyio.create_memory_object_stream[bytes](math.inf)
        self.body_iterator = receiver
        client_left = False

        async def make_events() -> None:
            async with self._slot:
                with sender:
                    async for event in self._events:
                        if client_left:
                            return
                        sender.send_nowait(event)

        making = asyncio.create_task(make_events())
        try:
            await super().__call__(scope, receive, send)
        finally:
            client_left = True
            receiver.close()
            await making


class TimeLimit:
    """Shows an error if no response has begun after some seconds, and drops the response that comes later."""

    def __init__(self, app: ASGIApp, seconds: float, metrics: Metrics) -> None:
        self._app = app
        self._seconds = seconds
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch the clock meanwhile."""
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
