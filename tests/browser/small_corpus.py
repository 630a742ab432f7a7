"""A server for a few handwritten articles, without a model, whose reader can be paused."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from index.build.build import build_index
from index.build.reindex_process import Reindexer
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from rag.evidence.weights import Weights
from rag.reader import Reading
from tests.conftest import WordEmbedder
from tests.serving import serving
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader

QUESTION = "When was the harbour of Lenkoran opened?"
SENTENCE = "The harbour of Lenkoran was opened on 12 March 2021, after six years of work."
FOLLOW_UP = "What did it cost?"
URDU = "آتشگاہ کی عمارت کب مکمل ہوئی؟"
ARABIC = "متى افتتح ميناء لنكران؟"
ARTICLES: list[dict[str, Any]] = [
    {
        "id": "harbour",
        "title": "The new harbour of Lenkoran",
        "source": "Coast Daily",
        "published": "2024-03-05",
        "url": "https://example.org/harbour#quay",
        "language": "en",
        "text": "Work began in spring.\n\n" * 30
        + f"{SENTENCE} It cost 40 million dollars.\n\n"
        + "Tea grows here.\n\n" * 30,
    },
    {
        "id": "bridge",
        "title": "A bridge over the Kura",
        "source": "River Post",
        "published": "2023-01-15",
        "language": "en",
        "text": "The Kura Bridge was built in Salyan in May 1911. It is 310 metres long.",
    },
    {
        "id": "fire-temple",
        "title": "باکو کا آتشگاہ",
        "source": "روزنامہ",
        "published": "2022-10-01",
        "language": "ur",
        "text": "آتشگاہ کی عمارت 1745 میں مکمل ہوئی۔ یہ باکو کے قریب ہے۔",
    },
    {
        "id": "mina",
        "title": "ميناء لنكران",
        "source": "الأخبار",
        "language": "ar",
        "text": "افتتح ميناء لنكران في 12 مارس 2021 بعد ست سنوات من العمل.",
    },
]
WORDS = ("12 March 2021", "40 million dollars", "May 1911", "1745 میں", "12 مارس 2021")


class GatedReader(ScriptedReader):
    """Finds WORDS. It waits until its gate is open."""

    def __init__(self) -> None:
        super().__init__(**dict.fromkeys(WORDS, 30.0))
        self.gate = Event()
        self.gate.set()

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[Reading]:
        assert self.gate.wait(30)
        return super().read(question, texts)


@contextmanager
def serve_articles(
    folder: Path,
    articles: Sequence[dict[str, Any]],
    reader: ScriptedReader,
    weights: Weights = SENSIBLE,
    reindexer: Reindexer | None = None,
) -> Iterator[str]:
    """Serve an index of these articles; gives the address."""
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")
    build_index(folder / "articles.jsonl", folder / "index", WordEmbedder())
    live = LiveIndex(folder / "index", lambda record: WordEmbedder())
    with serving(
        folder / "index", Assistant(live, reader=reader, weights=weights, least_headline=0.0), reindexer=reindexer
    ) as url:
        yield url
