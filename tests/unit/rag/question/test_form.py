"""The form of answer that a question asks for, and what it asks the definition of."""

import pytest

from rag.question.form import form_of
from rag.question.target import target_of

FORMS = {
    "list": [
        "Which bridges did Rustam build in Ganja?",
        "which countries border the lake",
        "Which Turkish ministers came to Baku?",
        "Which peace treaties were signed in 1920?",
        "In which cities did they meet?",
        "What boats do fishermen use?",
        "What are the main exports of Lenkoran?",
        "What were the causes of the flood?",
        "Who were the mayors of Ganja?",
        "List the harbours",
        "Please name all members of the club",
        "Can you give me a list of bridges?",
        "Hangi ülkeler Azerbaycan'ı tanıdı?",
        "Hansı ölkələr Azərbaycanı tanıyıb?",
        "Какие страны признали Азербайджан?",
        "کون کون سے ممالک رکن ہیں؟",
        "اذكر الدول التي اعترفت بأذربيجان",
        "کدام کشورها آذربایجان را به رسمیت شناختند؟",
    ],
    "timeline": [
        "Give me a timeline of the harbour",
        "A short chronology of Ganja, please",
        "history of the railway by date",
        "What are the key dates of the strike?",
        "What happened in 1920?",
        "What happened in Baku in May 1920?",
        "What happened between 1918 and 1920?",
        "When did the king visit Ganja each time?",
        "How did trade develop over the years?",
        "Хронология отношений Азербайджана и Пакистана",
    ],
    "summary": [
        "Summarise the harbour article",
        "could you summarize this article?",
        "Sum up what the paper says of tea",
        "What is the article on tea about?",
        "key points of the strike report",
        "Give me a short summary of the flood story",
        "Karabağ savaşı makalesini özetle",
        "Перескажи статью о войне в Карабахе",
        "لخص المقال عن كشمير",
    ],
    "yes_no": [
        "Is Urdu taught in Baku?",
        "Didn’t India sign it?",
        "And has she ever visited Lahore?",
        "Urdu is taught in Baku, isn't it?",
        "The harbour was opened in May?",
        "Was the port opened before 1990?",
    ],
    "definition": [
        "What is the ECO?",
        "what is lng",
        "What is a caravanserai?",
        "Who was Ali Veli?",
        "who is ali veli",
        "Who were Hummet?",
        "What does SOCAR stand for?",
        "What does the abbreviation stand for?",
        "Tell me about the Treaty of Izmir",
    ],
    "comparison": [
        "Compare Baku and Ganja",
        "Was turnover larger in 2022 than in 2020?",
        "Which is older, Baku or Ganja?",
        "Was the port opened before the bridge?",
        "What are the differences between the ports of Baku and Astara?",
    ],
    "extract": [
        "How big is it?",
        "Do you have anything about the fair?",
        "What is Normandy a region of?",
        "Was it Baku or Ganja?",
        "Can you tell me when it opened?",
        "Do you know who opened it?",
        "When was it opened?",
        "What is the capital of Azerbaijan?",
        "What is Azerbaijan's capital?",
        "What is Azerbaijan known for?",
        "What is the height of the tower?",
        "Who is the president of Pakistan?",
        "Who was the first to land there?",
        "Who was born in Baku?",
        "Who was invited?",
        "Who were the Young Turks?",
        "Which bridge did Rustam build?",
        "Which country hosts summits?",
        "Which company makes jets?",
        "Which of the boats is largest?",
        "Which United States president came?",
        "Which poet's books are on display?",
        "Which two cities are compared?",
        "Which bus goes there?",
        "What kind of problems are studied?",
        "What are the hairs on their legs called?",
        "What causes floods?",
        "What happened in Baku?",
        "Who was the mayor of Ganja?",
        "Why were the talks held?",
        "When was the report published?",
        "How many countries are there?",
        "When was it?",
        "Name the capital of France",
        "Hangi ülke ilk tanıdı?",
        "Какая страна признала первой?",
    ],
}


@pytest.mark.parametrize(("form", "question"), [(form, question) for form, all_ in FORMS.items() for question in all_])
def test_the_words_of_a_question_tell_its_form(form, question):
    """A plural asks for a list, a singular for sentences or, of a name alone, for a definition."""
    assert form_of(question) == form


@pytest.mark.parametrize(
    ("question", "target"),
    [
        ("What is the ECO?", "ECO"),
        ("Who is Ali Veli?", "Ali Veli"),
        ("What does “SOCAR” stand for?", "SOCAR"),
        ("Tell me about the Treaty of Izmir.", "Treaty of Izmir"),
        ("Who is Mustafa Şentop?", "Mustafa Şentop"),
        ("Who is he?", ""),
        ("Who is prime minister?", ""),
        ("When did it open?", ""),
    ],
)
def test_what_is_to_be_defined_is_named_without_its_article(question, target):
    """A pronoun and a role name nothing."""
    assert " ".join(token.text for token in target_of(question)) == target
