"""Sentences that say what or who something is."""

import pytest

from rag.evidence.definitions import Kind, definition_of
from rag.question.tokens import span_of, tokens_of


def definition(target, sentence):
    """The kind of the definition and its headline's words, or None where nothing is defined."""
    tokens = tokens_of(sentence)
    found = definition_of(tokens, tokens_of(target))
    if found is None:
        return None
    headline = found.headline and sentence[slice(*span_of(tokens[slice(*found.headline)]))]
    return found.kind, headline


@pytest.mark.parametrize(
    ("target", "sentence", "kind", "headline"),
    [
        ("RPA", "The River Ports Authority (RPA) was founded in 1931.", Kind.EXPANSION, "River Ports Authority"),
        ("rpa", "RPA, the River Ports Authority, runs it.", Kind.EXPANSION, "River Ports Authority"),
        (
            "OPC",
            "It is one of the members of the Organization of Port Cities (OPC).",
            Kind.EXPANSION,
            "Organization of Port Cities",
        ),
        ("LPG", "It sells liquefied petroleum gas (LPG) too.", Kind.EXPANSION, "liquefied petroleum gas"),
        ("a quay", "A quay is a wall at which ships lie.", Kind.COPULA, "a wall"),
        ("Lenkoran", "Lenkoran is a town on the Caspian, south of Baku.", Kind.COPULA, "a town on the Caspian"),
        ("Salyan", "Salyan is the largest U.S. city on a canal.", Kind.COPULA, "the largest U.S. city on a canal"),
        ("Ali Veli", "Ali Veli was minister of ports in 1950.", Kind.COPULA, "minister of ports in 1950"),
        (
            "Kura",
            "The ferry crosses the Kura, the longest river of the country.",
            Kind.APPOSITION,
            "the longest river of the country",
        ),
        ("Kura", "There lies the Kura, a river that floods in May.", Kind.APPOSITION, "a river"),
        ("Ali Veli", "Ali Veli, adviser to the mayor, came.", Kind.APPOSITION, "adviser to the mayor"),
        ("Ali Veli", "In May Ali Veli, then mayor of Baku, came.", Kind.APPOSITION, "Ali Veli, then mayor of Baku"),
        (
            "Ali Veli",
            "It was opened by Iran’s ambassador, Ali Veli.",
            Kind.ROLE_APPOSITION,
            "Iran’s ambassador, Ali Veli",
        ),
        ("Ali Veli", "Its president, Ali Veli, came.", Kind.ROLE_APPOSITION, None),
        (
            "Araz Light",
            "It is back, said Ali Veli, spokesman of the power company, Araz Light.",
            Kind.ROLE_APPOSITION,
            "the power company",
        ),
        ("Araz Light", "The head of the power company, Araz Light, said so.", Kind.ROLE_APPOSITION, None),
        ("Ali Veli", "On 3 May Deputy Mayor Ali Veli came.", Kind.TITLE, "Deputy Mayor Ali Veli"),
        ("Veli", "Later the Iranian poet Ali Veli came.", Kind.TITLE, "the Iranian poet Ali Veli"),
        ("Gilavar", "The Coast Guard sent the patrol ship Gilavar.", Kind.TITLE, "the patrol ship Gilavar"),
        ("Khazar", "They met in a hall called Khazar.", Kind.NAMING, "a hall called Khazar"),
        ("Khazar", "They opened their sea-house, named Khazar, in May.", Kind.NAMING, None),
        ("Khazar", "Khazar opened in May.", Kind.SUBJECT, None),
    ],
)
def test_a_definition_is_found_with_the_words_that_define(target, sentence, kind, headline):
    """Each kind gives the whole noun phrase, and none where a pronoun in it refers elsewhere."""
    assert definition(target, sentence) == (kind, headline)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("Ali Veli", "Foreign Minister Karim Hasan thanked Ali Veli."),
        ("Ali Veli", "He came with Ali Veli, and Iran’s ambassador, Karim Hasan."),
        ("Baku", "In Baku, the mayor met them."),
        ("Lenkoran", "Lenkoran Port is a harbour."),
        ("Lenkoran", "Lenkoran’s harbour is a port."),
        ("Iran", "They are Turkey, Iran, the United States and Iraq."),
        ("Lenkoran", "Beyond Lenkoran, the feasts of the mayor went on."),
        ("Spain", "He bought a house in Spain, a yacht and a horse."),
        ("Ali Veli", "His son, Ali Veli, now keeps it alive."),
        ("Lenkoran", "It will open in Lenkoran, the regional council decided on Tuesday."),
        ("Lenkoran", "It was measured in Lenkoran, the highest since 1958."),
        ("PCO", "The Port Council (PC) and the PCO met."),
    ],
)
def test_another_one_s_role_defines_nothing(target, sentence):
    """A role, an apposition or a longer name beside the name says nothing of it."""
    found = definition(target, sentence)
    assert found is None or found[1] is None


def test_the_surest_definition_of_a_sentence_counts():
    """An apposition rather than the title before the name."""
    sentence = "General Ali Veli, the commander of the fleet, came."
    assert definition("Ali Veli", sentence) == (Kind.APPOSITION, "the commander of the fleet")
