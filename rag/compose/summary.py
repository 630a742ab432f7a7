"""A summary: the sentences with which an article's paragraphs begin, quoted in their order."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from index.engine.protocol import PassageIndex
from index.passages import parts_paragraphs, split_article
from index.types import Article, Passage, Span
from rag.answer import ArticleOf, Citation
from rag.compose.extract import Composition, text_of
from rag.compose.found import Found
from rag.evidence.features import is_dangling
from rag.evidence.gathering import DEPTH, name_of
from rag.question.answer_type import names_in, shows_names
from rag.question.subject import subject_of
from rag.question.terms import numbers_in, rarity, words_in
from rag.retrieval.hit import Hit

# Of 115 questions over this corpus, 838 of XQuAD and 831 of SQuAD 2.0's dev set, the share whose gold lies inside four
# sentences of its article: the first telling one of each paragraph 0.270, 0.290 and 0.037, the first of each paragraph
# 0.252, 0.279 and 0.040, the first of the article 0.243, 0.220 and 0.028; those nearest to the mean vector of all
# 0.243, 0.158 and 0.016, and so chosen that they differ 0.243, 0.190 and 0.024; those nearest to the title 0.270, 0.202
# and 0.032. The first way with five sentences: 0.304, 0.334 and 0.045.
MOST = 5
FEWEST = 3
_SHORTEST = 40  # characters: a shorter line is a heading or a byline
_NAMED = (
    0.5  # the share of the question's words, by their rarity, that the title and id of an article that is named hold
)
_WHOLE = frozenset(".!…。؟۔।")
_LAST_MARKS = "\"'”’»)]"


def summarise(found: Found) -> Composition | None:
    """The main sentences of the article that a question names or, where it names none, of the nearest one.

    Where more is asked for, they are the next ones. None where no article holds most of the question's words, it is too
    short, or all of it was shown. The confidence is the share of these
    words, by their rarity, that the article holds.

    Raises:
        ModelError: a model can't be loaded.
    """
    question, material = found.questions[0].question.query, found.material
    subject = subject_of(question)
    terms = dict.fromkeys(material.index.terms(subject))
    if not subject_of(question.partition(" (")[0]):
        # "This article" is what was found for the question before, whether or not it holds all of its words.
        terms = {term: None for term in terms if material.index.document_frequency(term)}
    retrieval = material.retriever.retrieve(subject, DEPTH, material.filters) if terms else None
    if retrieval is None or not retrieval.hits:
        return None
    weights = {term: rarity(term, material.index) for term in terms}
    meant = _meant(retrieval.hits, weights, material.index, found.article_of)
    candidates = ((one, main_sentences(one)) for one in meant)
    article, sentences = next((pair for pair in candidates if len(pair[1]) >= FEWEST), (None, []))
    if article and found.shown:
        sentences = _left(article, found.shown)
    if article is None or not sentences:
        return None
    held = _held(f"{name_of(article)} {article.text}", weights, material.index, article.language)
    if held < max(_NAMED, found.threshold):
        return None
    citations = [
        Citation.of(number, passage, span, (), found.article_of)
        for number, (passage, span) in enumerate(sentences, start=1)
    ]
    return Composition(text_of(citations), citations, confidence=round(held, 4))


def main_sentences(article: Article) -> list[tuple[Passage, Span]]:
    """A sentence of each paragraph that can stand alone, in their order; up to MOST.

    It is the first or, after the first paragraph, the first that holds a name or a number, if one does. Where there are
    fewer than FEWEST, others join in.
    """
    main: list[tuple[Passage, Span]] = []
    others: list[tuple[Passage, Span]] = []
    for sentences in _telling_paragraphs(article):
        telling = (one for one in sentences if _tells(article.text[slice(*one[1])], article.language))
        chosen = next(telling, sentences[0]) if main else sentences[0]
        main.append(chosen)
        if len(main) == MOST:  # an article may have thousands of paragraphs
            return main
        others += [sentence for sentence in sentences[:FEWEST] if sentence is not chosen]
    return sorted([*main, *others[: max(0, FEWEST - len(main))]], key=lambda sentence: sentence[1])


def _left(article: Article, shown: Sequence[Citation]) -> list[tuple[Passage, Span]]:
    """Up to MOST sentences that can stand alone and were not shown, in their order."""
    quoted = [(one.start, one.end) for one in shown if one.article_id == article.article_id]
    sentences = chain.from_iterable(_telling_paragraphs(article))
    left = (one for one in sentences if not any(start < one[1][1] and one[1][0] < end for start, end in quoted))
    return list(islice(left, MOST))


def _telling_paragraphs(article: Article) -> Iterator[list[tuple[Passage, Span]]]:
    """The sentences of each paragraph that can stand alone, if there are any."""
    for paragraph in _paragraphs(article):
        if sentences := [sentence for sentence in paragraph if _stands_alone(article, sentence[1])]:
            yield sentences


def _paragraphs(article: Article) -> Iterator[list[tuple[Passage, Span]]]:
    paragraph: list[tuple[Passage, Span]] = []
    position = 0
    for passage in split_article(article):
        for span in passage.sentences:
            if paragraph and parts_paragraphs(article.text[position : span[0]]):
                yield paragraph
                paragraph = []
            paragraph.append((passage, span))
            position = span[1]
    if paragraph:
        yield paragraph


def _tells(sentence: str, language: str | None) -> bool:
    return bool(names_in(sentence) or numbers_in(sentence)) or not shows_names(sentence, language)


def _stands_alone(article: Article, span: Span) -> bool:
    text = article.text[slice(*span)].strip()
    whole = text.rstrip(_LAST_MARKS)[-1:] in _WHOLE and len(text) >= _SHORTEST and not text.isupper()
    return whole and words_in(text) != words_in(article.title) and not is_dangling(text, article.language)


def _meant(hits: list[Hit], weights: dict[str, float], index: PassageIndex, article_of: ArticleOf) -> list[Article]:
    """The articles whose title or id holds most of the words, best first; that of the best hit where there is none."""
    articles = [article_of(article_id) for article_id in dict.fromkeys(hit.passage.article_id for hit in hits)]
    shares = {one.article_id: _held(name_of(one), weights, index, one.language) for one in articles}
    named = [article for article in articles if shares[article.article_id] >= _NAMED]
    return sorted(named, key=lambda article: -shares[article.article_id]) or articles[:1]


def _held(text: str, weights: dict[str, float], index: PassageIndex, language: str | None) -> float:
    """The share of the weight of the words that a text holds."""
    held = set(index.terms(text, language))
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0
