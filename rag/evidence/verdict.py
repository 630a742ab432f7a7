"""Whether a sentence affirms or denies what a yes/no question proposes. English only.

A sentence decides only where it has the proposed subject before the proposed verb, all of the rest after it, and
nothing that limits what is said: no other actor, condition, hearsay or plan. Anything else decides nothing.
"""

from collections.abc import Sequence

from rag.evidence.clauses import begins_clause, is_hearsay, is_hedged
from rag.evidence.phrases import end_of_rest, ends_there, is_limited
from rag.question.languages.english_grammar import ADVERBS, NEGATIONS, REFUSALS, REPORTS
from rag.question.proposition import Claim
from rag.question.tokens import Token, places_of

_HAVE = frozenset({"has", "have", "had"})
_LONGEST_APPOSITION = 14  # tokens between the commas after a subject
_OTHER_CLAUSE = frozenset(("that", "which", "who", "whose", "where", "when", "while", "but", "because", "not", "never"))
_PLACES = 5  # of a subject in a sentence, at most
_LONGEST_GAP = 5  # adverbs and auxiliaries between a subject and its verb


def verdict_of(sentence: Sequence[Token], claims: Sequence[Claim]) -> bool | None:
    """True where the sentence affirms one of the claims, False where it denies one; None where it decides nothing."""
    if not sentence or sentence[-1].text == "?":
        return None
    for claim in claims:
        for place in places_of(claim.subject, sentence)[:_PLACES]:
            verdict = _judged(sentence, place, claim)
            if verdict is not None:
                return verdict
    return None


def _judged(sentence: Sequence[Token], place: int, claim: Claim) -> bool | None:
    """What the sentence says of a claim whose subject stands at a place."""
    after = place + len(claim.subject)
    if not begins_clause(sentence, place) or _goes_on(sentence, after, claim.subject):
        return None
    after = _after_apposition(sentence, _after_origin(sentence, after, claim.subject))
    found = _predicate(sentence, after, claim) or _later_predicate(sentence, after, claim)
    if found is None:
        return None
    begin, denied = found
    end = end_of_rest(sentence, place, begin, claim.rest, copular=bool(claim.be))
    asked = claim.forms | claim.perfect | {token.folded for token in claim.rest}
    if end is None or is_limited(sentence, begin, end, asked):
        return None
    if is_hedged(sentence, end, asked) or is_hearsay(sentence, place, end):
        return None
    # What is denied of one time or place only may be so elsewhere.
    return None if denied and not ends_there(sentence, end) else not denied


def _goes_on(sentence: Sequence[Token], after: int, subject: Sequence[Token]) -> bool:
    """Whether the words of the subject are only a part of a longer name, or possess what follows."""
    if after >= len(sentence):
        return True
    following = sentence[after]
    return following.text in "’'-–/&" or (following.is_capital and subject[-1].is_capital)


def _after_origin(sentence: Sequence[Token], after: int, subject: Sequence[Token]) -> int:
    """After "of Azerbaijan" behind the name of a person, which has several words; "The Bank" is no Bank of Japan."""
    if len(subject) < 2 or not all(token.is_capital for token in subject) or sentence[after].folded != "of":
        return after
    place = after + 1
    while place < min(len(sentence), after + 4) and sentence[place].is_capital:
        place += 1
    return place if place > after + 1 else after


def _after_apposition(sentence: Sequence[Token], after: int) -> int:
    if after >= len(sentence) or sentence[after].text != ",":
        return after
    for place in range(after + 1, min(len(sentence), after + 1 + _LONGEST_APPOSITION)):
        if sentence[place].text == ",":
            return place + 1
        if not sentence[place].is_word and sentence[place].text not in "’'-–":
            break
    return after


def _predicate(sentence: Sequence[Token], after: int, claim: Claim) -> tuple[int, bool] | None:
    """Where the rest of the claim begins, and whether it is denied; None where the verb is not the claim's."""
    auxiliaries: set[str] = set()
    denied = False
    for place in range(after, min(len(sentence), after + 1 + _LONGEST_GAP)):
        word = sentence[place].folded
        if word in NEGATIONS:
            if sentence[place + 1 : place + 2] and sentence[place + 1].folded in ("only", "just", "until"):
                return None
            denied = True
        elif word in REFUSALS and claim.past and not auxiliaries:
            return _after_refusal(sentence, place, claim)
        elif word in claim.be or (claim.be and word == "been" and auxiliaries == {_perfect_of(claim)}):
            return _after_be(sentence, place + 1, denied=denied)
        elif not claim.be and _is_verb(word, auxiliaries, claim, denied=denied):
            # Before a past, "had" tells of an earlier time, after which it may have been done.
            return None if denied and "had" in auxiliaries else (place + 1, denied)
        elif word in _HAVE or (word in ("did", "does", "do") and not claim.be):
            auxiliaries.add(word)
        elif word not in ADVERBS and not word.endswith("ly"):
            return None
    return None


def _later_predicate(sentence: Sequence[Token], after: int, claim: Claim) -> tuple[int, bool] | None:
    """As _predicate, of the second of two verbs of a subject: "Azerbaijan needed 17 rounds and won".

    Or of the one verb of two subjects: "Iraq and Kuwait attacked".
    """
    for place in range(after, min(len(sentence), after + 1 + _LONGEST_APPOSITION)):
        token = sentence[place]
        if token.folded in _OTHER_CLAUSE | REPORTS or not token.is_word:
            return None
        if token.folded == "and":
            verb = place + 1
            while place == after and verb < len(sentence) and sentence[verb].is_capital:
                verb += 1  # the second subject
            return _predicate(sentence, verb, claim)
    return None


def _is_verb(word: str, auxiliaries: set[str], claim: Claim, *, denied: bool) -> bool:
    if auxiliaries & _HAVE:
        # "Has not visited" denies; "had visited" affirms as "visited" does.
        return word in claim.perfect
    if auxiliaries:
        tense = auxiliaries <= ({"did"} if claim.past else {"do", "does"})
        return tense and word in claim.bases
    return word in claim.forms and not (denied and word in claim.bases and claim.past)


def _perfect_of(claim: Claim) -> str:
    """What stands before "been" where it is as good as the claim's form of "be"."""
    return "" if claim.past else "has" if "is" in claim.be else "have"


def _after_be(sentence: Sequence[Token], place: int, *, denied: bool) -> tuple[int, bool] | None:
    while place < len(sentence) and (sentence[place].folded in NEGATIONS | ADVERBS):
        denied = denied or sentence[place].folded in NEGATIONS
        place += 1
    if place >= len(sentence) or sentence[place].folded in ("only", "just", "to", "no"):
        return None
    return place, denied


def _after_refusal(sentence: Sequence[Token], place: int, claim: Claim) -> tuple[int, bool] | None:
    """After "refused to visit", which denies "visited"."""
    words = [token.folded for token in sentence[place + 1 : place + 3]]
    return (place + 3, True) if len(words) == 2 and words[0] == "to" and words[1] in claim.bases else None
