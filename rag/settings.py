"""The settings of an assistant, with their defaults. It imports nothing heavy, so that commands start quickly."""

from dataclasses import dataclass
from pathlib import Path

from index.commands import DEFAULT_INDEX

SHIPPED, NONE = "shipped", "none"  # the reader that comes with the package, and no reader

DEFAULT_K = 10
MAX_K = 100
# The share of answerable questions that is answered, and the share of questions about absent articles that is declined.
# On 700 questions of xquad-absent: 0.94 and 0.99 at 0.3, 0.92 and 0.99 at 0.35, 0.84 and 1.00 at 0.5. On this project's
# own questions: 0.98 and 0.60, 0.96 and 0.60, 0.91 and 0.70.
DEFAULT_THRESHOLD = 0.35
# The confidence below which no short answer is shown: of those shown, the share that is right and, in brackets, for
# which share of the questions with an acceptable one there is one. At 0.5, 0.75 and 0.8: over this corpus 0.92 (0.62),
# 0.91 (0.46) and 0.96 (0.40), in conversations over it 0.92 (0.75), 0.94 (0.65) and 0.97 (0.62), on XQuAD 0.84 (0.62),
# 0.87 (0.49) and 0.89 (0.45), over tests/data/newsroom 0.82 (0.37), 0.84 (0.23) and 0.85 (0.20).
LEAST_HEADLINE = 0.75

# Passages that may hold the rarest word of a phrase; where there are more, the articles with the phrase are not counted
# or listed. Reading one article takes about 0.1 ms.
MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class AssistantSettings:
    """What an assistant is made of.

    `threshold`, in [0, 1], is the confidence below which a question is declined. `reader` is "shipped", "none", or the
    name or path of a Hugging Face question-answering model. `reranker` is the name or path of a sentence-transformers
    cross-encoder, or empty for none. `cache` is how many answers are cached.
    """

    index: Path = DEFAULT_INDEX
    threshold: float = DEFAULT_THRESHOLD
    reader: str = SHIPPED
    reranker: str = ""
    cache: int = 0
