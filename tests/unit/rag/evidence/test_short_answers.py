"""Short answers as they are shown: whole, with what limits them, without debris."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.short_answers import short_answer_span
from rag.question.answer_type import AnswerType
from rag.question.languages import LANGUAGES
from tests.unit.index.unicode_texts import any_text

TIME, NUMBER, NAME = AnswerType.TIME, AnswerType.NUMBER, AnswerType.NAME


def shown(sentence, read, answer_type, language=None, question=""):
    """What is shown where a reader reads these words of a sentence."""
    start = sentence.index(read)
    span = short_answer_span(sentence, (start, start + len(read)), answer_type, language, question)
    return None if span is None else sentence[slice(*span)]


@pytest.mark.parametrize(
    ("sentence", "read", "expected"),
    [
        ("The fair drew more than 80,000 visitors.", "80,000", "more than 80,000"),
        ("The fair drew more than 80,000 visitors.", "than 80,000", "more than 80,000"),
        ("It killed over 3,200 people.", "3,200", "over 3,200"),
        ("Nearly seven million dollars were given.", "seven million dollars", "Nearly seven million dollars"),
        ("It cost up to $4.5 million.", "4.5 million", "up to $4.5 million"),
        ("At least 12 were hurt.", "12", "At least 12"),
        ("No fewer than forty ships came.", "forty", "No fewer than forty"),
        ("An estimated 50,000 fled.", "50,000", "An estimated 50,000"),
        ("Between 40 and 60 ships came.", "60", "Between 40 and 60"),
        ("Between 40 and 60 ships came.", "40 and 60", "Between 40 and 60"),
        ("He got five years and six months in prison.", "six months", "five years and six months"),
        ("It took 2 hours 10 minutes.", "10 minutes", "2 hours 10 minutes"),
        ("Some 7 ships and 12 boats came.", "12 boats", "12 boats"),
        ("It takes 40–60 ships.", "40", "40–60"),
        ("It answered more than four years later.", "four years", "more than four years"),
        ("Forty ships or more came.", "Forty ships", "Forty ships or more"),
        ("Turnover was 13.283 million dollars in 2020.", "13.283", "13.283 million dollars"),
        ("The pipe is 477 kilometres long.", "477", "477 kilometres"),
        ("The pipe is 477 kilometres.", "477", "477 kilometres"),
        ("The share was 78 percent.", "78", "78 percent"),
        ("The share was 30%.", "30", "30%"),
        ("The field has 12 square kilometres of wheat.", "12", "12 square kilometres"),
        ("The team won 24–10.", "24", "24"),
        ("Some people came in 40 boats.", "40", "40"),
        ("There were 500 pupils in all.", "500", "500"),
        ("The lowest was -15 degrees.", "15", "-15 degrees"),
        ("The lowest was -15 degrees.", "-15 degrees", "-15 degrees"),
        ("The lowest was −15 degrees.", "15", "−15 degrees"),
        ("The balance was –3 billion crowns.", "3 billion", "–3 billion crowns"),
        ("The balance was -$3 billion.", "3 billion", "-$3 billion"),
        ("The lowest was minus 15 degrees.", "15", "minus 15 degrees"),
        ("It fell to below -15 degrees.", "15", "below -15 degrees"),
        ("-15 degrees was the lowest.", "15", "-15 degrees"),
        ("The balance (-3 billion crowns) grew.", "-3 billion", "-3 billion crowns"),
        ("The fair - 500 stalls - opened.", "500", "500"),
        ("The fair-500 stalls-opened.", "-500", "500"),
        ("It drew 400 –500 guests.", "500", "500"),
    ],
)
def test_a_number_is_shown_with_what_limits_it_and_its_unit(sentence, read, expected):
    """Without these words the number would say something else."""
    assert shown(sentence, read, NUMBER) == expected


@pytest.mark.parametrize(
    ("sentence", "read", "expected"),
    [
        ("It was built around 1900.", "1900", "around 1900"),
        ("It was built before May 1900.", "May 1900", "before May 1900"),
        ("The visit lasted from 9 to 11 April 1996.", "11 April 1996", "9 to 11 April 1996"),
        ("They met on 9–11 April 1996.", "11 April 1996", "9–11 April 1996"),
        ("In the season 2021-22 he won.", "2021", "2021-22"),
        ("In the season 2021–22 he won.", "22", "2021–22"),
        ("The war of 1914–1918 ended.", "1914", "1914"),
        ("It stood between 1986 and 1991.", "1991", "between 1986 and 1991"),
        ("It opened in 1996 and closed.", "1996", "1996"),
        ("It opened in 1996 hours later.", "1996", "1996"),
    ],
)
def test_a_time_is_shown_with_what_limits_it(sentence, read, expected):
    """A range is shown whole where one end alone is no answer, and no unit follows a year."""
    assert shown(sentence, read, TIME) == expected


@pytest.mark.parametrize(
    ("question", "read", "expected"),
    [
        ("How many kilometres is the pipe?", "477", "more than 477"),
        ("More than how many kilometres is it?", "477", "477"),
        ("How long is the pipe?", "477", "more than 477 kilometres"),
    ],
)
def test_what_the_question_says_is_not_repeated(question, read, expected):
    """Asked for kilometres, the number of them is the answer."""
    assert shown("The pipe is more than 477 kilometres long.", read, NUMBER, question=question) == expected


@pytest.mark.parametrize(
    ("sentence", "read", "expected"),
    [
        ("He wrote “Thank you, Lenkoran” in May.", "Thank you, Lenkoran”", "Thank you, Lenkoran"),
        ("He wrote “Thank you, Lenkoran” in May.", "“Thank you, Lenkoran", "“Thank you, Lenkoran”"),
        ("It was (as Leyla said) late.", "Leyla said)", "Leyla said"),
        ("Rose Tyler (Billie Piper) came.", "Rose Tyler (Billie Piper", "Rose Tyler (Billie Piper)"),
        ("The ECO (founded in 1985) met.", "founded in 1985) met", "(founded in 1985) met"),
        ('He wrote "A Machine" then.', 'A Machine"', "A Machine"),
        ("Tea came, then milk.", "Tea came,", "Tea came"),
        ("Tea came — then milk.", "— then milk", "then milk"),
        ("It was 12,000 then.", "12", "12,000"),
        ("It was sold in Lenkoran.", "Lenkoran.", "Lenkoran"),
        ("It was sold to Tea Inc.", "Tea Inc.", "Tea Inc."),
        ("It ended at 6 p.m.", "6 p.m.", "6 p.m."),
        ("Tea came.", ".", None),
        ("Peru’s ambassador, Rosa Vega, came.", "ambassador", "Peru’s ambassador"),
        ("The ambassador, Rosa Vega, came.", "ambassador", "ambassador"),
    ],
)
def test_no_debris_is_shown(sentence, read, expected):
    """No half of a pair of marks, no half of a word, and no owner left out."""
    assert shown(sentence, read, NAME) == expected


@pytest.mark.parametrize(
    ("language", "sentence", "read", "expected"),
    [
        ("az", "Sərgiyə 80 000-dən çox qonaq gəldi.", "80 000", "80 000-dən çox"),
        ("az", "Təxminən 40 nəfər gəldi.", "40", "Təxminən 40"),
        ("tr", "Fuara 500'den fazla kişi geldi.", "500", "500'den fazla"),
        ("tr", "En az 40 kişi geldi.", "40", "En az 40"),
        ("ru", "Пришли более 80 000 гостей.", "80 000", "более 80 000"),
        ("ru", "Длина трубы около 477 километров.", "477", "около 477 километров"),
        ("ur", "تقریباً 500 طلبہ آئے۔", "500", "تقریباً 500"),
        ("ur", "500 سے زائد طلبہ آئے۔", "500", "500 سے زائد"),
        ("ar", "حضر أكثر من 500 طالب.", "500", "أكثر من 500"),
        ("fa", "بیش از 500 نفر آمدند.", "500", "بیش از 500"),
    ],
)
def test_each_language_has_words_that_limit_a_number(language, sentence, read, expected):
    """Before the number or after it, as the language has it."""
    assert shown(sentence, read, NUMBER, language) == expected


WORDS = st.sampled_from(
    [
        "more than",
        "80,000",
        "2021-22",
        "9 to",
        "11 April",
        "“",
        "”",
        "(",
        ")",
        '"',
        "'",
        ",",
        "–",
        "$",
        "or more",
        "dollars",
    ]
    + ["between", "and", "Peru’s", "ambassador", "%", " ", "1", "-", "."]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join) | st.lists(WORDS, min_size=1, max_size=12).map(
    "".join
)


@given(SENTENCE | any_text.filter(bool), st.data())
def test_what_is_shown_is_a_span_of_whole_words_that_stays_as_it_is(sentence, data):
    """It lies inside the sentence, cuts no word, holds a letter or a digit, and shown again it is the same."""
    start = data.draw(st.integers(0, len(sentence) - 1))
    end = data.draw(st.integers(start + 1, len(sentence)))
    answer_type = data.draw(st.sampled_from([*AnswerType, None]))
    language = data.draw(st.sampled_from([None, *LANGUAGES]))
    span = short_answer_span(sentence, (start, end), answer_type, language)
    if span is None:
        return
    left, right = span
    assert 0 <= left < right <= len(sentence)
    assert any(char.isalnum() for char in sentence[left:right])
    assert not any(word.start() < edge < word.end() for word in re.finditer(r"\w+", sentence) for edge in span)
    assert short_answer_span(sentence, span, answer_type, language) == span
