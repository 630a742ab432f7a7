"""Counters for operators, in Prometheus' form."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from index.manifest import Manifest
from rag.answer import Answer
from rag.assistant import Step

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One app's counters; two apps in one process share none."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "rag_ask_seconds", "Time to answer a question.", buckets=_SECONDS, registry=self._registry
        )
        self._asked = Counter("rag_questions", "Questions by outcome.", ["outcome"], registry=self._registry)
        self._generation = Gauge("rag_index_generation", "The generation that serves.", registry=self._registry)
        self._articles = Gauge("rag_index_articles", "Articles of that generation.", registry=self._registry)
        self._age = Gauge("rag_index_age_seconds", "Time since it was made.", registry=self._registry)

    def observed(self, steps: Iterator[Step]) -> Iterator[Step]:
        """The same steps, counted as they pass."""
        for step in steps:
            if isinstance(step, Answer):
                self.count(step)
            yield step

    def count(self, answer: Answer) -> None:
        """Count one reply."""
        self._seconds.observe(answer.timings_ms["total"] / 1000)
        self._asked.labels("answered" if answer.answered else "declined").inc()

    def text(self, manifest: Manifest) -> bytes:
        """All of it, with the index's figures as of now."""
        self._generation.set(manifest.generation)
        self._articles.set(manifest.articles)
        self._age.set((datetime.now(UTC) - datetime.fromisoformat(manifest.created)).total_seconds())
        return generate_latest(self._registry)
