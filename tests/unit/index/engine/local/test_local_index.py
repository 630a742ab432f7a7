"""The local engine answers from one generation; the live one follows CURRENT."""

import errno
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.build.build import build_index
from index.build.verify import verify_index
from index.engine.local import checksums
from index.engine.local.generations import generation_folder
from index.engine.local.local_index import LiveIndex, LocalIndex
from index.engine.manifest import VECTORS
from index.errors import GenerationDamagedError, GenerationMissingError, ModelError, StorageError
from index.types import Article, Filters
from tests.conftest import REPOSITORY
from tests.unit.index.engine.local.test_generations import edit

ANY = Filters()
FILES = [VECTORS, "catalog.sqlite", "copies.npy", "lexical/meta.json"]
# Cuts every file of an open index, and goes on searching in it.
SEARCH_AFTER_THE_CUT = """
import os, sys
from pathlib import Path
from index.engine.local import dense
from index.engine.local.generations import generation_folder
from index.engine.local.local_index import LocalIndex
from index.errors import GenerationDamagedError
from index.types import Filters
from tests.conftest import WordEmbedder
dense.EXACT, dense.FEW, dense.LISTS = int(sys.argv[2]), 0, 1
index = LocalIndex.open(Path(sys.argv[1]), lambda record: WordEmbedder())
for path in generation_folder(Path(sys.argv[1]), 1).rglob("*"):
    if path.is_file():
        os.truncate(path, 0)
assert index.nearest(index.embedder.embed_query("harbour"), 3, Filters())
assert index.matching("harbour bridge kites", 3, 0.5, Filters())
try:
    index.article("harbour")
except GenerationDamagedError as error:
    print("refused:", error)
"""


@pytest.fixture
def index(built, open_index) -> LocalIndex:
    return open_index(built)


def article_ids(index: LocalIndex, hits: list[tuple[int, float]]) -> list[str]:
    return [passage.article_id for passage in index.passages([row for row, _ in hits])]


def words(index: LocalIndex, query: str, filters: Filters = ANY) -> list[str]:
    return article_ids(index, index.matching(query, 10, 1.0, filters))


def near(index: LocalIndex, query: str, filters: Filters = ANY) -> list[str]:
    return article_ids(index, index.nearest(index.embedder.embed_query(query), 10, filters))


def republish(corpus, built, embedder, text: str, keep: int = 3) -> None:
    (corpus / "notes" / "kites.txt").write_text(text)
    build_index(corpus, built, embedder, keep=keep)


def damage(built, number: int) -> None:
    (generation_folder(built, number) / VECTORS).write_bytes(b"oops")


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    data = path.read_bytes()
    with path.open("r+b") as file:
        file.write(bytes(byte ^ 1 for byte in data))


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"other")
    other.replace(path)


class TestLocalIndex:
    """One generation."""

    def test_it_opens_where_nothing_can_be_written(self, open_to_all, corpus, embedder, open_index, unprivileged):
        """For another user than the one who made it, the index opens, answers and is left as it is."""
        directory = open_to_all / "index"
        build_index(corpus, directory, embedder)
        before = sorted(directory.rglob("*"))
        with unprivileged():
            assert not os.access(directory, os.W_OK, effective_ids=True)
            index = open_index(directory)
            assert words(index, "harbour of Lenkoran")[0] == "harbour"
            assert verify_index(directory).problems == []
        assert sorted(directory.rglob("*")) == before

    def test_without_a_temporary_directory_the_error_says_so(self, built, open_index, monkeypatch):
        """The error is about the machine, and not about the index, which is whole."""
        monkeypatch.setattr(tempfile, "tempdir", str(built / "nowhere"))
        with pytest.raises(StorageError, match="temporary.*TMPDIR"):
            open_index(built)

    def test_words_and_vectors_have_the_same_rows(self, index):
        """The best passage for a passage's own words is that passage, both ways."""
        assert words(index, "harbour of Lenkoran")[0] == "harbour"
        assert near(index, "The new harbour of Lenkoran")[0] == "harbour"

    def test_every_vector_is_at_its_passages_row(self, index):
        """Searching for what a passage was embedded from finds its own row first, at cosine 1."""
        for row, text in enumerate(index.catalog.embedding_texts(range(3))):
            (hit,) = index.nearest(index.embedder.embed_query(text), 1, ANY)
            assert hit == (row, pytest.approx(1.0, abs=1e-5))

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(source="River Post"), {"bridge"}),
            (Filters(language="en", published_from="2024-01-01"), {"harbour"}),
            (Filters(source="No One"), set()),
        ],
    )
    def test_filters_bound_both_searches(self, index, filters, expected):
        """No passage outside the filters is found, and narrow filters still find theirs."""
        assert set(near(index, "kites", filters)) == expected
        assert set(words(index, "the harbour bridge kites", filters)) == expected

    def test_scores_come_best_first(self, index):
        """Larger is nearer, cosines lie in [-1, 1], and BM25 is not negative."""
        cosines = [score for _, score in index.nearest(index.embedder.embed_query("harbour"), 10, ANY)]
        scores = [score for _, score in index.matching("the harbour bridge", 10, 1.0, ANY)]
        assert cosines == sorted(cosines, reverse=True)
        assert scores == sorted(scores, reverse=True)
        assert all(-1.0001 <= cosine <= 1.0001 for cosine in cosines)
        assert min(scores) >= 0

    def test_articles_are_given_by_id(self, index):
        """An article is found by its id, and an unknown id gives None."""
        assert isinstance(index.article("notes-kites"), Article)
        assert index.article("nothing") is None

    def test_frequency_is_of_the_words_as_indexed(self, index):
        """A text's terms are those whose frequency is counted."""
        assert [index.document_frequency(term) for term in index.terms("Bridges basant zebra")] == [1, 1, 0]

    def test_it_opens_with_the_model_that_made_it(self, built, embedder):
        """The embedder is chosen by the record in the manifest."""
        records = []
        LocalIndex.open(built, lambda record: records.append(record) or embedder)
        assert records == [embedder.record]

    def test_a_model_that_is_not_here_is_an_error(self, built):
        """Without the model of its vectors an index does not open."""

        def missing(record):
            raise ModelError("The model is not here.", "Bring it.")

        with pytest.raises(ModelError, match=f"Bring it. Or make the index again: rag index --index {built}"):
            LocalIndex.open(built, missing)

    def test_threads_share_one_index(self, index):
        """Searches from many threads at once give what one alone gives."""
        queries = ["harbour tea", "bridge Kura", "kites Lahore"] * 20
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda query: (words(index, query), near(index, query)), queries))
        assert results == [(words(index, query), near(index, query)) for query in queries]

    @pytest.mark.parametrize("exact", [2, 50_000], ids=["by lists", "exactly"])
    def test_a_search_in_files_that_were_cut_ends_no_process(self, built_in_lists, exact):
        """Vectors and words are not read from the files that were cut, and the catalog's error has the command."""
        program = [sys.executable, "-c", SEARCH_AFTER_THE_CUT, str(built_in_lists), str(exact)]
        done = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"rag index --rebuild --index {built_in_lists}" in done.stdout

    def test_without_room_for_a_copy_the_error_says_so(self, built, open_index, monkeypatch):
        """The error is about the temporary directory, and the index is whole."""
        monkeypatch.setattr(shutil, "copyfile", full)
        with pytest.raises(StorageError, match="No space left.*TMPDIR"):
            open_index(built)


class TestLiveIndex:
    """It serves the newest generation that opens."""

    def test_the_same_generation_is_opened_once(self, live_index):
        """While CURRENT stays, every caller has the same index."""
        assert live_index.current() is live_index.current()

    def test_a_new_generation_is_swapped_in(self, live_index, corpus, built, embedder):
        """The next caller after a re-index answers from it."""
        republish(corpus, built, embedder, "Zebras run.")
        assert live_index.current().manifest.generation == 2
        assert words(live_index.current(), "zebras") == ["notes-kites"]
        assert words(live_index.current(), "basant") == []

    def test_an_index_taken_before_keeps_answering(self, live_index, corpus, built, embedder):
        """A request begun before a swap ends on its own generation, which stays on the disk until then."""
        taken = live_index.current()
        for edition in ("Zebras run.", "Lions sleep.", "Bears fish."):
            republish(corpus, built, embedder, edition, keep=1)
        assert generation_folder(built, 1).exists()
        assert not generation_folder(built, 2).exists()
        assert live_index.current().manifest.generation == 4
        assert words(taken, "basant") == ["notes-kites"]
        assert near(taken, "Kites fly over Lahore")[0] == "notes-kites"
        assert "Basant" in taken.article("notes-kites").text

    def test_a_damaged_generation_is_skipped(self, live_index, corpus, built, embedder, caplog):
        """A new generation that does not open is logged once, and the old one still serves."""
        old = live_index.current()
        republish(corpus, built, embedder, "Zebras run.")
        damage(built, 2)
        with caplog.at_level(logging.ERROR):
            assert live_index.current() is old
            assert live_index.current() is old
        assert [record.message.count("generation 1 still is") for record in caplog.records] == [1]
        assert words(old, "basant") == ["notes-kites"]

    def test_the_generation_after_a_damaged_one_is_served(self, live_index, corpus, built, embedder):
        """A rebuild that mends the index is swapped in like any other."""
        republish(corpus, built, embedder, "Zebras run.")
        damage(built, 2)
        live_index.current()
        build_index(corpus, built, embedder, rebuild=True)
        assert live_index.current().manifest.generation == 3
        assert words(live_index.current(), "zebras") == ["notes-kites"]

    @pytest.mark.parametrize("content", [None, b"", b"nonsense", b"99"])
    def test_a_lost_or_garbled_current_does_not_stop_serving(self, live_index, built, content):
        """The open generation still answers when CURRENT is missing or names nothing."""
        old = live_index.current()
        (built / "CURRENT").unlink() if content is None else (built / "CURRENT").write_bytes(content)
        assert live_index.current() is old
        assert words(old, "basant") == ["notes-kites"]

    def test_a_start_without_an_index_is_an_error(self, directory, built, embedder):
        """Serving can't begin without a whole index."""
        with pytest.raises(GenerationMissingError):
            LiveIndex(directory / "nothing", lambda record: embedder)
        damage(built, 1)
        with pytest.raises(GenerationDamagedError):
            LiveIndex(built, lambda record: embedder)

    @pytest.mark.parametrize("name", FILES)
    @pytest.mark.parametrize("damage_file", [cut, overwrite, replace], ids=lambda damage_file: damage_file.__name__)
    def test_a_damaged_file_of_the_live_generation_is_an_error(self, live_index, built, embedder, name, damage_file):
        """Nothing is answered from it until the command in the error has been run, or the file is as it was."""
        path = generation_folder(built, 1) / name
        content = path.read_bytes()
        damage_file(path)
        for ask in (live_index.current, live_index.degraded_reason):
            with pytest.raises(GenerationDamagedError, match=f"{path} .*rag index --rebuild --index {built}"):
                ask()
        path.write_bytes(content)
        assert words(live_index.current(), "basant") == ["notes-kites"]

    def test_a_rebuild_mends_a_damaged_live_generation(self, live_index, corpus, built, embedder):
        """The command of the error is all that is needed."""
        damage(built, 1)
        build_index(corpus, built, embedder, rebuild=True)
        assert live_index.current().manifest.generation == 2
        assert live_index.degraded_reason() is None

    def test_a_file_that_is_only_touched_is_read_once_and_serves(self, live_index, built, monkeypatch):
        """Its bytes are those that were written."""
        path = generation_folder(built, 1) / VECTORS
        read = []
        real = checksums.sha256_of
        monkeypatch.setattr(checksums, "sha256_of", lambda path: read.append(path) or real(path))
        os.utime(path, (1, 1))
        for _ in range(3):
            live_index.current()
        assert read == [path]

    def test_callers_are_not_held_up_by_a_swap(self, live_index, corpus, built, embedder):
        """While one caller opens the new generation, the others get the old one."""
        old = live_index.current()
        during = []

        def slow_open(record):
            with ThreadPoolExecutor(1) as pool:
                during.append(pool.submit(live_index.current).result(timeout=10))
            return embedder

        live_index._embedder_of = slow_open
        republish(corpus, built, embedder, "Zebras run.")
        assert live_index.current().manifest.generation == 2
        assert during == [old]

    def test_many_threads_see_only_whole_generations(self, live_index, corpus, built, embedder):
        """Callers during re-indexes each get an index whose parts agree."""

        def look(_):
            index = live_index.current()
            return index.manifest.passages == len(index.dense) == len(index.lexical) == index.catalog.counts()[1]

        with ThreadPoolExecutor(4) as pool:
            for edition in range(3):
                answers = pool.map(look, range(40))
                republish(corpus, built, embedder, f"Edition {edition}.\n\n" + "Words are here. " * 80 * edition)
                assert all(answers)
        assert live_index.current().manifest.generation == 4
        assert np.isfinite([score for _, score in live_index.current().matching("words", 5, 1.0, ANY)]).all()


def test_an_index_made_anew_from_nothing_is_noticed(live_index, corpus, built, embedder):
    """Another index with the same number, as after rm -rf and rag index, is served instead of the old one."""
    assert live_index.current().manifest.generation == 1
    shutil.rmtree(built)
    edit(corpus, "Zebras run.")
    build_index(corpus, built, embedder)
    assert live_index.current().manifest.generation == 1
    assert live_index.current().matching("zebras", 1, 0.5, Filters())


def test_an_index_that_vanishes_goes_on_being_served(live_index, built):
    """When the directory is gone, the index that was opened from it still answers."""
    shutil.rmtree(built)
    assert live_index.current().matching("harbour", 1, 0.5, Filters())
    assert live_index.current().article("harbour")


def test_threads_share_an_index(live_index):
    """Eight threads that read at once each get the passages of their rows."""
    index = live_index.current()
    with ThreadPoolExecutor(8) as threads:
        passages = threads.map(lambda row: index.passages([row % 3])[0], range(400))
        assert [passage.passage_id for passage in passages] == [
            index.passages([row % 3])[0].passage_id for row in range(400)
        ]
