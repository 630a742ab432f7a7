"""Metrics for operators, in Prometheus' form, and the log of questions, if the setting asks for it."""

import logging
from collections.abc import Iterable, Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from index.engine.manifest import Manifest
from index.engine.stats import age_seconds
from rag.answer import Answer
from rag.assistant import FROM_CACHE
from rag.events import Answered, AnswerEvent

_log = logging.getLogger(__name__)
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One app's metrics; two apps in one process share none."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self, *, log_questions: bool = False) -> None:
        self._log_questions = log_questions
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            "rag_request_seconds",
            "Time to answer a request, to the end of its response.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.open_requests = Gauge("rag_requests_open", "Requests being answered.", registry=self._registry)
        self.asking = Gauge("rag_asking", "Questions being answered.", registry=self._registry)
        self.waiting = Gauge("rag_waiting", "Questions waiting to be answered.", registry=self._registry)
        self._refused = Counter("rag_refused", "Requests refused, by reason.", ["reason"], registry=self._registry)
        self._stages = Histogram(
            "rag_stage_seconds",
            "Time of each stage of an answer.",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._seconds = Histogram(
            "rag_ask_seconds", "Time to answer a question.", buckets=_SECONDS, registry=self._registry
        )
        self._questions = Counter("rag_questions", "Questions by outcome.", ["outcome"], registry=self._registry)
        self._cached = Counter("rag_cache_hits", "Questions answered from the cache.", registry=self._registry)
        self._generation = Gauge("rag_index_generation", "The generation that serves.", registry=self._registry)
        self._articles = Gauge("rag_index_articles", "Articles of that generation.", registry=self._registry)
        self._passages = Gauge("rag_index_passages", "Passages of that generation.", registry=self._registry)
        self._age = Gauge("rag_index_age_seconds", "Time since that generation was made.", registry=self._registry)

    def counted(self, events: Iterable[AnswerEvent]) -> Iterator[AnswerEvent]:
        """The same events; the answer is counted as it passes."""
        for event in events:
            if isinstance(event, Answered):
                self.count(event.answer)
            yield event

    def count(self, answer: Answer) -> None:
        """Count one reply."""
        outcome = "answered" if answer.answered else "declined"
        self._seconds.observe(answer.timings_ms["total"] / 1000)
        self._questions.labels(outcome).inc()
        self._cached.inc(FROM_CACHE in answer.timings_ms)
        for stage, milliseconds in answer.timings_ms.items():
            if stage != "total":
                self._stages.labels(stage).observe(milliseconds / 1000)
        if self._log_questions:
            _log.info("%s", outcome, extra={"fields": {"question": answer.question}})

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one response; `route` is the template of its path."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def count_refused(self, reason: str) -> None:
        """Count one request that was refused."""
        self._refused.labels(reason).inc()

    def text(self, manifest: Manifest) -> bytes:
        """All metrics as text, with the index's figures as they are now."""
        self._generation.set(manifest.generation)
        self._articles.set(manifest.articles)
        self._passages.set(manifest.passages)
        self._age.set(age_seconds(manifest))
        return generate_latest(self._registry)
