"""What is measured, against counting by hand."""

import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage
from rag.answer import Answer, Citation, IndexInfo, ShortAnswer
from rag.evaluation.collection import GoldSpan, Question
from rag.evaluation.metrics import (
    Outcome,
    abstention_figures,
    as_shown,
    exactness,
    figures_as_answered,
    has_gold,
    is_relevant,
    latency_figures,
    quote_figures,
    retrieval_figures,
    short_answer_figures,
    short_answer_scores,
)
from rag.evaluation.results import result_of, scored_answers


def gold(article_id, start, end):
    return GoldSpan(article_id=article_id, start=start, end=end, text="x" * (end - start))


def asked(name, *spans, answerable=True, articles=()):
    return Question(id=name, question="?", answerable=answerable, spans=list(spans), gold_articles=list(articles))


def passage(article_id, start, end):
    return Passage(f"{article_id}#{start}-{end}", article_id, start, end, "x" * (end - start), ((start, end),))


PASSAGES = [passage("a", 10 * n, 10 * n + 10) for n in range(15)]
IDS = [item.passage_id for item in PASSAGES]


def test_a_passage_is_relevant_that_holds_a_gold_span_whole():
    """Half of a span, another article, or the gold article without the span is not enough."""
    question = asked("q", gold("a", 12, 18), articles=["a"])
    assert is_relevant(passage("a", 12, 18), question)
    assert is_relevant(passage("a", 0, 30), question)
    assert not is_relevant(passage("a", 13, 30), question)
    assert not is_relevant(passage("a", 0, 17), question)
    assert not is_relevant(passage("b", 0, 30), question)


def test_without_spans_every_passage_of_a_gold_article_is_relevant():
    """Gold that names whole articles judges passages by their article."""
    question = asked("q", articles=["a"])
    assert is_relevant(passage("a", 0, 5), question)
    assert not is_relevant(passage("b", 0, 5), question)


def by_hand(relevant, ranking):
    """The figures of one question, counted."""
    hits = [name in relevant for name in ranking[:10]]
    gain = sum(hit / math.log2(place + 2) for place, hit in enumerate(hits))
    ideal = sum(1 / math.log2(place + 2) for place in range(min(len(relevant), 10)))
    return {
        "hit@1": any(hits[:1]),
        "hit@5": any(hits[:5]),
        "hit@10": any(hits),
        "MRR@10": next((1 / place for place, hit in enumerate(hits, start=1) if hit), 0.0),
        "nDCG@10": gain / ideal,
    }


RELEVANT = st.sets(st.integers(0, 14), min_size=1, max_size=5)
RANKING = st.permutations(range(15)).flatmap(lambda rows: st.integers(1, 15).map(lambda n: rows[:n]))


@given(st.lists(st.tuples(RELEVANT, RANKING), min_size=1, max_size=4))
def test_retrieval_figures_are_those_counted_by_hand(drawn):
    """Hit rates, MRR and nDCG are the means of what counting gives for each question."""
    questions = [
        asked(str(n), *(gold("a", 10 * row + 2, 10 * row + 8) for row in rows)) for n, (rows, _) in enumerate(drawn)
    ]
    rankings = [[IDS[row] for row in ranking] for _, ranking in drawn]
    figures = retrieval_figures(questions, rankings, PASSAGES)
    each = [by_hand({IDS[row] for row in rows}, ranking) for (rows, _), ranking in zip(drawn, rankings, strict=True)]
    for name, value in figures.items():
        assert value == pytest.approx(sum(one[name] for one in each) / len(each)), name


def test_a_question_for_which_nothing_was_found_counts_as_missed():
    """An empty ranking is a zero in the mean, not a question left out."""
    questions = [asked("1", gold("a", 0, 5)), asked("2", gold("a", 0, 5))]
    assert retrieval_figures(questions, [[IDS[0]], []], PASSAGES)["hit@1"] == 0.5


def test_gold_that_no_passage_holds_whole_counts_as_missed():
    """A span cut by the splitting is a question that retrieval can't get right."""
    questions = [asked("1", gold("a", 0, 5)), asked("2", gold("a", 5, 15))]
    assert retrieval_figures(questions, [IDS, IDS], PASSAGES)["hit@10"] == 0.5


def test_follow_ups_have_hit_rates_of_their_own():
    """Those of the questions with others before them; a collection of first questions has none."""
    first, second, third = (asked(name, gold("a", 12, 18)) for name in "pqr")
    later = [one.model_copy(update={"history": ["?"]}) for one in (second, third)]
    figures = retrieval_figures([first, *later], [[IDS[1]], [IDS[1]], [IDS[0], IDS[1]]], PASSAGES)
    assert figures["hit@1"] == pytest.approx(2 / 3)
    assert (figures["follow-up hit@1"], figures["follow-up hit@5"]) == (0.5, 1.0)
    assert "follow-up hit@1" not in retrieval_figures([first], [[IDS[1]]], PASSAGES)


def test_questions_without_gold_are_not_judged():
    """Unanswerable questions and those without any gold leave the figures as they are, or empty."""
    unjudged = [asked("1", answerable=False, articles=["a"]), asked("2")]
    scored_answers = asked("3", gold("a", 0, 5))
    assert retrieval_figures(unjudged, [IDS, IDS], PASSAGES) == {}
    assert retrieval_figures([*unjudged, scored_answers], [IDS, IDS, IDS], PASSAGES)["hit@1"] == 1.0


def cited(*spans, confidence=0.5, milliseconds=1.0):
    citations = [
        Citation(
            number=number,
            passage_id="p",
            article_id=article,
            title="t",
            source=None,
            url=None,
            published=None,
            language=None,
            version="0" * 12,
            quote="x" * (end - start),
            start=start,
            end=end,
        )
        for number, (article, start, end) in enumerate(spans, start=1)
    ]
    info = IndexInfo(1, "2026-11-23", 1, 1, "words")
    return Answer(
        question="?",
        interpreted_question="?",
        language=None,
        answered=True,
        confidence=confidence,
        answer="",
        short_answer=None,
        differing=(),
        unanswered=(),
        language_note=None,
        citations=citations,
        passages=[],
        index=info,
        timings_ms={"total": milliseconds},
    )


def outcome(question, answer, exact=True):
    return Outcome(question, answer, exact)


def test_quote_figures_count_gold_inside_the_first_quotes():
    """Gold in the first quote counts for both, in the third only for quote@3, cut or elsewhere for none."""
    question = asked("q", gold("a", 10, 20))
    outcomes = [
        outcome(question, cited(("a", 0, 30))),
        outcome(question, cited(("b", 0, 30), ("a", 12, 30), ("a", 10, 20))),
        outcome(question, cited(("a", 0, 19), ("b", 10, 20))),
        outcome(question, cited()),
    ]
    assert quote_figures(outcomes) == {"quote@1": 0.25, "quote@3": 0.5}


def test_only_questions_with_gold_spans_are_judged_by_their_quotes():
    """Unanswerable questions and gold of whole articles have no quote to judge."""
    outcomes = [
        outcome(asked("1", articles=["a"]), cited(("a", 0, 9))),
        outcome(asked("2", gold("a", 0, 5), answerable=False), cited(("a", 0, 9))),
    ]
    assert quote_figures(outcomes) == {}


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])), min_size=2, max_size=30))
def test_auroc_is_the_share_of_pairs_in_the_right_order(drawn):
    """Of all pairs of an answerable and an unanswerable question, the surer being right, ties half."""
    outcomes = [
        outcome(asked(str(n), answerable=answerable), cited(confidence=sure))
        for n, (answerable, sure) in enumerate(drawn)
    ]
    figures = abstention_figures(outcomes, 0.5)
    right = [sure for answerable, sure in drawn if answerable]
    wrong = [sure for answerable, sure in drawn if not answerable]
    if not right or not wrong:
        assert "AUROC" not in figures
        return
    pairs = [(a > b) + (a == b) / 2 for a, b in product(right, wrong)]
    assert figures["AUROC"] == pytest.approx(sum(pairs) / len(pairs))
    assert figures["answered of answerable"] == pytest.approx(sum(a >= 0.5 for a in right) / len(right))
    assert figures["declined of unanswerable"] == pytest.approx(sum(b < 0.5 for b in wrong) / len(wrong))


def test_a_collection_of_one_side_has_only_its_own_share():
    """All answerable: nothing is said of declining, and the other way round."""
    yes, no = asked("1"), asked("2", answerable=False)
    assert abstention_figures([outcome(yes, cited(confidence=0.9))], 0.5) == {"answered of answerable": 1.0}
    assert abstention_figures([outcome(no, cited(confidence=0.9))], 0.5) == {"declined of unanswerable": 0.0}


def test_exactness_is_the_share_of_replies_that_are_exact():
    """One wrong reply of four is three quarters."""
    outcomes = [outcome(asked("q"), cited(), exact) for exact in (True, True, False, True)]
    assert exactness(outcomes) == 0.75


def test_latency_is_the_middle_and_the_95th_percentile():
    """Of 0 to 100 milliseconds, 50 and 95; of embedding alone, which takes a fifth of each, the middle."""
    asks = [outcome(asked("q"), cited(milliseconds=float(n))) for n in range(101)]
    outcomes = [replace(ask, embedding_ms=n / 5) for n, ask in enumerate(asks)]
    assert latency_figures(outcomes) == {"ask p50 ms": 50.0, "ask p95 ms": 95.0, "embedding p50 ms": 10.0}


def shortly(question, text):
    short = None if text is None else ShortAnswer(text, "a", 0, len(text))
    return outcome(question, replace(cited(), short_answer=short))


def wanting(*texts, answerable=True):
    spans = [GoldSpan(article_id="a", start=0, end=len(text), text=text) for text in texts]
    return asked("q", *spans, answerable=answerable)


@pytest.mark.parametrize(
    ("gold_texts", "text", "exact", "overlap"),
    [
        (["10 April 1996"], "10 April 1996", 1, 1),
        (["The Caspian Sea"], "caspian  sea.", 1, 1),  # case, articles, points and spaces say nothing
        (["U.S.A."], "usa", 1, 1),
        (["April 1996"], "10 April 1996", 0, 0.8),  # 2 of 3 words right, 2 of 2 found
        (["one two three four"], "four five", 0, 1 / 3),  # 1 of 2 right, 1 of 4 found
        (["tea tea"], "tea", 0, 2 / 3),  # a word counts as often as it stands
        (["Baku"], "Lahore", 0, 0),
        (["Lahore", "in Baku"], "Baku", 0, 2 / 3),  # the nearest gold counts
        (["Lahore", "Baku", "in Baku"], "Baku", 1, 1),
        (["Baku"], None, 0, 0),
        (["the"], None, 0, 0),  # nothing is no answer, whatever is left of the gold
    ],
)
def test_short_answers_are_scored_as_squad_does(gold_texts, text, exact, overlap):
    """Exact match and F1 of the words, against figures worked out by hand."""
    assert short_answer_scores(shortly(wanting(*gold_texts), text)) == pytest.approx((exact, overlap), abs=1e-6)


def test_short_answer_figures_are_means_over_answerable_questions_with_gold_spans():
    """An answer that is missing counts as 0; unanswerable questions and gold of articles do not count."""
    outcomes = [
        shortly(wanting("Baku"), "Baku"),
        shortly(wanting("April 1996"), "10 April 1996"),
        shortly(wanting("Baku"), None),
        shortly(wanting("Baku", answerable=False), "Baku"),
        shortly(asked("q", articles=["a"]), "Baku"),
    ]
    assert short_answer_figures(outcomes) == pytest.approx({"short answer EM": 1 / 3, "short answer F1": 0.6}, abs=1e-6)
    assert short_answer_figures(outcomes[3:]) == {}


def sure(confidence, of):
    return replace(of, answer=replace(of.answer, confidence=confidence))


def as_all_shown(outcomes, threshold=0.0, least_headline=0.0):
    return [as_shown(outcome, threshold, least_headline) for outcome in outcomes]


def test_as_answered_a_declined_question_is_wrong():
    """What is below the threshold shows no quote and no headline; the threshold itself answers."""
    question = wanting("Baku")
    held = cited(("a", 0, 4))
    outcomes = [
        outcome(question, replace(held, confidence=confidence, short_answer=ShortAnswer("Baku", "a", 0, 4)))
        for confidence in (0.2, 0.3, 0.4, 0.9)
    ]
    names = ("quote@1", "quote@3", "short answer EM", "short answer F1")
    shown = as_all_shown(outcomes, 0.3)
    assert figures_as_answered(shown) == {f"{name} as answered": 0.75 for name in names}
    everything = {**quote_figures(outcomes), **short_answer_figures(outcomes)}
    assert everything == dict.fromkeys(names, 1.0)


def test_an_unsure_short_answer_is_not_shown_and_its_quote_is():
    """The bound itself is shown."""
    question = wanting("Baku")
    outcomes = [
        outcome(question, replace(cited(("a", 0, 4)), short_answer=ShortAnswer("Baku", "a", 0, 4, confidence)))
        for confidence in (0.5, 0.6, 0.7)
    ]
    shown = as_all_shown(outcomes, least_headline=0.6)
    assert [one.answer.short_answer is not None for one in shown] == [False, True, True]
    assert figures_as_answered(shown)["quote@1 as answered"] == 1.0


def test_with_a_threshold_of_0_nothing_is_declined():
    """The figures as answered are then those of every answer, under their own names."""
    outcomes = [sure(0.0, shortly(wanting("Baku"), "Baku")), sure(0.5, shortly(wanting("Baku"), "Lahore"))]
    everything = {**quote_figures(outcomes), **short_answer_figures(outcomes)}
    renamed = {f"{name} as answered": value for name, value in everything.items()}
    assert figures_as_answered(as_all_shown(outcomes)) == renamed


def test_without_spans_a_quote_of_a_gold_article_holds_gold():
    """Whole articles as gold judge a quote by its article; spans, where there are any, by its place."""
    (quote,) = cited(("a", 0, 30)).citations
    assert has_gold(quote, asked("q", articles=["a"]))
    assert not has_gold(quote, asked("q", articles=["b"]))
    assert has_gold(quote, asked("q", gold("a", 5, 30), articles=["b"]))
    assert not has_gold(quote, asked("q", gold("a", 5, 31), articles=["a"]))


def test_an_answer_is_right_that_any_quote_makes_so():
    """The second quote is enough; an unanswerable question is never right; without gold nothing is judged."""
    answer = cited(("b", 0, 9), ("a", 0, 9), confidence=0.7)
    results = [
        result_of(outcome(question, answer))
        for question in (
            asked("held", gold("a", 2, 4)),
            asked("elsewhere", gold("c", 2, 4)),
            asked("article", articles=["a"]),
            asked("absent", gold("a", 2, 4), answerable=False),
            asked("no gold"),
        )
    ]
    assert [result.right for result in results] == [True, False, True, False, None]
    assert [result.first_quote_holds for result in results] == [False, False, False, None, None]
    assert [result.any_quote_holds for result in results] == [True, False, True, None, None]
    assert scored_answers(results) == [(0.7, True), (0.7, False), (0.7, True), (0.7, False)]


def test_a_reply_without_a_quote_is_wrong_and_has_none_to_show():
    """What found nothing is a wrong answer to an answerable question."""
    result = result_of(outcome(asked("q", gold("a", 2, 4)), cited()))
    assert (result.right, result.rank, result.quote, result.short_answer, result.short_f1) == (
        False,
        None,
        None,
        None,
        0.0,
    )
