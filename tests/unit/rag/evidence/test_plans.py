"""Days for which something was planned."""

import pytest

from rag.evidence.plans import asks_plans, is_planned_for
from rag.question.days import days_in


def planned(sentence: str, language: str | None = "en") -> list[bool]:
    return [is_planned_for(sentence, day.start, language) for day in days_in(sentence, language)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor will visit Lenkoran in March 2019.",
        "In March 2019, the mayor will visit Lenkoran.",
        "The mayor will visit Lenkoran, Salyan and Ganja on 3 March 2019.",
        "The council agreed that the bridge would be opened in May 2021.",
        "The fair is scheduled for June 2023.",
        "The third fair had been planned for 2023 in Salyan.",
        "If all goes well, the first train could run in the autumn of 2025.",
        "They said that the pier was to be finished by 2019.",
    ],
)
def test_what_is_planned_for_a_day_has_not_happened_on_it(sentence):
    """Before the day, or after it where the day begins the clause."""
    assert planned(sentence) == [True]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor visited Lenkoran in March 2019.",
        "The mayor said on 3 March 2019 that he will visit Lenkoran.",
        "On 3 March 2019, the mayor said he will visit Lenkoran.",
        "The mayor will visit Lenkoran, his office announced on 3 March 2019.",
        "The bridge, which will carry trains, was opened on 3 March 2019.",
        "The bridge opened on 3 March 2019, and it will carry trains.",
    ],
)
def test_what_was_done_or_said_on_a_day_is_no_plan_for_it(sentence):
    """Though the sentence tells of a plan, too."""
    assert planned(sentence) == [False]


def test_each_day_of_a_sentence_is_judged_by_its_own_clause():
    """The fair was to be in one year and was in another."""
    assert planned("The third fair had been planned for 2023 in Salyan but was held only in 2025.") == [True, False]


@pytest.mark.parametrize(
    ("language", "plan", "fact"),
    [
        ("tr", "Köprü 3 Mart 2019 tarihinde açılacak.", "Köprü 3 Mart 2019 tarihinde açıldı."),
        ("az", "Körpü 3 mart 2019-cu ildə açılacaq.", "Körpü 3 mart 2019-cu ildə açıldı."),
        ("ru", "Мост будет открыт 3 марта 2019 года.", "Мост был открыт 3 марта 2019 года."),
        ("fa", "این پل در سال 2019 افتتاح خواهد شد.", "این پل در سال 2019 افتتاح شد."),
        ("ar", "من المقرر افتتاح الجسر في 2019.", "تم افتتاح الجسر في 2019."),
        ("ur", "یہ پل 2019 میں تعمیر ہو گا۔", "یہ پل 2019 میں تعمیر ہوا۔"),
    ],
)
def test_other_languages_have_words_for_plans(language, plan, fact):
    """The same day of the same bridge, before and after."""
    assert planned(plan, language)[:1] == [True]
    assert planned(fact, language)[:1] == [False]


def test_a_question_may_ask_for_plans():
    """By the same words."""
    assert asks_plans("What is planned for 2030?")
    assert not asks_plans("What happened in 2019?")
