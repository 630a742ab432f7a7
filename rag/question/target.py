"""What a question asks the definition of, by name."""

from rag.question.form import Form, form_match
from rag.question.languages.english_grammar import DETERMINERS, ROLES, TITLE_WORDS
from rag.question.tokens import Token, places_of, tokens_of

_PRONOUNS = frozenset(
    [
        "he",
        "she",
        "it",
        "they",
        "him",
        "her",
        "them",
        "this",
        "that",
        "these",
        "those",
        "you",
        "me",
        "us",
        "one",
        "here",
        "there",
    ]
)


def target_of(question: str) -> list[Token]:
    """The words that a question asks the definition of, without their article; empty where it asks for none.

    A pronoun is none, and neither is a role: "Who is the president?" asks for a name.
    """
    match = form_match(Form.DEFINITION, question)
    if match is None:
        return []
    # The pattern matches folded text, whose characters may stand elsewhere.
    target, tokens = tokens_of(match["target"]), tokens_of(question)
    places = places_of(target, tokens)
    found = tokens[places[-1] : places[-1] + len(target)] if places else []
    while found and (found[0].folded in DETERMINERS or not found[0].is_word):
        found = found[1:]
    while found and not found[-1].is_word:
        found = found[:-1]
    words = {token.folded for token in found}
    return [] if words <= _PRONOUNS or words <= ROLES | TITLE_WORDS else found
