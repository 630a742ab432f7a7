"""Suggested questions, made beside the serving: once for each generation, and nobody waits for them."""

import logging
from threading import Event, Lock, Thread

from rag.assistant import Assistant

_log = logging.getLogger(__name__)


class Suggested:
    """The suggested questions of the generation that serves, as far as they are made."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = Lock()
        self._stopped = Event()
        self._generation: int | None = None
        self._questions: list[str] = []
        self._thread: Thread | None = None

    def current(self) -> list[str]:
        """Those made so far; for a new generation their making begins here."""
        generation = self._assistant.manifest().generation
        with self._lock:
            if generation != self._generation and not self._stopped.is_set():
                self._generation, self._questions = generation, []
                self._thread = Thread(target=self._make, args=(self._questions,), name="suggestions", daemon=True)
                self._thread.start()
            return list(self._questions)

    def close(self) -> None:
        """Make no more, and wait for the question that is being tried."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def _make(self, questions: list[str]) -> None:
        try:
            for question in self._assistant.suggestions():
                if self._stopped.is_set() or questions is not self._questions:
                    return
                questions.append(question)
        except Exception as error:  # noqa: BLE001 (a page without suggestions is whole; what went wrong is logged)
            _log.error("no questions could be suggested", exc_info=error)
