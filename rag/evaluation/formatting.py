"""Parts of a run in words, as both reports show them: on the console and as a page."""

from rag.evaluation.run import EvaluationRun
from rag.settings import NONE


def describe_contents(run: EvaluationRun) -> str:
    """What the collection holds, in words."""
    questions = f"{run.questions} questions ({run.answerable} answerable)"
    return f"{questions}, {run.articles} articles, {run.passages} passages"


def describe_models(run: EvaluationRun) -> str:
    """The models that answered, in words."""
    others = {"reader": run.reader, "reranker": run.reranker}
    named = (f"no {role}" if name == NONE else f"{role} {name}" for role, name in others.items())
    return f"the embedding model {run.model}, {' and '.join(named)}"


def format_minute(time: str) -> str:
    """A time in ISO 8601 in UTC, shortened to the minute, for a person."""
    return f"{time[:16].replace('T', ' ')} UTC"
