"""What people say to a program without asking anything of the documents."""

import pytest

from rag.question.languages import LANGUAGES
from rag.question.talk import Talk, talk_of, without_courtesies


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", Talk.GREETING),
        ("Hi there!", Talk.GREETING),
        ("Good morning, everyone 👋", Talk.GREETING),
        ("How are you?", Talk.GREETING),
        ("What’s up?", Talk.GREETING),
        ("THANK YOU SO MUCH!!!", Talk.THANKS),
        ("thanks a lot for your help", Talk.THANKS),
        ("ok thanks, bye", Talk.GOODBYE),
        ("Got it.", Talk.NOTED),
        ("help", Talk.HELP),
        ("What can you do?", Talk.HELP),
        ("Hello! What can I ask you?", Talk.HELP),
        ("Who are you?", Talk.IDENTITY),
        ("hi, are you a bot?", Talk.IDENTITY),
        ("Salam, necəsən?", Talk.GREETING),
        ("Çox sağ ol!", Talk.THANKS),
        ("Merhaba", Talk.GREETING),
        ("İYİ GÜNLER", Talk.GREETING),
        ("Большое спасибо!", Talk.THANKS),
        ("О чем можно спросить?", Talk.HELP),
        ("السلام علیکم", Talk.GREETING),
        ("شكرًا جزيلاً", Talk.THANKS),
        ("من أنت؟", Talk.IDENTITY),
        ("چه کاری می‌توانی انجام دهی؟", Talk.HELP),
    ],
)
def test_talk_is_known_by_its_kind(text, kind):
    """In each language, whatever the case and the punctuation; the most telling kind counts."""
    assert talk_of(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Thank you Azerbaijan",
        "Hello, Dolly",
        "What do you know about Lachin?",
        "Who is the president?",
        "hello, when did he visit Pakistan?",
        "Who can help refugees?",
        "please",
        "everyone",
        "Salam Pax",
        "what are you going to export?",
        "Wie geht es dir?",
    ],
)
def test_a_text_that_says_more_is_no_talk(text):
    """One word that is none of talk's makes it a question, and courtesies alone are nothing."""
    assert talk_of(text) is None


def test_what_is_this_is_a_question_once_something_was_asked():
    """It then asks of what was named before."""
    assert talk_of("What is this?") is Talk.HELP_FIRST
    assert talk_of("What is this?", in_conversation=True) is None
    assert talk_of("Who are you?", in_conversation=True) is Talk.IDENTITY


def test_what_goes_on_after_a_word_that_notes_is_a_question_once_something_was_asked():
    """A text that only notes what was said is talk, with a question mark or without."""
    assert talk_of("Ok and then?", in_conversation=True) is None
    assert talk_of("Great, and?", in_conversation=True) is None
    assert talk_of("Ok then", in_conversation=True) is Talk.NOTED
    assert talk_of("ok?", in_conversation=True) is Talk.NOTED


@pytest.mark.parametrize(("text", "kind"), [("Nice", Talk.NOTED), ("Ty", Talk.THANKS)])
def test_a_name_is_talk_only_where_something_was_asked_before(text, kind):
    """With a capital and nothing else it is a place or a person."""
    assert talk_of(text) is None
    assert talk_of(text, in_conversation=True) is kind
    assert talk_of(text.lower()) is kind


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Hello, when did Aliyev visit Pakistan?", "when did Aliyev visit Pakistan?"),
        ("hi when did Aliyev visit Pakistan", "when did Aliyev visit Pakistan"),
        ("Hello! Thanks for that. Who invited him?", "Who invited him?"),
        ("ok, and when did he leave?", "and when did he leave?"),
        ("When did he come? Thank you very much! Bye.", "When did he come?"),
        ("Salam, Heydər Əliyev nə vaxt gəlib?", "Heydər Əliyev nə vaxt gəlib?"),
        ("Привет, когда приехал Алиев?", "когда приехал Алиев?"),
        ("مرحبا، متى زار علييف باكستان؟", "متى زار علييف باكستان؟"),
    ],
)
def test_a_question_is_asked_without_the_courtesies_around_it(text, question):
    """What joins it to the question before stays."""
    assert without_courtesies(text) == question


@pytest.mark.parametrize(
    "text",
    [
        "Hello Kitty was created when?",
        "Nice is where?",
        "Who said thank you?",
        "Good Friday is when?",
        "No country recognised it, why?",
        "hello",
        "When did he come?",
        "Thank you Azerbaijan",
        "When was it built, please?",
        ":bye ?",
    ],
)
def test_a_text_whose_words_belong_together_stays_whole(text):
    """Names that begin like a greeting, and texts without a question, lose nothing."""
    assert without_courtesies(text) == text


def test_every_phrase_is_talk_of_its_own_kind():
    """No phrase of a language is taken for another kind, but for the courtesies, which are none alone."""
    for words in LANGUAGES.values():
        assert {Talk(kind) for kind in words.talk} >= {
            Talk.GREETING,
            Talk.THANKS,
            Talk.GOODBYE,
            Talk.HELP,
            Talk.IDENTITY,
        }
        for kind, phrases in words.talk.items():
            for phrase in phrases.split("|"):
                assert (phrase, talk_of(phrase)) == (phrase, None if kind == Talk.COURTESY else Talk(kind))
