"""Whether a number is the day of a date."""

import pytest

from rag.evidence.times import is_day_of_date


@pytest.mark.parametrize(
    ("sentence", "number", "is_day"),
    [
        ("Leaders met on 3 July 2024 in Lenkoran.", "3", True),
        ("Leaders met on the 3rd of July in Lenkoran.", "3rd", True),
        ("Leaders met on July 3, 2024.", "3", True),
        ("Leaders met on Sept. 3.", "3", True),
        ("Leaders met on 3–5 July.", "3", True),
        ("Leaders met from 3 to 5 July.", "3", True),
        ("Переговоры прошли 3 июля.", "3", True),
        ("In July 3,000 guests came.", "3,000", False),
        ("In July 2024, 12 ships came.", "12", False),
        ("There came 12 ships in July.", "12", False),
        ("July had 31 days of rain.", "31", False),
    ],
)
def test_a_number_next_to_a_month_is_a_day(sentence, number, is_day):
    """It counts nothing, whichever of the two comes first."""
    start = sentence.index(number)
    assert is_day_of_date(sentence, (start, start + len(number))) is is_day


def test_a_day_is_told_in_the_language_of_its_sentence():
    """The months of Turkish are written in letters that do not tell its language."""
    sentence = "Görüşmeler 3 Temmuz 2024 tarihinde yapıldı."
    assert is_day_of_date(sentence, (11, 12), "tr")
    assert not is_day_of_date(sentence, (11, 12), "en")
