"""Which reader reads: the one for English, or the one for all languages."""

import pytest

from rag.retrieval.hit import Hit
from rag.retrieval.reading import is_english, language_of_passage, read_hits
from rag.retrieval.retriever import Retriever
from tests.unit.rag.conftest import ScriptedReader, article_of, evidence_of

ENGLISH, TURKISH, GERMAN = (
    "Who opened the harbour?",
    "Limanı kim açtı?",
    "Wer hat den neuen Hafen im Frühling eröffnet?",
)


@pytest.mark.parametrize(
    ("question", "languages", "english"),
    [
        (ENGLISH, ["en", "en"], True),
        (ENGLISH, [], True),
        ("Lenkoran 1996", ["en"], True),
        (ENGLISH, ["en", "tr"], False),
        (ENGLISH, ["de"], False),
        (TURKISH, ["en"], False),
        (GERMAN, ["en"], False),
    ],
)
def test_all_must_be_english_as_far_as_is_known(question, languages, english):
    """A question that names things alone is taken for English; one in a language that is not read is not."""
    assert is_english(question, languages) is english


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ("en-GB", "Порт открыт.", "en"),
        ("de", "The harbour was opened.", "de"),
        (None, "Порт открыт.", "ru"),
        (None, "The harbour was opened.", "en"),
    ],
)
def test_the_language_of_a_passage_is_what_its_article_states_or_its_script_suggests(stated, text, language):
    """A language without words of its own stays what it is."""
    article = article_of(text, language=stated)
    assert language_of_passage(article, evidence_of(article, text, 0.0).passage) == language


def test_the_best_hits_decide_which_reader_reads_all(index_of_texts):
    """A text of another language far down the list changes nothing."""

    class English(ScriptedReader):
        other = ScriptedReader()

        def for_languages(self, *, english):
            return self if english else self.other

    texts = {f"text{n}": f"The harbour {n} was opened by Leyla." for n in range(4)}
    index = index_of_texts(russian="Порт открыла Лейла.", **texts)
    hits = Retriever(index).retrieve(ENGLISH, 5).hits
    assert hits[-1].passage.article_id == "russian"
    reader = English()
    assert set(read_hits(ENGLISH, hits, reader, index)) == {hit.passage.passage_id for hit in hits}
    assert (len(reader.calls), len(reader.other.calls)) == (1, 0)
    first: list[Hit] = [hits[-1], *hits[:-1]]
    read_hits(ENGLISH, first, reader, index)
    assert (len(reader.calls), len(reader.other.calls)) == (1, 1)
