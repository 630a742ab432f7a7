"""Suggested questions, made in the background once for each generation; no request waits for them."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Lock, Thread

from rag.assistant import Assistant

_log = logging.getLogger(__name__)
# How long a server that is ready waits before it makes suggestions, for those who have waited for it. Without this,
# /readyz took 110 ms longer and the first answer 200 ms.
AFTER_SECONDS = 1.0
_RETRY_SECONDS = 1.0  # until a spare slot is looked for again, when questions have taken them all

TakeSpareSlot = Callable[[], AbstractContextManager[bool]]  # True: a slot is held while one question is tried
_EXHAUSTED = object()


class SuggestionWorker:
    """Makes the suggested questions of the generation that serves, in a thread of its own.

    Of each generation the first question is tried `after` seconds after it is noticed.
    """

    def __init__(
        self,
        assistant: Assistant,
        take_spare_slot: TakeSpareSlot = lambda: nullcontext(enter_result=True),
        after: float = 0.0,
    ) -> None:
        self._assistant = assistant
        self._take_spare_slot = take_spare_slot
        self._after = after
        self._lock = Lock()
        self._stopped = Event()
        self._generation: int | None = None
        self._questions: list[str] = []
        self._threads: list[Thread] = []

    def current(self) -> list[str]:
        """The questions made so far; the first call for a new generation starts making them."""
        generation = self._assistant.manifest().generation
        with self._lock:
            if generation != self._generation and not self._stopped.is_set():
                self._generation, self._questions = generation, []
                thread = Thread(target=self._make, args=(self._questions,), name="suggestions", daemon=True)
                self._threads = [*(running for running in self._threads if running.is_alive()), thread]
                thread.start()
            return list(self._questions)

    def close(self) -> None:
        """Make no more, and wait for the questions being tried, those of earlier generations too."""
        with self._lock:
            self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _make(self, questions: list[str]) -> None:
        self._stopped.wait(self._after)
        try:
            attempts = self._assistant.suggestions()  # the index may have been damaged meanwhile
            while questions is self._questions and not self._stopped.is_set():
                with self._take_spare_slot() as has_slot:
                    question = next(attempts, _EXHAUSTED) if has_slot else None
                if question is _EXHAUSTED:
                    return
                if isinstance(question, str):
                    questions.append(question)
                if not has_slot:
                    self._stopped.wait(_RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 (the page works without suggestions, and the failure is logged)
            _log.error("no questions could be suggested", exc_info=error)
