"""Which generations stay on the disk, leases on those in use, and going back."""

import gc
import inspect
import json
import os
import shutil
import weakref

import pytest
from typer.testing import CliRunner

import index.cli
from index.build.build import build_index
from index.engine.local import generations
from index.engine.local.local_index import LiveIndex, LocalIndex
from index.engine.local.retention import KEPT, GenerationLease, list_generations, retire, roll_back
from index.errors import GenerationDamagedError, GenerationMissingError, StorageError, WriterBusyError
from index.types import Filters
from tests.conftest import WordEmbedder

ENGLISH = Filters(language="en")


@pytest.fixture
def editions(built, corpus, embedder):
    """Make an index of five generations, each with the words of its edition, of which `keep` stay."""

    def build(keep):
        for number in range(2, 6):
            (corpus / "edited.txt").write_text(f"Words of edition {number}.")
            build_index(corpus, built, embedder, keep=keep)
        return built

    return build


def numbers(directory):
    return sorted(generations.generation_numbers(directory))


def opened(directory):
    return LocalIndex.open(directory, lambda record: WordEmbedder())


@pytest.mark.parametrize(("keep", "remaining"), [(1, [5]), (2, [4, 5]), (KEPT, [3, 4, 5]), (9, [1, 2, 3, 4, 5])])
def test_the_newest_generations_stay(editions, keep, remaining):
    """`keep` generations stay, the live one among them; the others are removed from the disk."""
    directory = editions(keep)
    assert numbers(directory) == remaining
    assert sorted(path.name for path in (directory / "generations").iterdir()) == [f"{n:06d}" for n in remaining]


def test_a_leased_generation_is_not_removed(editions):
    """It stays while it is in use, and the next run after that removes it."""
    directory = editions(9)
    lease = GenerationLease(generations.generation_folder(directory, 2))
    assert retire(directory, 1) == [1, 3, 4]
    assert numbers(directory) == [2, 5]
    lease.close()
    assert retire(directory, 1) == [2]
    assert numbers(directory) == [5]


def test_an_open_index_leases_its_generation(built, corpus, embedder):
    """All of it can still be read after the next generation is live; once it is closed it can be removed."""
    first = opened(built)
    (corpus / "edited.txt").write_text("Other words.")
    build_index(corpus, built, embedder, keep=1)
    assert numbers(built) == [1, 2]
    assert first.article("harbour").text
    del first
    gc.collect()
    assert retire(built, 1) == [1]


def test_one_generation_may_have_many_leases(editions):
    """It can be removed when the last of them ends."""
    directory = editions(9)
    first, second = (GenerationLease(generations.generation_folder(directory, 4)) for _ in range(2))
    for lease in (first, second):
        assert 4 not in retire(directory, 1)
        lease.close()
    assert retire(directory, 1) == [4]


def test_a_generation_without_its_manifest_is_removed(editions):
    """A generation that can't be leased is not in use."""
    directory = editions(9)
    (generations.generation_folder(directory, 2) / "manifest.json").unlink()
    assert 2 in retire(directory, 1)


def test_a_generation_that_cannot_be_removed_is_logged(editions, monkeypatch, caplog):
    """The disk's refusal is logged with the path, and the others are removed."""
    directory = editions(9)
    stuck = generations.generation_folder(directory, 3)
    rmtree = shutil.rmtree

    def refusing(path, **options):
        if path == stuck.with_suffix(".partial"):
            raise PermissionError("no")
        rmtree(path, **options)

    monkeypatch.setattr(shutil, "rmtree", refusing)
    assert retire(directory, 1) == [1, 2, 4]
    assert str(stuck) in caplog.text
    monkeypatch.undo()


def test_rolling_back_makes_the_one_before_live(editions):
    """Its articles answer again, and no generation is removed."""
    directory = editions(9)
    assert roll_back(directory).generation == 4
    assert opened(directory).article("edited").text == "Words of edition 4."
    assert numbers(directory) == [1, 2, 3, 4, 5]
    assert roll_back(directory).generation == 3


@pytest.mark.parametrize("number", [1, 5])
def test_rolling_back_to_a_number_makes_it_live(editions, number):
    """A later number works as well as an earlier one."""
    directory = editions(9)
    roll_back(directory, 2)
    assert roll_back(directory, number).generation == generations.live_number(directory) == number


def test_a_server_serves_the_generation_that_was_rolled_back_to(editions):
    """It needs no restart, as for a new generation."""
    directory = editions(9)
    live = LiveIndex(directory, lambda record: WordEmbedder())
    roll_back(directory)
    assert live.current().manifest.generation == 4


def test_the_next_run_after_a_roll_back_is_a_new_generation(editions, corpus, embedder):
    """No number is used twice, and the present corpus answers."""
    directory = editions(9)
    roll_back(directory, 2)
    report = build_index(corpus, directory, embedder)
    assert report.generation == 6
    assert opened(directory).article("edited").text == "Words of edition 5."


def test_the_live_generation_stays_however_old(editions, corpus, embedder):
    """After a roll-back to the oldest, it stays, and so do the newest others up to the number kept."""
    directory = editions(9)
    roll_back(directory, 1)
    assert retire(directory, 3) == [2, 3]
    assert numbers(directory) == [1, 4, 5]
    retire(directory, 1)
    assert numbers(directory) == [1]


@pytest.mark.parametrize("number", [0, 7, None])
def test_a_generation_that_is_not_there_is_refused(built, number):
    """The error says where to look, and the live generation stays live."""
    with pytest.raises(GenerationMissingError, match="no generation"):
        roll_back(built, number)
    assert generations.live_number(built) == 1


@pytest.mark.parametrize("name", ["catalog.sqlite", "manifest.json"])
def test_a_damaged_generation_is_never_made_live(editions, name):
    """Every file is checked before the switch."""
    directory = editions(9)
    path = generations.generation_folder(directory, 4) / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(GenerationDamagedError):
        roll_back(directory)
    assert generations.live_number(directory) == 5


def test_rolling_back_waits_for_no_writer(editions):
    """It fails at once while another process writes."""
    directory = editions(9)
    with generations.writer_lock(directory), pytest.raises(WriterBusyError):
        roll_back(directory)


def test_a_disk_that_refuses_a_roll_back_changes_nothing(open_to_all, corpus, embedder, unprivileged):
    """The error names the directory, and the live generation stays live."""
    for words in ("One.", "Two."):
        (corpus / "edited.txt").write_text(words)
        build_index(corpus, open_to_all, embedder)
    with unprivileged(), pytest.raises(StorageError, match=str(open_to_all)):
        roll_back(open_to_all)
    assert generations.live_number(open_to_all) == 2


def test_generations_are_listed_newest_first(editions):
    """The list says which one is live, and what is wrong with one that can't be read."""
    directory = editions(3)
    (generations.generation_folder(directory, 3) / "manifest.json").write_text("{")
    listed = list_generations(directory)
    assert [(generation.number, generation.live) for generation in listed] == [(5, True), (4, False), (3, False)]
    assert listed[0].manifest == generations.checked_manifest(directory)
    assert listed[2].manifest is None
    assert "manifest.json" in listed[2].trouble


def test_an_index_replaced_while_it_is_opened_is_opened_anew(built, corpus, embedder, monkeypatch):
    """Whoever read the old CURRENT, whose generation is removed meanwhile, gets the new one."""
    read = generations.read_manifest

    def replaced(directory, number):
        monkeypatch.setattr(generations, "read_manifest", read)
        manifest = read(directory, number)
        (corpus / "edited.txt").write_text("Other words.")
        build_index(corpus, built, embedder, keep=1)
        return manifest

    monkeypatch.setattr(generations, "read_manifest", replaced)
    assert opened(built).manifest.generation == 2
    assert numbers(built) == [2]


def test_what_a_swap_retires_is_closed_at_once(built, corpus, embedder):
    """A server's open files do not grow with re-indexes: nothing waits for Python to look for circles."""
    live = LiveIndex(built, lambda record: WordEmbedder())
    gc.collect()
    gc.disable()
    try:
        old = live.current()
        vector = old.embedder.embed_query("harbour")
        assert old.nearest(vector, 1, ENGLISH)
        assert old.matching("harbour", 1, 0.5, ENGLISH)
        assert old.article("harbour")
        assert old.stats().articles == 3
        parts = [weakref.ref(part) for part in (old.catalog, old.dense, old.lexical, old.lease)]
        (corpus / "edited.txt").write_text("Other words.")
        build_index(corpus, built, embedder)
        assert live.current().manifest.generation == 2
        assert all(part() for part in parts)
        del old
        assert [part() for part in parts] == [None] * len(parts)
        assert retire(built, 1) == [1]
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["99999999999999999999999", "1２", "1²", "12", "000000", "0000002", "１２３４５６"])
def test_a_name_that_no_build_gives_is_no_generation(built, corpus, embedder, name):
    """It is neither listed nor removed, and does not change the number of the next generation."""
    for absurd in (name, f"{name}.partial"):
        (built / "generations" / absurd).mkdir()
    (corpus / "edited.txt").write_text("Other words.")
    assert build_index(corpus, built, embedder, keep=1).generation == 2
    assert [generation.number for generation in list_generations(built)] == [2]
    assert (built / "generations" / name).is_dir()


@pytest.mark.timeout(60)
def test_a_pipe_in_the_place_of_a_file_hangs_nothing(built, corpus, embedder):
    """The old generation can't be read, so that it is listed with that trouble, and removed in its turn."""
    manifest = generations.generation_folder(built, 1) / "manifest.json"
    manifest.unlink()
    os.mkfifo(manifest)
    with pytest.raises(GenerationDamagedError, match=r"manifest.json.*--rebuild"):
        opened(built)
    build_index(corpus, built, embedder, rebuild=True)
    troubles = [generation.trouble for generation in list_generations(built)]
    assert troubles == [None, f"{manifest} is missing or half-written."]
    (corpus / "edited.txt").write_text("Other words.")
    build_index(corpus, built, embedder, keep=1)
    assert numbers(built) == [3]


@pytest.mark.timeout(60)
def test_a_pipe_in_the_place_of_current_is_no_index(built, corpus, embedder):
    """A build puts the file in its place."""
    (built / "CURRENT").unlink()
    os.mkfifo(built / "CURRENT")
    with pytest.raises(GenerationMissingError):
        opened(built)
    assert build_index(corpus, built, embedder).generation == 2
    assert opened(built).manifest.generation == 2


class TestCommands:
    """`rag rollback`, and what `rag status` lists."""

    def run(self, *words):
        return CliRunner().invoke(index.cli.app, [str(word) for word in words])

    def test_rag_index_keeps_as_many_as_the_function_does(self):
        """The option's default, which its help shows, is the one there is."""
        assert inspect.signature(index.cli.index_command).parameters["keep"].default == KEPT

    def test_rollback_says_what_is_live(self, editions):
        """Its number and when it was made; the index follows."""
        directory = editions(3)
        result = self.run("rollback", "--index", directory)
        assert result.exit_code == 0
        assert f"{directory}: generation 4, made " in result.stdout
        assert generations.live_number(directory) == 4

    def test_rollback_to_a_number_as_json(self, editions):
        """The manifest of what is live now."""
        directory = editions(3)
        result = self.run("rollback", "--index", directory, "--to", 3, "--json")
        assert json.loads(result.stdout)["generation"] == 3

    @pytest.mark.parametrize("words", [(), ("--to", 3)])
    def test_rollback_of_no_index_makes_none(self, directory, words):
        """It says that there is no index, and does not even make a lock file."""
        result = self.run("rollback", "--index", directory, *words)
        assert result.exit_code == 1
        assert f"There is no index in {directory} yet." in result.stderr
        assert not directory.exists()

    def test_rollback_to_nothing_fails(self, built):
        """One sentence with the next command."""
        result = self.run("rollback", "--index", built, "--to", 9)
        assert (result.exit_code, "rag status --index" in result.stderr) == (1, True)

    def test_status_lists_what_is_kept(self, editions):
        """The others, newest first, for a person and for a program."""
        directory = editions(3)
        lines = self.run("status", "--index", directory).stdout.splitlines()
        kept = [line for line in lines if line.startswith("kept")]
        assert [line.split(",")[0].split()[-1] for line in kept] == ["4", "3"]
        others = json.loads(self.run("status", "--index", directory, "--json").stdout)["others"]
        assert [other["generation"] for other in others] == [4, 3]
