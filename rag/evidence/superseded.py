"""The sentence by which what another one says is over: a policy that ended, a duty that was lifted, a record broken."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.dates import sort_key
from index.passages import parts_paragraphs
from rag.evidence.accounts import says
from rag.evidence.features import is_dangling
from rag.evidence.scoring import Evidence
from rag.question.answer_type import AnswerType, holds_answer_type

PublishedOf = Callable[[str], str | None]  # the date of an article by its id

# The share of the weight of the question's words in the best sentence that a sentence about the same thing holds too.
_SAME_SUBJECT = 0.5
_REFERRING = 6.5  # such a sentence shares few words with the question: its score may be so much lower


def what_ended(evidence: Sequence[Evidence], published_of: PublishedOf) -> Evidence | None:
    """The first sentence after the best one, in its passage or in a newer article, that says that it is so no longer.

    It refers to the best sentence by a pronoun, or holds the words of the question that this holds. Where it names no
    time, it comes with the sentence after it in its paragraph. `published_of` gives the date of an article by its id.
    """
    best = evidence[0]
    if says("ends", best.text, best.language):
        return None
    following = next((span for span in best.passage.sentences if span[0] >= best.span[1]), None)
    near = [
        item
        for item in evidence[1:]
        if item.score >= best.score - _REFERRING or (item.passage == best.passage and item.span == following)
    ]
    day = sort_key(published_of(best.passage.article_id))
    after = [item for item in near if item.passage == best.passage and item.span[0] >= best.span[1]]
    newer = [
        item
        for item in near
        if item.passage.article_id != best.passage.article_id
        and sort_key(published_of(item.passage.article_id)) > day
        and _is_about_the_same(item, best)
    ]
    for item in [*sorted(after, key=lambda each: each.span), *newer]:
        refers = is_dangling(item.text, item.language) or _is_about_the_same(item, best)
        if refers and says("ends", item.text, item.language):
            return _with_time(item)
    return None


def _is_about_the_same(item: Evidence, best: Evidence) -> bool:
    weight = sum(best.held.values())
    shared = sum(rarity for term, rarity in best.held.items() if term in item.held)
    return weight > 0 and shared >= _SAME_SUBJECT * weight


def _with_time(item: Evidence) -> Evidence:
    """The sentence, with the one after it in its paragraph where it names no time itself."""
    passage, (start, end) = item.passage, item.span
    following = next((span for span in passage.sentences if span[0] >= end), None)
    if following is None or holds_answer_type(item.text, AnswerType.TIME, "", item.language):
        return item
    if parts_paragraphs(passage.text[end - passage.start : following[0] - passage.start]):
        return item
    text = passage.text[start - passage.start : following[1] - passage.start]
    return replace(item, span=(start, following[1]), text=text, answer=None)
