"""The language of a question."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.language import is_unknown_language, known_language, language_of
from rag.question.languages import LANGUAGES
from rag.question.languages.names import english_name, own_name
from tests.unit.index.unicode_texts import any_text


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "When?"),
        ("en", "Who is Лев Толстой?"),
        ("en", "What does کشمیر mean?"),
        ("en", "When did Heydər Əliyev visit Şuşa?"),
        ("en", "who opened the harbour"),
        ("az", "Nə vaxt?"),
        ("az", "Bakı haradadır?"),
        ("az", "HEYDƏR ƏLİYEV PAKİSTANA NƏ VAXT SƏFƏR EDİB?"),
        ("az", "Körpü nə qədər uzundur?"),
        ("tr", "Ne zaman?"),
        ("tr", "LİMAN NE ZAMAN AÇILDI?"),
        ("tr", "Cengiz Han'ın hangi torunu Memlükleri Filistin'in dışına attı?"),
        ("tr", "İlham Aliyev kimdir?"),
        ("ru", "Когда?"),
        ("ru", "Кто основал компанию Tesla Electric Light & Manufacturing?"),
        ("ru", "А в 1996 году?"),
        ("ur", "کب؟"),
        ("ur", "حیدر علییف کب آئے؟"),
        ("ur", "دریائے سندھ کی لمبائی کتنی ہے؟"),
        ("ar", "متى؟"),
        ("ar", "من هو إلهام علييف؟"),
        ("ar", "كم عدد سكان باكو؟"),
        ("fa", "باکو کجاست؟"),
        ("fa", "بندر کی افتتاح شد؟"),
        ("fa", "باكو كجاست؟"),  # typed with Arabic letters
    ],
)
def test_a_question_is_in_its_language(language, question):
    """Short ones too, whatever their case, and whatever they name or quote from another language."""
    assert language_of(question) == language


@pytest.mark.parametrize(
    "question",
    [
        *("Leyla Mammadova", "Heydar Aliyev", "Əliyev", "Recep Tayyip Erdoğan", "حیدر علییف", "Путин", "COP29"),
        *("", "?", "1996", "🙂", "\ud800"),
        *("Wann wurde der Hafen eröffnet?", "Quand le port a-t-il été ouvert ?", "Коли відкрили порт?", "谁说的?"),
    ],
)
def test_names_alone_and_other_languages_have_no_known_language(question):
    """Unknown is better than wrong: such a question is read as it always was."""
    assert language_of(question) is None


@given(any_text | st.text())
def test_any_text_has_a_known_language_or_none(text):
    """No text makes the library fail, and none is in a known and an unknown language."""
    language = language_of(text)
    assert language in {None, *LANGUAGES}
    assert not (language and is_unknown_language(text))


@pytest.mark.parametrize(
    "question",
    [
        *("Wann wurde der Hafen eröffnet?", "In welchem Jahr wurde die Brücke gebaut?"),
        *("Quand le port a-t-il été ouvert ?", "¿En qué año visitó Heydar Aliyev Pakistán?"),
        *("Коли відкрили порт?", "Πότε άνοιξε το λιμάνι;"),
        *("מתי נפתח הנמל בלנקוראן?", "阿塞拜疆的总统是谁？", "WANN WURDE DER HAFEN ERÖFFNET? und warum so spät"),
    ],
)
def test_a_question_in_another_language_is_told(question):
    """Whatever small words its language shares with a known one, and whatever it names."""
    assert is_unknown_language(question)


@pytest.mark.parametrize(
    "question",
    [
        *("Giuseppe Verdi", "Wolfgang Amadeus Mozart", "Miguel de Cervantes Saavedra", "Rio de Janeiro"),
        *("Володимир Зеленський Київ", "习近平", "谁?", "Und wann?", "COP29", "1996", "", "?", "\ud800"),
        *("oil pipeline Baku Tbilisi", "visa fee", "bakı limanı açılış", "порт ленкорань открытие", "بندر لنکران"),
        *("When did he visit?", "Who wrote the novel Der Hafen wurde gebaut?", "Liman ne zaman açıldı?"),
        *("Azerbaycan prezidenti kimdi", "pakistan ka president kaun hai", "privet kak dela"),
    ],
)
def test_names_search_words_and_known_languages_are_in_no_other(question):
    """Nobody is told that a language is not read because of a name, or of a few words without a sentence."""
    assert not is_unknown_language(question)


def test_languages_have_names():
    """Every known one has both; another is shown by its tag."""
    assert all(english_name(code) and own_name(code) != code for code in LANGUAGES)
    assert [english_name(tag) for tag in ("ur", "EN_gb", "tlh", "", None)] == ["Urdu", "English", None, None, None]
    assert [own_name(tag) for tag in ("ur", "EN", "tlh")] == ["اردو", "English", "tlh"]


def test_the_library_is_loaded_by_the_first_question():
    """No command that asks nothing waits for it."""
    program = "import sys, rag.assistant; sys.exit('eldc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_text_in_no_known_language_is_taken_for_english():
    """Its words are looked for in one language in any case."""
    assert known_language("Körpü nə qədər uzundur?") == "az"
    assert known_language("Lenkoran") == "en"
    assert known_language("Wie lang ist die Brücke über den Fluss?") == "en"
