"""Whether a sentence affirms or denies what a yes/no question proposes."""

import pytest

from rag.evidence.verdict import verdict_of
from rag.question.proposition import claims_of
from rag.question.tokens import tokens_of


def verdict(question, sentence):
    return verdict_of(tokens_of(sentence), claims_of(question))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Has Iran signed the treaty?", "Iran has signed the treaty."),
        ("Has Iran signed the treaty?", "Iran signed the treaty in 1999."),
        ("Did Iraq attack Iran?", "In 1980, Iraq attacked Iran."),
        ("Did Iraq attack Iran?", "Iraq and Kuwait attacked Iran."),
        ("Did Kuwait attack Iran?", "Iraq and Kuwait attacked Iran."),
        ("Did Mary visit York?", "Mary later visited York with John."),
        ("Did Mary visit Leeds?", "Mary, who loved York, visited Leeds."),
        ("Was the bridge opened in 1923?", "The bridge was opened on 5 May 1923 by the mayor."),
        ("Was the bridge opened by the mayor?", "The bridge was opened on 5 May 1923 by the mayor."),
        ("Is Baku a city?", "Baku is a city."),
        ("Did 500 pupils attend the school?", "500 pupils attended the school."),
        ("Did India win?", "India won."),
        ("Did India win the cup?", "India won the cup in 1983."),
        ("Did Ali marry Leyla?", "Ali married Leyla in 1950."),
        ("Did Ali write the book?", "Ali wrote the book."),
        ("Did Ali go to school?", "Ali went to school."),
        ("Is it true that Ali went to school?", "Ali went to school."),
        ("Hasn't Ali gone to school?", "Ali has gone to school."),
        ("Was Ali born in Baku?", "Ali was born in Baku and lived in Ganja."),
        ("Did the government of India fund the dam?", "The government of India funded the dam."),
        ("Did Khan resign?", "Former President Khan resigned."),
        ("Did the vice president resign?", "The vice president resigned."),
        ("Did Ali meet Khan?", "Ali met Vice President Khan."),
        ("Did Iran win the cup?", "Iran won the cup twice."),
        ("Did Iran buy gas?", "Iran bought gas produced in Iraq."),
        ("Did Iran sell jets to Iraq?", "Iran sold jets to Iraq, not to Kuwait."),
        ("Was Khan the president?", "Khan was the president from 1990 to 1995."),
        ("Was Khan a coach?", "Khan was a coach for the club."),
        ("Was Khan accused?", "Khan was accused of theft."),
    ],
)
def test_a_sentence_that_says_it_of_the_same_subject_affirms(question, sentence):
    """Subject, verb and all of the rest stand in it, in another tense, or with phrases in another order."""
    assert verdict(question, sentence) is True


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did Genghis Khan conquer all of Asia?", "Genghis Khan did not conquer all of Asia."),
        ("Did Genghis Khan conquer India?", "Genghis Khan never conquered India."),
        (
            "Was the projection included in the final summary for policymakers?",
            "The projection was not included in the final summary for policymakers.",
        ),
        (
            "Was the schematic an actual plot of data?",
            "The schematic was not an actual plot of data, and was based on a diagram.",
        ),
        ("Does the firm sell cars?", "The firm does not sell cars."),
        ("Has Iran signed the treaty?", "Iran has not signed the treaty."),
        ("Did Iran sign the treaty?", "Iran refused to sign the treaty."),
        ("Did Iran sign the treaty?", "Iran declined to sign the treaty, citing costs."),
        ("Is Ali a doctor?", "Ali is not a doctor."),
        ("Is Ali a doctor?", "Ali isn't a doctor."),
        ("Did Ali go to school?", "Ali didn't go to school."),
        ("Didn't Ali go to school?", "Ali did not go to school."),
        ("Does Ali smoke?", "Ali does not smoke."),
    ],
)
def test_a_sentence_that_says_so_with_a_negation_denies(question, sentence):
    """Not, never, and refusing to do it."""
    assert verdict(question, sentence) is False


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did Genghis Khan conquer Asia?", "Genghis Khan did not conquer all of Asia."),
        (
            "Was the schematic an actual plot?",
            "The schematic was not an actual plot of data, and was based on a diagram.",
        ),
        ("Did the firm sell cars?", "The firm did not sell cars in 1990."),
        ("Has Iran signed the treaty?", "Iran has not only signed the treaty but ratified it."),
        ("Did Iran sign the treaty?", "Iran declined to sign the treaty in 1990 and signed it in 1992."),
        ("Did Iran sign the treaty?", "Iran had not signed the treaty when war broke out."),
        ("Did Iran sign the treaty?", "Iran said that Iraq signed the treaty."),
        ("Did Iraq sign the treaty?", "Iran said that Iraq signed the treaty."),
        ("Did Iraq sign the treaty?", "Iraq would sign the treaty."),
        ("Did Iraq sign the treaty?", "Iraq planned to sign the treaty."),
        ("Did Iraq sign the treaty?", "If Iraq signed the treaty, war would end."),
        ("Did Iraq sign the treaty?", "Iraq signed the treaty of Kyoto's rival, the ministry said."),
        ("Did Iraq attack Iran?", "Iran attacked Iraq."),
        ("Did Iraq attack Iran?", "Iraq was attacked by Iran."),
        ("Did Iraq attack Iran?", "The neighbour of Iraq attacked Iran."),
        ("Did Iraq attack Iran?", "Iraq's allies attacked Iran."),
        ("Did Iraq attack Iran?", "Iraq attacked Iran Air's office."),
        ("Did Iraq attack Iran?", "Iraq, not Kuwait, attacked Iran?"),
        ("Did Kuwait attack Iran?", "The armies of Iraq and Kuwait attacked Iran."),
        ("Did Iraq support Iran?", "Iraq supported Kuwait against Iran."),
        ("Did Mary visit York?", "Mary visited New York."),
        ("Did Mary visit York?", "Mary visited York University."),
        ("Did John visit York?", "Mary visited York with John."),
        ("Did Mary visit York?", "Mary dreamed that she visited York."),
        ("Did Mary visit York?", "Mary, who loved York, visited Leeds."),
        ("Did Mary open the door?", "Mary wanted to open the door."),
        ("Was the bridge opened in 1923?", "The bridge was opened in 1932."),
        ("Was the bridge opened in 1923?", "The old bridge was opened in 1923."),
        ("Was the bridge opened in 1923?", "The bridge was not opened until 1923."),
        ("Was the bridge opened by the king?", "The bridge was opened on 5 May 1923 by the mayor."),
        ("Was the bridge opened on 6 May 1923?", "The bridge was opened on 5 May 1923 by the mayor."),
        ("Was the bridge opened before 1923?", "The bridge was opened in 1923."),
        ("Is Baku the largest city?", "Baku is the largest city on the Caspian."),
        ("Is Baku a city?", "Baku was a city."),
        ("Was Baku a city?", "Baku may have been a city."),
        ("Is the Rhine longer?", "The Rhine is nearly longer."),
        ("Did 500 pupils attend the school?", "More than 500 pupils attended the school."),
        ("Did the school have 500 pupils?", "The school had nearly 500 pupils."),
        ("Did the deal cost 100 dollars?", "The deal cost 100 million dollars."),
        ("Did the talks fail?", "The talks reportedly failed."),
        ("Did India win?", "India won the toss."),
        ("Did India win the cup in 1984?", "India won the cup in 1983."),
        ("Did India win the cup in 1983?", "India won the cup after a strike in 1983."),
        ("Did India win the cup in England?", "India won the cup in Australia after losing in England."),
        ("Did Microsoft open an office in Baku?", "Microsoft opened an office in Tbilisi, and Google in Baku."),
        ("Did Ali marry Leyla?", "Ali's brother married Leyla."),
        ("Did Ali marry Leyla?", "Ali almost married Leyla."),
        ("Did Ali marry Leyla?", "According to rumours, Ali married Leyla."),
        ("Did Ali marry Leyla?", "Ali married Leyla's sister."),
        ("Did Ali meet the president?", "Ali met the president's adviser."),
        ("Did Ali meet the president?", "Ali met the vice president."),
        ("Did Ali teach Leyla?", "Ali was taught by Leyla."),
        ("Did Ali write the book?", "Ali wrote the book's preface."),
        ("Is Ali a doctor?", "Ali is no longer a doctor in Baku."),
        ("Did Ali go to school?", '"Ali went to school," the novel begins.'),
        ("Is it true that Ali went to school?", "Vali went to school."),
        ("Did Ali ban smoking?", "Ali called to ban smoking."),
        ("Does Ali smoke?", "Ali has never smoked in Baku."),
        ("Was Ali born in Baku?", "Ali was born in Ganja and lived in Baku."),
        ("Was Ali born in Baku in 1950?", "Ali was born in Baku, and Vali in 1950."),
        ("Was Ali killed?", "Ali was nearly killed."),
        ("Was Ali killed?", "Ali was thought to be killed."),
        ("Was Ali the first to land?", "Ali was among the first to land."),
        ("Did China build the dam?", "The dam that China built leaked."),
        ("Did China build the dam?", "China helped build the dam."),
        ("Did China fund the dam?", "Neither China nor India funded the dam."),
        ("Did India fund the dam?", "Neither China nor India funded the dam."),
        ("Did India fund the dam?", "Unlike China, India funded no dam."),
        ("Did India fund the dam?", "China, unlike India, funded the dam."),
        ("Did India fund the dam?", "No one in India funded the dam."),
        ("Did India fund the dam?", "Only a company from India funded the dam."),
        ("Did India fund the dam?", "The fall of India funded the dam."),
        ("Did the government of India fund the dam?", "The government of Pakistan funded the dam."),
        ("Did the government fund the dam?", "The government of India funded the dam."),
        ("Did the club win the league in 2010?", "The club won the league twice, and the cup in 2010."),
        ("Did Iran sell jets to Iraq?", "Iran sold jets not to Iraq but to Kuwait."),
        ("Did Iran sell the jets?", "Iran sold the jets to nobody."),
        ("Did Iran sell the jets?", "Iran sold the jets to no one."),
        ("Did Iran sell jets?", "Iran rarely sold jets."),
        ("Did Iran win the Baku Cup?", "Iran won the Baku Cup draw."),
        ("Did Iran buy gas?", "Iran bought gas masks."),
        ("Did Iran buy gas?", "Iran bought gas powered cars."),
        ("Did Ali visit Baku?", "Ali visited Baku airport."),
        ("Did Ali go to Baku?", "Ali went to Baku zoo."),
        ("Did the president resign?", "The vice president resigned."),
        ("Did the president resign?", "The Vice President resigned."),
        ("Did the president resign?", "The former president resigned."),
        ("Did the minister resign?", "The deputy minister resigned."),
        ("Did the Prime Minister resign?", "The Deputy Prime Minister resigned."),
        ("Did Ali meet the president?", "Ali met the Vice President."),
        ("Did Ali meet the president?", "Ali met the president of the club."),
        ("Was Khan the president?", "Khan was the president of the club."),
        ("Was Khan the president?", "Khan was the president at the club."),
        ("Was Khan the coach?", "Khan was the coach for the club."),
        ("Was Khan the president?", "Khan was Vice President."),
        ("Did Iran sell the jets?", "Iran sold the jets hardly anywhere."),
        ("Did Ali praise Vali?", "Ali accused Khan and praised by all left Vali."),
    ],
)
def test_a_sentence_that_says_something_near_decides_nothing(question, sentence):
    """Another actor, object, place, time or number; hearsay, plans and conditions; what is denied in part only."""
    assert verdict(question, sentence) is None


@pytest.mark.parametrize(
    "question",
    [
        "Did Ali not go to school?",
        "Is it true that Ali did not go to school?",
        "Is it true that Ali didn't go to school?",
        "Ali didn't go to school?",
        "Did Ali never go to school?",
        "Didn't Ali not go to school?",
        "Ali has never gone to school, has he?",
    ],
)
def test_a_question_whether_something_is_not_so_gets_no_verdict(question):
    """A yes to it would say that it is not so to some, and that it is so to others."""
    assert verdict(question, "Ali went to school.") is verdict(question, "Ali did not go to school.") is None


@pytest.mark.parametrize("question", ["Was it Ali or Vali?", "Did he", "Is there a bridge?", "When did Ali go?"])
def test_a_question_that_proposes_nothing_of_a_named_subject_has_no_claims(question):
    """Of those nothing can be affirmed."""
    assert claims_of(question) == []
