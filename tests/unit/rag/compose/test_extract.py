"""From evidence to quoted sentences."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import ShortAnswer
from rag.compose.extract import DIFFERENT, DIFFERENT_ACCOUNTS, MARGIN, ExtractiveComposer, SubQuestion, reading_order
from rag.evidence.scoring import CITED
from rag.question.answer_type import expected_answer_type
from tests.unit.rag.conftest import article_of, by_id, evidence_of

FIRST, SECOND, THIRD, FOURTH = "Ports opened in May.", "Tea came.", "Kites flew.", "All was well."
A = article_of(
    f"{FIRST} {SECOND} {THIRD} {FOURTH}",
    source="Coast Daily",
    url="https://example.org/a",
    published="2024-03-05",
    language="en",
)
B = article_of(f"Before. {SECOND.upper()} {FOURTH}", "b")


def compose(*evidence, articles=(A, B), question="Why?"):
    return ExtractiveComposer().compose([SubQuestion(expected_answer_type(question), evidence)], by_id(articles))


def test_sentences_are_read_in_their_order_and_cited_best_first():
    """The answer follows the article, while number 1 stays with the best evidence."""
    composed = compose(evidence_of(A, THIRD, 3.0), evidence_of(A, FIRST, 2.0), evidence_of(A, SECOND, 1.0))
    assert composed.text == f"{FIRST} [2] {SECOND} [3] {THIRD} [1]"
    assert [(c.number, c.quote) for c in composed.citations] == [(1, THIRD), (2, FIRST), (3, SECOND)]


def test_the_best_one_s_article_is_read_first():
    """A sentence of another article follows, however early it stands there."""
    composed = compose(evidence_of(A, FOURTH, 3.0), evidence_of(B, "Before.", 2.0), evidence_of(A, FIRST, 1.0))
    assert composed.text == f"{FIRST} [3] {FOURTH} [1] Before. [2]"


def test_at_most_three_sentences_are_quoted():
    """The fourth best is left out, however near it is."""
    sentences = (FIRST, SECOND, THIRD, FOURTH)
    composed = compose(*(evidence_of(A, sentence, 1.0) for sentence in sentences))
    assert [citation.quote for citation in composed.citations] == list(sentences[:CITED])


def test_one_sentence_is_enough():
    """A single piece of evidence makes an answer of one mark."""
    assert compose(evidence_of(A, FIRST, -7.0)).text == f"{FIRST} [1]"


def test_a_sentence_far_below_the_best_is_left_out():
    """A sentence as far below as the margin is still quoted; one further below is not."""
    at, below = evidence_of(A, SECOND, 5.0 - MARGIN), evidence_of(A, THIRD, 4.99 - MARGIN)
    composed = compose(evidence_of(A, FIRST, 5.0), at, below)
    assert [citation.quote for citation in composed.citations] == [FIRST, SECOND]


def test_the_same_sentence_is_quoted_once():
    """Two articles that say the same are cited once, from the better evidence, and leave room for another."""
    copy = evidence_of(B, SECOND.upper(), 2.0)
    composed = compose(evidence_of(A, SECOND, 3.0), copy, evidence_of(A, FIRST, 1.0), evidence_of(A, THIRD, 0.5))
    assert [citation.quote for citation in composed.citations] == [SECOND, FIRST, THIRD]


def test_sentences_that_differ_in_white_space_alone_are_the_same():
    """A line broken elsewhere does not make another sentence."""
    broken = article_of("Tea  came.", "broken")
    composed = compose(evidence_of(A, SECOND, 2.0), evidence_of(broken, "Tea  came.", 1.0), articles=(A, broken))
    assert len(composed.citations) == 1


def test_a_citation_carries_its_article_s_particulars():
    """Title, source, address, date and the exact offsets come with the quote."""
    (citation,) = compose(evidence_of(A, SECOND, 1.0)).citations
    assert (citation.article_id, citation.title) == ("a", "A title")
    assert (citation.source, citation.url) == ("Coast Daily", "https://example.org/a")
    assert (citation.published, citation.language) == ("2024-03-05", "en")
    assert A.text[citation.start : citation.end] == citation.quote == SECOND
    assert citation.passage_id == f"a#0-{len(A.text)}"


@pytest.mark.parametrize("shift", [-1, 1, 1000])
def test_a_wrong_offset_is_a_defect_and_never_shown(shift):
    """A quote that is not the article's text at its offsets stops the reply."""
    good = evidence_of(A, SECOND, 1.0)
    bad = replace(good, span=(good.span[0] + shift, good.span[1] + shift))
    with pytest.raises(AssertionError, match="is not the quote"):
        compose(bad)


def test_a_quote_with_altered_words_is_a_defect():
    """Right offsets with other words stop the reply too."""
    with pytest.raises(AssertionError, match="is not the quote"):
        compose(replace(evidence_of(A, SECOND, 1.0), text="Tea went."))


HARBOUR = article_of("Lenkoran has a harbour. It opened in May. It is red. Tea is sold. They drink it.", "h")
OPENED, RED, TEA, DRINK = "It opened in May.", "It is red.", "Tea is sold.", "They drink it."
SUBJECT = "Lenkoran has a harbour."


def quotes_of(*sentences):
    evidence = [evidence_of(HARBOUR, sentence, 1.0) for sentence in sentences]
    return [citation.quote for citation in compose(*evidence, articles=[HARBOUR]).citations]


def test_a_dangling_sentence_is_quoted_with_the_one_before():
    """The quote says what "it" is, under one mark."""
    assert quotes_of(OPENED) == [f"{SUBJECT} {OPENED}"]


def test_a_sentence_that_stands_alone_is_quoted_alone():
    """Nothing is added to a sentence that names its subject."""
    assert quotes_of(TEA) == [TEA]


def test_a_dangling_first_sentence_stays_alone():
    """At the beginning of a passage there is no sentence before to quote, though the article may have one."""
    item = evidence_of(HARBOUR, OPENED, 1.0)
    start = item.span[0]
    cut = replace(item.passage, start=start, text=HARBOUR.text[start:], sentences=item.passage.sentences[1:])
    (citation,) = compose(replace(item, passage=cut), articles=[HARBOUR]).citations
    assert citation.quote == OPENED


@pytest.mark.parametrize(
    ("chosen", "quoted"),
    [
        ((SUBJECT, OPENED), [SUBJECT, OPENED]),
        ((OPENED, SUBJECT), [f"{SUBJECT} {OPENED}"]),
        ((RED, OPENED), [f"{OPENED} {RED}"]),
        ((OPENED, RED), [f"{SUBJECT} {OPENED}", RED]),
        ((OPENED, RED, SUBJECT), [f"{SUBJECT} {OPENED}", RED]),
        ((SUBJECT, RED, OPENED), [SUBJECT, f"{OPENED} {RED}"]),
        ((DRINK, OPENED), [f"{TEA} {DRINK}", f"{SUBJECT} {OPENED}"]),
    ],
)
def test_no_sentence_is_quoted_twice(chosen, quoted):
    """A sentence quoted with another, or to be, is not quoted again; the marks stay in order of evidence."""
    assert quotes_of(*chosen) == quoted


def test_a_quote_of_one_article_does_not_count_for_another():
    """The same offsets in another article are another quote."""
    other = replace(HARBOUR, article_id="other")
    composed = compose(evidence_of(HARBOUR, OPENED, 2.0), evidence_of(other, RED, 1.0), articles=[HARBOUR, other])
    assert [c.quote for c in composed.citations] == [f"{SUBJECT} {OPENED}", f"{OPENED} {RED}"]


def test_the_short_answer_is_the_best_sentence_s():
    """Its words are a span of the article, and another citation's words are not taken for it."""
    best, other = evidence_of(HARBOUR, OPENED, 2.0, "in May"), evidence_of(HARBOUR, RED, 1.0, "red")
    composed = compose(best, other, articles=[HARBOUR])
    start = HARBOUR.text.index("in May")
    assert composed.short_answer == ShortAnswer("in May", "h", start, start + 6)
    assert composed.differing == ()
    assert compose(replace(best, answer=None), other, articles=[HARBOUR]).short_answer is None


WHEN = "When did the harbour open?"


def opened(name, year, score, published=None):
    """An article that says when the harbour opened, and the sentence as evidence."""
    article = article_of(f"The harbour opened in {year}.", name, **({"published": published} if published else {}))
    return article, evidence_of(article, article.text, score, str(year))


def compose_opened(*made, question=WHEN):
    return compose(*(item for _, item in made), articles=[article for article, _ in made], question=question)


def test_articles_that_contradict_each_other_are_quoted_newest_first():
    """One sentence of each, the newest publication first and the undated last, under words that say so."""
    composed = compose_opened(
        opened("undated", 2019, 5.0),
        opened("old", 2020, 4.5, "2020-01-01"),
        opened("new", 2021, 4.0, "2024-01-01T10:00:00+00:00"),
    )
    assert composed.text == (
        f"{DIFFERENT} The harbour opened in 2021. [3] The harbour opened in 2020. [2] The harbour opened in 2019. [1]"
    )
    assert [citation.article_id for citation in composed.citations] == ["undated", "old", "new"]
    assert [(answer.text, answer.article_id) for answer in composed.differing] == [
        ("2021", "new"),
        ("2020", "old"),
        ("2019", "undated"),
    ]
    assert composed.short_answer == composed.differing[0]


def test_of_articles_of_one_day_the_best_evidence_comes_first():
    """Where dates don't tell which is newer, the order is that of the evidence."""
    composed = compose_opened(*(opened(f"a{year}", year, 1.0, "2024-01-01") for year in (2021, 2019, 2020)))
    assert [answer.text for answer in composed.differing] == ["2021", "2019", "2020"]


def test_a_sentence_that_agrees_with_the_best_is_left_out_of_a_contradiction():
    """A second article of the best one's answer is not quoted among those that differ."""
    composed = compose_opened(opened("a", 2021, 3.0), opened("b", 2021, 2.5), opened("c", 2022, 2.0))
    assert [citation.article_id for citation in composed.citations] == ["a", "c"]


def test_at_most_three_articles_that_contradict_each_other_are_quoted():
    """The best and the newest of those that contradict it; their numbers go by the evidence."""
    made = [opened(f"a{n}", 2000 + n, 3.0 - n / 10, f"20{10 + n}-01-01") for n in range(5)]
    assert [c.article_id for c in compose_opened(*made).citations] == ["a0", "a3", "a4"]


@pytest.mark.parametrize("question", ["Why did the harbour open?", "Who opened it?", "How did it go?"])
def test_a_question_of_no_time_or_number_finds_no_contradiction(question):
    """The same sentences are then quoted without a word about differences."""
    composed = compose_opened(opened("a", 2021, 2.0), opened("b", 2022, 1.0), question=question)
    assert (composed.text, composed.differing) == (
        "The harbour opened in 2021. [1] The harbour opened in 2022. [2]",
        (),
    )


def test_one_article_does_not_contradict_itself():
    """Two years in one article are quoted in reading order, and no other word is added."""
    article = article_of("Work ended in 2022. The harbour opened in 2021.")
    evidence = [
        evidence_of(article, "The harbour opened in 2021.", 2.0, "2021"),
        evidence_of(article, "Work ended in 2022.", 1.0, "2022"),
    ]
    composed = compose(*evidence, articles=[article], question=WHEN)
    assert (composed.text, composed.differing) == (f"{evidence[1].text} [2] {evidence[0].text} [1]", ())


def test_accounts_of_one_article_are_quoted_in_the_order_of_the_text():
    """Under words that do not speak of sources, and with every account among those that differ."""
    article = article_of(
        "It is said that it opened in 2019. By other accounts it opened in 2021.", published="2024-01-01"
    )
    evidence = [
        evidence_of(article, "By other accounts it opened in 2021.", 2.0, "2021"),
        evidence_of(article, "It is said that it opened in 2019.", 1.0, "2019"),
    ]
    composed = compose(*evidence, articles=[article], question=WHEN)
    assert composed.text == f"{DIFFERENT_ACCOUNTS} {evidence[1].text} [2] {evidence[0].text} [1]"
    assert [answer.text for answer in composed.differing] == ["2019", "2021"]


def sub_question(*evidence, question=WHEN):
    return SubQuestion(expected_answer_type(question), evidence)


def test_two_questions_in_one_are_answered_one_after_the_other():
    """Each with its own best sentences, the first's first; two sources are both cited, and no words stand for all."""
    first, second = opened("a", 2021, 1.0), (B, evidence_of(B, "Before.", 9.0, "Before"))
    articles = by_id([first[0], B])
    composed = ExtractiveComposer().compose(
        [sub_question(first[1]), sub_question(second[1], question="Why?")], articles
    )
    assert composed.text == "The harbour opened in 2021. [1] Before. [2]"
    assert [citation.article_id for citation in composed.citations] == ["a", B.article_id]
    assert (composed.short_answer, composed.differing) == (None, ())


def test_a_sentence_that_answers_two_questions_is_quoted_once():
    """The second question adds nothing, or only its other sentences."""
    one, other = evidence_of(A, SECOND, 2.0), evidence_of(A, FOURTH, 1.0)
    composed = ExtractiveComposer().compose([sub_question(one), sub_question(one, other)], by_id([A]))
    assert composed.text == f"{SECOND} [1] {FOURTH} [2]"
    assert ExtractiveComposer().compose([sub_question(one), sub_question(one)], by_id([A])).text == f"{SECOND} [1]"


def test_of_two_questions_each_has_two_sentences_at_most():
    """So that the answer to both does not grow as long as two."""
    sentences = [evidence_of(A, sentence, 1.0) for sentence in (FIRST, SECOND, THIRD)]
    others = [evidence_of(HARBOUR, sentence, 1.0) for sentence in (SUBJECT, RED, TEA)]
    composed = ExtractiveComposer().compose([sub_question(*sentences), sub_question(*others)], by_id([A, HARBOUR]))
    assert [citation.article_id for citation in composed.citations] == [A.article_id] * 2 + ["h"] * 2


def test_two_contradictions_are_both_shown():
    """Each question's answers are among those that differ, newest first within it."""
    made = [opened("c", 2021, 2.0), opened("d", 2022, 1.0), opened("e", 2011, 2.0), opened("f", 2012, 1.0)]
    evidence = [item for _, item in made]
    composed = ExtractiveComposer().compose(
        [sub_question(*evidence[:2]), sub_question(*evidence[2:])], by_id([article for article, _ in made])
    )
    assert sorted(answer.text for answer in composed.differing) == ["2011", "2012", "2021", "2022"]


def test_a_contradiction_quoted_already_is_not_shown_again():
    """A second question with the same sentences adds no quote, and no words about a difference."""
    made = [opened("c", 2021, 2.0), opened("d", 2022, 1.0)]
    question = sub_question(*(item for _, item in made))
    composed = ExtractiveComposer().compose([question, question], by_id([article for article, _ in made]))
    assert composed.text.count(DIFFERENT) == 1
    assert len(composed.citations) == 2


def test_sources_that_contradict_each_other_on_one_of_two_questions():
    """The other question's answer stands beside theirs, without words that would hold for both."""
    made = [opened("c", 2021, 2.0), opened("d", 2022, 1.0)]
    composed = ExtractiveComposer().compose(
        [sub_question(evidence_of(B, "Before.", 9.0), question="Why?"), sub_question(*(item for _, item in made))],
        by_id([B, *(article for article, _ in made)]),
    )
    assert composed.text.startswith(f"Before. [1] {DIFFERENT} ")
    assert sorted(answer.text for answer in composed.differing) == ["2021", "2022"]


SENTENCES = [(A, sentence) for sentence in (FIRST, SECOND, THIRD, FOURTH)] + [
    (B, "Before."),
    (B, SECOND.upper()),
    *((HARBOUR, sentence) for sentence in (SUBJECT, OPENED, RED, TEA, DRINK)),
]
ALL = (A, B, HARBOUR)
DRAWN = st.lists(st.tuples(st.sampled_from(SENTENCES), st.floats(-8, 8)), min_size=1, max_size=8)


def evidence_drawn(drawn):
    return sorted((evidence_of(*place, score) for place, score in drawn), key=lambda item: -item.score)


@given(DRAWN)
def test_marks_and_citations_always_agree(drawn):
    """Each mark has one citation and each citation one mark, 1 to 3 of them, all exact and distinct."""
    evidence = evidence_drawn(drawn)
    composed = compose(*evidence, articles=ALL)
    marks = [int(mark) for mark in re.findall(r"\[(\d+)\]", composed.text)]
    assert sorted(marks) == [citation.number for citation in composed.citations] == list(range(1, len(marks) + 1))
    assert 1 <= len(marks) <= CITED
    assert composed.citations[0].quote.endswith(evidence[0].text)
    assert len({citation.quote.casefold() for citation in composed.citations}) == len(marks)
    assert composed.text == " ".join(f"{c.quote} [{c.number}]" for c in reading_order(composed.citations))


@given(DRAWN)
def test_quotes_are_exact_and_never_overlap(drawn):
    """Each quote is its article's text at its offsets, and no character of an article is quoted twice."""
    quoted = set()
    for citation in compose(*evidence_drawn(drawn), articles=ALL).citations:
        assert by_id(ALL)(citation.article_id).text[citation.start : citation.end] == citation.quote
        places = {(citation.article_id, place) for place in range(citation.start, citation.end)}
        assert not places & quoted
        quoted |= places


YEARS = st.tuples(st.integers(2019, 2021), st.floats(0, 6), st.sampled_from([None, "2020-01-01", "2021-01-01"]))


@given(st.lists(YEARS, min_size=1, max_size=6))
def test_short_answers_always_stand_inside_their_quotes(drawn):
    """Whichever articles differ, each short answer's offsets are within the quote of its article."""
    made = [opened(f"a{n}", *each) for n, each in enumerate(sorted(drawn, key=lambda each: -each[1]))]
    composed = compose_opened(*made)
    articles = by_id([article for article, _ in made])
    quotes = {citation.article_id: citation for citation in composed.citations}
    for answer in (composed.short_answer, *composed.differing):
        assert articles(answer.article_id).text[answer.start : answer.end] == answer.text
        quote = quotes[answer.article_id]
        assert quote.start <= answer.start < answer.end <= quote.end
    assert len(composed.differing) in {0, *range(2, CITED + 1)}
    dates = [articles(answer.article_id).published or "" for answer in composed.differing]
    assert dates == sorted(dates, reverse=True)
