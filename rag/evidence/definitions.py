"""Sentences that say what or who something is, and the words that say it. English only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rag.evidence.clauses import begins_clause, is_fronted
from rag.evidence.descriptions import described_by, end_of_description, expansion_before, start_of_description
from rag.question.languages.english_grammar import (
    ADVERBS,
    DETERMINERS,
    MONTHS,
    POSSESSIVES,
    PREPOSITIONS,
    ROLES,
    TITLE_WORDS,
)
from rag.question.tokens import Token, places_of

_BE = frozenset({"is", "was", "are", "were"})
_NAMING = frozenset({"called", "named", "titled", "dubbed", "nicknamed"})
_PLACES = 5  # of a target in a sentence, at most
_LONGEST_NAME = 4  # words of a name, of which the last was asked for
_MARKS = frozenset(',.;:)”"—–')


class Kind(IntEnum):
    """How a sentence defines; the surest first."""

    EXPANSION = 0  # the Economic Cooperation Organization (ECO); SOCAR, the State Oil Company of Azerbaijan
    COPULA = 1  # X is a …
    APPOSITION = 2  # X, the …,
    ROLE_APPOSITION = 3  # the …, X,
    TITLE = 4  # President X
    NAMING = 5  # a … called X
    SUBJECT = 6  # X opened in …


@dataclass(frozen=True, slots=True)
class Definition:
    """How a sentence defines a target, the target's full name there, and the tokens that say what it is, if any do."""

    kind: Kind
    name: str
    headline: tuple[int, int] | None


def definition_of(sentence: Sequence[Token], target: Sequence[Token]) -> Definition | None:
    """The surest definition of a target that a sentence holds, or None."""
    found = [
        definition
        for place in places_of(target, sentence)[:_PLACES]
        if _is_whole(sentence, after := _end_of_name(sentence, place + len(target)))
        for definition in _at(sentence, place, after)
    ]
    return min(found, key=lambda definition: (definition.kind, definition.headline is None), default=None)


def _end_of_name(sentence: Sequence[Token], after: int) -> int:
    """After the year of an event, "Indus Shield 2023", or the name behind a number, "JF-17 Thunder"."""
    last = sentence[after - 1]
    while after < len(sentence) and last.folded.isdigit() and sentence[after].is_capital:
        after += 1
    if last.is_capital and after < len(sentence) and sentence[after].folded.isdigit():
        return after + 1
    return after


def _is_whole(sentence: Sequence[Token], after: int) -> bool:
    """Whether a name ends before a place, and does not go on, or possess what follows."""
    if after >= len(sentence):
        return True
    following = sentence[after]
    joins = following.text in "’'-–/&" and following.start == sentence[after - 1].end
    return not joins and not (following.is_capital and sentence[after - 1].is_capital)


def _at(sentence: Sequence[Token], place: int, after: int) -> Iterator[Definition]:
    """The definitions of what stands from `place` to `after`."""
    first = place
    while first > 0 and place - first < _LONGEST_NAME and sentence[place].is_capital and _is_given(sentence[first - 1]):
        first -= 1
    name = " ".join(token.text for token in sentence[first:after])
    rules = (
        (Kind.EXPANSION, _expansion),
        (Kind.COPULA, _copula),
        (Kind.APPOSITION, _apposition),
        (Kind.ROLE_APPOSITION, _role_apposition),
        (Kind.TITLE, _title),
        (Kind.NAMING, _naming),
        (Kind.SUBJECT, _subject),
    )
    # Of a longer name that ends as what was asked for only a title says that it is the same: the poet Allama Iqbal.
    longer = first < place and after - place > 1 and not (first == 1 and sentence[0].folded in PREPOSITIONS)
    for kind, rule in rules:
        if longer and kind is not Kind.TITLE:
            continue
        found = rule(sentence, first, after)
        if found is not None:
            headline = found if found[0] < found[1] else None
            yield Definition(kind, name, headline)


def _is_given(token: Token) -> bool:
    """Whether a word before a surname is a given name."""
    return token.is_capital and token.folded not in ROLES | TITLE_WORDS | DETERMINERS | PREPOSITIONS | MONTHS


_NO_HEADLINE = (0, 0)


def _expansion(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    short = sentence[first]
    if after - first != 1 or not short.text.isupper() or len(short.text) < 2:
        return None
    if first > 1 and sentence[first - 1].text == "(" and sentence[after : after + 1] and sentence[after].text == ")":
        start = expansion_before(sentence[: first - 1], short.folded)
        return (start, first - 1) if start is not None else None
    if sentence[after : after + 1] and sentence[after].text in ",(":
        end = next((place for place in range(after + 1, len(sentence)) if sentence[place].text in ",).;"), after + 1)
        start = expansion_before(sentence[after + 1 : end], short.folded)
        if start is not None and all(token.folded in DETERMINERS for token in sentence[after + 1 : after + 1 + start]):
            return after + 1 + start, end
    return None


def _copula(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    if not begins_clause(sentence, first):
        return None
    place = _after_brackets(sentence, after)
    if place < len(sentence) and sentence[place].folded in ("has", "have") and _word(sentence, place + 1) == "been":
        place += 1
    elif _word(sentence, place) not in _BE:
        return None
    place += 1
    while _word(sentence, place) in ADVERBS:
        place += 1
    word = _word(sentence, place)
    if word not in DETERMINERS and word not in ROLES | TITLE_WORDS and word != "one":
        return None
    return place, end_of_description(sentence, place)


def _apposition(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    after = _after_brackets(sentence, after)
    if _word(sentence, after) != ",":
        return None
    start = after + 1
    end = next((place for place in range(start, len(sentence)) if sentence[place].text in ",.;:)—"), len(sentence))
    end = start + described_by(sentence[start:end])
    # "In Baku, the president met": what follows the first comma may be the clause.
    if end == start or (_word(sentence, start) in DETERMINERS and _is_place(sentence, after)):
        return None
    if sentence[start].folded in ("then", "former", "formerly", "late"):
        return first, end  # without the name it would be said of today
    return _without_pronoun(sentence, start, end)


def _role_apposition(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    while first > 0 and sentence[first - 1].folded in ROLES | TITLE_WORDS:
        first -= 1
    if _word(sentence, first - 1) != "," or (after < len(sentence) and sentence[after].text not in _MARKS):
        return None
    start = start_of_description(sentence, first - 1)
    thing = start_of_description(sentence, first - 1, titles_only=True)
    if start is None:
        return None
    if thing is not None and start < thing:
        # "The head of the company, X": X may be either. "Ali Veli, head of the company, X": it is the company.
        of_another = start > 1 and sentence[start - 1].text == "," and sentence[start - 2].is_capital
        return _without_pronoun(sentence, thing, first - 1) if of_another else _NO_HEADLINE
    return _without_pronoun(sentence, start, after)


def _title(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    start = start_of_description(sentence, first, titles_only=True)
    return None if start is None else _without_pronoun(sentence, start, after)


def _naming(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    while (first > 0 and sentence[first - 1].folded in DETERMINERS) or _word(sentence, first - 1) in ("“", '"'):
        first -= 1
    known_as = _word(sentence, first - 1) == "as" and _word(sentence, first - 2) == "known"
    if not known_as and _word(sentence, first - 1) not in _NAMING:
        return None
    end = first - 2 if known_as else first - 1
    if _word(sentence, end - 1) == ",":
        end -= 1
    start = end
    while (
        start > 0
        and _is_of_noun(sentence[start - 1])
        and _word(sentence, start - 1) not in PREPOSITIONS | _BE | {"been"}
    ):
        start -= 1
        if sentence[start].folded in DETERMINERS | POSSESSIVES:
            return _without_pronoun(sentence, start, after)
    return None


def _is_of_noun(token: Token) -> bool:
    return token.is_word or token.text in "’'-–"


def _subject(sentence: Sequence[Token], first: int, after: int) -> tuple[int, int] | None:
    starts = first == 0 or (first == 1 and sentence[0].folded in DETERMINERS)
    is_followed = after < len(sentence) and sentence[after].is_word and sentence[after].folded != "and"
    return _NO_HEADLINE if starts and is_followed else None


def _without_pronoun(sentence: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    """These tokens as a headline; none where a pronoun in them refers to what is not there, or where they are many."""
    words = sentence[start:end]
    if len(words) > 20 or any(token.folded in POSSESSIVES for token in words):
        return _NO_HEADLINE
    return start, end


def _after_brackets(sentence: Sequence[Token], after: int) -> int:
    """After "(ABC)", where that follows."""
    if _word(sentence, after) != "(":
        return after
    return next((place + 1 for place in range(after, len(sentence)) if sentence[place].text == ")"), after)


def _is_place(sentence: Sequence[Token], comma: int) -> bool:
    """Whether the name before the first comma belongs to a when or where that begins the sentence."""
    return is_fronted(sentence, comma) and all(token.text != "," for token in sentence[:comma])


def _word(sentence: Sequence[Token], place: int) -> str:
    return sentence[place].folded if 0 <= place < len(sentence) else ""
