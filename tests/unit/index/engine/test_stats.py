"""What a generation holds, for people to read."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from index.build.build import build_index
from index.cli import app as index_commands
from index.engine.manifest import LISTED, REASON_CHARACTERS
from index.engine.stats import Count, age_seconds

UNREAD = {"path": "a.jsonl", "reason": "it holds no text", "line": 1, "withdrawn": False, "article_id": None}


def test_stats_hold_counts_days_and_refusals(corpus, directory, embedder, open_index):
    """Sources, languages and days as the articles have them, and each refusal with its reason."""
    (corpus / "notes" / "broken.txt").write_bytes(b"\xff\xfe\xff")
    (corpus / "odd.md").write_text("---\npublished: 2999-01-01\n---\nTea is hot.\n")
    build_index(corpus, directory, embedder)
    index = open_index(directory)
    stats = index.stats()
    assert (stats.generation, stats.articles, stats.passages) == (1, 4, index.manifest.passages)
    assert (stats.corpus, stats.model) == (str(corpus), "words")
    assert stats.sources == [Count(None, 2), Count("Coast Daily", 1), Count("River Post", 1)]
    assert stats.languages == [Count(None, 2), Count("en", 2)]
    assert (stats.earliest, stats.latest) == ("2023-01-15", "2024-03-05")
    assert [refusal.path for refusal in stats.refused] == ["notes/broken.txt"]
    assert [doubt.path for doubt in stats.doubted] == ["odd.md"]


def test_stats_without_days_have_none(tmp_path, directory, embedder, open_index):
    """Where no article has a day of publication, there is no first and no last day."""
    (tmp_path / "tea.txt").write_text("Tea is hot.")
    build_index(tmp_path / "tea.txt", directory, embedder)
    stats = open_index(directory).stats()
    assert (stats.earliest, stats.latest) == (None, None)


def test_the_age_counts_from_when_it_was_made(built, open_index):
    """The age is the seconds since the time in the manifest."""
    created = datetime.now(UTC) - timedelta(hours=2)
    manifest = open_index(built).manifest.model_copy(update={"created": created.isoformat()})
    assert 7200 <= age_seconds(manifest) < 7260


def test_a_clock_behind_the_index_gives_no_negative_age(built, open_index):
    """A machine without a battery begins in 1970: the index is new to it."""
    created = datetime.now(UTC) + timedelta(days=3)
    manifest = open_index(built).manifest.model_copy(update={"created": created.isoformat()})
    assert age_seconds(manifest) == 0


def test_what_is_refused_and_doubted_is_counted_and_its_first_listed(tmp_path, directory, embedder, open_index):
    """A thousand of each with short reasons, however many there are; the next build finds nothing to do."""
    lines = [json.dumps({"id": "x" * 400, "published": "?" * 400, "text": "Tea."})] * 1100
    lines += [json.dumps({"id": str(n), "published": "2999-01-01", "text": f"Tea {n}."}) for n in range(1001)]
    corpus = tmp_path / "some.jsonl"
    corpus.write_text("\n".join(lines))
    report = build_index(corpus, directory, embedder)
    assert (len(report.diff.refused), len(report.diff.doubted)) == (1100, 1001)
    index = open_index(directory)
    stats = index.stats()
    assert (len(stats.refused), len(stats.doubted)) == (LISTED, LISTED)
    assert (stats.refused_total, stats.doubted_total) == (1100, 1001)
    assert {len(refusal.reason) for refusal in stats.refused} == {REASON_CHARACTERS}
    assert {len(refusal.article_id) for refusal in stats.refused} == {REASON_CHARACTERS}
    assert [refusal.line for refusal in stats.refused] == list(range(1, LISTED + 1))
    status = CliRunner().invoke(index_commands, ["status", "--index", str(directory)]).stdout.splitlines()
    assert {"refused     and 100 more", "doubted     and 1 more"} <= set(status)
    assert build_index(corpus, directory, embedder).generation == 1
    corpus.write_text("\n".join(lines[1:]))
    assert build_index(corpus, directory, embedder).generation == 2


@pytest.mark.parametrize("count", [0, 3, 1500])
def test_a_manifest_of_before_there_were_totals_opens(built, open_index, count):
    """All that it lists counts, and a new manifest that lists all has the same fields as an old one."""
    path = built / "generations" / "000001" / "manifest.json"
    fields = json.loads(path.read_text())
    assert not fields.keys() & {"refused_total", "doubted_total"}
    fields["refused"] = [{**UNREAD, "line": line} for line in range(count)]
    fields["checksum"] = ""
    # As the format's third version has always computed it: over the JSON of all fields in their order.
    written = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    fields["checksum"] = hashlib.sha256(written.encode()).hexdigest()
    path.write_text(json.dumps(fields, indent=2))
    assert open_index(built).manifest.fault_counts() == (count, 0)
