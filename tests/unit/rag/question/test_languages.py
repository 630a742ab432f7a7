"""The words of each language, and what they tell of questions and sentences."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.answer_type import AnswerType, expected_answer_type, holds_answer_type
from rag.question.follow_ups import answer_type_in_conversation, interpret
from rag.question.languages import LANGUAGES, words_of
from rag.question.languages.folding import fold, fold_case, fold_digits
from rag.question.terms import QuestionTerms, numbers_in
from tests.unit.index.unicode_texts import any_text
from tests.unit.rag.conftest import rare_index

T, N, A = AnswerType.TIME, AnswerType.NUMBER, AnswerType.NAME
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)

QUESTIONS = {
    "az": [
        (T, "Heydər Əliyev Pakistana nə vaxt səfər edib?"),
        (T, "Şuşa hansı ildə azad olundu?"),
        (T, "Qala neçənci əsrdə tikilib?"),
        (N, "Körpünün uzunluğu nə qədərdir?"),
        (N, "Zəlzələdə neçə nəfər həlak oldu?"),
        (A, "Qız qalasını kim tikdirib?"),
        (A, "Görüş harada keçirildi?"),
        (A, "COP29 hansı şəhərdə keçirildi?"),
        (None, "Münaqişə niyə başladı?"),
        (None, "Gəmi nə daşıyırdı?"),
    ],
    "tr": [
        (T, "Liman ne zaman açıldı?"),
        (T, "LİMAN HANGİ YIL AÇILDI?"),
        (T, "Kale kaçıncı yüzyılda yapıldı?"),
        (N, "Depremde kaç kişi öldü?"),
        (N, "Köprü ne kadar uzun?"),
        (N, "Gemi teslimattan kaç gün önce gelecekti?"),
        (T, "Liman kaç yıl önce açıldı?"),
        (A, "Kuleyi kim yaptırdı?"),
        (A, "Uçurtmalar nerede uçar?"),
        (A, "Toplantı hangi şehirde yapıldı?"),
        (None, "Kimya neden önemli bir bilim?"),
        (None, "Gemi ne taşıyordu?"),
    ],
    "ru": [
        (T, "Когда открыли порт?"),
        (T, "В каком году построили мост?"),
        (T, "Какого числа состоялась встреча?"),
        (N, "Сколько человек погибло?"),
        (N, "Какова высота башни?"),
        (N, "Во сколько оценили строительство порта?"),
        (T, "Сколько лет назад открыли порт?"),
        (N, "Какая длина у моста?"),
        (A, "Кто построил башню?"),
        (A, "Где находится порт?"),
        (A, "В каком городе прошла встреча?"),
        (None, "Почему летают змеи?"),
        (None, "Что вёз корабль?"),
    ],
    "ur": [
        (T, "حیدر علییف کب آئے؟"),
        (T, "یہ قلعہ کس صدی میں بنا؟"),
        (T, "معاہدہ کس سال ہوا؟"),
        (N, "زلزلے میں کتنے لوگ ہلاک ہوئے؟"),
        (N, "دریا کی لمبائی کتنی ہے؟"),
        (A, "قلعہ کس نے بنوایا؟"),
        (A, "وزیر اعظم کون ہے؟"),
        (A, "ملاقات کہاں ہوئی؟"),
        (A, "اجلاس کس شہر میں ہوا؟"),
        (None, "پتنگ کیوں اڑتی ہے؟"),
        (None, "پرچم کا کون سا رنگ ہے؟"),
    ],
    "ar": [
        (T, "متى افتتح الميناء؟"),
        (T, "متي افتتح الميناء؟"),
        (T, "في أي عام بني الجسر؟"),
        (T, "فى اى سنة بنى الجسر؟"),
        (N, "كم عدد سكان باكو؟"),
        (N, "ما هو طول الجسر؟"),
        (A, "من بنى البرج؟"),
        (A, "من هو إلهام علييف؟"),
        (A, "أين يقع الميناء؟"),
        (A, "في أي مدينة عقد الاجتماع؟"),
        (None, "لماذا تطير الطائرات الورقية؟"),
        (None, "ماذا حملت السفينة من باكو؟"),
    ],
    "fa": [
        (T, "بندر کی افتتاح شد؟"),
        (T, "پل در چه سالی ساخته شد؟"),
        (T, "جنگ در کدام قرن آغاز شد؟"),
        (N, "چند نفر کشته شدند؟"),
        (N, "جمعیت باکو چقدر است؟"),
        (A, "چه کسی برج را ساخت؟"),
        (A, "باکو کجاست؟"),
        (A, "جلسه در کدام شهر برگزار شد؟"),
        (None, "چرا بادبادک پرواز می‌کند؟"),
        (None, "کشتی چه چیزی آورد؟"),
    ],
}


@pytest.mark.parametrize(
    ("question", "answer_type"), [(question, kind) for pairs in QUESTIONS.values() for kind, question in pairs]
)
def test_a_question_has_its_answer_type_in_its_language(question, answer_type):
    """By the question words of its language, with their endings and however their letters are typed."""
    assert expected_answer_type(question) is answer_type


SENTENCES = {
    "az": [
        (T, True, "Liman 12 mart 2021-ci ildə açıldı.", "O, mayın 5-də gəldi.", "Görüş payızda oldu."),
        (T, False, "Liman musiqi ilə açıldı.", "Martin limana gəldi."),
        (N, True, "Qiyməti iki milyon idi.", "40 manat."),
        (N, False, "Bir gəmi gəldi."),
    ],
    "tr": [
        (T, True, "Liman 12 Mart'ta açıldı.", "2021'de açıldı.", "Nisanda geldi.", "19. yüzyılda yapıldı."),
        (T, False, "Liman müzikle açıldı.", "Martin limana geldi."),
        (N, True, "Fiyatı iki milyon liraydı.", "40 lira tuttu."),
        (N, False, "Bir gemi geldi."),
    ],
    "ru": [
        (T, True, "Порт открыли 12 марта.", "В 2021г. он открылся.", "Это было осенью.", "В XIX веке его не было."),
        (T, False, "Порт открыли под музыку.", "Мартин пришёл в порт."),
        (N, True, "Он стоил два миллиона.", "Он стоил 40 рублей."),
        (N, False, "Он стоил дорого."),
    ],
    "ur": [
        (T, True, "بندرگاہ ۱۲ مارچ کو کھلی۔", "یہ 1996ء میں کھلی۔", "یہ اگلے سال کھلی۔"),
        (T, False, "بندرگاہ موسیقی کے ساتھ کھلی۔"),
        (N, True, "اس پر دو کروڑ روپے لاگت آئی۔", "اس پر ۴۰ روپے لاگت آئی۔"),
        (N, False, "اس پر بہت لاگت آئی۔"),
    ],
    "ar": [
        (T, True, "افتتح الميناء في ١٢ مارس.", "افتتح عام ٢٠٢١.", "افتتح بيناير.", "افتتح في الربيع."),
        (T, False, "افتتح الميناء بالموسيقى."),
        (N, True, "كلف ثلاثة ملايين.", "كلف ٤٠ دولارا."),
        (N, False, "كلف الكثير."),
    ],
    "fa": [
        (T, True, "بندر در ۱۲ مارس افتتاح شد.", "در ۱۳۷۵ ساخته شد.", "در بهار ساخته شد.", "در ۵ مه آمد."),
        (T, False, "بندر با موسیقی افتتاح شد."),
        (N, True, "هزینه آن دو میلیون بود.", "۴۰ دلار بود."),
        (N, False, "هزینه آن زیاد بود."),
    ],
}


@pytest.mark.parametrize(
    ("language", "answer_type", "holds", "sentence"),
    [
        (language, kind, holds, sentence)
        for language, cases in SENTENCES.items()
        for kind, holds, *sentences in cases
        for sentence in sentences
    ],
)
def test_a_sentence_holds_the_answer_type_in_its_own_language(language, answer_type, holds, sentence):
    """Whatever the language of the question: the article's, and where it states none, that of the script."""
    for question in ("Is it so?", "Когда?"):
        assert holds_answer_type(sentence, answer_type, question, language) is holds
        if words_of(None, sentence).code == language:
            assert holds_answer_type(sentence, answer_type, question) is holds


def terms_of(question, answer_type):
    return QuestionTerms(question, answer_type, {}, frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize("sentence", ["وصلت ليلى.", "لیلیٰ کراچی آئی۔", "لیلا به باکو آمد."])
def test_a_script_without_capitals_does_not_tell_names(sentence):
    """Whether the sentence names somebody is not known, unless a name stands there in Latin letters."""
    who = terms_of("Who came?", A)
    assert who.answer_type_in(sentence) == 0.0
    assert who.answer_type_in(f"{sentence} (Leyla)") == 0.0
    assert who.answer_type_in(f"{sentence} and Leyla") == 1.0
    assert who.answer_type_in("the ship came.") == who.answer_type_in("пришёл корабль.") == -1.0


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en-GB", "Когда", "en"),
        ("TR_tr", "when", "tr"),
        ("de", "wann", "en"),
        (None, "Əliyev came with Erdoğan.", "en"),
        (None, "Порт Lenkoran открыли.", "ru"),
        (None, "The port (Ленкорань) was opened.", "en"),
        (None, "بندرگاہ کھلی ہے", "ur"),
        (None, "افتتح الميناء", "ar"),
        (None, "پل ساخته شد", "fa"),
        (None, "1996", "en"),
        (None, "", "en"),
    ],
)
def test_a_text_is_read_in_the_stated_language_or_that_of_its_script(language, text, code):
    """A language without words here is read as English, as is Latin script, where names alone look foreign."""
    assert words_of(language, text).code == code


@pytest.mark.parametrize(
    ("question", "before", "answer_type"),
    [
        ("Bəs Qarabağda?", "Liman nə vaxt açılıb?", T),
        ("Peki ya Karaçi'de?", "Liman ne zaman açıldı?", T),
        ("А в Карачи?", "Когда открыли порт?", T),
        ("А как насчёт Карачи?", "Сколько стоит порт?", N),
        ("Почему?", "Когда открыли порт?", None),
        ("اور کراچی میں؟", "بندرگاہ کب کھلی؟", T),
        ("وماذا عن كراتشي؟", "متى افتتح الميناء؟", T),
        ("لماذا؟", "متى افتتح الميناء؟", None),
        ("و در کراچی؟", "بندر کی افتتاح شد؟", T),
    ],
)
def test_a_question_that_asks_for_nothing_has_the_answer_type_before(question, before, answer_type):
    """In each language "and in Karachi?" has the type of the question before, and "why?" has none."""
    assert answer_type_in_conversation(question, [before]) is answer_type


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("O, Basant bayramını nə vaxt gördü?", "Liman nə vaxt açılıb?"),
        ("Onun Basant bayramı ne zaman?", "Liman ne zaman açıldı?"),
        ("Когда он видел Basant?", "Когда открыли порт?"),
        ("وہ Basant میں کب آئے؟", "بندرگاہ کب کھلی؟"),
        ("وأين Basant؟", "متى افتتح الميناء؟"),
        ("او Basant را کی دید؟", "بندر کی افتتاح شد؟"),
    ],
)
def test_a_question_that_refers_back_carries_what_was_before(index_of_texts, question, before):
    """A pronoun or an "and" of its own language brings in the words of the question before, but no plain ones."""
    interpreted = interpret(question, [before], rare_index(index_of_texts))
    carried = interpreted.removeprefix(question).strip(" ()").replace(",", "").split()
    assert carried
    assert not any(fold_case(fold(word)) in words.plain_words for word in carried for words in LANGUAGES.values())


@EVERY_LANGUAGE
def test_every_field_of_a_language_is_a_pattern(language):
    """Each compiles, matches no empty text, and the words that are looked up are folded as they are looked up."""
    words = LANGUAGES[language]
    for field in fields(words):
        value = getattr(words, field.name)
        if isinstance(value, str) and value and field.name not in ("code", "plain"):
            assert not words.pattern(value).fullmatch("")
    assert {fold_case(fold(word)) for word in words.plain_words} == words.plain_words
    assert len(words.plain_words) > 50
    assert words.code == language


@given(st.integers(0, 10**9), st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_a_number_is_the_same_in_digits_of_every_script(number, digits):
    """Arabic and Persian digits are those of English, with the marks between them."""
    written = f"{number:,}.5".translate(str.maketrans("0123456789,.", f"{digits}٬٫"))
    assert fold_digits(written) == f"{number:,}.5"
    assert numbers_in(f"في {written} سنة") == [f"{number}.5"]


@given(any_text)
def test_folding_twice_changes_nothing_more(text):
    """Whatever the text, and in lower case it has one i."""
    assert fold(fold(text)) == fold(text)
    assert fold_digits(fold_digits(text)) == fold_digits(text)
    assert "ı" not in fold_case(text)
    assert len(fold_digits(text)) == len(text)


@pytest.mark.parametrize("name", ["İlham", "ILHAM", "ilham", "ılham"])
def test_a_name_has_one_form_whatever_its_i(name):
    """Neither the dot of a capital nor the lack of it makes another word."""
    assert fold_case(name) == "ilham"
