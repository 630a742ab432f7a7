"""First questions that a corpus can answer, made of its own sentences and kept where the answer leads back to them.

A sentence that says when, where or who becomes the question of that (overgeneration and selection: Heilman and Smith,
"Good Question! Statistical Ranking for Question Generation", 2010); what it is selected by is the assistant itself.
The forms are English: a corpus in another language suggests nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.engine.protocol import PassageIndex
from index.types import Passage
from rag.answer import Answer

SHOWN = 4
_ASKED = 60  # at most; each costs as much as a person's question
_PASSAGES = 600  # at most, spread over the corpus
_SURE = 0.75  # the confidence that a suggested question's answer has at least
_LONGEST = 300  # characters of a sentence that is made a question
_WORDS = range(5, 13)  # of a question: fewer ask of nothing in particular, more are hard to read

_BASE = {
    "visited": "visit", "signed": "sign", "opened": "open", "founded": "found", "built": "build", "wrote": "write",
    "won": "win", "led": "lead", "launched": "launch", "established": "establish", "inaugurated": "inaugurate",
    "received": "receive", "hosted": "host", "chaired": "chair", "joined": "join", "recognised": "recognise",
    "recognized": "recognize", "began": "begin", "started": "start", "finished": "finish",
    "published": "publish", "discovered": "discover", "invented": "invent", "designed": "design", "adopted": "adopt",
    "acquired": "acquire", "bought": "buy", "sold": "sell", "delivered": "deliver", "announced": "announce",
    "arrived": "arrive", "died": "die",
}  # fmt: skip
_TITLE = r"[A-Z0-9][\w’'&.-]*"
_NAME = rf"(?:The )?{_TITLE}(?: (?:(?:of|the|for|and|al|de|bin) ){{0,2}}{_TITLE}){{0,6}}"
_SUBJECT = rf"(?P<who>(?:The (?:[a-z]+ ){{1,2}}(?:of|in|over) )?{_NAME})"
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = rf"(?:(?:\d{{1,2}} )?{_MONTH} )?[12]\d{{3}}\b"
_WHAT = r"(?:(?! (?:on|in|at|when|while|after|before|and|but|where|which|who) ) [\w’'&-]+){0,7}?"
_PLACE = rf"{_TITLE}(?: {_TITLE})*"
_TIME_OR_PLACE = rf"(?:(?P<there> (?:in|at) {_PLACE})? (?:on|in) (?P<day>{_DAY})| (?:in|at) (?P<place>{_PLACE}))"
# "The harbour of Lenkoran was opened on 12 March 2021": the verb of the question is the same.
_PASSIVE = re.compile(
    rf"^{_SUBJECT} (?P<be>was|were) (?P<did>[a-z]+(?:ed|en|un|lt|ld|nt|de|ht))(?P<what>{_WHAT})" + _TIME_OR_PLACE
)
_VERB = "|".join(_BASE)
_ACTIVE = re.compile(rf"^{_SUBJECT} (?P<did>{_VERB})(?P<what>{_WHAT}){_TIME_OR_PLACE}")
_ACTOR = re.compile(rf"^{_SUBJECT} (?P<did>{_VERB})(?P<what>{_WHAT})(?=[,.;]| (?:on|in|at|when|while|after|before) )")
# What such words mean stands in another sentence.
_POINTS_AWAY = re.compile(r"\b(?:it|its|he|she|him|his|her|they|them|their|this|that|these|those|next|same)\b", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made of the sentence that begins at `start` in an article, and the words of it that answer."""

    question: str
    answer: str
    article_id: str
    start: int

    def leads_back(self, answer: Answer) -> bool:
        """Whether it is answered surely, first of all by the sentence that it was made of, and in those words."""
        if not answer.answered or answer.confidence < _SURE:
            return False
        best, short = answer.citations[0], answer.short_answer
        same = best.article_id == self.article_id and best.start <= self.start < best.end
        return same and (short is None or short.text in self.answer or self.answer in short.text)


def suggestions(index: PassageIndex, ask: Callable[[str], Answer]) -> Iterator[str | None]:
    """Up to SHOWN questions, each of another article, that the index answers by the sentence they were made of.

    Each step asks one question, and gives None where it was answered otherwise: whoever has no time left can stop.
    """
    used: set[str] = set()
    for number, candidate in enumerate(_in_turn(index)):
        if len(used) == SHOWN or number == _ASKED:
            return
        if candidate.article_id in used:
            continue
        leads_back = candidate.leads_back(ask(candidate.question))
        if leads_back:
            used.add(candidate.article_id)
        yield candidate.question if leads_back else None


def candidates(passage: Passage) -> Iterator[Candidate]:
    """The questions that a passage's sentences give; of each, that for a time first."""
    for start, end in passage.sentences:
        sentence = passage.text[start - passage.start : end - passage.start]
        for question, answer in _questions(sentence[:_LONGEST]):
            if _asks_by_itself(question):
                yield Candidate(question, answer, passage.article_id, start)


def _in_turn(index: PassageIndex) -> Iterator[Candidate]:
    """Candidates of passages spread evenly over the index."""
    count = index.manifest.passages
    for row in range(0, count, -(-count // _PASSAGES) or 1):
        yield from candidates(*index.passages([row]))


def _questions(sentence: str) -> Iterator[tuple[str, str]]:
    if found := _PASSIVE.match(sentence):
        yield f"{_asking(found)} {found['be']} {_subject(found)} {found['did']}{_rest(found)}?", _told(found)
    if found := _ACTIVE.match(sentence):
        yield f"{_asking(found)} did {_subject(found)} {_BASE[found['did']]}{_rest(found)}?", _told(found)
    if found := _ACTOR.match(sentence):
        yield f"Who {found['did']}{found['what']}?", found["who"]


def _asking(found: re.Match[str]) -> str:
    return "When" if found["day"] else "Where"


def _told(found: re.Match[str]) -> str:
    return found["day"] or found["place"].rstrip(".")


def _rest(found: re.Match[str]) -> str:
    return found["what"] + (found["there"] or "")


def _subject(found: re.Match[str]) -> str:
    return found["who"].replace("The ", "the ", 1)


def _asks_by_itself(question: str) -> bool:
    """Whether a reader who has read nothing yet knows what is asked: it names something, and points to nothing else."""
    words = question.split()
    named = any(word[0].isupper() for word in words[1:])
    return named and len(words) in _WORDS and not _POINTS_AWAY.search(question)
