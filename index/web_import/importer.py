"""What `rag import` does: pages, feeds, sitemaps and WARC files, one page after another into the corpus."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from index.dates import utc_time
from index.errors import CorpusError, RefusedError, StorageError, WriterBusyError
from index.parsers import parser_of, warc
from index.parsers.archives import GZIP, gunzip
from index.parsers.record import BadRecord, Record
from index.parsers.xml import XmlKind, xml_kind
from index.types import Progress
from index.web_import.address_policy import checked_url
from index.web_import.article_files import ArticleFiles
from index.web_import.clock import Times
from index.web_import.fetcher import LARGEST, Reply
from index.web_import.links import Link, feed_links, newest, sitemap_links
from index.web_import.page import article, record_of
from index.web_import.polite_client import PoliteClient
from index.web_import.report import ImportReport, Outcome
from index.web_import.state import STATE, Seen, State

_LOCK = ".import.lock"
_GONE = (404, 410)
_SITEMAPS = 50  # the most that are read of one index


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What is asked of an import: the most pages of one list, none before a day, and whether gone ones are deleted."""

    limit: int = 100
    since: date | None = None
    prune: bool = False


def import_pages(
    corpus: Path,
    inputs: Sequence[str],
    guest: PoliteClient,
    wishes: ImportOptions = ImportOptions(),
    times: Times = Times(),
    progress: Progress = lambda _done, _total: None,
) -> ImportReport:
    """Bring what addresses and files name into a corpus directory, which is made if it is missing.

    A run that was stopped, and is run again with the same inputs within a day, goes on where it was.

    Raises:
        CorpusError: the corpus is a file.
        WriterBusyError: another import writes it.
        StorageError: it can't be written.
    """
    with _sole_writer(corpus):
        return Importer(corpus, guest, wishes, times).run(inputs, progress)


class Importer:
    """One run over a corpus directory."""

    def __init__(self, corpus: Path, guest: PoliteClient, wishes: ImportOptions, times: Times) -> None:
        self._corpus = corpus
        self._guest = guest
        self._wishes = wishes
        self._times = times
        self._shelf = ArticleFiles(corpus)
        self._state = State(corpus)
        self._expected = 0

    def run(self, inputs: Sequence[str], progress: Progress) -> ImportReport:
        """Every input, in order.

        Raises:
            OSError: the corpus can't be written.
        """
        outcomes: list[Outcome] = []
        self._expected = len(inputs)
        self._state.begin(inputs, self._times.now())
        for outcome in (outcome for given in inputs for outcome in self._bring(given)):
            outcomes.append(outcome)
            progress(len(outcomes), self._expected)
        self._state.end()
        return ImportReport(self._corpus, outcomes)

    def _bring(self, given: str) -> Iterator[Outcome]:
        try:
            yield from self._from_address(given) if "://" in given else self._from_file(Path(given))
        except RefusedError as error:
            yield Outcome("refused", given, str(error))

    def _from_address(self, given: str) -> Iterator[Outcome]:
        url = str(checked_url(given))
        if self._is_done(url):
            yield self._done_already(url)
            return
        reply = self._fetch(url)
        data = _unzipped(reply.body)
        kind = xml_kind(data)
        if kind == "other":
            yield self._settle(Link(url), reply)
        else:
            yield from self._from_list(kind, data, reply.url)

    def _from_file(self, path: Path) -> Iterator[Outcome]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RefusedError(
                f"it is no address (https://…) and no file that can be read ({error.strerror})"
            ) from error
        if path.name.lower().endswith((".warc", ".warc.gz")):
            yield from self._from_warc(path, data)
            return
        data = _unzipped(data)
        kind = xml_kind(data)
        if kind == "other":
            reader = " Put it into the corpus as it is: rag index reads it." if parser_of(path.name) else ""
            raise RefusedError(f"it is no feed, no sitemap and no WARC file (.warc, .warc.gz).{reader}")
        yield from self._from_list(kind, data)

    def _from_list(self, kind: XmlKind, data: bytes, found_at: str = "") -> Iterator[Outcome]:
        links = feed_links(data, found_at) if kind == "feed" else sitemap_links(data)
        if not links:
            raise RefusedError("it names no pages")
        if kind == "index":
            sitemaps, links = links, []
            yield from self._gather(sitemaps, links)
        chosen = newest(links, self._wishes.limit, self._wishes.since)
        self._expected += len(chosen) - 1
        yield from map(self._page, chosen)

    def _gather(self, sitemaps: Sequence[Link], links: list[Link]) -> Iterator[Outcome]:
        """Add the links of an index's sitemaps, the newest first, until there are enough."""
        for sitemap in newest(sitemaps, _SITEMAPS, self._wishes.since):
            if len(links) >= self._wishes.limit:
                return
            try:
                links += newest(self._sitemap(sitemap.url), self._wishes.limit, self._wishes.since)
            except RefusedError as error:
                self._expected += 1
                yield Outcome("refused", sitemap.url, str(error))

    def _sitemap(self, url: str) -> list[Link]:
        reply = self._guest.get(url)
        if reply.status != 200:
            raise RefusedError(f"it answers {reply.status}")
        data = _unzipped(reply.body)
        if xml_kind(data) != "sitemap":
            raise RefusedError("it is no sitemap, and its index says that it is")
        return sitemap_links(data)

    def _from_warc(self, path: Path, data: bytes) -> Iterator[Outcome]:
        pages, reasons = _pages_of_warc(data)
        self._expected += len(pages) + len(reasons) - 1
        yield from (Outcome("refused", str(path), reason) for reason in reasons)
        yield from (self._page_of_warc(url, record) for url, record in pages.items())

    def _page_of_warc(self, address: str, record: Record) -> Outcome:
        try:
            url = str(checked_url(address))
            captured = utc_time(str(record.metadata.get("fetched") or ""))
            held = self._shelf.fetched(url)
            if held and (captured is None or captured < held):
                return Outcome("unchanged", url, "what is there was fetched later", self._shelf.file(url).name)
            fetched = captured.isoformat() if captured else self._now()
            return self._keep_captured(url, article(record, Link(url), url, fetched))
        except RefusedError as error:
            return Outcome("refused", address, str(error))

    def _keep_captured(self, url: str, text: str) -> Outcome:
        # Before it is written: the server would say of another text that it has not changed.
        if self._state.get(url).conditions() and self._shelf.compare(url, text) != "unchanged":
            self._state.forget(url)
        return self._keep(Link(url), text)

    def _page(self, link: Link) -> Outcome:
        try:
            return self._page_at(str(checked_url(link.url)), link)
        except RefusedError as error:
            return Outcome("refused", link.url, str(error))

    def _page_at(self, url: str, link: Link) -> Outcome:
        if self._is_done(url):
            return self._done_already(url)
        reply = self._fetch(url)
        if xml_kind(reply.body) != "other":
            raise RefusedError("it is a feed or a sitemap, where a page should be")
        return self._settle(Link(url, link.published, link.modified, link.origin), reply)

    def _fetch(self, url: str) -> Reply:
        return self._guest.get(url, self._state.get(url).conditions() if self._shelf.holds(url) else {})

    def _settle(self, link: Link, reply: Reply) -> Outcome:
        if reply.status in _GONE and self._shelf.holds(link.url):
            return self._gone(link.url, reply.status)
        if reply.status == 304 and self._shelf.holds(link.url):
            self._state.put(self._state.get(link.url))
            return Outcome("unchanged", link.url, file=self._shelf.file(link.url).name)
        if reply.status != 200:
            raise RefusedError(f"it answers {reply.status}")
        outcome = self._keep(link, article(record_of(reply), link, reply.url, self._now()))
        self._state.put(Seen(link.url, reply.headers.get("etag"), reply.headers.get("last-modified")))
        return outcome

    def _gone(self, url: str, status: int) -> Outcome:
        name = self._shelf.file(url).name
        if not self._wishes.prune:
            return Outcome("gone", url, f"it answers {status}; {name} is left, and deleted with --prune", name)
        self._shelf.drop(url)
        self._state.forget(url)
        return Outcome("gone", url, f"it answers {status}; {name} is deleted", name)

    def _keep(self, link: Link, text: str) -> Outcome:
        return Outcome(self._shelf.keep(link.url, text), link.url, file=self._shelf.file(link.url).name)

    def _is_done(self, url: str) -> bool:
        return self._state.done(url) and self._shelf.holds(url)

    def _done_already(self, url: str) -> Outcome:
        return Outcome("unchanged", url, "this run has brought it in already", self._shelf.file(url).name)

    def _now(self) -> str:
        return self._times.now().isoformat(timespec="seconds")


def _unzipped(data: bytes) -> bytes:
    return gunzip(data, LARGEST) if data.startswith(GZIP) else data


def _pages_of_warc(data: bytes) -> tuple[dict[str, Record], list[str]]:
    """The pages by their addresses, and why others are not among them."""
    pages: dict[str, Record] = {}
    reasons: list[str] = []
    try:
        for record in warc.parse(data):
            if isinstance(record, BadRecord):
                reasons.append(record.reason)
            else:
                pages[str(record.key)] = record
    except RefusedError as error:
        reasons.append(str(error))
    return pages, reasons


@contextmanager
def _sole_writer(corpus: Path) -> Iterator[None]:
    if corpus.is_file():
        raise CorpusError(f"The corpus {corpus} is a file.", "Name a directory with --corpus.")
    missing = [folder for folder in (corpus, *corpus.parents) if not folder.exists()]
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        with FileLock(corpus / _LOCK, timeout=0):
            yield
            _tidy(corpus, missing)
    except Timeout:
        raise WriterBusyError(
            f"Another rag import is writing {corpus}.", "Wait until it ends, then run it again."
        ) from None
    except OSError as error:
        raise StorageError(
            f"The corpus {corpus} can't be written ({error.strerror or error}).",
            "Free some space or mend its permissions, or name another directory with --corpus.",
        ) from error


def _tidy(corpus: Path, made: Sequence[Path]) -> None:
    """Remove what an import that knows of no page has made; call it last, with the lock held.

    Whoever has opened this lock before it went is turned away, since its file is none any more.
    """
    state = corpus / STATE
    if state.stat().st_size:
        return
    state.unlink()
    (corpus / _LOCK).unlink()
    for folder in made:
        if not _removed(folder):
            return


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:  # it holds something: articles, or what somebody has just put there
        return False
    return True
