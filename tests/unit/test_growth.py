"""Nobody's question, file or passage takes time by the square of its length, whatever it repeats."""

import gc
import gzip
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from time import thread_time
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pytest

from index.build.near_duplicates import first_near_duplicates, signatures
from index.engine.local.analyzers import analyzer
from index.errors import RefusedError
from index.letters import fold_letters
from index.markdown_text import escape_markdown
from index.parsers import PARSERS
from index.parsers.encoding import charset_of
from index.passages.sentences import sentence_spans
from index.types import Article, Passage
from rag.compose.decline_note import subjects_of
from rag.compose.lists import goes_on
from rag.compose.summary import main_sentences
from rag.errors import QuestionError
from rag.evidence.accounts import says
from rag.evidence.answer_in_context import AnswerInContext
from rag.evidence.bounds import with_bound, with_minus
from rag.evidence.clauses import has_ended
from rag.evidence.constraints import broken_constraints
from rag.evidence.contradictions import value_of
from rag.evidence.definitions import definition_of
from rag.evidence.features import is_dangling
from rag.evidence.furniture import is_furniture
from rag.evidence.now import Role, role_in
from rag.evidence.order import number_of_year, range_of
from rag.evidence.plans import is_planned_for
from rag.evidence.short_answers import short_answer_span
from rag.evidence.times import is_day_of_date
from rag.evidence.verdict import verdict_of
from rag.question.answer_type import COMPARABLE, AnswerType, expected_answer_type, holds_answer_type, names_in
from rag.question.corpus_question import corpus_question_of
from rag.question.days import days_in
from rag.question.decompose import decompose, names_and_numbers, refers_to_the_first, topic
from rag.question.ellipsis import completed, without_joiner
from rag.question.follow_ups import answer_type_in_conversation
from rag.question.form import form_of
from rag.question.interpretation import asks_for_more
from rag.question.keywords import is_keywords, keyword_answer_type
from rag.question.language import is_unknown_language, language_of
from rag.question.languages import LANGUAGES
from rag.question.languages.folding import fold
from rag.question.normalise import normalise
from rag.question.periods import period_asked, without_period
from rag.question.proposition import claims_of
from rag.question.sides import noun_of, sides_of
from rag.question.spelling import as_typed
from rag.question.subject import listed_by, names_of, subject_of, telling_words
from rag.question.talk import talk_of, without_courtesies
from rag.question.target import target_of
from rag.question.terms import numbers_in, words_in
from rag.question.tokens import tokens_of
from rag.suggestions import candidates
from tests.unit.index.parsers.files import book, pdf, warc, with_content, word, zip_file, zip_members
from web.markdown import one_line

MOST_GROWTH = 2.5  # of the time, where the length doubles
ENOUGH = 0.02  # seconds of computing from which a time is measured well
MOST_DOUBLINGS = 3  # of a length at which the time seems to grow too fast
SMALLEST = 2_000  # characters
LARGEST_TEXT, LARGEST_FILE = 8_000, 200_000  # characters; questions and passages are far shorter, files are not
TRIES = 3  # of which the quickest counts: another process on the same core slows this one down

# What is repeated. In place of № stands a number that no other repetition has.
MARKUP = (
    *(
        "<",
        "<a",
        "<a b=",
        "<a b='",
        '<a/b="',
        "<a b='\"",
        "<a>",
        "<a№>",
        "</a>",
        "<b><p>",
        "<pre>",
        "<!",
        "<!--",
        "<?",
        "</",
    ),
    *(
        "<![CDATA[",
        "<!DOCTYPE ",
        "<script></script>a",
        "<p hidden></p>a",
        "<tr><td>",
        "a№='1' ",
        "xmlns:a№='b' ",
        "<p/>",
    ),
    *("&", "&#", "&amp;", "&a;", "<author>a", "<item>", "<link href='a'>", "a@a.", "-", '"', "\n", " "),
)
# Of these, what matters between the brackets of a tag, and what is left of it once it is escaped.
IN_A_TAG = ("<", ">", "/", "=", "a b=", "a№='1' ", "xmlns:a№='b' ", "&", "&#", '"', "'", "\n", " ")
ESCAPED = ("<a", "<![CDATA[", "&", "&#", "&amp;", "a@a.", "-", '"', "\n", " ")
WORDS = (
    *('"', "'", ",", "\n", "\t", " ", "\u00a0", "\\", "-", "- ", ">", "#", "(", ";", "? ", "…", "&", "<", "[", "|"),
    *("thanks ", "hello, ", "bye! ", "please ", "in May ", "in all ", "in English ", "do you have ", "mention a "),
    *("who,", "who ", "and ", " and who", "; who", "who is", "is a", "he ", "it is ", "the same "),
    *(
        "which more ",
        "was longer than ",
        "was opened before the ",
        "is a or ",
        "compare a and ",
        "A, the a, ",
        "is a ing ",
        "which ",
        "which big ",
        "what a ",
        "list ",
        "please list a ",
        "name all ",
        "what are the ",
        "the other ",
        "years ",
    ),
    *("timeline of ", "the timeline ", "summary ", "key ", "by date ", "what happened in ", "how did ", "over time "),
    *("9 to ", "9 to 11 ", "9 May 1", "2020-", "2020-05-", "1.1.", "Monday ", "which A did "),
    *("1", "1,", "1.", "11,", "1:", "1 to ", "2001 to ", "1 May ", "May ", "twenty-", "hundred ", "№ ", "://"),
    *(
        "“",
        "“a ",
        "«",
        "`",
        "a",
        "a ",
        "A",
        "A ",
        "A of ",
        "a.",
        "a-",
        "a@",
        "The a of ",
        "A was built ",
        "\u0301",
        "\u0301\u0327",
        "a\u0301",
        "I\u0307",
        "ı",
        "بَ",
        "ـ",
        "ﷺ",
        "larında",
        "ələrindən",
        "\u200b",
        "中",
        "。",
    ),
)
# What the patterns of the other languages begin with, where it may be repeated before they find that they do not match.
FOREIGN_WORDS = (
    *("hansı ", "neçə il ", "10-cu aprel ", "hangi ", "kaç yıl ", "10 Mart-", "Ocak", "n", "ne "),
    *("какой ", "сколько ", "10 мая", "10-го ", "10 по ", "Затем, ", "тысяч", "надцать", "м"),
    *("کس ", "کتنے سال ", "کیا؟", "۱۰ ", "۱۰ تا ", "أي ", "ما هو ", "و", "ب", "١٠ إلى ", "ومن ", "ينات", "ماذا "),
    *("چه ", "نام ", "نام الف ", "چطور؟", "چطور ", "چند ", "می\u200c", "\u064b", "ـ", "İ", "ı", "1996ء", "1,", "1 "),
)
LINES = (
    *(
        "[",
        "![",
        "](",
        "[a](",
        "[a]: ",
        "[a, ",
        "[a][",
        "[a]: b (\n",
        "[[],",
        "<![CDATA[",
        "<",
        "<a",
        "<http:",
        "&",
        "&#",
    ),
    *(
        "{",
        "{a: ",
        "*",
        "*a ",
        "_a*",
        "`",
        "`a",
        "~~~\n",
        "=\n",
        "-",
        "- ",
        "> ",
        "#",
        "|",
        '"',
        "'",
        "\\",
        "\n",
        " ",
        "a@",
    ),
    *("a: b\n", "a№: b\n", "- a\n", "? a\n", "&a ", "  - a\n", "a|b\n-|-\n", "1. a\n", "\n    a"),
)
PDF_PARTS = (
    "<",
    "<<",
    "<< ",
    "[",
    "[ ",
    "(",
    "(a) Tj ",
    "BT ",
    "q ",
    "/",
    "/a ",
    "%",
    "%%EOF\n",
    "1 ",
    "1 0 R ",
    "1 0 obj\n",
)
PDF_PARTS += ("endobj\n", "stream\n", "xref\n", "trailer\n", "startxref\n", "BI ", "ID ", "EI ", "\n", " ", "\\")
TABLES = (
    ",",
    "a№,",
    '"',
    '"",',
    '"a",',
    'text,"',
    "\n",
    "a\n",
    "\t",
    ";",
    '{"id": "',
    '\\"id":"',
    '{"a":',
    "[",
    "[[],",
    "{",
    "\\",
    "1",
)

FEED = tuple(fragment for fragment in MARKUP if fragment not in ("<author>a", "a№='1' ", "xmlns:a№='b' "))
WORD_MEMBERS, BOOK = zip_members(word("words")), book({"a.html": "words"}, "<dc:title>title</dc:title>")
RSS = "<rss version='2.0'><channel><title>A</title><item><title>{}</title><author>{}</author>{}</item></channel></rss>"
PAGE = "<html><head><title>{0}</title><meta name='author' content={1}><link rel='canonical' href={1}></head><body>{2}"
PDF = pdf(["words"])


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    """Python's collection of garbage takes time by what other tests left, and not by the text."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def _encode(text: str) -> bytes:
    return text.encode(errors="replace")


def _word_file(xml: str) -> bytes:
    document = WORD_MEMBERS["word/document.xml"].replace(b"words", _encode(xml))
    return zip_file({**WORD_MEMBERS, "word/document.xml": document})


def _book(old: str, new: str) -> bytes:
    return zip_file({name: str(member).replace(old, new) for name, member in BOOK.items()})


# By a name that begins with a suffix: a file that holds the repeated text somewhere, and what is repeated in it.
FILES: dict[str, tuple[Callable[[str], bytes], tuple[str, ...]]] = {
    ".txt": (_encode, WORDS),
    ".md": (_encode, LINES),
    ".md front matter": (lambda text: _encode(f"---\n{text}\n---\nwords"), LINES),
    ".jsonl": (_encode, TABLES),
    ".jsonl text": (lambda text: _encode('{"text": "' + text), TABLES),
    ".jsonl.gz": (lambda text: gzip.compress(_encode(text)), TABLES[:4]),
    ".csv": (_encode, TABLES),
    ".csv columns": (lambda text: _encode(f"text,{text}\nwords,"), TABLES),
    ".csv rows": (lambda text: _encode(f"text,a\n{text}"), TABLES),
    ".csv.gz": (lambda text: gzip.compress(_encode(text)), TABLES[:4]),
    ".html": (_encode, MARKUP),
    ".html element": (lambda text: _encode(f"<p>words<p {text}>words"), IN_A_TAG),
    ".html metadata": (lambda text: _encode(PAGE.format(escape(text), quoteattr(text), "words")), ESCAPED),
    ".html words": (lambda text: _encode(PAGE.format("A", "b", f"<p class='author'>{escape(text)}</p>")), ESCAPED),
    ".xml": (_encode, MARKUP),
    ".xml escaped": (lambda text: _encode(RSS.format(escape(text), "", "")), ESCAPED),
    # Authors and attributes of feeds are left out: the library takes time by their square, and is ended in its process.
    ".xml item": (lambda text: _encode(RSS.format("A", "", text)), FEED),
    ".docx": (_encode, TABLES),
    ".docx body": (_word_file, MARKUP),
    ".docx element": (lambda text: _word_file(f"</w:t></w:r></w:p><w:p {text}/><w:p><w:r><w:t>"), IN_A_TAG),
    ".epub chapter": (lambda text: _book("words", text), MARKUP),
    ".epub title": (lambda text: _book("title", escape(text)), ESCAPED),
    ".warc": (_encode, TABLES),
    ".warc page": (lambda text: warc(("http://a.org/", _encode(text))), IN_A_TAG),
    ".warc header": (lambda text: warc(("http://a.org/", b"a"), headers=[("Content-Type", text)]), TABLES),
    ".pdf": (lambda text: b"%PDF-1.4\n" + _encode(text), PDF_PARTS),
    ".pdf content": (lambda text: with_content(PDF, _encode(text)), PDF_PARTS),
    ".pdf end": (lambda text: PDF + _encode(text), PDF_PARTS),
}
# Seconds of computing for 200 KB at most. What a library takes for each element or piece of markup is not ours.
SECONDS = {".md": 10.0, ".html": 20.0, ".xml": 20.0, ".epub": 5.0, ".docx": 5.0, ".warc": 20.0, ".pdf": 5.0}
SECONDS |= {"sentence_spans": 3.0, "candidates": 3.0}  # of quotation marks, which sentencex pairs
SECOND = 3.0  # for everything else


def _passage(text: str) -> Passage:
    sentences = tuple(sentence_spans(text))
    return Passage("a#0-1", "a", 0, len(text), text, sentences)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "normalise": normalise,
    "decompose": decompose,
    "refers_to_the_first": refers_to_the_first,
    "topic": topic,
    "completed": lambda text: (completed(text, "When did he see Lahore in 2021?"), completed("And Karachi?", text)),
    "completed by a year": lambda text: (completed("the year after", text), completed(text, text)),
    "without_joiner": without_joiner,
    "asks_for_more": asks_for_more,
    "is_keywords": is_keywords,
    "keyword_answer_type": keyword_answer_type,
    "as_typed": lambda text: as_typed(text, ("who",)),
    "subjects_of": subjects_of,
    "talk_of": talk_of,
    "without_courtesies": without_courtesies,
    "without_period": lambda text: without_period(text, date(2026, 11, 29)),
    "corpus_question_of": lambda text: corpus_question_of(text, date(2026, 11, 29)),
    # What each of its patterns begins with, so that they go on to the words that are measured.
    **{
        f"corpus_question_of {begun}": lambda text, begun=begun: corpus_question_of(begun + text, date(2026, 11, 29))
        for begun in (
            "how many articles ",
            "how many articles mention ",
            "which articles from ",
            "is ",
        )
    },
    "names_and_numbers": names_and_numbers,
    "answer_type_in_conversation": lambda text: answer_type_in_conversation(text, [text]),
    "expected_answer_type": expected_answer_type,
    "language_of": language_of.__wrapped__,  # without the memory of earlier questions
    "is_unknown_language": is_unknown_language,
    "names_in": names_in,
    "form_of": form_of,
    "subject_of": subject_of,
    "telling_words": telling_words,
    "listed_by": lambda text: listed_by(text, in_period=False),
    "names_of": lambda text: names_of(text, text),
    "period_asked": period_asked,
    "days_in": lambda text: days_in(text, "en", text, "2024-03-05"),
    "goes_on": lambda text: goes_on(text, "en"),
    "words_in": words_in,
    "numbers_in": numbers_in,
    **{
        f"holds_answer_type {answer_type.value}": lambda text, answer_type=answer_type: holds_answer_type(
            text, answer_type, "Who was it?"
        )
        for answer_type in AnswerType
    },
    "is_dangling": is_dangling,
    "short_answer_span of one word": lambda text: short_answer_span(text, (len(text) // 2, len(text) // 2 + 1), None),
    "short_answer_span of a number": lambda text: short_answer_span(text, (0, len(text)), AnswerType.NUMBER),
    "is_furniture": is_furniture,
    "role_in": role_in,
    "whose role": Role("president", frozenset({"a"})).whose,
    "places of a role": lambda text: Role("head", frozenset({"a"})).whose(text.replace("a", "head of a ")),
    **{
        f"says {name}": partial(says, name)
        for name in ("disputes", "accounts", "refutes", "ends", "plans", "asks_now", "done_by_one", "again")
    },
    "is_planned_for": lambda text: [
        is_planned_for(begin + text + end, place, "en")
        for begin, end, place in (("will, ", " in 2019", len(text) + 10), ("In 2019 ", " will", 3))
    ],
    "broken_constraints": lambda text: broken_constraints(AnswerInContext(text, text, (0, len(text)), text, text)),
    "broken_constraints of a number": lambda text: broken_constraints(
        AnswerInContext(
            f"How many {text} did Leyla see in the second of 2024?", f"{text} 12 {text}", (len(text), len(text) + 3)
        )
    ),
    "value_of time": lambda text: value_of(text, AnswerType.TIME),
    "is_day_of_date": lambda text: is_day_of_date(text, (len(text) // 2, len(text) // 2 + 1)),
    "is_day_of_date of a long answer": lambda text: is_day_of_date(text, (0, len(text))),
    "value_of number": lambda text: value_of(text, AnswerType.NUMBER),
    "target_of": target_of,
    "claims_of": claims_of,
    "sides_of": sides_of,
    "noun_of": noun_of,
    "sides_of a question": lambda text: [
        sides_of(f"{begin} {text}") for begin in ("Which is longer,", "Was", "Compare")
    ],
    "verdict_of": lambda text: verdict_of(tokens_of(text), claims_of("Did A meet a?") + claims_of("Is a the same?")),
    "definition_of": lambda text: [definition_of(tokens_of(text), tokens_of(name)) for name in ("A", "a", "May")],
    "has_ended": has_ended,
    "range_of": lambda text: [range_of(text, text, answer_type, text) for answer_type in COMPARABLE],
    "with_bound": lambda text: with_bound(len(text), text),
    "with_minus": lambda text: with_minus(len(text), text),
    "number_of_year": lambda text: number_of_year(f"{text} 2001 2002", "2001", 0, 1),
    "sentence_spans": sentence_spans,
    "candidates": lambda text: list(candidates(_passage(text))),
    "escape_markdown": escape_markdown,
    "one_line": one_line,
    "charset_of": charset_of,
    "fold_letters": fold_letters,
    **{
        f"analyzer {name}": analyzer(name)
        for name in ("english", "plain", "turkish", "azerbaijani", "arabic", "russian")
    },
}


def _repeated(fragment: str, size: int) -> str:
    count = max(1, size // len(fragment))
    return (
        "".join(fragment.replace("№", str(number)) for number in range(count)) if "№" in fragment else fragment * count
    )


def _seconds(run: Callable[[str], object], text: str, tries: int = 1) -> float:
    times = []
    for _ in range(tries):
        began = thread_time()
        with suppress(RefusedError, QuestionError):
            run(text)
        times.append(thread_time() - began)
    return min(times)


def _growth(run: Callable[[str], object], fragment: str, largest: int) -> tuple[float, float]:
    """How many times longer the double length takes, and the seconds that 200 KB take."""
    size = SMALLEST
    while (seconds := _seconds(run, _repeated(fragment, size))) < ENOUGH and size < largest:
        size = min(2 * size, largest)
    twice = _seconds(run, _repeated(fragment, 2 * size))
    doublings = 0
    # Caches and memory make single steps steeper; a square stays steep.
    while twice > MOST_GROWTH * max(seconds, ENOUGH) and doublings < MOST_DOUBLINGS:
        seconds = _seconds(run, _repeated(fragment, size), TRIES)
        twice = _seconds(run, _repeated(fragment, 2 * size), TRIES)
        if twice > MOST_GROWTH * seconds:
            size, doublings = 2 * size, doublings + 1
    return twice / max(seconds, ENOUGH), twice * LARGEST_FILE / (2 * size)


def _slow_repetitions(run: Callable[[str], object], fragments: Iterable[str], limit: float, largest: int) -> list[str]:
    _seconds(run, "words")  # what is imported is there
    growth = {}
    for fragment in fragments:
        growth[fragment] = _growth(run, fragment, largest)
        gc.collect()
    return [
        f"{fragment!r} repeated takes {times:.1f} times longer for the double length, and {seconds:.1f} s for 200 KB"
        for fragment, (times, seconds) in growth.items()
        if times > MOST_GROWTH or seconds > limit
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_text_takes_time_by_the_square_of_its_length(name):
    """Twice the text takes at most 2.5 times as long, and 200 KB less than three seconds."""
    assert _slow_repetitions(FUNCTIONS[name], WORDS, SECONDS.get(name, SECOND), LARGEST_TEXT) == []


def _read_in(language: str) -> Callable[[str], object]:
    """What is asked of sentences and short answers in a language."""

    def read(text: str) -> None:
        is_dangling(text, language)
        for answer_type in AnswerType:
            holds_answer_type(text, answer_type, "Who was it?", language)
            value_of(text, answer_type, language)
            short_answer_span(text, (0, len(text)), answer_type, language)
        days_in(text, language, text, "2024-03-05")

    return read


def _ask_in(language: str) -> Callable[[str], object]:
    """What is asked of questions in a language, whatever its own is."""
    words = LANGUAGES[language]
    alternatives = (words.asks_time, words.asks_number, words.asks_name, words.asks, words.refers_back, words.plain)
    patterns = [words.pattern(alternative) for alternative in (*alternatives, words.form_words, words.events)]
    patterns += [re.compile(fold(pattern), re.IGNORECASE) for pattern in words.asks_forms.values()]
    return lambda text: [pattern.search(fold(text)) for pattern in patterns]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_takes_time_by_the_square_of_its_length_in_any_language(language):
    """Neither as a sentence nor as a question, with the words of that language or of any other."""
    for run in (_read_in(language), _ask_in(language)):
        assert _slow_repetitions(run, FOREIGN_WORDS, 2 * SECOND, LARGEST_TEXT) == []


@pytest.mark.parametrize("function", [language_of.__wrapped__, expected_answer_type, words_in, numbers_in])
def test_no_foreign_words_take_time_by_the_square_of_their_length(function):
    """The functions that read a question in its own language."""
    assert _slow_repetitions(function, FOREIGN_WORDS, SECOND, LARGEST_TEXT) == []


@pytest.mark.parametrize("between", ["\n\n", " "])
def test_no_article_is_summarised_in_time_by_the_square_of_its_length(between):
    """Neither one of many paragraphs nor one long paragraph."""
    sentence = f"Leyla saw № white ships in the harbour of Lenkoran.{between}"
    article = partial(Article, "harbour", "Harbour", path="harbour.txt")
    assert _slow_repetitions(lambda text: main_sentences(article(text)), [sentence], SECOND, LARGEST_FILE) == []


def test_every_parser_is_measured():
    """No parser is left out; formats that share one are measured once."""
    measured = {name.partition(" ")[0] for name in FILES}
    assert {PARSERS[suffix] for suffix in measured} == set(PARSERS.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_no_file_takes_time_by_the_square_of_its_length(name):
    """Twice the file takes at most 2.5 times as long; it is parsed or refused, wherever in it the text stands."""
    suffix, (make, fragments) = name.partition(" ")[0], FILES[name]
    logging.disable(logging.CRITICAL)
    try:
        limit = SECONDS.get(suffix, SECOND)
        assert _slow_repetitions(lambda text: list(PARSERS[suffix](make(text))), fragments, limit, LARGEST_FILE) == []
    finally:
        logging.disable(logging.NOTSET)


def test_pages_of_one_form_are_not_compared_all_with_all():
    """Texts that differ in a number, or in a tenth of their words, take time by their number and not by its square."""

    def seconds(form: str, count: int) -> float:
        letters = str.maketrans("0123456789", "abcdefghij")
        texts = [form.replace("№", str(n)).replace("{}", f"x{n} y{n}".translate(letters)) for n in range(count)]
        hashed = signatures(texts)
        times = []
        for _ in range(TRIES):
            began = thread_time()
            firsts = first_near_duplicates(hashed, texts.__getitem__)
            times.append(thread_time() - began)
        assert np.array_equal(firsts, np.arange(count))
        return min(times)

    prose = "the wind came over the hills and blew along the river, while rain fell on the old bridge of the town"
    for form in (f"{prose}, № mm of it, and {prose[::-1]}.", f"{prose} and {prose[::-1]} by {{}}."):
        # Compared all with all, four times as many take sixteen times as long.
        assert seconds(form, 1_600) <= 8 * seconds(form, 400)
