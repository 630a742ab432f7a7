"""Having the reader read hits: the one for English, or the one for all languages."""

from collections.abc import Mapping, Sequence

from index.engine.protocol import PassageIndex
from index.languages import primary_language
from index.types import Article, Passage
from rag.question.language import is_unknown_language, language_of
from rag.question.languages import words_of
from rag.reader import Reader, Reading
from rag.retrieval.hit import Hit

_ENGLISH = "en"
_DECIDING = 3  # the best hits, of which sentences are scored


def language_of_passage(article: Article | None, passage: Passage) -> str:
    """The code of the language of a passage: what its article states, or what its script suggests."""
    stated = primary_language(article.language) if article else None
    return stated or words_of(None, passage.text).code


def is_english(question: str, languages: Sequence[str]) -> bool:
    """Whether a question, and what it is asked of, in these languages, are all in English, as far as is known."""
    of_question = not is_unknown_language(question) and language_of(question) in (None, _ENGLISH)
    return of_question and all(language == _ENGLISH for language in languages)


def read_hits(question: str, hits: Sequence[Hit], reader: Reader, index: PassageIndex) -> Mapping[str, Reading]:
    """The reading of each hit by the id of its passage; the languages of the best hits decide which reader reads all.

    Raises:
        ModelError: the reader can't be loaded.
    """
    articles = [index.article(hit.passage.article_id) for hit in hits]
    texts = [(article.title if article else "", hit.passage.text) for article, hit in zip(articles, hits, strict=True)]
    languages = [language_of_passage(article, hit.passage) for article, hit in zip(articles, hits, strict=True)]
    suited = reader.for_languages(english=is_english(question, languages[:_DECIDING]))
    ids = [hit.passage.passage_id for hit in hits]
    return dict(zip(ids, suited.read(question, texts), strict=True))
