"""Periods that a question names."""

from datetime import date

import pytest

from rag.question.days import Day
from rag.question.periods import Period, period_asked, without_period

TODAY = date(2026, 3, 18)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("since May", "2025-05-01", None),
        ("since March", "2026-03-01", None),
        ("in February 2024", "2024-02-01", "2024-02-29"),
        ("published in 2024", "2024-01-01", "2024-12-31"),
        ("that were published on 5 March 2024", "2024-03-05", "2024-03-05"),
        ("on March 5, 2024", "2024-03-05", "2024-03-05"),
        ("after 2020", "2021-01-01", None),
        ("before May 2020", None, "2020-04-30"),
        ("until 2024-03-05", None, "2024-03-05"),
        ("from 2019 to 2021", "2019-01-01", "2021-12-31"),
        ("between March 2024 and 5 May 2024", "2024-03-01", "2024-05-05"),
        ("last week", "2026-03-09", "2026-03-15"),
        ("this week", "2026-03-16", "2026-03-22"),
        ("last month", "2026-02-01", "2026-02-28"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("yesterday", "2026-03-17", "2026-03-17"),
        ("since 1st of January", "2026-01-01", None),
        ("since 20 March", "2025-03-20", None),
    ],
)
def test_a_period_at_the_end_of_a_text_is_read(text, first, last):
    """Its first and last day, a month or a day without a year being the last there was; the words before it stay."""
    assert without_period(f"mention Lachin {text}", TODAY) == ("mention Lachin", Period(first, last))


@pytest.mark.parametrize(
    "text",
    [
        "mention Lachin",
        "on 31 June 2024",
        "after 9999-12-31",
        "before 0001-01-01",
        "the war of 2020",
        "in Lachin",
        "in may be",
        "since 1984 by Orwell",
    ],
)
def test_a_text_without_a_period_at_its_end_stays_whole(text):
    """Days that there are not, also beside the calendar, and years that belong to a name, are no period."""
    assert without_period(text, TODAY) == (text, None)


PERIODS = {
    "What was signed in July 2024?": ("2024-07-01", "2024-07-31"),
    "What happened on 5 May 1911?": ("1911-05-05", "1911-05-05"),
    "What happened from 9 to 11 April 1996?": ("1996-04-09", "1996-04-11"),
    "What happened between 1918 and 1920?": ("1918-01-01", "1920-12-31"),
    "What happened between March 2010 and 2020?": ("2010-03-01", "2020-12-31"),
    "What happened between March and May 2020?": ("2020-03-01", "2020-05-31"),
    "What happened from 9 November to 5 March 2020?": ("2019-11-09", "2020-03-05"),
    "What was signed in May 1996 and in 1998?": ("1996-05-01", "1998-12-31"),
    "What was signed from 10 April 1996 to 2001?": ("1996-04-10", "2001-12-31"),
    "What was built after 1990 and before May 1995?": ("1991-01-01", "1995-04-30"),
    "What was built since 1990 and until 1995?": ("1990-01-01", "1995-12-31"),
    "Which bridges were built since 1990?": ("1990-01-01", None),
    "Which bridges were built from the year 1990?": ("1990-01-01", None),
    "Which bridges were built after 1990?": ("1991-01-01", None),
    "Which bridges were built after February 1990?": ("1990-03-01", None),
    "Which bridges were built after the end of 1990?": ("1990-01-01", None),
    "Which bridges were built before 1990?": (None, "1989-12-31"),
    "Which bridges were built before 5 May 1990?": (None, "1990-05-04"),
    "Which bridges were built before late 1990?": (None, "1990-12-31"),
    "Which bridges were built until 1990?": (None, "1990-12-31"),
    "Which bridges were built by 1990?": (None, "1990-12-31"),
    "Which bridges were built in the 1990s?": ("1990-01-01", "1999-12-31"),
    "Which bridges were built since the 1990s?": ("1990-01-01", None),
    "Which bridges were built in the 1990s and 2000s?": ("1990-01-01", "2009-12-31"),
    # The words are not before the date.
    "Which bridges were built by the Kura Company in 2015?": ("2015-01-01", "2015-12-31"),
    "What ships from Baku came in 2017?": ("2017-01-01", "2017-12-31"),
    "After the flood, which bridges were built in 1990?": ("1990-01-01", "1990-12-31"),
}


@pytest.mark.parametrize("question", PERIODS)
def test_a_question_names_a_period(question):
    """From its first day to its last, open where the question leaves it open; a word for that is before its date."""
    assert period_asked(question) == Period(*PERIODS[question])


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Какие мосты построены с 1990 года?", "1990-01-01", None),
        ("Какие мосты построены после 5 мая 1990 года?", "1990-05-06", None),
        ("Какие мосты построены после конца 1990 года?", "1990-01-01", None),
        ("Какие мосты построены с 1990 по 1995 год?", "1990-01-01", "1995-12-31"),
        ("Какие мосты построены до 1990 года?", None, "1990-12-31"),
        ("ما الجسور التي بنيت منذ عام 1990؟", "1990-01-01", None),
        ("ما الجسور التي بنيت بعد 1990؟", "1991-01-01", None),
        ("ما الجسور التي بنيت قبل عام ١٩٩٠؟", None, "1989-12-31"),
        ("کدام پل‌ها از سال ۱۹۹۰ ساخته شدند؟", "1990-01-01", None),
        ("کدام پل‌ها پس از ۱۹۹۰ ساخته شدند؟", "1991-01-01", None),
        ("کدام پل‌ها پیش از سال ۱۹۹۰ ساخته شدند؟", None, "1989-12-31"),
    ],
)
def test_a_period_is_read_in_languages_with_a_word_before_the_date(question, first, last):
    """With the words of that language, and digits of any script."""
    assert period_asked(question) == Period(first, last)


@pytest.mark.parametrize("question", ["Which bridges were built?", "What was built before 1990 or after 2010?"])
def test_a_question_without_dates_or_with_dates_apart_names_no_period(question):
    """What lies on both sides of a time is no one period."""
    assert period_asked(question) is None


@pytest.mark.parametrize("text", ["since 2019", "after May 2019", "before 2019", "until 5 May 2019", "in 2019"])
def test_a_period_of_articles_is_one_of_what_they_tell(text):
    """The same words mean the same days."""
    assert without_period(text, TODAY)[1] == period_asked(f"What was built {text}?")


def test_a_period_holds_what_is_known_to_lie_in_it():
    """A year may lie in one of its months, and is not known to."""
    july = Period("2024-07-01", "2024-07-31")
    held = [date for date in ("2024-07-11", "2024-07", "2024", "2024-08") if july.holds(Day(date, 0))]
    touched = [date for date in ("2024-07-11", "2024", "2023") if july.touches(Day(date, 0))]
    assert (held, touched) == (["2024-07-11", "2024-07"], ["2024-07-11", "2024"])
    assert Period("2024-02-01", "2024-02-29").holds(Day("2024-02", 0))
    assert Period(None, "2023-12-31").holds(Day("1911", 0))
    assert not Period("2024-01-01", None).touches(Day("1911", 0))
