"""The assistant: a question in, a checked answer out. The web room calls nothing else of this room to answer."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial

from index.engine.manifest import Manifest
from index.engine.protocol import IndexSource, PassageIndex
from index.engine.stats import IndexStats
from index.models.hub import SHIPPED_SHA256
from index.types import Article, ArticleSummary, Filters
from rag.answer import Answer, FoundPassage, IndexInfo
from rag.cache import AnswerCache, Request
from rag.clock import Clock
from rag.compose.decline_note import with_decline_note
from rag.compose.extract import Composer, Composition, ExtractiveComposer
from rag.compose.forms import DEPTHS
from rag.compose.found import Found, ScoredQuestion
from rag.compose.further import compose_further
from rag.compose.language_note import language_note
from rag.compose.wording import NAME_MORE, too_common
from rag.errors import ArticleUnknownError, FilterError, SettingError
from rag.events import Answered, AnswerEvent, PassagesFound, Stage, StageStarted
from rag.evidence.gathering import Material
from rag.evidence.scoring import PASSAGES_READ, SENTENCES_EMBEDDED, SentenceScorer
from rag.evidence.weights import Weights, shipped_weights
from rag.question.history import relevant_history
from rag.question.interpretation import Interpretation, interpretation_of
from rag.question.language import language_of
from rag.question.normalise import normalise, normalise_history
from rag.question.talk import without_courtesies
from rag.reader import Reader, TransformerReader
from rag.replies import reply_events, reply_of
from rag.retrieval.reranker import Reranker
from rag.retrieval.retriever import Retriever, interleaved
from rag.settings import DEFAULT_K, DEFAULT_THRESHOLD, LEAST_HEADLINE, MAX_K, MOST_READ
from rag.suggestions import KnownSuggestions, suggestions

FROM_CACHE = "cache"  # the only stage in the times of a cached answer


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions from an index with sentences quoted from it, or says that it holds no answer.

    `threshold`, in [0, 1], is the confidence below which it declines; below `least_headline` no short answer is shown.
    A reranker puts the passages in its own order. Up to `cached` answers are cached, for the same question asked again
    of the same index; 0 caches none.

    Raises:
        SettingError: `threshold` is not in [0, 1].
    """

    source: IndexSource
    threshold: float = DEFAULT_THRESHOLD
    composer: Composer = field(default_factory=ExtractiveComposer)
    reader: Reader | None = None
    weights: Weights | None = None
    reranker: Reranker | None = None
    cached: int = 0
    least_headline: float = LEAST_HEADLINE
    _answers: AnswerCache = field(init=False, repr=False, compare=False)
    _known: KnownSuggestions = field(init=False, repr=False, compare=False, default_factory=KnownSuggestions)

    def __post_init__(self) -> None:
        """Check the threshold, and make a new cache: an assistant with other settings gives other answers."""
        if not 0.0 <= self.threshold <= 1.0:
            raise SettingError(
                f"The confidence threshold is {self.threshold}, not in [0, 1].", "Set RAG_THRESHOLD between them."
            )
        object.__setattr__(self, "_answers", AnswerCache(self.cached))

    def ask(
        self, question: str, history: Sequence[str] = (), k: int = DEFAULT_K, filters: Filters = Filters()
    ) -> Answer:
        """Answer a question; `history` is the earlier questions of the conversation, oldest first.

        Raises:
            QuestionError: the question is empty, too long, or holds no word.
            SettingError: k is out of its range.
            FilterError: the last day is before the first.
        """
        for event in self.ask_in_stages(question, history, k, filters):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("the events ended without an answer")

    def ask_in_stages(
        self, question: str, history: Sequence[str] = (), k: int = DEFAULT_K, filters: Filters = Filters()
    ) -> Iterator[AnswerEvent]:
        """Events while the question is answered: each stage as it begins, the passages found, and then the answer.

        The call itself checks the question, before the first event is requested. The work of a stage is done when the
        event after it is requested. A cached answer gives the same events, with its own times.

        Raises:
            As `ask`.
        """
        today = datetime.now(UTC).date()
        earlier = relevant_history(normalise_history(history), today)
        request = Request(normalise(question), earlier, _checked(k, filters), filters, today.isoformat())
        return self._events(request, self.source.current())

    def _events(self, request: Request, index: PassageIndex) -> Iterator[AnswerEvent]:
        yield StageStarted(Stage.SEARCHING)
        clock = Clock()
        cached = self._answers.get(index, request)
        if cached:
            clock.lap(FROM_CACHE)
            yield PassagesFound(cached.passages)
            yield StageStarted(Stage.READING)
            yield StageStarted(Stage.ANSWERING)
            yield Answered(replace(cached, timings_ms=clock.times()))
        elif reply := reply_of(request, index, lambda: self._known.of(index, lambda: suggestions(index, self.ask))):
            yield from reply_events(reply, clock)
        else:
            yield from self._answer_events(request, index, clock)

    def _answer_events(self, request: Request, index: PassageIndex, clock: Clock) -> Iterator[AnswerEvent]:
        """The events after the first, for an answer that is not cached."""
        typed = without_courtesies(request.question)
        interpretation = interpretation_of(typed, request.history, index)
        article_of = cache(partial(_article, index))  # reads and hashes each article once
        scorer = SentenceScorer(self.reader, self.weights or shipped_weights(reading=self.reader is not None))
        retriever = Retriever(index, reranker=self.reranker, reader=self.reader)
        material = Material(index, retriever, scorer, request.filters)
        # At least as deep as the answer is made of, whatever k is: how many passages are listed must not change it.
        depth = max(request.k, scorer.depth, DEPTHS.get(interpretation.form, 0))
        retrievals = [
            retriever.retrieve(question.query, depth, request.filters, question.typed_query)
            for question in interpretation.questions
        ]
        hits = interleaved([retrieval.hits for retrieval in retrievals])[: request.k]
        passages = [FoundPassage.of(hit, article_of) for hit in hits]
        clock.lap("retrieve")
        yield PassagesFound(passages)

        yield StageStarted(Stage.READING)
        clock.resume()
        if interpretation.before and self.reader:
            answer_before = self.ask(interpretation.before, k=request.k, filters=request.filters)
            scorer = replace(scorer, told=answer_before.short_answers())
        scored = [
            ScoredQuestion.of(scorer, question, retrieval, index)
            for question, retrieval in zip(interpretation.questions, retrievals, strict=True)
        ]
        clock.lap("read")
        yield StageStarted(Stage.ANSWERING)

        clock.resume()
        found = Found(
            text=interpretation.whole or request.question,
            questions=scored,
            threshold=self.threshold,
            composer=self.composer,
            article_of=article_of,
            material=material,
            least_headline=self.least_headline,
        )
        composed = compose_further(interpretation.form, found, interpretation.more)
        answer = self._answer(request, interpretation, composed, passages, IndexInfo.of(index.manifest))
        if interpretation.more and not answer.answered and answer.confidence >= self.threshold:
            answer = replace(answer, nothing_more=True, confidence=0.0)  # all that answers was quoted before
        elif not answer.answered:
            answer = with_decline_note(answer, request.filters, index)
        clock.lap("compose")
        answer = replace(answer, timings_ms=clock.times())
        self._answers.put(index, request, answer)
        yield Answered(answer)

    def _answer(
        self,
        request: Request,
        interpretation: Interpretation,
        composed: Composition,
        passages: list[FoundPassage],
        index: IndexInfo,
    ) -> Answer:
        typed = without_courtesies(request.question)  # to leave these out is no interpretation
        return Answer(
            question=request.question,
            interpreted_question=request.question if interpretation.text == typed else interpretation.text,
            misspelt=interpretation.misspelt,
            language=language_of(request.question),
            answered=bool(composed.text),
            confidence=composed.confidence,
            answer=composed.text,
            short_answer=None if interpretation.more else composed.short_answer,
            differing=composed.differing,
            unanswered=composed.unanswered,
            language_note=language_note(request.question, composed.citations, answered=bool(composed.text)),
            citations=composed.citations,
            passages=passages,
            index=index,
            timings_ms={},
            form=composed.form,
            verdict=composed.verdict,
            comparison=composed.comparison,
            timeline=composed.timeline,
            more_matches=composed.more_matches,
        )

    def search(self, query: str, k: int = DEFAULT_K, filters: Filters = Filters()) -> list[FoundPassage]:
        """The `k` passages nearest to a query, best first.

        Raises:
            As `ask`.
        """
        index = self.source.current()
        retriever = Retriever(index, reranker=self.reranker)
        hits = retriever.retrieve(normalise(query), _checked(k, filters), filters).hits
        return [FoundPassage.of(hit, partial(_article, index)) for hit in hits]

    def article(self, article_id: str) -> Article:
        """The article with this id in the index that answers now.

        Raises:
            ArticleUnknownError: the index holds no such article.
        """
        return _article(self.source.current(), article_id)

    def manifest(self) -> Manifest:
        """What the index that answers now holds and how it was made."""
        return self.source.current().manifest

    def stats(self) -> IndexStats:
        """What the index that answers now holds, by source, language and day, and what was refused."""
        return self.source.current().stats()

    def list_articles(
        self, filters: Filters, offset: int, limit: int, phrase: str | None = None
    ) -> list[ArticleSummary]:
        """Up to `limit` of the articles that pass and hold a phrase, newest first, after the first `offset` of them.

        Raises:
            FilterError: so many passages may hold the phrase that reading them would take seconds.
        """
        index = self.source.current()
        if phrase and (most := index.most_mentions(phrase)) > MOST_READ:
            raise FilterError(too_common(phrase, most), NAME_MORE)
        return index.list_articles(filters, offset, limit, phrase)

    def degraded_reason(self) -> str | None:
        """Why the newest generation does not serve while an older one does; None where the newest serves.

        Raises:
            GenerationError: there is no index any more.
        """
        return self.source.degraded_reason()

    def suggestions(self) -> Iterator[str | None]:
        """Questions that the index holds the answers to; each step tries one question, and gives None if it failed."""
        index = self.source.current()
        return self._known.recorded(index, suggestions(index, self.ask))

    def load(self) -> None:
        """Load the models, so that the time of the first answer is not that of loading."""
        self._use_models(queries=[], texts=["warm up"])

    def warm_up(self) -> None:
        """Load the models and run each on texts of several lengths, so that the first question need not wait."""
        texts = ["a sentence of some length " * count for count in range(1, 1 + SENTENCES_EMBEDDED)]
        # A model is compiled for longer questions when the first of them comes.
        queries = ["warm " * words for words in (20, 40)]
        self._use_models(queries, texts if self.reader is None else texts[-PASSAGES_READ:])
        other = self.reader.for_languages(english=False) if self.reader else None
        if other and other is not self.reader:
            other.read("warm up", [("", text) for text in texts[-PASSAGES_READ:]])

    def imports_pytorch(self) -> bool:
        """Whether loading the models imports PyTorch; while it does, no other thread should import anything."""
        foreign = self.manifest().model.name not in SHIPPED_SHA256 or isinstance(self.reader, TransformerReader)
        return foreign or self.reranker is not None

    def _use_models(self, queries: Sequence[str], texts: Sequence[str]) -> None:
        """Search, embed the queries and read the texts; the reader is loaded while the embedder is."""
        with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
            reading = pool.submit(self._read, texts)
            if self.imports_pytorch():
                wait([reading])
            self._embed(queries, texts)
            reading.result()

    def _read(self, texts: Sequence[str]) -> None:
        if self.reader:
            self.reader.read("warm up", [("", text) for text in texts])

    def _embed(self, queries: Sequence[str], texts: Sequence[str]) -> None:
        index = self.source.current()
        Retriever(index).retrieve("warm up", 1)
        for query in queries:
            index.embedder.embed_query(query)
        if self.reader is None:
            index.embedder.embed_passages(texts)
        if self.reranker:
            self.reranker.scores("warm up", ["warm up"])


def _article(index: PassageIndex, article_id: str) -> Article:
    article = index.article(article_id)
    if article is None:
        raise ArticleUnknownError(f'There is no article "{article_id}".', "Search for what it said.")
    return article


def _checked(k: int, filters: Filters) -> int:
    if not 1 <= k <= MAX_K:
        raise SettingError(f"k is {k}.", f"Ask for 1 to {MAX_K} passages.")
    first, last = filters.published_from, filters.published_to
    if first and last and last < first:
        raise FilterError(f"The last day, {last}, is before the first, {first}.", "Exchange them.")
    return k
