"""Whether articles give different answers to one question."""

import calendar
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.contradictions import Value, contradictory_evidence, short_answer_text, value_of
from rag.question.answer_type import COMPARABLE, AnswerType
from rag.question.languages import LANGUAGES
from tests.unit.index.unicode_texts import any_text
from tests.unit.rag.conftest import article_of, evidence_of


def contradict(one, other, answer_type):
    left, right = value_of(one, answer_type), value_of(other, answer_type)
    if left is None or right is None:
        return False
    assert left.contradicts(right) is right.contradicts(left)
    return left.contradicts(right)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10 April 1996", "April 1996"),
        ("10 April 1996", "10th of April"),
        ("10 April 1996", "Apr. 10, 1996"),
        ("10 April 1996", "1996"),
        ("April", "1996"),
        ("in the spring", "1996"),
        ("the 1990s", "1996"),
        ("2021", "21"),
        ("1914 to 1918", "1918"),
        ("10 April 1996", "10 APRIL 1996"),
        ("17:30 on 10 April", "10 April"),
        ("10–12 April 1996", "11 April 1996"),
        ("April 10 to 12, 1996", "11 April 1996"),
        ("28 April to 3 May", "30 April"),  # each of two months has days of its own
        ("January to March", "February"),
        ("10 April, at 12 o'clock", "April 10"),
        ("the 7 delegates came in April", "10 April"),
        ("10 April, the 7 delegates", "10 April"),
    ],
)
def test_times_that_can_both_be_right_agree(one, other):
    """One may say less than the other, or write it otherwise; only what both say is compared."""
    assert not contradict(one, other, AnswerType.TIME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10 April 1996", "11 April 1996"),
        ("April 1996", "May 1996"),
        ("April 1996", "April 1997"),
        ("10 April 1996", "10 April 1997"),
        ("1st of June", "2nd of June"),
        ("1914 to 1918", "1939 to 1945"),
        ("2021", "1 January 2022"),
        ("10–12 April", "13 April"),
        ("the 10th of April", "April the 11th"),
        ("January to March", "April"),
        ("10 April, the 7 delegates", "7 April"),
    ],
)
def test_times_that_cannot_both_be_right_differ(one, other):
    """Another day, month or year is another time."""
    assert contradict(one, other, AnswerType.TIME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,000", "3 thousand"),
        ("two", "2"),
        ("Two ships", "2 boats"),
        ("1,234.5", "1234.5"),
        ("1.5 million", "1,500,000"),
        ("one hundred", "100"),
        ("twelve", "12 dollars"),
        ("zero", "0"),
        ("3.0", "3"),
        ("three of 40", "40"),
        ("many", "7"),
        ("thirteen", "7"),  # no word of those that are known: it says nothing
        ("a tonne", "one"),
        ("-15 degrees", "minus 15 degrees"),
        ("-3 degrees", "less than 5 degrees"),
        ("400 –500", "-500"),
    ],
)
def test_numbers_that_can_both_be_right_agree(one, other):
    """Digits and words, with commas or scales, are one number; and an answer without one agrees with all."""
    assert not contradict(one, other, AnswerType.NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two", "3"),
        ("3 thousand", "3"),
        ("3,000", "3,001"),
        ("1.5", "15"),
        ("40 million", "40 billion"),
        ("0", "one"),
        ("-15 degrees", "15 degrees"),
        ("−3 billion crowns", "3 billion crowns"),
    ],
)
def test_numbers_that_cannot_both_be_right_differ(one, other):
    """Another amount, or another scale, is another number."""
    assert contradict(one, other, AnswerType.NUMBER)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("12 ships", "14 ships", True),
        ("12", "14 ships", True),
        ("12 ships", "14 men and ships", False),
        ("12 metres", "40 square metres", False),
        ("3 and 4", "5 ships", False),
    ],
)
def test_numbers_are_compared_in_one_unit(one, other, differ):
    """The same words beside both, or one number with none."""
    assert contradict(one, other, AnswerType.NUMBER) is differ


@pytest.mark.parametrize("answer_type", [*(set(AnswerType) - COMPARABLE), None])
def test_names_and_unknown_answer_types_are_not_compared(answer_type):
    """Two names may be of one person, so they say nothing that could contradict."""
    assert value_of("Leyla in 1996", answer_type) is None


@pytest.mark.parametrize(
    ("one", "other"), [("4.1 million", "4,100,000"), ("8.2 million", "8,200,000"), ("1.07 billion", "1,070,000,000")]
)
def test_a_decimal_with_a_scale_is_the_number_written_out(one, other):
    """The scale multiplies exactly."""
    assert not contradict(one, other, AnswerType.NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [("twenty-two", "22"), ("two hundred thousand", "200,000"), ("two hundred and fifty", "250"), ("one-third", "33%")],
)
def test_a_number_of_several_words_is_compared_whole_or_not_at_all(one, other):
    """A word within a longer number is no number of its own."""
    assert not contradict(one, other, AnswerType.NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 km", "5,000 metres"),
        ("three years", "36 months"),
        ("$1.2bn", "1.2 billion dollars"),
        ("1,00,000", "100,000"),
    ],
)
def test_one_amount_in_two_units_agrees(one, other):
    """Amounts in different units, abbreviated scales or South Asian groups of digits can't be told apart by digits."""
    assert not contradict(one, other, AnswerType.NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the first decade of the century", "May 1905"),
        ("the week of the market", "April"),
    ],
)
def test_a_word_that_begins_like_a_month_is_none(one, other):
    """Only names of months, whole or shortened, are months."""
    assert not contradict(one, other, AnswerType.TIME)


def test_minutes_are_no_day():
    """A quarter past ten on the 12th is not the 15th: the days differ, and the minutes say nothing of them."""
    assert contradict("12 April, 10:15", "15 April", AnswerType.TIME)


PARTS = st.frozensets(st.integers(0, 4).map(float), max_size=3)


@given(*[st.tuples(PARTS, PARTS, PARTS)] * 2)
def test_contradicting_is_mutual_and_needs_a_part_without_anything_shared(one, other):
    """Walking over the parts with loops gives the same, from both sides, and nothing contradicts itself."""
    expected = False
    for mine, theirs in zip(one, other, strict=True):
        shared = [value for value in mine if value in theirs]
        expected = expected or bool(mine and theirs and not shared)
    assert Value(one).contradicts(Value(other)) is Value(other).contradicts(Value(one)) is expected
    assert not Value(one).contradicts(Value(one))


NUMBERS = st.text("0123456789٠१²½Ⅻ.,:-–/ \nabm", max_size=30)


@given(NUMBERS | any_text, NUMBERS | any_text, st.sampled_from([AnswerType.TIME, AnswerType.NUMBER]))
def test_any_two_texts_can_be_compared(one, other, answer_type):
    """No text makes reading its value fail, and it never contradicts itself."""
    contradict(one, other, answer_type)
    assert not contradict(one, one, answer_type)


@given(st.integers(1, 28), st.integers(0, 11), st.integers(1000, 2099), st.integers(1, 28))
def test_a_date_is_its_day_month_and_year(day, month, year, other_day):
    """However a date is written, its three parts are those it was made of."""
    name = calendar.month_name[1 + month]
    expected = Value((frozenset([float(year)]), frozenset([float(month)]), frozenset([float(day)])))
    for text in (f"{day} {name} {year}", f"{name} {day}, {year}", f"{day}th of {name[:3]}. {year}"):
        assert value_of(text, AnswerType.TIME) == expected
    assert contradict(f"{day} {name}", f"{other_day} {name}", AnswerType.TIME) is (day != other_day)


@given(st.integers(0, 10**12))
def test_a_whole_number_is_itself_with_commas_or_without(number):
    """Commas between thousands change nothing."""
    assert (
        value_of(f"{number:,}", AnswerType.NUMBER)
        == value_of(str(number), AnswerType.NUMBER)
        == Value((frozenset([number]),))
    )


def opened(name, year, score=1.0, **features):
    """An article that says when the harbour opened, and the sentence of it as evidence."""
    sentence = f"The harbour opened in {year}."
    return evidence_of(article_of(f"{sentence} Tea was sold.", name), sentence, score, str(year), **features)


def contradictory(evidence, answer_type, **published):
    return contradictory_evidence(evidence, answer_type, published.get)


def ids(evidence):
    return [item.passage.article_id for item in evidence]


def test_articles_that_answer_unlike_the_best_follow_it():
    """The best comes first, then those that contradict it; what agrees with it is not among them."""
    evidence = [opened("a", 2021, 3.0), opened("b", 2021, 2.5), opened("c", 2022, 2.0), opened("d", 2023, 1.0)]
    assert ids(contradictory(evidence, AnswerType.TIME)) == ["a", "c", "d"]


def test_of_many_that_differ_the_newest_follow_the_best():
    """By the day of publication, the undated last, however good their sentences are."""
    evidence = [opened(name, 2021 + number, 3.0 - number / 10) for number, name in enumerate("abcd")]
    assert ids(contradictory(evidence, AnswerType.TIME, b="2020-01-01", d="2024-01-01")) == ["a", "d", "b", "c"]


def test_of_several_that_agree_on_another_answer_the_newest_comes():
    """A second paper with the same other date adds nothing."""
    evidence = [opened("a", 2021), opened("b", 2022), opened("c", 2022), opened("d", 2023)]
    assert ids(contradictory(evidence, AnswerType.TIME, c="2024-01-01", b="2020-01-01")) == ["a", "c", "d"]


@pytest.mark.parametrize("years", [[2021], [2021, 2021], [2021, 2021, 2021]])
def test_where_all_agree_nothing_differs(years):
    """One answer, however many articles give it, contradicts nothing."""
    assert contradictory([opened(f"a{n}", year) for n, year in enumerate(years)], AnswerType.TIME) == []


def test_no_evidence_does_not_differ():
    """Where nothing was found there is nothing to compare."""
    assert contradictory([], AnswerType.TIME) == []


@pytest.mark.parametrize("answer_type", [AnswerType.NAME, AnswerType.NUMBER, None])
def test_another_answer_type_compares_no_years_as_times(answer_type):
    """Names are never compared; as numbers, years differ like any other."""
    evidence = contradictory([opened("a", 2021), opened("b", 2022)], answer_type)
    assert ids(evidence) == (["a", "b"] if answer_type is AnswerType.NUMBER else [])


EVENTS = (("opened", 2021), ("closed", 2022))


def test_an_article_never_contradicts_itself():
    """Two years in one article, in different sentences, are of different things."""
    article = article_of("It opened in 2021. It closed in 2022.")
    evidence = [evidence_of(article, f"It {verb} in {year}.", 1.0, str(year)) for verb, year in EVENTS]
    assert contradictory(evidence, AnswerType.TIME) == []


def test_one_sentence_an_article_is_compared():
    """An article whose best sentence agrees is not searched for one that does not."""
    article = article_of("It opened in 2021. It closed in 2022.", "b")
    others = [evidence_of(article, f"It {verb} in {year}.", 1.0, str(year)) for verb, year in EVENTS]
    assert contradictory([opened("a", 2021), *others], AnswerType.TIME) == []
    assert ids(contradictory([opened("a", 2021), *others[::-1]], AnswerType.TIME)) == ["a", "b"]


@pytest.mark.parametrize(("below", "compared"), [(3.0, True), (3.01, False)])
def test_a_sentence_far_below_the_best_is_about_something_else(below, compared):
    """As far as three below is compared; further is not."""
    evidence = [opened("a", 2021, 5.0), opened("b", 2022, 5.0 - below)]
    assert bool(contradictory(evidence, AnswerType.TIME)) is compared


@pytest.mark.parametrize("feature", ["names_missing", "numbers_missing"])
def test_a_sentence_that_lacks_more_of_the_question_is_about_something_else(feature):
    """The harbour of another town opened in another year; one that lacks as much as the best is compared."""
    lacking = [opened("a", 2021, **{feature: 0.5}), opened("b", 2022, **{feature: 0.6})]
    assert contradictory(lacking, AnswerType.TIME) == []
    alike = [opened("a", 2021, **{feature: 0.5}), opened("b", 2022, **{feature: 0.5})]
    assert ids(contradictory(alike, AnswerType.TIME)) == ["a", "b"]


@pytest.mark.parametrize("unsure", [0, 1])
def test_an_answer_the_reader_does_not_believe_in_is_not_compared(unsure):
    """Where no answer is as likely as one, on either side, there is no contradiction."""
    evidence = [opened("a", 2021), opened("b", 2022)]
    evidence[unsure] = replace(evidence[unsure], features=evidence[unsure].features | {"reader": 0.0})
    assert contradictory(evidence, AnswerType.TIME) == []


def test_without_a_reader_nothing_differs():
    """Sentences without short answers can't be compared."""
    articles = [article_of(f"It opened in {year}.", str(year)) for year in (2021, 2022)]
    evidence = [replace(evidence_of(article, article.text, 1.0), features={}) for article in articles]
    assert contradictory(evidence, AnswerType.TIME) == []


def test_a_short_answer_s_text_is_its_words():
    """The span is of the article, wherever the sentence stands in it; no span is no words."""
    article = article_of("Before that, all was 🙂 quiet. It opened on 12 March 2021.")
    item = evidence_of(article, "It opened on 12 March 2021.", 1.0, "12 March 2021")
    assert short_answer_text(item) == article.text[slice(*item.answer)] == "12 March 2021"
    assert short_answer_text(replace(item, answer=None)) == ""


@pytest.mark.parametrize(
    ("one", "other", "answer_type"),
    [
        ("$5m", "$5 million", AnswerType.NUMBER),
        ("over 200 million", "241 million", AnswerType.NUMBER),
        ("more than 500", "about 600 pupils", AnswerType.NUMBER),
        ("some 300 metres", "310 metres", AnswerType.NUMBER),
        ("40 or more", "40", AnswerType.NUMBER),
        ("up to 40 ships", "under 30", AnswerType.NUMBER),
        ("between 4 and 6 million", "8 million", AnswerType.NUMBER),
        ("more than 5 of 40", "3", AnswerType.NUMBER),
        ("nearly 800 km", "796 km", AnswerType.NUMBER),
        ("5 to 10 km", "7 km", AnswerType.NUMBER),
        ("86 600 km", "86,600 km", AnswerType.NUMBER),
        ("3,5 km", "3.5 km", AnswerType.NUMBER),
        ("1½", "1.5", AnswerType.NUMBER),
        ("before 1996", "1995", AnswerType.TIME),
        ("since 1991", "1996", AnswerType.TIME),
        ("2023–24", "2024", AnswerType.TIME),
        ("1996/97", "1997", AnswerType.TIME),
    ],
)
def test_a_bounded_or_unparsed_answer_contradicts_nothing(one, other, answer_type):
    """A bound, a range, a rounding or a way of writing that is not known is left alone."""
    assert not contradict(one, other, answer_type)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("more than 500 pupils", "400"),
        ("at least 500", "400"),
        ("over 80,000", "up to 60,000"),
        ("no more than 40 ships", "41 ships"),
        ("nearly 800 km", "810 km"),
        ("about 300 metres", "400 metres"),
        ("some 300", "200"),
        ("40 or more", "39"),
        ("40 or fewer", "41"),
    ],
)
def test_a_bounded_number_contradicts_what_lies_beyond_its_bound(one, other):
    """A rounded one lies within a fifth of what it is rounded to."""
    assert contradict(one, other, AnswerType.NUMBER)


MONTHS = {
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "az in it": "yanvarda Fevralda martda apreldə mayda İyunda iyulda avqustda sentyabrda oktyabrda noyabrda dekabrda",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "tr in it": "Ocakta Şubat'ta Martta Nisan'da Mayısta Haziranda Temmuzda Ağustosta Eylülde Ekimde Kasımda Aralıkta",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ru as such": "Январь Февраль Март Апрель Май Июнь Июль Август Сентябрь Октябрь Ноябрь Декабрь",
    "ru in it": "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
    "ru shortened": "янв февр марта апр мая июня июля авг сент окт нояб дек",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ar without hamza": "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
}


@pytest.mark.parametrize("name", MONTHS)
def test_a_date_has_its_parts_in_every_language(name):
    """Day, month and year, whatever the ending of the month and the script of the digits."""
    zero = {"ur": "۰", "ar": "٠", "fa": "۰"}.get(name[:2], "0")
    digits = str.maketrans({str(value): chr(ord(zero) + value) for value in range(10)})
    for number, month in enumerate(MONTHS[name].split()):
        value = value_of(f"10 {month} 1996".translate(digits), AnswerType.TIME, name[:2])
        assert value == Value((frozenset({1996.0}), frozenset({float(number)}), frozenset({10.0})))


@pytest.mark.parametrize(
    ("one", "other", "language", "differ"),
    [
        ("10 апреля 1996 года", "11 апреля 1996", "ru", True),
        ("10 апреля 1996 г.", "10-го апреля", "ru", False),
        ("10–12 апреля", "11 апреля", "ru", False),
        ("10 и 12 апреля", "13 апреля", "ru", True),
        ("до 1996", "1995", "ru", False),
        ("1990-е годы", "1996", "ru", False),
        ("10 Nisan 1996", "10 Nisan 1997", "tr", True),
        ("10 Nisan'da", "1996", "tr", False),
        ("1996'dan önce", "1995", "tr", False),
        ("10 aprel 1996-cı il", "aprelin 11-i", "az", True),
        ("aprelin 10-da", "10 aprel", "az", False),
        ("10 اپریل 1996ء", "۱۱ اپریل", "ur", True),
        ("1996ء", "1997ء", "ur", True),
        ("١٠ أبريل ١٩٩٦", "10 ابريل 1996", "ar", False),
        ("نيسان 1996", "مايو 1996", "ar", True),
        ("كانون الثاني", "يناير", "ar", False),
        ("قبل عام ١٩٩٦", "١٩٩٥", "ar", False),
        ("۱۰ آوریل ۱۹۹۶", "۱۱ آوریل", "fa", True),
        ("۱۳۷۵", "۱۹۹۶", "fa", False),  # one year, counted in two calendars
    ],
)
def test_times_of_other_languages_are_compared_where_they_are_sure(one, other, language, differ):
    """Another day, month or year is another time; a bound, a decade or another calendar is not compared."""
    left, right = (value_of(text, AnswerType.TIME, language) for text in (one, other))
    assert bool(left and right and left.contradicts(right)) is differ


@pytest.mark.parametrize(
    ("one", "other", "language", "differ"),
    [
        ("12 кораблей", "14 кораблей", "ru", True),
        ("3 тысячи", "3000", "ru", False),
        ("2 млн", "3 миллиона", "ru", True),
        ("две тысячи", "2000", "ru", False),
        ("3,5 км", "3.5 км", "ru", False),
        ("3.000", "3000", "tr", False),
        ("3 bin", "4 bin", "tr", True),
        ("-3 derece", "4 derece", "tr", False),
        ("yaklaşık 40", "41", "tr", False),
        ("5 milyon manat", "6 milyon manat", "az", True),
        ("۵ لاکھ", "500000", "ur", False),
        ("5 کروڑ", "6 کروڑ", "ur", True),
        ("٤٠ مليون", "٤١ مليون", "ar", True),
        ("۴۰ هزار", "40000", "fa", False),
        ("۴٫۵", "۴", "fa", False),
    ],
)
def test_numbers_of_other_languages_are_compared_where_they_are_sure(one, other, language, differ):
    """Whole numbers in digits with their scale; words and marks between digits are not read."""
    left, right = (value_of(text, AnswerType.NUMBER, language) for text in (one, other))
    assert bool(left and right and left.contradicts(right)) is differ


def test_answers_in_two_languages_contradict_each_other():
    """Each is read in its own language, by its article's or by its script."""
    english, russian = value_of("10 April 1996", AnswerType.TIME), value_of("11 апреля 1996", AnswerType.TIME)
    assert english.contradicts(russian)
    assert not english.contradicts(value_of("10 апреля", AnswerType.TIME))


@given(NUMBERS | any_text, st.sampled_from(sorted(LANGUAGES)), st.sampled_from([AnswerType.TIME, AnswerType.NUMBER]))
def test_any_text_can_be_read_in_any_language(text, language, answer_type):
    """No text makes reading its value fail, and it never contradicts itself."""
    value = value_of(text, answer_type, language)
    assert value is None or not value.contradicts(value)


VISIT = article_of(
    "The mayor visited Lenkoran on 10 April 1996, the records say. He spoke there. "
    "The library gives a longer span, from 9 to 11 April 1996. The fair was held on 4 May 1996."
)
RECORDS = "The mayor visited Lenkoran on 10 April 1996, the records say."
LIBRARY = "The library gives a longer span, from 9 to 11 April 1996."
FAIR = "The fair was held on 4 May 1996."
WORDS = {"visit": 2.0, "mayor": 1.0}


def account(sentence, answer, score, held, **features):
    return replace(evidence_of(VISIT, sentence, score, answer, **features), held=held)


def test_another_account_in_the_same_article_contradicts():
    """By its own words, even where the reader is not sure of it; a longer range of days is another account."""
    best = account(RECORDS, "10 April 1996", 9.0, WORDS)
    other = account(LIBRARY, "9 to 11 April 1996", 3.0, WORDS, reader=-0.2)
    fair = account(FAIR, "4 May 1996", 8.0, WORDS)
    assert [item.text for item in contradictory([best, fair, other], AnswerType.TIME)] == [RECORDS, LIBRARY]


@pytest.mark.parametrize(
    ("score", "held", "reader"), [(2.4, WORDS, 0.5), (3.0, {"mayor": 1.0}, 0.5), (3.0, WORDS, -0.5)]
)
def test_an_account_of_something_else_does_not(score, held, reader):
    """One far below the best, that lacks the question's words, or that the reader takes for no answer."""
    best = account(RECORDS, "10 April 1996", 9.0, WORDS)
    other = account(LIBRARY, "9 to 11 April 1996", score, held, reader=reader)
    assert contradictory([best, other], AnswerType.TIME) == []


@pytest.mark.parametrize(("held", "differs"), [({"open": 4.0}, True), ({"harbour": 1.0}, False), ({}, False)])
def test_a_sentence_without_the_question_s_words_contradicts_nothing(held, differs):
    """It tells of another event: four fifths of the weight of the words in the best sentence must be in it."""
    best = replace(opened("a", 2021), held={"open": 4.0, "harbour": 1.0})
    other = replace(opened("b", 2022), held=held)
    assert bool(contradictory([best, other], AnswerType.TIME)) is differs


def test_the_day_of_a_date_is_no_number():
    """Asked how many came, the 3rd of July contradicts no count."""
    texts = {"a": "There came 55,000 people.", "b": "They came on 3 July."}
    evidence = [evidence_of(article_of(text, name), text, 1.0, text.split()[-2]) for name, text in texts.items()]
    assert [evidence[0].answer, evidence[1].answer] == [(11, 17), (13, 14)]
    assert contradictory(evidence, AnswerType.NUMBER) == []


def test_a_longer_range_of_days_spans_another_of_the_same_month():
    """In the same month and year only."""
    day, days, other = (
        value_of(text, AnswerType.TIME) for text in ("10 April 1996", "9 to 11 April 1996", "9 to 11 April 1997")
    )
    assert [days.spans(each) for each in (day, days, other)] == [True, False, False]
    assert day.spans(days)
    assert not days.spans(value_of("1996", AnswerType.TIME))


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [("in 2022", "in 2024", False), ("in 2022", "in 2022", True), ("in 2022", "then", True)],
)
def test_counts_of_different_years_do_not_differ(one, other, differs):
    """What was 40 in one year may be 60 in another."""
    texts = {"40": f"The port had 40 ships {one}.", "60": f"The port had 60 ships {other}."}
    evidence = [evidence_of(article_of(text, count), text, 1.0, count) for count, text in texts.items()]
    assert bool(contradictory(evidence, AnswerType.NUMBER)) is differs


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ("The port was opened on 9 June 2014.", True),
        ("The port was opened on 9 June 2014 after repairs.", False),
        ("The port was opened again on 9 June 2014.", False),
        ("The port was reopened on 9 June 2014.", False),
        ("The port was opened for the second time on 9 June 2014.", False),
    ],
)
def test_what_was_done_again_has_a_time_of_its_own(other, differs):
    """A port that was opened after repairs was opened before them too."""
    texts = {"The port was opened on 3 May 2001.": "3 May 2001", other: "9 June 2014"}
    evidence = [evidence_of(article_of(text, f"a{len(text)}"), text, 1.0, day) for text, day in texts.items()]
    assert bool(contradictory(evidence, AnswerType.TIME)) is differs
