"""Scoring sentences against a question."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from index.build.build import build_index
from index.engine.local.local_index import LocalIndex
from index.passages.split import split_article
from index.types import Filters
from rag.evidence.features import sentence_features
from rag.evidence.scoring import (
    PASSAGES_RANKED,
    PASSAGES_READ,
    SENTENCES_EMBEDDED,
    SentenceScorer,
    crosses_languages,
)
from rag.evidence.weights import Weights, log_odds
from rag.question.answer_type import AnswerType
from rag.question.terms import QuestionTerms
from rag.reader import Reading
from rag.retrieval.hit import Hit
from rag.retrieval.retriever import Retrieval, Retriever
from tests.conftest import WordEmbedder
from tests.unit.rag.conftest import SENSIBLE, ScriptedReader, article_of, evidence_of, score_question

QUESTION = "When was the harbour of Lenkoran opened?"
OPENED = "The harbour of Lenkoran was opened on 12 March 2021."


READERS = [None, ScriptedReader(**{"12 March 2021": 8.0})]


@pytest.mark.parametrize("reader", READERS)
def test_each_evidence_is_the_article_s_text_at_its_span(index, reader):
    """The text of a scored sentence is always the article's."""
    _, evidence = score_question(index, QUESTION, reader=reader)
    assert evidence
    for item in evidence:
        assert index.article(item.passage.article_id).text[slice(*item.span)] == item.text


@pytest.mark.parametrize("heading", ["The harbour of Lenkoran", "– The HARBOUR of Lenkoran –"])
def test_a_title_that_stands_in_its_text_is_no_evidence(index_of_texts, heading):
    """A title says nothing, however many of the question's words it holds."""
    index = index_of_texts(harbour=f"{heading}\n\n{OPENED}\n\nThe harbour of Lenkoran is deep.")
    assert index.article("harbour").title == heading
    _, evidence = score_question(index, QUESTION)
    assert {item.text for item in evidence} == {OPENED, "The harbour of Lenkoran is deep."}


@pytest.mark.parametrize("reader", READERS)
def test_the_best_evidence_comes_first_and_answers(index, reader):
    """Scores fall down the list, and the sentence with the date leads."""
    _, evidence = score_question(index, QUESTION, reader=reader)
    scores = [item.score for item in evidence]
    assert scores == sorted(scores, reverse=True)
    assert evidence[0].text == OPENED


def test_similarity_is_the_cosine_of_sentence_and_question(index, embedder):
    """Embedding each sentence alone and multiplying gives its feature."""
    retrieval, evidence = score_question(index, QUESTION)
    vectors = embedder.embed_passages([item.text for item in evidence])
    similarities = [item.features["similarity"] for item in evidence]
    np.testing.assert_allclose(similarities, vectors @ retrieval.vector, atol=1e-6)


SHARED = (
    *(
        "overlap",
        "overlap_with_before",
        "overlap_with_title",
        "phrase",
        "passage",
        "answer_type",
        "opening",
        "dangling",
    ),
    *("length", "names_missing", "numbers_missing"),
)


@pytest.mark.parametrize(("reader", "extra"), [(None, "similarity"), (READERS[1], "reader")])
def test_a_score_is_the_weighted_sum_of_features(index, reader, extra):
    """Every score can be computed by hand from the features shown with it, and every feature needs its weight."""
    weights = Weights({name: 0.5 + number for number, name in enumerate((*SHARED, extra))}, {})
    _, evidence = score_question(index, QUESTION, weights, reader)
    for item in evidence:
        assert set(item.features) == set(weights.sentence)
        expected = sum(weights.sentence[name] * value for name, value in item.features.items())
        assert item.score == pytest.approx(expected)


def test_a_feature_without_a_weight_is_a_defect(index):
    """A missing weight does not count as 0."""
    weights = Weights({name: 1.0 for name in (*SHARED, "similarity") if name != "phrase"}, {})
    with pytest.raises(KeyError, match="phrase"):
        score_question(index, QUESTION, weights)


@pytest.fixture
def wide_index(index_of_texts):
    """Eight articles of three sentences that all speak of tea."""
    texts = {f"t{n}": f"Tea number {n} is green. It grows on hill {n}. Tea sells for {n} coins." for n in range(8)}
    return index_of_texts(**texts)


def test_only_the_sentences_of_the_first_passages_are_scored(wide_index):
    """A passage below them is never quoted."""
    retrieval, evidence = score_question(wide_index, "Which tea is green?")
    assert len(retrieval.hits) > PASSAGES_RANKED
    passage_ids = {hit.passage.passage_id for hit in retrieval.hits[:PASSAGES_RANKED]}
    assert {item.passage.passage_id for item in evidence} <= passage_ids


def test_no_more_sentences_are_embedded_than_the_bound(wide_index):
    """The cheap features choose which sentences are embedded: those with the highest partial score."""
    retrieval, evidence = score_question(wide_index, "Which tea is green?")
    assert len(evidence) == SENTENCES_EMBEDDED
    terms = QuestionTerms.of("Which tea is green?", None, wide_index)
    scores = {}
    for hit in retrieval.hits[:PASSAGES_RANKED]:
        title = wide_index.article(hit.passage.article_id).title
        for span in hit.passage.sentences:
            features = sentence_features(terms, hit, title, span, wide_index)
            scores[hit.passage.passage_id, span] = log_odds(features, SENSIBLE.sentence)
    embedded = {(item.passage.passage_id, item.span) for item in evidence}
    assert min(scores[key] for key in embedded) >= max(scores[key] for key in scores.keys() - embedded)


def test_the_choice_of_sentences_to_embed_may_have_other_weights(wide_index):
    """The weights in `look` choose the sentences, and the sentence weights rank them."""
    question = "Which tea grows on hill 3?"
    retrieval = Retriever(wide_index).retrieve(question, 10)
    for opening in (1.0, -1.0):
        weights = Weights(defaultdict(lambda: 1.0), {}, defaultdict(float, opening=opening))
        evidence = SentenceScorer(None, weights).score(question, None, retrieval, wide_index)
        assert {item.features["opening"] for item in evidence} == {max(opening, 0.0)}
        assert [item.score for item in evidence] == [log_odds(item.features, weights.sentence) for item in evidence]


@pytest.mark.parametrize("reader", READERS)
def test_no_hits_give_no_evidence(index, reader):
    """Without hits there is nothing to score."""
    retrieval = Retrieval([], index.embedder.embed_query(QUESTION), 0.0)
    assert SentenceScorer(reader, SENSIBLE).score(QUESTION, AnswerType.TIME, retrieval, index) == []


def test_a_reader_reads_the_first_passages_behind_their_titles_at_once(wide_index):
    """It is called once, with as many passages as are read, in their order; only the question is embedded."""
    reader = ScriptedReader()
    retrieval, evidence = score_question(wide_index, "Which tea is green?", reader=reader)
    assert len(retrieval.hits) > PASSAGES_READ
    passages = [hit.passage for hit in retrieval.hits[:PASSAGES_READ]]
    texts = [(wide_index.article(passage.article_id).title, passage.text) for passage in passages]
    assert reader.calls == [("Which tea is green?", texts)]
    assert len(evidence) == 3 * PASSAGES_READ
    assert all("similarity" not in item.features for item in evidence)


@pytest.mark.parametrize(("scores", "read"), [((1.0, 0.86, 0.85), 3), ((1.0, 0.9, 0.84), 2), ((0.5, 0.3, 0.2), 1)])
def test_a_passage_far_below_the_best_is_not_read(wide_index, scores, read):
    """It is hardly ever quoted, and reading costs much."""
    retrieval = Retriever(wide_index).retrieve("Which tea is green?", 3)
    hits = [replace(hit, score=score) for hit, score in zip(retrieval.hits, scores, strict=True)]
    retrieval = replace(retrieval, hits=hits)
    reader = ScriptedReader()
    SentenceScorer(reader, SENSIBLE).score("Which tea is green?", None, retrieval, wide_index)
    assert len(reader.calls[0][1]) == read


@pytest.mark.parametrize(
    ("answer_type", "articles", "read"),
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
def test_an_article_that_may_contradict_the_best_is_read_however_far_below(wide_index, answer_type, articles, read):
    """Where a question asks for a time or a number, one passage of each article is read."""
    retrieval = Retriever(wide_index).retrieve("Which tea is green?", 3)
    hits = [
        replace(hit, score=score, passage=replace(hit.passage, article_id=f"t{'abc'.index(article)}"))
        for hit, article, score in zip(retrieval.hits, articles, (1.0, 0.8, 0.1), strict=True)
    ]
    reader = ScriptedReader()
    SentenceScorer(reader, SENSIBLE).score("Which tea?", answer_type, replace(retrieval, hits=hits), wide_index)
    assert [text for _, text in reader.calls[0][1]] == [hits[position].passage.text for position in read]


def test_a_reader_s_answer_stands_in_its_sentence_alone(index):
    """The sentence has the log-odds, a tenth of them as its feature, and the words as a span of the article."""
    _, evidence = score_question(index, QUESTION, reader=ScriptedReader(**{"12 March 2021": 8.0, "40 million": -3.0}))
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
    _, evidence = score_question(index, QUESTION, reader=reader)
    assert {item.features["reader"] for item in evidence} == {feature}
    assert all(item.answer for item in evidence)


class Loud:
    """Finds with the same log-odds one answer in each sentence: the whole of it."""

    name = "loud"
    comparable = False

    def for_languages(self, *, english):
        return self

    def __init__(self, odds):
        self.odds = odds

    def read(self, question, texts):
        odds = self.odds

        class Sure(Reading):
            def answer_in(self, start, end):
                return odds, (start, end)

        return [Sure((), np.zeros(0), np.zeros(0), 0.0) for _ in texts]


class Within:
    """Finds some characters of a text, wherever they begin and end."""

    name = "within"
    comparable = False

    def for_languages(self, *, english):
        return self

    def __init__(self, words):
        self.words = words

    def read(self, question, texts):
        position = texts[0][1].find(self.words)

        class Part(Reading):
            def answer_in(self, start, end):
                return (1.0, (position, position + len(words))) if start <= position < end else None

        words = self.words
        return [Part((), np.zeros(0), np.zeros(0), 0.0) for _ in texts]


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("uilt in 202", "built in 2021"),
        ("1 billi", "4.1 billion manat"),
        ("4", "4.1 billion manat"),
        ("00 men", "12,000 men"),
        ("Aliy", "Aliyev"),
        (" of ", "of"),
        ("(Lenkoran", "(Lenkoran)"),
    ],
)
def test_a_short_answer_never_ends_within_a_word_or_number(index_of_texts, part, whole):
    """A word or number that the reader cuts is given whole, as it is shown."""
    text = "It was built in 2021 by 12,000 men of Aliyev’s (Lenkoran) for 4.1 billion manat."
    index = index_of_texts(harbour=text)
    _, evidence = score_question(index, "What was built?", reader=Within(part))
    assert text[slice(*evidence[0].answer)] == whole


def test_sentences_beyond_the_tokens_read_have_no_answer():
    """They have the lowest reader feature, and keep their other features."""
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
    """The reader gives offsets in the passage, and the evidence has them in the article."""
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
    """An index of one article that knows only words."""

    class manifest:  # noqa: N801
        passages = 1

    def __init__(self, article):
        self._article = article

    def article(self, article_id):
        return self._article

    def terms(self, text, language=None):
        return text.lower().rstrip(".?").split()

    def document_frequency(self, term):
        return 0


def test_words_are_compared_as_the_article_s_language_has_them(tmp_path):
    """A question shares its words with a sentence in another form, in each language that its passages are in."""
    texts = {
        "en": "The bridges were opened. It rained.",
        "tr": "Köprüler açıldı. Yağmur yağdı.",
        "ru": "Мосты были открыты. Шёл дождь.",
        "ur": "پُل کھولے گئے۔ بارش ہوئی۔",
    }
    corpus = tmp_path / "languages"
    corpus.mkdir()
    for language, text in texts.items():
        (corpus / f"{language}.md").write_text(f"---\nlanguage: {language}\ntitle: T\n---\n{text}", encoding="utf-8")
    build_index(corpus, tmp_path / "languages-index", WordEmbedder())
    index = LocalIndex.open(tmp_path / "languages-index", lambda record: WordEmbedder())
    for language, question in {"en": "bridge", "tr": "köprü", "ru": "мост", "ur": "پل"}.items():
        retrieval = Retriever(index).retrieve(question, 1, Filters(language=language))
        evidence = SentenceScorer(ScriptedReader(), SENSIBLE).score(question, None, retrieval, index)
        overlaps = {item.span[0]: item.features["overlap"] for item in evidence}
        assert [overlaps[start] for start in sorted(overlaps)] == [1.0, 0.0], language


def test_an_article_that_is_gone_is_read_without_a_title(index):
    """A passage whose article the index lacks is scored all the same."""
    reader = ScriptedReader()
    retrieval = Retriever(index).retrieve(QUESTION, 1)
    orphan = replace(retrieval.hits[0].passage, article_id="no-such")
    hits = [replace(retrieval.hits[0], passage=orphan)]
    assert SentenceScorer(reader, SENSIBLE).score(QUESTION, AnswerType.TIME, replace(retrieval, hits=hits), index)
    assert reader.calls == [(QUESTION, [("", orphan.text)])]


TURKISH = "Lenkoran limanı ne zaman açıldı?"
ACROSS = Weights(defaultdict(float, {"similarity": 1.0}), defaultdict(float))


def test_across_languages_sentences_are_scored_by_weights_of_their_own(index):
    """A question in another language than the articles is scored by those, with the sentences' vectors."""
    reader = ScriptedReader(**{"12 March 2021": 8.0})
    weights = replace(SENSIBLE, across=ACROSS)
    _, evidence = score_question(index, TURKISH, weights, reader)
    assert [item.score for item in evidence] == [item.features["similarity"] for item in evidence]
    scorer = SentenceScorer(reader, weights)
    assert scorer.weights_for(TURKISH, evidence) is ACROSS
    assert scorer.weights_for(QUESTION, evidence) is weights
    _, evidence = score_question(index, QUESTION, weights, reader)
    assert "similarity" not in evidence[0].features


def test_in_one_language_other_than_english_other_weights_count(index_of_texts):
    """A Turkish question of a Turkish text is read and scored as what is not English; an English one is not."""
    other = Weights(defaultdict(float, {"length": 1.0}), defaultdict(float))
    index = index_of_texts(liman="Lenkoran limanı 12 Mart 2021 günü açıldı. Çay orada satılıyor ve çok içiliyor.")
    reader = ScriptedReader(**{"12 Mart 2021": 8.0})
    scorer = SentenceScorer(reader, replace(SENSIBLE, multilingual=other))
    _, evidence = score_question(index, TURKISH, scorer.weights, reader)
    in_turkish = [replace(item, language="tr") for item in evidence]
    assert scorer.weights_for(TURKISH, in_turkish) is other
    assert scorer.weights_for(QUESTION, evidence) is scorer.weights


@pytest.mark.parametrize(
    ("question", "languages", "crosses"),
    [
        (TURKISH, ["en", "en", "tr"], True),
        (TURKISH, ["tr", "tr", "en"], False),
        (TURKISH, ["tr", "en"], False),
        (QUESTION, ["en"], False),
        ("Lenkoran", ["en"], False),
        (TURKISH, [], False),
    ],
)
def test_a_question_crosses_languages_where_most_sentences_are_in_another(question, languages, crosses):
    """Half of them are not most; a question whose language is not known crosses nothing."""
    article = article_of("The harbour was opened.")
    evidence = [replace(evidence_of(article, article.text, 0.0), language=language) for language in languages]
    assert crosses_languages(question, evidence) is crosses


def test_a_sentence_overlaps_what_shares_characters_with_it():
    """In its own article, and not where one begins as the other ends."""
    item = evidence_of(article_of("One came. Two came."), "One came.", 1.0)
    name, end = item.passage.article_id, item.span[1]
    assert item.overlaps(name, (end - 1, end + 5))
    assert not item.overlaps(name, (end, end + 5))
    assert not item.overlaps("another", item.span)
