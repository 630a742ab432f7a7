"""What a generation holds, for people to read."""

from datetime import UTC, datetime, timedelta

from index.build.build import build_index
from index.engine.stats import Count, age_seconds


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
