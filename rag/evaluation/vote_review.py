"""From readers' votes to a collection: what a vote says of an answer, and what it leaves open."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from index.errors import StorageError
from index.types import Article, Filters
from rag.evaluation.collection import GoldSpan, Question
from rag.feedback import CitedSpan, Vote

ArticleAt = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A vote that gives no gold, and why not: for a person to judge."""

    vote: Vote
    reason: str


@dataclass(frozen=True, slots=True)
class VoteReview:
    """Questions whose quotes readers found good, and the votes that say less than that."""

    questions: list[Question]
    unjudged: list[Unjudged]


def review_votes(votes: Iterable[Vote], article_at: ArticleAt) -> VoteReview:
    """Each question of which an answer was voted up, its gold what that answer quoted.

    Only quotes of texts that have not changed since are gold: their offsets hold. A vote down says that an answer
    was bad, not what would be good, a vote on a question that was declined can't tell that no article answers, and what
    was good among some articles may not be among all; these are left to a person.
    """
    questions, unjudged = [], []
    for (asked, history), group in groupby(sorted(votes, key=_asked), _asked):
        spans: dict[CitedSpan, GoldSpan] = {}
        for vote in group:
            exact = {span: found for span in vote.citations if (found := _gold(span, article_at))}
            reason = _left_open(vote, bool(exact))
            if reason:
                unjudged.append(Unjudged(vote, reason))
            else:
                spans |= exact
        if spans:
            gold = sorted(spans.values(), key=attrgetter("article_id", "start", "end"))
            questions.append(_question(asked, history, gold))
    return VoteReview(questions, unjudged)


def write_review(found: VoteReview, folder: Path) -> None:
    """FOLDER/questions.jsonl, which `rag eval` reads, and FOLDER/unjudged.jsonl.

    Raises:
        StorageError: the folder can't be written.
    """
    files = {
        "questions.jsonl": [question.model_dump() for question in found.questions],
        "unjudged.jsonl": [{**asdict(one.vote), "reason": one.reason} for one in found.unjudged],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, records in files.items():
            lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            (folder / name).write_text(lines, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{folder} can't be written ({error}).", "Name another folder: --out DIR") from error


def _asked(vote: Vote) -> tuple[str, tuple[str, ...]]:
    return vote.question, vote.history


def _gold(span: CitedSpan, article_at: ArticleAt) -> GoldSpan | None:
    article = article_at(span.article_id)
    if article is None or article.version != span.version or not 0 <= span.start < span.end <= len(article.text):
        return None
    text = article.text[span.start : span.end]
    return GoldSpan(article_id=span.article_id, start=span.start, end=span.end, text=text)


def _left_open(vote: Vote, exact: bool) -> str | None:
    if not vote.answered:
        return "declined: a vote can't tell that no article answers"
    if vote.verdict == "down":
        return "voted down: what would answer is not known"
    if vote.filters != Filters():
        return "asked of some articles only: among all, others may answer better"
    return None if exact else "no quote of it stands in the index as it was"


def _question(asked: str, history: tuple[str, ...], spans: list[GoldSpan]) -> Question:
    name = hashlib.sha256(json.dumps([asked, history]).encode()).hexdigest()[:12]
    return Question(id=f"feedback-{name}", question=asked, history=list(history), answerable=True, spans=spans)
