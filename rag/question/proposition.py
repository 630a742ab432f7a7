"""What a yes/no question proposes, as subject, verb and the rest. English only.

Which word is the verb can't be told from the question alone, so that each word may be. A sentence that says what is
proposed tells it, since there the verb has another form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.question.languages.english_grammar import (
    DETERMINERS,
    IDLE_ADVERBS,
    IRREGULAR_VERBS,
    NEGATIONS,
    PREPOSITIONS,
)
from rag.question.tokens import Token, tokens_of

_BE = {
    "is": frozenset({"is"}),
    "are": frozenset({"are"}),
    "was": frozenset({"was"}),
    "were": frozenset({"were"}),
}
_DO = {"do": "present", "does": "present", "did": "past"}
_HAVE = frozenset({"has", "have", "had"})
_LONGEST_SUBJECT = 9  # words
_LEAD = re.compile(r"^(?:so|and|but|then|is it (?:true|correct|right|the case) that)\b[, ]*", re.IGNORECASE)
_TAG = re.compile(
    r",\s*(?:(?:is|are|was|were|do|does|did|has|have|had)(?:n[’']t)?\s+(?:it|he|she|they|there)|right|correct|no|yes)\s*\?*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One reading of a question: who is said to do or to be what.

    `forms` are the verb's forms in a sentence that affirms it, `bases` those after "not" or "to"; a claim with `be` has
    a form of "be" instead, and the rest follows. `perfect` forms need "has", "have" or "had" before them.
    """

    subject: Sequence[Token]
    rest: Sequence[Token]
    be: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    perfect: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    past: bool = True


def claims_of(question: str) -> list[Claim]:
    """The readings of a yes/no question; none where it is of another kind, or asks whether something is not so."""
    tokens = [token for token in tokens_of(_TAG.sub("", _LEAD.sub("", question))) if token.text not in "?"]
    if tokens[1:2] and _is_contraction(tokens[1]):
        del tokens[1]  # "Didn't he go?" asks the same as "Did he go?"
    tokens = [token for token in tokens if token.folded not in IDLE_ADVERBS]
    # To "Did he not go?" both a yes and a no would be understood either way.
    if any(token.folded in NEGATIONS for token in tokens):
        return []
    if len(tokens) < 3 or any(token.folded == "or" for token in tokens):
        return []
    auxiliary = tokens[0].folded
    if _is_auxiliary(auxiliary):
        return _readings(auxiliary, tokens[1:])
    places = [place for place, token in enumerate(tokens[: 1 + _LONGEST_SUBJECT]) if _is_auxiliary(token.folded)]
    if not places:
        return _statement(tokens)
    place = places[0]
    words = [*tokens[:place], *tokens[place + 1 :]]
    return [claim for claim in _readings(tokens[place].folded, words, place) if claim.rest or not claim.be]


def _is_contraction(token: Token) -> bool:
    return token.folded == "not" and token.text.casefold() != "not"


def _is_auxiliary(word: str) -> bool:
    return word in _BE or word in _DO or word in _HAVE


def _readings(auxiliary: str, words: Sequence[Token], length: int | None = None) -> list[Claim]:
    """A claim for each length of the subject, or for the one that is known."""
    if words and words[0].folded in ("there", "it", "you", "we", "i"):
        return []
    longest = min(_LONGEST_SUBJECT, len(words) - 1)
    lengths = range(1, longest + 1) if length is None else [length]
    claims = [_claim(auxiliary, words[:count], words[count:]) for count in lengths if count < len(words)]
    return [claim for claim in claims if claim.subject]


def _claim(auxiliary: str, subject: Sequence[Token], rest: Sequence[Token]) -> Claim:
    subject = _without_determiner(subject)
    if auxiliary in _BE:
        return Claim(subject, rest, be=_BE[auxiliary], past=auxiliary in ("was", "were"))
    verb = rest[0].folded
    if verb in PREPOSITIONS or verb in DETERMINERS or rest[0].is_capital:
        return Claim((), ())
    if auxiliary in _HAVE:
        base = next((base for base, (_, participle) in IRREGULAR_VERBS.items() if participle == verb), None)
        past = {IRREGULAR_VERBS[base][0]} if base else {verb}
        return Claim(subject, rest[1:], forms=frozenset(past), perfect=frozenset({verb}), bases=frozenset({verb}))
    bases = frozenset({verb})
    if _DO[auxiliary] == "present":
        return Claim(subject, rest[1:], forms=_present(verb), bases=bases, past=False)
    return Claim(subject, rest[1:], forms=_past(verb), perfect=_participles(verb), bases=bases)


def _statement(tokens: Sequence[Token]) -> list[Claim]:
    """The reading of "India condemned the attack": a name, and a verb that is in the past."""
    pasts = {past for past, _ in IRREGULAR_VERBS.values()}
    for place, token in enumerate(tokens[: 1 + _LONGEST_SUBJECT]):
        is_past = token.folded.endswith("ed") or token.folded in pasts
        if place and not token.is_capital and is_past and tokens[place - 1].is_capital:
            forms = frozenset({token.folded})
            return [Claim(_without_determiner(tokens[:place]), tokens[place + 1 :], forms=forms, perfect=forms)]
    return []


def _without_determiner(tokens: Sequence[Token]) -> Sequence[Token]:
    return tokens[1:] if tokens and tokens[0].folded in DETERMINERS else tokens


def _past(base: str) -> frozenset[str]:
    """The past of a verb: of an irregular one also the regular form, which some write."""
    return frozenset({*([IRREGULAR_VERBS[base][0]] if base in IRREGULAR_VERBS else []), *_regular(base)})


def _participles(base: str) -> frozenset[str]:
    return frozenset({*([IRREGULAR_VERBS[base][1]] if base in IRREGULAR_VERBS else []), *_regular(base)})


def _regular(base: str) -> list[str]:
    endings = [f"{base}ed", f"{base}{base[-1]}ed"]
    if base.endswith("e"):
        endings.append(f"{base}d")
    if base.endswith("y"):
        endings.append(f"{base[:-1]}ied")
    return endings


def _present(base: str) -> frozenset[str]:
    if base == "have":
        return frozenset({"have", "has"})
    endings = [base, f"{base}s", f"{base}es"]
    if base.endswith("y"):
        endings.append(f"{base[:-1]}ies")
    return frozenset(endings)
