"""Suggested questions, made beside the serving: once for each generation, and nobody waits for them."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import Event, Lock, Thread

from rag.assistant import Assistant

_log = logging.getLogger(__name__)
_LATER = 1.0  # seconds until a spare slot is looked for again, where people have them all

Spare = Callable[[], AbstractContextManager[bool]]  # held while one question is tried, if it gives True
_NO_MORE = object()


class SuggestionWorker:
    """The suggested questions of the generation that serves, as far as they are made."""

    def __init__(self, assistant: Assistant, spare: Spare = lambda: nullcontext(enter_result=True)) -> None:
        self._assistant = assistant
        self._spare = spare
        self._lock = Lock()
        self._stopped = Event()
        self._generation: int | None = None
        self._questions: list[str] = []
        self._threads: list[Thread] = []

    def current(self) -> list[str]:
        """Those made so far; for a new generation their making begins here."""
        generation = self._assistant.manifest().generation
        with self._lock:
            if generation != self._generation and not self._stopped.is_set():
                self._generation, self._questions = generation, []
                thread = Thread(target=self._make, args=(self._questions,), name="suggestions", daemon=True)
                self._threads = [*(one for one in self._threads if one.is_alive()), thread]
                thread.start()
            return list(self._questions)

    def close(self) -> None:
        """Make no more, and wait for what is being tried, for an earlier generation too."""
        with self._lock:
            self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _make(self, questions: list[str]) -> None:
        tries = self._assistant.suggestions()
        try:
            while questions is self._questions and not self._stopped.is_set():
                with self._spare() as free:
                    tried = next(tries, _NO_MORE) if free else None
                if tried is _NO_MORE:
                    return
                if isinstance(tried, str):
                    questions.append(tried)
                if not free:
                    self._stopped.wait(_LATER)
        except Exception as error:  # noqa: BLE001 (a page without suggestions is whole; what went wrong is logged)
            _log.error("no questions could be suggested", exc_info=error)
