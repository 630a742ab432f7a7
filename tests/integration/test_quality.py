"""Floors under the quality of answers over the project's own corpus: 142 questions, 30 not answerable from it."""

import json

import pytest

from tests.conftest import REPOSITORY
from tests.integration.conftest import Rag

pytestmark = pytest.mark.slow

# Measured: see the README's table. A floor leaves about two questions of room.
FLOORS = {
    "hit@1": 0.8,
    "MRR@10": 0.8,
    "quote@1": 0.6,
    "quote@3": 0.8,
    "citation exactness": 1.0,
    "AUROC": 0.8,
    "answered of answerable": 0.7,
    "declined of unanswerable": 0.5,
}


def test_figures_stay_above_their_floors(rag: Rag) -> None:
    """`rag eval` on the shipped questions stays above every floor."""
    done = rag("eval", REPOSITORY / "tests/data/reader", "--corpus", REPOSITORY / "corpus", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["questions"], report["answerable"]) == (142, 112)
    low = {name: report["figures"][name] for name, floor in FLOORS.items() if report["figures"][name] < floor}
    assert low == {}
