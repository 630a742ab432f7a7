"""The scale of a model is measured once, kept in the manifest, and used by later builds."""

import json

import numpy as np
import pytest

from index.build.build import build_index
from index.engine.local.generations import checked_manifest, generation_folder
from index.engine.manifest import VECTORS
from index.models.record import ModelRecord
from index.models.scale import FEWEST, SAMPLED, SCALES, CosineScale, measured_scale
from tests.conftest import NarrowEmbedder


def write(corpus, count):
    """So many articles of one passage of two sentences."""
    corpus.mkdir(exist_ok=True)
    for n in range(count):
        (corpus / f"{n:03}.txt").write_text(f"The bridge of place{n % 7} has {n} lamps. They are old.")
    return corpus


def manifest_text(directory):
    return (generation_folder(directory, checked_manifest(directory).generation) / "manifest.json").read_text()


@pytest.fixture
def narrow():
    return NarrowEmbedder()


def test_it_is_measured_by_the_first_sentences_of_passages(tmp_path, directory, narrow):
    """Each is a query; the vectors are those of the index."""
    build_index(write(tmp_path / "bridges", FEWEST), directory, narrow)
    sentences = [f"The bridge of place{n % 7} has {n} lamps." for n in range(FEWEST)]
    assert narrow.queries == sentences
    vectors = np.load(generation_folder(directory, 1) / VECTORS)
    expected = measured_scale(NarrowEmbedder().embed_queries(sentences), vectors)
    assert 0.5 < expected.lowest < 0.9
    assert checked_manifest(directory).scale == checked_manifest(directory).cosine_scale() == expected


def test_passages_are_taken_from_the_whole_corpus(tmp_path, directory, narrow):
    """No more than SAMPLED, the first and the last among them."""
    build_index(write(tmp_path / "bridges", SAMPLED + 57), directory, narrow)
    assert len(set(narrow.queries)) == SAMPLED
    assert " 0 lamps" in narrow.queries[0]
    assert f" {SAMPLED + 56} lamps" in narrow.queries[-1]


def test_too_few_passages_have_that_of_older_indexes(tmp_path, directory, narrow):
    """Nothing is measured, and the manifest is one that earlier versions read."""
    build_index(write(tmp_path / "bridges", FEWEST - 1), directory, narrow)
    assert narrow.queries == []
    assert checked_manifest(directory).cosine_scale() == CosineScale(-1.0, 0.78)
    assert "scale" not in json.loads(manifest_text(directory))
    build_index(write(tmp_path / "bridges", FEWEST), directory, narrow)
    assert checked_manifest(directory).scale is not None


def test_later_builds_keep_it(tmp_path, directory, narrow):
    """It is not measured again for another corpus, nor where nothing changed; another model has its own."""
    corpus = write(tmp_path / "bridges", FEWEST)
    build_index(corpus, directory, narrow)
    scale = checked_manifest(directory).scale
    narrow.queries.clear()
    assert build_index(corpus, directory, narrow).generation == 1
    assert build_index(write(corpus, 3 * FEWEST), directory, narrow).generation == 2
    assert (checked_manifest(directory).scale, narrow.queries) == (scale, [])
    narrow.record = ModelRecord(name="other", fingerprint="2" * 64)
    build_index(corpus, directory, narrow)
    assert len(narrow.queries) == 3 * FEWEST


@pytest.mark.parametrize("name", SCALES)
def test_a_model_that_ships_has_its_own(tmp_path, directory, narrow, name):
    """It is not measured, however few passages there are."""
    narrow.record = ModelRecord(name=name, fingerprint="3" * 64)
    for count in (1, FEWEST):
        build_index(write(tmp_path / "bridges", count), directory, narrow)
        assert checked_manifest(directory).cosine_scale() == SCALES[name]
    assert narrow.queries == []
    assert build_index(tmp_path / "bridges", directory, narrow).generation == 2


def without_scale(directory):
    """Make the manifest one of a version that knew no scales."""
    manifest = checked_manifest(directory).model_copy(update={"scale": None}).sealed()
    text = manifest.model_dump_json()
    assert "scale" not in text
    (generation_folder(directory, manifest.generation) / "manifest.json").write_text(text)


def test_an_older_index_is_read_and_gets_its_scale_at_the_next_build(tmp_path, directory, narrow):
    """Until then it counts as it did; nothing is embedded but the sentences that are measured."""
    corpus = write(tmp_path / "bridges", FEWEST)
    build_index(corpus, directory, narrow)
    scale = checked_manifest(directory).scale
    without_scale(directory)
    assert checked_manifest(directory).cosine_scale() == CosineScale(-1.0, 0.78)
    report = build_index(corpus, directory, narrow)
    assert (report.generation, report.embedded) == (2, 0)
    assert checked_manifest(directory).scale == scale
