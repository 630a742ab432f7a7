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
from index.types import Article


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """How much was checked, one sentence for each problem, and the command that mends the index, where it has any."""

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
    """Check the live generation: the checksum of every file, then whether the files agree with one another.

    Raises:
        GenerationError: there is no index, or no manifest to check it against.
        StorageError: the disk does not let a file be read.
    """
    number = generations.live_number(directory)
    manifest = generations.read_manifest(directory, number)
    folder = generations.generation_folder(directory, number)
    try:
        lease = GenerationLease(folder)  # or files could go missing while they are checked, once a newer one is live
    except OSError as error:
        raise generations.read_error(folder, error) from error
    with closing(lease):
        # Altered files are not opened: what they hold proves nothing.
        problems = generations.check_files(directory, manifest) or list(_contradictions(folder, manifest))
    return VerifyReport(
        manifest.generation,
        len(manifest.files),
        manifest.articles,
        manifest.passages,
        problems,
        generations.rebuild_command(directory) if problems else None,
    )


def _contradictions(folder: Path, manifest: Manifest) -> Iterator[str]:
    """One sentence for each thing in which the files of a generation contradict its manifest or one another."""
    for name in file_names(folder):
        if name not in manifest.files and name != generations.MANIFEST:
            yield f"{folder / name} is no part of the generation."
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        articles, passages = catalog.counts()
        if (articles, passages) != (manifest.articles, manifest.passages):
            yield f"The catalog holds {articles} articles and {passages} passages, not the manifest's counts."
        yield from _article_problems(catalog)
        unknown = set(cached_article_ids(folder)) - catalog.hashes().keys()
        if unknown:
            yield f"{FILES} names {min(unknown)}, which the catalog does not hold."
        yield from _passage_problems(catalog)
        lexical = LexicalIndex.open(folder / LEXICAL)
        yield from _word_problems(catalog, lexical)
    near_duplicates = NearDuplicates.open(folder / NEAR_DUPLICATES)
    sizes = {
        VECTORS: len(np.load(folder / VECTORS, mmap_mode="r")),
        LEXICAL: len(lexical),
        NEAR_DUPLICATES: len(near_duplicates),
        SIGNATURES: len(np.load(folder / SIGNATURES, mmap_mode="r")),
    }
    for name, size in sizes.items():
        if size != passages:
            yield f"{name} holds {size} passages, the catalog {passages}."
    try:
        mismatches = DenseIndex.open(folder / VECTORS, folder / DENSE).mismatches()
        if mismatches:
            yield f"{DENSE} does not hold {mismatches} of the vectors of {VECTORS}."
    except ValueError as error:
        yield f"{VECTORS} can't be searched: {error}."
    if not near_duplicates.is_consistent():
        yield f"{NEAR_DUPLICATES} names as the first of a group a passage that is not."


def _article_problems(catalog: Catalog) -> Iterator[str]:
    """Articles that their hashes do not fit, that have text in no passage, or that filters misplace."""
    hashes = catalog.hashes()
    # One article at a time: the rows of an article follow one another, in the order of the articles.
    passages = (passage for _, passage, _ in catalog.every_passage())
    groups = groupby(passages, key=lambda passage: passage.article_id)
    group_id, group = next(groups, ("", iter(())))
    for article_id, version, _ in catalog.versions_and_first_seen():
        bounds = [0]  # where text outside passages may begin and end, in turn
        if article_id == group_id:
            for passage in group:
                bounds += [passage.start, passage.end]
            group_id, group = next(groups, ("", iter(())))
        article = catalog.article(article_id)
        if article is None or (article.version(), article.content_hash()) != (version, hashes[article_id]):
            yield f"Article {article_id} is not what its hashes were made from."
            continue
        bounds.append(len(article.text))
        if any(article.text[end:start].strip() for end, start in zip(bounds[::2], bounds[1::2], strict=True)):
            yield f"Article {article_id} has text that stands in no passage."
    for article_id in catalog.articles_with_wrong_filters():
        yield f"Article {article_id} is filed under another day, source, language or passages than its own."


def _passage_problems(catalog: Catalog) -> Iterator[str]:
    """Passages that are out of order, or not the text of their article or of their vector."""
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


def _word_problems(catalog: Catalog, lexical: LexicalIndex) -> Iterator[str]:
    """Words that the lexical index has in more or fewer passages than the catalog, and rows it lacks."""
    frequencies: dict[str, Counter[str]] = {"text": Counter(), "title": Counter()}
    for (_, passage, title), language in zip(catalog.every_passage(), catalog.languages(), strict=True):
        frequencies["text"].update(set(lexical.indexed_terms(passage.text, language)))
        frequencies["title"].update(set(lexical.indexed_terms(title, language)))
    for field, counts in frequencies.items():
        wrong = sorted(word for word, _ in lexical.vocabulary(field).items() ^ counts.items())
        if wrong:
            yield f"{LEXICAL} has words in other passages' {field} than the catalog, {wrong[0]!r} among them."
    if not np.array_equal(lexical.rows(), np.arange(len(lexical))):
        yield f"{LEXICAL} does not hold each row once."
