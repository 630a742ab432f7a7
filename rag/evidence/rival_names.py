"""Whether articles name different people for one thing: two directors of one office in two years."""

import re
from collections.abc import Sequence

from index.dates import sort_key
from rag.evidence.accounts import says
from rag.evidence.contradictions import SURE, is_as_much_about_the_question, short_answer_text
from rag.evidence.now import Role, role_in
from rag.evidence.other_times import are_of_one_year, are_of_other_years
from rag.evidence.scoring import Evidence
from rag.evidence.superseded import PublishedOf
from rag.question.answer_type import AnswerType
from rag.question.language import language_of

_SAME_SUBJECT = 3.0  # a sentence whose score is further below the best one's is about something else
# Two sentences that share this part of their words, apart from the names, say the same of two names.
_SAME_WORDS = 0.6
_WORD = re.compile(r"\w+")


def rival_names(
    evidence: Sequence[Evidence],
    question: str,
    answer_type: AnswerType | None,
    published_of: PublishedOf,
) -> list[Evidence]:
    """The best sentence, then one of each other article that names another for the same; empty where none does.

    Those come newest first by the date that `published_of` gives for their article's id. Names differ where they share
    no word, and the sentences can't both be right: both state the role that somebody has now, or they are of one year
    and, apart from the names, the same, of a role or of what one does alone. The reader must be sure of both.
    """
    if answer_type is not AnswerType.NAME or not evidence:
        return []
    best, role = evidence[0], role_in(question)
    if role is None and not says("done_by_one", question, language_of(question)):
        return []  # several may have visited one castle
    rivals, names = [best], [_name(best, question)]
    newest_first = sorted(
        (item for item in evidence[1:] if item.passage.article_id != best.passage.article_id),
        key=lambda item: sort_key(published_of(item.passage.article_id)),
        reverse=True,
    )
    for item in newest_first if names[0] else []:
        name = _name(item, question)
        near = item.score >= best.score - _SAME_SUBJECT and is_as_much_about_the_question(item, best)
        if near and name and not any(name & other for other in names) and _say_the_same(item, best, role):
            rivals.append(item)
            names.append(name)
    return rivals if len(rivals) > 1 else []


def _name(item: Evidence, question: str) -> frozenset[str]:
    """The capitalised words of a short answer that the question lacks; none where the reader is not sure of it."""
    if item.features.get("reader", -1.0) <= SURE:
        return frozenset()
    asked = set(_WORD.findall(question.casefold()))
    words = (word for word in _WORD.findall(short_answer_text(item)) if word[0].isupper())
    return frozenset(word.casefold() for word in words) - asked


def _say_the_same(item: Evidence, best: Evidence, role: Role | None) -> bool:
    """Whether both sentences can't be right: with another year, or with none, each may tell of its own time."""
    if role and role.whose(item.text) and role.whose(best.text):
        return not are_of_other_years(item, best) if role.now else are_of_one_year(item, best)
    if not are_of_one_year(item, best):
        return False
    words, others = (
        set(_WORD.findall(each.text.casefold())) - set(_WORD.findall(short_answer_text(each).casefold()))
        for each in (item, best)
    )
    return len(words & others) >= _SAME_WORDS * len(words | others)
