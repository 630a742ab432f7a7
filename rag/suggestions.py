"""Suggested questions that a corpus can answer, made of its own sentences.

A sentence that says when, where or who becomes a question for that, and a question is suggested if the assistant
answers it with the same sentence (overgenerate and select: Heilman and Smith, "Good Question! Statistical Ranking for
Question Generation", 2010). The sentence patterns are English: a corpus in another language suggests nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from weakref import WeakKeyDictionary

from index.engine.protocol import PassageIndex
from index.types import Passage
from rag.answer import Answer

SHOWN = 4
IN_TALK = 3  # of them, in the reply to a greeting
_ATTEMPTS_IN_TALK = 6  # so that the reply to a greeting takes no longer than a few answers
_MAX_ATTEMPTS = 60  # each costs as much as a person's question
_MAX_PASSAGES = 600  # spread evenly over the corpus
_LEAST_CONFIDENCE = 0.75  # of the answer to a suggested question
_MAX_CHARACTERS = 300  # of a sentence that becomes a question
_QUESTION_WORDS = range(5, 13)  # a shorter question asks about nothing in particular, a longer one is hard to read

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
# Words whose meaning stands in another sentence.
_REFERS_ELSEWHERE = re.compile(
    r"\b(?:it|its|he|she|him|his|her|they|them|their|this|that|these|those|next|same)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made of the sentence that begins at `start` in an article, and the words in it that answer."""

    question: str
    answer: str
    article_id: str
    start: int

    def leads_back(self, answer: Answer) -> bool:
        """Whether the answer is confident and cites the question's own sentence first, with the same words in it."""
        if not answer.answered or answer.confidence < _LEAST_CONFIDENCE:
            return False
        best, short_answer = answer.citations[0], answer.short_answer
        same_sentence = best.article_id == self.article_id and best.start <= self.start < best.end
        same_words = short_answer is None or short_answer.text in self.answer or self.answer in short_answer.text
        return same_sentence and same_words


class KnownSuggestions:
    """The suggested questions of each index that were found so far. Threads may share it; it keeps no index alive."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._questions: WeakKeyDictionary[PassageIndex, dict[str, None]] = WeakKeyDictionary()

    def recorded(self, index: PassageIndex, attempts: Iterator[str | None]) -> Iterator[str | None]:
        """The same attempts to suggest a question of an index; those that give one are kept."""
        self._is_first(index)
        for question in attempts:
            with self._lock:
                found = self._questions.setdefault(index, {})
                found |= {question: None} if question else {}
            yield question

    def of(self, index: PassageIndex, attempts: Callable[[], Iterator[str | None]]) -> tuple[str, ...]:
        """Up to IN_TALK questions. Where nothing was tried for the index yet, a few attempts are made first.

        Only one caller makes them; the others get what was found so far.
        """
        if self._is_first(index):
            for _ in islice(self.recorded(index, attempts()), _ATTEMPTS_IN_TALK):
                if len(self._found(index)) == IN_TALK:
                    break
        return self._found(index)

    def _is_first(self, index: PassageIndex) -> bool:
        """Whether nothing was tried for the index before; from now on it counts as tried."""
        with self._lock:
            is_first = index not in self._questions
            self._questions.setdefault(index, {})
            return is_first

    def _found(self, index: PassageIndex) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._questions.get(index, ()))[:IN_TALK]


def suggestions(index: PassageIndex, ask: Callable[[str], Answer]) -> Iterator[str | None]:
    """Up to SHOWN questions, each about another article, that the index answers with the sentence they were made of.

    Each step asks one question, and gives None where the answer does not lead back, so that the caller can stop at any
    time.
    """
    passages = index.manifest.passages
    rows = range(0, passages, -(-passages // _MAX_PASSAGES) or 1)
    questions = (candidate for row in rows for candidate in candidates(*index.passages([row])))
    article_ids: set[str] = set()
    for attempt, candidate in enumerate(questions):
        if len(article_ids) == SHOWN or attempt == _MAX_ATTEMPTS:
            return
        if candidate.article_id in article_ids:
            continue
        leads_back = candidate.leads_back(ask(candidate.question))
        if leads_back:
            article_ids.add(candidate.article_id)
        yield candidate.question if leads_back else None


def candidates(passage: Passage) -> Iterator[Candidate]:
    """The questions that the sentences of a passage give and that can be understood without the passage."""
    for start, end in passage.sentences:
        sentence = passage.text[start - passage.start : end - passage.start][:_MAX_CHARACTERS]
        questions: list[tuple[str, str]] = []
        if match := _PASSIVE.match(sentence):
            question = f"{_question_word(match)} {match['be']} {_subject(match)} {match['did']}{_rest(match)}?"
            questions.append((question, _time_or_place(match)))
        if match := _ACTIVE.match(sentence):
            question = f"{_question_word(match)} did {_subject(match)} {_BASE[match['did']]}{_rest(match)}?"
            questions.append((question, _time_or_place(match)))
        if match := _ACTOR.match(sentence):
            questions.append((f"Who {match['did']}{match['what']}?", match["who"]))
        for question, answer in questions:
            words = question.split()
            names_something = any(word[0].isupper() for word in words[1:])
            if names_something and len(words) in _QUESTION_WORDS and not _REFERS_ELSEWHERE.search(question):
                yield Candidate(question, answer, passage.article_id, start)


def _question_word(match: re.Match[str]) -> str:
    return "When" if match["day"] else "Where"


def _time_or_place(match: re.Match[str]) -> str:
    return match["day"] or match["place"].rstrip(".")


def _rest(match: re.Match[str]) -> str:
    return match["what"] + (match["there"] or "")


def _subject(match: re.Match[str]) -> str:
    return match["who"].replace("The ", "the ", 1)
