"""How far apart the cosines of a model lie."""

from statistics import median

import numpy as np
import pytest

from index.models.scale import SCALES, UNRECORDED, CosineScale, measured_scale
from tests.conftest import WordEmbedder, mixed

NAMES, PLACES = ("bridge", "tower", "harbour", "road", "wall"), ("Ganja", "Lahore", "Baku", "Quba")
SENTENCES = [f"The {name} of {place} is long." for name in NAMES for place in PLACES]
PASSAGES = [f"{sentence} Its keeper is {n} years old." for n, sentence in enumerate(SENTENCES)]


def cosine(left, right):
    return sum(float(a) * float(b) for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_the_scale_is_that_of_a_brute_force_oracle(share):
    """Cosine by cosine, the lowest lies as far below the median with other passages as that with its own is above."""
    embedder = WordEmbedder()
    queries = mixed(embedder.embed_queries(SENTENCES), share)
    passages = mixed(embedder.embed_passages(PASSAGES), share)
    own = median(cosine(query, passage) for query, passage in zip(queries, passages, strict=True))
    others = median(
        cosine(query, passage)
        for query_row, query in enumerate(queries)
        for passage_row, passage in enumerate(passages)
        if query_row != passage_row
    )
    scale = measured_scale(queries, passages)
    assert scale == CosineScale(pytest.approx(others - (own - others), abs=1e-4), 0.8)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_the_scale_goes_along_with_the_cosines(share):
    """Where every cosine c of a model becomes share + (1 - share) c, so does its lowest."""
    embedder = WordEmbedder()
    queries, passages = embedder.embed_queries(SENTENCES), embedder.embed_passages(PASSAGES)
    lowest = measured_scale(queries, passages).lowest
    assert lowest > -1
    moved = measured_scale(mixed(queries, share), mixed(passages, share)).lowest
    assert moved == pytest.approx(share + (1 - share) * lowest, abs=1e-4)


def test_no_cosine_is_below_the_lowest_there_can_be():
    """Passages that are all opposite to one another's queries give -1, not less."""
    vectors = np.array([[1.0, 0.0], [-1.0, 0.0]], dtype=np.float32)
    assert measured_scale(vectors, vectors).lowest == -1.0


def test_a_model_that_finds_nothing_has_the_median_of_the_others():
    """Where a query's own passage is farther from it than the others are, its cosine is no bound."""
    vectors = np.eye(2, dtype=np.float32)
    assert measured_scale(vectors, vectors[::-1]).lowest == 1.0


def test_the_model_that_older_indexes_were_made_with_has_what_they_counted_by():
    """So a manifest of it can be read by earlier versions."""
    assert SCALES["all-MiniLM-L6-v2"] == UNRECORDED == CosineScale(-1.0, 0.78)
