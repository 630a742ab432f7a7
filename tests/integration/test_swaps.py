"""A server that is asked without a pause while its index is replaced twenty times."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from starlette.testclient import TestClient

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from rag.assistant import Assistant
from rag.evidence.weights import Weights
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SURE
from web.app import create_app
from web.settings import Settings

pytestmark = pytest.mark.slow

SWAPS = 20
ASKERS = 4
QUESTION = "Which edition has the ferry of Lenkoran?"
ARTICLES = 5


def write_edition(corpus: Path, number: int) -> None:
    for article in range(ARTICLES):
        (corpus / f"a{article}.txt").write_text(
            f"The ferry of Lenkoran has edition {number} in article {article}. Others follow."
        )


def edition_of(text: str) -> set[int]:
    return {int(found) for found in re.findall(r"edition (\d+)", text)}


class Asker(Thread):
    """Asks until it is told to stop; keeps the generation and the editions of each reply."""

    def __init__(self, client: TestClient, stop: Event) -> None:
        super().__init__(daemon=True)
        self.client, self.stop_asking = client, stop
        self.replies: list[tuple[int, set[int]]] = []
        self.trouble: list[object] = []
        self.new = Event()

    def run(self) -> None:
        while not self.stop_asking.is_set():
            try:
                response = self.client.post("/api/ask", json={"question": QUESTION})
                reply = response.json()
                texts = [reply["answer"], *(found["text"] for found in reply["passages"])]
                self.replies.append((reply["index"]["generation"], edition_of(" ".join(texts))))
            except Exception as error:  # noqa: BLE001 (whatever went wrong is what the test is for)
                self.trouble.append(error)
                return
            finally:
                self.new.set()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Path, Path, TestClient]]:
    corpus, directory = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    write_edition(corpus, 1)
    build_index(corpus, directory, WordEmbedder())
    weights: Weights = SURE
    assistant = Assistant(LiveIndex(directory, lambda record: WordEmbedder()), weights=weights)
    app = create_app(assistant, Settings(index=directory))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)) as client:
        yield corpus, directory, client


def test_no_reply_fails_and_none_mixes_two_generations(live):
    """Every reply comes from one generation, whole; each asker sees them in their order, and the last at the end."""
    corpus, directory, client = live
    stop = Event()
    askers = [Asker(client, stop) for _ in range(ASKERS)]
    for asker in askers:
        asker.start()
    for number in range(2, SWAPS + 2):
        write_edition(corpus, number)
        assert build_index(corpus, directory, WordEmbedder(), keep=1).generation == number
        for asker in askers:  # each has asked since the swap, or is asking now
            asker.new.clear()
            assert asker.new.wait(60)
    stop.set()
    for asker in askers:
        asker.join(60)
        assert asker.trouble == []
        assert all(editions == {generation} for generation, editions in asker.replies)
        generations = [generation for generation, _ in asker.replies]
        assert generations == sorted(generations)
        assert len(set(generations)) > SWAPS // 2
    assert client.post("/api/ask", json={"question": QUESTION}).json()["index"]["generation"] == SWAPS + 1
