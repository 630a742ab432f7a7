"""Verifying proves a generation whole, or says each thing that is wrong with it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.build.build import build_index
from index.build.generation_writer import deciding_versions
from index.build.verify import verify_index
from index.corpus.parse_cache import FILES
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.dense import DenseIndex
from index.engine.local.generations import file_records, generation_folder
from index.engine.local.lexical import ANALYZERS, LexicalIndex
from index.engine.manifest import CATALOG, DENSE, LEXICAL, NEAR_DUPLICATES, SIGNATURES, VECTORS, Manifest
from index.errors import GenerationDamagedError, GenerationMissingError
from index.types import Article


def folder_of(built: Path) -> Path:
    return generation_folder(built, 1)


def sign(built: Path, generation: int = 1, **values: object) -> None:
    """Make every checksum right again, so that the files only contradict one another."""
    folder = generation_folder(built, generation)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.unlink()
    files = {name: record.model_dump() for name, record in file_records(folder).items()}
    changed = Manifest.model_validate(manifest | {"files": files} | values)
    path.write_text(changed.sealed().model_dump_json())


def change_catalog(built: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder_of(built) / CATALOG)) as connection:
        connection.execute(statement)
        connection.commit()
    sign(built)


def write_words(built: Path, passages: list[tuple[int, str, str]], generation: int = 1) -> None:
    folder = generation_folder(built, generation) / LEXICAL
    shutil.rmtree(folder)
    folder.mkdir()
    LexicalIndex.write(folder, passages)
    sign(built, generation)


def passages_of(built: Path) -> list[tuple[int, str, str]]:
    with closing(Catalog.open(folder_of(built) / CATALOG)) as catalog:
        return [(row, title, passage.text) for row, passage, title in catalog.every_passage()]


def problems(built: Path) -> str:
    report = verify_index(built)
    assert report.problems
    assert report.remedy == f"Run: rag index --rebuild --index {built}"
    assert report.as_dict()["whole"] is False
    return " ".join(report.problems)


def test_a_whole_index_has_no_problems(built):
    """What was just built is whole, and the report counts what was checked."""
    report = verify_index(built)
    assert (report.problems, report.remedy) == ([], None)
    assert (report.generation, report.articles, report.passages) == (1, 3, 3)
    assert report.files >= 4
    assert report.as_dict()["whole"] is True


def test_an_index_stays_whole_over_many_runs(corpus, built, embedder):
    """An incremental generation passes as a first one does."""
    (corpus / "bridge.md").unlink()
    (corpus / "tea.txt").write_text("Tea grows.\n\n" + "It is picked in May. " * 90)
    build_index(corpus, built, embedder)
    assert verify_index(built).problems == []


@pytest.mark.parametrize("name", [CATALOG, VECTORS, DENSE, FILES, SIGNATURES, NEAR_DUPLICATES, f"{LEXICAL}/meta.json"])
def test_a_lost_file_is_found(built_in_lists, name):
    """A missing file is named by its path."""
    path = folder_of(built_in_lists) / name
    path.unlink()
    assert f"{path} is missing" in problems(built_in_lists)


@pytest.mark.parametrize("name", [CATALOG, VECTORS, DENSE, FILES, SIGNATURES, NEAR_DUPLICATES, f"{LEXICAL}/meta.json"])
def test_an_altered_file_is_found(built_in_lists, name):
    """A flipped bit is named by its file."""
    path = folder_of(built_in_lists) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert f"{path} is not the file that was written" in problems(built_in_lists)


def test_every_damaged_file_is_named(built):
    """Two damages are two problems."""
    (folder_of(built) / VECTORS).unlink()
    (folder_of(built) / CATALOG).write_bytes(b"oops")
    assert len(verify_index(built).problems) == 2


def test_counts_that_disagree_with_the_manifest_are_found(built):
    """A manifest that promises other counts than the catalog holds is found."""
    sign(built, articles=4)
    assert "not the manifest's counts" in problems(built)


def test_a_text_that_is_not_what_was_embedded_is_found(built):
    """A passage whose article was altered under its vector is named."""
    change_catalog(built, "UPDATE articles SET text = replace(text, 'harbour', 'airport')")
    assert "harbour#" in problems(built)


def test_an_altered_title_is_found(built):
    """The title is part of what was embedded."""
    change_catalog(built, "UPDATE articles SET title = 'Another' WHERE article_id = 'bridge'")
    assert "bridge#" in problems(built)


def test_a_sentence_outside_its_passage_is_found(built):
    """A sentence's span must lie in its passage, or a citation would point beyond it."""
    change_catalog(built, "UPDATE passages SET sentences = '[[0, 100000]]' WHERE row = 0")
    assert "has a sentence outside it" in problems(built)


def test_a_lost_passage_is_found(built):
    """Rows that are not counted from 0 would join a passage to another's vector."""
    change_catalog(built, "DELETE FROM passages WHERE row = 0")
    text = problems(built)
    assert "has row 1, not 0" in text
    assert "the catalog 2" in text


@pytest.mark.parametrize("name", [VECTORS, LEXICAL])
def test_a_part_of_another_size_is_found(built, name):
    """Vectors and words must be of as many passages as the catalog holds."""
    if name == VECTORS:
        np.save(folder_of(built) / VECTORS, np.load(folder_of(built) / VECTORS)[:2])
    else:
        write_words(built, [(0, "a", "b"), (1, "c", "d")])
    sign(built)
    assert f"{name} holds 2 passages, the catalog 3" in problems(built)


@pytest.mark.parametrize(
    ("lists", "problem"),
    [
        (lambda vectors: vectors[:2], f"{DENSE} is of vectors of the shape (2, "),
        (lambda vectors: vectors[::-1], f"{DENSE} does not hold 2 of the vectors of {VECTORS}"),
    ],
)
def test_lists_of_other_vectors_are_found(monkeypatch, built_in_lists, lists, problem):
    """A passage that the lists lack, or hold under another's row, would not be found by what it says."""
    assert verify_index(built_in_lists).problems == []
    monkeypatch.setattr("index.engine.local.dense.EXACT", 1)
    DenseIndex.write(folder_of(built_in_lists) / DENSE, lists(np.load(folder_of(built_in_lists) / VECTORS)))
    sign(built_in_lists)
    assert problem in problems(built_in_lists)


def test_vectors_that_are_no_unit_vectors_are_found(built):
    """Their scores would be no cosines."""
    np.save(folder_of(built) / VECTORS, 2 * np.load(folder_of(built) / VECTORS))
    sign(built)
    assert "unit length" in problems(built)


def test_words_of_another_text_are_found(built):
    """As many passages, but not of these words: a text that was deleted would be found by its own."""
    write_words(built, [(row, "title", f"Other words {row}.") for row in range(3)])
    assert f"{LEXICAL} has " in problems(built)


def test_the_same_words_written_again_are_whole(built):
    """The tests of damage change nothing but what they damage."""
    write_words(built, passages_of(built))
    assert verify_index(built).problems == []


def test_words_of_several_languages_are_whole(corpus, built, embedder):
    """Each article's words are compared with those of its own language; of another they are found."""
    for language, text in (
        ("tr", "Limanlar açıldı."),
        ("az", "Limanlar açıldı."),
        ("ur", "بندرگاہیں کھلیں۔"),
        (None, "Limanlar."),
    ):
        stated = f"language: {language}\n" if language else ""
        (corpus / f"{language}.md").write_text(f"---\n{stated}title: Liman\n---\n{text}\n", encoding="utf-8")
    generation = build_index(corpus, built, embedder).generation
    assert verify_index(built).problems == []
    write_words(built, [(0, "", "")], generation)
    assert f"{LEXICAL} has words" in problems(built)


def test_an_index_without_analyzers_is_whole(corpus, built, embedder, open_index):
    """One of a version that knew only English answers; the next build makes it again, and embeds nothing."""
    (folder_of(built) / LEXICAL / ANALYZERS).unlink()
    made_with = {name: version for name, version in deciding_versions().items() if name != "words"}
    sign(built, made_with=made_with)
    assert verify_index(built).problems == []
    assert open_index(built).terms("The ships of İlham", "tr") == ["the", "ship", "of", "ilham"]
    embedder.embedded.clear()
    assert build_index(corpus, built, embedder).generation == 2
    assert embedder.embedded == []
    assert (generation_folder(built, 2) / LEXICAL / ANALYZERS).is_file()


def test_one_word_too_many_is_found(built):
    """Words that no article holds would find one: a text that was deleted leaves none."""
    (row, title, text), *others = passages_of(built)
    write_words(built, [(row, title, f"{text} Zyzzyva."), *others])
    assert "text than the catalog, 'zyzzyva' among them" in problems(built)


def test_an_old_title_among_the_words_is_found(built):
    """Titles are searched too."""
    (row, title, text), *others = passages_of(built)
    write_words(built, [(row, f"{title} of Astara", text), *others])
    assert "title than the catalog, 'astara' among them" in problems(built)


def test_words_under_the_wrong_row_are_found(built):
    """As many passages of the same words, two of them under one row."""
    (_, title, text), *others = passages_of(built)
    write_words(built, [(1, title, text), *others])
    assert f"{LEXICAL} does not hold each row once" in problems(built)


def test_a_file_that_is_no_part_of_it_is_found(built):
    """A file that the manifest does not list may hold a deleted text."""
    (folder_of(built) / "old.sqlite").write_text("Zyzzyva.")
    assert "old.sqlite is no part of the generation" in problems(built)


def test_an_article_that_is_not_what_was_hashed_is_found(built):
    """Its text and its version are what the article's page shows and a citation points into."""
    change_catalog(built, "UPDATE articles SET text = text || ' More words.' WHERE article_id = 'bridge'")
    change_catalog(built, "UPDATE articles SET version = 'x' WHERE article_id = 'harbour'")
    text = problems(built)
    assert "Article bridge is not what its hashes were made from" in text
    assert "Article harbour is not what its hashes were made from" in text


@pytest.mark.parametrize("change", ["day = '2024-03-06'", "folded_source = 'S'", "spoken = NULL", "end_row = 3"])
def test_an_article_that_filters_would_mistake_is_found(built, change):
    """The columns that filters compare, and the article's first and last rows, fit the article itself."""
    change_catalog(built, f"UPDATE articles SET {change} WHERE article_id = 'harbour'")
    assert "Article harbour is filed under another day, source, language or passages" in problems(built)


def test_an_article_whose_passages_do_not_hold_all_of_it_is_found(built, monkeypatch):
    """Its hashes and passages are right, but one of its sentences stands in no passage."""
    monkeypatch.setattr(Article, "version", lambda article: "v")
    monkeypatch.setattr(Article, "content_hash", lambda article: "h")
    change_catalog(built, "UPDATE articles SET version = 'v', hash = 'h'")
    assert verify_index(built).problems == []
    change_catalog(built, "UPDATE articles SET text = text || ' More.' WHERE article_id = 'bridge'")
    assert "Article bridge has text that stands in no passage" in problems(built)


def test_an_article_that_only_its_file_is_said_to_hold_is_found(built):
    """The next build would not parse that file again, so its articles must be in the catalog."""
    path = folder_of(built) / FILES
    path.write_text(path.read_text().replace('"bridge"', '"tunnel"'))
    sign(built)
    assert f"{FILES} names tunnel" in problems(built)


def test_signatures_of_another_size_are_found(built):
    """The next build copies them row by row."""
    np.save(folder_of(built) / SIGNATURES, np.load(folder_of(built) / SIGNATURES)[:2])
    sign(built)
    assert f"{SIGNATURES} holds 2 passages, the catalog 3" in problems(built)


def test_what_is_verified_stays_while_it_is(corpus, built, embedder, monkeypatch):
    """A build that would remove the generation meanwhile leaves it, so that no file of it is missing."""
    check = generations.check_files

    def meanwhile(directory, manifest):
        monkeypatch.setattr(generations, "check_files", check)  # which the build does too
        (corpus / "tea.txt").write_text("Tea grows.")
        build_index(corpus, built, embedder, keep=1)
        return check(directory, manifest)

    monkeypatch.setattr(generations, "check_files", meanwhile)
    report = verify_index(built)
    assert (report.generation, report.problems) == (1, [])


def test_copies_of_copies_are_found(built):
    """The first of a group is not itself a near-duplicate of another, and comes before the rest."""
    np.save(folder_of(built) / NEAR_DUPLICATES, np.array([1, 2, 2]))
    sign(built)
    assert NEAR_DUPLICATES in problems(built)
    np.save(folder_of(built) / NEAR_DUPLICATES, np.array([0, 1]))
    sign(built)
    assert f"{NEAR_DUPLICATES} holds 2 passages, the catalog 3" in problems(built)


def test_no_index_is_an_error(directory, built):
    """Without an index, or a manifest to check against, there is nothing to report on."""
    with pytest.raises(GenerationMissingError):
        verify_index(directory / "nowhere")
    (folder_of(built) / "manifest.json").unlink()
    with pytest.raises(GenerationDamagedError):
        verify_index(built)


def test_verifying_changes_nothing(built):
    """Checking a damaged index leaves it as it is."""
    (folder_of(built) / VECTORS).write_bytes(b"oops")
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}
    verify_index(built)
    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before
