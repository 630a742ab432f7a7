"""Weighing sentences against a question."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.split import split_article
from rag.evidence.confidence import confidence_features
from rag.evidence.features import sentence_features
from rag.evidence.scoring import CITED, PASSAGES_RANKED, PASSAGES_READ, SENTENCES_EMBEDDED, Evidence, SentenceScorer
from rag.evidence.weights import Weights, log_odds, shipped_weights
from rag.question.answer_type import AnswerType, expected_answer_type
from rag.question.terms import QuestionTerms
from rag.reader import Reading
from rag.retrieval.retriever import Hit, Retrieval, Retriever
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader, article_of, evidence_of, made_weights

QUESTION = "When was the harbour of Lenkoran opened?"
OPENED = "The harbour of Lenkoran was opened on 12 March 2021."


def weighed(index, question, weights=SENSIBLE, reader=None):
    retrieval = Retriever(index).retrieve(question, 10)
    return retrieval, SentenceScorer(reader, weights).score(question, expected_answer_type(question), retrieval, index)


PARSERS = [None, ScriptedReader(**{"12 March 2021": 8.0})]


@pytest.mark.parametrize("reader", PARSERS)
def test_each_evidence_is_the_article_s_text_at_its_span(index, reader):
    """A sentence weighed is never other words than the article's."""
    _, evidence = weighed(index, QUESTION, reader=reader)
    assert evidence
    for item in evidence:
        assert index.article(item.passage.article_id).text[slice(*item.span)] == item.text


@pytest.mark.parametrize("heading", ["The harbour of Lenkoran", "– The HARBOUR of Lenkoran –"])
def test_a_title_that_stands_in_its_text_is_no_evidence(index_of_texts, heading):
    """It says nothing of what it names, however many of the question's words it holds."""
    index = index_of_texts(harbour=f"{heading}\n\n{OPENED}\n\nThe harbour of Lenkoran is deep.")
    assert index.article("harbour").title == heading
    _, evidence = weighed(index, QUESTION)
    assert {item.text for item in evidence} == {OPENED, "The harbour of Lenkoran is deep."}


@pytest.mark.parametrize("reader", PARSERS)
def test_the_best_evidence_comes_first_and_answers(index, reader):
    """Scores fall down the list, and the sentence with the date leads."""
    _, evidence = weighed(index, QUESTION, reader=reader)
    scores = [item.score for item in evidence]
    assert scores == sorted(scores, reverse=True)
    assert evidence[0].text == OPENED


def test_similarity_is_the_cosine_of_sentence_and_question(index, embedder):
    """Embedding each sentence alone and multiplying gives its feature."""
    retrieval, evidence = weighed(index, QUESTION)
    vectors = embedder.embed_passages([item.text for item in evidence])
    found = [item.features["similarity"] for item in evidence]
    np.testing.assert_allclose(found, vectors @ retrieval.vector, atol=1e-6)


SHARED = (
    *("overlap", "overlap_with_before", "overlap_with_title", "phrase", "passage", "kind", "opening", "dangling"),
    *("length", "names_missing", "numbers_missing"),
)


@pytest.mark.parametrize(("reader", "own"), [(None, "similarity"), (PARSERS[1], "reader")])
def test_a_score_is_the_weighted_sum_of_features(index, reader, own):
    """Every score can be computed by hand from the features shown with it, and every feature needs its weight."""
    weights = Weights({name: 0.5 + place for place, name in enumerate((*SHARED, own))}, {})
    _, evidence = weighed(index, QUESTION, weights, reader)
    for item in evidence:
        assert set(item.features) == set(weights.sentence)
        expected = sum(weights.sentence[name] * value for name, value in item.features.items())
        assert item.score == pytest.approx(expected)


def test_a_feature_without_a_weight_is_a_defect(index):
    """Weights of another version are not passed over as nought."""
    weights = Weights({name: 1.0 for name in (*SHARED, "similarity") if name != "phrase"}, {})
    with pytest.raises(KeyError, match="phrase"):
        weighed(index, QUESTION, weights)


def test_log_odds_are_the_sum_with_the_intercept():
    """Half of 3 and twice 1 with an intercept of 10 are 13.5; without one, 3.5; no feature is the intercept alone."""
    features = {"a": 3.0, "b": 1.0}
    assert log_odds(features, {"a": 0.5, "b": 2.0, "intercept": 10.0, "unused": 99.0}) == 13.5
    assert log_odds(features, {"a": 0.5, "b": 2.0}) == 3.5
    assert log_odds({}, {"intercept": -1.0}) == -1.0


@pytest.fixture
def wide_index(index_of_texts):
    """Eight articles of three sentences that all speak of tea."""
    texts = {f"t{n}": f"Tea number {n} is green. It grows on hill {n}. Tea sells for {n} coins." for n in range(8)}
    return index_of_texts(**texts)


def test_only_the_sentences_of_the_first_passages_are_weighed(wide_index):
    """What is ranked below the passages read is never quoted."""
    retrieval, evidence = weighed(wide_index, "Which tea is green?")
    assert len(retrieval.hits) > PASSAGES_RANKED
    read = {hit.passage.passage_id for hit in retrieval.hits[:PASSAGES_RANKED]}
    assert {item.passage.passage_id for item in evidence} <= read


def test_no_more_sentences_are_embedded_than_the_bound(wide_index):
    """The first, cheap look chooses which sentences are embedded: those of the highest partial score."""
    retrieval, evidence = weighed(wide_index, "Which tea is green?")
    assert len(evidence) == SENTENCES_EMBEDDED
    asked = QuestionTerms.of("Which tea is green?", None, wide_index)
    looked = {}
    for hit in retrieval.hits[:PASSAGES_RANKED]:
        title = wide_index.article(hit.passage.article_id).title
        for span in hit.passage.sentences:
            features = sentence_features(asked, hit, title, span, wide_index)
            looked[hit.passage.passage_id, span] = log_odds(features, SENSIBLE.sentence)
    taken = {(item.passage.passage_id, item.span) for item in evidence}
    assert min(looked[key] for key in taken) >= max(looked[key] for key in looked.keys() - taken)


def test_the_first_look_may_have_weights_of_its_own(wide_index):
    """What they choose is embedded, and ranked by the others: those it was learned with."""
    asked = "Which tea grows on hill 3?"
    retrieval = Retriever(wide_index).retrieve(asked, 10)
    for way in (1.0, -1.0):
        weights = Weights(defaultdict(lambda: 1.0), {}, defaultdict(float, opening=way))
        evidence = SentenceScorer(None, weights).score(asked, None, retrieval, wide_index)
        assert {item.features["opening"] for item in evidence} == {max(way, 0.0)}
        assert [item.score for item in evidence] == [log_odds(item.features, weights.sentence) for item in evidence]


@pytest.mark.parametrize("reader", PARSERS)
def test_no_hits_give_no_evidence(index, reader):
    """Where nothing was found there is nothing to weigh."""
    retrieval = Retrieval([], index.embedder.embed_query(QUESTION), 0.0)
    assert SentenceScorer(reader, SENSIBLE).score(QUESTION, AnswerType.TIME, retrieval, index) == []


def test_a_reader_reads_the_first_passages_behind_their_titles_at_once(wide_index):
    """It is asked once, for as many passages as are read, in their order; nothing is embedded but the question."""
    reader = ScriptedReader()
    retrieval, evidence = weighed(wide_index, "Which tea is green?", reader=reader)
    assert len(retrieval.hits) > PASSAGES_READ
    passages = [hit.passage for hit in retrieval.hits[:PASSAGES_READ]]
    texts = [(wide_index.article(passage.article_id).title, passage.text) for passage in passages]
    assert reader.asked == [("Which tea is green?", texts)]
    assert len(evidence) == 3 * PASSAGES_READ
    assert all("similarity" not in item.features for item in evidence)


@pytest.mark.parametrize(("scores", "read"), [((1.0, 0.86, 0.85), 3), ((1.0, 0.9, 0.84), 2), ((0.5, 0.3, 0.2), 1)])
def test_a_passage_far_below_the_best_is_not_read(wide_index, scores, read):
    """The reader is spared what is hardly ever quoted; without one all are looked at, which costs little."""
    found = Retriever(wide_index).retrieve("Which tea is green?", 3)
    retrieval = replace(found, hits=[replace(hit, score=score) for hit, score in zip(found.hits, scores, strict=True)])
    reader = ScriptedReader()
    SentenceScorer(reader, SENSIBLE).score("Which tea is green?", None, retrieval, wide_index)
    assert len(reader.asked[0][1]) == read


@pytest.mark.parametrize(
    ("kind", "articles", "read"),
    [
        (AnswerType.NUMBER, "abc", [0, 1, 2]),
        (AnswerType.TIME, "abc", [0, 1, 2]),
        (AnswerType.NUMBER, "aba", [0, 1]),
        (AnswerType.TIME, "abb", [0, 1]),
        (AnswerType.NUMBER, "aaa", [0]),
        (AnswerType.NAME, "abc", [0]),
        (None, "abc", [0]),
    ],
)
def test_an_article_that_may_contradict_the_best_is_read_however_far_below(wide_index, kind, articles, read):
    """Where times or numbers are asked for, one passage of each article; names are never compared."""
    found = Retriever(wide_index).retrieve("Which tea is green?", 3)
    hits = [
        replace(hit, score=score, passage=replace(hit.passage, article_id=f"t{'abc'.index(article)}"))
        for hit, article, score in zip(found.hits, articles, (1.0, 0.8, 0.1), strict=True)
    ]
    reader = ScriptedReader()
    SentenceScorer(reader, SENSIBLE).score("Which tea?", kind, replace(found, hits=hits), wide_index)
    assert [text for _, text in reader.asked[0][1]] == [hits[place].passage.text for place in read]


def test_a_reader_s_answer_stands_in_its_sentence_alone(index):
    """The sentence has the log-odds, a tenth of them as its feature, and the words as a span of the article."""
    _, evidence = weighed(index, QUESTION, reader=ScriptedReader(**{"12 March 2021": 8.0, "40 million": -3.0}))
    by_text = {item.text: item for item in evidence}
    best, other = by_text[OPENED], by_text["It cost 40 million dollars."]
    assert best.features["reader"] == pytest.approx(0.8, abs=1e-6)
    assert other.features["reader"] == pytest.approx(-0.3, abs=1e-6)
    article = index.article("harbour")
    assert article.text[slice(*best.answer)] == "12 March 2021"
    assert article.text[slice(*other.answer)] == "40 million"


@pytest.mark.parametrize(("odds", "feature"), [(500.0, 2.0), (-500.0, -2.0), (19.0, 1.9)])
def test_a_reader_s_feature_is_bounded(index, odds, feature):
    """However sure a reader is, its feature stays within 2, so that it outweighs the others no further."""
    reader = Loud(odds)
    _, evidence = weighed(index, QUESTION, reader=reader)
    assert {item.features["reader"] for item in evidence} == {feature}
    assert all(item.answer for item in evidence)


class Loud:
    """Finds with the same log-odds one answer in each sentence: the whole of it."""

    name = "loud"

    def __init__(self, odds):
        self.odds = odds

    def read(self, question, texts):
        odds = self.odds

        class Sure(Reading):
            def answer_in(self, start, end):
                return odds, (start, end)

        return [Sure((), np.zeros(0), np.zeros(0), 0.0) for _ in texts]


class Within:
    """Finds some characters of a sentence's answer, wherever they begin and end."""

    name = "within"

    def __init__(self, words):
        self.words = words

    def read(self, question, texts):
        found = texts[0][1].find(self.words)

        class Part(Reading):
            def answer_in(self, start, end):
                return (1.0, (found, found + len(words))) if start <= found < end else None

        words = self.words
        return [Part((), np.zeros(0), np.zeros(0), 0.0) for _ in texts]


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("uilt in 202", "built in 2021"),
        ("1 billi", "4.1 billion"),
        ("4", "4.1"),
        ("00 men", "12,000 men"),
        ("Aliy", "Aliyev"),
        (" of ", " of "),
        ("(Lenkoran", "(Lenkoran"),
    ],
)
def test_a_short_answer_never_ends_within_a_word_or_number(index_of_texts, part, whole):
    """What a reader cuts through is given whole, and nothing more."""
    text = "It was built in 2021 by 12,000 men of Aliyev’s (Lenkoran) for 4.1 billion manat."
    index = index_of_texts(harbour=text)
    _, evidence = weighed(index, "What was built?", reader=Within(part))
    assert text[slice(*evidence[0].answer)] == whole


def test_sentences_beyond_what_was_read_have_no_answer():
    """They are weighed as what surely does not answer, and keep their other features."""
    text = " ".join(f"Sentence number {n} is about tea." for n in range(20))
    article = article_of(text)
    (passage,) = split_article(article)
    retrieval = Retrieval([Hit(passage, 1.0, 1)], np.zeros(64, dtype=np.float32), 0.5)
    reader = ScriptedReader(limit=6 * 10 + 3)  # the eleventh sentence is read as far as "number"
    evidence = SentenceScorer(reader, SENSIBLE).score("Which tea?", None, retrieval, OneArticle(article))
    assert len(evidence) == 20
    read = sorted(item.span[0] for item in evidence if item.answer)
    assert read == [span[0] for span in passage.sentences[:11]]
    unread = [item for item in evidence if item.answer is None]
    assert {item.features["reader"] for item in unread} == {-2.0}
    assert all(item.features["overlap"] > 0 for item in unread)


def test_a_reader_s_answer_is_counted_in_the_article_wherever_its_passage_begins():
    """Each passage is read from its own beginning, and what is found in it is where the article has it."""
    article = article_of(" ".join(f"Hill {n} has tea worth {n} coins a cup." for n in range(90)))
    passages = split_article(article)
    hits = [Hit(passage, 1.0, rank) for rank, passage in enumerate(passages[1:4], start=1)]
    number = next(n for n in range(90) if article.text.index(f"worth {n} coins") > passages[2].start)
    retrieval = Retrieval(hits, np.zeros(64, dtype=np.float32), 0.5)
    reader = ScriptedReader(**{f"{number} coins": 9.0})
    evidence = SentenceScorer(reader, SENSIBLE).score("How much?", AnswerType.NUMBER, retrieval, OneArticle(article))
    for item in evidence:
        assert item.span[0] <= item.answer[0] < item.answer[1] <= item.span[1]
    (best,) = [item for item in evidence if item.features["reader"] > 0]
    assert best.text == f"Hill {number} has tea worth {number} coins a cup."
    assert article.text[slice(*best.answer)] == f"{number} coins"


class OneArticle:
    """An index of one article, of which only the words are known."""

    class manifest:  # noqa: N801
        passages = 1

    def __init__(self, article):
        self._article = article

    def article(self, article_id):
        return self._article

    def terms(self, text):
        return text.lower().rstrip(".?").split()

    def document_frequency(self, term):
        return 0


def test_an_article_that_is_gone_is_read_without_a_title(index):
    """A passage whose article the index does not hold is weighed all the same."""
    reader = ScriptedReader()
    retrieval = Retriever(index).retrieve(QUESTION, 1)
    orphan = replace(retrieval.hits[0].passage, article_id="no-such")
    hits = [replace(retrieval.hits[0], passage=orphan)]
    assert SentenceScorer(reader, SENSIBLE).score(QUESTION, AnswerType.TIME, replace(retrieval, hits=hits), index)
    assert reader.asked == [(QUESTION, [("", orphan.text)])]


ITEM = evidence_of(article_of("One sentence."), "One sentence.", 0.0)


LACKING = {"names_missing": 0.0, "numbers_missing": 0.0}


def made(score: float, **features: float) -> Evidence:
    return replace(ITEM, score=score, features=LACKING | features)


def confidence(evidence, weights, nearest=0.5):
    return SentenceScorer(None, weights).confidence(evidence, nearest)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=12), st.floats(-9, 9), st.floats(-2, 2), st.floats(-1, 1))
def test_confidence_is_a_probability(scores, intercept, weight, nearest):
    """Whatever the scores are, confidence lies in [0, 1]."""
    evidence = [made(score) for score in sorted(scores, reverse=True)]
    weights = made_weights(intercept=intercept, score=weight, share=weight, nearest=weight)
    assert 0.0 <= confidence(evidence, weights, nearest) <= 1.0


@given(st.floats(-20, 20), st.floats(0.1, 10))
def test_confidence_rises_with_the_best_score(score, more):
    """Better evidence, all else equal, makes surer."""
    weights = made_weights(intercept=-1.0, score=0.5)
    assert confidence([made(score + more)], weights) > confidence([made(score)], weights)


def test_confidence_is_the_logistic_of_the_weighted_features():
    """An intercept of -1, a score of 3 and a nearness of a half weighed twice give 1 / (1 + e^-3)."""
    weights = made_weights(intercept=-1.0, score=1.0, nearest=2.0)
    assert confidence([made(3.0)], weights) == pytest.approx(1 / (1 + math.exp(-3)))


def test_no_evidence_is_no_confidence():
    """Where nothing was found the confidence is 0, however generous the weights are."""
    assert confidence([], made_weights(intercept=50.0)) == 0.0


def test_confidence_features_of_the_best_sentences():
    """The best of each feature, and the least that is lacking, among those that may be cited, not of those below."""
    evidence = [
        made(2.0, similarity=0.2, overlap=0.1, names_missing=0.7, phrase=0.3),
        made(1.0, similarity=0.6, overlap=0.3, names_missing=0.4, numbers_missing=1.0),
        made(0.5, similarity=0.1, overlap=0.4, names_missing=0.5),
        made(0.0, similarity=0.9, overlap=0.9, phrase=0.9),
    ]
    evidence = [replace(item, features={"phrase": 0.0, "answer_type": 1.0} | item.features) for item in evidence]
    assert len(evidence) > CITED
    shares = [math.exp(item.score) for item in evidence]
    assert confidence_features(evidence, 0.25) == {
        "score": 2.0,
        "share": pytest.approx(sum(shares[:3]) / sum(shares)),
        "nearest": 0.25,
        "overlap": 0.4,
        "phrase": 0.3,
        "answer_type": 1.0,
        "similarity": 0.6,
        "names_missing": 0.4,
        "numbers_missing": 0.0,
    }


def test_confidence_with_a_reader_has_its_feature_and_no_similarity(index):
    """What was not computed is not among the features."""
    _, evidence = weighed(index, QUESTION, reader=ScriptedReader(**{"12 March 2021": 8.0}))
    features = confidence_features(evidence, 0.5)
    assert features["reader"] == pytest.approx(0.8, abs=1e-6)
    assert "similarity" not in features


@pytest.mark.parametrize("reader", PARSERS)
def test_the_shipped_weights_know_every_feature(index, reader):
    """The weights in the package weigh what is computed, with a reader and without, and give a probability."""
    weights = shipped_weights(reading=reader is not None)
    retrieval, evidence = weighed(index, QUESTION, weights, reader)
    assert set(weights.sentence) == set(evidence[0].features)
    assert set(weights.confidence) == {"intercept", *confidence_features(evidence, retrieval.nearest)}
    assert 0.0 < SentenceScorer(reader, weights).confidence(evidence, retrieval.nearest) < 1.0


@pytest.mark.parametrize("reader", PARSERS)
def test_the_shipped_weights_are_surer_of_what_the_corpus_holds(index, reader):
    """The same index gives more confidence to a question it answers than to one it does not."""
    scorer = SentenceScorer(reader, shipped_weights(reading=reader is not None))
    sure = []
    for question in (QUESTION, "Who invented the xylophone?"):
        retrieval = Retriever(index).retrieve(question, 10)
        sure.append(
            scorer.confidence(
                scorer.score(question, expected_answer_type(question), retrieval, index), retrieval.nearest
            )
        )
    assert sure[0] > sure[1]
