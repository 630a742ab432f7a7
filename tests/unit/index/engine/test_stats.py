"""What a generation says it holds."""

from datetime import UTC, datetime, timedelta

from index.build.build import build_index
from index.engine.stats import Count, age_seconds


def test_holdings_tell_counts_days_and_refusals(corpus, directory, embedder, open_index):
    """Sources, languages and days as the articles have them, and each refusal with its reason."""
    (corpus / "notes" / "broken.txt").write_bytes(b"\xff\xfe\xff")
    (corpus / "odd.md").write_text("---\npublished: 2999-01-01\n---\nTea is hot.\n")
    build_index(corpus, directory, embedder)
    index = open_index(directory)
    held = index.stats()
    assert (held.generation, held.articles, held.passages) == (1, 4, index.manifest.passages)
    assert (held.corpus, held.model) == (str(corpus), "words")
    assert held.sources == [Count(None, 2), Count("Coast Daily", 1), Count("River Post", 1)]
    assert held.languages == [Count(None, 2), Count("en", 2)]
    assert (held.earliest, held.latest) == ("2023-01-15", "2024-03-05")
    assert [refusal.path for refusal in held.refused] == ["notes/broken.txt"]
    assert [doubt.path for doubt in held.doubted] == ["odd.md"]


def test_holdings_without_days_have_none(tmp_path, directory, embedder, open_index):
    """Where no article has a day of publication, neither end is one."""
    (tmp_path / "tea.txt").write_text("Tea is hot.")
    build_index(tmp_path / "tea.txt", directory, embedder)
    held = open_index(directory).stats()
    assert (held.earliest, held.latest) == (None, None)


def test_the_age_counts_from_when_it_was_made(built, open_index):
    """Seconds since the manifest's moment."""
    made = datetime.now(UTC) - timedelta(hours=2)
    manifest = open_index(built).manifest.model_copy(update={"created": made.isoformat()})
    assert 7200 <= age_seconds(manifest) < 7260
