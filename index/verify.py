"""Proving that a generation is whole: checksums, counts and every cross-reference."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from index import snapshot
from index.articles import Article
from index.catalog import Catalog, embedding_text, text_hash
from index.copies import Copies
from index.dense import DenseIndex
from index.lexical import LexicalIndex
from index.manifest import CATALOG, COPIES, DENSE, LEXICAL, VECTORS, Manifest


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
        SnapshotError: there is no index, or no manifest to check it against.
    """
    manifest = snapshot.read_manifest(directory, snapshot.live_number(directory))
    # Files that are not those written are not opened: what they would say is of no use.
    problems = snapshot.check_files(directory, manifest) or list(_contradictions(directory, manifest))
    return VerifyReport(
        manifest.generation,
        len(manifest.files),
        manifest.articles,
        manifest.passages,
        problems,
        snapshot.rebuild_command(directory) if problems else None,
    )


def _contradictions(directory: Path, manifest: Manifest) -> Iterator[str]:
    folder = snapshot.generation_folder(directory, manifest.generation)
    with closing(Catalog.open(folder / CATALOG)) as catalog:
        articles, passages = catalog.counts()
        if (articles, passages) != (manifest.articles, manifest.passages):
            yield f"The catalog holds {articles} articles and {passages} passages, not the manifest's counts."
        yield from _bad_passages(catalog)
        lexical = LexicalIndex.open(folder / LEXICAL)
        yield from _bad_words(catalog, lexical)
    dense = DenseIndex.open(folder / DENSE)
    copies = Copies.open(folder / COPIES)
    sizes = {DENSE: len(dense), LEXICAL: len(lexical), COPIES: len(copies)}
    for name, size in sizes.items():
        if size != passages:
            yield f"{name} holds {size} passages, the catalog {passages}."
    if not np.array_equal(dense.vectors(), np.load(folder / VECTORS, mmap_mode="r")):
        yield f"{DENSE} does not hold the vectors of {VECTORS}."
    if not all(copies.first(copies.first(row)) == copies.first(row) <= row for row in range(len(copies))):
        yield f"{COPIES} names a copy as what others are copies of."


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
        if text_hash(embedding_text(title, passage.text)) != hashes[row]:
            yield f"Passage {passage.passage_id} is not the text its vector was made from."
        if not all(passage.start <= start < end <= passage.end for start, end in passage.sentences):
            yield f"Passage {passage.passage_id} has a sentence outside it."


def _bad_words(catalog: Catalog, lexical: LexicalIndex) -> Iterator[str]:
    """Words that the lexical index has in more or fewer passages than the catalog."""
    counted: Counter[str] = Counter()
    for _, passage, _ in catalog.every_passage():
        counted.update(set(lexical.terms(passage.text)))
    wrong = [term for term, count in counted.items() if lexical.document_frequency(term) != count]
    if wrong:
        yield f"{LEXICAL} has {len(wrong)} words in other passages than the catalog, {wrong[0]!r} among them."
