"""Ask every route of web/api/examples.json over this project's corpus, and write its replies into that file.

python -m tests.record_examples
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from index.build.build import build_index
from index.engine.local.local_index import LiveIndex
from index.models.embedder import SentenceTransformerEmbedder
from rag.assistant import Assistant
from rag.reader import reader_of
from tests.conftest import REPOSITORY
from web.api.examples import EXAMPLES
from web.app import create_app
from web.settings import Settings


def record(client: TestClient) -> None:
    """Each reply in the place of the one before; a path's parameters are in `at`, and this folder has no name there."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for route, example in examples.items():
        if route == "POST /api/feedback":
            example["request"] = vote_on(examples["POST /api/ask"]["response"])
        method, path = route.split()
        reply = client.request(method, example.get("at", path), json=example.get("request"))
        reply.raise_for_status()
        if reply.content:
            example["response"] = reply.json()
    text = json.dumps(examples, ensure_ascii=False, indent=1).replace(str(REPOSITORY), "/srv/reader")
    EXAMPLES.write_text(text + "\n", encoding="utf-8")


def vote_on(answer: dict[str, Any]) -> dict[str, Any]:
    """A vote up on an answer, as a page would send it."""
    spans = [{name: cited[name] for name in ("article_id", "version", "start", "end")} for cited in answer["citations"]]
    vote = {"question": answer["question"], "verdict": "up", "generation": answer["index"]["generation"]}
    return {**vote, "answered": answer["answered"], "citations": spans}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "index"
        build_index(REPOSITORY / "corpus", directory, SentenceTransformerEmbedder())
        app = create_app(Assistant(LiveIndex(directory), reader=reader_of("shipped")), Settings(index=directory))
        with TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000)) as client:
            record(client)
