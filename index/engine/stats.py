"""What a generation holds, for people to read: counts, sources, days, and what was refused."""

from dataclasses import dataclass
from datetime import UTC, datetime

from index.dates import parse_time
from index.engine.manifest import Manifest
from index.types import Doubt, Refusal

Group = tuple[str | None, int]  # a source or language, None for articles that name none, and its number of articles


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles have a source or a language; `name` is None for those that name none."""

    name: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Articles by source and by language, largest group first, and the first and last day of publication, ISO 8601."""

    sources: list[Group]
    languages: list[Group]
    earliest: str | None
    latest: str | None


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What one generation holds; `created` is ISO 8601 in UTC, `age_seconds` the time since then.

    `sources` and `languages` begin with the largest group. `earliest` and `latest` are ISO 8601 days of publication,
    None where no article has a date. Refused files did not become articles; doubted ones were read without a date. Of
    both the first are listed, and `refused_total` and `doubted_total` count all of them.
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
    refused_total: int = 0
    doubted_total: int = 0

    @staticmethod
    def of(manifest: Manifest, breakdown: Breakdown) -> "IndexStats":
        """The statistics of an open generation, its age as of now."""
        refused_total, doubted_total = manifest.fault_counts()
        return IndexStats(
            generation=manifest.generation,
            created=manifest.created,
            age_seconds=age_seconds(manifest),
            corpus=manifest.corpus,
            model=manifest.model.name,
            articles=manifest.articles,
            passages=manifest.passages,
            sources=[Count(*group) for group in breakdown.sources],
            languages=[Count(*group) for group in breakdown.languages],
            earliest=breakdown.earliest,
            latest=breakdown.latest,
            refused=manifest.refused,
            doubted=manifest.doubted,
            refused_total=refused_total,
            doubted_total=doubted_total,
        )


def age_seconds(manifest: Manifest) -> float:
    """Seconds since a generation was made; 0 where this machine's clock stands before that time."""
    return max(0.0, (datetime.now(UTC) - parse_time(manifest.created)).total_seconds())
