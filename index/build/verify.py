"""Proving that a generation is whole: checksums, counts and every cross-reference."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from index.corpus.parse_cache import FILES, cached_article_ids
from index.engine.local import generations
from index.engine.local.catalog import Catalog
from index.engine.local.checksums import file_names
from index.engine.local.dense import DenseIndex
from index.engine.local.lexical import LexicalIndex
from index.engine.local.near_duplicates import NearDuplicates
from index.engine.local.retention import GenerationLease
from index.engine.manifest import CATALOG, DENSE, LEXICAL, NEAR_DUPLICATES, SIGNATURES, VECTORS, Manifest
from index.passages import embedding_text, text_hash
from index.types import Article, Passage


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked, one sentence for each thing wrong, and the command that mends them."""

    generation: int
    files: int
    articles: int
    passages: int
    problems: list[str]
    remedy: str | None

    def as_dict(self) -> dict[str, object]:
        """The report for a program."""
        return {"whole": not self.problems, **asdict(self)}


def verify_index(directory: Path) -> VerifyReport:
    """Check the live generation: every file's checksum, then what the files say of one another.

    Raises:
        GenerationError: there is no index, or no manifest to check it against.
        StorageError: the disk does not let a file be read.
    """
    number = generations.live_number(directory)
    manifest = generations.read_manifest(directory, number)
    folder = generations.generation_folder(directory, number)
    with closing(_held(folder)):  # nothing is found missing because a newer generation took its place meanwhile
        # Files that are not those written are not opened: what they would say is of no use.
        problems = generations.check_files(directory, manifest) or list(_contradictions(folder, manifest))
    return VerifyReport(
        manifest.generation,
        len(manifest.files),
        manifest.articles,
        manifest.passages,
        problems,
        generations.rebuild_command(directory) if problems else None,
    )


def _held(folder: Path) -> GenerationLease:
    try:
        return GenerationLease(folder)
    except OSError as error:
        raise generations.read_error(folder, error) from error


def _contradictions(folder: Path, manifest: Manifest) -> Iterator[str]:
    yield from _strangers(folder, manifest)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        articles, passages = catalog.counts()
        if (articles, passages) != (manifest.articles, manifest.passages):
            yield f"The catalog holds {articles} articles and {passages} passages, not the manifest's counts."
        yield from _bad_articles(catalog)
        yield from (
            f"Article {name} is not filed as what it is, for filters." for name in catalog.articles_with_wrong_filters()
        )
        strange = set(cached_article_ids(folder)) - catalog.hashes().keys()
        if strange:
            yield f"{FILES} names {min(strange)}, which the catalog does not hold."
        yield from _bad_passages(catalog)
        lexical = LexicalIndex.open(folder / LEXICAL)
        yield from _bad_words(catalog, lexical)
    copies = NearDuplicates.open(folder / NEAR_DUPLICATES)
    signed = np.load(folder / SIGNATURES, mmap_mode="r")
    vectors = np.load(folder / VECTORS, mmap_mode="r")
    sizes = {VECTORS: len(vectors), LEXICAL: len(lexical), NEAR_DUPLICATES: len(copies), SIGNATURES: len(signed)}
    for name, size in sizes.items():
        if size != passages:
            yield f"{name} holds {size} passages, the catalog {passages}."
    yield from _bad_vectors(folder)
    if not all(copies.first(copies.first(row)) == copies.first(row) <= row for row in range(len(copies))):
        yield f"{NEAR_DUPLICATES} names a copy as what others are copies of."


def _bad_vectors(folder: Path) -> Iterator[str]:
    """Vectors whose scores are no cosines, and such as the lists to find them by do not hold."""
    try:
        strays = DenseIndex.open(folder / VECTORS, folder / DENSE).strays()
    except ValueError as error:
        yield f"{VECTORS} can't be searched: {error}."
        return
    if strays:
        yield f"{DENSE} does not hold {strays} of the vectors of {VECTORS}."


def _strangers(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Files that are no part of the generation, and may hold what it does not."""
    for name in file_names(folder):
        if name not in manifest.files and name != generations.MANIFEST:
            yield f"{folder / name} is no part of the generation."


def _bad_articles(catalog: Catalog) -> Iterator[str]:
    """Articles that are not what their hashes were made from, or of which something stands in no passage."""
    hashes = catalog.hashes()
    # Of one article at a time: its rows follow one another.
    passages = (passage for _, passage, _ in catalog.every_passage())
    groups = groupby(passages, key=lambda passage: passage.article_id)
    article_id, own = next(groups, ("", iter(())))
    for name, version, _ in catalog.versions_and_first_seen():
        covering: list[Passage] = []
        if name == article_id:
            covering = list(own)
            article_id, own = next(groups, ("", iter(())))
        article = catalog.article(name)
        if article is None or (article.version, article.content_hash()) != (version, hashes[name]):
            yield f"Article {name} is not what its hashes were made from."
        elif _uncovered(article.text, covering):
            yield f"Article {name} has text that stands in no passage."


def _uncovered(text: str, passages: list[Passage]) -> bool:
    ends = [0, *(passage.end for passage in passages)]
    starts = [*(passage.start for passage in passages), len(text)]
    return any(text[end:start].strip() for end, start in zip(ends, starts, strict=True))


def _bad_passages(catalog: Catalog) -> Iterator[str]:
    hashes = catalog.embedded_hashes()
    article: Article | None = None
    for expected, (row, passage, title) in enumerate(catalog.every_passage()):
        if article is None or article.article_id != passage.article_id:
            article = catalog.article(passage.article_id)
        if row != expected:
            yield f"Passage {passage.passage_id} has row {row}, not {expected}."
        if article is None or article.text[passage.start : passage.end] != passage.text:
            yield f"Passage {passage.passage_id} is not its article's text."
        if expected >= len(hashes) or text_hash(embedding_text(title, passage.text)).encode() != hashes[expected]:
            yield f"Passage {passage.passage_id} is not the text its vector was made from."
        if not all(passage.start <= start < end <= passage.end for start, end in passage.sentences):
            yield f"Passage {passage.passage_id} has a sentence outside it."


def _bad_words(catalog: Catalog, lexical: LexicalIndex) -> Iterator[str]:
    """Words that the lexical index has in more or fewer passages than the catalog, and rows it lacks."""
    counted: dict[str, Counter[str]] = {"text": Counter(), "title": Counter()}
    for _, passage, title in catalog.every_passage():
        counted["text"].update(set(lexical.terms(passage.text)))
        counted["title"].update(set(lexical.terms(title)))
    for field, counts in counted.items():
        wrong = sorted(word for word, _ in lexical.vocabulary(field).items() ^ counts.items())
        if wrong:
            yield f"{LEXICAL} has words in other passages' {field} than the catalog, {wrong[0]!r} among them."
    if not np.array_equal(lexical.rows(), np.arange(len(lexical))):
        yield f"{LEXICAL} does not hold each row once."
