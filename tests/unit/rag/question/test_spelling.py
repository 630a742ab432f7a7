"""Mistyped words are corrected by what the index holds, and nothing else is."""

import pytest

from rag.question.spelling import as_typed, respelt

TEXTS = {
    "visit": "President Heydar Aliyev came on a visit to Pakistan. The embassy in Islamabad is new.",
    "paper": "The declaration was signed by the ambassador of Azerbaijan, who met the president.",
    "river": "The pipeline of Machike crosses Iran and Niger. The pilot is called Hasanov.",
}


@pytest.fixture
def index(index_of_texts):
    """A few articles of names and plain words."""
    return index_of_texts(**TEXTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wen did hedar alyev visit pakstan", "when did Heydar Aliyev visit Pakistan"),
        ("hwo long is the pipline", "how long is the pipeline"),
        ("hwo is the presidnt", "who is the president"),
        ("waht is in Islambad?", "what is in Islamabad?"),
        ("Where is the embasy of Azerbijan?", "Where is the embassy of Azerbaijan?"),
        ("who signed the declaraton", "who signed the declaration"),
        ("where is Mahcike", "where is Machike"),
        ("did he vist the ambassdor", "did he visit the ambassador"),
    ],
)
def test_a_mistyped_word_is_corrected(index, typed, meant):
    """A letter too many, too few, wrong or exchanged is seen, and the word is written as the articles write it."""
    assert respelt(typed, index).text == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Bryan?",
        "Did Iraq sign it?",
        "Is Imran here?",
        "Is the pepar here?",
        "Who is Hedyer?",
        "What of Nigeria?",
        "Who is Hasanova?",
        "Who is Hasanoff?",
        "Which pivot broke?",
        "When did the dictator of Zanzibar resign?",
        "What do rotations of the presidency mean?",
        "AZRBAIJAN",
        "Where is Azbrijann?",
        'Where is "pakstan"?',
        "Heydər Əliyev Pakstana nə vaxt səfər edib?",
        "2021 and 1996",
    ],
)
def test_a_word_that_may_be_right_stays(index, question):
    """So do other names, common words, abbreviations, what is quoted, and every other language."""
    assert respelt(question, index).text == question
    assert respelt(question, index).misspelt == ()


def test_a_word_that_the_index_holds_is_never_changed(index_of_texts):
    """Not even if it is an error in an article, and much rarer than the right word."""
    index = index_of_texts(
        **{f"right{number}": "The goverments of Lahore." for number in range(2)}, wrong="A goverment."
    )
    assert respelt("Which goverment is it?", index).text == "Which goverment is it?"


def test_of_two_words_as_near_none_is_taken_unless_it_is_far_more_frequent(index_of_texts):
    """A guess would be wrong as often as right."""
    frequent = {f"a{number}": "The Karimov family." for number in range(6)}
    index = index_of_texts(rare="The Karamov family and the Tarkan house, near the Tirkan house.", **frequent)
    assert respelt("Who is Karmov?", index).text == "Who is Karimov?"
    assert respelt("Where is Trkan?", index).text == "Where is Trkan?"


@pytest.mark.parametrize(
    "question",
    [
        "Did they withhold it?",
        "Who spoke of withholding it?",
        "Is Iran acceding to it?",
        "Which memoranda were signed?",
        "Who is Mirzoyev?",
        "Mirzoyev did what?",
        "How large is Chengde?",
        "Wen Jiabao spoke where?",
        "Wat Arun is where?",
    ],
)
def test_forms_of_words_and_other_names_are_no_errors(index_of_texts, question):
    """Though an index holds a word that is near."""
    index = index_of_texts(
        **{f"a{number}": "It was withheld, according to Mirzayev of Chengdu." for number in range(4)},
        b="A memorandum of the people.",
        c="Which Iran signed it? They spoke of it.",
    )
    assert respelt(question, index).text == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("who is mirzoyev", "who is Mirzayev"), ("Who is Mirzyaev?", "Who is Mirzayev?"), ("WEN DID HE", "when DID HE")],
)
def test_a_name_in_small_letters_or_with_its_letters_exchanged_is_corrected(index_of_texts, typed, meant):
    """A letter may be wrong where no capital says that a name is meant."""
    assert respelt(typed, index_of_texts(a="He met Mirzayev. He did.")).text == meant


def test_the_words_are_given_as_they_were_typed_and_can_be_asked_for_so(index):
    """The question with these words in quotation marks stays as it is."""
    question = "who met hedar in pakstan"
    found = respelt(question, index)
    assert found.misspelt == ("hedar", "pakstan")
    assert as_typed(question, found.misspelt) == 'who met "hedar" in "pakstan"'
    assert respelt(as_typed(question, found.misspelt), index).misspelt == ()
