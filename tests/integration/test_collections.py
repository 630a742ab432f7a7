"""Floors on public collections that the project does not hold: RAG_COLLECTIONS=DIR pytest -m collections."""

import json
import os
from pathlib import Path

import pytest

from tests.integration.conftest import Rag

HOME = os.environ.get("RAG_COLLECTIONS", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.collections,
    pytest.mark.skipif(not HOME, reason="RAG_COLLECTIONS names no directory of collections"),
    pytest.mark.timeout(3000),
]

FLOORS = {
    "xquad-en": {
        "hit@1": 0.95,
        "quote@1 as answered": 0.83,
        "quote@3 as answered": 0.89,
        "short answer F1 as answered": 0.65,
        "headline precision": 0.73,
    },
    "xquad-absent": {"AUROC": 0.99, "answered of answerable": 0.9, "declined of unanswerable": 0.95},
    "squad2-dev": {"hit@1": 0.79, "quote@1 as answered": 0.73, "headline precision": 0.39},
}


@pytest.mark.parametrize(("name", "floors"), FLOORS.items())
def test_a_collection_stays_above_its_floors(name: str, floors: dict[str, float], rag: Rag) -> None:
    """The collection's figures stay above their floors, and every citation is exact."""
    report = json.loads(rag("eval", Path(HOME) / name, "--json").stdout)
    figures = report["figures"]
    assert figures["citation exactness"] == 1.0
    assert {key: figures[key] for key, floor in floors.items() if figures[key] < floor} == {}
