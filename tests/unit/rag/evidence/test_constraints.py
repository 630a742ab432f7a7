"""Constraints of a question that a short answer may break."""

import pytest

from rag.evidence.answer_in_context import AnswerInContext
from rag.evidence.constraints import broken_constraints


def broken(question, sentence, answer, **context):
    start = sentence.index(answer)
    return broken_constraints(AnswerInContext(question, sentence, (start, start + len(answer)), **context))


VISITORS = "The island counted 4,000 visitors in 2019 and 7,500 in 2022."


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("How many visitors came in 2022?", VISITORS, "7,500"),
        ("Who opened the bridge in 2022?", "Leyla Aydin opened it.", "Leyla Aydin"),  # nothing tells the year
        ("Who was the second mayor?", "The first mayor was Ann Oak, the second Bo Elm.", "Bo Elm"),
        ("Who won at first?", "Bo Elm won.", "Bo Elm"),  # "at first" numbers nothing
        ("How many pupils are there?", "The school has 214 pupils.", "214"),
        ("How many people died?", "Seven died.", "Seven"),
        ("How much did the boat cost?", "The boat cost 3 million euros.", "3 million euros"),
        ("What percentage voted?", "Turnout was 61 per cent.", "61 per cent"),
        ("How far is the lake?", "The lake is 12 km from here.", "12 km"),
        ("When did it open?", "It opened on 3 May.", "3 May"),
        ("What happened when it rained?", "Tea was served.", "Tea was served"),  # asks for no time
        ("Who spoke?", "Ann Oak spoke.", "Ann Oak"),
        ("Who is Ann Oak?", "Ann Oak is a botanist.", "a botanist"),
        ("When will it open?", "It will open on 3 May.", "3 May"),
        ("What did they plan to build?", "They planned a tower.", "a tower"),
        ("Which is the oldest tower?", "The oldest one is in Baku.", "Baku"),
        ("Who bought the mill?", "Ann Oak bought the mill.", "Ann Oak"),
        ("Who is Norway’s minister?", "Ann Oak, Norway’s minister, spoke.", "Ann Oak"),
        ("Who won the match?", "Azerbaijan won the match.", "Azerbaijan"),
        ("Who is the captain of the Tern?", "Bo Elm commands the Tern.", "Bo Elm"),
        ("How many Pakistanis study in Georgia?", "1,900 Pakistanis study in Georgia.", "1,900"),
        ("How many will Georgia grant?", "Kazakhstan wants 6,000 permits; Georgia offers 4,000.", "4,000"),
    ],
)
def test_a_right_answer_breaks_no_constraint(question, sentence, answer):
    """Neither where the constraint is met nor where the question states none."""
    assert broken(question, sentence, answer) == []


@pytest.mark.parametrize(
    ("question", "sentence", "answer", "name"),
    [
        ("How many visitors came in 2024?", VISITORS, "7,500", "of_another_year"),
        ("How many visitors came in 2022?", VISITORS, "4,000", "beside_another_year"),
        ("When did Bo Elm open the bridge?", "It was opened on 3 May.", "3 May", "lacks_a_name"),
        ("Who is the mayor?", "The mayor spoke.", "The mayor", "repeats_the_question"),
        ("What happened?", "It " + "rained and " * 13 + "ended.", "rained and " * 12 + "rained", "is_long"),
        ("How many pupils are there?", "There are many, since 2019.", "2019", "is_no_number"),
        ("What was the profit?", "The profit pleased Bergen.", "Bergen", "is_no_number"),
        ("How much did the boat cost?", "The boat grew by two metres.", "two metres", "is_no_money"),
        ("How many boats came?", "Boats cost 400 euros.", "400 euros", "is_no_money"),
        ("What percentage voted?", "400 voted.", "400", "is_no_share"),
        ("How far is the lake?", "The lake has 12 boats.", "12", "is_no_distance"),
        ("How old is the tower?", "The tower is of 1871.", "1871", "is_no_age"),
        ("When did it open?", "It opened in Bergen.", "Bergen", "is_no_time"),
        ("What year was it?", "It was in May.", "May", "is_no_time"),
        ("What time was it?", "It was on 3 May.", "3 May", "is_no_time"),
        ("Who spoke?", "The director spoke.", "director", "is_no_name"),
        ("What was the name of the man?", "The man was 67.", "67", "is_no_name"),
        ("Which three demands were met?", "Pay rises were met.", "Pay rises", "is_one_of_several"),
        ("Who signed it?", "Ann Oak and Bo Elm signed it.", "Ann Oak", "is_one_of_several"),
        ("Who signed it?", "Ann Oak and Bo Elm signed it.", "Bo Elm", "is_one_of_several"),
        ("When was the tenth cup?", "The ninth cup was won on Saturday.", "Saturday", "is_of_another_ordinal"),
        (
            "Why did the second trip fail?",
            "The first failed for rain, the second for fog.",
            *("rain", "is_of_another_ordinal"),
        ),
        ("Who spoke in July?", "In June Ann Oak spoke.", "Ann Oak", "is_of_another_month"),
        ("When was the budget passed?", "The budget must be passed by 15 December.", "15 December", "is_planned"),
        ("Which is the oldest tower?", "The tower is in Baku.", "Baku", "lacks_a_superlative"),
        ("How many were injured?", "Seven died.", "Seven", "is_of_the_opposite"),
        ("In what year did she die?", "She was born in 1871.", "1871", "is_of_the_opposite"),
        (
            "Who is Iceland’s fisheries minister?",
            "Ann Oak, Norway’s minister, left.",
            "Ann Oak",
            "is_of_another_office",
        ),
        ("Which country ranks fourth?", "Norway leads, then Poland.", "Norway", "is_of_another_ordinal"),
        ("How many towers were really built?", "The firm plans to build 48.", "48", "is_overtaken"),
        ("How much did he take?", "He took 3 million and not 4 million.", "4 million", "is_denied"),
        ("What is the average wait?", "Ann Oak, 74, of Bergen has waited.", "74", "is_an_age"),
        ("What was promised about fares?", "They promised to freeze them.", "freeze them", "points_elsewhere"),
        ("Was anybody hurt when it fell?", "Nobody was hurt.", "Nobody", "asks_for_yes_or_no"),
        ("Who runs the port?", "Azerbaijan has a port, Ann Oak said.", "Azerbaijan", "is_a_country"),
        ("Who is the captain of the Tern?", "Bo Elm told guests on board the Tern so.", "Bo Elm", "lacks_the_office"),
        ("How many Georgians study in Pakistan?", "1,900 Pakistanis study in Georgia.", "1,900", "is_reversed"),
        *(
            (question, "Kazakhstan wants 6,000 permits; Georgia offers 4,000.", answer, "is_of_another_clause")
            for question, answer in (("How many will Georgia grant?", "6,000"), ("What does Kazakhstan want?", "4,000"))
        ),
        ("How many ships called?", "The port took 8 million tonnes of cargo.", "8 million", "counts_other_things"),
    ],
)
def test_a_wrong_kind_of_answer_breaks_the_constraint(question, sentence, answer, name):
    """The year, the name, the kind, the ordinal, the plan, the contrary, the office and the count are checked."""
    assert name in broken(question, sentence, answer)


def test_a_year_may_stand_in_the_title_or_in_the_text_before():
    """The last year before the sentence counts, then the title's, then that of publication."""
    asked = ("How many visitors came in 2022?", "There were 7,500 visitors.", "7,500")
    assert broken(*asked, before="In 2019 it rained. In 2022 it did not.") == []
    assert broken(*asked, title="The year 2022") == broken(*asked, published="2022-05-01") == []
    assert broken(*asked, before="In 2022 it rained. In 2019 it did not.") == ["of_another_year"]
    assert broken(*asked, published="2019-05-01") == ["of_another_year"]


def test_names_in_another_script_are_not_compared():
    """A question in English and a sentence in Russian share no letters."""
    assert "lacks_a_name" not in broken("When did Bo Elm speak?", "Он говорил 3 мая.", "3 мая", language="ru")


def test_kinds_are_told_in_english_alone():
    """In another language only years, names, repetition and length are checked."""
    assert broken("Сколько лодок пришло?", "Лодки пришли в Берген.", "Берген", language="ru") == []
