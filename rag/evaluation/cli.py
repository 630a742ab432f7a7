"""`rag feedback`. What is heavy is imported when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.console import DEFAULT_INDEX, IndexOption, JsonOption, failures, note, say, show_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.evaluation.vote_review import VoteReview
    from rag.feedback import Vote

app = typer.Typer()

FeedbackOption = Annotated[
    Path | None,
    typer.Option("--feedback", envvar="RAG_FEEDBACK", help="The file of votes. Default: feedback.sqlite in the index."),
]


@app.command("feedback")
def feedback_command(
    index: IndexOption = DEFAULT_INDEX,
    feedback: FeedbackOption = None,
    out: Annotated[Path | None, typer.Option(help="Write a collection for rag eval into this folder.")] = None,
    as_json: JsonOption = False,
) -> None:
    """What readers thought of answers; with --out, those voted up become a collection that rag eval reads."""
    with failures(as_json):
        from index.engine.local.local_index import LocalIndex
        from rag.evaluation.vote_review import review_votes, write_review
        from rag.feedback import FeedbackStore, feedback_file

        votes = FeedbackStore(feedback or feedback_file(index)).votes()
        live = LocalIndex.open(index)
        found = review_votes(votes, live.article)
        if out:
            write_review(found, out)
        if as_json:
            show_json(_document(found, votes))
        else:
            _print_votes(found, votes)
        if out and found.questions:
            note(f"Run: rag eval {out} --corpus {live.manifest.corpus}")


def _document(found: "VoteReview", votes: "Sequence[Vote]") -> dict[str, object]:
    from dataclasses import asdict

    return {
        "votes": [asdict(vote) for vote in votes],
        "questions": [question.model_dump() for question in found.questions],
        "unjudged": [asdict(one) for one in found.unjudged],
    }


def _print_votes(found: "VoteReview", votes: "Sequence[Vote]") -> None:
    for vote in votes:
        outcome = "answered" if vote.answered else "declined"
        say(f"{vote.verdict:<4}  {outcome}  generation {vote.generation}  {vote.question}")
        if vote.comment:
            say(f"      {vote.comment}")
    say(
        f"votes {len(votes)}, up {sum(vote.verdict == 'up' for vote in votes)}, "
        f"questions with gold {len(found.questions)}, left to a person {len(found.unjudged)}"
    )
