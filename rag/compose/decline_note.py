"""What a declined question is told: which articles are near it, or that none is, and which filter stands in the way.

English alone: a name of another language has endings that no article need have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.engine.protocol import PassageIndex
from index.letters import joins_words
from index.types import Filters
from rag.answer import Answer, AnswerLink
from rag.compose.wording import FILTER_NAMES, counted, listed, verb, without_filter
from rag.question.language import is_unknown_language, known_language
from rag.question.languages import DEFAULT
from rag.question.languages.folding import fold_case

# Passages with the rarest word of a subject: where there are more, counting its articles would make declining slow,
# and so common a subject says nothing of what is missing. Reading one article takes about 0.1 ms.
_MOST_COUNTED = 2_000
_NAMED = 2  # names that no article has, of those that the note lists
_SHORTEST = 4  # letters of a word without a capital that can be a subject
_WORD = re.compile(r"\w[\w'’-]*")
_POSSESSIVE = re.compile(r"['’ʼ]s$", re.IGNORECASE)
# A letter of no Latin alphabet and no apostrophe: such a question is in no English, be its language told or not.
_OTHER_LETTER = re.compile(r"[^\W\d_\u0000-\u024f\u02b0-\u02ff\u1e00-\u1eff]")
_INSTRUCTION = DEFAULT.pattern(DEFAULT.instructions)
_FORM_WORD = DEFAULT.pattern(DEFAULT.instructions, DEFAULT.form_words)
_NO_NOUN = re.compile("(?:ed|ing|est)$", re.IGNORECASE)
_JOINTS = {"of", "the"}  # inside a name: University of the Punjab


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a question names, and how many of the articles that pass the filters mention it."""

    phrase: str
    count: int


def with_decline_note(answer: Answer, filters: Filters, index: PassageIndex) -> Answer:
    """A declined answer with its note and links; the answer itself where there is nothing to say."""
    if not index.manifest.articles or is_unknown_language(answer.question):
        return answer
    subjects = [subject for subject in subjects_of(answer.interpreted_question) if not joins_words(subject)]
    missing = [subject for subject in subjects if not index.most_mentions(subject)]
    held = [subject for subject in subjects if subject not in missing]
    nearest = _nearest(held, filters, index)
    apart = [subject for subject in held if not missing and _stands_apart(subject, index)]
    sentences = [_what_is_near(missing[:_NAMED], apart[:_NAMED], nearest, filters)]
    links = []
    if nearest:
        text = f"{counted(nearest.count, 'article')} that {verb(nearest.count, 'mention')} “{nearest.phrase}”"
        links.append(AnswerLink(text, filters=filters, mentions=nearest.phrase))
    if drop := _filter_to_drop(answer.question, subjects, nearest, filters, index):
        sentences.append(drop[0])
        links.append(drop[1])
    note = " ".join(filter(None, sentences))
    return replace(answer, decline_note=note, links=tuple(links)) if note else answer


def subjects_of(question: str) -> list[str]:
    """What a question is about, as its words name it: its names or, where it has none, its longer words.

    Forms of verbs, superlatives and the words that ask for a form of answer are left out of the latter: that no article
    mentions "invented" or "summarise" helps nobody.
    """
    if known_language(question) != DEFAULT.code or _OTHER_LETTER.search(question):
        return []
    matches = list(_WORD.finditer(question))
    words = [_POSSESSIVE.sub("", match[0]) for match in matches]
    content = [fold_case(word) not in DEFAULT.plain_words for word in words]
    if question.isupper() or not any(word[0].isupper() for word in words[1:]):
        told = (word for word, tells in zip(words, content, strict=True) if tells and len(word) >= _SHORTEST)
        return list(
            dict.fromkeys(word for word in told if not _NO_NOUN.search(word) and not _FORM_WORD.fullmatch(word))
        )
    content[0] = content[0] and not _INSTRUCTION.fullmatch(words[0])  # "Compare Vienna and Graz"
    names: list[list[str]] = []
    in_name = False  # whether the word before belongs to a name that may go on: not in "Baku's Metro"
    for position, (match, word) in enumerate(zip(matches, words, strict=True)):
        spaced = position > 0 and question[matches[position - 1].end() : match.start()] == " "
        capital = word[0].isupper() and content[position]
        if in_name and spaced and (capital or word[0].isdigit() or word in _JOINTS):
            names[-1].append(word)
        elif capital and (position > 0 or _is_name_at_start(words, content)):
            names.append([word])
        else:
            in_name = False
            continue
        in_name = word == match[0]
    return list(dict.fromkeys(" ".join(_trimmed(name)) for name in names))


def _is_name_at_start(words: Sequence[str], content: Sequence[bool]) -> bool:
    """Whether the first word is a name, and no verb: the next one has a capital too."""
    return content[0] and len(words) > 1 and words[1][0].isupper() and content[1]


def _trimmed(name: list[str]) -> list[str]:
    """A name without the joints at its end."""
    return name[: 1 + max(position for position, word in enumerate(name) if word not in _JOINTS)]


def _nearest(subjects: Sequence[str], filters: Filters, index: PassageIndex) -> _Subject | None:
    """The subject that the fewest articles mention, but one at least."""
    counts = [
        _Subject(subject, index.articles_mentioning(subject, filters, 0, 0)[0])
        for subject in subjects
        if index.most_mentions(subject) <= _MOST_COUNTED
    ]
    return min((subject for subject in counts if subject.count), key=lambda subject: subject.count, default=None)


def _stands_apart(subject: str, index: PassageIndex) -> bool:
    """Whether articles hold the words of a subject, but none holds them next to each other."""
    few = index.most_mentions(subject) <= _MOST_COUNTED
    return few and not index.articles_mentioning(subject, Filters(), 0, 0)[0]


def _what_is_near(missing: Sequence[str], apart: Sequence[str], nearest: _Subject | None, filters: Filters) -> str:
    lacking = ""
    if absent := [f"“{name}”" for name in missing or apart]:
        lacking = f"No article {'mentions' if missing else 'has the phrase'} {listed(absent, 'or')}"
    if nearest is None:
        return f"{lacking}." if lacking else ""
    passing = " that passes the filters" if filters != Filters() else ""
    passing = passing if nearest.count == 1 else passing.replace("passes", "pass")
    near = f"{counted(nearest.count, 'article')}{passing} {verb(nearest.count, 'mention')} “{nearest.phrase}”"
    if lacking:
        return f"{lacking}; {near}."
    return f"{near}, but no sentence found there answers the question."


def _filter_to_drop(
    question: str, subjects: Sequence[str], nearest: _Subject | None, filters: Filters, index: PassageIndex
) -> tuple[str, AnswerLink] | None:
    """The filter that leaves out the most articles on the subject, or all of them where it takes all, and a link."""
    in_use = [name for name in FILTER_NAMES if without_filter(filters, name) != filters]
    if not in_use:
        return None
    everywhere = _nearest([subject for subject in subjects if index.most_mentions(subject)], Filters(), index)
    phrase = nearest.phrase if nearest else everywhere.phrase if everywhere else None

    def count(narrower: Filters) -> int:
        return index.articles_mentioning(phrase, narrower, 0, 0)[0] if phrase else index.count_articles(narrower)

    now = count(filters)
    without = {name: count(without_filter(filters, name)) for name in in_use}
    best = max(in_use, key=lambda name: without[name])
    remaining, name, number = without_filter(filters, best), FILTER_NAMES[best], without[best]
    if number <= now and len(in_use) > 1:
        remaining, name, number = Filters(), "filters", count(Filters())
    if number <= now:
        return None
    what = f"{verb(number, 'mention')} “{phrase}”" if phrase else f"{verb(number, 'are')} searched"
    sentence = f"Without the {name}, {counted(number, 'article')} {what}."
    return sentence, AnswerLink(f"Ask without the {name}", question=question, filters=remaining)
