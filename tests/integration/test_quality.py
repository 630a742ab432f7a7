"""Floors under the quality of answers over the project's own corpus, for questions by themselves and for follow-ups."""

import json
from subprocess import CompletedProcess

import pytest

from tests.conftest import REPOSITORY
from tests.integration.conftest import Rag

pytestmark = pytest.mark.slow

# About two questions below what was measured, which is in the README's table: what a person is shown.
FLOORS = {
    "hit@1": 0.92,
    "MRR@10": 0.94,
    "quote@1 as answered": 0.86,
    "quote@3 as answered": 0.91,
    "citation exactness": 1.0,
    "headline precision": 0.87,
    "headline coverage": 0.43,
    "AUROC": 0.87,
    "answered of answerable": 0.95,
    "declined of unanswerable": 0.53,
}


READER = REPOSITORY / "tests/data/reader"


@pytest.fixture(scope="module")
def done(rag: Rag) -> CompletedProcess[str]:
    """`rag eval` on the shipped questions, compared with the saved run beside them; once for all tests here."""
    corpus = ("--corpus", REPOSITORY / "corpus")
    return rag("eval", READER, *corpus, "--compare", READER / "baseline.json", "--margin", 0.03, "--json")


def test_figures_stay_above_their_floors(done: CompletedProcess[str]) -> None:
    """`rag eval` on the shipped questions stays above every floor."""
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert (report["questions"], report["answerable"]) == (142, 112)
    low = {name: report["figures"][name] for name, floor in FLOORS.items() if report["figures"][name] < floor}
    assert low == {}


def test_no_figure_is_worse_than_in_the_saved_run(done: CompletedProcess[str]) -> None:
    """Every quality figure is within 0.03 of tests/data/reader/baseline.json, or better.

    A change that is meant to move them saves that run again with the command in tests/data/reader/README.md.
    """
    assert done.returncode == 0, done.stderr
    changes = json.loads(done.stdout)["compared"]["changes"]
    assert {change["name"] for change in changes} >= FLOORS.keys()
    assert [change["name"] for change in changes if change["verdict"] == "worse"] == []


# About two questions below what was measured; with the question before in front, quote@1 was 0.54, nothing declined.
FOLLOW_UP_FLOORS = {
    "follow-up hit@1": 0.78,
    "follow-up hit@5": 0.94,
    "quote@1 as answered": 0.84,
    "quote@3 as answered": 0.90,
    "citation exactness": 1.0,
    "headline precision": 0.88,
    "headline coverage": 0.61,
    "answered of answerable": 0.92,
    "declined of unanswerable": 0.75,
}


def test_follow_ups_stay_above_their_floors(rag: Rag) -> None:
    """What is understood from the questions before is found and quoted, and found less often without them."""
    done = rag("eval", REPOSITORY / "tests/data/followups", "--corpus", REPOSITORY / "corpus", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    figures, ignored = report["figures"], report["retrieval_alone"]["history ignored"]
    assert {name: figures[name] for name, floor in FOLLOW_UP_FLOORS.items() if figures[name] < floor} == {}
    assert figures["follow-up hit@5"] >= ignored["follow-up hit@5"] + 0.08


# Of invented news, half of whose unanswerable questions are near misses: about three questions off what was measured.
NEWS_FLOORS = {
    "newsroom": {
        "quote@1 as answered": 0.55,
        "quote@3 as answered": 0.66,
        "citation exactness": 1.0,
        "headline precision": 0.79,
        "headline coverage": 0.23,
        "answered of answerable": 0.78,
        "declined of unanswerable": 0.36,
    },
    "asked": {
        "quote@1 as answered": 0.64,
        "quote@3 as answered": 0.78,
        "citation exactness": 1.0,
        "headline precision": 0.59,
        "headline coverage": 0.25,
        "answered of answerable": 0.89,
        "declined of unanswerable": 0.26,
    },
}


@pytest.mark.parametrize("name", NEWS_FLOORS)
def test_news_of_other_subjects_stays_above_its_floors(rag: Rag, name: str) -> None:
    """Articles that nothing was made for are answered as well as they were, and their headlines told by kind."""
    done = rag("eval", REPOSITORY / "tests/data" / name, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    figures = report["figures"]
    assert {key: figures[key] for key, floor in NEWS_FLOORS[name].items() if figures[key] < floor} == {}
    assert sum(kind["questions"] for kind in report["kinds"].values()) == report["questions"] == 300


# Of questions in Azerbaijani, Turkish, Russian and Urdu over English articles, and of articles in these languages asked
# in them and in English: two to four questions below what was measured.
LANGUAGE_FLOORS = {
    "languages": {
        "hit@1": 0.78,
        "quote@1": 0.63,
        "quote@3": 0.81,
        "citation exactness": 1.0,
        "answered of answerable": 0.65,
        "declined of unanswerable": 0.53,
    },
    "languages/articles": {
        "hit@1": 0.77,
        "quote@1": 0.70,
        "quote@3": 0.86,
        "citation exactness": 1.0,
        "answered of answerable": 0.57,
        "declined of unanswerable": 0.53,
    },
}


@pytest.mark.parametrize("name", LANGUAGE_FLOORS)
def test_other_languages_stay_above_their_floors(rag: Rag, name: str) -> None:
    """What is asked in other languages, or stands in them, is found, quoted and declined as it was."""
    folder = REPOSITORY / "tests/data" / name
    corpus = folder / "corpus" if (folder / "corpus").is_dir() else REPOSITORY / "corpus"
    done = rag("eval", folder, "--corpus", corpus, "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["figures"]
    assert {key: figures[key] for key, floor in LANGUAGE_FLOORS[name].items() if figures[key] < floor} == {}
