"""From people's votes to a collection: the gold that a vote gives, and why a vote gives none."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from index.errors import StorageError
from index.files import write_whole
from index.types import Article, Filters
from rag.evaluation.collection import GoldSpan, Question
from rag.feedback import CitedSpan, Vote

ArticleById = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class OpenVote:
    """A vote that gives no gold, and why not; a person has to look at it."""

    vote: Vote
    reason: str

    @classmethod
    def of(cls, vote: Vote, *, has_gold: bool) -> "OpenVote | None":
        """The vote with its reason, or None where it gives gold; `has_gold`: a quote of its answer still stands."""
        if not vote.answered:
            reason = "declined: a vote can't tell that no article answers"
        elif vote.verdict == "down":
            reason = "voted down: what would answer is not known"
        elif vote.filters != Filters():
            reason = "asked of some articles only: among all, others may answer better"
        elif not has_gold:
            reason = "no quote of it stands in the index as it was"
        else:
            return None
        return cls(vote, reason)


@dataclass(frozen=True, slots=True)
class VoteReview:
    """Questions with the quotes that people found good as gold, and the votes that give no gold."""

    questions: list[Question]
    open_votes: list[OpenVote]

    def as_json(self, votes: Sequence[Vote]) -> dict[str, object]:
        """The review as JSON, with all votes."""
        return {
            "votes": [asdict(vote) for vote in votes],
            "questions": [question.model_dump() for question in self.questions],
            "unjudged": [asdict(open_vote) for open_vote in self.open_votes],
        }


def review_votes(votes: Iterable[Vote], article_by_id: ArticleById) -> VoteReview:
    """Make a question of each question with an answer voted up; its gold is what that answer quoted.

    Only quotes from unchanged texts become gold, since only their offsets still hold. Other votes are left open for a
    person: a vote down says that an answer was bad, and not what would be good; a vote on a declined question
    can't tell that no article answers; and what was good among filtered articles may not be good among all.
    """
    questions, open_votes = [], []
    for (text, history), group in groupby(sorted(votes, key=_question_and_history), _question_and_history):
        spans: dict[CitedSpan, GoldSpan] = {}
        for vote in group:
            gold = _gold_spans(vote, article_by_id)
            open_vote = OpenVote.of(vote, has_gold=bool(gold))
            if open_vote:
                open_votes.append(open_vote)
            else:
                spans |= gold
        if spans:
            name = hashlib.sha256(json.dumps([text, history]).encode()).hexdigest()[:12]
            questions.append(
                Question(
                    id=f"feedback-{name}",
                    question=text,
                    history=list(history),
                    answerable=True,
                    spans=sorted(spans.values(), key=attrgetter("article_id", "start", "end")),
                )
            )
    return VoteReview(questions, open_votes)


def _question_and_history(vote: Vote) -> tuple[str, tuple[str, ...]]:
    return vote.question, vote.history


def _gold_spans(vote: Vote, article_by_id: ArticleById) -> dict[CitedSpan, GoldSpan]:
    """The quotes of a vote's answer whose articles have not changed, each with its text."""
    gold = {}
    for span in vote.citations:
        article = article_by_id(span.article_id)
        if article and article.version() == span.version and 0 <= span.start < span.end <= len(article.text):
            text = article.text[span.start : span.end]
            gold[span] = GoldSpan(article_id=span.article_id, start=span.start, end=span.end, text=text)
    return gold


def write_review(review: VoteReview, folder: Path) -> None:
    """Write FOLDER/questions.jsonl, which `rag eval` reads, and FOLDER/unjudged.jsonl, the open votes.

    Raises:
        StorageError: the folder can't be written.
    """
    files = {
        "questions.jsonl": [question.model_dump() for question in review.questions],
        "unjudged.jsonl": [{**asdict(item.vote), "reason": item.reason} for item in review.open_votes],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, records in files.items():
            lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
            write_whole(folder / name, lines.encode())
    except OSError as error:
        raise StorageError(f"{folder} can't be written ({error}).", "Name another folder: --out DIR") from error
