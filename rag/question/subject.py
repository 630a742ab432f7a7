"""What a question for a list, a timeline or a summary is about, and the query that finds it."""

import re
from dataclasses import dataclass
from functools import cache

from rag.question.answer_type import AnswerType, expected_answer_type, names_in
from rag.question.language import known_language
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold, fold_case
from rag.question.terms import words_in

_SMALL = re.compile(r"\b[^\W\d_A-Z]\w*")
_ENDS = " \t?.!:;,()\"'“”‘’«»"
# A name may have an ending in a text, or lack one: "Azerbaijani" is found as "Azerbaijan" and "Bakuda" by "Baku".
_ENDING = 2
_SHORT_NAME = 5
_BEFORE_WHAT_WAS_DONE = ("are", "were", "have", "had")  # "were signed", but "did he make"
_LIST_NOUN = 4  # the noun of what is listed is among so many first words


@dataclass(frozen=True, slots=True)
class Listed:
    """The query whose answers are the items of a list.

    `dated`: each item happened on a day, which the query asks for. `noun` is what the items are called where sentences
    about them say so too, as of agreements, but not of visits; empty for others.
    """

    query: str
    dated: bool
    noun: str


def subject_of(question: str) -> str:
    """The question without the words that ask for its form: "relations between …" of "Give me a timeline of …"."""
    code = known_language(question)
    rest = _form_words(code).sub(" ", fold(question)).split()
    telling = [number for number, word in enumerate(rest) if _tells(word.strip(_ENDS), code)]
    return " ".join(rest[telling[0] : telling[-1] + 1]).strip(_ENDS) if telling else ""


def telling_words(subject: str) -> list[str]:
    """The words of a subject that are neither numbers nor words of every text, such as "were" and "the"."""
    plain = LANGUAGES[known_language(subject)].plain_words
    return [word for word in words_in(fold(subject)) if word not in plain and not word.isdigit()]


def listed_by(question: str, *, in_period: bool) -> Listed:
    """The query for the items of a list. `in_period`: the question names the time, so that it is not asked for.

    The reader tells visits, agreements and the like best by their days: of six visits in one article, "Which visits did
    … make to …?" put three among its first six sentences, and "When did … make to … visits?" all of them.
    """
    words = LANGUAGES[known_language(question)]
    match = re.match(words.asks_list_of, question.strip(_ENDS), re.IGNORECASE)
    parts = match.groupdict() if match else {}
    noun = parts.get("items") or " ".join((parts.get("listed") or question).split()[:_LIST_NOUN])
    event = words.pattern(words.events).search(fold(noun))
    named = event[0] if event else ""
    dated = not in_period and bool(event or words.pattern(words.encounters).search(fold(noun)))
    if parts.get("items") and dated:
        order = ("items", "rest") if parts["verb"].lower() in _BEFORE_WHAT_WAS_DONE else ("rest", "items")
        return Listed(f"When {parts['verb']} {parts[order[0]]} {parts[order[1]]}?", dated, named)
    if parts.get("listed"):
        return Listed(f"{'When' if dated else 'What'} were {parts['listed']}?", dated, named)
    return Listed(question, dated, named)


def dated_query(question: str) -> str:
    """The question for the days of a subject; the question itself where it asks for a time, or can't be put so.

    The reader was trained to answer "When did … happen?", not to find the days of a timeline.
    """
    pattern = LANGUAGES[known_language(question)].when_did
    asks_when = expected_answer_type(question) is AnswerType.TIME
    return question if asks_when or not pattern else pattern.format(subject_of(question))


def names_of(subject: str, text: str) -> list[str]:
    """The beginnings of the names in a subject, case-folded.

    Names are its capitalised words but for the first, and the words that `text` writes with a capital alone.
    """
    known = {fold_case(fold(name)) for name in names_in(text)} - {fold(word) for word in _SMALL.findall(text)}
    capitalised = {fold_case(fold(name)) for name in names_in(subject)}
    return [_beginning(word) for word in words_in(fold(subject)) if word in capitalised or word in known]


def holds_names(names: list[str], text: str) -> bool:
    """Whether a text holds a word that begins with each of these beginnings of names."""
    words = set(words_in(fold(text)))
    return all(any(word.startswith(name) for word in words) for name in names)


def _tells(word: str, language: str) -> bool:
    return len(word) > 1 and fold_case(word) not in LANGUAGES[language].plain_words


def _beginning(name: str) -> str:
    return name[:-_ENDING] if len(name) > _SHORT_NAME else name


@cache
def _form_words(language: str) -> re.Pattern[str]:
    words = LANGUAGES[language]
    return words.pattern(words.form_words)
