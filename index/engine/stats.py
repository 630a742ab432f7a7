"""What a generation holds, for a person who wants to know before asking: counts, sources, days, what was refused."""

from dataclasses import dataclass
from datetime import UTC, datetime

from index.corpus.articles import Doubt, Refusal
from index.engine.local.catalog import Catalog
from index.engine.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles have a source or a language; `name` is None for those that name none."""

    name: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one generation holds; `created` is ISO 8601 in UTC, `age_seconds` the time since then.

    `sources` and `languages` have the most articles first; `earliest` and `latest` are ISO 8601 days of
    publication, None where no article has one. What was refused did not become an article, and what was doubted
    was read without its date.
    """

    generation: int
    created: str
    age_seconds: float
    corpus: str
    model: str
    articles: int
    passages: int
    sources: list[Count]
    languages: list[Count]
    earliest: str | None
    latest: str | None
    refused: list[Refusal]
    doubted: list[Doubt]

    @staticmethod
    def of(manifest: Manifest, catalog: Catalog) -> "Holdings":
        """The holdings of an open generation, aged as of now."""
        sources, languages, (earliest, latest) = catalog.breakdown
        return Holdings(
            generation=manifest.generation,
            created=manifest.created,
            age_seconds=age_seconds(manifest),
            corpus=manifest.corpus,
            model=manifest.model.name,
            articles=manifest.articles,
            passages=manifest.passages,
            sources=[Count(*pair) for pair in sources],
            languages=[Count(*pair) for pair in languages],
            earliest=earliest,
            latest=latest,
            refused=manifest.refused,
            doubted=manifest.doubted,
        )


def age_seconds(manifest: Manifest) -> float:
    """How long ago a generation was made."""
    return (datetime.now(UTC) - datetime.fromisoformat(manifest.created)).total_seconds()
