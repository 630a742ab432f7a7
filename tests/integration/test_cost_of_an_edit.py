"""What an edit costs, beside building all: measured with the real model over a thousand articles."""

import random
import re
import time
from pathlib import Path

import pytest

from index.build.build import build_index
from index.build.report import BuildReport
from index.models.embedder import SentenceTransformerEmbedder
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.slow

ARTICLES = 1000
SENTENCES = 2  # an article, of this project's own; the shorter, the less a full build takes to compare with
SHARE = 0.1  # measured are 0.02 to 0.04, and more where other programs take the processor's caches
SEED = 11


class Counting(SentenceTransformerEmbedder):
    """The real model, which keeps what it embedded."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed_passages(self, texts):
        self.embedded += texts
        return super().embed_passages(texts)


def write_thousand(corpus: Path) -> None:
    """Articles of sentences of the project's corpus, each in an order of its own."""
    paths = (path for path in sorted((REPOSITORY / "corpus").glob("*.md")) if path.stem != "README")
    texts = [path.read_text().split("---", 2)[2] for path in paths]
    sentences = [found for text in texts for found in re.split(r"(?<=[.!?])\s+", text) if len(found) > 60]
    chance = random.Random(SEED)
    corpus.mkdir()
    for number in range(ARTICLES):
        body = " ".join(chance.sample(sentences, SENTENCES))
        (corpus / f"a{number:04d}.md").write_text(f"---\ntitle: Report {number}\nsource: Reader\n---\n{body}\n")


def timed(corpus: Path, directory: Path, embedder: Counting) -> tuple[BuildReport, float]:
    """What a build did, and the seconds of processor it took, which other programs do not change much."""
    began = time.process_time()
    report = build_index(corpus, directory, embedder)
    return report, time.process_time() - began


def test_an_edit_of_one_in_a_thousand_articles_costs_under_a_tenth_of_a_full_build(tmp_path):
    """It embeds the one passage whose words changed, and takes less than 10 % of the time of building all."""
    corpus, directory = tmp_path / "corpus", tmp_path / "index"
    write_thousand(corpus)
    embedder = Counting()
    embedder.embed_query("warm up")  # loading the model is part of neither
    full, seconds = timed(corpus, directory, embedder)
    assert (len(full.diff.added), full.embedded) == (ARTICLES, full.passages)
    for number in (500, 900):
        path = corpus / f"a{number:04d}.md"
        path.write_text(path.read_text() + "\n\n" + "A sentence was added about the ferry of Lenkoran. " * 17)
        embedder.embedded.clear()
        edit, took = timed(corpus, directory, embedder)
        assert (edit.diff.changed, edit.embedded) == ([f"a{number:04d}"], 1)
        assert ["ferry of Lenkoran" in text for text in embedder.embedded] == [True]
        assert took < SHARE * seconds, f"{took:.2f} s of {seconds:.1f} s for {full.passages} passages"
        print(f"{full.passages} passages: {seconds:.1f} s, an edit {took:.2f} s: {took / seconds:.3f} of it;")
        print(f"by the clock {full.seconds:.1f} s and {edit.seconds:.2f} s: {edit.seconds / full.seconds:.3f}")
