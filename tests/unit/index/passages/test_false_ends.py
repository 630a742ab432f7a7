"""Full stops that end no sentence."""

import pytest

from index.passages.false_ends import is_false_end
from index.passages.sentences import sentence_spans


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Senator Tom Brook, R-N.C., voted no."),
        ("en", "Rose Vale, D-S.D., spoke."),
        ("en", "In 2011 then-Sen. John Brook spoke."),
        ("en", "Then-Rep. Rose Vale lost."),
        ("en", "It began at 9:20 p.m. ET and ended at 11 p.m. Friday."),
        ("en", "It closes at 6 p.m. September 4."),
        ("en", "They asked ex-Gov. A. Brook and Lt. Vale."),
        ("en", "It takes max. 5 people."),
        ("en", "It cost approx. 40 million, or 4.5 bn. old crowns."),
        ("en", "The fee is set by Art. 12, para. 3 of the act."),
        ("en", "It was founded by M. Ə. Rəsulov and İ. Ş. Qarayev."),
        ("az", "Rektor prof. Ş. Q. Həsənova idi."),
        ("az", "Qiyməti 4.5 mln. manatdır."),
        ("tr", "II. Murad öldü."),
        ("tr", "Av. Ayşe Kaya geldi."),
        ("ru", "Цена 4 млн. руб. за штуку."),
    ],
)
def test_a_sentence_goes_on_after_such_a_full_stop(language, text):
    """It is one sentence, of the whole text."""
    assert sentence_spans(text, language) == [(0, len(text))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It began at 10 a.m.", "The hall was full."),
        ("She lives in Grafton, N.C.", "He does not."),
        ("It was built after World War II.", "Then it burned."),
        ("He took vitamin C.", "It helped."),
        ("It grew by 3 per cent.", "Then it fell."),
        ("He had seen it no.", "Four times he asked."),
        ("They met the senator.", "John Brook spoke."),
        ("He is a sales rep.", "He was born in Quba."),
        ("He wrote to his col.", "The letter came back."),
        ("They drove on Mulholland Dr.", "The house burned down."),
        ("İlk av.", "Sonra getdi."),
        ("It rained at 9 p.m.", "May said she would resign."),
        ("It reached its max.", "5 banks failed."),
    ],
)
def test_a_sentence_ends_at_other_full_stops(first, second):
    """What follows does not continue it."""
    text = f"{first} {second}"
    assert [text[start:end] for start, end in sentence_spans(text)] == [first, second]


def test_an_end_counts_with_the_white_space_after_it_or_without():
    """The library gives the one or the other."""
    text = "Then-Sen. John Brook spoke."
    assert is_false_end(text, len("Then-Sen."))
    assert is_false_end(text, len("Then-Sen. "))
    assert not is_false_end(text, len(text))
