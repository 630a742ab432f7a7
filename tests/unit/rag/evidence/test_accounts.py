"""What sentences say of other statements."""

import pytest

from rag.evidence.accounts import disputed, says, without_refuted
from rag.question.answer_type import AnswerType
from tests.unit.rag.conftest import article_of, evidence_of

TIME, NUMBER = AnswerType.TIME, AnswerType.NUMBER


@pytest.mark.parametrize(
    "sentence",
    [
        "Accounts differ on who came first.",
        "Sources disagree about the size of the school.",
        "Reports on the cost vary.",
        "Historians still disagree.",
        "Some guides date it to the fourteenth century and others to the fifteenth.",
        "One account names May, another June.",
        "According to other reports, 40 came.",
        "Other sources say that 40 came.",
        "By other counts 40 came.",
        "The library gives a longer span.",
    ],
)
def test_words_that_tell_of_different_accounts(sentence):
    """Sources that differ, or that are set against others."""
    assert says("disputes", sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    ["Some people came and others left.", "The report says that 40 came.", "Prices vary.", "The accounts were closed."],
)
def test_other_differences_are_no_dispute(sentence):
    """Only accounts of something differ."""
    assert not says("disputes", sentence, "en")


SCHOOL = article_of(
    "The school has one hall. Sources disagree: one names 500 pupils, another 400. Tea was sold in 2007."
)
ONE, DISPUTE = "The school has one hall.", "Sources disagree: one names 500 pupils, another 400."


@pytest.mark.parametrize(("below", "told"), [(1.5, True), (1.6, False)])
def test_a_sentence_with_several_values_comes_first_where_it_is_about_as_good(below, told):
    """It tells both accounts itself."""
    best, dispute = evidence_of(SCHOOL, ONE, 5.0, "one"), evidence_of(SCHOOL, DISPUTE, 5.0 - below, "500")
    assert disputed([best, dispute], NUMBER) == ([dispute, best] if told else [])


def test_a_dispute_over_something_that_was_not_asked_for_is_none():
    """A question for a time is not answered by two numbers of pupils, nor one of no type."""
    best, dispute = evidence_of(SCHOOL, ONE, 5.0, "one"), evidence_of(SCHOOL, DISPUTE, 5.0, "500")
    assert disputed([best, dispute], TIME) == disputed([best, dispute], None) == []


QUEUE = article_of(
    "Accounts differ on who came first. The paper Dawn names Peru second. The member Rosa Vega puts Peru third. "
    "Tea was sold.\n\nThe mayor said that Peru was last."
)


def test_accounts_after_the_sentence_that_says_they_differ_are_told_together():
    """The best one first, the others in the order of the text, and nothing of the next paragraph."""
    second, third, last = (
        evidence_of(QUEUE, sentence, score, "Peru")
        for sentence, score in (
            ("The paper Dawn names Peru second.", 4.0),
            ("The member Rosa Vega puts Peru third.", 5.0),
            ("The mayor said that Peru was last.", 4.5),
        )
    )
    told = evidence_of(QUEUE, "Accounts differ on who came first.", 1.0)
    assert disputed([third, last, second, told], None) == [third, second]


DAMAGE = article_of(
    "The storm came. Accounts of the damage differ. One report put it at 80 crowns. The mayor spoke of 90."
)


@pytest.mark.parametrize(("score", "told"), [(2.0, True), (1.9, False)])
def test_accounts_with_values_answer_before_a_sentence_without_any(score, told):
    """If the first of them is not far below the best sentence; only a question for a number or a time has values."""
    best, first, second, cue = (
        evidence_of(DAMAGE, sentence, score)
        for sentence, score in (
            ("The storm came.", 5.0),
            ("One report put it at 80 crowns.", score),
            ("The mayor spoke of 90.", 1.0),
            ("Accounts of the damage differ.", 0.5),
        )
    )
    assert disputed([best, first, second, cue], NUMBER) == ([first, second] if told else [])
    assert disputed([best, first, second, cue], None) == []


REFUTED = article_of(
    "It is not true that the bridge closed in May. The bridge closed in June. The mayor denied that it fell."
)
CLAIM, FACT = "It is not true that the bridge closed in May.", "The bridge closed in June."


def test_a_refuted_claim_gives_way_and_answers_nothing():
    """The sentence that states it comes first, though it was scored lower; the scores stay in order."""
    claim, fact = evidence_of(REFUTED, CLAIM, 5.0, "May"), evidence_of(REFUTED, FACT, 3.0, "June")
    first, second = without_refuted([claim, fact], "When did the bridge close?")
    assert (first.text, first.score, first.answer) == (FACT, 5.0, fact.answer)
    assert (second.text, second.score, second.answer) == (CLAIM, 3.0, None)


def test_what_is_far_below_does_not_come_before_a_refuted_claim():
    """That would be about something else."""
    claim, fact = evidence_of(REFUTED, CLAIM, 5.0, "May"), evidence_of(REFUTED, FACT, 1.9, "June")
    assert [item.text for item in without_refuted([claim, fact], "When did the bridge close?")] == [CLAIM, FACT]


def test_who_denies_is_an_answer_and_a_question_of_a_denial_is_answered():
    """What stands before the denial is no part of the claim."""
    denial = evidence_of(REFUTED, "The mayor denied that it fell.", 5.0, "The mayor")
    assert without_refuted([denial], "Who spoke of the bridge?") == [denial]
    claim = evidence_of(REFUTED, "The mayor denied that it fell.", 5.0, "it fell")
    assert without_refuted([claim], "What was denied that the bridge did?") == [claim]
    assert without_refuted([claim], "What did the bridge do?")[0].answer is None


@pytest.mark.parametrize(
    ("language", "name", "sentence"),
    [
        ("ru", "disputes", "По другим данным, школа открылась в 1996 году."),
        ("ru", "refutes", "Неправда, что мост закрыт."),
        ("ru", "ends", "Пошлина была отменена в 2022 году."),
        ("ru", "asks_now", "Кто нынешний директор порта?"),
        ("tr", "disputes", "Diğer kaynaklara göre okul 1996’da açıldı."),
        ("tr", "refutes", "Köprünün kapandığı doğru değil."),
        ("tr", "ends", "Vergi 2022’de kaldırıldı."),
        ("tr", "asks_now", "Limanın şu anki müdürü kim?"),
        ("az", "disputes", "Digər mənbələrə görə məktəb 1996-cı ildə açılıb."),
        ("az", "refutes", "Körpünün bağlandığı doğru deyil."),
        ("az", "ends", "Rüsum 2022-ci ildə ləğv edildi."),
        ("az", "asks_now", "Limanın hazırkı direktoru kimdir?"),
        ("ur", "disputes", "دیگر ذرائع کے مطابق اسکول 1996 میں کھلا۔"),
        ("ur", "refutes", "یہ بات درست نہیں۔"),
        ("ur", "ends", "یہ محصول 2022 میں ختم کر دیا گیا۔"),
        ("ur", "asks_now", "موجودہ وزیر اعظم کون ہے؟"),
        ("ar", "disputes", "بحسب مصادر أخرى افتتحت المدرسة عام 1996."),
        ("ar", "refutes", "هذا الخبر غير صحيح."),
        ("ar", "ends", "لم تعد هذه السياسة قائمة."),
        ("ar", "asks_now", "من هو الرئيس الحالي؟"),
        ("fa", "disputes", "به گفته منابع دیگر مدرسه در 1996 باز شد."),
        ("fa", "refutes", "این خبر درست نیست."),
        ("fa", "ends", "این عوارض در 2022 لغو شد."),
        ("fa", "asks_now", "رئیس جمهور فعلی کیست؟"),
    ],
)
def test_each_language_has_words_for_it(language, name, sentence):
    """A few sure ones, which a plain sentence of the language lacks."""
    plain = {"ru": "Порт открыли в мае.", "tr": "Liman mayısta açıldı.", "az": "Liman may ayında açıldı."}
    others = {"ur": "بندرگاہ مئی میں کھلی۔", "ar": "افتتح الميناء في مايو.", "fa": "بندر در ماه مه باز شد."}
    assert says(name, sentence, language)
    assert not says(name, (plain | others)[language], language)
