"""Whether the rest of a claim, its object, place and time, stands in a sentence after the verb. English only."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence.clauses import before_titles
from rag.question.languages.english_grammar import (
    ADVERBS,
    AFTER_NOUNS,
    CONJUNCTIONS,
    DENIALS,
    DETERMINERS,
    INSTITUTION_KINDS,
    INSTITUTIONS,
    MONTHS,
    NEGATIONS,
    NUMBER_SCALES,
    POSSESSIVES,
    PREPOSITIONS,
    ROLES,
    SAME_PREPOSITIONS,
    TIME_LIMITS,
    TITLE_WORDS,
)
from rag.question.tokens import Token, places_of

_LONGEST_GAP = 14  # tokens between the verb's object and a place or a time
# What may follow the words of a copula: "was the first president" is no "was the first president to fly".
_ENDS_NOUN = frozenset({"and", "but", "since", "until", "while", "although", "because", "when", "as"})
_WHOSE = frozenset({"of", "at", "for", "to"})  # "the coach of the club", or for it, is not the coach of all
_NEW_CLAUSE = frozenset(
    ("after", "before", "when", "while", "because", "and", "but", "which", "that", "who", "where", "if", "although")
) | {"or", "than", "to"}
# In small letters, these may directly follow a noun that is whole: "won the cup twice", and not "won the cup draw".
_FOLLOWS_NOUN = (
    PREPOSITIONS | ADVERBS | CONJUNCTIONS | DETERMINERS | POSSESSIVES | NEGATIONS | _NEW_CLAUSE | AFTER_NOUNS
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A preposition, or none for an object, and the words after it without their determiners."""

    preposition: str
    words: Sequence[Token]

    @property
    def is_time(self) -> bool:
        return any(_is_year(word) or (word.folded in MONTHS and word.is_capital) for word in self.words)


def end_of_rest(
    sentence: Sequence[Token], subject: int, begin: int, rest: Sequence[Token], *, copular: bool
) -> int | None:
    """The end of the words that say the rest of a claim, from `begin`, the place after its verb; None if any lack."""
    phrases = _phrases(rest)
    if copular and (whole := _end_of_object(sentence, begin, _content(rest))) and ends_there(sentence, whole):
        return whole
    end: int | None = begin
    if phrases and not phrases[0].preposition:
        end = _end_of_object(sentence, begin, phrases[0].words)
        if end is None or (copular and not _ends_noun(sentence, end, phrases[0].words)):
            return None
        phrases = phrases[1:]
    elif not copular and not _has_no_object(sentence, begin):
        return None
    for phrase in phrases:
        end = _end_of_phrase(sentence, subject, end or begin, phrase)
        if end is None:
            return None
    return end


def ends_there(sentence: Sequence[Token], end: int) -> bool:
    """Whether nothing that limits it follows: the sentence ends, or a reason or a new clause comes."""
    return end >= len(sentence) or sentence[end].text in ".;,!" or sentence[end].folded in ("because", "but")


def is_limited(sentence: Sequence[Token], begin: int, end: int, asked: frozenset[str]) -> bool:
    """Whether a word of denial that was not asked stands between a verb and the end of its clause.

    The words asked for stand from `begin` to `end`: "sold jets not to Iran but to Iraq", "sold the jets to nobody".
    """
    for place in range(begin, len(sentence)):
        token = sentence[place]
        if place >= end and (not token.is_word or token.folded in _ENDS_NOUN):
            return False
        if token.folded in DENIALS - asked:
            return True
    return False


def _phrases(rest: Sequence[Token]) -> list[_Phrase]:
    phrases: list[tuple[str, list[Token]]] = []
    for token in rest:
        if token.folded in PREPOSITIONS - {"of"}:
            phrases.append((token.folded, []))
        elif token.folded not in DETERMINERS | POSSESSIVES and token.text not in ",":
            if not phrases:
                phrases.append(("", []))
            phrases[-1][1].append(token)
    return [_Phrase(preposition, words) for preposition, words in phrases]


def _content(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.folded not in DETERMINERS | POSSESSIVES]


def _end_of_object(sentence: Sequence[Token], begin: int, words: Sequence[Token]) -> int | None:
    place = begin
    while place < len(sentence) and _may_precede(sentence[place]) and sentence[place].folded != words[0].folded:
        place += 1
    if place >= len(sentence) or _before_words(sentence, place) >= begin:
        return None
    return _end_of_words(sentence, place, words)


def _may_precede(token: Token) -> bool:
    return token.folded in DETERMINERS | POSSESSIVES or (token.is_capital and token.folded in ROLES | TITLE_WORDS)


def _end_of_words(sentence: Sequence[Token], place: int, words: Sequence[Token]) -> int | None:
    """The end of these words at a place, with determiners between them; None where they are a part of a longer name."""
    first = place
    for word in words:
        while place > first and place < len(sentence) and sentence[place].folded in DETERMINERS:
            place += 1
        if place >= len(sentence) or not _same(sentence[place].folded, word.folded):
            return None
        place += 1
    return None if place < len(sentence) and _is_longer(sentence, place, words[-1]) else place


def _is_longer(sentence: Sequence[Token], place: int, last: Token) -> bool:
    following = sentence[place]
    if following.text in "’'-–/&" and place + 1 < len(sentence) and sentence[place + 1].start == following.end:
        return True
    if last.folded[:1].isdigit():
        return following.folded in NUMBER_SCALES
    if sentence[place - 1].is_capital and following.is_capital:
        return True
    return _is_compound(sentence, place)


def _is_compound(sentence: Sequence[Token], place: int) -> bool:
    """Whether a noun goes on at a place, so that it is another one: "gas masks", "the president of the club"."""
    noun, following = sentence[place - 1], sentence[place]
    if following.folded == "of":
        return not noun.is_capital and not noun.folded.endswith("ed")
    if not following.text[:1].islower() or following.folded in _FOLLOWS_NOUN or following.folded.endswith("ly"):
        return False
    # "Gas produced in Iran" is gas, and "gas powered cars" are none.
    after = sentence[place + 1 : place + 2]
    return not (following.folded.endswith("ed") and (not after or after[0].folded in PREPOSITIONS))


def _same(one: str, other: str) -> bool:
    """Whether two words are one, in the singular or the plural."""
    return one == other or (len(min(one, other, key=len)) > 3 and one.rstrip("s") == other.rstrip("s"))


def _ends_noun(sentence: Sequence[Token], end: int, words: Sequence[Token]) -> bool:
    if end >= len(sentence) or not sentence[end].is_word or sentence[end].folded in _ENDS_NOUN:
        return True
    if sentence[end - len(words) - 1].folded == "the" and sentence[end].folded in _WHOSE:
        return False
    # A participle is no noun that the words after it could limit: "was built in".
    verbal = words[-1].folded.endswith("ed") or (len(words) == 1 and not sentence[end - 1].is_capital)
    return verbal and sentence[end].folded in PREPOSITIONS


def _has_no_object(sentence: Sequence[Token], begin: int) -> bool:
    """Whether the verb before `begin` has no object, since a verb without one says something else."""
    if begin >= len(sentence) or not sentence[begin].is_word:
        return True
    word = sentence[begin].folded
    return word in PREPOSITIONS or word in ADVERBS or word in _NEW_CLAUSE or word.endswith("ly")


def _end_of_phrase(sentence: Sequence[Token], subject: int, begin: int, phrase: _Phrase) -> int | None:
    """The end of the verb or of this phrase, whichever is later; the phrase follows the verb or begins the sentence."""
    if not phrase.words:
        return None
    if phrase.is_time:
        return _end_of_time(sentence, subject, begin, phrase)
    for place in places_of(phrase.words[:1], sentence):
        if place < begin:
            continue
        end = _end_of_words(sentence, place, phrase.words)
        preposition = _before_words(sentence, place)
        if end is not None and preposition >= begin and _fits(sentence[preposition].folded, phrase.preposition):
            return end if _is_near(sentence, begin, preposition, phrase.preposition) else None
        end = _end_of_institution(sentence, place) if len(phrase.words) == 1 and phrase.preposition == "in" else None
        if end is not None and _is_near(sentence, begin, place, ""):
            return end
    return None


def _before_words(sentence: Sequence[Token], place: int) -> int:
    """The last token before some words that is no determiner or title of theirs."""
    place = before_titles(sentence, place)
    while place >= 0 and sentence[place].folded in DETERMINERS | POSSESSIVES:
        place -= 1
    return place


def _fits(found: str, wanted: str) -> bool:
    return found == wanted or any({found, wanted} <= same for same in SAME_PREPOSITIONS)


def _is_near(sentence: Sequence[Token], begin: int, place: int, preposition: str) -> bool:
    """Whether what stands at a place belongs to the verb: no other clause, and no other phrase like it, is between."""
    between = sentence[begin:place]
    return len(between) <= _LONGEST_GAP and not any(
        token.text in ";:," or token.folded in _NEW_CLAUSE or (preposition and _is_rival(sentence, token, preposition))
        for token in between
    )


def _is_rival(sentence: Sequence[Token], token: Token, preposition: str) -> bool:
    following = next((other for other in sentence if other.start > token.end), token)
    is_date = following.folded[:1].isdigit() or following.folded in MONTHS
    return _fits(token.folded, preposition) and not is_date


def _end_of_institution(sentence: Sequence[Token], place: int) -> int | None:
    """The end of a name such as "Baku State University", which says that something is in Baku."""
    end = place + 1
    while end < len(sentence) and sentence[end].is_capital and sentence[end].folded in INSTITUTION_KINDS:
        end += 1
    is_one = end < len(sentence) and sentence[end].is_capital and sentence[end].folded in INSTITUTIONS
    return end + 1 if is_one and not sentence[place - 1].is_capital else None


def _end_of_time(sentence: Sequence[Token], subject: int, begin: int, phrase: _Phrase) -> int | None:
    """As _end_of_phrase, for a date: "in April 1996" is said by "on 10 April 1996", "in 1996" by both."""
    for place in places_of(phrase.words, sentence):
        first, end = place, place + len(phrase.words)
        while first > 0 and (_is_date(sentence[first - 1])):
            first -= 1
        preposition = sentence[first - 1].folded if first else ""
        exact = phrase.preposition in TIME_LIMITS or preposition in TIME_LIMITS
        fits = preposition == phrase.preposition if exact else _fits(preposition, phrase.preposition)
        if not fits or (exact and first != place) or _is_cut(sentence, end, phrase.words[-1]):
            continue
        if place < subject and first - 1 == 0:
            return begin
        if first > begin and _is_near(sentence, begin, first - 1, ""):
            return end
    return None


def _is_date(token: Token) -> bool:
    return _is_year(token) or token.folded in MONTHS or (token.folded.isdigit() and len(token.folded) < 3)


def _is_year(token: Token) -> bool:
    return token.folded.isdigit() and len(token.folded) == 4


def _is_cut(sentence: Sequence[Token], end: int, last: Token) -> bool:
    """Whether a date goes on with its month or year, or a number with its scale, so that it is another one."""
    if end >= len(sentence):
        return False
    following = sentence[end]
    if following.folded in NUMBER_SCALES or following.text in "-–":
        return True
    return last.folded.isdigit() and not _is_year(last) and (following.folded in MONTHS)
