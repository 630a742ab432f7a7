"""The days that sentences state."""

import pytest

from rag.question.days import Day, Precision, day_of, days_in, first_day, last_day

STATED = {
    "It opened on 12 March 2021.": ["2021-03-12"],
    "It opened on March 12, 2021, and closed in May 2022.": ["2021-03-12", "2022-05"],
    "It lasted from 9 to 11 April 1996.": ["1996-04-09"],
    "On the 3rd and 4th of July 2025 they met.": ["2025-07-03"],
    "It was built in 1907 and rebuilt in 1911.": ["1907", "1911"],
    "Logged 2020-05-03 and 05.06.2021.": ["2020-05-03", "2021-06-05"],
    "An area of 1,972 metres, 2000.5 tons, model X-1907 and May Day.": [],
    "It ran from 2023-24 to July.": [],
    "It ran from March 2010 to 2020.": ["2010-03", "2020"],
    "It came in May 1996 and in 1998.": ["1996-05", "1998"],
    "It ran from 10 April 1996 to 2001, not 05.06.2021-2022.": ["1996-04-10", "2001", "2021-06-05"],
}


@pytest.mark.parametrize("sentence", STATED)
def test_dates_are_found_as_far_as_they_are_known(sentence):
    """With the day, the month or the year; of several days the first; other numbers are no years."""
    assert [day.date for day in days_in(sentence)] == STATED[sentence]
    assert not any(day.inferred for day in days_in(sentence))


@pytest.mark.parametrize(
    ("language", "sentence", "date"),
    [
        ("ru", "Он открыт 12 марта 1993 года.", "1993-03-12"),
        ("az", "O, 12 mart 1993-cü ildə açılıb.", "1993-03-12"),
        ("tr", "12 Mart 1993'te açıldı.", "1993-03-12"),
        ("ur", "یہ ۱۲ مارچ ۱۹۹۳ کو کھلا۔", "1993-03-12"),
        ("ar", "افتتح في 12 مارس 1993م.", "1993-03-12"),
    ],
)
def test_dates_are_found_in_other_languages(language, sentence, date):
    """With the months of that language, and digits of any script."""
    assert [day.date for day in days_in(sentence, language)] == [date]


def test_a_day_without_a_year_takes_the_one_before_it():
    """From the sentence, or else from the text before it, and it is marked as inferred."""
    assert days_in("He came in 2015 and signed on 11 March.") == [Day("2015", 11), Day("2015-03-11", 30, inferred=True)]
    assert days_in("It ended on 4 July.", before="In 1920 he left. In 1921 it began.")[0].date == "1921-07-04"
    assert days_in("It ended on 4 July.") == []


def test_a_day_without_any_year_is_counted_from_the_article():
    """It is the last such day when the article was published, and a weekday the last one too."""
    told = days_in("It rained on Tuesday, on 9 March, on 30 June and yesterday.", published="2025-06-11T08:00:00")
    assert [day.date for day in told] == ["2025-06-10", "2025-03-09", "2024-06-30", "2025-06-10"]
    assert all(day.inferred for day in told)
    assert days_in("It rained on Tuesday and yesterday.") == []


def test_a_sentence_is_about_its_most_exact_date():
    """And of equally exact ones about the first."""
    days = days_in("In 1907, or on 5 May 1911, or on 6 May 1912.")
    assert day_of(days).date == "1911-05-05"
    assert [day.precision for day in days] == [Precision.YEAR, Precision.DAY, Precision.DAY]
    assert day_of([]) is None


def test_of_several_days_the_last_is_known_too():
    """In either order of day and month."""
    lasts = [day.last for day in days_in("From 9 to 11 April 1996, on May 3 and 4, 1997 and on 5 May 1998.")]
    assert lasts == ["1996-04-11", "1997-05-04", None]


def test_a_date_has_a_first_and_a_last_day():
    """As far as it is known; a day that there is not is the last of its month."""
    known = ["2024", "2024-02", "2024-06-31"]
    assert [first_day(text).isoformat() for text in known] == ["2024-01-01", "2024-02-01", "2024-06-30"]
    assert [last_day(text).isoformat() for text in known] == ["2024-12-31", "2024-02-29", "2024-06-30"]
