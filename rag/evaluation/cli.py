"""`rag feedback`. It imports the heavy modules when the command runs."""

from pathlib import Path
from typing import Annotated

import typer

from index.commands import DEFAULT_INDEX
from index.console import IndexOption, JsonOption, failures, note, say, show_json

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
    """Show what people thought of answers. With --out, answers voted up become a collection that rag eval reads."""
    with failures(as_json):
        from index.engine.local.local_index import LocalIndex
        from rag.evaluation.vote_review import review_votes, write_review
        from rag.feedback import FeedbackStore, feedback_file

        votes = FeedbackStore(feedback or feedback_file(index)).votes()
        live_index = LocalIndex.open(index)
        review = review_votes(votes, live_index.article)
        if out:
            write_review(review, out)
        if as_json:
            show_json(review.as_json(votes))
        else:
            for vote in votes:
                outcome = "answered" if vote.answered else "declined"
                say(f"{vote.verdict:<4}  {outcome}  generation {vote.generation}  {vote.question}")
                if vote.comment:
                    say(f"      {vote.comment}")
            say(
                f"votes {len(votes)}, up {sum(vote.verdict == 'up' for vote in votes)}, "
                f"questions with gold {len(review.questions)}, left to a person {len(review.open_votes)}"
            )
        if out and review.questions:
            note(f"Run: rag eval {out} --corpus {live_index.manifest.corpus}")
