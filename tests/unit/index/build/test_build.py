"""A re-index is exact and incremental: the same index as from nothing, with only new passages embedded."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.build import build_index, preview_index
from index.build.report import live_manifest, reasons_to_embed_again
from index.build.verify import verify_index
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.generations import checked_manifest, generation_folder, live_number
from index.engine.local.local_index import LocalIndex
from index.engine.manifest import CATALOG, DENSE, VECTORS
from index.errors import CorpusError, GenerationDamagedError
from index.models.record import ModelRecord
from index.passages.split import split_article
from index.types import Filters
from tests.conftest import WordEmbedder, write_corpus
from tests.unit.index.conftest import MEMORY
from tests.unit.index.engine.local.test_generations import edit

NOTHING = dict.fromkeys(("added", "changed", "deleted", "unchanged", "kept", "moved", "refused", "doubted"), 0)


def counts(report) -> dict[str, int]:
    """The report's counts that are not zero, and how many passages were embedded."""
    document = report.as_dict()
    return {name: document[name] for name in NOTHING if document[name]} | {"embedded": document["embedded"]}


def reasons(directory: Path, embedder) -> list[str]:
    """Why a build of that index would embed again what did not change."""
    return reasons_to_embed_again(live_manifest(directory), embedder.record)


def files_of(directory: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def contents(directory: Path) -> tuple[dict, dict, dict]:
    """An index's articles by id, but for when they were first seen, passages by id, and vectors by passage id."""
    folder = generation_folder(directory, live_number(directory))
    vectors = np.load(folder / VECTORS)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        rows = list(catalog.every_passage())
        articles = {name: replace(catalog.article(name), first_seen=None) for name in catalog.hashes()}
    passages = {passage.passage_id: passage for _, passage, _ in rows}
    return articles, passages, {passage.passage_id: vectors[row].tolist() for row, passage, _ in rows}


def found_by_words(index, query: str) -> set[str]:
    rows = [row for row, _ in index.matching(query, 10, 1.0, Filters())]
    return {passage.article_id for passage in index.passages(rows)}


def found_by_vector(index, query: str) -> set[str]:
    hits = index.nearest(index.embedder.embed_query(query), 10, Filters())
    return {passage.article_id for passage in index.passages([row for row, _ in hits])}


class TestChanges:
    """What a run says it did, and how much it embedded."""

    def test_a_first_build_adds_everything(self, corpus, directory, embedder):
        """Every article is added and every passage embedded, with its title."""
        report = build_index(corpus, directory, embedder)
        assert counts(report) == {"added": 3, "embedded": 3}
        assert report.generation == 1
        assert sorted(text.split("\n")[0] for text in embedder.embedded) == [
            "A bridge over the Kura",
            "Kites fly over Lahore in spring. The festival is called Basant.",
            "The new harbour of Lenkoran",
        ]

    def test_nothing_changed_writes_nothing(self, corpus, directory, embedder):
        """A second run keeps the generation, embeds nothing and leaves every byte as it was."""
        build_index(corpus, directory, embedder)
        embedder.embedded.clear()
        before = files_of(directory / "generations")
        report = build_index(corpus, directory, embedder)
        assert counts(report) == {"unchanged": 3, "embedded": 0}
        assert (report.generation, report.passages, embedder.embedded) == (1, 3, [])
        assert files_of(directory / "generations") == before

    def test_an_edit_embeds_only_the_passages_it_changed(self, corpus, built, embedder):
        """Of an article of many passages, only the one whose words changed is embedded."""
        paragraphs = [f"Paragraph {number}. " + f"Word{number} is said. " * 40 for number in range(6)]
        (corpus / "long.md").write_text("---\ntitle: Long\n---\n" + "\n\n".join(paragraphs))
        assert build_index(corpus, built, embedder).embedded == 6
        embedder.embedded.clear()
        paragraphs[3] = paragraphs[3].replace("Word3", "Wort3")
        (corpus / "long.md").write_text("---\ntitle: Long\n---\n" + "\n\n".join(paragraphs))
        assert counts(build_index(corpus, built, embedder)) == {"changed": 1, "unchanged": 3, "embedded": 1}
        assert ["Wort3" in text for text in embedder.embedded] == [True]

    def test_a_deleted_article_is_found_by_nothing(self, corpus, built, embedder, open_index):
        """Its words, its vector, its id and its passages are gone from the next generation."""
        (corpus / "bridge.md").unlink()
        report = build_index(corpus, built, embedder)
        assert counts(report) == {"deleted": 1, "unchanged": 2, "embedded": 0}
        index = open_index(built)
        assert index.article("bridge") is None
        assert found_by_words(index, "engineers bridge Kura metres") == set()
        assert found_by_vector(index, "Engineers finished the bridge") == {"harbour", "notes-kites"}
        assert (len(index.dense), len(index.lexical)) == (2, 2)

    def test_an_added_article_is_found(self, corpus, built, embedder, open_index):
        """A new file answers by its words and by its vector."""
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        assert counts(build_index(corpus, built, embedder)) == {"added": 1, "unchanged": 3, "embedded": 1}
        index = open_index(built)
        assert "tea" in found_by_words(index, "tea grows") & found_by_vector(index, "tea grows")

    def test_a_renamed_file_with_an_id_embeds_nothing(self, corpus, built, embedder, open_index):
        """An article with an id of its own keeps it wherever its file lies."""
        (corpus / "harbour.md").rename(corpus / "notes" / "port.md")
        assert counts(build_index(corpus, built, embedder)) == {"changed": 1, "unchanged": 2, "embedded": 0}
        assert open_index(built).article("harbour").path == "notes/port.md"

    def test_a_moved_file_without_an_id_embeds_nothing(self, corpus, built, embedder):
        """Its id changes with its path; its vectors are used again."""
        (corpus / "notes" / "kites.txt").rename(corpus / "kites.txt")
        report = build_index(corpus, built, embedder)
        assert (report.diff.added, report.diff.deleted) == (["kites"], ["notes-kites"])
        assert (report.embedded, embedder.embedded) == (0, [])

    def test_the_same_passage_twice_is_embedded_once(self, corpus, directory, embedder):
        """Two articles of the same words share one vector's work, and both are found."""
        shutil.copy(corpus / "notes" / "kites.txt", corpus / "copy.txt")
        report = build_index(corpus, directory, embedder)
        assert (report.passages, report.embedded, len(embedder.embedded)) == (4, 3, 3)
        _, passages, vectors = contents(directory)
        first, second = (vectors[name] for name, passage in passages.items() if "Kites" in passage.text)
        assert first == second

    @pytest.mark.parametrize(
        "change", [{"fingerprint": "1" * 64}, {"name": "other"}, {"passage_prompt": "p: "}, {"precision": "bfloat16"}]
    )
    def test_another_model_embeds_everything(self, corpus, built, embedder, change):
        """Vectors of another model, other weights, another prompt or precision are never mixed in."""
        embedder.record = embedder.record.model_copy(update=change)
        report = build_index(corpus, built, embedder)
        assert counts(report) == {"unchanged": 3, "embedded": 3}
        assert checked_manifest(built).model == embedder.record
        assert isinstance(embedder.record, ModelRecord)

    def test_progress_counts_up_to_all_that_is_embedded(self, corpus, directory, embedder):
        """Progress ends at the number of passages embedded."""
        seen = []
        build_index(corpus, directory, embedder, progress=lambda done, total: seen.append((done, total)))
        assert seen[-1] == (3, 3)

    def test_the_stored_vectors_are_the_embedders(self, corpus, directory, embedder):
        """Each passage's vector is the one its title and text embed to."""
        build_index(corpus, directory, embedder)
        articles, passages, vectors = contents(directory)
        for name, passage in passages.items():
            text = f"{articles[passage.article_id].title}\n{passage.text}"
            assert vectors[name] == pytest.approx(embedder.embed_passages([text])[0].tolist())


class TestRefused:
    """Files that can't be read."""

    def test_a_file_that_became_unreadable_keeps_its_last_good_version(self, corpus, built, embedder, open_index):
        """A mis-encoded file is refused, said to be kept, and answers from what it last held."""
        (corpus / "bridge.md").write_bytes(b"\xff\xfe broken")
        report = build_index(corpus, built, embedder)
        assert counts(report) == {"unchanged": 2, "kept": 1, "refused": 1, "embedded": 0}
        assert report.diff.kept == ["bridge"]
        assert open_index(built).article("bridge").title == "A bridge over the Kura"
        again = build_index(corpus, built, embedder)
        assert (again.generation, again.diff.kept) == (report.generation, ["bridge"])

    def test_a_file_mended_is_read_again(self, corpus, built, embedder, open_index):
        """What was kept is replaced as soon as the file can be read."""
        (corpus / "bridge.md").write_bytes(b"\xff\xfe broken")
        build_index(corpus, built, embedder)
        (corpus / "bridge.md").write_text("---\nid: bridge\n---\nThe bridge fell.")
        assert counts(build_index(corpus, built, embedder)) == {"changed": 1, "unchanged": 2, "embedded": 1}
        assert open_index(built).article("bridge").text == "The bridge fell."

    @pytest.mark.parametrize("content", ["", " \n", "---\nid: bridge\n---\n"])
    def test_an_emptied_file_is_withdrawn(self, corpus, built, embedder, open_index, content):
        """Emptying a file withdraws its article, as deleting it does."""
        (corpus / "bridge.md").write_text(content)
        assert counts(build_index(corpus, built, embedder)) == {
            "deleted": 1,
            "unchanged": 2,
            "refused": 1,
            "embedded": 0,
        }
        assert open_index(built).article("bridge") is None

    def test_a_file_that_is_emptied_is_withdrawn(self, corpus, built, embedder, open_index):
        """In a format that nothing at all is none of, too."""
        (corpus / "ships.csv").write_text("id,text\nships,Ships sail.\n")
        build_index(corpus, built, embedder)
        assert open_index(built).article("ships") is not None
        (corpus / "ships.csv").write_bytes(b"")
        assert build_index(corpus, built, embedder).diff.deleted == ["ships"]
        assert open_index(built).article("ships") is None

    def test_a_broken_file_that_is_deleted_is_gone(self, corpus, built, embedder, open_index):
        """The last good version is kept only while the file is there."""
        (corpus / "bridge.md").write_bytes(b"\xff")
        build_index(corpus, built, embedder)
        (corpus / "bridge.md").unlink()
        assert build_index(corpus, built, embedder).diff.deleted == ["bridge"]
        assert open_index(built).article("bridge") is None

    @pytest.mark.parametrize("how", ["link", "race"])
    def test_a_file_that_is_gone_when_it_is_read_is_not_kept(self, corpus, built, embedder, monkeypatch, how):
        """A link to a file that was deleted, or a file deleted after it was listed: there is nothing to keep."""
        path = corpus / "bridge.md"
        if how == "link":
            path.rename(corpus.parent / "bridge.md")
            path.symlink_to(corpus.parent / "bridge.md")
            path.readlink().unlink()
        else:
            paths = [file for file in corpus.rglob("*") if file.is_file()]
            monkeypatch.setattr("index.corpus.articles.corpus_paths", lambda corpus: paths)
            path.unlink()
        report = build_index(corpus, built, embedder)
        assert (report.diff.kept, report.diff.deleted, len(report.diff.refused)) == ([], ["bridge"], 1)

    def test_refusals_are_kept_in_the_manifest(self, corpus, directory, embedder):
        """What could not be read is known without reading the corpus again."""
        (corpus / "photo.png").write_bytes(b"\x89PNG\0")
        report = build_index(corpus, directory, embedder)
        assert checked_manifest(directory).refused == report.diff.refused
        assert build_index(corpus, directory, embedder).generation == 1

    def test_a_line_deleted_beside_a_repeated_id_is_gone(self, corpus, built, embedder, open_index):
        """An article taken out of a JSON Lines file is withdrawn, though another line of it is refused."""
        news = corpus / "news.jsonl"
        news.write_text('{"id": "one", "text": "First."}\n{"id": "two", "text": "Second."}\n')
        build_index(corpus, built, embedder)
        news.write_text('{"id": "one", "text": "First."}\n{"id": "one", "text": "Third."}\n')
        build_index(corpus, built, embedder)
        assert open_index(built).article("two") is None

    def test_a_directory_that_cannot_be_listed_keeps_its_articles(
        self, corpus, directory, open_to_all, embedder, unprivileged
    ):
        """A permission lost on a directory is no reason to withdraw what it holds."""
        elsewhere = open_to_all / "corpus"
        shutil.copytree(corpus, elsewhere)
        directory = open_to_all / "index"
        build_index(elsewhere, directory, embedder)
        for path in [directory, *directory.rglob("*")]:
            path.chmod(0o777)
        (elsewhere / "notes").chmod(0)
        with unprivileged():
            report = build_index(elsewhere, directory, embedder)
        assert report.diff.deleted == []

    def test_a_half_surrogate_in_a_date_does_not_stop_the_build(self, corpus, directory, embedder):
        """One bad line never stops the rest, whatever its characters."""
        (corpus / "news.jsonl").write_text('{"text": "Words.", "published": "\\ud800"}\n')
        assert counts(build_index(corpus, directory, embedder))["added"] == 3

    def test_no_break_spaces_do_not_stop_the_build(self, corpus, directory, embedder):
        """French typography, as web pages have it, is indexed like any text."""
        (corpus / "plan.txt").write_text("Quel est le plan B\xa0? Il n’y en a pas. Plan B\xa0.")
        assert counts(build_index(corpus, directory, embedder))["added"] == 4


class TestFailures:
    """Errors leave the live index as it was."""

    @pytest.mark.parametrize("state", ["missing", "empty", "unreadable"])
    def test_a_corpus_without_articles_changes_nothing(self, corpus, built, embedder, tmp_path, state):
        """A wrong --corpus never empties the index: it is an error, with the path and what to do."""
        wrong = tmp_path / "wrong"
        if state != "missing":
            wrong.mkdir()
        if state == "unreadable":
            (wrong / "it.md").write_bytes(b"\xff")
        before = files_of(built / "generations")
        with pytest.raises(CorpusError, match="wrong.*(rag index|--corpus)"):
            build_index(wrong, built, embedder)
        assert files_of(built / "generations") == before
        assert checked_manifest(built).generation == 1

    def test_a_corpus_emptied_on_purpose_leaves_nothing(self, corpus, built, embedder, open_index):
        """It is refused until that is asked for, as the error says; then not a word answers, and all can come back."""
        shutil.rmtree(corpus)
        corpus.mkdir()
        with pytest.raises(CorpusError, match="still serves.*rag index --allow-empty"):
            build_index(corpus, built, embedder)
        assert counts(preview_index(corpus, built, embedder, allow_empty=True)) == {"deleted": 3, "embedded": 0}
        report = build_index(corpus, built, embedder, allow_empty=True)
        assert counts(report) == {"deleted": 3, "embedded": 0}
        index = open_index(built)
        assert (found_by_words(index, "harbour"), found_by_vector(index, "harbour")) == (set(), set())
        assert verify_index(built).problems == []
        assert build_index(corpus, built, embedder, allow_empty=True).generation == report.generation
        write_corpus(corpus)
        assert counts(build_index(corpus, built, embedder)) == {"added": 3, "embedded": 3}

    def test_a_first_index_may_be_empty_too(self, tmp_path, directory, embedder):
        """Where that is asked for; the error does not offer it, since nothing is served yet."""
        (tmp_path / "none").mkdir()
        with pytest.raises(CorpusError) as caught:
            build_index(tmp_path / "none", directory, embedder)
        assert "allow-empty" not in str(caught.value)
        assert build_index(tmp_path / "none", directory, embedder, allow_empty=True).generation == 1
        assert verify_index(directory).problems == []

    def test_a_damaged_index_is_not_built_upon(self, corpus, built, embedder):
        """Vectors whose checksum differs are never used again: the error says how to rebuild."""
        path = generation_folder(built, 1) / VECTORS
        path.write_bytes(path.read_bytes()[:-4] + b"oops")
        with pytest.raises(GenerationDamagedError, match="rag index --rebuild"):
            build_index(corpus, built, embedder)

    @pytest.mark.parametrize("damage", [CATALOG, VECTORS, DENSE, "manifest.json", "../../CURRENT"])
    @pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "garbled"])
    def test_rebuild_mends_a_damaged_index(self, corpus, built_in_lists, embedder, open_index, damage, deleted):
        """Whatever is lost or garbled, rebuilding makes a whole index of the same contents."""
        before = contents(built_in_lists)
        path = generation_folder(built_in_lists, 1) / damage
        path.unlink() if deleted else path.write_bytes(b"oops")
        report = build_index(corpus, built_in_lists, embedder, rebuild=True)
        assert counts(report) == {"added": 3, "embedded": 3}
        assert contents(built_in_lists) == before
        assert open_index(built_in_lists).manifest.generation == 2


class TestFirstSeen:
    """When an index first held an article."""

    def seen(self, directory):
        folder = generation_folder(directory, live_number(directory))
        with closing(Catalog.open(folder / CATALOG)) as catalog:
            return {name: seen for name, _, seen in catalog.versions_and_first_seen()}

    @pytest.fixture
    def later(self, monkeypatch):
        """From now on the clock of builds shows a later year."""

        class Later(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime(2031, 1, 1, tzinfo=tz)

        monkeypatch.setattr("index.build.diff.datetime", Later)

    def test_it_is_the_time_of_the_build(self, corpus, directory, embedder):
        """To the second, in UTC, the same for all that came together."""
        before = datetime.now(UTC).replace(microsecond=0)
        build_index(corpus, directory, embedder)
        (moment,) = set(self.seen(directory).values())
        assert before <= datetime.fromisoformat(moment) <= datetime.now(UTC)

    def test_an_edited_article_keeps_it(self, corpus, built, embedder, later):
        """By its id, whatever became of its text; only what is new has the time of the new build."""
        first = self.seen(built)
        (corpus / "notes" / "kites.txt").write_text("Other words.")
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        build_index(corpus, built, embedder)
        assert self.seen(built) == first | {"tea": "2031-01-01T00:00:00+00:00"}

    def test_a_moved_article_keeps_it(self, corpus, built, embedder, later):
        """By its text, under whatever id; and nothing is embedded for it."""
        first = self.seen(built)["notes-kites"]
        (corpus / "notes" / "kites.txt").rename(corpus / "paper-kites.txt")
        report = build_index(corpus, built, embedder)
        assert self.seen(built)["paper-kites"] == first
        assert report.diff.moved == [("notes-kites", "paper-kites")]
        assert counts(report) == {"added": 1, "deleted": 1, "unchanged": 2, "moved": 1, "embedded": 0}

    def test_a_copy_has_its_own(self, corpus, built, embedder, later):
        """An article that is still there keeps its time to itself, whoever has its text too."""
        first = self.seen(built)
        shutil.copy(corpus / "notes" / "kites.txt", corpus / "copy.txt")
        build_index(corpus, built, embedder)
        assert self.seen(built) == first | {"copy": "2031-01-01T00:00:00+00:00"}

    def test_an_article_that_cannot_be_read_keeps_it(self, corpus, built, embedder, later):
        """With its last good version."""
        first = self.seen(built)
        (corpus / "notes" / "kites.txt").write_bytes(b"\xff")
        build_index(corpus, built, embedder)
        assert self.seen(built) == first

    def test_it_is_no_change(self, corpus, built, embedder, later):
        """Time that passes makes no new generation."""
        generation = build_index(corpus, built, embedder).generation
        assert build_index(corpus, built, embedder).generation == generation


@pytest.mark.parametrize("how", ["deleted", "edited"])
def test_not_a_byte_of_a_text_is_left_once_it_is_gone(corpus, built, embedder, how):
    """No file of the live generation holds its words, in any form: no free page, no word list, no old title."""
    path = corpus / "secret.md"
    path.write_text("---\ntitle: Quokkas of Astara\n---\nThe zyzzyva letters were burned.")
    build_index(corpus, built, embedder)
    words = (b"zyzzyva", b"quokka")
    assert all(any(word in data.lower() for data in files_of(built).values() if data) for word in words)
    path.unlink() if how == "deleted" else path.write_text("Nothing to read here.")
    build_index(corpus, built, embedder, keep=1)
    files = [name for name, data in files_of(built).items() if data and any(word in data.lower() for word in words)]
    assert files == []


def test_a_copy_has_not_moved(corpus, built, embedder):
    """Where the first stays nothing is said to have moved, and of two copies only one has."""
    text = (corpus / "notes" / "kites.txt").read_text()
    (corpus / "copy.txt").write_text(text)
    assert build_index(corpus, built, embedder).diff.moved == []
    (corpus / "copy.txt").unlink()
    (corpus / "notes" / "kites.txt").unlink()
    for name in ("one.txt", "two.txt"):
        (corpus / name).write_text(text)
    assert len(build_index(corpus, built, embedder).diff.moved) == 1


def test_what_is_doubted_is_in_the_report_and_the_manifest(corpus, built, embedder):
    """The article is there without its date; the next run finds nothing new."""
    (corpus / "tea.md").write_text("---\npublished: 2999-01-01\n---\nTea grows.")
    report = build_index(corpus, built, embedder)
    assert counts(report) == {"added": 1, "unchanged": 3, "doubted": 1, "embedded": 1}
    assert [doubt.path for doubt in checked_manifest(built).doubted] == ["tea.md"]
    assert build_index(corpus, built, embedder).generation == report.generation
    (corpus / "tea.md").write_text("---\npublished: 2998-01-01\n---\nTea grows.")
    build_index(corpus, built, embedder)
    assert "2998" in checked_manifest(built).doubted[0].reason


class TestDryRun:
    """A preview says what a run would do, and does none of it."""

    def test_it_writes_nothing(self, corpus, built, embedder):
        """Not a byte of the index changes, and nothing is embedded."""
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        before = files_of(built)
        report = preview_index(corpus, built, embedder)
        assert files_of(built) == before
        assert (report.dry_run, report.generation, embedder.embedded) == (True, 1, [])

    def test_it_makes_no_directory(self, corpus, directory, embedder):
        """Where there is no index, the preview does not make one."""
        assert counts(preview_index(corpus, directory, embedder)) == {"added": 3, "embedded": 3}
        assert not directory.exists()

    def test_it_says_what_the_run_then_does(self, corpus, built, embedder):
        """Its difference and its count of passages to embed are those of the run after it."""
        (corpus / "tea.txt").write_text("Tea grows near Lenkoran.")
        (corpus / "same.txt").write_text("Tea grows near Lenkoran.")
        (corpus / "bridge.md").unlink()
        shutil.move(corpus / "harbour.md", corpus / "port.md")
        preview = preview_index(corpus, built, embedder)
        report = build_index(corpus, built, embedder)
        assert preview.diff == report.diff
        assert (preview.passages, preview.embedded) == (report.passages, report.embedded)

    def test_it_says_how_long_it_would_take(self, corpus, built, embedder):
        """At the pace of the build before; of a model that built nothing yet, only that all is embedded again."""
        edit(corpus, "New words.")
        report = preview_index(corpus, built, embedder)
        pace = checked_manifest(built).pace
        assert (report.embedded, report.other_model) == (1, None)
        assert report.expected_seconds == pytest.approx(1 / pace)
        embedder.record = ModelRecord(name="other words", fingerprint="1" * 64)
        other = preview_index(corpus, built, embedder)
        assert (other.embedded, other.expected_seconds, other.other_model) == (4, None, "words")
        assert reasons(built, embedder)[0].startswith("The index was made with the model words")
        assert build_index(corpus, built, embedder).other_model == "words"
        assert reasons(built, embedder) == []

    def test_it_says_what_another_precision_costs(self, corpus, built, embedder):
        """The model is the same, but every passage is embedded again."""
        assert reasons(built, embedder) == []
        assert live_manifest(built).model == embedder.record
        embedder.record = embedder.record.model_copy(update={"precision": "bfloat16"})
        preview = preview_index(corpus, built, embedder)
        assert (preview.embedded, preview.other_model, preview.other_precision) == (3, None, "float32")
        assert reasons(built, embedder) == [
            "The index was made in float32, and the model now computes in bfloat16: everything is embedded again."
        ]
        report = build_index(corpus, built, embedder)
        assert (report.other_precision, report.as_dict()["other_precision"]) == ("float32", "float32")
        assert reasons(built, embedder) == []

    def test_without_an_index_there_is_no_live_manifest(self, directory):
        """So the first build chooses its own settings."""
        assert live_manifest(directory) is None

    def test_it_says_what_another_split_costs(self, corpus, built, embedder, monkeypatch):
        """Only passages that are split differently are embedded again; the preview and the run say why."""
        (corpus / "long.txt").write_text("Ships sail far. " * 40)
        build_index(corpus, built, embedder)
        for module in ("build", "generation_writer", "report"):
            monkeypatch.setattr(f"index.build.{module}.MAX_CHARACTERS", 500)
        monkeypatch.setattr("index.build.build.split_article", lambda article: split_article(article, 500))
        preview = preview_index(corpus, built, embedder)
        assert (preview.passages, preview.embedded, preview.other_split) == (5, 2, 900)
        assert reasons(built, embedder) == [
            "The index holds passages of up to 900 characters, and the limit is now 500: passages that are split"
            " differently are embedded again."
        ]
        report = build_index(corpus, built, embedder)
        assert (report.passages, report.embedded, report.other_split) == (5, 2, 900)
        assert (checked_manifest(built).max_characters, reasons(built, embedder)) == (500, [])

    def test_a_build_that_embeds_nothing_keeps_the_pace(self, corpus, built, embedder):
        """The last build that embedded anything gives the pace for the next estimate."""
        pace = checked_manifest(built).pace
        (corpus / "notes" / "kites.txt").unlink()
        assert build_index(corpus, built, embedder).embedded == 0
        assert checked_manifest(built).pace == pace

    def test_a_build_that_embeds_nothing_needs_no_model(self, corpus, built, embedder, monkeypatch):
        """After a deletion the vectors are copied, and the model, which takes seconds to load, is left alone."""
        monkeypatch.setattr(WordEmbedder, "embed_query", None)
        monkeypatch.setattr(WordEmbedder, "embed_passages", None)
        (corpus / "notes" / "kites.txt").unlink()
        assert build_index(corpus, built, embedder).generation == 2

    def test_it_says_what_a_rebuild_would_do(self, corpus, built, embedder):
        """With rebuild everything counts as added, even over a damaged index."""
        (generation_folder(built, 1) / VECTORS).unlink()
        assert counts(preview_index(corpus, built, embedder, rebuild=True)) == {"added": 3, "embedded": 3}

    def test_it_fails_as_the_run_would(self, tmp_path, directory, embedder):
        """A missing corpus is the same error."""
        with pytest.raises(CorpusError, match="nowhere"):
            preview_index(tmp_path / "nowhere", directory, embedder)


STORY = "Ministers met in Baku and spoke of the ferry, the price of tea, and a road that nobody has built. " * 4
NAMES = st.sampled_from(["a.md", "b.txt", "c/d.md", "c/e.txt", "f.md", "g.jsonl", "h.jsonl"])
WORDS = st.sampled_from(
    [
        "Tea is hot.",
        "Ships sail. Kites fly.",
        "Tea is hot. " * 90,
        "Ships sail.\n\nTea is hot.",
        STORY,
        f"{STORY} Nobody asked.",
        " ",
    ]
)
# Few, so that files take each other's; none is made from the path.
IDS = st.sampled_from([None, "one", "two", "three"])
ARTICLES_OF_A_FILE = st.lists(st.tuples(IDS, WORDS), min_size=1, max_size=3)
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, ARTICLES_OF_A_FILE),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("move"), NAMES, NAMES),
)
QUERIES = ("tea", "ships sail", "ministers of Baku", "nobody asked")


def write(path: Path, words: str, article_id: str | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nid: {article_id}\n---\n{words}" if article_id and path.suffix == ".md" else words)


def take(step: tuple, corpus: Path) -> None:
    """Change a corpus by one step; deleting or moving what is not there does nothing."""
    path = corpus / step[1]
    if step[0] == "write" and path.suffix == ".jsonl":
        lines = [json.dumps({"id": article_id, "text": words}) for article_id, words in step[2]]
        path.write_text("\n".join(lines))
    elif step[0] == "write":
        article_id, words = step[2][0]
        write(path, words, article_id)
    elif step[0] == "delete":
        path.unlink(missing_ok=True)
    elif path.exists() and path.suffix == Path(step[2]).suffix:
        (corpus / step[2]).parent.mkdir(exist_ok=True)
        path.rename(corpus / step[2])


def answers(directory: Path) -> tuple[dict, dict, list]:
    """The hits of an index with scores, by words and by vectors; the near-duplicates; the refusals."""
    index = LocalIndex.open(directory, lambda record: WordEmbedder())
    ids = [passage.passage_id for passage in index.passages(range(index.manifest.passages))]
    rankings = {}
    for query in QUERIES:
        hits = (
            index.matching(query, 20, 1.0, Filters()),
            index.nearest(index.embedder.embed_query(query), 20, Filters()),
        )
        rankings[query] = [[(ids[row], score) for row, score in ranking] for ranking in hits]
    copies = {name: ids[index.first_near_duplicate(row)] for row, name in enumerate(ids)}
    return rankings, copies, index.manifest.refused


@settings(max_examples=25)
@given(rounds=st.lists(st.lists(STEPS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_any_history_gives_the_index_of_a_fresh_build(rounds):
    """After any adds, edits, moves and deletes all is as of the same corpus built from nothing, scores too."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        corpus, live, fresh = (Path(folder, name) for name in ("corpus", "live", "fresh"))
        write(corpus / "always.txt", "Always here.", None)
        for steps in rounds:
            for step in steps:
                take(step, corpus)
            build_index(corpus, live, WordEmbedder())
        build_index(corpus, fresh, WordEmbedder())
        assert contents(live) == contents(fresh)
        assert answers(live) == answers(fresh)
        assert verify_index(live).problems == []


def test_taking_another_articles_id_gives_the_index_of_a_fresh_build(tmp_path):
    """A file that can be read, and now repeats an id, does not keep the article it held before."""
    corpus = tmp_path / "corpus"
    write(corpus / "a.md", "Tea is hot.", "one")
    write(corpus / "b.md", "Ships sail.", "two")
    build_index(corpus, tmp_path / "index", WordEmbedder())
    write(corpus / "b.md", "Ships sail.", "one")
    build_index(corpus, tmp_path / "index", WordEmbedder())
    build_index(corpus, tmp_path / "fresh", WordEmbedder())
    assert contents(tmp_path / "index") == contents(tmp_path / "fresh")


def test_a_bad_line_that_says_its_id_keeps_that_article(tmp_path, directory, embedder, open_index):
    """A date mistyped in JSON Lines does not delete the article; a line taken out does."""
    corpus = tmp_path / "lines"
    corpus.mkdir()
    good = [{"id": name, "text": f"Words of {name}."} for name in ("one", "two", "three")]
    path = corpus / "news.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in good))
    build_index(corpus, directory, embedder)
    path.write_text("".join(json.dumps(line) + "\n" for line in ({**good[0], "published": "soon"}, good[1])))
    report = build_index(corpus, directory, embedder)
    assert (report.diff.kept, report.diff.deleted) == (["one"], ["three"])
    kept = open_index(directory).article("one")
    assert kept is not None
    assert kept.text == "Words of one."


def test_a_line_that_is_no_json_keeps_its_article_until_it_is_mended_or_taken_out(
    tmp_path, directory, embedder, open_index
):
    """By the id that is legible in it; what the other lines do not hold any more goes all the same."""
    corpus = tmp_path / "lines"
    corpus.mkdir()
    path = corpus / "news.jsonl"
    texts = {f"id-{number}": f"Words of {number}." for number in (1, 2, 3)}
    lines = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
    first, second, third = texts
    path.write_text("\n".join(lines))
    build_index(corpus, directory, embedder)
    path.write_text("\n".join([lines[0], lines[1][:-2]]))
    for _ in range(2):
        report = build_index(corpus, directory, embedder)
        assert (report.diff.kept, len(report.diff.refused)) == ([second], 1)
        assert (open_index(directory).article(second) is None, open_index(directory).article(third)) == (False, None)
    path.write_text("\n".join([lines[0], '{"id": "\\x", "text": "Nothing legible']))
    assert build_index(corpus, directory, embedder).diff.deleted == [second]
    path.write_text("\n".join(lines))
    assert sorted(build_index(corpus, directory, embedder).diff.added) == [second, third]
    assert open_index(directory).article(first) is not None


def test_a_broken_line_without_an_id_keeps_no_line_that_was_deleted(tmp_path, directory, embedder, open_index):
    """After the second line is taken out, what breaks stands in its place and is another article."""
    corpus = tmp_path / "lines"
    corpus.mkdir()
    path = corpus / "news.jsonl"
    path.write_text('{"text": "One."}\n{"text": "Secret."}\n{"text": "Three."}\n')
    build_index(corpus, directory, embedder)
    path.write_text('{"text": "One."}\n{"text": "Three."\n')
    report = build_index(corpus, directory, embedder)
    assert (report.diff.kept, sorted(report.diff.deleted)) == ([], ["news-2", "news-3"])
    assert open_index(directory).article("news-2") is None


def test_a_line_without_a_text_withdraws_its_article(tmp_path, directory, embedder, open_index):
    """It can be read, and is no article any more."""
    corpus = tmp_path / "lines"
    corpus.mkdir()
    good = '{"id": "one", "text": "Ships."}\n'
    (corpus / "news.jsonl").write_text(good + '{"id": "two", "text": "Tea."}')
    build_index(corpus, directory, embedder)
    (corpus / "news.jsonl").write_text(good + '{"id": "two"}')
    assert build_index(corpus, directory, embedder).diff.deleted == ["two"]
    assert open_index(directory).article("two") is None


def test_other_versions_of_the_libraries_make_a_generation_and_embed_nothing(corpus, built, embedder, monkeypatch):
    """After an upgrade of a package that decides its contents the index is made again, with the vectors it has."""
    monkeypatch.setattr("index.build.generation_writer.version", lambda name: "99")
    report = build_index(corpus, built, embedder)
    assert (report.generation, report.embedded) == (2, 0)


def test_an_old_generation_that_can_not_be_removed_is_no_failure(corpus, built, embedder, monkeypatch, caplog):
    """The new generation is live all the same, and a warning says what is left."""
    for words in ("New words.", "Newer words."):
        edit(corpus, words)
        build_index(corpus, built, embedder)

    remove = shutil.rmtree

    def refuse(path, **options):
        if Path(path).name == "000001.partial":
            raise OSError(16, "Device or resource busy")
        remove(path, **options)

    edit(corpus, "Newest words.")
    monkeypatch.setattr(shutil, "rmtree", refuse)
    assert build_index(corpus, built, embedder).generation == 4
    assert "can't be removed" in caplog.text


def test_the_same_articles_in_another_place_are_read_from_there_next(corpus, built, embedder, tmp_path):
    """A corpus that was moved is recorded where it is now, and nothing is embedded for it."""
    moved = corpus.rename(tmp_path / "moved")
    report = build_index(moved, built, embedder)
    assert (report.embedded, generations.recorded_corpus(built)) == (0, str(moved))
