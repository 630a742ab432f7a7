"""The language of a question."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.language import language_of
from rag.question.languages import LANGUAGES
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
    """No text makes the library fail."""
    assert language_of(text) in {None, *LANGUAGES}


def test_the_library_is_loaded_by_the_first_question():
    """No command that asks nothing waits for it."""
    program = "import sys, rag.assistant; sys.exit('eldc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
