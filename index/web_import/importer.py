"""What `rag import` does: it brings pages, feeds, sitemaps and WARC files into the corpus, one page after another."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from index.dates import utc_time
from index.errors import RefusedError
from index.parsers import parser_of, warc
from index.parsers.archives import GZIP, gunzip
from index.parsers.processes import parse_apart
from index.parsers.record import BadRecord, Record
from index.parsers.xml import DocumentType, document_type
from index.types import Progress, no_progress
from index.web_import.address_policy import checked_url
from index.web_import.article_files import ArticleFiles
from index.web_import.clock import Clock
from index.web_import.fetcher import LARGEST, Reply
from index.web_import.import_lock import import_lock
from index.web_import.links import Link, feed_links, newest, sitemap_links
from index.web_import.page import article_document, record_of
from index.web_import.polite_client import PoliteClient
from index.web_import.report import ImportReport, Outcome
from index.web_import.state import FetchedPage, State

_GONE = (404, 410)
_SITEMAPS = 50  # the most that are read of one index
_WARC_SUFFIXES = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`limit`: the most pages of one list; `since`: the first day; `prune`: delete articles whose pages are gone."""

    limit: int = 100
    since: date | None = None
    prune: bool = False


def import_pages(
    corpus: Path,
    inputs: Sequence[str],
    client: PoliteClient,
    options: ImportOptions = ImportOptions(),
    clock: Clock = Clock(),
    progress: Progress = no_progress,
) -> ImportReport:
    """Import addresses and files into a corpus directory, which is made if it is missing.

    A run that was stopped continues where it was, if it is run again with the same inputs within a day.

    Raises:
        CorpusError: the corpus is a file.
        WriterBusyError: another import writes it.
        StorageError: it can't be written.
        ParserProcessError: no process can be started to parse pages.
    """
    with import_lock(corpus):
        return Importer(corpus, client, options, clock).run(inputs, progress)


class Importer:
    """One run over a corpus directory."""

    def __init__(self, corpus: Path, client: PoliteClient, options: ImportOptions, clock: Clock) -> None:
        self._corpus = corpus
        self._client = client
        self._options = options
        self._clock = clock
        self._article_files = ArticleFiles(corpus)
        self._state = State(corpus)
        self._expected = 0

    def run(self, inputs: Sequence[str], progress: Progress) -> ImportReport:
        """Import every input, in order.

        Raises:
            OSError: the corpus can't be written.
        """
        outcomes: list[Outcome] = []
        self._expected = len(inputs)
        self._state.begin(inputs, self._clock.now())
        for source in inputs:
            for outcome in self._import_input(source):
                outcomes.append(outcome)
                progress(len(outcomes), self._expected)
        self._state.end()
        return ImportReport(self._corpus, outcomes)

    def _import_input(self, source: str) -> Iterator[Outcome]:
        try:
            if "://" in source:
                yield from self._import_address(source)
            elif source.lower().endswith(_WARC_SUFFIXES):
                yield from self._import_warc(Path(source))
            else:
                yield from self._import_list_file(Path(source))
        except RefusedError as error:
            yield Outcome("refused", source, str(error))

    def _import_address(self, address: str) -> Iterator[Outcome]:
        """A page, or the pages that a feed or a sitemap at the address names."""
        url = str(checked_url(address))
        if self._is_done(url):
            yield self._done_outcome(url)
            return
        reply = self._fetch(url)
        data = _unpacked(reply.body)
        list_type = document_type(data)
        if list_type == "other":
            yield self._keep_reply(Link(url), reply)
        else:
            yield from self._import_list(list_type, data, reply.url)

    def _import_list_file(self, path: Path) -> Iterator[Outcome]:
        data = _unpacked(_file_content(path))
        list_type = document_type(data)
        if list_type == "other":
            advice = " Put it into the corpus as it is: rag index reads it." if parser_of(path.name) else ""
            raise RefusedError(f"it is no feed, no sitemap and no WARC file (.warc, .warc.gz).{advice}")
        yield from self._import_list(list_type, data)

    def _import_list(self, list_type: DocumentType, data: bytes, found_at: str = "") -> Iterator[Outcome]:
        call = parse_apart(feed_links, data, found_at) if list_type == "feed" else parse_apart(sitemap_links, data)
        links = list(call)
        if not links:
            raise RefusedError("it names no pages")
        if list_type == "index":
            links = yield from self._links_of_sitemaps(links)
        selected = self._newest(links)
        self._expected += len(selected) - 1
        yield from map(self._import_link, selected)

    def _links_of_sitemaps(self, sitemaps: Sequence[Link]) -> Generator[Outcome, None, list[Link]]:
        """The links of an index's sitemaps, read newest first until there are enough; yields those refused."""
        links: list[Link] = []
        for sitemap in newest(sitemaps, _SITEMAPS, self._options.since):
            if len(links) >= self._options.limit:
                break
            try:
                links += self._newest(self._fetch_sitemap(sitemap.url))
            except RefusedError as error:
                self._expected += 1
                yield Outcome("refused", sitemap.url, str(error))
        return links

    def _newest(self, links: Sequence[Link]) -> list[Link]:
        return newest(links, self._options.limit, self._options.since)

    def _fetch_sitemap(self, url: str) -> list[Link]:
        reply = self._client.get(url)
        if reply.status != 200:
            raise RefusedError(f"it answers {reply.status}")
        data = _unpacked(reply.body)
        if document_type(data) != "sitemap":
            raise RefusedError("it is no sitemap, and its index says that it is")
        return list(parse_apart(sitemap_links, data))

    def _import_link(self, link: Link) -> Outcome:
        """A page that a feed or a sitemap names."""
        try:
            url = str(checked_url(link.url))
            if self._is_done(url):
                return self._done_outcome(url)
            reply = self._fetch(url)
            if document_type(reply.body) != "other":
                return Outcome("refused", link.url, "it is a feed or a sitemap, where a page should be")
            return self._keep_reply(replace(link, url=url), reply)
        except RefusedError as error:
            return Outcome("refused", link.url, str(error))

    def _import_warc(self, path: Path) -> Iterator[Outcome]:
        """The pages of a WARC file; of several captures of one page the last counts."""
        captures: dict[str, Record] = {}
        reasons: list[str] = []
        data = _file_content(path)
        try:
            for record in parse_apart(warc.parse, data):
                if isinstance(record, BadRecord):
                    reasons.append(record.reason)
                else:
                    captures[str(record.key)] = record
        except RefusedError as error:
            reasons.append(str(error))
        self._expected += len(captures) + len(reasons) - 1
        yield from (Outcome("refused", str(path), reason) for reason in reasons)
        yield from (self._import_capture(address, record) for address, record in captures.items())

    def _import_capture(self, address: str, record: Record) -> Outcome:
        """One page of a WARC file, unless the article that is there was fetched later."""
        try:
            url = str(checked_url(address))
            captured = utc_time(str(record.metadata.get("fetched") or ""))
            fetched = self._article_files.fetched(url)
            if fetched and (captured is None or captured < fetched):
                return Outcome("unchanged", url, "what is there was fetched later", self._file_name(url))
            document = article_document(record, Link(url), url, captured.isoformat() if captured else self._now())
        except RefusedError as error:
            return Outcome("refused", address, str(error))
        # Forgotten before the article is written: else the server would say that its own text has not changed.
        if self._state.get(url).conditions() and self._article_files.compare(url, document) != "unchanged":
            self._state.forget(url)
        return self._keep(url, document)

    def _is_done(self, url: str) -> bool:
        return self._state.done(url) and self._article_files.holds(url)

    def _done_outcome(self, url: str) -> Outcome:
        return Outcome("unchanged", url, "this run has brought it in already", self._file_name(url))

    def _fetch(self, url: str) -> Reply:
        return self._client.get(url, self._state.get(url).conditions() if self._article_files.holds(url) else {})

    def _keep_reply(self, link: Link, reply: Reply) -> Outcome:
        """Bring the corpus up to date with the reply about a page, and record it in the state."""
        url, file_name = link.url, self._file_name(link.url)
        is_held = self._article_files.holds(url)
        if is_held and reply.status in _GONE:
            if not self._options.prune:
                reason = f"it answers {reply.status}; {file_name} is left, and deleted with --prune"
                return Outcome("gone", url, reason, file_name)
            self._article_files.drop(url)
            self._state.forget(url)
            return Outcome("gone", url, f"it answers {reply.status}; {file_name} is deleted", file_name)
        if is_held and reply.status == 304:
            self._state.put(self._state.get(url))
            return Outcome("unchanged", url, file=file_name)
        if reply.status != 200:
            raise RefusedError(f"it answers {reply.status}")
        outcome = self._keep(url, article_document(record_of(reply), link, reply.url, self._now()))
        self._state.put(FetchedPage(url, reply.headers.get("etag"), reply.headers.get("last-modified")))
        return outcome

    def _keep(self, url: str, document: str) -> Outcome:
        return Outcome(self._article_files.keep(url, document), url, file=self._file_name(url))

    def _file_name(self, url: str) -> str:
        return self._article_files.file(url).name

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def _file_content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(f"it is no address (https://…) and no file that can be read ({error.strerror})") from error


def _unpacked(data: bytes) -> bytes:
    return gunzip(data, LARGEST) if data.startswith(GZIP) else data
